//! Requests that are held until there is something to tell, and how many there may be. A held request is a parked
//! task: no thread, and nothing done until it is woken.
use protocol::types::ClientRowId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Requests held at once.
const MAX_HELD: usize = 1_024;
/// Requests held at once for one client.
const MAX_HELD_BY_CLIENT: usize = 64;

/// See the module.
pub(crate) struct LongPolls {
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    all: usize,
    by_client: HashMap<ClientRowId, usize>,
}

/// A place among those who are held; given back when dropped.
pub(crate) struct Place {
    counts: Arc<Mutex<Counts>>,
    client: ClientRowId,
}

impl LongPolls {
    pub(crate) fn new() -> Self {
        LongPolls {
            counts: Arc::default(),
        }
    }

    /// A place for a request of `client`; `None` when there is none left, and the request must be answered at
    /// once.
    pub(crate) fn place(&self, client: ClientRowId) -> Option<Place> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let own = counts.by_client.get(&client).copied().unwrap_or_default();
        if counts.all >= MAX_HELD || own >= MAX_HELD_BY_CLIENT {
            return None;
        }
        counts.all += 1;
        counts.by_client.insert(client, own + 1);
        Some(Place {
            counts: self.counts.clone(),
            client,
        })
    }

    /// How many wait.
    pub(crate) fn held(&self) -> usize {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all -= 1;
        if let Some(own) = counts.by_client.get_mut(&self.client) {
            *own -= 1;
            if *own == 0 {
                counts.by_client.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_for_each_client_and_in_all_and_come_back() {
        let held = LongPolls::new();
        let full: Vec<_> = (0..MAX_HELD_BY_CLIENT)
            .map(|_| held.place(ClientRowId(1)).unwrap())
            .collect();
        assert!(held.place(ClientRowId(1)).is_none());
        let others: Vec<_> = (0..MAX_HELD - full.len())
            .map(|i| held.place(ClientRowId(2 + i as i64 / 64)).unwrap())
            .collect();
        assert!(held.place(ClientRowId(9_999)).is_none());
        drop(full);
        assert!(held.place(ClientRowId(1)).is_some());
        drop(others);
        assert!(held.counts.lock().unwrap().by_client.is_empty());
        assert_eq!(held.counts.lock().unwrap().all, 0);
    }
}
