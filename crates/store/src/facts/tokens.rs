//! Grants and tokens.
use super::people::optional_person;
use crate::row::{Query, Read, Row};
use protocol::facts::{Holder, RefreshFacts, UsedRefreshToken};
use protocol::types::{
    AccessToken, ConnectionStanding, Grant, Locator, RefreshToken, SealedReply, UnixTime,
};

/// Columns of access tokens, also in the order in which they are written.
macro_rules! access_columns {
    () => {
        "id, digest, grant_id, client, subject, scope, expires_at"
    };
}

/// The same with the organization, which few have.
macro_rules! all_access_columns {
    () => {
        "id, digest, grant_id, client, subject, scope, expires_at, organization"
    };
}

macro_rules! grant_columns {
    () => {
        "g.id, g.client, g.subject, g.scope, g.auth_time, g.started_at, g.expires_at, g.revoked_at, g.organization"
    };
}

macro_rules! refresh_columns {
    () => {
        "r.id, r.digest, r.grant_id, r.expires_at"
    };
}

pub(crate) use {access_columns, all_access_columns};

pub(crate) fn access(row: &dyn Row) -> Read<AccessToken> {
    Ok(AccessToken {
        id: row.locator(0)?,
        digest: row.digest(1)?,
        grant: row.locator(2)?,
        client: row.client(3)?,
        subject: row.optional_subject(4)?,
        scope: row.scope(5)?,
        expires_at: row.time(6)?,
        organization: row.optional_locator(7)?,
    })
}

fn grant(row: &dyn Row, at: usize) -> Read<Grant> {
    Ok(Grant {
        id: row.locator(at)?,
        client: row.client(at + 1)?,
        subject: row.subject(at + 2)?,
        scope: row.scope(at + 3)?,
        auth_time: row.time(at + 4)?,
        started_at: row.time(at + 5)?,
        expires_at: row.time(at + 6)?,
        revoked_at: row.optional_time(at + 7)?,
        organization: row.optional_locator(at + 8)?,
    })
}

/// An access token. SQLite reads one, PostgreSQL gathers them.
pub(crate) const ACCESS: Query<AccessToken> = Query {
    sql: concat!(
        "SELECT ",
        all_access_columns!(),
        " FROM access_tokens WHERE id = $1"
    ),
    read: access,
};

/// The same, all that are named by an array.
pub(crate) const ACCESS_OF_MANY: &str = concat!(
    "SELECT ",
    all_access_columns!(),
    " FROM access_tokens WHERE id = ANY($1)"
);

/// A grant.
pub(crate) const GRANT: Query<Grant> = Query {
    sql: concat!(
        "SELECT ",
        grant_columns!(),
        " FROM grants g WHERE g.id = $1"
    ),
    read: |row| grant(row, 0),
};

/// Who allowed a grant, as introspection tells it.
pub(crate) const HOLDER: Query<Holder> = Query {
    sql: "SELECT g.auth_time, p.email, p.verified_at, p.external_id, o.external_id FROM grants g \
          LEFT JOIN people p ON p.subject = g.subject LEFT JOIN organizations o ON o.id = g.organization WHERE g.id = $1",
    read: |row| {
        let proved = row.optional_time(2)?;
        let email = row.optional_text(1)?.filter(|_| proved.is_some());
        Ok(Holder {
            auth_time: row.time(0)?,
            email: email.map(str::to_owned),
            external_id: row.optional_text(3)?.map(str::to_owned),
            workspace: row.optional_text(4)?.map(str::to_owned),
            methods: None,
            acr: None,
        })
    },
};

/// How they had signed in, and what that is told to be worth.
pub(crate) const PROVED: Query<(Option<String>, Option<String>)> = Query {
    sql: "SELECT methods, acr FROM authentications WHERE id = $1",
    read: |row| {
        let methods = row.optional_text(0)?.map(str::to_owned);
        Ok((methods, row.optional_text(1)?.map(str::to_owned)))
    },
};

/// That a token was used: its successor, and when.
type Use = (Locator, UnixTime);

/// A refresh token with its grant and its person, and whether it was used. What came of a use is rarely asked.
pub(crate) const REFRESH: Query<(RefreshFacts, Option<Use>)> = Query {
    sql: concat!(
        "SELECT ",
        refresh_columns!(),
        ", ",
        grant_columns!(),
        ", u.successor, u.used_at, ",
        person_without_password!(),
        " FROM refresh_tokens r JOIN grants g ON g.id = r.grant_id \
         LEFT JOIN used_refresh_tokens u ON u.id = r.id \
         LEFT JOIN people p ON p.subject = g.subject WHERE r.id = $1"
    ),
    read: |row| {
        let facts = refresh_facts(row, 15)?;
        Ok((facts, row.optional_locator(13)?.zip(row.optional_time(14)?)))
    },
};

/// What came of a use: the successor's own use and the reply.
pub(crate) const USE: Query<(bool, Option<SealedReply>)> = Query {
    sql: "SELECT n.id IS NOT NULL, y.sealed FROM (SELECT $1 AS id) s \
          LEFT JOIN used_refresh_tokens n ON n.id = s.id LEFT JOIN refresh_replies y ON y.id = s.id",
    read: |row| Ok((row.flag(0)?, sealed(row, 1)?)),
};

/// Refresh tokens that are named by an array, each with its grant, its use and its person.
pub(crate) const REFRESH_OF_MANY: &str = concat!(
    "SELECT ",
    refresh_columns!(),
    ", ",
    grant_columns!(),
    ", u.successor, u.used_at, n.id IS NOT NULL, y.sealed, ",
    person_without_password!(),
    " FROM refresh_tokens r JOIN grants g ON g.id = r.grant_id \
     LEFT JOIN used_refresh_tokens u ON u.id = r.id \
     LEFT JOIN used_refresh_tokens n ON n.id = u.successor \
     LEFT JOIN refresh_replies y ON y.id = u.successor \
     LEFT JOIN people p ON p.subject = g.subject WHERE r.id = ANY($1)"
);

/// A row of [`REFRESH_OF_MANY`].
pub(crate) fn refresh(row: &dyn Row) -> Read<RefreshFacts> {
    let used = match row.optional_locator(13)? {
        None => None,
        Some(successor) => Some(UsedRefreshToken {
            successor,
            used_at: row.time(14)?,
            successor_used: row.flag(15)?,
            reply: sealed(row, 16)?,
        }),
    };
    Ok(RefreshFacts {
        used,
        ..refresh_facts(row, 17)?
    })
}

fn refresh_facts(row: &dyn Row, person_at: usize) -> Read<RefreshFacts> {
    Ok(RefreshFacts {
        token: RefreshToken {
            id: row.locator(0)?,
            digest: row.digest(1)?,
            grant: row.locator(2)?,
            expires_at: row.time(3)?,
        },
        grant: grant(row, 4)?,
        used: None,
        person: optional_person(row, person_at)?,
        connection: ConnectionStanding::GOOD,
        asked: None,
        workspace: None,
    })
}

fn sealed(row: &dyn Row, column: usize) -> Read<Option<SealedReply>> {
    let sealed = |bytes: &[u8]| SealedReply(bytes.to_vec());
    Ok(row.optional_bytes(column)?.map(sealed))
}

/// The lowest ids of an access token and of a refresh token.
pub(crate) const OLDEST: Query<(Option<Locator>, Option<Locator>)> = Query {
    sql: "SELECT (SELECT MIN(id) FROM access_tokens), (SELECT MIN(id) FROM refresh_tokens)",
    read: |row| Ok((row.optional_locator(0)?, row.optional_locator(1)?)),
};

/// A subquery: the highest `id` of each table whose ids a mint gives.
macro_rules! highest_ids {
    () => {
        "(SELECT MAX(id) AS id FROM access_tokens UNION ALL SELECT MAX(id) FROM refresh_tokens UNION ALL \
         SELECT MAX(id) FROM codes UNION ALL SELECT MAX(id) FROM device_codes UNION ALL \
         SELECT MAX(id) FROM grants UNION ALL SELECT MAX(id) FROM interactions UNION ALL \
         SELECT MAX(id) FROM sessions UNION ALL SELECT MAX(id) FROM login_answers UNION ALL \
         SELECT MAX(id) FROM portal_sessions UNION ALL SELECT MAX(id) FROM events UNION ALL \
         SELECT MAX(id) FROM outbox UNION ALL SELECT MAX(id) FROM mail_links UNION ALL \
         SELECT MAX(id) FROM client_secrets UNION ALL SELECT MAX(id) FROM organizations UNION ALL \
         SELECT MAX(id) FROM invitations UNION ALL SELECT MAX(id) FROM transfers UNION ALL \
         SELECT MAX(id) FROM refused_requests UNION ALL SELECT MAX(id) FROM granted_requests UNION ALL \
         SELECT MAX(id) FROM review_requests UNION ALL SELECT MAX(id) FROM review_messages UNION ALL \
         SELECT MAX(id) FROM passkeys UNION ALL SELECT MAX(id) FROM used_ceremonies UNION ALL \
         SELECT MAX(id) FROM earlier_passwords UNION ALL SELECT MAX(id) FROM playground_runs) AS highest"
    };
}
pub(crate) use highest_ids;

/// The highest id in any table whose ids a mint gives.
pub(crate) const HIGHEST_ID: Query<i64> = Query {
    sql: concat!("SELECT COALESCE(MAX(id), 0) FROM ", highest_ids!()),
    read: |row| row.number(0),
};
