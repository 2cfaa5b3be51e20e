//! `valetkey user export` and `valetkey user delete`: what goes with an account, and its end.
use super::failure::Failure;
use super::one_user::One;
use super::output::{Output, print};
use super::place::{CHANGED, Opened};
use crate::account::export::{Reach, export};
use crate::ops::clock;
use clap::Args;
use protocol::accounts::deletion::{Deleter, DeletionError, DeletionFacts, delete, is_confirmed};
use protocol::types::Person;
use protocol::types::text::escaped_json;
use serde_json::json;

/// The most events of an export.
const EVENTS: usize = 1_000_000;

impl One {
    /// Prints all that is known of a person as one JSON document.
    pub(super) async fn export(self) -> Result<(), Failure> {
        let at = self.place.look()?;
        let person = at.person(&self.who).await?;
        let reach = Reach {
            after: None,
            events: EVENTS,
        };
        let policy = &at.config.policy;
        let document = export(&at.store, policy, &person, reach, clock::now()).await?;
        print(&escaped_json(&format!("{document:#}")));
        Ok(())
    }
}

/// Which account.
#[derive(Debug, Args)]
pub(super) struct Delete {
    #[command(flatten)]
    one: One,
    /// Do it without asking. Otherwise the address of the account is read from standard input.
    #[arg(long)]
    yes: bool,
}

impl Delete {
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.one.place.open()?;
        let person = at.person(&self.one.who).await?;
        let facts = at.store.deletion(person.subject).await?;
        if !self.yes {
            ask(&at, &person, &facts).await?;
        }
        let apps = facts.apps.len();
        let told = match at.config.mail {
            Some(_) => {
                let preferences = at.store.preferences(person.subject).await?;
                Some(preferences.unwrap_or_default().language)
            }
            None => None,
        };
        let owners = named(&facts);
        let change = delete(&person, facts, Deleter::Operator, told, &at.mint);
        let change = change.map_err(|DeletionError::LastOwner| {
            Failure::failed(format!(
                "{} is the last owner of {owners}: they must have another owner, or be dissolved, before",
                person.label()
            ))
        })?;
        at.commit(change, CHANGED).await?;
        let id = at.config.policy.subjects.write(person.subject);
        output.show(&json!({ "deleted": id, "apps": apps }), || {
            format!(
                "{} ({id}) is deleted for good, with {apps} apps; its tokens no longer work.",
                person.label()
            )
        });
        at.close().await;
        Ok(())
    }
}

/// The organizations that would have no owner.
fn named(facts: &DeletionFacts) -> String {
    let names = facts.left_without_owner.iter();
    let names: Vec<_> = names.map(|one| format!("{:?}", one.name)).collect();
    names.join(", ")
}

/// Has somebody type the address of the account.
async fn ask(at: &Opened, person: &Person, facts: &DeletionFacts) -> Result<(), Failure> {
    let counts = at
        .store
        .account_counts(person.subject, clock::now())
        .await?;
    let connections = counts.map_or(0, |counts| counts.connections);
    eprintln!(
        "{} ({}) is to be deleted for good, with {} apps of its own; {connections} apps lose what it allowed them. Nothing \
         brings it back. Type its e-mail address:",
        person.label(),
        person.name,
        facts.apps.len()
    );
    let mut typed = String::new();
    let read = std::io::stdin().read_line(&mut typed);
    read.map_err(|error| Failure::failed(format!("cannot read standard input: {error}")))?;
    match is_confirmed(person, typed.trim()) {
        true => Ok(()),
        false => Err(Failure::failed(
            "that is not its address, so nothing was deleted; --yes deletes without asking",
        )),
    }
}
