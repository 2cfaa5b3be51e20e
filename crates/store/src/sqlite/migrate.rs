//! Brings the schema of a file up to date.
use super::writer::begin;
use crate::StoreError;
use crate::migrations::{HISTORY, SQLITE};
use crate::operator::Schema;
use rusqlite::{Connection, Result, params};

/// Applies the steps that the file does not have, all in one transaction, so that a crash leaves the old schema or
/// the new one. Another process may be starting on the same file: one of the two applies them. Whether there were any.
///
/// # Errors
/// [`StoreError::NewerSchema`] when the file has a step that this binary does not know.
pub(crate) fn run(conn: &Connection) -> std::result::Result<bool, StoreError> {
    if is_current(conn)? {
        return Ok(false);
    }
    begin(conn)?;
    let migrated = missing_steps(conn);
    conn.execute_batch(if migrated.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    })?;
    migrated.map(|()| true).map_err(StoreError::from)
}

/// Which steps the file has, and which it lacks.
pub(crate) fn schema(conn: &Connection) -> Result<Schema> {
    let found = version(conn)?;
    let applied: Vec<i64> = (1..=found).collect();
    Ok(Schema::of(&SQLITE, &applied))
}

/// Whether there is nothing to apply.
///
/// # Errors
/// [`StoreError::NewerSchema`] when the file has a step that this binary does not know.
pub(crate) fn is_current(conn: &Connection) -> std::result::Result<bool, StoreError> {
    let newest = SQLITE.last().map_or(0, |step| step.version);
    match version(conn)? {
        found if found > newest => Err(StoreError::NewerSchema(format!(
            "schema {found}, where this one knows {newest}"
        ))),
        found => Ok(found == newest),
    }
}

/// The last step that the file has; 0: none.
fn version(conn: &Connection) -> Result<i64> {
    let table = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1)";
    if !conn.query_row(table, [HISTORY], |row| row.get(0))? {
        return Ok(0);
    }
    let sql = format!("SELECT COALESCE(MAX(version), 0) FROM {HISTORY}");
    conn.query_row(&sql, [], |row| row.get(0))
}

fn missing_steps(conn: &Connection) -> Result<()> {
    conn.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {HISTORY} \
         (version INTEGER PRIMARY KEY, name TEXT, applied_on TEXT, checksum TEXT)"
    ))?;
    let found = version(conn)?;
    for step in SQLITE.iter().filter(|step| step.version > found) {
        conn.execute_batch(step.sql)?;
        let sql = format!(
            "INSERT INTO {HISTORY} (version, name, applied_on, checksum) \
             VALUES (?1, ?2, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), ?3)"
        );
        conn.execute(&sql, params![step.version, step.name, step.checksum])?;
    }
    Ok(())
}
