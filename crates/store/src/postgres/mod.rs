//! PostgreSQL: any number of nodes on one database. What many ask for at once is batched by kind, writes and reads of
//! tokens; other reads are prepared statements, pipelined on a few shared connections.
mod apply;
mod apply_client;
mod batch;
mod clients;
mod codes;
mod conn;
mod devices;
mod fault;
mod feed;
pub(crate) mod fill;
mod gather;
mod lease;
mod migrate;
pub(crate) mod operator;
mod read;
mod revoke;
mod rows;
pub(crate) mod sweep;
mod tls;
mod value;
mod writer;

use crate::location::PostgresUrl;
use crate::memory::Memory;
use crate::{IdMint, Options, Outcome, StoreError};
use conn::{Dialer, Slot};
use gather::Gather;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::facts::{RefreshFacts, Standing};
use protocol::types::{AccessToken, ClientNo, Subject, UnixTime};
use rows::get;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex as StdMutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::{Mutex, Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use value::values_of;
use writer::{Job, Lane, QUEUE, Settle};

/// Connections for all other transitions.
const SINGLE_LANES: usize = 4;
/// What memory may be behind the database.
const STALE: Duration = Duration::from_secs(1);

/// The back end.
pub(crate) struct Postgres {
    pub(crate) memory: Arc<Memory>,
    pub(crate) mint: IdMint,
    readers: Vec<Arc<Slot>>,
    access_tokens: Gather<AccessToken>,
    refresh_tokens: Gather<RefreshFacts>,
    next_reader: AtomicUsize,
    /// Leases and the change feed: what requests must not keep waiting.
    chores: Slot,
    /// Sweeping and filling, which nobody waits for.
    sweeping: Slot,
    batches: mpsc::Sender<Job>,
    revocations: mpsc::Sender<Job>,
    singles: mpsc::Sender<Job>,
    lanes: StdMutex<Vec<JoinHandle<()>>>,
    /// The last line of the feed that memory holds.
    seen: watch::Sender<i64>,
    /// Held while the feed is read; when that last failed, and why.
    polling: Mutex<Option<(Instant, String)>>,
    /// When memory last held all that was committed by then, in milliseconds after `opened`.
    heard: AtomicU64,
    opened: Instant,
    fed: Arc<Notify>,
    holder: String,
    lease_until: AtomicI64,
    /// Drives the connections, whichever runtime the requests are on.
    _driver: Driver,
}

/// A runtime that may be dropped on any thread.
struct Driver(Option<Runtime>);

impl Driver {
    fn start() -> Result<(Self, Handle), StoreError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("store-postgres")
            .enable_all()
            .build()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let handle = runtime.handle().clone();
        Ok((Driver(Some(runtime)), handle))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// What opening has found out.
struct Opened {
    slot: Slot,
    holder: String,
    node: i64,
    highest: i64,
    memory: Memory,
    seen: i64,
}

impl Postgres {
    pub(crate) fn open(
        url: &PostgresUrl,
        options: &Options,
        now: UnixTime,
    ) -> Result<Self, StoreError> {
        let (driver, runtime) = Driver::start()?;
        let dialer = Arc::new(Dialer::new(url, options.synchronous, runtime.clone())?);
        let began = Instant::now();
        let opened = wait_for(&runtime, open(Slot::patient(dialer.clone()), now))??;
        let mint = IdMint::new(opened.node, opened.highest);
        let memory = Arc::new(opened.memory);
        let fed = Arc::new(Notify::new());
        let lane = |queue: &writer::Queue| Lane {
            queue: queue.clone(),
            slot: Slot::new(dialer.clone()),
            memory: memory.clone(),
            fed: fed.clone(),
        };
        let (batches, jobs) = mpsc::channel(QUEUE);
        let queue = Arc::new(Mutex::new(jobs));
        let mut lanes: Vec<_> = (0..options.tuning.lanes)
            .map(|_| runtime.spawn(lane(&queue).batches(options.tuning.batch)))
            .collect();
        // More than one would wait for each other: lines of the feed are committed one batch after another.
        let (revocations, jobs) = mpsc::channel(QUEUE);
        let queue = Arc::new(Mutex::new(jobs));
        lanes.push(runtime.spawn(lane(&queue).batches(options.tuning.batch)));
        let (singles, jobs) = mpsc::channel(QUEUE);
        let queue = Arc::new(Mutex::new(jobs));
        lanes.extend((0..SINGLE_LANES).map(|_| runtime.spawn(lane(&queue).singles())));
        let readers: Vec<_> = (0..options.tuning.readers)
            .map(|_| Arc::new(Slot::new(dialer.clone())))
            .collect();
        Ok(Postgres {
            access_tokens: Gather::start(&runtime, &readers, read::ACCESS_TOKENS),
            refresh_tokens: Gather::start(&runtime, &readers, read::REFRESH_TOKENS),
            readers,
            next_reader: AtomicUsize::new(0),
            chores: Slot::new(dialer.clone()),
            sweeping: opened.slot,
            batches,
            revocations,
            singles,
            lanes: StdMutex::new(lanes),
            seen: watch::Sender::new(opened.seen),
            polling: Mutex::default(),
            heard: AtomicU64::new(0),
            opened: began,
            fed,
            holder: opened.holder,
            lease_until: AtomicI64::new(now.plus(lease::LEASE).0),
            memory,
            mint,
            _driver: driver,
        })
    }

    /// The connection for the next read.
    fn reader(&self) -> &Slot {
        &self.readers[self.next_reader.fetch_add(1, Relaxed) % self.readers.len()]
    }

    pub(crate) async fn settle(
        &self,
        transition: Transition,
        now: UnixTime,
    ) -> Result<Outcome, StoreError> {
        self.keep_number().await?;
        let queue = match batch::Kind::of(&transition) {
            Some(batch::Kind::Revoke) => &self.revocations,
            Some(_) => &self.batches,
            None => &self.singles,
        };
        let (done, answer) = oneshot::channel();
        let job = Job::Settle(Settle {
            transition,
            now,
            receipt: self.mint.locator(),
            asked: Instant::now(),
            done,
        });
        queue.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        answer.await.map_err(|_| stopped())?
    }

    /// A process that slept longer than its lease may not use ids it has made: another may have its number.
    async fn keep_number(&self) -> Result<(), StoreError> {
        let (now, node) = (crate::mint::now(), self.mint.node());
        if now.0 < self.lease_until.load(Relaxed) {
            return Ok(());
        }
        self.renew_lease(now).await?;
        match self.mint.node() == node {
            true => Ok(()),
            false => Err(StoreError::Unavailable(
                "this node slept, and goes on under another number".to_owned(),
            )),
        }
    }

    pub(crate) async fn renew_lease(&self, now: UnixTime) -> Result<(), StoreError> {
        if !lease::renew(&self.chores, self.mint.node(), &self.holder, now).await? {
            let taken = lease::take(&self.chores, &self.holder, now).await?;
            self.mint.set_node(taken);
        }
        self.lease_until.store(now.plus(lease::LEASE).0, Relaxed);
        Ok(())
    }

    /// Finishes what is queued, gives the node number back and stops the writers.
    pub(crate) async fn close(&self) {
        let _ = self.batches.send(Job::Close).await;
        let _ = self.revocations.send(Job::Close).await;
        let _ = self.singles.send(Job::Close).await;
        let lanes = std::mem::take(&mut *self.lanes.lock().unwrap_or_else(PoisonError::into_inner));
        for lane in lanes {
            let _ = lane.await;
        }
        let _ = lease::give_back(&self.chores, &self.holder).await;
    }

    /// Whether the database reads, and commits what is written.
    pub(crate) async fn ready(&self) -> Result<(), StoreError> {
        let sql = "UPDATE nodes SET lease_until = lease_until WHERE holder = $1";
        let values = values_of![self.holder];
        let (reads, writes) = tokio::join!(
            self.reader().query("SELECT 1", values_of![]),
            self.chores.query(sql, values),
        );
        reads?;
        writes?;
        Ok(())
    }

    /// The database's own time.
    pub(crate) async fn time(&self) -> Result<UnixTime, StoreError> {
        let sql = "SELECT CAST(EXTRACT(EPOCH FROM now()) AS BIGINT)";
        let rows = self.chores.query(sql, values_of![]).await?;
        Ok(UnixTime(get(&rows[0], 0)?))
    }

    /// Takes in what was committed here or by other nodes; whether there was anything.
    pub(crate) async fn poll_changes(&self) -> Result<bool, StoreError> {
        let mut failed = self.polling.lock().await;
        self.poll(&mut failed).await
    }

    /// What memory holds is not older than a second, or is made so before anyone relies on it.
    pub(crate) async fn keep_up(&self) -> Result<(), StoreError> {
        if self.is_fresh() {
            return Ok(());
        }
        let mut failed = self.polling.lock().await;
        match &*failed {
            _ if self.is_fresh() => Ok(()),
            Some((when, why)) if when.elapsed() < conn::PAUSE => {
                Err(StoreError::Unavailable(why.clone()))
            }
            _ => self.poll(&mut failed).await.map(drop),
        }
    }

    fn is_fresh(&self) -> bool {
        let heard = Duration::from_millis(self.heard.load(Relaxed));
        self.opened.elapsed() < heard + STALE
    }

    async fn poll(&self, failed: &mut Option<(Instant, String)>) -> Result<bool, StoreError> {
        let began = self.opened.elapsed();
        let taken = self.take_changes().await;
        match &taken {
            Ok(_) => {
                let began = u64::try_from(began.as_millis()).unwrap_or(u64::MAX);
                self.heard.store(began, Relaxed);
                *failed = None;
            }
            Err(error) => *failed = Some((Instant::now(), error.to_string())),
        }
        taken
    }

    async fn take_changes(&self) -> Result<bool, StoreError> {
        let seen = *self.seen.borrow();
        let changes = read::changes(&self.chores, seen).await?;
        for (_, kind, reference, until) in &changes {
            match kind.as_str() {
                "grant" => self.memory.revoke(*reference, *until),
                "client" => self.memory.forget_client(ClientNo(*reference)),
                "person" => {
                    let subject = Subject(*reference);
                    let standing = read::standing(&self.chores, subject).await?;
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

/// Runs `work` on the store's own threads and waits for it on this one, which may belong to another runtime.
fn wait_for<T: Send + 'static>(
    runtime: &Handle,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, StoreError> {
    let (done, answer) = std::sync::mpsc::channel();
    runtime.spawn(async move {
        let _ = done.send(work.await);
    });
    answer.recv().map_err(|_| stopped())
}

async fn open(slot: Slot, now: UnixTime) -> Result<Opened, StoreError> {
    refuse_level(&slot).await?;
    migrate::run(&slot).await?;
    let holder = lease::holder();
    let node = lease::take(&slot, &holder, now).await?;
    let memory = Memory::new();
    feed::begin(&slot).await?;
    let seen = load_memory(&slot, &memory, now).await?;
    Ok(Opened {
        node,
        highest: highest_id(&slot).await?,
        memory,
        seen,
        holder,
        slot,
    })
}

/// Guards are right where each statement sees what was committed before it, and where races are refused.
async fn refuse_level(slot: &Slot) -> Result<(), StoreError> {
    let rows = slot
        .query(
            "SELECT current_setting('transaction_isolation')",
            values_of![],
        )
        .await?;
    let level: &str = get(&rows[0], 0)?;
    match level {
        "repeatable read" => Err(StoreError::Unavailable(
            "default_transaction_isolation is repeatable read: set it to read committed or serializable".to_owned(),
        )),
        _ => Ok(()),
    }
}

/// The highest id in any table that a mint feeds.
async fn highest_id(slot: &Slot) -> Result<i64, StoreError> {
    let sql = "SELECT GREATEST(0, (SELECT MAX(id) FROM access_tokens), (SELECT MAX(id) FROM refresh_tokens), \
               (SELECT MAX(id) FROM codes), (SELECT MAX(id) FROM device_codes), (SELECT MAX(id) FROM grants), \
               (SELECT MAX(id) FROM interactions), (SELECT MAX(id) FROM sessions), (SELECT MAX(id) FROM audit))";
    let rows = slot.query(sql, values_of![]).await?;
    Ok(get(&rows[0], 0)?)
}

/// Fills memory; returns the last line of the feed that it holds. The feed is read first: what changes after that
/// is in a later line.
async fn load_memory(slot: &Slot, memory: &Memory, now: UnixTime) -> Result<i64, StoreError> {
    let mut cursor = 0;
    for (seq, kind, reference, until) in read::changes(slot, 0).await? {
        cursor = seq;
        if kind == "grant" && until > now.0 {
            memory.revoke(reference, until);
        }
    }
    for person in read::standings(slot).await? {
        memory.set_standing(person.subject, Standing::from(&person));
    }
    Ok(cursor)
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the writer has stopped".to_owned())
}
