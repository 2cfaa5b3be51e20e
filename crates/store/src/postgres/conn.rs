//! Connections: each is made when it is first needed, shared by all who read, and replaced when it breaks.
use super::fault::Fault;
use super::tls::Tls;
use super::value::{Value, Values};
use crate::Synchronous;
use crate::location::PostgresUrl;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::{Client, Config, Row, Statement};

/// How long making a connection may take, unless the URL says so.
const CONNECT: Duration = Duration::from_secs(3);
/// How long a peer that answers nothing is waited for, unless the URL says so.
const SILENCE: Duration = Duration::from_secs(10);
/// After a failure, everyone is told so for this long before it is tried again.
const PAUSE: Duration = Duration::from_millis(200);

/// How to make a connection.
pub(super) struct Dialer {
    config: Config,
    tls: Tls,
    pooled: bool,
    synchronous: Synchronous,
    /// Where connections are driven.
    runtime: Handle,
}

impl Dialer {
    pub(super) fn new(
        url: &PostgresUrl,
        synchronous: Synchronous,
        runtime: Handle,
    ) -> Result<Self, crate::StoreError> {
        let mut config = url.config().map_err(crate::StoreError::Unavailable)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(SILENCE);
        }
        if config.get_application_name().is_none() {
            config.application_name("valetkey");
        }
        // A standby takes no writes; of several hosts, the primary is looked for.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        Ok(Dialer {
            config,
            tls: Tls::new(url.root.as_deref())?,
            pooled: url.pooled,
            synchronous,
            runtime,
        })
    }

    pub(super) async fn dial(&self) -> Result<Conn, Fault> {
        let (config, tls) = (self.config.clone(), self.tls.clone());
        // Sockets belong to the runtime that drives them.
        let dialled = self.runtime.spawn(async move { config.connect(tls).await });
        let (client, connection) = dialled
            .await
            .map_err(|_| Fault::Lost("the store is closed".to_owned()))?
            .map_err(|error| match Fault::from(error) {
                Fault::Again(why)
                | Fault::Refused(why)
                | Fault::Corrupt(why)
                | Fault::Lost(why) => Fault::Lost(why),
            })?;
        self.runtime.spawn(connection);
        if self.synchronous != Synchronous::Full {
            client.batch_execute("SET synchronous_commit = off").await?;
        }
        Ok(Conn {
            client,
            statements: RwLock::default(),
            pooled: self.pooled,
        })
    }
}

/// One connection and the statements it has prepared.
pub(super) struct Conn {
    client: Client,
    statements: RwLock<HashMap<&'static str, Statement>>,
    /// Statements are not kept: the next transaction may run on another server connection.
    pooled: bool,
}

impl Conn {
    /// Runs a statement; its rows.
    pub(super) async fn query(
        &self,
        sql: &'static str,
        values: Values<'_>,
    ) -> Result<Vec<Row>, Fault> {
        if self.pooled {
            let typed: Vec<_> = values
                .iter()
                .map(|value| (value.sql(), value.kind()))
                .collect();
            return Ok(self.client.query_typed(sql, &typed).await?);
        }
        let statement = self.statement(sql, values).await?;
        let values: Vec<_> = values.iter().map(|value| value.sql()).collect();
        Ok(self.client.query(&statement, &values).await?)
    }

    /// Runs a statement; how many rows it touched.
    pub(super) async fn execute(
        &self,
        sql: &'static str,
        values: Values<'_>,
    ) -> Result<u64, Fault> {
        if self.pooled {
            let typed: Vec<_> = values
                .iter()
                .map(|value| (value.sql(), value.kind()))
                .collect();
            return Ok(self.client.execute_typed(sql, &typed).await?);
        }
        let statement = self.statement(sql, values).await?;
        let values: Vec<_> = values.iter().map(|value| value.sql()).collect();
        Ok(self.client.execute(&statement, &values).await?)
    }

    /// Runs a statement that has no values, and is not worth keeping; its rows.
    pub(super) async fn ask(&self, sql: &str) -> Result<Vec<Row>, Fault> {
        Ok(self.client.query_typed(sql, &[]).await?)
    }

    /// Runs a statement that has neither values nor rows.
    pub(super) async fn command(&self, sql: &str) -> Result<(), Fault> {
        Ok(self.client.batch_execute(sql).await?)
    }

    async fn statement(&self, sql: &'static str, values: Values<'_>) -> Result<Statement, Fault> {
        let found = self
            .statements
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(sql)
            .cloned();
        if let Some(statement) = found {
            return Ok(statement);
        }
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
        !self.client.is_closed()
    }
}

/// A place for one connection.
pub(super) struct Slot {
    dialer: Arc<Dialer>,
    current: RwLock<Option<Arc<Conn>>>,
    /// When dialling last failed, and why; held while somebody dials.
    failed: Mutex<Option<(Instant, String)>>,
}

impl Slot {
    pub(super) fn new(dialer: Arc<Dialer>) -> Self {
        Slot {
            dialer,
            current: RwLock::default(),
            failed: Mutex::default(),
        }
    }

    /// The connection, made anew if it broke.
    pub(super) async fn conn(&self) -> Result<Arc<Conn>, Fault> {
        if let Some(conn) = self.usable() {
            return Ok(conn);
        }
        let mut failed = self.failed.lock().await;
        if let Some(conn) = self.usable() {
            return Ok(conn);
        }
        if let Some((when, why)) = &*failed
            && when.elapsed() < PAUSE
        {
            return Err(Fault::Lost(why.clone()));
        }
        match self.dialer.dial().await {
            Ok(conn) => {
                let conn = Arc::new(conn);
                *failed = None;
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(conn.clone());
                Ok(conn)
            }
            Err(fault) => {
                let why = match &fault {
                    Fault::Lost(why) => why.clone(),
                    other => format!("{other:?}"),
                };
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
        retried(|| async {
            let conn = self.conn().await?;
            match conn.query(sql, values).await {
                Err(Fault::Lost(_)) => {
                    self.drop_conn(&conn);
                    self.conn().await?.query(sql, values).await
                }
                other => other,
            }
        })
        .await
    }

    fn usable(&self) -> Option<Arc<Conn>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.clone().filter(|conn| conn.is_usable())
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
        Tries {
            began: Instant::now(),
            count: 0,
        }
    }

    /// Waits a little longer than the last time, by chance more or less, so that racers part.
    pub(super) async fn pause(&mut self, why: String) -> Result<(), Fault> {
        if self.began.elapsed() > DEADLINE {
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
