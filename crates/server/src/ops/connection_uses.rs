//! When connections were used last: a token of theirs was asked about, or given. It is noted in memory, where the requests
//! pass, and written once a minute: some minutes of it may be lost, and no request waits for it.
use protocol::transition::{AppChange, Transition, UsageChange};
use protocol::types::{AccessToken, ConnectionKey, ConnectionUse, Locator, UnixTime};
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// A grant is noted once in so many seconds, given as a power of two: a little more than four minutes.
const COARSE: u32 = 8;
/// Grants for which it is remembered that they were noted of late, as a power of two: eight bytes each.
const PLACES: u32 = 15;
/// The most connections that are noted between two writings: some 5 MB. Those beyond are noted at their next use.
const MOST: usize = 100_000;
/// How many are written in one transaction.
const TOGETHER: usize = 500;

/// See the module.
pub(crate) struct ConnectionUses {
    /// Grants that were noted of late, each at the place that its id has, mixed with the time. Two that share one are noted
    /// in turns, which costs a little and is not wrong.
    lately: Box<[AtomicU64]>,
    /// Its keys are numbers that we give, so nobody can choose them to collide.
    noted: Mutex<FxHashMap<ConnectionKey, UnixTime>>,
}

/// A token that is used, as far as it is noted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UsedToken {
    grant: Locator,
    key: ConnectionKey,
}

impl UsedToken {
    /// None where the app acts for itself.
    #[inline]
    pub(crate) fn of(token: &AccessToken) -> Option<Self> {
        let subject = token.subject?;
        Some(UsedToken {
            grant: token.grant,
            key: ConnectionKey {
                subject,
                client: token.client,
                organization: token.organization,
            },
        })
    }
}

impl Default for ConnectionUses {
    fn default() -> Self {
        ConnectionUses {
            lately: (0..1 << PLACES).map(|_| AtomicU64::new(0)).collect(),
            noted: Mutex::default(),
        }
    }
}

impl ConnectionUses {
    /// Notes that a token was used, unless its grant was a moment ago. Cheap then: every introspection asks.
    #[inline]
    pub(crate) fn note(&self, used: UsedToken, now: UnixTime) {
        // The upper bits of the product depend on all of the id (Fibonacci hashing).
        let mixed = used
            .grant
            .0
            .cast_unsigned()
            .wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mark = mixed ^ (now.0 >> COARSE).cast_unsigned();
        let place = &self.lately[(mixed >> (u64::BITS - PLACES)) as usize];
        if place.load(Relaxed) != mark && self.keep(used.key, now) {
            place.store(mark, Relaxed);
        }
    }

    /// Whether there was room.
    #[cold]
    fn keep(&self, key: ConnectionKey, now: UnixTime) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = noted.len() < MOST || noted.contains_key(&key);
        if has_room {
            noted.insert(key, now);
        }
        has_room
    }

    /// All that was noted since the last time, as it is written: in one order everywhere, so that nodes do not wait for each
    /// other in a circle.
    pub(crate) fn take(&self) -> Vec<Transition> {
        let noted = {
            let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *noted)
        };
        let uses = noted.into_iter().map(|(key, at)| ConnectionUse { key, at });
        let mut uses: Vec<_> = uses.collect();
        uses.sort_unstable_by_key(|used| used.key);
        let together = uses.chunks(TOGETHER);
        together
            .map(|uses| {
                Transition::App(AppChange::Usage(UsageChange::NoteConnections(
                    uses.to_vec(),
                )))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::types::{ClientRowId, Subject};

    fn used(grant: i64, subject: i64) -> UsedToken {
        UsedToken {
            grant: Locator(grant),
            key: ConnectionKey {
                subject: Subject(subject),
                client: ClientRowId(1),
                organization: None,
            },
        }
    }

    fn taken(uses: &ConnectionUses) -> Vec<(i64, i64)> {
        let uses = uses.take().into_iter().flat_map(|change| match change {
            Transition::App(AppChange::Usage(UsageChange::NoteConnections(uses))) => uses,
            other => panic!("{other:?}"),
        });
        uses.map(|used| (used.key.subject.0, used.at.0)).collect()
    }

    #[test]
    fn a_connection_is_written_once_in_four_minutes_however_often_it_is_used() {
        let uses = ConnectionUses::default();
        let begun = 1_800_000_000 >> COARSE << COARSE;
        for (after, written) in [
            (0, vec![(7, begun)]),
            (1, vec![]),
            (255, vec![]),
            (256, vec![(7, begun + 256)]),
        ] {
            for _ in 0..3 {
                uses.note(used(70, 7), UnixTime(begun + after));
            }
            assert_eq!(taken(&uses), written, "{after}");
        }
    }

    #[test]
    fn many_tokens_of_one_connection_are_one_row_and_people_stand_in_order() {
        let uses = ConnectionUses::default();
        let now = UnixTime(1_800_000_000);
        for grant in 0..1_000 {
            uses.note(used(grant, 9 - grant % 3), now);
        }
        assert_eq!(taken(&uses), [(7, now.0), (8, now.0), (9, now.0)]);
    }

    #[test]
    fn memory_is_bounded_and_who_found_no_room_is_noted_next_time() {
        let uses = ConnectionUses::default();
        let now = UnixTime(1_800_000_000);
        let most = i64::try_from(MOST).unwrap();
        for nth in 1..=most + 1 {
            uses.note(used(nth, nth), now);
        }
        let written = uses.take();
        assert_eq!(written.len(), MOST / TOGETHER);
        uses.note(used(most + 1, most + 1), UnixTime(now.0 + 1));
        assert_eq!(taken(&uses), [(most + 1, now.0 + 1)]);
    }
}
