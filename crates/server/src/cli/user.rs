//! `valetkey user …`.
use super::failure::Failure;
use super::one_user::{One, SignsIn, as_json, as_row, json_of, sound};
use super::output::{Output, sheet, table};
use super::place::{CHANGED, Opened, Page, Place};
use super::text_file::read_text;
use super::user_change::Update;
use super::user_end::Delete;
use super::user_import::Import;
use crate::ops::clock;
use crate::ops::hasher;
use clap::{Args, Subcommand};
use protocol::Transition;
use protocol::accounts::mailbox;
use protocol::accounts::password::{Owner, password_fault};
use protocol::accounts::people::{self, NewAccount, Role};
use protocol::policy::SignUp;
use protocol::types::{ClientRowId, MailAddress, Person, Side};
use serde_json::json;
use std::path::PathBuf;
use store::Stay;

/// People with an account.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Make an account.
    Create(Create),
    /// Make the accounts of people who come from elsewhere, with the passwords they have there. Whoever is here already stays
    /// as they are, so an import that was cut off goes on when it is run again.
    Import(Import),
    /// List the accounts.
    List(List),
    /// Show all that is known of an account.
    Show(One),
    /// Change the name, the address or the language of an account.
    Update(Update),
    /// Make a link with which somebody chooses a new password, and print it, for you to hand over.
    ResetLink(One),
    /// Switch an account off: its sessions end, its tokens never work again.
    Disable(One),
    /// Switch an account on again.
    Enable(One),
    /// Print all that is known of a person as one JSON document, for them.
    Export(One),
    /// Delete an account for good, with its apps, and erase what it tells of its person. The events that name its id stay.
    Delete(Delete),
    /// Give an account a new password; its sessions end.
    SetPassword(SetPassword),
    /// Take the second factor of an account away, for somebody who has lost it; its sessions end. With an authenticator app at
    /// hand its person does so on their own page.
    ResetSecondFactor(One),
    /// Vouch for the address of an account: it counts as proved from now on.
    Verify(Verify),
    /// Send somebody a link with which they make an account, unless accounts.sign_up is off.
    Invite(Invite),
}

/// The account to make.
#[derive(Debug, Args)]
pub(super) struct Create {
    #[command(flatten)]
    place: Place,
    /// The e-mail address, with which the person signs in.
    #[arg(long)]
    email: String,
    /// What the person is called.
    #[arg(long)]
    name: String,
    /// Make the person an administrator, who reviews apps and registers them where others may not.
    #[arg(long)]
    admin: bool,
    /// A test app: the account is one of its test users and can be used with it alone.
    #[arg(long, value_name = "CLIENT_ID", conflicts_with = "admin")]
    test_app: Option<String>,
    /// The address is not proved yet: apps are not told it until the person has followed a link sent to it.
    #[arg(long)]
    unverified: bool,
    /// A file that holds the password; - for standard input. One line end at its end is left out.
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
}

/// Who is invited.
#[derive(Debug, Args)]
pub(super) struct Invite {
    #[command(flatten)]
    place: Place,
    /// The address that gets the link.
    #[arg(value_name = "ADDRESS")]
    to: String,
}

/// Whose address is vouched for.
#[derive(Debug, Args)]
pub(super) struct Verify {
    #[command(flatten)]
    place: Place,
    /// The e-mail address or the id.
    #[arg(value_name = "USER", required_unless_present = "all")]
    who: Option<String>,
    /// Everybody there is, as after an upgrade of a provider whose accounts its operators made.
    #[arg(long, conflicts_with = "who")]
    all: bool,
}

/// Which part of the list.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    page: Page,
}

/// Whose password, and where it is.
#[derive(Debug, Args)]
pub(super) struct SetPassword {
    #[command(flatten)]
    one: One,
    /// A file that holds the new password; - for standard input. One line end at its end is left out.
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::Create(create) => create.run(output).await,
            Verb::Import(import) => import.run(output).await,
            Verb::List(list) => list.run(output).await,
            Verb::Export(one) => one.export().await,
            Verb::Delete(delete) => delete.run(output).await,
            Verb::Show(one) => one.show(output).await,
            Verb::Update(update) => update.run(output).await,
            Verb::ResetLink(one) => one.reset_link(output).await,
            Verb::Disable(one) => {
                let change = |person: &Person, at: &Opened| Some(people::disable(person, &at.mint));
                one.change(
                    output,
                    "is disabled; its sessions ended, and its tokens no longer work",
                    change,
                )
                .await
            }
            Verb::Enable(one) => {
                let enable = |person: &Person, at: &Opened| {
                    (!person.is_active()).then(|| people::enable(person, &at.mint))
                };
                one.change(output, "is enabled", enable).await
            }
            Verb::SetPassword(set) => set.run(output).await,
            Verb::ResetSecondFactor(one) => one.reset_second_factor(output).await,
            Verb::Verify(verify) => verify.run(output).await,
            Verb::Invite(invite) => invite.run(output).await,
        }
    }
}

impl Create {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let account = NewAccount {
            email: self.email,
            name: self.name,
            password: read_text(&self.password_file, "password")?,
        };
        let config = self.place.load()?;
        sound(account.faults(&config.branding.product, &config.policy.accounts))?;
        // This takes a while, and nobody should wait for a node number meanwhile.
        let hash = hasher::hash(&account.password)?;
        let at = Opened::of(config, Stay::Command)?;
        let email = account.email.trim().to_owned();
        let taken = format!(
            "{email} has an account already: `valetkey user set-password` changes its password"
        );
        if at.store.person_by_email(&email).await?.is_some() {
            return Err(Failure::failed(taken));
        }
        let role = match &self.test_app {
            Some(id) => Role::TestUser(test_app(&at, id).await?),
            None if self.admin => Role::Admin,
            None => Role::Person,
        };
        let proved = (!self.unverified).then(clock::now);
        let person = account.into_person(hash, role, proved, &at.config.policy, &at.mint);
        at.commit(people::create(person), &taken).await?;
        let person = at.person(&email).await?;
        output.show(&as_json(&person, &at).await?, || {
            format!(
                "{} can sign in now.\n\n{}",
                person.label(),
                as_sheet(&person, &at)
            )
        });
        Ok(())
    }
}

/// What a list tells of each.
const LISTED: [&str; 7] = [
    "ID",
    "E-MAIL",
    "NAME",
    "STATUS",
    "PASSWORD",
    "SECOND FACTOR",
    "LAST SIGN-IN",
];

impl List {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        let after = match &self.page.after {
            Some(id) => Some(at.person(id).await?.subject),
            None => None,
        };
        let page = at.store.people(after, self.page.limit.into()).await?;
        let write = |subject| at.config.policy.subjects.write(subject);
        let next = page.next.map(write);
        let mut users = Vec::new();
        let mut rows = Vec::new();
        for person in &page.people {
            let signs_in = SignsIn::of(person, &at).await?;
            users.push(json_of(person, &signs_in, &at).await?);
            let [id, email, name, status] = as_row(person, &at);
            let (second, last) = (signs_in.second_factor(), signs_in.last());
            rows.push([id, email, name, status, signs_in.password(), second, last]);
        }
        output.show(&json!({ "users": users, "next": next }), || {
            let more =
                next.map_or_else(String::new, |next| format!("\n\nMore with --after {next}"));
            match rows.is_empty() {
                true if at.config.policy.external_ids => {
                    "Nobody has an account yet: one is made as a person first comes from your own login."
                        .to_owned()
                }
                true => {
                    "Nobody has an account yet: make one with `valetkey user create`.".to_owned()
                }
                false => table(LISTED, &rows) + &more,
            }
        });
        Ok(())
    }
}

impl One {
    /// Makes a change and shows the person as they are then.
    async fn change(
        self,
        output: Output,
        done: &str,
        change: impl FnOnce(&Person, &Opened) -> Option<Transition>,
    ) -> Result<(), Failure> {
        let at = self.place.open()?;
        let person = at.person(&self.who).await?;
        let change = change(&person, &at);
        changed(at, &person, output, done, change).await
    }
}

/// Makes a change, if there is one, and shows the person as they are then.
async fn changed(
    at: Opened,
    person: &Person,
    output: Output,
    done: &str,
    change: Option<Transition>,
) -> Result<(), Failure> {
    if let Some(change) = change {
        at.commit(change, CHANGED).await?;
    }
    let found = at.store.person(person.subject).await?;
    let person = found.ok_or_else(|| Failure::failed(CHANGED))?;
    output.show(&as_json(&person, &at).await?, || {
        format!("{} {done}.", person.label())
    });
    Ok(())
}

impl Verify {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.place.open()?;
        let Some(who) = &self.who else {
            return everybody(at, output).await;
        };
        let person = at.person(who).await?;
        let change = person
            .verified_at
            .is_none()
            .then(|| mailbox::vouch(&person, clock::now()));
        changed(at, &person, output, "has a proved address", change).await
    }
}

/// Vouches for all addresses.
async fn everybody(at: Opened, output: Output) -> Result<(), Failure> {
    let (mut after, mut proved) = (None, 0);
    loop {
        let page = at.store.people(after, 500).await?;
        for person in page.people.iter().filter(|one| one.verified_at.is_none()) {
            at.settle(mailbox::vouch(person, clock::now())).await?;
            proved += 1;
        }
        after = page.people.last().map(|person| person.subject);
        if page.next.is_none() {
            break;
        }
    }
    output.show(&json!({ "proved": proved }), || match proved {
        0 => "Every address was proved already.".to_owned(),
        1 => "1 address counts as proved now.".to_owned(),
        many => format!("{many} addresses count as proved now."),
    });
    at.close().await;
    Ok(())
}

impl Invite {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let Some(to) = MailAddress::parse(&self.to) else {
            return Err(Failure::usage(format!(
                "{:?} is no e-mail address: write it like ada@example.com",
                self.to
            )));
        };
        let config = self.place.load()?;
        if config.policy.accounts.sign_up == SignUp::Off {
            return Err(Failure::failed(
                "accounts.sign_up is off, so an invitation makes no account: write `sign_up = \"invited\"` into the \
                 configuration and run `valetkey config reload`, or make the account with `valetkey user create`",
            ));
        }
        if config.mail.is_none() {
            return Err(Failure::failed(
                "no mail is configured: write [mail] with `from` and `smtp` into the configuration, and run `valetkey config reload`",
            ));
        }
        let at = Opened::of(config, Stay::Command)?;
        at.settle(mailbox::invite(&to, clock::now(), &at.mint))
            .await?;
        output.show(&json!({ "to": to.as_str() }), || {
            format!("An invitation to {to} is in the outbox, and the running server delivers it.")
        });
        at.close().await;
        Ok(())
    }
}

impl SetPassword {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let text = read_text(&self.password_file, "password")?;
        let at = self.one.place.open()?;
        let person = at.person(&self.one.who).await?;
        let owner = Owner {
            email: &person.email,
            name: &person.name,
            product: &at.config.branding.product,
        };
        let fault = password_fault(&text, owner, &at.config.policy.accounts, "password");
        sound(fault.into_iter().collect())?;
        let change = people::set_password(&person, hasher::hash(&text)?);
        let done = "has a new password; every session has ended";
        changed(at, &person, output, done, Some(change)).await
    }
}

/// The number of a test app.
async fn test_app(at: &Opened, id: &str) -> Result<ClientRowId, Failure> {
    let app = at.app(id).await?;
    match app.side {
        Side::Test => Ok(app.no),
        Side::Live => Err(Failure::failed(format!(
            "{id} is no test app: `valetkey app create --test` makes one"
        ))),
    }
}

fn as_sheet(person: &Person, at: &Opened) -> String {
    let [id, email, name, status] = as_row(person, at);
    sheet(&[
        ("id", id),
        ("e-mail", email),
        ("name", name),
        ("status", status),
    ])
}
