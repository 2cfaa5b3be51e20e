//! What is asked of the store.

use crate::sqlite::Found;
use crate::token::{Presented, Token};
use tokio::sync::oneshot;

/// Jobs in one commit, at most.
pub(crate) const MAX_BATCH: usize = 512;

/// The two append-only token tables.
#[derive(Clone, Copy)]
pub(crate) enum Table {
    Access,
    Refresh,
}

/// One durable change.
pub(crate) enum Job {
    /// Append a token.
    Append(Table, Token),
    /// Use up refresh token `used`; if nobody has, append its successor and an access token.
    Rotate {
        used: i64,
        refresh: Token,
        access: Token,
    },
}

/// A job and who waits for it: true once durable, false when another had used the token.
pub(crate) struct Waiting {
    pub(crate) job: Job,
    pub(crate) done: oneshot::Sender<bool>,
}

/// Where it is kept.
pub(crate) enum Db {
    /// A file.
    Sqlite(crate::sqlite::Db),
    /// A server.
    Postgres(crate::postgres::Db),
}

impl Db {
    /// The highest id found at the start.
    pub(crate) fn max_id(&self) -> i64 {
        match self {
            Db::Sqlite(db) => db.max_id(),
            Db::Postgres(db) => db.max_id(),
        }
    }

    /// Waits until `job` is durable. `None`: the database failed; `Some(false)`: the guard was lost.
    pub(crate) async fn commit(&self, job: Job) -> Option<bool> {
        match self {
            Db::Sqlite(db) => db.commit(job).await,
            Db::Postgres(db) => db.commit(job).await,
        }
    }

    /// `None` unless the row is there and its hash is the token's.
    pub(crate) async fn find(&self, table: Table, token: &Presented) -> Option<Found> {
        match self {
            Db::Sqlite(db) => db.find(table, token),
            Db::Postgres(db) => db.find(table, token).await,
        }
    }
}
