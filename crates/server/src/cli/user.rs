//! `valetkey user …`.
use super::failure::Failure;
use super::output::{Output, sheet, table};
use super::place::{CHANGED, Opened, Page, Place};
use crate::ops::clock;
use crate::ops::hasher;
use clap::{Args, Subcommand};
use protocol::Transition;
use protocol::accounts::password::{Owner, password_fault};
use protocol::accounts::people::{self, FieldFault, NewAccount, Role};
use protocol::types::{ClientNo, Person, Side};
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use store::Stay;

/// People with an account.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Make an account.
    Create(Create),
    /// List the accounts.
    List(List),
    /// Switch an account off: its sessions end, its tokens are dead for good.
    Disable(One),
    /// Switch an account on again.
    Enable(One),
    /// Give an account a new password; its sessions end.
    SetPassword(SetPassword),
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
    /// Mark the person as an administrator. Not yet in effect: nothing asks for the mark.
    #[arg(long)]
    admin: bool,
    /// A test app: the account is one of its test users and can be used with it alone.
    #[arg(long, value_name = "CLIENT_ID", conflicts_with = "admin")]
    test_app: Option<String>,
    /// A file that holds the password; - for standard input. One line end at its end is left out.
    #[arg(long, value_name = "FILE")]
    password_file: PathBuf,
}

/// Which part of the list.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    page: Page,
}

/// Which account.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    place: Place,
    /// The e-mail address or the id.
    #[arg(value_name = "USER")]
    who: String,
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
            Verb::List(list) => list.run(output).await,
            Verb::Disable(one) => {
                let change = |person: &Person, at: &Opened| Some(people::disable(person, &at.mint));
                one.change(
                    output,
                    "is disabled; its sessions and tokens are dead",
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
        }
    }
}

impl Create {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let account = NewAccount {
            email: self.email,
            name: self.name,
            password: read_secret(&self.password_file, "password")?,
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
        if self.admin {
            eprintln!(
                "warning: --admin is not yet in effect: the account is marked, and nothing asks for the mark"
            );
        }
        let change = account.into_person(hash, role, &at.config.policy, &at.mint);
        at.commit(change, &taken).await?;
        let person = at.person(&email).await?;
        output.show(&as_json(&person, &at), || {
            format!(
                "{} can sign in now.\n\n{}",
                person.email,
                as_sheet(&person, &at)
            )
        });
        Ok(())
    }
}

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
        let users: Vec<_> = page.people.iter().map(|one| as_json(one, &at)).collect();
        output.show(&json!({ "users": users, "next": next }), || {
            let rows: Vec<_> = page.people.iter().map(|one| as_row(one, &at)).collect();
            let more =
                next.map_or_else(String::new, |next| format!("\n\nMore with --after {next}"));
            match rows.is_empty() {
                true => {
                    "Nobody has an account yet: make one with `valetkey user create`.".to_owned()
                }
                false => table(["ID", "E-MAIL", "NAME", "STATUS"], &rows) + &more,
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
    let person = at.person(&person.email).await?;
    output.show(&as_json(&person, &at), || {
        format!("{} {done}.", person.email)
    });
    Ok(())
}

impl SetPassword {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let text = read_secret(&self.password_file, "password")?;
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

/// A secret from a file, or standard input for `-`, without one line end at its end.
pub(super) fn read_secret(file: &Path, what: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match file == Path::new("-") {
        true => std::io::stdin().read_to_string(&mut text),
        false => std::fs::File::open(file).and_then(|mut file| file.read_to_string(&mut text)),
    };
    read.map_err(|error| {
        Failure::failed(format!(
            "cannot read the {what} from {}: {error}",
            file.display()
        ))
    })?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

/// The number of a test app.
async fn test_app(at: &Opened, id: &str) -> Result<ClientNo, Failure> {
    let app = at.app(id).await?;
    match app.side {
        Side::Test => Ok(app.no),
        Side::Live => Err(Failure::failed(format!(
            "{id} is no test app: `valetkey app create --test` makes one"
        ))),
    }
}

/// Refuses an account with faults.
fn sound(faults: Vec<FieldFault>) -> Result<(), Failure> {
    let told: Vec<_> = faults
        .iter()
        .map(|fault| format!("{}: {}", fault.field, fault.sentence))
        .collect();
    match told.is_empty() {
        true => Ok(()),
        false => Err(Failure::failed(told.join(" "))),
    }
}

fn status(person: &Person) -> &'static str {
    match person.is_active() {
        true => "active",
        false => "disabled",
    }
}

fn mode(person: &Person) -> Side {
    match person.test_app {
        Some(_) => Side::Test,
        None => Side::Live,
    }
}

fn as_json(person: &Person, at: &Opened) -> Value {
    json!({
        "id": at.config.policy.subjects.write(person.subject),
        "email": person.email,
        "name": person.name,
        "admin": person.admin,
        "status": status(person),
        "mode": mode(person).as_str(),
        "created_at": clock::rfc3339(person.created_at),
    })
}

fn as_row(person: &Person, at: &Opened) -> [String; 4] {
    let status = match (person.admin, mode(person)) {
        (true, _) => format!("{}, admin", status(person)),
        (false, Side::Test) => format!("{}, test user", status(person)),
        (false, Side::Live) => status(person).to_owned(),
    };
    [
        at.config.policy.subjects.write(person.subject),
        person.email.clone(),
        person.name.clone(),
        status,
    ]
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
