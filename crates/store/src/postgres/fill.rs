//! Rows of access tokens that nobody holds.
use super::Postgres;
use super::conn::retried;
use super::rows::get;
use super::value::values_of;
use crate::StoreError;
use crate::operator::fill::{Fill, Rows};
use protocol::types::Locator;

/// The lowest id of an access token.
pub(crate) async fn oldest(store: &Postgres) -> Result<Option<Locator>, StoreError> {
    let sql = "SELECT MIN(id) FROM access_tokens";
    let rows = store.sweeping.query(sql, values_of![]).await?;
    let oldest: Option<i64> = get(&rows[0], 0)?;
    Ok(oldest.map(Locator))
}

/// Inserts them in one statement, thus one transaction. Whatever an earlier try has made is left as it is.
pub(crate) async fn insert(store: &Postgres, fill: &Fill, rows: Rows) -> Result<(), StoreError> {
    let sql = "INSERT INTO access_tokens (id, digest, grant_id, client, subject, scope, expires_at) \
               SELECT id, digest, $4, $5, NULL, $6, expires_at \
               FROM UNNEST($1::int8[], $2::bytea[], $3::int8[]) AS t (id, digest, expires_at) ON CONFLICT DO NOTHING";
    let digest: Vec<&[u8]> = rows.digest.iter().map(|digest| &digest[..]).collect();
    let (grant, client, scope) = (fill.grant.0, fill.client.0, fill.scope.to_string());
    let values = values_of![rows.id, digest, rows.expires_at, grant, client, scope];
    let insert = || async { store.sweeping.conn().await?.execute(sql, values).await };
    retried(insert).await?;
    Ok(())
}
