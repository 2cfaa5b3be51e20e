//! What strangers can cause as often as they like, and the log is told of once a minute.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// The minute in which the log was told last, from 1 on.
    told: AtomicU64,
    /// What it was not told of.
    untold: AtomicU64,
}

impl News {
    /// It happened, so long after the start. How often it did since the log was told last, if that is to be told now.
    pub(crate) fn happened(&self, since_start: Duration) -> Option<u64> {
        self.untold.fetch_add(1, Relaxed);
        let minute = since_start.as_secs() / 60 + 1;
        let is_news = self.told.fetch_max(minute, Relaxed) < minute;
        is_news.then(|| self.untold.swap(0, Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_told_once_a_minute_and_of_all() {
        let news = News::default();
        let told = |seconds, times: u32| -> Vec<u64> {
            let after = Duration::from_secs(seconds);
            (0..times).filter_map(|_| news.happened(after)).collect()
        };
        assert_eq!(told(3, 1_000), [1]);
        assert_eq!(told(59, 1), Vec::<u64>::new());
        assert_eq!(told(61, 5), [1_001]);
        assert_eq!(told(600, 1), [5]);
    }
}
