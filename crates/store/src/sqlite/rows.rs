//! Rows to types, in one place.
use jose::Digest;
use protocol::types::{
    ClientNo, CodeChallenge, Grant, Locator, Person, RefreshToken, Scope, Session, Subject,
    UnixTime,
};
use rusqlite::types::Type;
use rusqlite::{Error, Result, Row};

pub(super) fn corrupt(column: usize, what: &str) -> Error {
    Error::FromSqlConversionFailure(column, Type::Text, what.to_owned().into())
}

pub(super) fn digest(row: &Row<'_>, column: usize) -> Result<Digest> {
    let bytes = row.get_ref(column)?.as_blob()?;
    Digest::from_stored(bytes).ok_or_else(|| corrupt(column, "a digest"))
}

pub(super) fn scope(row: &Row<'_>, column: usize) -> Result<Scope> {
    let text = row.get_ref(column)?.as_str()?;
    Scope::parse(text).map_err(|_| corrupt(column, "a scope"))
}

pub(super) fn locator(row: &Row<'_>, column: usize) -> Result<Locator> {
    row.get(column).map(Locator)
}

pub(super) fn time(row: &Row<'_>, column: usize) -> Result<UnixTime> {
    row.get(column).map(UnixTime)
}

pub(super) fn optional_time(row: &Row<'_>, column: usize) -> Result<Option<UnixTime>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(UnixTime))
}

pub(super) fn challenge(row: &Row<'_>, column: usize) -> Result<Option<CodeChallenge>> {
    let text: Option<String> = row.get(column)?;
    let read =
        |text: String| CodeChallenge::parse(&text).ok_or_else(|| corrupt(column, "a challenge"));
    text.map(read).transpose()
}

pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// The columns of a person, after which [`person`] reads them.
pub(super) const PERSON: &str = "p.subject, p.email, p.name, p.admin, p.password, p.disabled_at, p.cutoff, p.created_at, p.test_app";

/// Nine columns from `at` on; `None` when a left join found nobody.
pub(super) fn optional_person(row: &Row<'_>, at: usize) -> Result<Option<Person>> {
    match row.get::<_, Option<i64>>(at)? {
        Some(_) => person(row, at).map(Some),
        None => Ok(None),
    }
}

pub(super) fn person(row: &Row<'_>, at: usize) -> Result<Person> {
    Ok(Person {
        subject: Subject(row.get(at)?),
        email: row.get(at + 1)?,
        name: row.get(at + 2)?,
        admin: row.get(at + 3)?,
        password: row.get(at + 4)?,
        disabled_at: optional_time(row, at + 5)?,
        cutoff: locator(row, at + 6)?,
        created_at: time(row, at + 7)?,
        test_app: row.get::<_, Option<i64>>(at + 8)?.map(ClientNo),
    })
}

pub(super) const GRANT: &str =
    "g.id, g.client, g.subject, g.scope, g.auth_time, g.started_at, g.expires_at, g.revoked_at";

pub(super) fn grant(row: &Row<'_>, at: usize) -> Result<Grant> {
    Ok(Grant {
        id: locator(row, at)?,
        client: protocol::types::ClientNo(row.get(at + 1)?),
        subject: Subject(row.get(at + 2)?),
        scope: scope(row, at + 3)?,
        auth_time: time(row, at + 4)?,
        started_at: time(row, at + 5)?,
        expires_at: time(row, at + 6)?,
        revoked_at: optional_time(row, at + 7)?,
    })
}

pub(super) const REFRESH: &str = "r.id, r.digest, r.grant_id, r.expires_at";

pub(super) fn refresh(row: &Row<'_>, at: usize) -> Result<RefreshToken> {
    Ok(RefreshToken {
        id: locator(row, at)?,
        digest: digest(row, at + 1)?,
        grant: locator(row, at + 2)?,
        expires_at: time(row, at + 3)?,
    })
}

pub(super) const SESSION: &str = "s.id, s.digest, s.subject, s.auth_time, s.expires_at, s.browser";

pub(super) fn session(row: &Row<'_>, at: usize) -> Result<Session> {
    Ok(Session {
        id: locator(row, at)?,
        digest: digest(row, at + 1)?,
        subject: Subject(row.get(at + 2)?),
        auth_time: time(row, at + 3)?,
        expires_at: time(row, at + 4)?,
        browser: row.get(at + 5)?,
    })
}
