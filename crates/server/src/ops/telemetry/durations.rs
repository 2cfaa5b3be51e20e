//! How long requests took, by what the semantic conventions tell them apart by.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Seconds up to which each class goes, as the conventions advise; what took longer is beyond the last.
pub(super) const BOUNDS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// Most kinds of requests that are told apart; what comes after is counted together.
const MOST: usize = 2_000;

/// What requests are told apart by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// The names of the attributes, in short.
    Of {
        method: &'static str,
        scheme: &'static str,
        status: u16,
        route: Option<Arc<str>>,
    },
    /// All that came after [`MOST`].
    Others,
}

/// How long those of one kind took.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) classes: [u64; BOUNDS.len() + 1],
    pub(super) seconds: f64,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Durations(Mutex<HashMap<Key, Taken>>);

impl Durations {
    /// A request was answered.
    pub(super) fn note(&self, key: Key, took: Duration) {
        let seconds = took.as_secs_f64();
        let class = BOUNDS.iter().position(|bound| seconds <= *bound);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = match all.len() < MOST || all.contains_key(&key) {
            true => key,
            false => Key::Others,
        };
        let taken = all.entry(key).or_default();
        taken.classes[class.unwrap_or(BOUNDS.len())] += 1;
        taken.seconds += seconds;
    }

    /// Shows each kind.
    pub(super) fn each(&self, mut show: impl FnMut(&Key, &Taken)) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().for_each(|(key, taken)| show(key, taken));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_bounded_and_none_is_lost() {
        let durations = Durations::default();
        let key = |status| Key::Of {
            method: "GET",
            scheme: "https",
            status,
            route: None,
        };
        for status in 0..3_000 {
            durations.note(key(status), Duration::from_millis(5));
        }
        durations.note(key(0), Duration::from_secs(60));
        let (mut kinds, mut all, mut others) = (0, 0, 0);
        durations.each(|key, taken| {
            let count: u64 = taken.classes.iter().sum();
            kinds += 1;
            all += count;
            others += if *key == Key::Others { count } else { 0 };
            if *key == self::tests_key() {
                assert_eq!((taken.classes[0], taken.classes[14]), (1, 1));
            }
        });
        assert_eq!((kinds, all, others), (MOST + 1, 3_001, 1_000));
    }

    fn tests_key() -> Key {
        Key::Of {
            method: "GET",
            scheme: "https",
            status: 0,
            route: None,
        }
    }
}
