//! SQLite: WAL, `synchronous=FULL`, one writer thread with group commit, point reads on each thread's own
//! read-only connection.
mod apply;
pub(crate) mod fill;
pub(crate) mod migrate;
pub(crate) mod operator;
mod row;
mod statements;
mod writer;

use crate::counts::{Counts, QueueLength};
use crate::facts::tokens;
use crate::feed::Follow;
use crate::memory::Memory;
use crate::row::Query;
use crate::runs::Runs;
use crate::value::Value;
use crate::{IdMint, Options, Outcome, Stay, StoreError, Tuning, lease, skeletons};
use protocol::Transition;
use protocol::events::Act;
use protocol::types::UnixTime;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use self_cell::self_cell;
use statements::Statements;
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};
pub(crate) use writer::begin;
use writer::{Job, QUEUE, Settle, Settled, Writer};

/// The back end.
pub(crate) struct Sqlite {
    pub(crate) memory: Arc<Memory>,
    pub(crate) mint: IdMint,
    pub(crate) follow: Follow,
    pub(crate) counts: Arc<Counts>,
    /// Told of every commit with a message.
    pub(crate) posted: Arc<Notify>,
    path: PathBuf,
    reader_kib: usize,
    tuning: Tuning,
    /// Tells this database's readers from those of another in the same process.
    key: u64,
    queue: mpsc::Sender<Job>,
    holder: String,
    stay: Stay,
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

/// A connection before the writer has it: what it is asked is done at once.
struct Opening<'c>(Statements<'c>);

impl Runs for Opening<'_> {
    async fn run(&self, sql: &'static str, values: &[Value<'_>]) -> Result<usize, StoreError> {
        begin(self.0.conn())?;
        let done = self.0.execute(sql, values);
        let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
        self.0.conn().execute_batch(end)?;
        Ok(done?)
    }

    async fn many<T>(&self, query: &Query<T>, values: &[Value<'_>]) -> Result<Vec<T>, StoreError> {
        Ok(self.0.many(query, values)?)
    }

    async fn pause(&self, length: Duration) {
        std::thread::sleep(length);
    }
}

/// What an [`Opening`] is asked never waits for anything but the thread.
fn at_once<T>(work: impl Future<Output = T>) -> Result<T, StoreError> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(work).poll(&mut context) {
        Poll::Ready(done) => Ok(done),
        Poll::Pending => Err(stopped()),
    }
}

impl Sqlite {
    pub(crate) fn open(path: &Path, options: &Options) -> Result<Self, StoreError> {
        create(path)?;
        let mut conn = Connection::open(path)?;
        configure_writer(&mut conn, options)?;
        if migrate::run(&conn)? {
            // What it read for that is given back with the connection: a server that idles would keep it.
            drop(conn);
            conn = Connection::open(path)?;
            configure_writer(&mut conn, options)?;
        }
        let holder = lease::holder();
        let memory = Arc::new(Memory::new());
        let opening = Opening(Statements::of(&conn, 0));
        let opened = at_once(async {
            let node = lease::begin(&opening, &holder, options.stay).await?;
            skeletons::fill(&opening).await?;
            let highest = opening.one(&tokens::HIGHEST_ID, &[]).await?;
            let mint = IdMint::new(options.region, node, highest.unwrap_or(0));
            Ok((mint, Follow::begin(&opening, memory.clone()).await?))
        })?;
        drop(opening);
        let (mint, follow) = opened.map_err(|error: StoreError| error)?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        let tuning = options.tuning;
        let counts = Arc::new(Counts::new());
        let posted = Arc::new(Notify::new());
        let own = (
            mint.clone(),
            memory.clone(),
            follow.notify(),
            counts.clone(),
            posted.clone(),
        );
        let write = move || {
            let (mint, memory, fed, counts, posted) = own;
            let writer = Writer {
                db: Statements::of(&conn, tuning.statements),
                most: tuning.batch,
                mint,
                memory,
                fed,
                counts,
                posted,
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
            follow,
            counts,
            posted,
            path: path.to_owned(),
            reader_kib: options.tuning.cache_kib / 2 / options.readers_hint.max(1),
            tuning,
            key: NEXT_KEY.fetch_add(1, Relaxed),
            queue,
            holder,
            stay: options.stay,
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
        let conn = open_reader(&self.path, self.reader_kib, &self.tuning, self.stay)?;
        let most = self.tuning.statements;
        Ok(Reader::new(conn, |conn| Statements::of(conn, most)))
    }

    pub(crate) fn settle(
        &self,
        transition: Transition,
        act: Act,
    ) -> impl Future<Output = Result<Outcome, StoreError>> + use<> {
        let sent = self.send_settle(transition, act);
        async move {
            let (outcome, _settle) = sent?.await.map_err(|_| stopped())?;
            outcome
        }
    }

    fn send_settle(
        &self,
        transition: Transition,
        act: Act,
    ) -> Result<oneshot::Receiver<Settled>, StoreError> {
        lease::may_write(self.stay)?;
        let (done, answer) = oneshot::channel();
        let settle = Settle {
            transition,
            act,
            done: Some(done),
        };
        self.send(Job::Settle(Box::new(settle)))?;
        Ok(answer)
    }

    /// Runs statements of the store's own in the writer's next transaction.
    pub(crate) async fn write(
        &self,
        work: impl Fn(&Statements<'_>) -> rusqlite::Result<usize> + Send + 'static,
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

    pub(crate) fn queues(&self) -> Vec<QueueLength> {
        let length = self.queue.max_capacity() - self.queue.capacity();
        vec![QueueLength {
            name: "writer",
            length,
        }]
    }

    /// Finishes what is queued, gives the node number back and stops the writer.
    pub(crate) async fn close(&self) {
        if lease::may_write(self.stay).is_ok() {
            let _ = lease::give_back(self, &self.holder).await;
        }
        let (done, closed) = oneshot::channel();
        if self.queue.send(Job::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
    }

    pub(crate) async fn renew_lease(&self, now: UnixTime) -> Result<(), StoreError> {
        lease::may_write(self.stay)?;
        let length = self.stay.lease();
        if !lease::renew(self, self.mint.node(), &self.holder, now.plus(length)).await? {
            let taken = lease::take(self, &self.holder, length, || now).await?;
            self.mint.set_node(taken);
        }
        Ok(())
    }

    /// Changes the end of a lease by a second, there and back, so that a disk that takes nothing is noticed: of a row
    /// that stays as it is SQLite writes nothing.
    pub(crate) async fn probe(&self) -> Result<(), StoreError> {
        let sql = "UPDATE nodes SET lease_until = (lease_until | 1) - (lease_until & 1) \
                   WHERE node = (SELECT MIN(node) FROM nodes)";
        self.run(sql, &[]).await.map(drop)
    }
}

impl Runs for Sqlite {
    async fn run(&self, sql: &'static str, values: &[Value<'_>]) -> Result<usize, StoreError> {
        let values: Vec<Value<'static>> = values.iter().cloned().map(Value::into_owned).collect();
        self.write(move |db| db.execute(sql, &values)).await
    }

    async fn many<T>(&self, query: &Query<T>, values: &[Value<'_>]) -> Result<Vec<T>, StoreError> {
        self.read(|db| db.many(query, values))
    }

    async fn pause(&self, length: Duration) {
        tokio::time::sleep(length).await;
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

fn configure_writer(conn: &mut Connection, options: &Options) -> Result<(), StoreError> {
    prepare_connection(conn, &options.tuning, options.stay)?;
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
fn prepare_connection(conn: &mut Connection, tuning: &Tuning, stay: Stay) -> rusqlite::Result<()> {
    conn.busy_handler(Some(match stay {
        Stay::Server => wait_a_little,
        Stay::Command | Stay::Look => wait_long,
    }))?;
    conn.set_prepared_statement_cache_capacity(tuning.statements);
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, tuning.stable_plans)
        .map(drop)
}

/// Looks for a file that another process holds. SQLite's own way is to wait a tenth of a second between two looks:
/// where hundreds wait, the file is free most of the time, and whoever has waited longest is the least likely to get
/// it.
fn look_again(looks: i32) {
    let [random] = jose::random::bytes::<1>();
    let most = u64::from(looks.clamp(1, 20).unsigned_abs());
    std::thread::sleep(Duration::from_micros(most * 4 * (1 + u64::from(random))));
}

/// For about five seconds: whoever sent a request waits.
fn wait_a_little(looks: i32) -> bool {
    look_again(looks);
    looks < 500
}

/// For about a minute: a command can wait until hundreds of others are done.
fn wait_long(looks: i32) -> bool {
    look_again(looks);
    looks < 6_000
}

fn open_reader(
    path: &Path,
    kib: usize,
    tuning: &Tuning,
    stay: Stay,
) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags)?;
    prepare_connection(&mut conn, tuning, stay)?;
    conn.execute_batch(&format!(
        "PRAGMA cache_size=-{kib}; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF; PRAGMA mmap_size=0;"
    ))?;
    Ok(conn)
}
