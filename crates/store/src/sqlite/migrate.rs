//! Migrations: forward only, compiled in, run at every start.
use crate::StoreError;
use rusqlite::Connection;
use std::time::Duration;

mod embedded {
    refinery::embed_migrations!("migrations/sqlite");
}

/// How often a migration that failed is tried again, and after which pause.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// Brings the schema up to date.
///
/// # Errors
/// [`StoreError::NewerSchema`] when the file holds a migration that this binary does not know.
pub(super) fn run(conn: &mut Connection) -> Result<(), StoreError> {
    refuse_newer(conn)?;
    let mut tries = 0;
    loop {
        // All in one transaction, so that a crash leaves the old schema or the new one.
        let migrated = embedded::migrations::runner().set_grouped(true).run(conn);
        match migrated {
            Ok(_) => return Ok(()),
            // Another process may be starting on the same file: it migrates, and then nothing is left to do.
            Err(_) if tries < TRIES => {
                tries += 1;
                std::thread::sleep(PAUSE);
                refuse_newer(conn)?;
            }
            Err(error) => return Err(StoreError::Unavailable(error.to_string())),
        }
    }
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
