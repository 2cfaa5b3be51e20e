//! Rows of access tokens that nobody holds.
use super::Sqlite;
use crate::StoreError;
use crate::facts::tokens::access_columns;
use crate::operator::fill::{Fill, Rows};
use crate::value::values;
use protocol::types::Subject;

/// Inserts them in one transaction.
pub(crate) async fn insert(store: &Sqlite, fill: &Fill, rows: Rows) -> Result<(), StoreError> {
    let (grant, client, scope) = (fill.grant, fill.client, fill.scope.clone());
    let insert = concat!(
        "INSERT INTO access_tokens (",
        access_columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7)"
    );
    let work = move |db: &super::statements::Statements<'_>| {
        let all = rows.id.iter().zip(&rows.digest).zip(&rows.expires_at);
        for ((id, digest), expires_at) in all {
            let nobody: Option<Subject> = None;
            let values = values![*id, &digest[..], grant, client, nobody, &scope, *expires_at];
            db.execute(insert, &values)?;
        }
        Ok(rows.id.len())
    };
    store.write(work).await.map(drop)
}
