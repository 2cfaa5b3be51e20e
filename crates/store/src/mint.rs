//! New ids: 41 bits of milliseconds, 10 of node, 12 of sequence; rising, also when the clock steps back.
use protocol::Mint;
use protocol::types::Locator;
use protocol::types::ids::{EPOCH_MILLIS, LOCATOR_LOW_BITS};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

const SEQUENCE_BITS: u32 = 12;

/// The last millisecond that fits into 41 bits. A clock beyond it is wrong.
const MAX_MILLIS: i64 = (1 << 41) - 1;

/// How many ids a node can make in a millisecond.
pub(crate) const PER_MILLI: u64 = 1 << SEQUENCE_BITS;

/// How many nodes there can be at once.
pub(crate) const NODES: i64 = 1 << (LOCATOR_LOW_BITS - SEQUENCE_BITS);

/// Makes ids and secrets. Cheap to clone; all clones draw from one sequence.
#[derive(Debug, Clone)]
pub struct IdMint(Arc<Sequence>);

#[derive(Debug)]
struct Sequence {
    node: AtomicI64,
    /// Milliseconds and sequence of the last id, without the node.
    last: AtomicI64,
}

impl IdMint {
    /// Ids of `node`, all above `highest`, the highest one in the store.
    pub(crate) fn new(node: i64, highest: i64) -> Self {
        let millis = (highest >> LOCATOR_LOW_BITS) + 1;
        IdMint(Arc::new(Sequence {
            node: AtomicI64::new(node),
            last: AtomicI64::new(millis << SEQUENCE_BITS),
        }))
    }

    /// The number of this process.
    pub(crate) fn node(&self) -> i64 {
        self.0.node.load(Relaxed)
    }

    /// The id that this node made as its `nth` one from `millis` on, had it made as many as fit.
    pub(crate) fn past(&self, millis: i64, nth: u64) -> Locator {
        let ticket = (millis << SEQUENCE_BITS) + i64::try_from(nth).unwrap_or(i64::MAX >> 32);
        let (millis, sequence) = (ticket >> SEQUENCE_BITS, ticket & ((1 << SEQUENCE_BITS) - 1));
        Locator(millis << LOCATOR_LOW_BITS | self.node() << SEQUENCE_BITS | sequence)
    }

    /// Goes on as another node.
    pub(crate) fn set_node(&self, node: i64) {
        self.0.node.store(node, Relaxed);
    }
}

impl Mint for IdMint {
    fn locator(&self) -> Locator {
        let clock = (milliseconds() - EPOCH_MILLIS).clamp(0, MAX_MILLIS) << SEQUENCE_BITS;
        let next = |last: i64| clock.max(last + 1);
        let updated = self
            .0
            .last
            .fetch_update(Relaxed, Relaxed, |last| Some(next(last)));
        let (Ok(last) | Err(last)) = updated;
        let ticket = next(last);
        let millis = ticket >> SEQUENCE_BITS;
        let sequence = ticket & ((1 << SEQUENCE_BITS) - 1);
        Locator(millis << LOCATOR_LOW_BITS | self.node() << SEQUENCE_BITS | sequence)
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
        let mint = IdMint::new(5, future);
        let ids: Vec<i64> = (0..5_000).map(|_| mint.locator().0).collect();
        assert!(ids[0] > future && ids.is_sorted() && ids[0] != ids[1]);
        assert!(ids.iter().all(|id| (id >> SEQUENCE_BITS) % NODES == 5));
    }

    #[test]
    fn clones_never_give_the_same_id() {
        let mint = IdMint::new(0, 0);
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
