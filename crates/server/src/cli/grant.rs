//! `valetkey grant …`: the apps that a person let in.
use super::failure::Failure;
use super::grant_all::{EndAll, OfAll};
use super::output::{Output, sheet, table};
use super::place::{CHANGED, Opened, Page, Place};
use crate::ops::clock;
use clap::{Args, Subcommand};
use protocol::connections::{self, RESTORABLE, Wish};
use protocol::types::{Client, Connection, ConnectionKey, ConnectionState, Person};
use serde_json::{Value, json};
use std::sync::Arc;
use store::{ConnectionPlace, ConnectionQuery};

/// What people granted apps.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List the apps that a person let in.
    List(List),
    /// Show what one of them may do.
    Show(One),
    /// Keep an app out for a while: its tokens do not work until it is resumed.
    Pause(One),
    /// Let a paused app in again.
    Resume(One),
    /// Take one scope away from an app, also from the tokens that it has.
    Narrow(Narrow),
    /// End an app's access for good: its tokens no longer work, and the person is asked again.
    End(One),
    /// Take such an end back within a day: the person need not be asked again. Tokens stay dead.
    Restore(One),
    /// End an app's access for all members of an organization.
    EndAll(EndAll),
    /// Take such an end back within a day. Tokens stay dead.
    RestoreAll(OfAll),
}

/// Whose, and which part of the list.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
    /// The e-mail address or the id of the person.
    #[arg(value_name = "USER")]
    who: String,
    /// Only apps whose name holds this.
    #[arg(long, value_name = "TEXT", default_value = "")]
    name: String,
    #[command(flatten)]
    page: Page,
}

/// Which one.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    place: Place,
    /// The e-mail address or the id of the person.
    #[arg(value_name = "USER")]
    who: String,
    /// The app's client id.
    #[arg(value_name = "CLIENT_ID")]
    client_id: String,
    /// The id of the organization that the app was let in for, yours of one that came from your login. Without: the user's own
    /// account.
    #[arg(long, value_name = "ID")]
    organization: Option<String>,
}

/// Which scope of which one.
#[derive(Debug, Args)]
pub(super) struct Narrow {
    #[command(flatten)]
    one: One,
    /// The scope that is taken away.
    #[arg(value_name = "SCOPE")]
    scope: String,
}

impl Verb {
    /// Does it.
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        match self {
            Verb::List(list) => list.run(output).await,
            Verb::Show(one) => one.show(output).await,
            Verb::Pause(one) => one.change(Wish::Pause, output).await,
            Verb::Resume(one) => one.change(Wish::Resume, output).await,
            Verb::Narrow(narrow) => narrow.run(output).await,
            Verb::End(one) => one.change(Wish::End, output).await,
            Verb::Restore(one) => one.change(Wish::Restore, output).await,
            Verb::EndAll(all) => all.run(output).await,
            Verb::RestoreAll(all) => all.restore(output).await,
        }
    }
}

impl List {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        let person = at.person(&self.who).await?;
        let limit = usize::from(self.page.limit);
        let query = ConnectionQuery {
            subject: person.subject,
            after: self.page.after.as_deref().map(place).transpose()?,
            name: &self.name,
            ended_after: clock::now().minus(RESTORABLE),
            limit: limit + 1,
        };
        let mut found = at.store.connections(query).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more);
        let next = next.map(|last| ConnectionPlace::of(last).write());
        let mut all = Vec::new();
        for connection in found {
            if let Some(client) = at.store.client_by_no(connection.client).await? {
                all.push((client, Shown::of(&at, connection).await?));
            }
        }
        let json: Vec<Value> = all.iter().map(|(app, one)| as_json(app, one)).collect();
        output.show(&json!({ "grants": json, "next": next }), || {
            let rows: Vec<_> = all.iter().map(|(app, one)| row(app, one)).collect();
            let more =
                next.map_or_else(String::new, |next| format!("\n\nMore with --after {next}"));
            match rows.is_empty() {
                true => format!("{} let no such app in.", person.label()),
                false => {
                    table(
                        [
                            "CLIENT ID",
                            "NAME",
                            "ORGANIZATION",
                            "SINCE",
                            "LAST USED",
                            "STATUS",
                        ],
                        &rows,
                    ) + &more
                }
            }
        });
        Ok(())
    }
}

/// A place in the list, as an earlier page ended with it.
fn place(text: &str) -> Result<ConnectionPlace, Failure> {
    ConnectionPlace::read(text).ok_or_else(|| {
        Failure::usage("--after takes what the page before ended with, such as 1764374400.7.0")
    })
}

impl One {
    async fn show(self, output: Output) -> Result<(), Failure> {
        let at = self.place.look()?;
        let (app, person, connection) = found(&at, &self).await?;
        let shown = Shown::of(&at, connection).await?;
        tell(output, (&app, &person, &shown), None);
        Ok(())
    }

    async fn change(self, wish: Wish, output: Output) -> Result<(), Failure> {
        let at = self.place.open()?;
        let (app, person, connection) = found(&at, &self).await?;
        let said = match connections::change(wish, &connection, &at.mint, clock::now()) {
            Some(change) => {
                at.commit(change.into(), CHANGED).await?;
                "Done."
            }
            None if wish == Wish::Restore => {
                return Err(Failure::failed(
                    "there is no end to take back: that is possible for a day",
                ));
            }
            None => "Nothing to do: that was so before.",
        };
        let (.., connection) = found(&at, &self).await?;
        let shown = Shown::of(&at, connection).await?;
        tell(output, (&app, &person, &shown), Some(said));
        at.close().await;
        Ok(())
    }
}

impl Narrow {
    async fn run(self, output: Output) -> Result<(), Failure> {
        let Narrow { one, scope } = self;
        let at = one.place.open()?;
        let (app, person, connection) = found(&at, &one).await?;
        let Some(change) = connections::narrow(&connection, &scope, &at.mint) else {
            return Err(Failure::failed(format!(
                "{scope:?} cannot be taken away: the app has {:?}; `valetkey grant end` takes all of it",
                connection.access().to_string()
            )));
        };
        at.commit(change.into(), CHANGED).await?;
        let (.., connection) = found(&at, &one).await?;
        let shown = Shown::of(&at, connection).await?;
        tell(output, (&app, &person, &shown), Some("Done."));
        at.close().await;
        Ok(())
    }
}

async fn found(at: &Opened, one: &One) -> Result<(Arc<Client>, Person, Connection), Failure> {
    let client_id = &one.client_id;
    let (app, person) = (at.app(client_id).await?, at.person(&one.who).await?);
    let organization = match &one.organization {
        Some(named) => Some(at.organization(named).await?.id),
        None => None,
    };
    let key = ConnectionKey {
        subject: person.subject,
        client: app.no,
        organization,
    };
    let found = at.store.connection(key).await?;
    let connection = found.ok_or_else(|| {
        Failure::failed(format!(
            "{} did not let {client_id} in: `valetkey grant list {}` lists those that were",
            person.label(),
            person.label()
        ))
    })?;
    Ok((app, person, connection))
}

fn tell(output: Output, (app, person, shown): (&Client, &Person, &Shown), said: Option<&str>) {
    let connection = &shown.connection;
    output.show(&as_json(app, shown), || {
        let sheet = sheet(&[
            ("app", format!("{} ({})", app.name, app.id)),
            ("user", person.label().to_owned()),
            (
                "organization",
                shown.organization.clone().unwrap_or_default(),
            ),
            ("scope", connection.access().to_string()),
            ("since", clock::rfc3339(connection.since)),
            ("allowed", clock::rfc3339(connection.granted_at)),
            ("last used", last_used(connection).unwrap_or_default()),
            ("status", status(connection).to_owned()),
        ]);
        match said {
            Some(said) => format!("{said}\n\n{sheet}"),
            None => sheet,
        }
    });
}

/// What a person allowed an app, and the id of the organization that it was let in for.
struct Shown {
    connection: Connection,
    organization: Option<String>,
}

impl Shown {
    async fn of(at: &Opened, connection: Connection) -> Result<Self, Failure> {
        let organization = match connection.organization {
            Some(organization) => Some(at.named(organization).await?),
            None => None,
        };
        Ok(Shown {
            connection,
            organization,
        })
    }
}

/// When a token of it was used, within some minutes.
fn last_used(connection: &Connection) -> Option<String> {
    connection.used_at.map(clock::rfc3339)
}

fn status(connection: &Connection) -> &'static str {
    match connection.state {
        ConnectionState::Active => "active",
        ConnectionState::Paused(_) => "paused",
        ConnectionState::Ended(_) => "ended",
    }
}

fn as_json(app: &Client, shown: &Shown) -> Value {
    let connection = &shown.connection;
    json!({
        "client_id": app.id,
        "name": app.name,
        "organization": shown.organization,
        "scope": connection.access().to_string(),
        "since": clock::rfc3339(connection.since),
        "granted_at": clock::rfc3339(connection.granted_at),
        "last_used_at": last_used(connection),
        "status": status(connection),
    })
}

fn row(app: &Client, shown: &Shown) -> [String; 6] {
    let connection = &shown.connection;
    [
        app.id.clone(),
        app.name.clone(),
        shown.organization.clone().unwrap_or_default(),
        clock::rfc3339(connection.since),
        last_used(connection).unwrap_or_default(),
        status(connection).to_owned(),
    ]
}
