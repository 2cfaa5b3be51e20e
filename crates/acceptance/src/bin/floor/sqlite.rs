//! SQLite: one writer thread with group commit, one read-only connection per worker thread.

use crate::store::{Job, MAX_BATCH, Table, Waiting};
use crate::token::{Presented, Token};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use tokio::sync::{mpsc, oneshot};

/// The page caches of all connections together, in KiB: half for the writer, half for the readers.
const CACHE_KIB: usize = 16 * 1024;
/// Jobs that may wait; more of them wait in their requests.
const QUEUE: usize = 4096;

const DDL: &str = "\
CREATE TABLE IF NOT EXISTS access(id INTEGER PRIMARY KEY, hash BLOB, client INTEGER, iat INTEGER, exp INTEGER, data BLOB);
CREATE TABLE IF NOT EXISTS refresh(id INTEGER PRIMARY KEY, hash BLOB, client INTEGER, iat INTEGER, exp INTEGER, data BLOB);
CREATE TABLE IF NOT EXISTS used(id INTEGER PRIMARY KEY, next INTEGER);";
const MAX_ID: &str =
    "SELECT max(ifnull((SELECT max(id) FROM access), 0), ifnull((SELECT max(id) FROM refresh), 0))";
const USE_UP: &str = "INSERT INTO used VALUES(?, ?) ON CONFLICT DO NOTHING";
const ADD_ACCESS: &str = "INSERT INTO access VALUES(?, ?, ?, ?, ?, ?)";
const ADD_REFRESH: &str = "INSERT INTO refresh VALUES(?, ?, ?, ?, ?, ?)";
const GET_ACCESS: &str = "SELECT hash, iat, exp FROM access WHERE id = ?";
const GET_REFRESH: &str = "SELECT hash, iat, exp FROM refresh WHERE id = ?";

/// What a read finds: when the token was issued and when it expires, in Unix seconds.
pub(crate) struct Found {
    pub(crate) iat: i64,
    pub(crate) exp: i64,
}

/// An open database: its write queue, and where the workers' readers find the file.
pub(crate) struct Db {
    queue: mpsc::Sender<Waiting>,
    path: PathBuf,
    reader_kib: usize,
    max_id: i64,
}

thread_local! {
    /// This worker's read-only connection, opened at its first read.
    static READER: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

impl Db {
    /// Opens or creates the file and starts the writer.
    pub(crate) fn open(path: &Path, workers: usize) -> rusqlite::Result<Self> {
        let conn = open_writer(path)?;
        let max_id = conn.query_row(MAX_ID, [], |row| row.get(0))?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        std::thread::spawn(move || write_batches(conn, waiting));
        Ok(Db {
            queue,
            path: path.to_owned(),
            reader_kib: CACHE_KIB / 2 / workers.max(1),
            max_id,
        })
    }

    /// The highest id found when the file was opened.
    pub(crate) fn max_id(&self) -> i64 {
        self.max_id
    }

    /// Waits until `job` is durable. `None`: the database failed; `Some(false)`: the guard was lost.
    pub(crate) async fn commit(&self, job: Job) -> Option<bool> {
        let (done, answer) = oneshot::channel();
        self.queue.send(Waiting { job, done }).await.ok()?;
        answer.await.ok()
    }

    /// Reads inline, on this worker's connection; `None` unless the row is there and its hash is
    /// the token's.
    pub(crate) fn find(&self, table: Table, token: &Presented) -> Option<Found> {
        READER.with_borrow_mut(|slot| {
            let found = self
                .reader(slot)
                .and_then(|conn| read(conn, table, token))
                .inspect_err(|e| eprintln!("read: {e}"));
            found.ok().flatten()
        })
    }

    fn reader<'a>(&self, slot: &'a mut Option<Connection>) -> rusqlite::Result<&'a Connection> {
        if slot.is_none() {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let conn = Connection::open_with_flags(&self.path, flags)?;
            conn.execute_batch(&format!("PRAGMA cache_size=-{}", self.reader_kib))?;
            *slot = Some(conn);
        }
        Ok(slot.as_ref().expect("opened above"))
    }
}

fn read(conn: &Connection, table: Table, token: &Presented) -> rusqlite::Result<Option<Found>> {
    let sql = match table {
        Table::Access => GET_ACCESS,
        Table::Refresh => GET_REFRESH,
    };
    let found = conn.prepare_cached(sql)?.query_row([token.id], |row| {
        let same = token.matches(row.get_ref(0)?.as_blob()?);
        let found = Found {
            iat: row.get(1)?,
            exp: row.get(2)?,
        };
        Ok(same.then_some(found))
    });
    Ok(found.optional()?.flatten())
}

/// Opens the write connection and makes the tables.
fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open(path)?;
    conn.execute_batch(&format!(
        "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
         PRAGMA wal_autocheckpoint=1000; PRAGMA cache_size=-{}; PRAGMA temp_store=MEMORY;",
        CACHE_KIB / 2
    ))?;
    conn.execute_batch(DDL)?;
    Ok(conn)
}

/// Takes what waits, commits it once, answers all; a failed batch is answered by dropping its senders.
fn write_batches(mut conn: Connection, mut waiting: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while waiting.blocking_recv_many(&mut batch, MAX_BATCH) > 0 {
        match commit(&mut conn, &batch) {
            Ok(outcomes) => answer(&mut batch, outcomes),
            Err(e) => {
                eprintln!("write: {e}");
                batch.clear();
            }
        }
    }
}

fn answer(batch: &mut Vec<Waiting>, outcomes: Vec<bool>) {
    for (waiting, outcome) in batch.drain(..).zip(outcomes) {
        let _ = waiting.done.send(outcome);
    }
}

fn commit(conn: &mut Connection, batch: &[Waiting]) -> rusqlite::Result<Vec<bool>> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let outcomes = batch
        .iter()
        .map(|waiting| apply(&tx, &waiting.job))
        .collect::<rusqlite::Result<_>>()?;
    tx.commit()?;
    Ok(outcomes)
}

/// Applies one job; false when the insert of the used-record found the token used already.
fn apply(conn: &Connection, job: &Job) -> rusqlite::Result<bool> {
    match job {
        Job::Append(Table::Access, token) => add(conn, ADD_ACCESS, token)?,
        Job::Append(Table::Refresh, token) => add(conn, ADD_REFRESH, token)?,
        Job::Rotate {
            used,
            refresh,
            access,
        } => {
            let used = params![used, refresh.id];
            if conn.prepare_cached(USE_UP)?.execute(used)? == 0 {
                return Ok(false);
            }
            add(conn, ADD_REFRESH, refresh)?;
            add(conn, ADD_ACCESS, access)?;
        }
    }
    Ok(true)
}

fn add(conn: &Connection, sql: &str, token: &Token) -> rusqlite::Result<()> {
    let values = params![
        token.id,
        &token.hash[..],
        token.client,
        token.iat,
        token.exp,
        &token.payload[..]
    ];
    conn.prepare_cached(sql)?.execute(values).map(drop)
}
