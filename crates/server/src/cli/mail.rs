//! `valetkey mail …`.
use super::failure::Failure;
use super::output::Output;
use super::place::{Opened, Place};
use crate::ops::clock;
use clap::{Args, Subcommand};
use config::Mail;
use protocol::accounts::bounce::{self, BounceKind};
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
    /// Note that mail to an address comes back, or is called junk: it gets no notices any more, only what is asked for.
    Bounced(Bounced),
}

/// Which address, and what of it.
#[derive(Debug, Args)]
pub(super) struct Bounced {
    #[command(flatten)]
    place: Place,
    /// The address.
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// Its reader called a mail junk: what is asked for is sent once a day at most.
    #[arg(long, conflicts_with = "undo")]
    complaint: bool,
    /// Take the note back.
    #[arg(long)]
    undo: bool,
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
            Verb::Bounced(bounced) => bounced.run(output).await,
        }
    }
}

impl Test {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let to = address(&self.to)?;
        let config = self.place.load()?;
        if config.mail.is_none() {
            return Err(Failure::failed(
                "no mail is configured: write [mail] with `from` and `smtp` into the configuration, and run `valetkey config reload`",
            ));
        }
        let folder = config.mail.as_ref().and_then(Mail::folder);
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
            let by = match &folder {
                Some(folder) => format!("written into {}, and nobody gets {it}", folder.display()),
                None => "taken by the mail server".to_owned(),
            };
            match self.wait {
                true => format!("{what} to {to} {was} {by}."),
                false => format!(
                    "{what} to {to} {is} in the outbox, and the running server delivers {it}: `valetkey outbox list` shows what waits."
                ),
            }
        });
        Ok(())
    }
}

fn address(typed: &str) -> Result<MailAddress, Failure> {
    MailAddress::parse(typed).ok_or_else(|| {
        Failure::usage(format!(
            "{typed:?} is no e-mail address: write it like ada@example.com"
        ))
    })
}

impl Bounced {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let to = address(&self.address)?;
        let at = self.place.open()?;
        let holder = at.store.person_by_email(to.as_str()).await?;
        let subject = holder.map(|person| person.subject);
        let noted = at.store.bounce(to.as_str()).await?;
        let kind = match self.complaint {
            true => BounceKind::Complaint,
            false => BounceKind::Bounce,
        };
        let change = match self.undo {
            true => noted.map(|_| bounce::forget(&to, subject)),
            false => Some(bounce::note(&to, kind, subject, clock::now())),
        };
        if let Some(change) = change {
            at.settle(change).await?;
        }
        let now = at.store.bounce(to.as_str()).await?;
        let known = subject.is_some();
        let json =
            json!({ "address": to.as_str(), "mail": now.map(BounceKind::name), "account": known });
        output.show(&json, || match now {
            None if noted.is_none() => format!("Nothing is noted of {to}."),
            None => format!("{to} gets mail as before."),
            Some(kind) => format!("{to}: {}{}", told(kind), nobody(known)),
        });
        at.close().await;
        Ok(())
    }
}

fn told(kind: BounceKind) -> &'static str {
    match kind {
        BounceKind::Bounce => {
            "mail comes back, so no notices are sent there any more. What is asked for still is."
        }
        BounceKind::Complaint => {
            "mail is unwelcome, so no notices are sent there any more, and what is asked for once a day at most."
        }
    }
}

fn nobody(known: bool) -> &'static str {
    match known {
        true => "",
        false => " No account has this address.",
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
