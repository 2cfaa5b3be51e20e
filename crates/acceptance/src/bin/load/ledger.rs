//! What a store is given to do: frames and commits of SQLite's log, statements and transactions of PostgreSQL.

use crate::server::Server;
use acceptance::postgres::Database;
use anyhow::{Context, ensure};
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Counts by their names, always the same ones in the same order.
pub(crate) type Taken = Vec<(&'static str, u64)>;

/// The store of a server, looked at from outside.
pub(crate) enum Ledger {
    Sqlite(Log),
    Postgres { url: String, begin: Vec<u64> },
}

impl Ledger {
    pub(crate) fn new(server: &Server) -> anyhow::Result<Self> {
        if let Some(database) = server.postgres() {
            let url = database.url();
            // Without the module in `shared_preload_libraries` only transactions can be counted.
            Database::ask(&url, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements")?;
            let begin = Vec::new();
            return Ok(Ledger::Postgres { url, begin });
        }
        let database = server.database().context("a store of an unknown kind")?;
        Ok(Ledger::Sqlite(Log::of(&database)))
    }

    /// Begins to count.
    pub(crate) fn begin(&mut self) -> anyhow::Result<()> {
        match self {
            Ledger::Sqlite(log) => {
                log.look()?;
                (log.frames, log.commits) = (0, 0);
            }
            Ledger::Postgres { url, begin } => *begin = postgres(url)?,
        }
        Ok(())
    }

    /// Takes in what a request has left behind. SQLite begins its log anew now and then, so this must be often.
    pub(crate) fn look(&mut self) -> anyhow::Result<()> {
        match self {
            Ledger::Sqlite(log) => log.look(),
            Ledger::Postgres { .. } => Ok(()),
        }
    }

    /// What was counted since it began.
    pub(crate) fn taken(&mut self) -> anyhow::Result<Taken> {
        self.look()?;
        match self {
            Ledger::Sqlite(log) => Ok(vec![("pages", log.frames), ("commits", log.commits)]),
            Ledger::Postgres { url, begin } => {
                let now = postgres(url)?;
                let named = POSTGRES.iter().zip(now.iter().zip(begin.iter()));
                Ok(named
                    .map(|(name, (now, begin))| (*name, now.saturating_sub(*begin)))
                    .collect())
            }
        }
    }
}

/// What [`postgres`] counts.
const POSTGRES: [&str; 4] = ["writing transactions", "statements", "rows", "log records"];

/// Counts since the server started. Our own questions are not among the statements.
fn postgres(url: &str) -> anyhow::Result<Vec<u64>> {
    let transactions = "SELECT pg_snapshot_xmax(pg_current_snapshot())";
    let mut counts = Database::ask(url, transactions)?;
    let statements = "SELECT concat_ws(' ', sum(calls), sum(rows), sum(wal_records)) FROM pg_stat_statements \
         JOIN pg_database ON pg_database.oid = dbid \
         WHERE datname = current_database() AND query !~ 'pg_stat_statements|pg_current_snapshot'";
    if let Ok(found) = Database::ask(url, statements) {
        counts.extend(
            found
                .iter()
                .flat_map(|row| row.split(' '))
                .map(str::to_owned),
        );
    }
    let counts: Result<Vec<u64>, _> = counts.iter().map(|count| count.parse()).collect();
    Ok(counts?)
}

/// SQLite's write-ahead log, read as it grows.
pub(crate) struct Log {
    path: PathBuf,
    salt: [u8; 8],
    /// Frames of this salt that were seen.
    seen: u64,
    frames: u64,
    commits: u64,
}

/// Bytes before the first frame, and of a frame before its page.
const HEADER: u64 = 32;
const FRAME: u64 = 24;

impl Log {
    fn of(database: &Path) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push("-wal");
        Log {
            path: path.into(),
            salt: [0; 8],
            seen: 0,
            frames: 0,
            commits: 0,
        }
    }

    fn look(&mut self) -> anyhow::Result<()> {
        let file = File::open(&self.path)?;
        let mut header = [0; HEADER as usize];
        match file.read_exact_at(&mut header, 0) {
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            read => read?,
        }
        let page = u64::from(u32::from_be_bytes(header[8..12].try_into()?));
        ensure!(page >= 512, "no write-ahead log: {}", self.path.display());
        let salt: [u8; 8] = header[16..24].try_into()?;
        if salt != self.salt {
            (self.salt, self.seen) = (salt, 0);
        }
        let mut frame = [0; FRAME as usize];
        loop {
            let at = HEADER + self.seen * (FRAME + page);
            if file.read_exact_at(&mut frame, at).is_err() || frame[8..16] != salt {
                return Ok(());
            }
            self.seen += 1;
            self.frames += 1;
            self.commits += u64::from(frame[4..8] != [0; 4]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_commits_are_counted_over_a_new_beginning_of_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let database = rusqlite::Connection::open(&path).unwrap();
        let sql = "PRAGMA journal_mode=WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1);";
        database.execute_batch(sql).unwrap();
        let mut log = Log::of(&path);
        log.look().unwrap();
        assert!(log.commits == 2 && log.frames >= 2);
        let (frames, commits) = (log.frames, log.commits);
        let sql = "PRAGMA wal_checkpoint(RESTART); INSERT INTO t VALUES (2);";
        database.execute_batch(sql).unwrap();
        log.look().unwrap();
        log.look().unwrap();
        assert_eq!((log.frames, log.commits), (frames + 1, commits + 1));
    }
}
