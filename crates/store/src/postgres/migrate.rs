//! Brings the schema of a database up to date, in every start, by one node at a time.
//!
//! They only add, so a binary works on the schema of a later one: nodes are replaced one by one. A migration that
//! takes away what an older binary needs has a name that begins with `contract_`, and is refused by it.
use super::conn::{Conn, Slot};
use super::fault::Fault;
use super::rows::{Read, get};
use super::value::values_of;
use crate::StoreError;
use crate::migrations::POSTGRES;
use crate::operator::Schema;

/// The lock that a migrating node holds until its transaction ends. Only migrations need it.
const LOCK: &str = "SELECT pg_advisory_xact_lock(8386658464824648569)";

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
    let migrated = super::conn::retried(|| migrate(&conn)).await;
    migrated.map_err(StoreError::from)
}

/// Which steps the database has, and which it lacks.
pub(super) async fn schema(conn: &Conn) -> Result<Schema, StoreError> {
    let applied = match has_history(conn).await? {
        true => applied(conn).await?,
        false => Vec::new(),
    };
    let applied: Vec<i64> = applied.into_iter().map(|(version, _)| version).collect();
    Ok(Schema::of(&POSTGRES, &applied))
}

async fn has_history(conn: &Conn) -> Read<bool> {
    let sql = "SELECT COUNT(*) FROM information_schema.tables \
               WHERE table_name = 'refinery_schema_history' AND table_schema = current_schema()";
    let rows = conn.query(sql, values_of![]).await?;
    Ok(get::<i64>(&rows[0], 0)? > 0)
}

async fn is_current(conn: &Conn) -> Result<bool, StoreError> {
    if !has_history(conn).await? {
        return Ok(false);
    }
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

async fn applied(conn: &Conn) -> Read<Vec<(i64, String)>> {
    let rows = conn
        .query(
            "SELECT version::int8, name FROM refinery_schema_history",
            values_of![],
        )
        .await?;
    rows.iter()
        .map(|row| Ok((get(row, 0)?, get(row, 1)?)))
        .collect()
}

/// All in one transaction, so that a crash leaves the old schema or the new one.
async fn migrate(conn: &Conn) -> Read<()> {
    conn.command("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    match steps(conn).await {
        Ok(()) => conn.command("COMMIT").await,
        Err(fault) => {
            conn.command("ROLLBACK").await?;
            Err(fault)
        }
    }
}

async fn steps(conn: &Conn) -> Result<(), Fault> {
    conn.command(LOCK).await?;
    conn.command(HISTORY).await?;
    let applied = applied(conn).await?;
    for step in &POSTGRES {
        if applied.iter().any(|(applied, _)| *applied == step.version) {
            continue;
        }
        conn.command(step.sql).await?;
        let sql = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES ($1, $2, $3, $4)";
        let applied_on = crate::mint::now().0.to_string();
        conn.execute(
            sql,
            values_of![step.version, step.name, applied_on, step.checksum],
        )
        .await?;
    }
    Ok(())
}
