//! PostgreSQL: any number of nodes on one database. What many ask for at once is batched by kind, writes and reads of
//! tokens; other reads are prepared statements, pipelined on a few shared connections.
mod apply;
mod batch;
mod codes;
mod columns;
mod conn;
mod devices;
mod fault;
mod feed;
pub(crate) mod fill;
mod gather;
mod migrate;
pub(crate) mod operator;
mod revoke;
mod row;
mod tls;
mod value;
mod writer;

use crate::counts::{Counts, DatabaseConnections, QueueLength};
use crate::facts::tokens;
use crate::feed::Follow;
use crate::location::PostgresUrl;
use crate::memory::Memory;
use crate::row::Query;
use crate::runs::Runs;
use crate::value::{Value, values};
use crate::{IdMint, Options, Outcome, Stay, StoreError, lease, skeletons};
use conn::{Dialer, Slot};
use gather::Gather;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::events::Act;
use protocol::facts::RefreshFacts;
use protocol::types::ids::Region;
use protocol::types::{AccessToken, Locator, UnixTime};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex as StdMutex, PoisonError};
use std::time::Instant;
use tokio::runtime::{Handle, Runtime};
use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use writer::{Job, Lane, QUEUE, Settle};

/// Connections for all other transitions.
const SINGLE_LANES: usize = 4;

/// The back end.
pub(crate) struct Postgres {
    pub(crate) memory: Arc<Memory>,
    pub(crate) mint: IdMint,
    pub(crate) follow: Follow,
    pub(crate) counts: Arc<Counts>,
    /// Told of every commit with a message.
    pub(crate) posted: Arc<Notify>,
    readers: Vec<Arc<Slot>>,
    access_tokens: Gather<AccessToken>,
    refresh_tokens: Gather<RefreshFacts>,
    next_reader: AtomicUsize,
    /// Leases and the change feed: what requests must not keep waiting.
    pub(crate) chores: Slot,
    /// Sweeping and filling, which nobody waits for.
    pub(crate) sweeping: Slot,
    batches: mpsc::Sender<Job>,
    revocations: mpsc::Sender<Job>,
    singles: mpsc::Sender<Job>,
    lanes: StdMutex<Vec<JoinHandle<()>>>,
    pub(crate) holder: String,
    stay: Stay,
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
    mint: IdMint,
    memory: Arc<Memory>,
    follow: Follow,
}

/// Reads the files of certificates that a URL names.
///
/// # Errors
/// [`StoreError::Unavailable`] names the one that cannot be used.
pub(crate) fn check_tls(asked: &crate::database_tls::DatabaseTls) -> Result<(), StoreError> {
    tls::Tls::new(asked).map(drop)
}

impl Postgres {
    pub(crate) fn open(url: &PostgresUrl, options: &Options) -> Result<Self, StoreError> {
        let (driver, runtime) = Driver::start()?;
        let dialer = Arc::new(Dialer::new(
            url,
            options.synchronous,
            options.stay,
            runtime.clone(),
        )?);
        let opening = open(Slot::patient(dialer.clone()), options.region, options.stay);
        let opened = wait_for(&runtime, opening)??;
        let (memory, fed) = (opened.memory, opened.follow.notify());
        let counts = Arc::new(Counts::new());
        let posted = Arc::new(Notify::new());
        let lane = |queue: &writer::Queue| Lane {
            queue: queue.clone(),
            slot: Slot::new(dialer.clone()),
            memory: memory.clone(),
            fed: fed.clone(),
            counts: counts.clone(),
            posted: posted.clone(),
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
            access_tokens: Gather::start(&runtime, &readers, ACCESS_TOKENS),
            refresh_tokens: Gather::start(&runtime, &readers, REFRESH_TOKENS),
            readers,
            next_reader: AtomicUsize::new(0),
            chores: Slot::new(dialer.clone()),
            sweeping: opened.slot,
            batches,
            revocations,
            singles,
            lanes: StdMutex::new(lanes),
            follow: opened.follow,
            counts,
            posted,
            holder: opened.holder,
            stay: options.stay,
            lease_until: AtomicI64::new(crate::mint::now().plus(options.stay.lease()).0),
            memory,
            mint: opened.mint,
            _driver: driver,
        })
    }

    pub(crate) async fn one<T>(
        &self,
        query: &Query<T>,
        values: &[Value<'_>],
    ) -> Result<Option<T>, StoreError> {
        self.reader().one(query, values).await
    }

    pub(crate) async fn many<T>(
        &self,
        query: &Query<T>,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        self.reader().many(query, values).await
    }

    /// See [`Slot::many_planned_anew`].
    pub(crate) async fn many_planned_anew<T>(
        &self,
        query: &Query<T>,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        self.reader().many_planned_anew(query, values).await
    }

    pub(crate) async fn access_token(
        &self,
        id: Locator,
    ) -> Result<Option<AccessToken>, StoreError> {
        self.access_tokens.one(id).await
    }

    pub(crate) async fn refresh_token(
        &self,
        id: Locator,
    ) -> Result<Option<RefreshFacts>, StoreError> {
        self.refresh_tokens.one(id).await
    }

    /// The connection for the next read.
    fn reader(&self) -> &Slot {
        &self.readers[self.next_reader.fetch_add(1, Relaxed) % self.readers.len()]
    }

    pub(crate) async fn settle(
        &self,
        transition: Transition,
        act: Act,
    ) -> Result<Outcome, StoreError> {
        lease::may_write(self.stay)?;
        self.keep_number().await?;
        let (done, answer) = oneshot::channel();
        let settle = Settle {
            transition,
            act,
            receipt: self.mint.locator(),
            asked: Instant::now(),
            done,
        };
        let queue = match settle.hot().map(batch::Kind::of) {
            Some(batch::Kind::Revoke) => &self.revocations,
            Some(_) => &self.batches,
            None => &self.singles,
        };
        queue
            .try_send(Job::Settle(settle))
            .map_err(|error| match error {
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
        Box::pin(self.renew_lease(now)).await?;
        match self.mint.node() == node {
            true => Ok(()),
            false => Err(StoreError::Unavailable(
                "this node slept, and goes on under another number".to_owned(),
            )),
        }
    }

    pub(crate) async fn renew_lease(&self, now: UnixTime) -> Result<(), StoreError> {
        lease::may_write(self.stay)?;
        let (length, holder) = (self.stay.lease(), &self.holder);
        let until = now.plus(length);
        if !lease::renew(&self.chores, self.mint.node(), holder, until).await? {
            let taken = lease::take(&self.chores, holder, length, || now).await?;
            self.mint.set_node(taken);
        }
        self.lease_until.store(until.0, Relaxed);
        Ok(())
    }

    pub(crate) fn queues(&self) -> Vec<QueueLength> {
        let queues = [
            ("batches", &self.batches),
            ("revocations", &self.revocations),
            ("singles", &self.singles),
        ];
        let length = |queue: &mpsc::Sender<Job>| queue.max_capacity() - queue.capacity();
        let lengths = queues.map(|(name, queue)| QueueLength {
            name,
            length: length(queue),
        });
        lengths.into()
    }

    pub(crate) fn connections(&self) -> DatabaseConnections {
        self.chores.connections()
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
        if lease::may_write(self.stay).is_ok() {
            let _ = lease::give_back(&self.chores, &self.holder).await;
        }
    }

    /// Whether the database reads, and commits what is written.
    pub(crate) async fn ready(&self) -> Result<(), StoreError> {
        let sql = "UPDATE nodes SET lease_until = lease_until WHERE holder = $1";
        let values = values![&self.holder];
        let (reads, writes) = tokio::join!(self.one(&ONE, &[]), self.chores.run(sql, &values));
        reads?;
        writes?;
        Ok(())
    }

    /// The database's own time.
    pub(crate) async fn time(&self) -> Result<UnixTime, StoreError> {
        let query = Query {
            sql: "SELECT CAST(EXTRACT(EPOCH FROM now()) AS BIGINT)",
            read: |row| row.time(0),
        };
        let now = self.chores.one(&query, &[]).await?;
        now.ok_or_else(stopped)
    }
}

/// Nothing but an answer.
const ONE: Query<()> = Query {
    sql: "SELECT 1",
    read: |_| Ok(()),
};

/// Access tokens by id.
const ACCESS_TOKENS: gather::Kind<AccessToken> = gather::Kind {
    sql: tokens::ACCESS_OF_MANY,
    read: |row| tokens::access(row).map(|token| (token.id, token)),
};

/// Refresh tokens by id, each with its grant, its use and its person.
const REFRESH_TOKENS: gather::Kind<RefreshFacts> = gather::Kind {
    sql: tokens::REFRESH_OF_MANY,
    read: |row| tokens::refresh(row).map(|facts| (facts.token.id, facts)),
};

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

async fn open(slot: Slot, region: Region, stay: Stay) -> Result<Opened, StoreError> {
    refuse_level(&slot).await?;
    migrate::run(&slot).await?;
    let holder = lease::holder();
    let node = lease::begin(&slot, &holder, stay).await?;
    skeletons::fill(&slot).await?;
    let memory = Arc::new(Memory::new());
    let follow = Follow::begin(&slot, memory.clone()).await?;
    let highest = slot.one(&tokens::HIGHEST_ID, &[]).await?;
    Ok(Opened {
        mint: IdMint::new(region, node, highest.unwrap_or(0)),
        memory,
        follow,
        holder,
        slot,
    })
}

/// Guards are right where each statement sees what was committed before it, and where races are refused.
async fn refuse_level(slot: &Slot) -> Result<(), StoreError> {
    let level = Query {
        sql: "SELECT current_setting('transaction_isolation')",
        read: |row| row.string(0),
    };
    match slot.one(&level, &[]).await?.as_deref() {
        Some("repeatable read") => Err(StoreError::Unavailable(
            "default_transaction_isolation is repeatable read: set it to read committed or serializable".to_owned(),
        )),
        _ => Ok(()),
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the writer has stopped".to_owned())
}
