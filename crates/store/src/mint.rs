//! New ids: 41 bits of milliseconds, 5 of region, 7 of node, 10 of sequence; rising, also when the clock steps back.
use protocol::Mint;
use protocol::types::Locator;
use protocol::types::ids::{EPOCH_MILLIS, LOCATOR_LOW_BITS, Region};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

const SEQUENCE_BITS: u32 = 10;
const NODE_BITS: u32 = 7;

/// The last millisecond that fits into 41 bits. A clock beyond it is wrong.
const MAX_MILLIS: i64 = (1 << 41) - 1;

/// How many ids a node can make in a millisecond.
pub(crate) const PER_MILLI: u64 = 1 << SEQUENCE_BITS;

/// How many nodes of a region there can be at once.
pub(crate) const NODES: i64 = 1 << NODE_BITS;

/// Makes ids and secrets. Cheap to clone; all clones draw from one sequence.
#[derive(Debug, Clone)]
pub struct IdMint(Arc<Sequence>);

#[derive(Debug)]
struct Sequence {
    /// Region and node, where they stand in an id.
    place: AtomicI64,
    /// Milliseconds and sequence of the last id, without the place.
    last: AtomicI64,
}

impl IdMint {
    /// Ids of `node`, all above `highest`, the highest one in the store.
    pub(crate) fn new(region: Region, node: i64, highest: i64) -> Self {
        let millis = (highest >> LOCATOR_LOW_BITS) + 1;
        let region = i64::from(region.number()) << (NODE_BITS + SEQUENCE_BITS);
        IdMint(Arc::new(Sequence {
            place: AtomicI64::new(region | node << SEQUENCE_BITS),
            last: AtomicI64::new(millis << SEQUENCE_BITS),
        }))
    }

    /// The number of this process.
    pub(crate) fn node(&self) -> i64 {
        self.0.place.load(Relaxed) >> SEQUENCE_BITS & (NODES - 1)
    }

    /// The id that this node made as its `nth` one from `millis` on, had it made as many as fit.
    pub(crate) fn past(&self, millis: i64, nth: u64) -> Locator {
        self.at((millis << SEQUENCE_BITS) + i64::try_from(nth).unwrap_or(i64::MAX >> 32))
    }

    /// Goes on as another node.
    pub(crate) fn set_node(&self, node: i64) {
        let region = self.0.place.load(Relaxed) >> (NODE_BITS + SEQUENCE_BITS);
        let place = region << (NODE_BITS + SEQUENCE_BITS) | node << SEQUENCE_BITS;
        self.0.place.store(place, Relaxed);
    }

    /// The id of a number of milliseconds and sequence.
    fn at(&self, ticket: i64) -> Locator {
        let (millis, sequence) = (ticket >> SEQUENCE_BITS, ticket & ((1 << SEQUENCE_BITS) - 1));
        Locator(millis << LOCATOR_LOW_BITS | self.0.place.load(Relaxed) | sequence)
    }
}

/// What follows on `last` at a moment; `None` when its millisecond is full, and the next must be waited for. Ids that
/// are ahead of the clock, which was set back, do not wait for it.
fn next(last: i64, millis: i64) -> Option<i64> {
    let following = last + 1;
    let is_full = following & ((1 << SEQUENCE_BITS) - 1) == 0;
    match is_full && last >> SEQUENCE_BITS == millis {
        true => None,
        false => Some(following.max(millis << SEQUENCE_BITS)),
    }
}

impl Mint for IdMint {
    fn locator(&self) -> Locator {
        loop {
            let millis = (milliseconds() - EPOCH_MILLIS).clamp(0, MAX_MILLIS);
            let updated = self
                .0
                .last
                .fetch_update(Relaxed, Relaxed, |last| next(last, millis));
            match updated.map(|last| next(last, millis)) {
                Ok(Some(ticket)) => return self.at(ticket),
                _ => std::thread::yield_now(),
            }
        }
    }

    fn secret(&self) -> [u8; 32] {
        jose::random::bytes()
    }
}

/// Milliseconds since 1970.
#[allow(
    clippy::disallowed_methods,
    reason = "ids carry the time at which they were made"
)]
fn milliseconds() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    since.as_millis().try_into().unwrap_or(i64::MAX)
}

/// The present moment, for the lease that a process takes when it opens the store.
pub(crate) fn now() -> protocol::types::UnixTime {
    protocol::types::UnixTime(milliseconds() / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_above_what_the_store_holds() {
        let future = (milliseconds() - EPOCH_MILLIS + 86_400_000) << LOCATOR_LOW_BITS;
        let mint = IdMint::new(Region::new(3).unwrap(), 5, future);
        let ids: Vec<i64> = (0..5_000).map(|_| mint.locator().0).collect();
        assert!(ids[0] > future && ids.is_sorted() && ids[0] != ids[1]);
        assert!(ids.iter().all(|id| (id >> SEQUENCE_BITS) % NODES == 5));
        assert!(ids.iter().all(|id| (id >> 17) % 32 == 3));
        mint.set_node(126);
        let id = mint.locator().0;
        assert_eq!(((id >> SEQUENCE_BITS) % NODES, (id >> 17) % 32), (126, 3));
    }

    #[test]
    fn a_full_millisecond_waits_for_the_next_but_a_clock_that_was_set_back_does_not() {
        let last_of = |millis: i64| (millis << SEQUENCE_BITS) | (PER_MILLI as i64 - 1);
        assert_eq!(next(last_of(7), 7), None);
        assert_eq!(next(last_of(7), 8), Some(8 << SEQUENCE_BITS));
        assert_eq!(next(last_of(7), 3), Some(8 << SEQUENCE_BITS));
        assert_eq!(next(7 << SEQUENCE_BITS, 7), Some((7 << SEQUENCE_BITS) + 1));
        assert_eq!(next(7 << SEQUENCE_BITS, 9), Some(9 << SEQUENCE_BITS));
    }

    #[test]
    fn ids_are_not_ahead_of_the_clock() {
        let mint = IdMint::new(Region::default(), 0, 0);
        let ids: Vec<i64> = (0..20 * PER_MILLI).map(|_| mint.locator().0).collect();
        let now = milliseconds() - EPOCH_MILLIS;
        assert!(ids.iter().all(|id| id >> LOCATOR_LOW_BITS <= now));
    }

    #[test]
    fn clones_never_give_the_same_id() {
        let mint = IdMint::new(Region::default(), 0, 0);
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let mint = mint.clone();
                std::thread::spawn(move || (0..2_000).map(|_| mint.locator().0).collect::<Vec<_>>())
            })
            .collect();
        let mut ids: Vec<i64> = threads
            .into_iter()
            .flat_map(|t| t.join().unwrap())
            .collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
