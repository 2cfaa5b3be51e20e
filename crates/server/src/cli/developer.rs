//! `valetkey developer …`: who may register apps where that takes an invitation.
use super::failure::Failure;
use super::output::{Output, table};
use super::place::{Opened, Page, Place};
use crate::ops::clock;
use clap::{Args, Subcommand};
use protocol::apps::developers::{invite, withdraw};
use protocol::policy::Registration;
use protocol::types::{InvitedDeveloper, MailAddress};
use serde_json::{Value, json};

/// Developers: who may register apps where apps.registration is "invite".
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Let whoever has confirmed an address register apps. They are told by mail, where mail is sent.
    Invite(One),
    /// List the addresses that are invited.
    List(List),
    /// Take an invitation back. The apps that it made stay.
    Withdraw(One),
}

/// Whose.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    place: Place,
    /// The e-mail address.
    #[arg(value_name = "ADDRESS")]
    email: String,
}

/// Which part of the list.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    page: Page,
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::Invite(one) => one.invite(output).await,
            Verb::List(list) => list.run(output).await,
            Verb::Withdraw(one) => one.withdraw(output).await,
        }
    }
}

impl One {
    fn address(&self) -> Result<MailAddress, Failure> {
        MailAddress::parse(&self.email).ok_or_else(|| {
            Failure::usage(format!(
                "{:?} is no e-mail address: write it like ada@example.com",
                self.email
            ))
        })
    }

    async fn invite(self, output: Output) -> Result<(), Failure> {
        let email = self.address()?;
        let at = self.place.open()?;
        let mails = at.config.mail.is_some();
        let change = invite(email.clone(), None, mails, clock::now(), &at.mint);
        let known = format!("{email} is invited already");
        at.commit(change, &known).await?;
        let person = at.store.person_by_email(email.as_str()).await?;
        let confirmed = person.as_ref().map(|own| own.verified_at.is_some());
        output.show(&json!({ "email": email.as_str(), "mail": mails }), || {
            let mut told = format!("{email} may register apps.");
            match confirmed {
                Some(true) => {}
                Some(false) => told.push_str("\nThe address is to be confirmed first."),
                None => told.push_str("\nNobody has an account with this address yet."),
            }
            if at.config.policy.registration != Registration::Invite {
                told.push_str("\nIt counts once apps.registration is \"invite\".");
            }
            told
        });
        at.close().await;
        Ok(())
    }

    async fn withdraw(self, output: Output) -> Result<(), Failure> {
        let email = self.address()?;
        let at = self.place.open()?;
        let unknown = format!("{email} is not invited: `valetkey developer list` shows who is");
        at.commit(withdraw(&email), &unknown).await?;
        output.show(&json!({ "email": email.as_str() }), || {
            format!("{email} registers no new apps. Those that are there stay.")
        });
        at.close().await;
        Ok(())
    }
}

impl List {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        let limit = usize::from(self.page.limit);
        let after = self.page.after.as_deref().and_then(MailAddress::parse);
        let after = after.map(|email| email.key()).unwrap_or_default();
        let mut all = at.store.invited_developers(&after, limit + 1).await?;
        let more = all.len() > limit;
        all.truncate(limit);
        let next = all
            .last()
            .filter(|_| more)
            .map(|last| last.email.to_string());
        let shown: Vec<Value> = all.iter().map(|one| as_json(one, &at)).collect();
        output.show(&json!({ "developers": shown, "next": next }), || {
            let rows: Vec<_> = all.iter().map(as_row).collect();
            let more =
                next.map_or_else(String::new, |next| format!("\n\nMore with --after {next}"));
            match rows.is_empty() {
                true => "Nobody is invited: `valetkey developer invite` does that.".to_owned(),
                false => table(["E-MAIL", "SINCE"], &rows) + &more,
            }
        });
        Ok(())
    }
}

fn as_row(one: &InvitedDeveloper) -> [String; 2] {
    [one.email.to_string(), clock::rfc3339(one.created_at)]
}

fn as_json(one: &InvitedDeveloper, at: &Opened) -> Value {
    let by = one.invited_by.map(|by| at.config.policy.subjects.write(by));
    json!({
        "email": one.email.as_str(),
        "invited_at": clock::rfc3339(one.created_at),
        "invited_by": by,
    })
}
