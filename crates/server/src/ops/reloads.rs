//! How often the configuration was read again, and what came of it.
use super::clock;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

/// See the module.
pub(crate) struct Reloads {
    taken: AtomicU64,
    refused: AtomicU64,
    /// Whether the last one was refused.
    last_refused: AtomicBool,
    /// Since when the one in force is, in Unix seconds.
    since: AtomicI64,
}

impl Reloads {
    /// None yet: the configuration of the start is in force from now on.
    pub(crate) fn begin() -> Self {
        Reloads {
            taken: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            last_refused: AtomicBool::new(false),
            since: AtomicI64::new(clock::now().0),
        }
    }

    /// One is in force.
    pub(crate) fn taken(&self) {
        self.taken.fetch_add(1, Relaxed);
        self.last_refused.store(false, Relaxed);
        self.since.store(clock::now().0, Relaxed);
    }

    /// One was refused; the earlier one stays.
    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Relaxed);
        self.last_refused.store(true, Relaxed);
    }

    /// How many were taken, and refused.
    pub(crate) fn counts(&self) -> [(&'static str, u64); 2] {
        let count = |count: &AtomicU64| count.load(Relaxed);
        [
            ("taken", count(&self.taken)),
            ("refused", count(&self.refused)),
        ]
    }

    /// Whether the last attempt went well, or there was none.
    pub(crate) fn last_went_well(&self) -> bool {
        !self.last_refused.load(Relaxed)
    }

    /// Since when the configuration is in force, in Unix seconds.
    pub(crate) fn since(&self) -> i64 {
        self.since.load(Relaxed)
    }
}
