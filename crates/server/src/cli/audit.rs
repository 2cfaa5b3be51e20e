//! `valetkey audit`: who did what, when and from where.
use super::failure::Failure;
use super::output::{Output, print, table};
use super::place::{Opened, Place, id};
use crate::ops::clock;
use clap::Args;
use protocol::events::{Actor, Event, Recorded};
use protocol::types::text::escaped_json;
use protocol::types::{ClientRowId, Locator};
use serde_json::{Value, json};
use std::time::Duration;
use store::EventQuery;

/// How often new events are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Show what people, apps and operators did: the newest first, or all from a place on.
#[derive(Debug, Args)]
#[command(after_help = all_names())]
pub(super) struct Audit {
    #[command(flatten)]
    place: Place,
    /// Only events of this name, such as user.disabled, or of names that begin with it, such as user.
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
    /// Only those about this person: the e-mail address or the id.
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Only those about this app.
    #[arg(long, value_name = "CLIENT_ID")]
    app: Option<String>,
    /// Only those after this event, oldest first.
    #[arg(long, value_name = "ID", value_parser = id, conflicts_with = "before")]
    after: Option<i64>,
    /// Only those before this event: the id that the page before ended with.
    #[arg(long, value_name = "ID", value_parser = id)]
    before: Option<i64>,
    /// Go on with what happens from now on, or after --after, until it is interrupted.
    #[arg(long, conflicts_with = "before")]
    follow: bool,
    /// How many at most, 1 to 1000.
    #[arg(long, value_name = "NUMBER", default_value_t = 100,
          value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: u16,
}

impl Audit {
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        let query = self.query(&at).await?;
        match self.follow {
            true => follow(&at, query, usize::from(self.limit)).await,
            false => self.show(at, &query, output).await,
        }
    }

    async fn query(&self, at: &Opened) -> Result<EventQuery, Failure> {
        Ok(EventQuery {
            after: self.after.map(Locator),
            before: self.before.map(Locator),
            name: self.event.as_deref().map(event_name).transpose()?,
            client: match &self.app {
                Some(client_id) => Some(at.app(client_id).await?.no),
                None => None,
            },
            subject: match &self.user {
                Some(who) => Some(at.person(who).await?.subject),
                None => None,
            },
            newest_first: self.after.is_none() && !self.follow,
        })
    }

    async fn show(&self, at: Opened, query: &EventQuery, output: Output) -> Result<(), Failure> {
        let limit = usize::from(self.limit);
        let mut events = at.store.events(query, limit + 1).await?;
        let more = events.len() > limit;
        events.truncate(limit);
        let next = events.last().map(|event| written(event.id));
        let next = next.filter(|_| more);
        let mut shown = Vec::new();
        for event in &events {
            shown.push(Shown::of(&at, event).await?);
        }
        let json = json!({
            "events": shown.iter().map(Shown::json).collect::<Vec<_>>(),
            "next": next,
        });
        output.show(&json, || {
            let flag = if query.newest_first {
                "before"
            } else {
                "after"
            };
            let mut text = match shown.is_empty() {
                true => "Nothing of that kind has happened.".to_owned(),
                false => table(HEADS, &shown.iter().map(Shown::row).collect::<Vec<_>>()),
            };
            if let Some(next) = next {
                text.push_str(&format!("\nMore: --{flag} {next}"));
            }
            text
        });
        Ok(())
    }
}

/// The name asked for, which some event must have or begin with.
fn event_name(name: &str) -> Result<String, Failure> {
    let begins = |event: &Event| {
        let rest = event.name().strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    match Event::ALL.iter().any(begins) {
        true => Ok(name.to_owned()),
        false => Err(Failure::usage(format!(
            "there is no event {name:?}: `valetkey audit --help` names them all"
        ))),
    }
}

/// The names of all events, a line for each thing they are about.
fn all_names() -> String {
    let mut text = "Events:".to_owned();
    let mut about = "";
    for event in Event::ALL {
        let name = event.name();
        let own = name.split('.').next().unwrap_or_default();
        text.push_str(if own == about { ", " } else { "\n  " });
        text.push_str(name);
        about = own;
    }
    text
}

/// One line of JSON or text for each event, as it comes.
async fn follow(at: &Opened, mut query: EventQuery, limit: usize) -> Result<(), Failure> {
    let newest = EventQuery {
        newest_first: true,
        ..EventQuery::default()
    };
    if query.after.is_none() {
        let last = at.store.events(&newest, 1).await?;
        query.after = Some(last.first().map_or(Locator(0), |event| event.id));
    }
    loop {
        query.before = Some(at.store.settled_before(clock::now()));
        let events = at.store.events(&query, limit).await?;
        for event in &events {
            print(&escaped_json(
                &Shown::of(at, event).await?.json().to_string(),
            ));
            query.after = Some(event.id);
        }
        if events.len() < limit {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

const HEADS: [&str; 7] = ["ID", "TIME", "EVENT", "BY", "APP", "USER", "FROM"];

/// The digits of an id. In JSON they are text: many readers, such as JavaScript, round a number above 2^53, and
/// the rounded one names something else.
fn written(id: Locator) -> String {
    id.0.to_string()
}

/// An event with the names that people know.
struct Shown<'a> {
    event: &'a Recorded,
    actor: Option<(&'static str, Option<String>)>,
    app: Option<String>,
    user: Option<String>,
}

impl<'a> Shown<'a> {
    async fn of(at: &Opened, event: &'a Recorded) -> Result<Self, Failure> {
        let subject = |subject| at.config.policy.subjects.write(subject);
        let actor = match event.actor {
            None => None,
            Some(actor) => {
                let who = match actor {
                    Actor::Person(person) | Actor::Administrator(person) => Some(subject(person)),
                    Actor::App(client) => Some(name_of(at, client).await?),
                    Actor::Operator | Actor::Job => None,
                };
                Some((actor.as_stored().0, who))
            }
        };
        Ok(Shown {
            app: match event.client {
                Some(client) => Some(name_of(at, client).await?),
                None => None,
            },
            user: event.subject.map(subject),
            event,
            actor,
        })
    }

    fn json(&self) -> Value {
        let actor = self.actor.as_ref();
        json!({
            "id": written(self.event.id),
            "at": clock::rfc3339(self.event.at),
            "event": self.event.name,
            "actor": actor.map(|(kind, id)| json!({"kind": kind, "id": id})),
            "app": self.app,
            "user": self.user,
            "grant": self.event.grant.map(written),
            "organization": self.event.organization.map(written),
            "address": self.event.address.map(|address| address.to_string()),
        })
    }

    fn row(&self) -> [String; 7] {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let by = self.actor.as_ref().map(|(kind, _)| (*kind).to_owned());
        [
            written(self.event.id),
            clock::rfc3339(self.event.at),
            self.event.name.clone(),
            by.unwrap_or_default(),
            text(&self.app),
            text(&self.user),
            text(&self.event.address.map(|address| address.to_string())),
        ]
    }
}

/// The client id of an app; its number when it was deleted.
async fn name_of(at: &Opened, client: ClientRowId) -> Result<String, Failure> {
    let found = at.store.client_by_no(client).await?;
    Ok(found.map_or_else(|| format!("#{}", client.0), |client| client.id.clone()))
}
