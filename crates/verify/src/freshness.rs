//! Whether kept answers may be trusted: only a while after the feed was last heard.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// A moment that moves on with every answer of the feed.
#[derive(Debug)]
pub(crate) struct Freshness {
    start: Instant,
    /// Nanoseconds from `start` to the end of trust.
    until: AtomicU64,
}

impl Freshness {
    pub(crate) fn new(now: Instant) -> Self {
        Freshness {
            start: now,
            until: AtomicU64::new(0),
        }
    }

    /// Trusts until `until`.
    pub(crate) fn extend(&self, until: Instant) {
        let nanos = until.saturating_duration_since(self.start).as_nanos();
        self.until
            .store(nanos.try_into().unwrap_or(u64::MAX), Relaxed);
    }

    /// Trusts nothing any more.
    pub(crate) fn end(&self) {
        self.until.store(0, Relaxed);
    }

    pub(crate) fn holds(&self, now: Instant) -> bool {
        let since = now.saturating_duration_since(self.start);
        since < Duration::from_nanos(self.until.load(Relaxed))
    }
}
