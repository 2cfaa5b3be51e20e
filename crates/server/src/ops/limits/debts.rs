//! Who is in debt to one budget, in a table of a fixed size without a lock.
//!
//! A place is one number: a mark of the key, and until when it is in debt. A key has eight places to be in, by its hash, which
//! nobody outside can work out. A key that is new takes the place of whoever owes least there: mostly somebody who owes nothing
//! any more, and whom to forget changes nothing. Else it *takes over that debt*. So nobody is believed to owe less than they do:
//! an attacker who wants to be forgotten must get seven others of his eight to owe more than he does, and begins with as much as
//! the least of them.
use protocol::limits::{Budget, Exhausted, Ticks};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Places that a key can be in.
const WAYS: usize = 8;
/// Places in all: 256 KiB. A power of two.
const PLACES: usize = 1 << 15;
/// Bits of a place that say until when.
const TIME: u32 = 44;
const UNTIL: u64 = (1 << TIME) - 1;

/// See the module. There is no table until somebody spends.
#[derive(Debug, Default)]
pub(super) struct Debts {
    places: OnceLock<Box<[AtomicU64]>>,
    /// Until when anybody is in debt.
    last: AtomicU64,
}

/// A key by its hash: the places that it can be in, and the mark it has there.
fn place_of(hash: u64) -> (usize, u64) {
    let first = hash as usize % (PLACES / WAYS) * WAYS;
    // No mark is 0, which is that of a place where nobody was.
    let mark = hash >> TIME;
    (first, if mark == 0 { 1 } else { mark })
}

impl Debts {
    fn places(&self) -> &[AtomicU64] {
        let make = || (0..PLACES).map(|_| AtomicU64::new(0)).collect();
        self.places.get_or_init(make)
    }

    /// Spends one request of the budget of a key.
    ///
    /// # Errors
    /// [`Exhausted`].
    pub(super) fn spend(&self, hash: u64, budget: Budget, now: Ticks) -> Result<(), Exhausted> {
        let (first, mark) = place_of(hash);
        let places = &self.places()[first..first + WAYS];
        loop {
            let (place, seen) = own_or_least(places, mark);
            let until = budget.spend(seen & UNTIL, now)?;
            let written = mark << TIME | (until & UNTIL);
            if place
                .compare_exchange(seen, written, Relaxed, Relaxed)
                .is_ok()
            {
                // What is not raised by a race is raised by the next who spends.
                if until > self.last.load(Relaxed) {
                    self.last.store(until, Relaxed);
                }
                return Ok(());
            }
        }
    }

    /// Looks whether a key could spend another request, and spends none. Who is in no place owes nothing.
    ///
    /// # Errors
    /// [`Exhausted`].
    pub(super) fn look(&self, hash: u64, budget: Budget, now: Ticks) -> Result<(), Exhausted> {
        let (first, mark) = place_of(hash);
        let places = &self.places()[first..first + WAYS];
        let (_, seen) = own_or_least(places, mark);
        match seen >> TIME == mark {
            true => budget.spend(seen & UNTIL, now).map(drop),
            false => Ok(()),
        }
    }

    /// Whether anybody ever owed anything.
    pub(super) fn were_any(&self) -> bool {
        self.last.load(Relaxed) > 0
    }

    /// Whether nobody owes anything.
    pub(super) fn are_none(&self, now: Ticks) -> bool {
        self.last.load(Relaxed) <= now
    }
}

/// The place that has this mark, or else the one whose debt ends first; and what is there.
fn own_or_least(places: &[AtomicU64], mark: u64) -> (&AtomicU64, u64) {
    let mut least = (&places[0], places[0].load(Relaxed));
    for place in places {
        let seen = place.load(Relaxed);
        if seen >> TIME == mark {
            return (place, seen);
        }
        if seen & UNTIL < least.1 & UNTIL {
            least = (place, seen);
        }
    }
    least
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::limits::SECOND;

    const NOW: Ticks = 1_000 * SECOND;

    /// A hash with places of its own choice.
    fn hash(set: u64, mark: u64) -> u64 {
        mark << TIME | set
    }

    fn exhausted(debts: &Debts, hash: u64, budget: Budget) {
        while debts.spend(hash, budget, NOW).is_ok() {}
    }

    #[test]
    fn each_key_has_a_budget_of_its_own() {
        let (debts, budget) = (Debts::default(), Budget::new(60, 5).unwrap());
        exhausted(&debts, hash(3, 7), budget);
        assert!(debts.look(hash(3, 7), budget, NOW).is_err());
        for other in [hash(3, 8), hash(4, 7), hash(3, 0)] {
            assert!(debts.look(other, budget, NOW).is_ok());
            assert_eq!(
                (0..9)
                    .filter(|_| debts.spend(other, budget, NOW).is_ok())
                    .count(),
                5
            );
        }
        assert!(debts.spend(hash(3, 7), budget, NOW + SECOND).is_ok());
    }

    #[test]
    fn whoever_owes_nothing_is_forgotten_first() {
        let (debts, budget) = (Debts::default(), Budget::new(60, 5).unwrap());
        exhausted(&debts, hash(0, 1), budget);
        let later = NOW + 4 * SECOND;
        // Many who come once and pay it back keep nobody's place.
        for mark in 2..10_000 {
            let at = later + mark * 2 * SECOND;
            debts.spend(hash(0, mark), budget, at).unwrap();
        }
        assert!(debts.are_none(later + 20_010 * SECOND));
    }

    /// An attacker with many addresses floods all places of the one that is exhausted: it is not freed by that.
    #[test]
    fn a_flood_frees_nobody() {
        let (debts, budget) = (Debts::default(), Budget::new(60, 20).unwrap());
        let attacker = hash(9, 1);
        exhausted(&debts, attacker, budget);
        // A request each of a thousand addresses, all in the same places by luck.
        for mark in 2..1_000 {
            let _ = debts.spend(hash(9, mark), budget, NOW);
        }
        assert!(debts.spend(attacker, budget, NOW).is_err(), "still in debt");
        // Even who fills all of these places to the brim begins with no less.
        for mark in 2..40 {
            exhausted(&debts, hash(9, mark), budget);
        }
        assert!(debts.spend(attacker, budget, NOW).is_err());
        // What that costs others who share these places by chance: they wait as long as the least of the flood. Others nothing.
        assert!(debts.spend(hash(9, 5_000), budget, NOW).is_err());
        assert!(debts.spend(hash(10, 5_000), budget, NOW).is_ok());
    }

    /// However many there are: never more than the budget, for none of them.
    #[test]
    fn nobody_is_given_more_by_the_company_of_others() {
        let (debts, budget) = (Debts::default(), Budget::new(60, 10).unwrap());
        let (mut now, mut given) = (NOW, [0_u32; 64]);
        for round in 0..6_400_u64 {
            now += SECOND / 8;
            // Sixty-four keys for eight places, in an order that is never the same.
            let key = round.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58;
            let passed = debts.spend(hash(1, key + 1), budget, now).is_ok();
            given[key as usize] += u32::from(passed);
        }
        let most = 10 + 6_400 / 8;
        assert!(given.iter().all(|given| *given <= most), "{given:?}");
    }

    #[test]
    fn those_who_spend_at_once_spend_together() {
        let (debts, budget) = (Debts::default(), Budget::new(1, 1_000).unwrap());
        let spend = || {
            (0..1_000)
                .filter(|_| debts.spend(42, budget, NOW).is_ok())
                .count()
        };
        let given: usize = std::thread::scope(|scope| {
            let all: Vec<_> = (0..4).map(|_| scope.spawn(spend)).collect();
            all.into_iter().map(|one| one.join().unwrap()).sum()
        });
        // Two that begin at the same moment may take a place each; then one is forgotten.
        assert!((1_000..=1_010).contains(&given), "{given}");
    }
}
