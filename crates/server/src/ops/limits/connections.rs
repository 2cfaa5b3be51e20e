//! How many connections there are, in all and from each address. Counted when one begins and ends, not for its requests.
use super::source::source;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    open: AtomicU32,
    /// How many there are at most.
    most: AtomicU32,
    /// Those from each address, where that is limited: as many entries as connections at most.
    by_source: Mutex<HashMap<u64, u32>>,
}

/// A connection that is counted; dropped when it ends.
#[derive(Debug)]
pub(crate) struct Held {
    connections: Arc<Connections>,
    source: Option<u64>,
}

impl Connections {
    /// Counts a connection. `None`: there are `per_address` from there already.
    pub(crate) fn begin(
        self: &Arc<Self>,
        peer: IpAddr,
        per_address: Option<u32>,
        most: u32,
    ) -> Option<Held> {
        let source = per_address.map(|most| (source(peer), most));
        if let Some((source, most)) = source {
            let mut by_source = self.locked();
            let count = by_source.entry(source).or_default();
            if *count >= most {
                return None;
            }
            *count += 1;
        }
        self.open.fetch_add(1, Relaxed);
        self.most.store(most, Relaxed);
        Some(Held {
            connections: self.clone(),
            source: source.map(|(source, _)| source),
        })
    }

    /// Whether seven of eight places are taken: then nobody keeps one for long who asks for nothing.
    pub(crate) fn are_crowded(&self) -> bool {
        u64::from(self.open.load(Relaxed)) * 8 > u64::from(self.most.load(Relaxed)) * 7
    }

    /// How many there are.
    pub(crate) fn open(&self) -> u32 {
        self.open.load(Relaxed)
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<u64, u32>> {
        self.by_source
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.connections.open.fetch_sub(1, Relaxed);
        let Some(source) = self.source else { return };
        let mut by_source = self.connections.locked();
        if let Some(count) = by_source.get_mut(&source) {
            *count -= 1;
            if *count == 0 {
                by_source.remove(&source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_so_many_and_the_next_as_many_again() {
        let all = Arc::new(Connections::default());
        let from = |peer: &str| all.begin(peer.parse().unwrap(), Some(2), 16);
        let held = [from("192.0.2.1"), from("::ffff:192.0.2.1")];
        assert!(held.iter().all(Option::is_some));
        assert!(from("192.0.2.1").is_none(), "the same address, as IPv6");
        let net = [from("2001:db8::1"), from("2001:db8::ffff:2")];
        assert!(net.iter().all(Option::is_some));
        assert!(from("2001:db8::3").is_none(), "the same /64");
        assert!(from("2001:db8:0:1::3").is_some(), "another");
        assert_eq!(all.open(), 4);
        drop((held, net));
        assert_eq!((all.open(), all.locked().len()), (0, 0));
    }

    #[test]
    fn it_is_crowded_when_one_of_eight_is_free() {
        let all = Arc::new(Connections::default());
        let begin = |n: u8| all.begin([192, 0, 2, n].into(), None, 16);
        let mut held: Vec<_> = (0..14).map(begin).collect();
        assert!(!all.are_crowded());
        held.push(begin(14));
        assert!(all.are_crowded());
        held.truncate(10);
        assert!(!all.are_crowded());
    }
}
