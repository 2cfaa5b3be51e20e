//! Connections: each is made when it is first needed, shared by all who read, and replaced when it breaks.
use super::fault::Fault;
use super::row::plain as plain_row;
use super::tls::{Tls, may_do_otherwise};
use super::value::{Value, Values, each};
use crate::counts::{ConnectionCounts, DatabaseConnections};
use crate::location::{self, PostgresUrl};
use crate::row::{Query, Read};
use crate::runs::Runs;
use crate::{Stay, StoreError, Synchronous, value};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Config, Row, Statement};

/// How long making a connection may take while requests wait for it, unless the URL says so.
const CONNECT: Duration = Duration::from_secs(3);
/// The same for a command: nobody stands behind it, and a server that many ask at once answers late.
const COMMAND: Duration = Duration::from_secs(10);
/// How long the network of a silent peer is waited for, unless the URL says so.
const SILENCE: Duration = Duration::from_secs(10);
/// How long a statement of a request may take. A server may be halted while its network is not.
const ANSWER: Duration = Duration::from_secs(5);
/// Begins a transaction of a node. One that is halted inside it holds its rows no longer than this, which is less than
/// others wait for an [`ANSWER`].
pub(super) const BEGIN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '3s'";
/// After a failure, everyone is told so for this long before it is tried again.
pub(super) const PAUSE: Duration = Duration::from_millis(200);

/// How to make a connection.
pub(super) struct Dialer {
    /// One for each host.
    hosts: Vec<Config>,
    /// The host that is tried first: the one that took the last connection.
    first: AtomicUsize,
    /// How often a connection fell silent. Those that were made before are not trusted after that.
    silences: Arc<AtomicUsize>,
    tls: Tls,
    pooled: bool,
    synchronous: Synchronous,
    counts: Arc<ConnectionCounts>,
    /// Where connections are driven.
    runtime: Handle,
}

impl Dialer {
    pub(super) fn new(
        url: &PostgresUrl,
        synchronous: Synchronous,
        stay: Stay,
        runtime: Handle,
    ) -> Result<Self, crate::StoreError> {
        let limit = match stay {
            Stay::Server => CONNECT,
            Stay::Command | Stay::Look => COMMAND,
        };
        let hosts = url.hosts().into_iter().map(|host| prepared(&host, limit));
        let hosts = hosts.collect::<Result<_, _>>();
        Ok(Dialer {
            hosts: hosts.map_err(crate::StoreError::Unavailable)?,
            first: AtomicUsize::new(0),
            silences: Arc::default(),
            tls: Tls::new(&url.tls)?,
            pooled: url.pooled,
            synchronous,
            counts: Arc::default(),
            runtime,
        })
    }

    /// A connection to the first host that takes writes, whose statements may take as long as `patience`.
    async fn dial(&self, patience: Duration) -> Result<Conn, Fault> {
        let mut failed = Vec::new();
        let (count, first) = (self.hosts.len(), self.first.load(Relaxed));
        for at in (0..count).map(|step| (first + step) % count) {
            match self.dial_host(&self.hosts[at]).await {
                Ok(client) => {
                    self.first.store(at, Relaxed);
                    return self.greeted(client, patience).await;
                }
                Err(why) => failed.push(why),
            }
        }
        Err(Fault::Lost(failed.join("; ")))
    }

    /// A connection to one host, one way after the other.
    async fn dial_host(&self, host: &Config) -> Result<Client, String> {
        let mut failed = Vec::new();
        for mode in self.tls.tries() {
            let mut config = host.clone();
            config.ssl_mode(*mode);
            match self.dial_once(config).await? {
                Ok(client) => return Ok(client),
                Err(error) => {
                    let is_final = !may_do_otherwise(&error);
                    failed.push(match Fault::from(error) {
                        Fault::Again(why)
                        | Fault::Refused(why)
                        | Fault::Corrupt(why)
                        | Fault::Lost(why) => why,
                    });
                    if is_final {
                        break;
                    }
                }
            }
        }
        Err(failed.join("; "))
    }

    async fn dial_once(
        &self,
        config: Config,
    ) -> Result<Result<Client, tokio_postgres::Error>, String> {
        let tls = self.tls.clone();
        let limit = config.get_connect_timeout().copied().unwrap_or(CONNECT);
        // Sockets belong to the runtime that drives them. The driver bounds only the socket, not the greeting.
        let dialled = tokio::time::timeout(limit, async move { config.connect(tls).await });
        let dialled = self.runtime.spawn(dialled).await;
        let dialled = dialled
            .map_err(|_| "the store is closed".to_owned())?
            .map_err(|_| format!("no connection within {} s", limit.as_secs()))?;
        Ok(dialled.map(|(client, connection)| {
            let counts = self.counts.clone();
            counts.made();
            self.runtime.spawn(async move {
                // Whoever uses it notices that it broke.
                let _ = connection.await;
                counts.ended();
            });
            client
        }))
    }

    async fn greeted(&self, client: Client, patience: Duration) -> Result<Conn, Fault> {
        let conn = Conn {
            client,
            statements: RwLock::default(),
            pooled: self.pooled,
            patience,
            silences: self.silences.clone(),
            trusted_at: self.silences.load(Relaxed),
        };
        if self.synchronous != Synchronous::Full {
            conn.command("SET synchronous_commit = off").await?;
        }
        Ok(conn)
    }
}

/// What the driver makes of the URL of one host.
fn prepared(url: &str, limit: Duration) -> Result<Config, String> {
    let mut config = location::config(url)?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(limit);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    if config.get_application_name().is_none() {
        config.application_name("valetkey");
    }
    // A standby takes no writes; of several hosts, the primary is looked for.
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    Ok(config)
}

/// One connection and the statements it has prepared.
pub(super) struct Conn {
    client: Client,
    statements: RwLock<HashMap<&'static str, Statement>>,
    /// Statements are not kept: the next transaction may run on another server connection.
    pooled: bool,
    /// How long a statement may take.
    patience: Duration,
    /// See [`Dialer`]; the count at which this connection was made.
    silences: Arc<AtomicUsize>,
    trusted_at: usize,
}

impl Conn {
    /// Runs a statement; its rows.
    pub(super) async fn query(
        &self,
        sql: &'static str,
        values: Values<'_>,
    ) -> Result<Vec<Row>, Fault> {
        if self.pooled {
            return self.query_anew(sql, values).await;
        }
        self.in_time(async {
            let statement = self.statement(sql, values).await?;
            Ok(self.client.query(&statement, &plain(values)).await?)
        })
        .await
    }

    /// Runs a statement that is not prepared; its rows.
    async fn query_anew(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, Fault> {
        self.in_time(async { Ok(self.client.query_typed(sql, &typed(values)).await?) })
            .await
    }

    /// Runs a statement; how many rows it touched.
    pub(super) async fn execute(
        &self,
        sql: &'static str,
        values: Values<'_>,
    ) -> Result<u64, Fault> {
        self.in_time(async {
            if self.pooled {
                return Ok(self.client.execute_typed(sql, &typed(values)).await?);
            }
            let statement = self.statement(sql, values).await?;
            Ok(self.client.execute(&statement, &plain(values)).await?)
        })
        .await
    }

    /// Runs a statement that has no values, and is not worth keeping; its rows.
    pub(super) async fn ask(&self, sql: &str) -> Result<Vec<Row>, Fault> {
        Ok(self.client.query_typed(sql, &[]).await?)
    }

    /// Runs a statement that has neither values nor rows.
    pub(super) async fn command(&self, sql: &str) -> Result<(), Fault> {
        self.in_time(async { Ok(self.client.batch_execute(sql).await?) })
            .await
    }

    /// Waits for an answer as long as there is patience. A connection that gave none is of no use any more; what it
    /// was asked may still happen.
    fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> impl Future<Output = Result<T, Fault>> {
        let timed = tokio::time::timeout(self.patience, work);
        async {
            timed.await.unwrap_or_else(|_| {
                // Of those that fall silent together, the first speaks for all.
                let (own, next) = (self.trusted_at, self.trusted_at + 1);
                let _ = self.silences.compare_exchange(own, next, Relaxed, Relaxed);
                let waited = self.patience.as_secs();
                Err(Fault::Lost(format!("no answer within {waited} s")))
            })
        }
    }

    async fn statement(&self, sql: &'static str, values: Values<'_>) -> Result<Statement, Fault> {
        let found = self
            .statements
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(sql)
            .cloned();
        match found {
            Some(statement) => Ok(statement),
            None => Box::pin(self.prepare(sql, values)).await,
        }
    }

    async fn prepare(&self, sql: &'static str, values: Values<'_>) -> Result<Statement, Fault> {
        let kinds: Vec<_> = values
            .iter()
            .map(|value: &&dyn Value| value.kind())
            .collect();
        let statement = self.client.prepare_typed(sql, &kinds).await?;
        let mut statements = self
            .statements
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        statements.insert(sql, statement.clone());
        Ok(statement)
    }

    fn is_usable(&self) -> bool {
        !self.client.is_closed() && self.silences.load(Relaxed) == self.trusted_at
    }
}

/// Values with their types, for a statement that is not prepared.
fn typed<'a>(values: Values<'a>) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    values
        .iter()
        .map(|value| (value.sql(), value.kind()))
        .collect()
}

/// Values for one that is.
fn plain<'a>(values: Values<'a>) -> Vec<&'a (dyn ToSql + Sync)> {
    values.iter().map(|value| value.sql()).collect()
}

/// A place for one connection.
pub(crate) struct Slot {
    dialer: Arc<Dialer>,
    patience: Duration,
    current: RwLock<Option<Arc<Conn>>>,
    /// When dialling last failed, and why; held while somebody dials.
    failed: Mutex<Option<(Instant, String)>>,
}

impl Slot {
    pub(super) fn new(dialer: Arc<Dialer>) -> Self {
        Self::waiting(dialer, ANSWER)
    }

    /// A place for what may take its time.
    pub(super) fn patient(dialer: Arc<Dialer>) -> Self {
        Self::waiting(dialer, Duration::from_secs(24 * 3_600))
    }

    fn waiting(dialer: Arc<Dialer>, patience: Duration) -> Self {
        Slot {
            dialer,
            patience,
            current: RwLock::default(),
            failed: Mutex::default(),
        }
    }

    /// The connection, made anew if it broke. What is rare is boxed, here and below: whoever reads has all of this in
    /// the memory of its own future, which is moved several times in each request.
    pub(super) async fn conn(&self) -> Result<Arc<Conn>, Fault> {
        match self.usable() {
            Some(conn) => Ok(conn),
            None => Box::pin(self.dial()).await,
        }
    }

    async fn dial(&self) -> Result<Arc<Conn>, Fault> {
        let mut failed = self.failed.lock().await;
        if let Some(conn) = self.usable() {
            return Ok(conn);
        }
        if let Some((when, why)) = &*failed
            && when.elapsed() < PAUSE
        {
            return Err(Fault::Lost(why.clone()));
        }
        match self.dialer.dial(self.patience).await {
            Ok(conn) => {
                let conn = Arc::new(conn);
                *failed = None;
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(conn.clone());
                Ok(conn)
            }
            Err(fault) => {
                let (Fault::Again(why)
                | Fault::Lost(why)
                | Fault::Refused(why)
                | Fault::Corrupt(why)) = &fault;
                let why = why.clone();
                *failed = Some((Instant::now(), why));
                Err(fault)
            }
        }
    }

    /// Gives up a connection that is of no use any more.
    pub(super) fn drop_conn(&self, broken: &Arc<Conn>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current
            .as_ref()
            .is_some_and(|conn| Arc::ptr_eq(conn, broken))
        {
            *current = None;
        }
    }

    /// Runs a statement that may run twice, such as a read: once more on a new connection when this one broke.
    pub(super) async fn query(
        &self,
        sql: &'static str,
        values: Values<'_>,
    ) -> Result<Vec<Row>, Fault> {
        let conn = self.conn().await?;
        match conn.query(sql, values).await {
            Err(Fault::Lost(_)) => {
                self.drop_conn(&conn);
                Box::pin(self.query_again(sql, values)).await
            }
            Err(Fault::Again(_)) => Box::pin(self.query_again(sql, values)).await,
            other => other,
        }
    }

    async fn query_again(&self, sql: &'static str, values: Values<'_>) -> Result<Vec<Row>, Fault> {
        retried(|| async { self.conn().await?.query(sql, values).await }).await
    }

    /// All rows of a query on a table that is empty now and full soon: planned each time, for what it holds. The plan of
    /// a prepared statement stays until somebody analyzes the table.
    pub(crate) async fn many_planned_anew<T>(
        &self,
        query: &Query<T>,
        values: &[value::Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        let values = each(values);
        let run = || async { self.conn().await?.query_anew(query.sql, &values).await };
        let rows = retried(run).await?;
        let read = rows.iter().map(|row| (query.read)(plain_row(row)));
        Ok(read.collect::<Read<_>>()?)
    }

    /// Those of all places that dial in the same way.
    pub(super) fn connections(&self) -> DatabaseConnections {
        self.dialer.counts.now()
    }

    fn usable(&self) -> Option<Arc<Conn>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone().filter(|conn| conn.is_usable())
    }
}

impl Runs for Slot {
    async fn run(
        &self,
        sql: &'static str,
        values: &[value::Value<'_>],
    ) -> Result<usize, StoreError> {
        let values = each(values);
        let run = || async { self.conn().await?.execute(sql, &values).await };
        Ok(retried(run).await? as usize)
    }

    async fn many<T>(
        &self,
        query: &Query<T>,
        values: &[value::Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        // Nothing that the database holds has a NUL.
        if values.iter().any(value::Value::has_nul) {
            return Ok(Vec::new());
        }
        let rows = self.query(query.sql, &each(values)).await?;
        let read = rows.iter().map(|row| (query.read)(plain_row(row)));
        Ok(read.collect::<Read<_>>()?)
    }

    async fn pause(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

/// Runs `work` until the database no longer takes the other side of a race, or the deadline is past.
pub(super) async fn retried<T, F>(mut work: impl FnMut() -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>>,
{
    let mut tries = Tries::new();
    loop {
        match work().await {
            Err(Fault::Again(why)) => tries.pause(why).await?,
            other => return other,
        }
    }
}

/// How long races are tried again.
const DEADLINE: Duration = Duration::from_secs(10);

/// Counts the tries of one transaction.
pub(super) struct Tries {
    began: Instant,
    count: u32,
}

impl Tries {
    pub(super) fn new() -> Self {
        Self::since(Instant::now())
    }

    /// Those of somebody who has waited since `began`.
    pub(super) fn since(began: Instant) -> Self {
        Tries { began, count: 0 }
    }

    /// Whether whoever waits has waited long enough.
    pub(super) fn are_over(&self) -> bool {
        self.began.elapsed() > DEADLINE
    }

    /// Waits a little longer than the last time, by chance more or less, so that racers part.
    pub(super) async fn pause(&mut self, why: String) -> Result<(), Fault> {
        if self.are_over() {
            return Err(Fault::Again(why));
        }
        let [chance] = jose::random::bytes::<1>();
        let ceiling = 1_000_u64 << self.count.min(6);
        self.count += 1;
        tokio::time::sleep(Duration::from_micros(
            ceiling * u64::from(chance) / 255 + 100,
        ))
        .await;
        Ok(())
    }
}
