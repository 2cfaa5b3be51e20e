//! Rows of access tokens that nobody holds.
use super::Postgres;
use super::conn::retried;
use super::value::values_of;
use crate::StoreError;
use crate::facts::tokens::access_columns;
use crate::operator::fill::{Fill, Rows};
use crate::value::Value;

/// Inserts them in one statement, thus one transaction. Whatever an earlier try has made is left as it is.
pub(crate) async fn insert(store: &Postgres, fill: &Fill, rows: Rows) -> Result<(), StoreError> {
    let sql = concat!(
        "INSERT INTO access_tokens (",
        access_columns!(),
        ") SELECT id, digest, $4, $5, NULL, $6, expires_at \
         FROM UNNEST($1::int8[], $2::bytea[], $3::int8[]) AS t (id, digest, expires_at) ON CONFLICT DO NOTHING"
    );
    let digest: Vec<&[u8]> = rows.digest.iter().map(|digest| &digest[..]).collect();
    let (grant, client) = (Value::from(fill.grant), Value::from(fill.client));
    let scope = Value::from(&fill.scope);
    let values = values_of![rows.id, digest, rows.expires_at, grant, client, scope];
    let insert = || async { store.sweeping.conn().await?.execute(sql, values).await };
    retried(insert).await?;
    Ok(())
}
