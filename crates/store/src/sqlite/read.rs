//! Facts: one query each, on the calling thread's own read-only connection.
use super::rows::{self, digest, grant, locator, optional_person, person, scope, session, time};
use super::statements::{Statements, sql};
use jose::Digest;
use protocol::facts::{
    Attempts, CodeFacts, RefreshFacts, SessionFacts, Standing, UsedRefreshToken,
};
use protocol::transition::Logo;
use protocol::types::{
    AccessToken, AuthorizationCode, ClientNo, Consent, Grant, Interaction, Locator, Person,
    SealedReply, Session, Subject, UnixTime,
};
use rusqlite::{Result, Row, params};

pub(crate) fn access_token(db: &Statements<'_>, id: Locator) -> Result<Option<AccessToken>> {
    let sql = "SELECT digest, grant_id, client, subject, scope, expires_at FROM access_tokens WHERE id = ?1";
    db.one(sql, [id.0], |row| {
        Ok(AccessToken {
            id,
            digest: digest(row, 0)?,
            grant: locator(row, 1)?,
            client: ClientNo(row.get(2)?),
            subject: row.get::<_, Option<i64>>(3)?.map(Subject),
            scope: scope(row, 4)?,
            expires_at: time(row, 5)?,
        })
    })
}

pub(crate) fn code(db: &Statements<'_>, id: Locator) -> Result<Option<CodeFacts>> {
    let sql = sql![
        "SELECT c.digest, c.client, c.subject, c.scope, c.redirect_uri, c.challenge, c.auth_time, c.expires_at, \
         g.id IS NOT NULL, c.scope_named, ",
        rows::PERSON,
        " FROM codes c LEFT JOIN grants g ON g.id = c.id LEFT JOIN people p ON p.subject = c.subject WHERE c.id = ?1",
    ];
    db.one(sql, [id.0], |row| {
        Ok(CodeFacts {
            code: AuthorizationCode {
                id,
                digest: digest(row, 0)?,
                client: ClientNo(row.get(1)?),
                subject: Subject(row.get(2)?),
                scope: scope(row, 3)?,
                scope_named: row.get(9)?,
                redirect_uri: row.get(4)?,
                challenge: rows::challenge(row, 5)?,
                auth_time: time(row, 6)?,
                expires_at: time(row, 7)?,
            },
            redeemed: row.get(8)?,
            person: optional_person(row, 10)?,
        })
    })
}

pub(crate) fn refresh_token(db: &Statements<'_>, id: Locator) -> Result<Option<RefreshFacts>> {
    let sql = sql![
        "SELECT ",
        rows::REFRESH,
        ", ",
        rows::GRANT,
        ", u.successor, u.used_at, ",
        rows::PERSON,
        " FROM refresh_tokens r JOIN grants g ON g.id = r.grant_id \
         LEFT JOIN used_refresh_tokens u ON u.id = r.id \
         LEFT JOIN people p ON p.subject = g.subject WHERE r.id = ?1",
    ];
    let found = db.one(sql, [id.0], |row| {
        let facts = RefreshFacts {
            token: rows::refresh(row, 0)?,
            grant: grant(row, 4)?,
            used: None,
            person: optional_person(row, 14)?,
        };
        let successor: Option<i64> = row.get(12)?;
        let used_at = rows::optional_time(row, 13)?;
        Ok((facts, successor.map(Locator).zip(used_at)))
    })?;
    let Some((facts, used)) = found else {
        return Ok(None);
    };
    let used = used.map(|(successor, used_at)| used_for(db, successor, used_at));
    Ok(Some(RefreshFacts {
        used: used.transpose()?,
        ..facts
    }))
}

/// What came of a use, which is rarely asked: the successor's own use and the reply.
fn used_for(
    db: &Statements<'_>,
    successor: Locator,
    used_at: UnixTime,
) -> Result<UsedRefreshToken> {
    let sql = "SELECT n.id IS NOT NULL, y.sealed FROM (SELECT ?1 AS id) s \
               LEFT JOIN used_refresh_tokens n ON n.id = s.id LEFT JOIN refresh_replies y ON y.id = s.id";
    let found = db.one(sql, [successor.0], |row| {
        Ok((row.get(0)?, row.get::<_, Option<Vec<u8>>>(1)?))
    })?;
    let (successor_used, reply) = found.unwrap_or_default();
    Ok(UsedRefreshToken {
        successor,
        used_at,
        successor_used,
        reply: reply.map(SealedReply),
    })
}

pub(crate) fn grant_by_id(db: &Statements<'_>, id: Locator) -> Result<Option<Grant>> {
    let sql = sql!["SELECT ", rows::GRANT, " FROM grants g WHERE g.id = ?1"];
    db.one(sql, [id.0], |row| grant(row, 0))
}

pub(crate) fn session_by_id(db: &Statements<'_>, id: Locator) -> Result<Option<SessionFacts>> {
    let sql = sql![
        "SELECT ",
        rows::SESSION,
        ", ",
        rows::PERSON,
        " FROM sessions s JOIN people p ON p.subject = s.subject WHERE s.id = ?1"
    ];
    db.one(sql, [id.0], |row| {
        Ok(SessionFacts {
            session: session(row, 0)?,
            person: person(row, 6)?,
        })
    })
}

pub(crate) fn session_and_consent(
    db: &Statements<'_>,
    id: Locator,
    client: ClientNo,
) -> Result<Option<(SessionFacts, Option<Consent>)>> {
    let sql = sql![
        "SELECT ",
        rows::SESSION,
        ", ",
        rows::PERSON,
        ", c.scope, c.redirect_uris, c.granted_at FROM sessions s JOIN people p ON p.subject = s.subject \
         LEFT JOIN consents c ON c.subject = s.subject AND c.client = ?2 WHERE s.id = ?1",
    ];
    db.one(sql, [id.0, client.0], |row| {
        let facts = SessionFacts {
            session: session(row, 0)?,
            person: person(row, 6)?,
        };
        let consent = match row.get_ref(15)?.as_str_or_null()? {
            Some(_) => Some(consent(row, 15, facts.person.subject, client)?),
            None => None,
        };
        Ok((facts, consent))
    })
}

pub(crate) fn interaction(db: &Statements<'_>, id: Locator) -> Result<Option<Interaction>> {
    let sql =
        "SELECT digest, client, request, expires_at, answered_at FROM interactions WHERE id = ?1";
    db.one(sql, [id.0], |row| {
        Ok(Interaction {
            id,
            digest: digest(row, 0)?,
            client: ClientNo(row.get(1)?),
            request: row.get(2)?,
            expires_at: time(row, 3)?,
            answered_at: rows::optional_time(row, 4)?,
        })
    })
}

pub(crate) fn consent_of(
    db: &Statements<'_>,
    subject: Subject,
    client: ClientNo,
) -> Result<Option<Consent>> {
    let sql =
        "SELECT scope, redirect_uris, granted_at FROM consents WHERE subject = ?1 AND client = ?2";
    db.one(sql, [subject.0, client.0], |row| {
        consent(row, 0, subject, client)
    })
}

fn consent(row: &Row<'_>, at: usize, subject: Subject, client: ClientNo) -> Result<Consent> {
    Ok(Consent {
        subject,
        client,
        scope: scope(row, at)?,
        redirect_uris: rows::lines(row.get_ref(at + 1)?.as_str()?),
        granted_at: time(row, at + 2)?,
    })
}

pub(crate) fn person_by_subject(db: &Statements<'_>, subject: Subject) -> Result<Option<Person>> {
    let sql = sql![
        "SELECT ",
        rows::PERSON,
        " FROM people p WHERE p.subject = ?1"
    ];
    db.one(sql, [subject.0], |row| person(row, 0))
}

pub(crate) fn person_by_email(db: &Statements<'_>, email_key: &str) -> Result<Option<Person>> {
    let sql = sql![
        "SELECT ",
        rows::PERSON,
        " FROM people p WHERE p.email_key = ?1"
    ];
    db.one(sql, [email_key], |row| person(row, 0))
}

pub(crate) fn people(db: &Statements<'_>, after: i64, limit: usize) -> Result<Vec<Person>> {
    let sql = sql![
        "SELECT ",
        rows::PERSON,
        " FROM people p WHERE p.subject > ?1 ORDER BY p.subject LIMIT ?2"
    ];
    db.many(sql, params![after, limit as i64], |row| person(row, 0))
}

/// The standing of a person; good when there is no such account.
pub(crate) fn standing(db: &Statements<'_>, subject: Subject) -> Result<Standing> {
    let person = person_by_subject(db, subject)?;
    Ok(person.as_ref().map_or(Standing::GOOD, Standing::from))
}

/// Everyone whose standing is not good.
pub(crate) fn standings(db: &Statements<'_>) -> Result<Vec<Person>> {
    let sql = sql![
        "SELECT ",
        rows::PERSON,
        " FROM people p WHERE p.disabled_at IS NOT NULL OR p.cutoff > 0"
    ];
    db.many(sql, [], |row| person(row, 0))
}

pub(crate) fn attempts(db: &Statements<'_>, key: &Digest) -> Result<Attempts> {
    let sql = "SELECT count, since FROM attempts WHERE key = ?1";
    let found = db.one(sql, [&key.as_bytes()[..]], |row| {
        Ok(Attempts {
            count: row.get(0)?,
            since: time(row, 1)?,
        })
    })?;
    Ok(found.unwrap_or(Attempts {
        count: 0,
        since: UnixTime(0),
    }))
}

pub(crate) fn sessions(
    db: &Statements<'_>,
    subject: Subject,
    now: UnixTime,
    before: i64,
    limit: usize,
) -> Result<Vec<Session>> {
    let sql = sql![
        "SELECT ",
        rows::SESSION,
        " FROM sessions s WHERE s.subject = ?1 AND s.id < ?2 AND s.expires_at > ?3 \
         ORDER BY s.id DESC LIMIT ?4"
    ];
    db.many(
        sql,
        params![subject.0, before, now.0, limit as i64],
        |row| session(row, 0),
    )
}

pub(crate) fn logo(db: &Statements<'_>, client: ClientNo) -> Result<Option<Logo>> {
    let sql = "SELECT media_type, bytes FROM client_logos WHERE client = ?1";
    db.one(sql, [client.0], |row| {
        let media_type = match row.get_ref(0)?.as_str()? {
            "image/png" => "image/png",
            "image/jpeg" => "image/jpeg",
            "image/webp" => "image/webp",
            _ => return Err(rows::corrupt(0, "a picture")),
        };
        let bytes = row.get(1)?;
        Ok(Logo { media_type, bytes })
    })
}

/// A line of the change feed: number, kind, what it is about, until when it counts.
pub(crate) type Change = (i64, String, i64, i64);

pub(crate) fn changes(db: &Statements<'_>, after: i64) -> Result<Vec<Change>> {
    let sql = "SELECT seq, kind, ref, until FROM changes WHERE seq > ?1 ORDER BY seq";
    db.many(sql, [after], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })
}
