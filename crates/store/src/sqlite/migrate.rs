//! Migrations: forward only, compiled in, run at every start.
use crate::StoreError;
use rusqlite::Connection;

mod embedded {
    refinery::embed_migrations!("migrations/sqlite");
}

/// Brings the schema up to date.
///
/// # Errors
/// [`StoreError::NewerSchema`] when the file holds a migration that this binary does not know.
pub(super) fn run(conn: &mut Connection) -> Result<(), StoreError> {
    refuse_newer(conn)?;
    // Another process may be starting on the same file at this very moment: its lock is waited for.
    let migrated = embedded::migrations::runner().run(conn);
    migrated
        .map(drop)
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

fn refuse_newer(conn: &Connection) -> Result<(), StoreError> {
    let table = "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    if conn.query_row(table, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(());
    }
    let sql = "SELECT COALESCE(MAX(version), 0) FROM refinery_schema_history";
    let found: i64 = conn.query_row(sql, [], |row| row.get(0))?;
    let own = embedded::migrations::runner();
    let known = own
        .get_migrations()
        .iter()
        .map(|step| i64::from(step.version()))
        .max();
    match found > known.unwrap_or(0) {
        true => Err(StoreError::NewerSchema(format!("schema {found}"))),
        false => Ok(()),
    }
}
