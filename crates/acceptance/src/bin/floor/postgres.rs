//! PostgreSQL: two connections that write in turn what waits, one statement for each kind; two that read, pipelined.

use crate::sqlite::Found;
use crate::store::{Job, MAX_BATCH, Table, Waiting};
use crate::token::{Presented, Token};
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_postgres::{Client, Error, NoTls, Statement};

/// Connections that write, and as many that read.
const CONNECTIONS: usize = 2;
/// Jobs that may wait; more of them wait in their requests.
const QUEUE: usize = 4096;

const DDL: &str = "\
CREATE TABLE IF NOT EXISTS access(id BIGINT PRIMARY KEY, hash BYTEA, client BIGINT, iat BIGINT, exp BIGINT, data BYTEA);
CREATE TABLE IF NOT EXISTS refresh(id BIGINT PRIMARY KEY, hash BYTEA, client BIGINT, iat BIGINT, exp BIGINT, data BYTEA);
CREATE TABLE IF NOT EXISTS used(id BIGINT PRIMARY KEY, next BIGINT);";
const MAX_ID: &str =
    "SELECT GREATEST(0, (SELECT max(id) FROM access), (SELECT max(id) FROM refresh))";
const ADD_ACCESS: &str = "INSERT INTO access SELECT * FROM \
    UNNEST($1::int8[], $2::bytea[], $3::int8[], $4::int8[], $5::int8[], $6::bytea[])";
const ADD_REFRESH: &str = "INSERT INTO refresh SELECT * FROM \
    UNNEST($1::int8[], $2::bytea[], $3::int8[], $4::int8[], $5::int8[], $6::bytea[])";
const ROTATE: &str = "WITH asked AS (SELECT * FROM UNNEST($1::int8[], $2::int8[], $3::bytea[], $4::int8[], $5::int8[], \
    $6::int8[], $7::bytea[], $8::int8[], $9::bytea[], $10::int8[], $11::int8[], $12::int8[], $13::bytea[]) \
    AS t (used, rid, rhash, rclient, riat, rexp, rdata, aid, ahash, aclient, aiat, aexp, adata)), \
    guard AS (INSERT INTO used SELECT used, rid FROM asked ON CONFLICT DO NOTHING RETURNING next), \
    won AS (SELECT * FROM asked WHERE rid IN (SELECT next FROM guard)), \
    r AS (INSERT INTO refresh SELECT rid, rhash, rclient, riat, rexp, rdata FROM won), \
    a AS (INSERT INTO access SELECT aid, ahash, aclient, aiat, aexp, adata FROM won) SELECT next FROM guard";

/// An open database.
pub(crate) struct Db {
    queue: mpsc::Sender<Waiting>,
    readers: Vec<Reader>,
    next: AtomicUsize,
    max_id: i64,
}

struct Reader {
    client: Client,
    access: Statement,
    refresh: Statement,
}

impl Db {
    /// Connects, makes the tables and starts the writers.
    pub(crate) async fn open(url: &str) -> Result<Self, Error> {
        let client = connect(url).await?;
        client.batch_execute(DDL).await?;
        let max_id = client.query_one(MAX_ID, &[]).await?.get(0);
        let (queue, waiting) = mpsc::channel(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        let mut readers = Vec::new();
        for _ in 0..CONNECTIONS {
            tokio::spawn(
                Writer::new(connect(url).await?)
                    .await?
                    .work(waiting.clone()),
            );
            let client = connect(url).await?;
            readers.push(Reader {
                access: client
                    .prepare("SELECT hash, iat, exp FROM access WHERE id = $1")
                    .await?,
                refresh: client
                    .prepare("SELECT hash, iat, exp FROM refresh WHERE id = $1")
                    .await?,
                client,
            });
        }
        Ok(Db {
            queue,
            readers,
            next: AtomicUsize::new(0),
            max_id,
        })
    }

    /// The highest id found at the start.
    pub(crate) fn max_id(&self) -> i64 {
        self.max_id
    }

    /// Waits until `job` is durable. `None`: the database failed; `Some(false)`: the guard was lost.
    pub(crate) async fn commit(&self, job: Job) -> Option<bool> {
        let (done, answer) = oneshot::channel();
        self.queue.send(Waiting { job, done }).await.ok()?;
        answer.await.ok()
    }

    /// `None` unless the row is there and its hash is the token's.
    pub(crate) async fn find(&self, table: Table, token: &Presented) -> Option<Found> {
        let reader = &self.readers[self.next.fetch_add(1, Relaxed) % CONNECTIONS];
        let statement = match table {
            Table::Access => &reader.access,
            Table::Refresh => &reader.refresh,
        };
        let row = reader.client.query_opt(statement, &[&token.id]).await;
        let row = row.inspect_err(|e| eprintln!("read: {e}")).ok()??;
        token.matches(row.get(0)).then(|| Found {
            iat: row.get(1),
            exp: row.get(2),
        })
    }
}

async fn connect(url: &str) -> Result<Client, Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

struct Writer {
    client: Client,
    access: Statement,
    refresh: Statement,
    rotate: Statement,
}

/// Columns of tokens.
#[derive(Default)]
struct Columns<'a>(
    Vec<i64>,
    Vec<&'a [u8]>,
    Vec<i64>,
    Vec<i64>,
    Vec<i64>,
    Vec<&'a [u8]>,
);

impl<'a> Columns<'a> {
    fn push(&mut self, token: &'a Token) {
        self.0.push(token.id);
        self.1.push(&token.hash);
        self.2.push(token.client);
        self.3.push(token.iat);
        self.4.push(token.exp);
        self.5.push(&token.payload);
    }
}

impl Writer {
    async fn new(client: Client) -> Result<Self, Error> {
        Ok(Writer {
            access: client.prepare(ADD_ACCESS).await?,
            refresh: client.prepare(ADD_REFRESH).await?,
            rotate: client.prepare(ROTATE).await?,
            client,
        })
    }

    /// Takes what waits, commits it, answers all; a failed batch is answered by dropping its senders.
    async fn work(self, waiting: Arc<Mutex<mpsc::Receiver<Waiting>>>) {
        loop {
            let mut batch = Vec::with_capacity(MAX_BATCH);
            if waiting.lock().await.recv_many(&mut batch, MAX_BATCH).await == 0 {
                return;
            }
            match self.commit(&batch).await {
                Ok(won) => {
                    for Waiting { job, done } in batch {
                        let outcome = match job {
                            Job::Append(..) => true,
                            Job::Rotate { refresh, .. } => won.contains(&refresh.id),
                        };
                        let _ = done.send(outcome);
                    }
                }
                Err(e) => eprintln!("write: {e}"),
            }
        }
    }

    /// The successors whose guard was won.
    async fn commit(&self, batch: &[Waiting]) -> Result<HashSet<i64>, Error> {
        let (mut access, mut refresh) = (Columns::default(), Columns::default());
        let (mut used, mut next, mut with) = (Vec::new(), Columns::default(), Columns::default());
        for waiting in batch {
            match &waiting.job {
                Job::Append(Table::Access, token) => access.push(token),
                Job::Append(Table::Refresh, token) => refresh.push(token),
                Job::Rotate {
                    used: id,
                    refresh,
                    access,
                } => {
                    used.push(*id);
                    next.push(refresh);
                    with.push(access);
                }
            }
        }
        let rotate = async {
            if used.is_empty() {
                return Ok(HashSet::new());
            }
            let Columns(a, b, c, d, e, f) = &next;
            let Columns(g, h, i, j, k, l) = &with;
            let rows = self
                .client
                .query(&self.rotate, &[&used, a, b, c, d, e, f, g, h, i, j, k, l])
                .await?;
            Ok(rows.iter().map(|row| row.get(0)).collect())
        };
        let (issued, refreshed, won) = tokio::join!(
            self.add(&self.access, &access),
            self.add(&self.refresh, &refresh),
            rotate
        );
        issued.and(refreshed).and(won)
    }

    async fn add(&self, statement: &Statement, columns: &Columns<'_>) -> Result<(), Error> {
        let Columns(a, b, c, d, e, f) = columns;
        match a.is_empty() {
            true => Ok(()),
            false => self
                .client
                .execute(statement, &[a, b, c, d, e, f])
                .await
                .map(drop),
        }
    }
}
