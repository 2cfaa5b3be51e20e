//! Rows of access tokens that nobody holds.
use super::Sqlite;
use super::statements::Statements;
use crate::StoreError;
use crate::operator::fill::{Fill, Rows};
use protocol::types::{Locator, UnixTime};
use rusqlite::{Connection, Result, params};

/// The lowest id of an access token.
pub(crate) fn oldest(db: &Statements<'_>) -> Result<Option<Locator>> {
    let sql = "SELECT MIN(id) FROM access_tokens";
    let oldest: Option<Option<i64>> = db.one(sql, [], |row| row.get(0))?;
    Ok(oldest.flatten().map(Locator))
}

/// How many processes use the file.
pub(crate) fn nodes(db: &Statements<'_>, now: UnixTime) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM nodes WHERE lease_until > ?1";
    Ok(db.one(sql, [now.0], |row| row.get(0))?.unwrap_or(0))
}

/// Inserts them in one transaction.
pub(crate) async fn insert(
    store: &Sqlite,
    fill: &Fill,
    rows: Rows,
) -> std::result::Result<(), StoreError> {
    let (grant, client, scope) = (fill.grant.0, fill.client.0, fill.scope.to_string());
    let insert = move |conn: &Connection| {
        let sql = "INSERT INTO access_tokens (id, digest, grant_id, client, subject, scope, expires_at) \
                   VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?6)";
        let mut statement = conn.prepare_cached(sql)?;
        let all = rows.id.iter().zip(&rows.digest).zip(&rows.expires_at);
        for ((id, digest), expires_at) in all {
            statement.execute(params![id, digest, grant, client, scope, expires_at])?;
        }
        Ok(rows.id.len())
    };
    store.run(insert).await.map(drop)
}
