//! How many accounts there are, as it was counted last: it is asked for while strangers guess, and to count takes a while.
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a number is good for.
const KNOWN_FOR: Duration = Duration::from_secs(3_600);

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    known: Mutex<Option<(u64, Instant)>>,
    /// The beginning of the day of guesses of which the log was told.
    told: AtomicI64,
}

impl Accounts {
    /// The number, unless it is too old.
    pub(crate) fn known(&self, at: Instant) -> Option<u64> {
        let known = *self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .filter(|(_, counted)| at.saturating_duration_since(*counted) < KNOWN_FOR)
            .map(|(accounts, _)| accounts)
    }

    /// They were counted.
    pub(crate) fn know(&self, accounts: u64, at: Instant) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((accounts, at));
    }

    /// Whether the log was not told yet of the guesses that began then.
    pub(crate) fn is_news(&self, since: i64) -> bool {
        self.told.swap(since, Relaxed) != since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_counted_once_an_hour_and_told_of_once_a_day() {
        let (accounts, at) = (Accounts::default(), Instant::now());
        assert_eq!(accounts.known(at), None);
        accounts.know(7, at);
        let later = |seconds| accounts.known(at + Duration::from_secs(seconds));
        assert_eq!((later(3_599), later(3_600)), (Some(7), None));
        assert!(accounts.is_news(5) && !accounts.is_news(5) && accounts.is_news(6));
    }
}
