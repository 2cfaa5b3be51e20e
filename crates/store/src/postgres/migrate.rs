//! Brings the schema of a database up to date, in every start, by one node at a time.
//!
//! They only add, so a binary works on the schema of a later one: nodes are replaced one by one. A migration that
//! takes away what an older binary needs has a name that begins with `contract_`, and is refused by it.
use super::conn::{Conn, Slot, retried};
use super::fault::Fault;
use super::row::{Ran, plain};
use super::value::each;
use crate::StoreError;
use crate::migrations::{Migration, POSTGRES};
use crate::operator::Schema;
use crate::row::{Query, Read};
use crate::value::values;

const HISTORY: &str = "CREATE TABLE IF NOT EXISTS refinery_schema_history \
     (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_on TEXT NOT NULL, checksum TEXT NOT NULL)";

/// Brings the schema up to date.
///
/// # Errors
/// [`StoreError::NewerSchema`] when a later version took away what this one needs.
pub(super) async fn run(slot: &Slot) -> Result<(), StoreError> {
    let conn = slot.conn().await?;
    // A user that may not change the schema can still run on one that is up to date.
    if is_current(&conn).await? {
        return Ok(());
    }
    // Of nodes that make the table at once, PostgreSQL refuses all but one.
    let made = retried(|| async { conn.command(HISTORY).await.map_err(Fault::or_again) });
    made.await?;
    for step in &POSTGRES {
        retried(|| apply(&conn, step)).await?;
    }
    Ok(())
}

/// Which steps the database has, and which it lacks.
pub(super) async fn schema(conn: &Conn) -> Result<Schema, StoreError> {
    let applied: Vec<i64> = applied(conn).await?.into_iter().map(|(at, _)| at).collect();
    Ok(Schema::of(&POSTGRES, &applied))
}

async fn rows<T>(conn: &Conn, query: &Query<T>) -> Ran<Vec<T>> {
    let rows = conn.query(query.sql, &[]).await?;
    let read = rows.iter().map(|row| (query.read)(plain(row)));
    Ok(read.collect::<Read<_>>()?)
}

async fn is_current(conn: &Conn) -> Result<bool, StoreError> {
    let applied = applied(conn).await?;
    let known = |version: i64| POSTGRES.iter().any(|step| step.version == version);
    let refused = applied
        .iter()
        .find(|(version, name)| !known(*version) && name.starts_with("contract_"));
    if let Some((version, _)) = refused {
        return Err(StoreError::NewerSchema(format!("schema {version}")));
    }
    let is_applied = |version: i64| applied.iter().any(|(applied, _)| *applied == version);
    Ok(POSTGRES.iter().all(|step| is_applied(step.version)))
}

/// The steps that the database has, by number and name.
async fn applied(conn: &Conn) -> Ran<Vec<(i64, String)>> {
    const TABLES: Query<i64> = Query {
        sql: "SELECT COUNT(*) FROM information_schema.tables \
              WHERE table_name = 'refinery_schema_history' AND table_schema = current_schema()",
        read: |row| row.number(0),
    };
    const APPLIED: Query<(i64, String)> = Query {
        sql: "SELECT version::int8, name FROM refinery_schema_history",
        read: |row| Ok((row.number(0)?, row.string(1)?)),
    };
    match rows(conn, &TABLES).await?.first() {
        Some(1..) => rows(conn, &APPLIED).await,
        _ => Ok(Vec::new()),
    }
}

/// Applies a step that the database lacks, in one transaction, so that a crash leaves the old schema or the new one.
/// Its row is written first: whoever applies the same step at the same moment waits for it there, and finds it.
async fn apply(conn: &Conn, step: &Migration) -> Ran<()> {
    conn.command("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    match apply_once(conn, step).await {
        Ok(()) => conn.command("COMMIT").await,
        Err(fault) => {
            conn.command("ROLLBACK").await?;
            Err(fault)
        }
    }
}

async fn apply_once(conn: &Conn, step: &Migration) -> Ran<()> {
    let sql = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES ($1, $2, $3, $4) \
               ON CONFLICT DO NOTHING";
    let applied_on = crate::mint::now().0.to_string();
    let values = values![step.version, step.name, applied_on, step.checksum];
    match conn.execute(sql, &each(&values)).await? {
        0 => Ok(()),
        _ => conn.command(step.sql).await,
    }
}
