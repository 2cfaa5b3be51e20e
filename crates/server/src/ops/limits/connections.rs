//! How many connections there are, in all and from each address. Counted when one begins and ends, not for its requests.
//!
//! One address has at most a quarter of what is free, so the fewer places are left, the less of them it can take, and a few
//! addresses cannot take them all. In a crowd, what an address has beyond that is given back as it falls idle.
use super::source::source;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// Of the free places, one of so many is what an address may have.
const PART: u32 = 4;

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
    /// Counts a connection. `None`: there are `per_address` from there already, or its share of what is free.
    pub(crate) fn begin(
        self: &Arc<Self>,
        peer: IpAddr,
        per_address: Option<u32>,
        most: u32,
    ) -> Option<Held> {
        let source = per_address.map(|most| (source(peer), most));
        self.most.store(most, Relaxed);
        if let Some((source, per_address)) = source {
            let share = self.share().min(per_address);
            let mut by_source = self.locked();
            let count = by_source.get(&source).copied().unwrap_or_default();
            if count >= share {
                return None;
            }
            by_source.insert(source, count + 1);
        }
        self.open.fetch_add(1, Relaxed);
        Some(Held {
            connections: self.clone(),
            source: source.map(|(source, _)| source),
        })
    }

    /// How many one address may have at the moment.
    fn share(&self) -> u32 {
        let free = self.most.load(Relaxed).saturating_sub(self.open());
        (free / PART).max(1)
    }

    /// Whether seven of eight places are taken: then nobody keeps one for long who asks for nothing.
    fn are_crowded(&self) -> bool {
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

impl Held {
    /// Whether hardly any other finds a place: then nobody keeps one for long who asks for nothing.
    pub(crate) fn is_in_a_crowd(&self) -> bool {
        self.connections.are_crowded()
    }

    /// Whether its address has more than its share while there is a crowd.
    pub(crate) fn is_too_many(&self) -> bool {
        let has = |source| self.connections.locked().get(&source).copied();
        self.is_in_a_crowd()
            && self
                .source
                .and_then(has)
                .is_some_and(|count| count > self.connections.share())
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

    /// Eight addresses had all places once. Now the others find one however many they are, and however long they stay.
    #[test]
    fn a_few_addresses_cannot_take_all_places() {
        let all = Arc::new(Connections::default());
        let from = |n: u8| all.begin([192, 0, 2, n].into(), Some(1_024), 8_192);
        let mut held: Vec<_> = (0..8)
            .flat_map(|n| std::iter::from_fn(move || Some(n)).take(2_000))
            .filter_map(from)
            .collect();
        assert!(all.open() < 8_192 * 7 / 8, "{}", all.open());
        assert!(!held.iter().any(Held::is_too_many), "there is room");
        let all_in_turn = (0..2_000_u32).flat_map(|_| 8..108);
        held.extend(all_in_turn.filter_map(from));
        assert!(all.open() < 8_192, "there is always a place for one more");
        assert!(from(200).is_some());
        // Those that came first have more than others find now, and give it back.
        assert!(held[0].is_too_many());
        held.retain(|held| !held.is_too_many());
        assert!(all.open() <= 8_192 * 7 / 8, "{}", all.open());
        let later = (0..8).filter_map(|_| from(201)).count();
        assert_eq!(later, 8);
    }

    #[test]
    fn a_proxy_has_no_share() {
        let all = Arc::new(Connections::default());
        let proxy = |_| all.begin([192, 0, 2, 1].into(), None, 64);
        let held: Vec<_> = (0..64).filter_map(proxy).collect();
        assert_eq!(held.len(), 64);
        assert!(!held[0].is_too_many() && held[0].is_in_a_crowd());
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
