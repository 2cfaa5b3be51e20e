//! Until when what apps publish of themselves need not be fetched again.
use std::collections::HashMap;
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::Instant;
use tokio::sync::Mutex;

/// The most that are remembered; then the one that was asked for longest ago is forgotten.
const MOST_KEPT: usize = 1_000;

/// Until when documents or pictures need not be fetched again. What they say is in the database.
#[derive(Default)]
pub(crate) struct ClientFetches(Lock<HashMap<String, Kept>>);

struct Kept {
    /// Whoever fetches it holds its lock, so that all others wait for what comes of it.
    until: Arc<Mutex<Option<Instant>>>,
    asked: Instant,
}

impl ClientFetches {
    /// Until when the one of this name, such as its URL, need not be fetched; whoever holds it fetches.
    pub(crate) fn entry(&self, url: &str, now: Instant) -> Arc<Mutex<Option<Instant>>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = all.get_mut(url) {
            kept.asked = now;
            return kept.until.clone();
        }
        if all.len() >= MOST_KEPT {
            let oldest = all.iter().min_by_key(|(_, kept)| kept.asked);
            if let Some(oldest) = oldest.map(|(url, _)| url.clone()) {
                all.remove(&oldest);
            }
        }
        let until = Arc::<Mutex<Option<Instant>>>::default();
        let kept = Kept {
            until: until.clone(),
            asked: now,
        };
        all.insert(url.to_owned(), kept);
        until
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn there_is_a_most_of_them() {
        let fetches = ClientFetches::default();
        let began = Instant::now();
        let url = |at: usize| format!("https://app.example/{at}");
        for at in 0..=MOST_KEPT {
            let later = Duration::from_secs(u64::try_from(at).unwrap());
            fetches.entry(&url(at), began + later);
        }
        let all = fetches.0.lock().unwrap();
        assert_eq!(all.len(), MOST_KEPT);
        assert!(!all.contains_key(&url(0)) && all.contains_key(&url(1)));
    }
}
