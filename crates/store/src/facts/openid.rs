//! What OpenID Connect keeps.
use super::people::{person, preferences};
use crate::row::{Query, Read, Row};
use protocol::openid::claims::{About, Document};
use protocol::types::{Authentication, ClientRowId, Locator, Preferences, Subject};

/// What was asked of a sign-in, and what is kept of its person, who is read elsewhere.
pub(crate) type Asked = (Authentication, Preferences, Document);

/// Of the sign-in behind a code or grant.
pub(crate) const ASKED: Query<Asked> = Query {
    sql: "SELECT a.id, a.sid, a.nonce, a.claims, a.expires_at, p.language, p.zone, d.claims, a.methods, a.acr FROM authentications a \
          JOIN people p ON p.subject = a.subject LEFT JOIN person_claims d ON d.subject = a.subject WHERE a.id = $1",
    read: |row| {
        let authentication = Authentication {
            id: row.locator(0)?,
            session: row.locator(1)?,
            nonce: row.optional_text(2)?.map(str::to_owned),
            claims: row.lines(3)?,
            expires_at: row.time(4)?,
            methods: row.optional_text(8)?.map(str::to_owned),
            acr: row.optional_text(9)?.map(str::to_owned),
        };
        Ok((authentication, preferences(row, 5)?, document(row, 7)?))
    },
};

/// A person with all that claims tell.
pub(crate) const ABOUT: Query<About> = Query {
    sql: concat!(
        "SELECT ",
        person_columns!(),
        ", p.language, p.zone, d.claims FROM people p LEFT JOIN person_claims d ON d.subject = p.subject \
         WHERE p.subject = $1"
    ),
    read: |row| {
        Ok(About {
            person: person(row, 0)?,
            preferences: preferences(row, 12)?,
            document: document(row, 14)?,
        })
    },
};

/// Apps that are to be told that a session ended, so many at most.
pub(crate) const LOGOUTS: Query<(Locator, ClientRowId, Subject)> = Query {
    sql: "SELECT sid, client, subject FROM logouts ORDER BY sid, client LIMIT $1",
    read: |row| Ok((row.locator(0)?, row.client(1)?, row.subject(2)?)),
};

/// Writes down who is to be told of sessions that are over, before their rows go.
pub(crate) const OVER: &str = "INSERT INTO logouts (sid, client, subject) SELECT DISTINCT a.sid, a.client, a.subject \
     FROM sessions s JOIN authentications a ON a.session = s.id WHERE s.id > $1 AND s.id < $2 AND s.expires_at <= $3 \
     ON CONFLICT DO NOTHING";

fn document(row: &dyn Row, at: usize) -> Read<Document> {
    let text = row.optional_text(at)?;
    Ok(text.map(Document::from_stored).unwrap_or_default())
}
