//! SQLite: WAL, `synchronous=FULL`, one writer thread with group commit, point reads on each thread's own
//! read-only connection.
mod apply;
mod apply_client;
pub(crate) mod clients;
pub(crate) mod devices;
pub(crate) mod feed;
pub(crate) mod fill;
mod lease;
pub(crate) mod migrate;
pub(crate) mod operator;
pub(crate) mod read;
mod rows;
mod statements;
pub(crate) mod sweep;
mod writer;

use crate::memory::Memory;
use crate::{IdMint, Options, Outcome, StoreError, Tuning};
use lease::Lease;
use protocol::Transition;
use protocol::facts::Standing;
use protocol::revocations::{Cursor, FeedFacts};
use protocol::types::{ClientNo, Locator, Subject, UnixTime};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use self_cell::self_cell;
use statements::Statements;
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot, watch};
pub(crate) use writer::begin;
use writer::{Job, QUEUE, Settle, Writer};

/// The back end.
pub(crate) struct Sqlite {
    pub(crate) memory: Arc<Memory>,
    pub(crate) mint: IdMint,
    path: PathBuf,
    reader_kib: usize,
    tuning: Tuning,
    /// Tells this database's readers from those of another in the same process.
    key: u64,
    queue: mpsc::Sender<Job>,
    /// Held while the feed is followed.
    following: Mutex<()>,
    /// The last line of the feed that memory holds.
    seen: watch::Sender<i64>,
    fed: Arc<Notify>,
    lease: Lease,
}

self_cell! {
    /// A connection of a thread, with its statements.
    struct Reader {
        owner: Connection,
        #[not_covariant]
        dependent: Statements,
    }
}

static NEXT_KEY: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// This thread's read-only connections, opened at their first read.
    static READERS: RefCell<HashMap<u64, Reader>> = RefCell::default();
}

impl Sqlite {
    pub(crate) fn open(path: &Path, options: &Options, now: UnixTime) -> Result<Self, StoreError> {
        create(path)?;
        let conn = Connection::open(path)?;
        configure_writer(&conn, options)?;
        migrate::run(&conn)?;
        let lease = Lease::take(&conn, now)?;
        let mint = IdMint::new(lease.node, highest_id(&conn)?);
        let memory = Arc::new(Memory::new());
        feed::begin(&conn)?;
        let seen = load_memory(&conn, &memory, now)?;
        let fed = Arc::new(Notify::new());
        let (queue, jobs) = mpsc::channel(QUEUE);
        let tuning = options.tuning;
        let own = (mint.clone(), memory.clone(), fed.clone());
        let write = move || {
            let (mint, memory, fed) = own;
            let writer = Writer {
                db: Statements::of(&conn, tuning.statements),
                most: tuning.batch,
                mint,
                memory,
                fed,
            };
            writer.work(jobs);
        };
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(write)
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Sqlite {
            memory,
            mint,
            path: path.to_owned(),
            reader_kib: options.tuning.cache_kib / 2 / options.readers_hint.max(1),
            tuning,
            key: NEXT_KEY.fetch_add(1, Relaxed),
            queue,
            following: Mutex::default(),
            seen: watch::Sender::new(seen),
            fed,
            lease,
        })
    }

    /// Reads on this thread's connection.
    pub(crate) fn read<T>(
        &self,
        query: impl FnOnce(&Statements<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        READERS.with_borrow_mut(|readers| {
            let reader = match readers.entry(self.key) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => entry.insert(self.reader()?),
            };
            Ok(reader.with_dependent(|_, statements| query(statements))?)
        })
    }

    fn reader(&self) -> Result<Reader, rusqlite::Error> {
        let conn = open_reader(&self.path, self.reader_kib, &self.tuning)?;
        let most = self.tuning.statements;
        Ok(Reader::new(conn, |conn| Statements::of(conn, most)))
    }

    pub(crate) async fn settle(
        &self,
        transition: Transition,
        now: UnixTime,
    ) -> Result<Outcome, StoreError> {
        let (done, answer) = oneshot::channel();
        let settle = Settle {
            transition,
            now,
            done: Some(done),
        };
        self.send(Job::Settle(Box::new(settle)))?;
        let (outcome, _settle) = answer.await.map_err(|_| stopped())?;
        outcome
    }

    /// Runs a statement of the store's own in the writer's next transaction.
    pub(crate) async fn run(
        &self,
        work: impl Fn(&Connection) -> rusqlite::Result<usize> + Send + 'static,
    ) -> Result<usize, StoreError> {
        let (done, answer) = oneshot::channel();
        let work = Box::new(work);
        self.send(Job::Run { work, done })?;
        answer.await.map_err(|_| stopped())?
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        self.queue.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })
    }

    /// Finishes what is queued, gives the node number back and stops the writer.
    pub(crate) async fn close(&self) {
        let holder = self.lease.holder.clone();
        let _ = self.run(move |conn| lease::give_back(conn, &holder)).await;
        let (done, closed) = oneshot::channel();
        if self.queue.send(Job::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
    }

    pub(crate) async fn renew_lease(&self, now: UnixTime) -> Result<(), StoreError> {
        let (node, holder) = (self.mint.node(), self.lease.holder.clone());
        let kept = self
            .run(move |conn| lease::renew(conn, node, &holder, now))
            .await?;
        if kept == 0 {
            let holder = self.lease.holder.clone();
            let taken = self
                .run(move |conn| lease::take_as_rows(conn, &holder, now))
                .await?;
            self.mint.set_node(taken as i64);
        }
        Ok(())
    }

    /// Changes the end of a lease by a second, there and back, so that a disk that takes nothing is noticed: of a row
    /// that stays as it is SQLite writes nothing.
    pub(crate) async fn probe(&self) -> Result<(), StoreError> {
        self.run(|conn| {
            let sql = "UPDATE nodes SET lease_until = (lease_until | 1) - (lease_until & 1) \
                       WHERE node = (SELECT MIN(node) FROM nodes)";
            conn.prepare_cached(sql)?.execute([])
        })
        .await
        .map(drop)
    }

    /// Resolves when the writer has committed a line of the feed since the last time.
    pub(crate) async fn fed(&self) {
        self.fed.notified().await;
    }

    /// The last line of the feed that memory holds. APIs are told no more than that: whoever forgets an answer
    /// because of a line, and asks again, must not get the same answer.
    pub(crate) fn seen(&self) -> watch::Receiver<i64> {
        self.seen.subscribe()
    }

    /// The lines of the feed after a cursor, at most `limit`.
    pub(crate) fn revocations(
        &self,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Option<FeedFacts>, StoreError> {
        let seen = *self.seen.borrow();
        self.read(|db| match after {
            Some(cursor) => feed::after(db, cursor, seen, limit),
            None => feed::at(db, seen),
        })
    }

    /// Takes in what was committed here or by other processes; whether there was anything.
    pub(crate) fn poll_changes(&self) -> Result<bool, StoreError> {
        // One at a time, so that what is read earlier is not put into memory later.
        let _following = self
            .following
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let seen = *self.seen.borrow();
        let changes = self.read(|db| read::changes(db, seen))?;
        for (_, kind, reference, until) in &changes {
            match kind.as_str() {
                "grant" => self.memory.revoke(*reference, *until),
                "client" => self.memory.forget_client(ClientNo(*reference)),
                "person" => {
                    let subject = Subject(*reference);
                    let standing = self.read(|db| read::standing(db, subject))?;
                    self.memory.set_standing(subject, standing);
                }
                // A token's row is gone; the line is for APIs.
                _ => {}
            }
        }
        if let Some((last, ..)) = changes.last() {
            self.seen.send_replace(*last);
        }
        Ok(!changes.is_empty())
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the writer has stopped".to_owned())
}

/// Makes the file, which only its user may read, and its folder. SQLite syncs the file's name with the first
/// commit.
fn create(path: &Path) -> Result<(), StoreError> {
    let cannot =
        |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", path.display()));
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        crate::make_folder(folder).map_err(cannot)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options.open(path).map(drop).map_err(cannot)
}

fn configure_writer(conn: &Connection, options: &Options) -> Result<(), StoreError> {
    prepare_connection(conn, &options.tuning)?;
    conn.execute_batch(&format!(
        "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous={}; \
         PRAGMA wal_autocheckpoint={}; PRAGMA cache_size=-{}; PRAGMA temp_store=MEMORY; \
         PRAGMA trusted_schema=OFF; PRAGMA mmap_size=0; PRAGMA foreign_keys=OFF;",
        options.synchronous.as_sql(),
        options.tuning.checkpoint_pages,
        options.tuning.cache_kib / 2
    ))?;
    Ok(())
}

/// What every connection has: statements stay prepared, and their plans do not depend on the values bound, which
/// would have them parsed again each time.
fn prepare_connection(conn: &Connection, tuning: &Tuning) -> rusqlite::Result<()> {
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(tuning.statements);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, tuning.stable_plans)
        .map(drop)
}

fn open_reader(path: &Path, kib: usize, tuning: &Tuning) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    prepare_connection(&conn, tuning)?;
    conn.execute_batch(&format!(
        "PRAGMA cache_size=-{kib}; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF; PRAGMA mmap_size=0;"
    ))?;
    Ok(conn)
}

/// The highest id in any table that a mint feeds.
pub(crate) fn highest_id(conn: &Connection) -> rusqlite::Result<i64> {
    let tables = [
        "access_tokens",
        "refresh_tokens",
        "codes",
        "device_codes",
        "grants",
        "interactions",
        "sessions",
        "audit",
    ];
    let highest = |table: &&str| {
        let sql = format!("SELECT COALESCE(MAX(id), 0) FROM {table}");
        conn.query_row(&sql, [], |row| row.get::<_, i64>(0))
    };
    let ids: Vec<i64> = tables
        .iter()
        .map(highest)
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids.into_iter().max().unwrap_or(0))
}

/// Fills memory; returns the last line of the feed that it holds.
fn load_memory(conn: &Connection, memory: &Memory, now: UnixTime) -> rusqlite::Result<i64> {
    let mut cursor = 0;
    let db = Statements::of(conn, 0);
    for (seq, kind, reference, until) in read::changes(&db, 0)? {
        cursor = seq;
        if kind == "grant" && until > now.0 {
            memory.revoke(reference, until);
        }
    }
    for person in read::standings(&db)? {
        memory.set_standing(person.subject, Standing::from(&person));
    }
    Ok(cursor)
}

/// The id below which everything was made before `time`.
pub(crate) fn before(time: UnixTime) -> i64 {
    Locator::first_at(time).0
}
