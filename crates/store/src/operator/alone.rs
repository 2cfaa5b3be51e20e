//! Whether nobody else uses a SQLite file.
use crate::{StoreError, mint};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// Nobody serves the file as long as this is kept.
pub(crate) struct Alone;

/// Makes sure that nobody serves a file.
///
/// # Errors
/// [`StoreError::Refused`] while somebody does.
pub(crate) fn alone(path: &Path) -> Result<Alone, StoreError> {
    if let Some(nodes) = live_nodes(path).filter(|nodes| *nodes > 0) {
        return Err(StoreError::Refused(format!(
            "{nodes} processes use {}: stop the server; one that was killed holds its number for a minute",
            path.display()
        )));
    }
    Ok(Alone)
}

/// How many processes hold a node number; `None` when the file does not tell.
fn live_nodes(path: &Path) -> Option<i64> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    let sql = "SELECT COUNT(*) FROM nodes WHERE lease_until > ?1";
    conn.query_row(sql, [mint::now().0], |row| row.get(0)).ok()
}
