//! The outbox as the one who delivers it, and an operator, see it. Messages are written by transitions alone.
use crate::facts::outbox::{BY_ID, COUNTS, DUE, FIRST, PAGE};
use crate::value::values;
use crate::{Engine, Fact, Store, StoreError, lease};
use futures_util::FutureExt;
use protocol::outbox::{Entry, LONGEST_WAIT};
use protocol::types::{Locator, UnixTime};

/// Which messages.
#[derive(Debug, Clone, Copy)]
pub struct OutboxQuery {
    /// Those after this one.
    pub after: Locator,
    /// None after this one.
    pub last: Locator,
    /// Dead letters only.
    pub dead: bool,
}

/// How many messages were not delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    /// Those that are due.
    pub due: u64,
    /// Those that are due later.
    pub put_off: u64,
    /// Those that were given up.
    pub dead: u64,
    /// When the oldest one was written that was not given up.
    pub oldest: Option<UnixTime>,
}

impl Default for OutboxQuery {
    fn default() -> Self {
        OutboxQuery {
            after: Locator(0),
            last: Locator(i64::MAX),
            dead: false,
        }
    }
}

/// No message is put off until then: one that is was by a clock that has been set back since, and is due.
fn far(now: UnixTime) -> UnixTime {
    now.plus(LONGEST_WAIT).plus(LONGEST_WAIT)
}

impl Store {
    /// Resolves when this process has committed a message.
    pub async fn posted(&self) {
        match &self.engine {
            Engine::Sqlite(engine) => engine.posted.notified().await,
            Engine::Postgres(engine) => engine.posted.notified().await,
        }
    }

    /// Whether this process delivers, for the next [`DELIVERY_LEASE`](crate::DELIVERY_LEASE): one node at a time does.
    /// A file has one server.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delivers(&self) -> Result<bool, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(true),
            // By the database's clock: those of two nodes may differ by more than the lease.
            Engine::Postgres(engine) => {
                let now = engine.time().await?;
                lease::delivers(&engine.chores, &engine.holder, now).await
            }
        }
    }

    /// Messages that are due, the first of each destination, `limit` at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_messages(
        &self,
        now: UnixTime,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let values = values![now, far(now), limit as i64];
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(|db| db.many(&DUE, &values)),
            Engine::Postgres(engine) => engine.many_planned_anew(&DUE, &values).boxed().await,
        }
    }

    /// The first message to a destination, if it is due.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_message_to(&self, destination: &str, now: UnixTime) -> Fact<Entry> {
        let first = self.one(&FIRST, &values![destination]).await?;
        Ok(first.filter(|entry| entry.due_at <= now || entry.due_at > far(now)))
    }

    /// Messages that were not delivered yet, the oldest first, `limit` at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn messages(
        &self,
        query: OutboxQuery,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let values = values![query.after, query.last, i64::from(query.dead), limit as i64];
        self.many(&PAGE, &values).await
    }

    /// How many messages wait.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn outbox_counts(&self, now: UnixTime) -> Result<OutboxCounts, StoreError> {
        let counts = self.one(&COUNTS, &values![now]).await?;
        Ok(counts.unwrap_or_default())
    }

    /// A message that was not delivered yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn message(&self, id: Locator) -> Fact<Entry> {
        self.one(&BY_ID, &values![id]).await
    }
}
