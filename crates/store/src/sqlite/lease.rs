//! Node numbers: a leased row each, so that two processes on one database never make the same id.
use super::writer::begin;
use crate::StoreError;
use crate::mint::NODES;
use protocol::types::{Lifetime, UnixTime};
use rusqlite::{Connection, OptionalExtension, params};

/// How long a number is kept without being renewed.
const LEASE: Lifetime = Lifetime::from_seconds(60);

/// The number of this process.
pub(super) struct Lease {
    pub(super) node: i64,
    pub(super) holder: String,
}

impl Lease {
    /// Takes the lowest number that nobody holds.
    pub(super) fn take(conn: &Connection, now: UnixTime) -> Result<Self, StoreError> {
        let holder = format!(
            "{}-{}",
            std::process::id(),
            u32::from_be_bytes(jose::random::bytes())
        );
        begin(conn)?;
        let taken = take(conn, &holder, now);
        match &taken {
            Ok(_) => conn.execute_batch("COMMIT")?,
            Err(_) => conn.execute_batch("ROLLBACK")?,
        }
        taken.map(|node| Lease { node, holder })
    }
}

/// The lowest number that nobody holds.
fn take(conn: &Connection, holder: &str, now: UnixTime) -> Result<i64, StoreError> {
    for node in 0..NODES {
        let sql = "SELECT lease_until FROM nodes WHERE node = ?1";
        let until: Option<i64> = conn
            .prepare_cached(sql)?
            .query_row([node], |row| row.get(0))
            .optional()?;
        if until.is_none_or(|until| until <= now.0) {
            insert(conn, node, holder, now)?;
            return Ok(node);
        }
    }
    Err(StoreError::NoNode)
}

/// The same inside the writer, whose jobs answer with a number.
pub(super) fn take_as_rows(
    conn: &Connection,
    holder: &str,
    now: UnixTime,
) -> rusqlite::Result<usize> {
    let taken = take(conn, holder, now).map_err(|_| rusqlite::Error::QueryReturnedNoRows)?;
    Ok(usize::try_from(taken).unwrap_or_default())
}

/// Keeps a number for another while. 0 rows: it was lost, because this process slept longer than the lease.
pub(super) fn renew(
    conn: &Connection,
    node: i64,
    holder: &str,
    now: UnixTime,
) -> rusqlite::Result<usize> {
    let sql = "UPDATE nodes SET lease_until = ?2 WHERE node = ?1 AND holder = ?3";
    conn.prepare_cached(sql)?
        .execute(params![node, now.plus(LEASE).0, holder])
}

fn insert(conn: &Connection, node: i64, holder: &str, now: UnixTime) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO nodes (node, lease_until, holder) VALUES (?1, ?2, ?3) \
               ON CONFLICT (node) DO UPDATE SET lease_until = excluded.lease_until, holder = excluded.holder";
    conn.prepare_cached(sql)?
        .execute(params![node, now.plus(LEASE).0, holder])
}

/// Gives back what a process holds.
pub(super) fn give_back(conn: &Connection, holder: &str) -> rusqlite::Result<usize> {
    conn.prepare_cached("DELETE FROM nodes WHERE holder = ?1")?
        .execute([holder])
}
