//! `valetkey outbox …`.
use super::failure::Failure;
use super::output::{Output, table};
use super::place::{Place, id};
use crate::ops::clock;
use clap::{Args, Subcommand};
use protocol::outbox::Entry;
use protocol::transition::OutboxChange;
use protocol::types::Locator;
use serde_json::{Value, json};
use store::{OutboxQuery, Outcome};

/// What waits to be delivered, such as mails.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List what was not delivered yet, oldest first, and why.
    List(List),
    /// Have messages tried again now, also dead letters, and for another day.
    Retry(Retry),
    /// Take a message out: it is not delivered, unless that is just being done.
    Drop(One),
}

/// Which messages.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
    /// Only dead letters: those that are not tried any more.
    #[arg(long)]
    dead: bool,
    /// Begin after this one: the id that the page before ended with.
    #[arg(long, value_name = "ID", value_parser = id)]
    after: Option<i64>,
    /// How many at most, 1 to 1000.
    #[arg(long, value_name = "NUMBER", default_value_t = 100,
          value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: u16,
}

/// One message, or all.
#[derive(Debug, Args)]
pub(super) struct Retry {
    #[command(flatten)]
    place: Place,
    /// The id, as the list shows it.
    #[arg(
        value_name = "ID",
        value_parser = id,
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    id: Option<i64>,
    /// All that were not delivered yet.
    #[arg(long)]
    all: bool,
}

/// One message.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    place: Place,
    /// The id, as the list shows it.
    #[arg(value_name = "ID", value_parser = id)]
    id: i64,
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::List(list) => list.run(output).await,
            Verb::Retry(retry) => retry.run(output).await,
            Verb::Drop(one) => {
                let change = |id| OutboxChange::Drop { id };
                one.change(output, "was taken out", change).await
            }
        }
    }
}

const HEADS: [&str; 6] = ["ID", "KIND", "TO", "STATE", "TRIES", "WHY NOT"];

impl List {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        let query = OutboxQuery {
            after: Locator(self.after.unwrap_or(0)),
            dead: self.dead,
            ..OutboxQuery::default()
        };
        let limit = usize::from(self.limit);
        let mut entries = at.store.messages(query, limit + 1).await?;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().map(|entry| entry.id.0).filter(|_| more);
        let json = json!({
            "messages": entries.iter().map(as_json).collect::<Vec<_>>(),
            "next": next.map(|id| id.to_string()),
        });
        output.show(&json, || {
            let mut text = match (entries.is_empty(), self.dead) {
                (true, true) => "There are no dead letters.".to_owned(),
                (true, false) => "Nothing waits to be delivered.".to_owned(),
                (false, _) => table(HEADS, &entries.iter().map(as_row).collect::<Vec<_>>()),
            };
            if let Some(next) = next {
                text.push_str(&format!("\nMore: --after {next}"));
            }
            text
        });
        Ok(())
    }
}

impl Retry {
    async fn run(self, output: Output) -> Result<(), Failure> {
        if let Some(id) = self.id {
            let one = One {
                place: self.place,
                id,
            };
            let change = |id| OutboxChange::Retry { id };
            return one.change(output, "is tried again now", change).await;
        }
        let at = self.place.open()?;
        let any = at.store.messages(OutboxQuery::default(), 1).await?;
        if !any.is_empty() {
            at.settle(OutboxChange::RetryAll.into()).await?;
        }
        output.show(&json!({ "retried": !any.is_empty() }), || {
            match any.is_empty() {
                true => "Nothing waits to be delivered.".to_owned(),
                false => "All messages are tried again now, by the server.".to_owned(),
            }
        });
        Ok(())
    }
}

impl One {
    async fn change(
        self,
        output: Output,
        done: &str,
        change: impl FnOnce(Locator) -> OutboxChange,
    ) -> Result<(), Failure> {
        let id = self.id;
        let at = self.place.open()?;
        let settled = at.settle(change(Locator(id)).into()).await?;
        if settled == Outcome::Conflict {
            return Err(Failure::failed(format!(
                "no message {id} waits: it was delivered, or `valetkey outbox list` shows its id"
            )));
        }
        let json = json!({ "id": id.to_string() });
        output.show(&json, || format!("Message {id} {done}."));
        Ok(())
    }
}

/// Whether it waits for its turn, is put off, or is dead.
fn state(entry: &Entry) -> &'static str {
    match entry.dead_at {
        Some(_) => "dead",
        None if entry.due_at <= clock::now() => "due",
        None => "put_off",
    }
}

fn as_json(entry: &Entry) -> Value {
    json!({
        "id": entry.id.0.to_string(),
        "kind": entry.kind,
        "destination": entry.destination,
        "state": state(entry),
        "created_at": clock::rfc3339(entry.created_at),
        "due_at": entry.dead_at.is_none().then(|| clock::rfc3339(entry.due_at)),
        "dead_at": entry.dead_at.map(clock::rfc3339),
        "attempts": entry.attempts,
        "last_error": entry.last_error,
    })
}

fn as_row(entry: &Entry) -> [String; 6] {
    let state = match (entry.dead_at, state(entry)) {
        (Some(since), _) => format!("dead since {}", clock::rfc3339(since)),
        (None, "due") => "due".to_owned(),
        (None, _) => format!("next at {}", clock::rfc3339(entry.due_at)),
    };
    [
        entry.id.0.to_string(),
        entry.kind.clone(),
        entry.destination.clone(),
        state,
        entry.attempts.to_string(),
        entry.last_error.clone().unwrap_or_default(),
    ]
}
