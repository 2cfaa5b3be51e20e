//! Rows to types, in one place.
use super::fault::Fault;
use jose::Digest;
use protocol::types::{
    ClientNo, CodeChallenge, Grant, Locator, Person, RefreshToken, Scope, Session, Subject,
    UnixTime,
};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

pub(super) type Read<T> = Result<T, Fault>;

pub(super) fn get<'r, T: FromSql<'r>>(row: &'r Row, column: usize) -> Read<T> {
    Ok(row.try_get(column)?)
}

pub(super) fn digest(row: &Row, column: usize) -> Read<Digest> {
    let bytes: &[u8] = get(row, column)?;
    Digest::from_stored(bytes).ok_or_else(|| Fault::corrupt(column, "a digest"))
}

pub(super) fn scope(row: &Row, column: usize) -> Read<Scope> {
    Scope::parse(get(row, column)?).map_err(|_| Fault::corrupt(column, "a scope"))
}

pub(super) fn locator(row: &Row, column: usize) -> Read<Locator> {
    get(row, column).map(Locator)
}

pub(super) fn time(row: &Row, column: usize) -> Read<UnixTime> {
    get(row, column).map(UnixTime)
}

pub(super) fn optional_time(row: &Row, column: usize) -> Read<Option<UnixTime>> {
    Ok(get::<Option<i64>>(row, column)?.map(UnixTime))
}

pub(super) fn challenge(row: &Row, column: usize) -> Read<Option<CodeChallenge>> {
    let text: Option<&str> = get(row, column)?;
    let read =
        |text| CodeChallenge::parse(text).ok_or_else(|| Fault::corrupt(column, "a challenge"));
    text.map(read).transpose()
}

pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// The columns of a person, after which [`person`] reads them.
macro_rules! person_columns {
    () => {
        "p.subject, p.email, p.name, p.admin, p.password, p.disabled_at, p.cutoff, p.created_at, p.test_app"
    };
}

/// Nine columns from `at` on; `None` when a left join found nobody.
pub(super) fn optional_person(row: &Row, at: usize) -> Read<Option<Person>> {
    match get::<Option<i64>>(row, at)? {
        Some(_) => person(row, at).map(Some),
        None => Ok(None),
    }
}

pub(super) fn person(row: &Row, at: usize) -> Read<Person> {
    Ok(Person {
        subject: Subject(get(row, at)?),
        email: get(row, at + 1)?,
        name: get(row, at + 2)?,
        admin: get(row, at + 3)?,
        password: get(row, at + 4)?,
        disabled_at: optional_time(row, at + 5)?,
        cutoff: locator(row, at + 6)?,
        created_at: time(row, at + 7)?,
        test_app: get::<Option<i64>>(row, at + 8)?.map(ClientNo),
    })
}

macro_rules! grant_columns {
    () => {
        "g.id, g.client, g.subject, g.scope, g.auth_time, g.started_at, g.expires_at, g.revoked_at"
    };
}

pub(super) fn grant(row: &Row, at: usize) -> Read<Grant> {
    Ok(Grant {
        id: locator(row, at)?,
        client: ClientNo(get(row, at + 1)?),
        subject: Subject(get(row, at + 2)?),
        scope: scope(row, at + 3)?,
        auth_time: time(row, at + 4)?,
        started_at: time(row, at + 5)?,
        expires_at: time(row, at + 6)?,
        revoked_at: optional_time(row, at + 7)?,
    })
}

macro_rules! refresh_columns {
    () => {
        "r.id, r.digest, r.grant_id, r.expires_at"
    };
}

pub(super) fn refresh(row: &Row, at: usize) -> Read<RefreshToken> {
    Ok(RefreshToken {
        id: locator(row, at)?,
        digest: digest(row, at + 1)?,
        grant: locator(row, at + 2)?,
        expires_at: time(row, at + 3)?,
    })
}

macro_rules! session_columns {
    () => {
        "s.id, s.digest, s.subject, s.auth_time, s.expires_at, s.browser"
    };
}

pub(super) fn session(row: &Row, at: usize) -> Read<Session> {
    Ok(Session {
        id: locator(row, at)?,
        digest: digest(row, at + 1)?,
        subject: Subject(get(row, at + 2)?),
        auth_time: time(row, at + 3)?,
        expires_at: time(row, at + 4)?,
        browser: get(row, at + 5)?,
    })
}

pub(super) use {grant_columns, person_columns, refresh_columns, session_columns};
