//! The schedule of the keys that sign.
use jose::SigningAlgorithm::{self, EdDsa, Es256};
use protocol::signing_keys::SigningKeyState::{Published, Retired, Signing};
use protocol::signing_keys::{
    Due, Schedule, SigningKeyFacts, SigningKeyState, Wanted, due, rotate,
};
use protocol::transition::SigningKeyChange;
use protocol::types::{Lifetime, UnixTime};

const DAY: i64 = 86_400;
const NOW: UnixTime = UnixTime(1_800_000_000);

const SCHEDULE: Schedule = Schedule {
    rotate_after: Lifetime::from_days(90),
    publish_ahead: Lifetime::from_days(2),
    keep_retired: Lifetime::from_days(1),
};

fn at(days: i64) -> UnixTime {
    UnixTime(NOW.0 + days * DAY)
}

/// The keys as a database has them, which does what it is told.
#[derive(Default)]
struct Keys(Vec<SigningKeyFacts>);

impl Keys {
    fn apply(&mut self, step: Due, now: UnixTime) {
        match step {
            Due::Make(wanted) => self.make(wanted, now),
            Due::Move(SigningKeyChange::Sign {
                kid,
                algorithm,
                at,
                earlier_ends_at,
            }) => {
                for key in &mut self.0 {
                    if key.algorithm == algorithm && key.state == Signing {
                        (key.state, key.ends_at) = (Retired, Some(earlier_ends_at));
                    }
                    if key.kid == kid {
                        (key.state, key.signs_at) = (Signing, at);
                    }
                }
            }
            Due::Move(SigningKeyChange::Retire { kid, ends_at }) => {
                let key = self
                    .0
                    .iter_mut()
                    .find(|key| key.kid == kid)
                    .expect("it is there");
                (key.state, key.ends_at) = (Retired, Some(ends_at));
            }
            Due::Move(SigningKeyChange::Remove { kid, .. }) => self.0.retain(|key| key.kid != kid),
            Due::Move(SigningKeyChange::Make(_) | SigningKeyChange::Reseal { .. }) => {
                unreachable!()
            }
        }
    }

    fn make(&mut self, wanted: Wanted, now: UnixTime) {
        self.0.push(SigningKeyFacts {
            kid: format!("{}-{}", wanted.algorithm.name(), wanted.number),
            algorithm: wanted.algorithm,
            number: wanted.number,
            state: wanted.state,
            public: String::new(),
            made_at: now,
            signs_at: wanted.signs_at,
            ends_at: None,
        });
    }

    /// What the job does at this moment, until there is nothing left to do.
    fn settle(&mut self, algorithms: &[SigningAlgorithm], schedule: &Schedule, now: UnixTime) {
        for _ in 0..8 {
            let steps = due(&self.0, algorithms, schedule, now);
            if steps.is_empty() {
                return;
            }
            steps.into_iter().for_each(|step| self.apply(step, now));
        }
        panic!("it comes to no end: {:?}", self.0);
    }

    fn states(&self) -> Vec<(&str, SigningKeyState)> {
        self.0.iter().map(|key| (&*key.kid, key.state)).collect()
    }
}

#[test]
fn the_first_key_signs_at_once() {
    let mut keys = Keys::default();
    keys.settle(&[Es256, EdDsa], &SCHEDULE, NOW);
    assert_eq!(keys.states(), [("ES256-1", Signing), ("EdDSA-1", Signing)]);
    let mut none = Keys::default();
    none.settle(&[], &SCHEDULE, NOW);
    assert_eq!(none.states(), []);
}

/// Day by day: published before it signs, signing, retired while what it signed may live, gone.
#[test]
fn a_key_is_published_signs_is_retired_and_goes() {
    let mut keys = Keys::default();
    let mut on = |day: i64| {
        keys.settle(&[Es256], &SCHEDULE, at(day));
        format!("{:?}", keys.states())
    };
    assert_eq!(on(0), r#"[("ES256-1", Signing)]"#);
    assert_eq!(on(87), r#"[("ES256-1", Signing)]"#);
    assert_eq!(on(88), r#"[("ES256-1", Signing), ("ES256-2", Published)]"#);
    assert_eq!(on(89), r#"[("ES256-1", Signing), ("ES256-2", Published)]"#);
    assert_eq!(on(90), r#"[("ES256-1", Retired), ("ES256-2", Signing)]"#);
    assert_eq!(on(91), r#"[("ES256-2", Signing)]"#);
    assert_eq!(on(178), r#"[("ES256-2", Signing), ("ES256-3", Published)]"#);
}

/// At every moment of some years, looked at whenever it may be: what signs was published long enough before, and what
/// signed within a day is published still.
#[test]
fn no_verifier_that_respects_caching_is_broken() {
    for step in [3_600, 50_000, DAY, 11 * DAY] {
        let (mut keys, mut last) = (Keys::default(), Vec::<(String, i64)>::new());
        for moment in (0..3 * 365 * DAY).step_by(step as usize) {
            let now = UnixTime(NOW.0 + moment);
            keys.settle(&[Es256], &SCHEDULE, now);
            let signing: Vec<_> = keys.0.iter().filter(|key| key.state == Signing).collect();
            let [signing] = signing[..] else {
                panic!("{:?}", keys.0);
            };
            let first = signing.number == 1;
            assert!(first || signing.made_at.0 + 2 * DAY <= signing.signs_at.0);
            last.retain(|(kid, _)| *kid != signing.kid);
            last.push((signing.kid.clone(), now.0));
            let lives = last.iter().filter(|(_, signed)| signed + DAY > now.0);
            for (kid, _) in lives {
                assert!(keys.0.iter().any(|key| key.kid == *kid), "{kid} is gone");
            }
            assert!(keys.0.len() <= 3);
        }
        assert!(last.len() > 6);
    }
}

#[test]
fn without_a_period_nothing_moves() {
    let schedule = Schedule {
        rotate_after: Lifetime::from_seconds(0),
        ..SCHEDULE
    };
    let mut keys = Keys::default();
    keys.settle(&[Es256], &schedule, NOW);
    keys.settle(&[Es256], &schedule, at(10_000));
    assert_eq!(keys.states(), [("ES256-1", Signing)]);
}

#[test]
fn a_server_that_slept_publishes_before_it_signs() {
    let mut keys = Keys::default();
    keys.settle(&[Es256], &SCHEDULE, NOW);
    keys.settle(&[Es256], &SCHEDULE, at(500));
    assert_eq!(
        keys.states(),
        [("ES256-1", Signing), ("ES256-2", Published)]
    );
    assert_eq!(keys.0[1].signs_at, at(502));
}

#[test]
fn an_algorithm_that_is_not_wanted_any_more_is_retired() {
    let mut keys = Keys::default();
    keys.settle(&[Es256, EdDsa], &SCHEDULE, NOW);
    keys.settle(&[Es256, EdDsa], &SCHEDULE, at(88));
    keys.settle(&[Es256], &SCHEDULE, at(89));
    let states = [
        ("ES256-1", Signing),
        ("EdDSA-1", Retired),
        ("ES256-2", Published),
    ];
    assert_eq!(keys.states(), states);
    keys.settle(&[Es256], &SCHEDULE, at(90));
    assert!(
        !keys
            .states()
            .iter()
            .any(|(kid, _)| kid.starts_with("EdDSA"))
    );
}

mod by_hand {
    use super::*;

    fn asked(keys: &mut Keys, at_once: bool, now: UnixTime) -> Result<(), UnixTime> {
        let step = rotate(&keys.0, Es256, &SCHEDULE, (now, at_once))?;
        keys.apply(step, now);
        Ok(())
    }

    #[test]
    fn a_new_key_is_published_as_long_as_any() {
        let mut keys = Keys::default();
        keys.settle(&[Es256], &SCHEDULE, NOW);
        assert_eq!(asked(&mut keys, false, at(5)), Ok(()));
        assert_eq!(
            keys.states(),
            [("ES256-1", Signing), ("ES256-2", Published)]
        );
        assert_eq!(asked(&mut keys, false, at(6)), Err(at(7)), "one waits");
        keys.settle(&[Es256], &SCHEDULE, at(6));
        assert_eq!(keys.0[1].state, Published);
        keys.settle(&[Es256], &SCHEDULE, at(7));
        assert_eq!(keys.states(), [("ES256-1", Retired), ("ES256-2", Signing)]);
    }

    #[test]
    fn at_once_nothing_waits() {
        let mut keys = Keys::default();
        keys.settle(&[Es256], &SCHEDULE, NOW);
        assert_eq!(asked(&mut keys, true, at(5)), Ok(()));
        keys.settle(&[Es256], &SCHEDULE, at(5));
        assert_eq!(keys.states(), [("ES256-1", Retired), ("ES256-2", Signing)]);
    }

    #[test]
    fn where_none_signs_one_does() {
        let mut keys = Keys::default();
        assert_eq!(asked(&mut keys, false, NOW), Ok(()));
        assert_eq!(keys.states(), [("ES256-1", Signing)]);
    }
}
