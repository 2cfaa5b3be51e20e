//! What waits in the outbox. To know it, its table is read; so it is looked at now and then, however often somebody asks.
use crate::ops::clock;
use crate::state::AppState;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::OutboxCounts;

/// How long a look is good.
const KEPT: Duration = Duration::from_secs(5);

/// The last look, if the database answered.
#[derive(Debug, Default)]
pub(super) struct Outbox(Mutex<Option<Look>>);

#[derive(Debug, Clone, Copy)]
struct Look {
    at: Instant,
    counts: Option<OutboxCounts>,
}

impl Outbox {
    /// Looks, if the last look is too old. One that fails is told by what is missing.
    pub(super) async fn look(&self, app: &AppState) {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| last.at.elapsed() < KEPT) {
            return;
        }
        let look = Look {
            at: Instant::now(),
            counts: app.store.outbox_counts(clock::now()).await.ok(),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(look);
    }

    /// What was seen last.
    pub(super) fn counts(&self) -> Option<OutboxCounts> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.and_then(|look| look.counts)
    }
}
