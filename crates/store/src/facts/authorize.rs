//! Authorization requests, what was allowed before, and codes.
use super::people::optional_person;
use crate::row::{Query, Read, Row, corrupt};
use protocol::facts::CodeFacts;
use protocol::types::{
    AppStanding, AuthorizationCode, ClientRowId, CodeChallenge, ConnectionStanding, Consent,
    Interaction, Locator, Scope, Subject,
};

/// A pending request.
pub(crate) const INTERACTION: Query<Interaction> = Query {
    sql: "SELECT id, digest, client, request, expires_at, answered_at, code FROM interactions WHERE id = $1",
    read: |row| {
        Ok(Interaction {
            id: row.locator(0)?,
            digest: row.digest(1)?,
            client: row.client(2)?,
            request: row.string(3)?,
            expires_at: row.time(4)?,
            answered_at: row.optional_time(5)?,
            code: row.optional_locator(6)?,
        })
    },
};

/// Four columns from `at` on.
pub(super) fn consent(
    row: &dyn Row,
    at: usize,
    (subject, client, organization): (Subject, ClientRowId, Option<Locator>),
) -> Read<Consent> {
    Ok(Consent {
        subject,
        client,
        organization,
        scope: row.scope(at)?,
        redirect_uris: row.lines(at + 1)?,
        granted_at: row.time(at + 2)?,
        skipped: row.scope(at + 3)?,
        standing: AppStanding::Trusted,
        earlier: Scope::default(),
    })
}

macro_rules! consents {
    ($of:literal) => {
        Query {
            sql: concat!(
                "SELECT c.subject, c.client, c.scope, c.redirect_uris, c.granted_at, c.skipped, c.organization FROM consents c \
                 JOIN people p ON p.subject = c.subject AND c.granted_at > p.consents_from \
                 WHERE c.subject = $1 AND c.client = $2 ",
                $of
            ),
            read: |row| consent(row, 2, (row.subject(0)?, row.client(1)?, workspace(row, 6)?)),
        }
    };
}

/// What a person allowed an app before, for a workspace.
pub(crate) const CONSENT: Query<Consent> = consents!("AND c.organization = $3");
/// The last of what they allowed it, for whichever workspace.
pub(crate) const LAST_CONSENT: Query<Consent> = consents!("ORDER BY c.granted_at DESC LIMIT 1");

/// A code with its redemption and its person.
pub(crate) const CODE: Query<CodeFacts> = Query {
    sql: concat!(
        "SELECT c.id, c.digest, c.client, c.subject, c.scope, c.scope_named, c.redirect_uri, c.challenge, \
         c.auth_time, c.expires_at, g.id IS NOT NULL, c.organization, ",
        person_without_password!(),
        " FROM codes c LEFT JOIN grants g ON g.id = c.id LEFT JOIN people p ON p.subject = c.subject WHERE c.id = $1"
    ),
    read: |row| {
        Ok(CodeFacts {
            code: AuthorizationCode {
                id: row.locator(0)?,
                digest: row.digest(1)?,
                client: row.client(2)?,
                subject: row.subject(3)?,
                scope: row.scope(4)?,
                scope_named: row.flag(5)?,
                redirect_uri: row.string(6)?,
                challenge: challenge(row, 7)?,
                auth_time: row.time(8)?,
                expires_at: row.time(9)?,
                organization: row.optional_locator(11)?,
            },
            redeemed: row.flag(10)?,
            person: optional_person(row, 12)?,
            connection: ConnectionStanding::GOOD,
            asked: None,
            workspace: None,
        })
    },
};

/// The organization of a connection; what is a person's own has number 0.
pub(super) fn workspace(row: &dyn Row, at: usize) -> Read<Option<Locator>> {
    let organization = row.locator(at)?;
    Ok((organization > Locator(0)).then_some(organization))
}

fn challenge(row: &dyn Row, column: usize) -> Read<Option<CodeChallenge>> {
    let read = |text| CodeChallenge::parse(text).ok_or_else(|| corrupt(column, "a challenge"));
    row.optional_text(column)?.map(read).transpose()
}
