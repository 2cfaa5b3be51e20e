//! Migrations: forward only, compiled in, run at every start by one node at a time.
//!
//! They only add, so a binary works on the schema of a later one: nodes are replaced one by one. A migration that
//! takes away what an older binary needs has a name that begins with `contract_`, and is refused by it.
use super::conn::{Conn, Slot};
use super::fault::Fault;
use super::rows::{Read, get};
use super::value::values_of;
use crate::StoreError;

mod embedded {
    refinery::embed_migrations!("migrations/postgres");
}

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

async fn is_current(conn: &Conn) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM information_schema.tables \
               WHERE table_name = 'refinery_schema_history' AND table_schema = current_schema()";
    let rows = conn.query(sql, values_of![]).await?;
    if get::<i64>(&rows[0], 0)? == 0 {
        return Ok(false);
    }
    let applied = applied(conn).await?;
    let own = embedded::migrations::runner();
    let known = |version: i64| {
        own.get_migrations()
            .iter()
            .any(|step| i64::from(step.version()) == version)
    };
    let refused = applied
        .iter()
        .find(|(version, name)| !known(*version) && name.starts_with("contract_"));
    if let Some((version, _)) = refused {
        return Err(StoreError::NewerSchema(format!("schema {version}")));
    }
    let is_applied = |version: i64| applied.iter().any(|(applied, _)| *applied == version);
    Ok(own
        .get_migrations()
        .iter()
        .all(|step| is_applied(i64::from(step.version()))))
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
    let mut steps: Vec<_> = embedded::migrations::runner().get_migrations().clone();
    steps.sort_by_key(|step| step.version());
    for step in steps {
        let version = i64::from(step.version());
        if applied.iter().any(|(applied, _)| *applied == version) {
            continue;
        }
        conn.command(step.sql().unwrap_or_default()).await?;
        let sql = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES ($1, $2, $3, $4)";
        let (applied_on, checksum) = (
            crate::mint::now().0.to_string(),
            step.checksum().to_string(),
        );
        conn.execute(sql, values_of![version, step.name(), applied_on, checksum])
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    /// The names of the migrations in a folder, in order.
    fn names(engine: &str) -> Vec<String> {
        let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn both_engines_have_the_same_migrations() {
        assert_eq!(names("postgres"), names("sqlite"));
        assert!(!names("postgres").is_empty());
    }

    #[test]
    fn both_engines_have_the_same_tables_and_columns() {
        // Types aside, and how a table is kept.
        let same = |sql: String| {
            let mut sql = sql
                .replace(" STRICT", "")
                .replace(" DEFAULT FALSE", " DEFAULT 0");
            for kind in ["BIGINT", "BOOLEAN", "INTEGER", "BYTEA", "BLOB"] {
                sql = sql.replace(kind, "_");
            }
            sql.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        for name in names("sqlite") {
            let read = |engine| {
                std::fs::read_to_string(format!(
                    "{}/migrations/{engine}/{name}",
                    env!("CARGO_MANIFEST_DIR")
                ))
                .unwrap()
            };
            assert_eq!(same(read("postgres")), same(read("sqlite")), "{name}");
        }
    }
}
