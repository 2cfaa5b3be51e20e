//! Facts out, transitions in: the only crate with SQL, and it knows no rule.
//!
//! [`Store::settle`] makes one [`Transition`] durable, guard first. Everything else reads.

mod apps;
mod changes;
mod connections;
mod counts;
mod database_tls;
mod developers;
mod domains;
mod error;
mod facts;
mod feed;
mod folder;
mod handoff;
mod introductions;
mod lease;
mod location;
mod memory;
mod migrations;
mod mint;
mod mounts;
mod openid;
pub mod operator;
mod options;
mod organizations;
mod outbox;
mod passkeys;
mod playground;
mod postgres;
mod reads;
mod request_log;
mod reviews;
mod row;
mod runs;
mod second_factors;
mod serving;
mod signing_keys;
mod skeletons;
mod sqlite;
mod steps;
mod sweep;
mod tuning;
mod value;
mod workspaces;

pub use connections::{ConnectionPlace, ConnectionQuery};
pub use counts::{BatchCount, DatabaseConnections, QueueLength, SettledCount};
pub use error::StoreError;
pub use folder::{make_folder, sync_folder};
pub use lease::DELIVERY as DELIVERY_LEASE;
pub use location::{Location, PostgresUrl};
pub use mint::IdMint;
pub use operator::Fill;
pub use options::{Options, Stay, Synchronous};
pub use outbox::{OutboxCounts, OutboxQuery};
pub use request_log::RequestQuery;
pub use reviews::{ListedReview, ReviewQuery};
pub use serving::{Serving, refuse_network};
pub use sweep::{SweepRules, Swept};
pub use tuning::Tuning;

use futures_util::future::{Either, FutureExt};
use memory::Memory;
use postgres::Postgres;
use protocol::Transition;
use protocol::events::Act;
use protocol::revocations::{Cursor, FeedFacts};
use protocol::types::{ClientRowId, Lifetime, Locator, Subject, UnixTime};
use row::Query;
use sqlite::Sqlite;
use std::sync::Arc;
use value::Value;

/// What came of a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable.
    Committed,
    /// Its guard was lost; nothing changed.
    Conflict,
}

/// A database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
}

/// What keeps it.
#[derive(Clone)]
enum Engine {
    Sqlite(Arc<Sqlite>),
    Postgres(Arc<Postgres>),
}

type Fact<T> = Result<Option<T>, StoreError>;

/// Which events.
#[derive(Debug, Clone, Default)]
pub struct EventQuery {
    /// Those after this one.
    pub after: Option<Locator>,
    /// Those before this one.
    pub before: Option<Locator>,
    /// Of this name, or of names that begin with it and a dot.
    pub name: Option<String>,
    /// Of this app.
    pub client: Option<ClientRowId>,
    /// Of this person.
    pub subject: Option<Subject>,
    /// The newest first.
    pub newest_first: bool,
}

/// How long an event may take from its number to its commit where several nodes write: a try ends after ten seconds,
/// an answer is waited for five, and clocks differ.
const UNSETTLED: Lifetime = Lifetime::from_seconds(20);

impl Store {
    /// Opens a database, brings its schema up to date, takes a node number and starts the writer.
    ///
    /// # Errors
    /// [`StoreError`], in words for an operator.
    pub fn open(options: &Options) -> Result<Store, StoreError> {
        let engine = match &options.location {
            Location::Sqlite(path) => Engine::Sqlite(Arc::new(Sqlite::open(path, options)?)),
            Location::Postgres(url) => Engine::Postgres(Arc::new(Postgres::open(url, options)?)),
        };
        Ok(Store { engine })
    }

    /// The first row of a query.
    async fn one<T: Send>(&self, query: &Query<T>, values: &[Value<'_>]) -> Fact<T> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| db.one(query, values)),
            // Boxed, so that the request's future, which is moved several times, stays small; and of no known type, because
            // the compiler would look through all of it for each handler, several times.
            Engine::Postgres(engine) => engine.one(query, values).boxed().await,
        }
    }

    /// All rows of a query.
    async fn many<T: Send>(
        &self,
        query: &Query<T>,
        values: &[Value<'_>],
    ) -> Result<Vec<T>, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| db.many(query, values)),
            Engine::Postgres(engine) => engine.many(query, values).boxed().await,
        }
    }

    /// Memory for an answer. A node that cannot follow the others must not give one.
    async fn fresh_memory(&self) -> Result<&Memory, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => Ok(&engine.memory),
            Engine::Postgres(engine) => {
                if !engine.follow.is_fresh() {
                    engine.follow.catch_up(&engine.chores).boxed().await?;
                }
                Ok(&engine.memory)
            }
        }
    }

    /// Where new ids come from.
    pub fn mint(&self) -> IdMint {
        match &self.engine {
            Engine::Sqlite(engine) => engine.mint.clone(),
            Engine::Postgres(engine) => engine.mint.clone(),
        }
    }

    /// Makes a transition durable, and writes who did it, when and from where. Answers only after the commit; a lost
    /// guard changes nothing.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing is claimed to be stored.
    pub fn settle(
        &self,
        transition: Transition,
        act: impl Into<Act>,
    ) -> impl Future<Output = Result<Outcome, StoreError>> {
        // Handed over before anything waits: what waits would carry the transition along, and is moved about itself.
        match &self.engine {
            Engine::Sqlite(engine) => Either::Left(engine.settle(transition, act.into())),
            Engine::Postgres(engine) => {
                Either::Right(engine.settle(transition, act.into()).boxed())
            }
        }
    }

    /// `now`, or the database's own time if that is earlier: what a node sweeps is gone for all of them, so one whose
    /// clock is ahead must not judge alone. A file has no time of its own.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn no_later(&self, now: UnixTime) -> Result<UnixTime, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(now),
            Engine::Postgres(engine) => Ok(now.min(engine.time().await?)),
        }
    }

    /// The database's own time. A file has none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn database_time(&self) -> Result<Option<UnixTime>, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(None),
            Engine::Postgres(engine) => engine.time().await.map(Some),
        }
    }

    /// Takes in what other processes revoked, disabled or changed; whether there was anything.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn poll_changes(&self) -> Result<bool, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.follow.poll(&**engine).await,
            Engine::Postgres(engine) => engine.follow.poll(&engine.chores).await,
        }
    }

    fn follow(&self) -> &feed::Follow {
        match &self.engine {
            Engine::Sqlite(engine) => &engine.follow,
            Engine::Postgres(engine) => &engine.follow,
        }
    }

    /// Resolves when this process has committed something that [`poll_changes`](Self::poll_changes) is to take in at
    /// once, because somebody holds a receiver of [`feed_moved`](Self::feed_moved).
    pub async fn fed(&self) {
        self.follow().fed().await;
    }

    /// Changes when the revocation feed has new lines.
    pub fn feed_moved(&self) -> tokio::sync::watch::Receiver<i64> {
        self.follow().seen()
    }

    /// What the revocation feed tells after a cursor, `limit` lines at most; without a cursor, where it stands. It
    /// ends where the last [`poll_changes`](Self::poll_changes) ended. `None`: the cursor is unknown.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revocations(&self, after: Option<Cursor>, limit: usize) -> Fact<FeedFacts> {
        let seen = self.follow().line();
        match after {
            Some(cursor) => self.feed_after(cursor, seen, limit).await,
            None => self.feed_at(seen).await,
        }
    }

    /// Whether the database reads and its writer commits.
    ///
    /// # Errors
    /// [`StoreError`] when it does not.
    pub async fn ready(&self) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => {
                self.one(&facts::feed::LAST, &[]).await?;
                engine.probe().await
            }
            Engine::Postgres(engine) => engine.ready().await,
        }
    }

    /// Keeps this process's node number for another minute.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn renew_lease(&self, now: UnixTime) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.renew_lease(now).await,
            Engine::Postgres(engine) => engine.renew_lease(now).await,
        }
    }

    /// Finishes what is queued, gives the node number back and stops the writer.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(engine) => engine.close().await,
            Engine::Postgres(engine) => engine.close().await,
        }
    }
}
