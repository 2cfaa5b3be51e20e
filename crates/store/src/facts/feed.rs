//! Lines of the revocation feed, and what their objects are now.
use crate::row::{Query, Read, Row};
use protocol::facts::AccountStatus;
use protocol::revocations::Change;
use protocol::types::{ClientRowId, ConnectionKey, Locator, Side, Subject, UnixTime};

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// A grant was revoked.
    Grant(Locator),
    /// An app changed.
    Client(ClientRowId),
    /// A person's standing changed.
    Person(Subject),
    /// An access token's row is gone.
    Token(Locator),
    /// What a person allowed an app is another now.
    Connection(ConnectionKey),
    /// What is over of all that was given for an organization is more now.
    Workspace(Locator),
}

impl About {
    /// How it is stored.
    pub(crate) fn as_stored(self) -> (&'static str, i64) {
        match self {
            About::Grant(Locator(id)) => ("grant", id),
            About::Client(ClientRowId(no)) => ("client", no),
            About::Person(Subject(subject)) => ("person", subject),
            About::Token(Locator(id)) => ("token", id),
            About::Connection(key) => ("connection", key.subject.0),
            About::Workspace(Locator(id)) => ("workspace", id),
        }
    }

    /// What is stored in the place of [`Line::above`]: the app of a connection.
    pub(crate) fn beside(self) -> Option<Locator> {
        match self {
            About::Connection(key) => Some(Locator(key.client.0)),
            About::Grant(_)
            | About::Client(_)
            | About::Person(_)
            | About::Token(_)
            | About::Workspace(_) => None,
        }
    }

    /// The organization of a connection.
    pub(crate) fn organization(self) -> Option<Locator> {
        match self {
            About::Connection(key) => key.organization,
            About::Grant(_)
            | About::Client(_)
            | About::Person(_)
            | About::Token(_)
            | About::Workspace(_) => None,
        }
    }
}

/// A line: its number, what is stored in it, and when it may be forgotten.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) seq: i64,
    pub(crate) kind: String,
    pub(crate) reference: i64,
    pub(crate) until: UnixTime,
    above: Option<Locator>,
    organization: Option<Locator>,
}

impl Line {
    /// The id that no token of a revoked grant is above.
    pub(crate) fn above(&self) -> Locator {
        self.above.unwrap_or(Locator::first_at(self.until))
    }

    /// What it is about; `None`: the first line of a database, or one of a later version.
    pub(crate) fn about(&self) -> Option<About> {
        let reference = self.reference;
        match self.kind.as_str() {
            "grant" => Some(About::Grant(Locator(reference))),
            "client" => Some(About::Client(ClientRowId(reference))),
            "person" => Some(About::Person(Subject(reference))),
            "token" => Some(About::Token(Locator(reference))),
            "connection" => {
                let Locator(client) = self.above?;
                Some(About::Connection(ConnectionKey {
                    subject: Subject(reference),
                    client: ClientRowId(client),
                    organization: self.organization,
                }))
            }
            "workspace" => Some(About::Workspace(Locator(reference))),
            _ => None,
        }
    }
}

fn line(row: &dyn Row) -> Read<Line> {
    Ok(Line {
        seq: row.number(0)?,
        kind: row.string(1)?,
        reference: row.number(2)?,
        until: row.time(3)?,
        above: row.optional_locator(4)?,
        organization: row.optional_locator(5)?,
    })
}

/// All lines after one.
pub(crate) const AFTER: Query<Line> = Query {
    sql: "SELECT seq, kind, ref, until, above, organization FROM changes WHERE seq > $1 ORDER BY seq",
    read: line,
};

/// Lines of grants that were revoked and must be remembered.
pub(crate) const REVOKED: Query<Line> = Query {
    sql: "SELECT seq, kind, ref, until, above, organization FROM changes WHERE kind = 'grant'",
    read: line,
};

/// The last line at or before one.
pub(crate) const AT: Query<Line> = Query {
    sql: "SELECT seq, kind, ref, until, above, organization FROM changes WHERE seq <= $1 ORDER BY seq DESC LIMIT 1",
    read: line,
};

/// Lines from one to another, so many at most: one statement, so the first and those after it are of one moment.
pub(crate) const BETWEEN: Query<Line> = Query {
    sql: "SELECT seq, kind, ref, until, above, organization FROM changes WHERE seq >= $1 AND seq <= $2 ORDER BY seq LIMIT $3",
    read: line,
};

/// The number of the last line.
pub(crate) const LAST: Query<i64> = Query {
    sql: "SELECT COALESCE(MAX(seq), 0) FROM changes",
    read: |row| row.number(0),
};

/// The random number of this database, which never changes.
pub(crate) const ORIGIN: Query<i64> = Query {
    sql: "SELECT ref FROM changes WHERE seq = 1 AND kind = 'origin'",
    read: |row| row.number(0),
};

/// An app, also one that was deleted.
pub(crate) const APP: Query<Change> = Query {
    sql: "SELECT id, test, status = 'active' AND cutoff = 0 AND deleted_at IS NULL FROM clients WHERE no = $1",
    read: |row| {
        Ok(Change::App {
            client_id: row.string(0)?,
            side: side(row.flag(1)?),
            good: row.flag(2)?,
        })
    },
};

/// A person.
pub(crate) const PERSON: Query<Change> = Query {
    sql: concat!(
        "SELECT ",
        person_columns!(),
        " FROM people p WHERE p.subject = $1"
    ),
    read: |row| {
        let person = super::people::person(row, 0)?;
        Ok(Change::Person {
            subject: person.subject,
            external_id: person.external_id.clone(),
            side: side(person.test_app.is_some()),
            standing: AccountStatus::from(&person),
        })
    },
};

fn side(test: bool) -> Side {
    match test {
        true => Side::Test,
        false => Side::Live,
    }
}
