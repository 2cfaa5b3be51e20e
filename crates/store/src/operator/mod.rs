//! What an operator does with a database as a whole. It is taken as it is: nothing here makes one, changes its schema
//! unasked, or takes a node number.
mod alone;
mod backup;
mod epoch;
pub(crate) mod fill;
mod invariants;
mod status;
mod sweep;

pub(crate) use alone::alone;
pub use backup::{Copying, Restore, Restored, backup, restore};
pub use epoch::Closed;
pub use fill::Fill;
pub use invariants::Broken;
pub use status::{Feed, Node, Outbox, Pages, Schema, Status, Table};

use crate::postgres::operator::Remote;
use crate::row::Query;
use crate::value::Value;
use crate::{Location, StoreError, Synchronous, sqlite};
use rusqlite::{Connection, OptionalExtension};
use sqlite::operator as file;
use std::path::{Path, PathBuf};

/// A row of numbers.
pub(crate) type Numbers = Vec<Option<i64>>;

/// A database as an operator sees it.
pub struct Database(Raw);

/// Both engines run the same statements: values are `$1`, `$2` …, in this order.
enum Raw {
    Sqlite(PathBuf, Box<Connection>),
    Postgres(Remote),
}

impl Database {
    /// Opens a database to look at it.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when there is none.
    pub async fn look(location: &Location) -> Result<Self, StoreError> {
        Self::open(location, false).await
    }

    /// Opens a database to change it.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when there is none.
    pub async fn change(location: &Location) -> Result<Self, StoreError> {
        Self::open(location, true).await
    }

    async fn open(location: &Location, write: bool) -> Result<Self, StoreError> {
        Ok(Database(match location {
            Location::Sqlite(path) => Raw::Sqlite(path.clone(), Box::new(file::open(path, write)?)),
            Location::Postgres(url) => {
                Raw::Postgres(Remote::connect(url, Synchronous::Full).await?)
            }
        }))
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &self.0 {
            Raw::Sqlite(_, conn) => sqlite::migrate::run(conn).map(drop),
            Raw::Postgres(remote) => remote.migrate().await,
        }
    }

    /// Gives the space of deleted rows back to the disk. Needs as much again while it runs, and the file for itself.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when somebody serves the file, or on PostgreSQL, which does this by itself.
    pub fn shrink(&self) -> Result<(), StoreError> {
        match &self.0 {
            Raw::Sqlite(path, conn) => file::shrink(path, conn),
            Raw::Postgres(_) => Err(StoreError::Refused(
                "PostgreSQL uses the space of deleted rows again by itself; VACUUM FULL gives it back, and stops \
                 everyone meanwhile"
                    .to_owned(),
            )),
        }
    }

    /// The rows of a query.
    async fn many<T>(&self, query: &Query<T>) -> Result<Vec<T>, StoreError> {
        match &self.0 {
            Raw::Sqlite(_, conn) => Ok(file::many(conn, query)?),
            Raw::Postgres(remote) => remote.many(query).await,
        }
    }

    /// The first row of numbers.
    async fn numbers(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Numbers, StoreError> {
        match &self.0 {
            Raw::Sqlite(_, conn) => Ok(file::numbers(conn, sql, values)?),
            Raw::Postgres(remote) => remote.numbers(sql, values).await,
        }
    }

    /// The first number of the first row.
    async fn number(&self, sql: &'static str) -> Result<Option<i64>, StoreError> {
        Ok(self.numbers(sql, &[]).await?.first().copied().flatten())
    }

    /// How many rows a statement touched.
    async fn run(&self, sql: &'static str, values: &[Value<'_>]) -> Result<usize, StoreError> {
        match &self.0 {
            Raw::Sqlite(_, conn) => Ok(file::run(conn, sql, values)?),
            Raw::Postgres(remote) => remote.run(sql, values).await,
        }
    }

    /// Begins or ends a transaction.
    async fn command(&self, sql: &str) -> Result<(), StoreError> {
        match &self.0 {
            Raw::Sqlite(_, conn) if sql == BEGIN => Ok(sqlite::begin(conn)?),
            Raw::Sqlite(_, conn) => Ok(conn.execute_batch(sql)?),
            Raw::Postgres(remote) => remote.command(sql).await,
        }
    }
}

const BEGIN: &str = "BEGIN";

/// Whether a SQLite file is one of ours.
fn is_ours(conn: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('refinery_schema_history', 'clients', 'access_tokens')";
    let found: Option<i64> = conn.query_row(sql, [], |row| row.get(0)).optional()?;
    Ok(found == Some(3))
}

/// A failure of the file system, with the file it was about.
fn cannot(what: &str, path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Refused(format!("cannot {what} {}: {error}", path.display()))
}
