//! What is there: schema, size, rows, who uses it. Nothing here reads a large table whole.
use super::{Database, Raw};
use crate::migrations::Migration;
use crate::row::Query;
use crate::sqlite::operator as file;
use crate::{Location, Serving, StoreError};
use protocol::types::{Locator, UnixTime};

/// What a database is and holds.
#[derive(Debug, Clone)]
pub struct Status {
    /// Which software keeps it, with its version.
    pub engine: String,
    /// Where it is, without secrets.
    pub place: String,
    /// Which process serves a SQLite file.
    pub served_by: Option<String>,
    /// Its schema.
    pub schema: Schema,
    /// Bytes on the disk: the database, and what is written ahead of it on SQLite.
    pub bytes: u64,
    /// Bytes of the write-ahead log beside a SQLite file.
    pub wal_bytes: Option<u64>,
    /// Pages of a SQLite file.
    pub pages: Option<Pages>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// When the oldest and the newest access token were made.
    pub access_tokens: Option<(UnixTime, UnixTime)>,
    /// Who holds a node number, now or before a crash.
    pub nodes: Vec<Node>,
    /// The revocation feed; `None` before the first start.
    pub feed: Option<Feed>,
    /// The outbox; `None` before there was one.
    pub outbox: Option<Outbox>,
    /// When all that was open was closed for the last time.
    pub cut_off_at: Option<UnixTime>,
}

/// The migrations.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// The newest that this version knows.
    pub known: i64,
    /// The newest that the database has; 0 for none.
    pub applied: i64,
    /// Those that the database lacks, by name.
    pub pending: Vec<String>,
}

/// Pages of a SQLite file.
#[derive(Debug, Clone, Copy)]
pub struct Pages {
    /// Bytes of one.
    pub size: i64,
    /// How many there are.
    pub count: i64,
    /// How many of these are free, for rows to come.
    pub free: i64,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// How many rows it has.
    pub rows: i64,
    /// Whether they were counted; else it is an estimate.
    pub exact: bool,
}

/// A node number and who took it.
#[derive(Debug, Clone)]
pub struct Node {
    /// The number; -1 for the right to sweep, -2 for the right to deliver messages.
    pub number: i64,
    /// The process that took it.
    pub holder: String,
    /// Until when it is held if nobody renews it.
    pub until: UnixTime,
}

/// The lines of the revocation feed.
#[derive(Debug, Clone, Copy)]
pub struct Feed {
    /// The newest line.
    pub last: i64,
    /// How many are kept.
    pub lines: i64,
}

/// Messages that were not delivered yet.
#[derive(Debug, Clone, Copy)]
pub struct Outbox {
    /// How many wait.
    pub waiting: i64,
    /// How many are dead letters.
    pub dead: i64,
    /// When the oldest that waits was written.
    pub oldest: Option<UnixTime>,
}

impl Schema {
    /// From the steps that this version knows, and those that the database has.
    pub(crate) fn of(known: &[Migration], applied: &[i64]) -> Self {
        let pending = known.iter().filter(|step| !applied.contains(&step.version));
        Schema {
            known: known.last().map_or(0, |step| step.version),
            applied: applied.iter().copied().max().unwrap_or(0),
            pending: pending
                .map(|step| format!("V{}__{}", step.version, step.name))
                .collect(),
        }
    }
}

impl Database {
    /// Which migrations it has, and which it lacks.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn schema(&self) -> Result<Schema, StoreError> {
        match &self.0 {
            Raw::Sqlite(_, conn) => Ok(crate::sqlite::migrate::schema(conn)?),
            Raw::Postgres(remote) => remote.schema().await,
        }
    }

    /// What there is to tell.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn status(&self, location: &Location) -> Result<Status, StoreError> {
        let schema = self.schema().await?;
        let (engine, bytes, wal_bytes, pages, tables) = match &self.0 {
            Raw::Sqlite(path, conn) => (
                format!("SQLite {}", rusqlite::version()),
                file::size(path, ""),
                Some(file::size(path, "-wal")),
                Some(file::pages(conn)?),
                file::tables(conn)?,
            ),
            Raw::Postgres(remote) => {
                let (engine, bytes) = remote.about().await?;
                (engine, bytes, None, None, remote.tables().await?)
            }
        };
        let has = |name: &str| tables.iter().any(|table| table.name == name);
        let newest_first = "SELECT MIN(id), MAX(id) FROM access_tokens";
        Ok(Status {
            served_by: match location {
                Location::Sqlite(path) => Serving::holder(path),
                Location::Postgres(_) => None,
            },
            access_tokens: match has("access_tokens") {
                true => span(&self.numbers(newest_first, &[]).await?),
                false => None,
            },
            nodes: if has("nodes") {
                self.many(&NODES).await?
            } else {
                Vec::new()
            },
            feed: if has("changes") {
                self.feed().await?
            } else {
                None
            },
            outbox: match has("outbox") {
                true => self.outbox().await?,
                false => None,
            },
            cut_off_at: match has("epochs") {
                true => self
                    .number("SELECT MAX(at) FROM epochs")
                    .await?
                    .map(UnixTime),
                false => None,
            },
            place: location.to_string(),
            engine,
            schema,
            bytes,
            wal_bytes,
            pages,
            tables,
        })
    }

    async fn outbox(&self) -> Result<Option<Outbox>, StoreError> {
        let sql = "SELECT COUNT(*) - COUNT(dead_at), COUNT(dead_at), \
                   MIN(CASE WHEN dead_at IS NULL THEN created_at END) FROM outbox";
        Ok(match self.numbers(sql, &[]).await?[..] {
            [Some(waiting), Some(dead), oldest] => Some(Outbox {
                waiting,
                dead,
                oldest: oldest.map(UnixTime),
            }),
            _ => None,
        })
    }

    async fn feed(&self) -> Result<Option<Feed>, StoreError> {
        let found = self
            .numbers("SELECT MAX(seq), COUNT(*) FROM changes", &[])
            .await?;
        Ok(match found[..] {
            [Some(last), Some(lines)] => Some(Feed { last, lines }),
            _ => None,
        })
    }
}

/// Who holds a node number.
const NODES: Query<Node> = Query {
    sql: "SELECT node, holder, lease_until FROM nodes ORDER BY node",
    read: |row| {
        Ok(Node {
            number: row.number(0)?,
            holder: row.string(1)?,
            until: row.time(2)?,
        })
    },
};

fn span(found: &[Option<i64>]) -> Option<(UnixTime, UnixTime)> {
    match *found {
        [Some(oldest), Some(newest)] => Some((Locator(oldest).time(), Locator(newest).time())),
        _ => None,
    }
}
