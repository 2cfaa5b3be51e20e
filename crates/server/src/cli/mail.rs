//! `valetkey mail …`.
use super::failure::Failure;
use super::output::Output;
use super::place::{Opened, Place};
use clap::{Args, Subcommand};
use protocol::outbox::{Entry, test_mails};
use protocol::types::{Locator, MailAddress};
use serde_json::json;
use std::time::{Duration, Instant};
use store::OutboxQuery;

/// How long `--wait` waits for a sign that somebody delivers.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How mail works.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Send a test mail, by way of the outbox: the running server delivers it.
    Test(Test),
}

/// To whom.
#[derive(Debug, Args)]
pub(super) struct Test {
    #[command(flatten)]
    place: Place,
    /// The address that gets it.
    #[arg(value_name = "ADDRESS")]
    to: String,
    /// How many, 1 to 1000, to try what the mail server takes.
    #[arg(long, value_name = "NUMBER", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(1..=1_000))]
    copies: u16,
    /// Wait until it is delivered, and say what is in the way if it is not.
    #[arg(long)]
    wait: bool,
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::Test(test) => test.run(output).await,
        }
    }
}

impl Test {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let Some(to) = MailAddress::parse(&self.to) else {
            let sentence = format!(
                "{:?} is no e-mail address: write it like ada@example.com",
                self.to
            );
            return Err(Failure::usage(sentence));
        };
        let config = self.place.load()?;
        if config.mail.is_none() {
            return Err(Failure::failed(
                "no mail is configured: write [mail] with `from` and `smtp` into the configuration, and restart the server",
            ));
        }
        let at = Opened::of(config, store::Stay::Command)?;
        let change = test_mails(&to, self.copies, &at.mint);
        let ids: Vec<Locator> = change
            .messages()
            .iter()
            .map(|message| message.id())
            .collect();
        at.settle(change.into()).await?;
        if self.wait {
            wait(&at, &ids).await?;
        }
        let state = if self.wait { "delivered" } else { "waiting" };
        let json = json!({
            "to": to.as_str(),
            "ids": ids.iter().map(|id| id.0.to_string()).collect::<Vec<_>>(),
            "state": state,
        });
        output.show(&json, || {
            let (what, was, is, it) = match self.copies {
                1 => ("A test mail".to_owned(), "was", "is", "it"),
                many => (format!("{many} test mails"), "were", "are", "them"),
            };
            match self.wait {
                true => format!("{what} to {to} {was} taken by the mail server."),
                false => format!(
                    "{what} to {to} {is} in the outbox, and the running server delivers {it}: `valetkey outbox list` shows what waits."
                ),
            }
        });
        Ok(())
    }
}

/// Waits until none of some messages is left.
async fn wait(at: &Opened, ids: &[Locator]) -> Result<(), Failure> {
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
        return Ok(());
    };
    let query = OutboxQuery {
        after: Locator(first.0 - 1),
        last: *last,
        dead: false,
    };
    let (mut left, mut moved) = (ids.len(), Instant::now());
    while moved.elapsed() < PATIENCE {
        let entries = at.store.messages(query, 1_000).await?;
        let own: Vec<&Entry> = entries
            .iter()
            .filter(|entry| ids.contains(&entry.id))
            .collect();
        if own.is_empty() {
            return Ok(());
        }
        if let Some(failed) = own.iter().find(|entry| entry.last_error.is_some()) {
            return Err(not_delivered(failed));
        }
        if own.len() < left {
            (left, moved) = (own.len(), Instant::now());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let seconds = PATIENCE.as_secs();
    Err(Failure::failed(format!(
        "nobody has delivered it within {seconds} seconds: is the server running, on the same database? It waits in the outbox"
    )))
}

fn not_delivered(entry: &Entry) -> Failure {
    let why = entry.last_error.as_deref().unwrap_or_default();
    let id = entry.id.0;
    let then = match entry.dead_at {
        Some(_) => {
            format!("it is a dead letter; correct that, and run `valetkey outbox retry {id}`")
        }
        None => format!(
            "it is tried again; once that is corrected, `valetkey outbox retry {id}` does it at once"
        ),
    };
    Failure::failed(format!("not delivered ({why}): {then}"))
}
