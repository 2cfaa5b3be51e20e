//! The keys that sign, and their schedule: a key is published before it signs, signs, and stays published until what it
//! signed has ended. Of one algorithm, one key signs at a time, and one at most waits.
use crate::transition::SigningKeyChange;
use crate::types::{Lifetime, UnixTime};

pub use jose::SigningAlgorithm;

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningKeyState {
    /// Verifiers may fetch it; it does not sign yet.
    Published,
    /// It signs.
    Signing,
    /// It signs no more; what it signed may still live.
    Retired,
}

impl SigningKeyState {
    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            SigningKeyState::Published => "published",
            SigningKeyState::Signing => "signing",
            SigningKeyState::Retired => "retired",
        }
    }

    /// Reads what was stored.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Published, Self::Signing, Self::Retired];
        all.into_iter().find(|state| state.as_str() == text)
    }
}

/// A key without its private part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyFacts {
    /// Its name in headers and sets.
    pub kid: String,
    /// The algorithm that it is for.
    pub algorithm: SigningAlgorithm,
    /// Its place among the keys of its algorithm, from 1.
    pub number: i64,
    /// Where it stands.
    pub state: SigningKeyState,
    /// Its public part, as JSON.
    pub public: String,
    /// When it was made, and published.
    pub made_at: UnixTime,
    /// From when on it signs, or is to sign.
    pub signs_at: UnixTime,
    /// When a retired key is removed.
    pub ends_at: Option<UnixTime>,
}

/// A key to be kept: what is known of it, and its private part, sealed.
#[derive(Debug, Clone)]
pub struct NewSigningKey {
    /// What is known of it.
    pub facts: SigningKeyFacts,
    /// Its private part in PKCS#8, sealed for its `kid`.
    pub sealed: Vec<u8>,
}

/// How long a key stands where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// How long a key signs until the next one does; 0: until somebody asks for another.
    pub rotate_after: Lifetime,
    /// How long a key is published before it signs: as long as verifiers may keep an older set.
    pub publish_ahead: Lifetime,
    /// How long a key stays published after it signed last: as long as what is signed may live.
    pub keep_retired: Lifetime,
}

/// A key that is to be made: everything but the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// For which algorithm.
    pub algorithm: SigningAlgorithm,
    /// Its place among the keys of that algorithm.
    pub number: i64,
    /// Where it stands at first.
    pub state: SigningKeyState,
    /// From when on it signs.
    pub signs_at: UnixTime,
}

/// The next step of the schedule.
#[derive(Debug, Clone)]
pub enum Due {
    /// A key is to be made.
    Make(Wanted),
    /// A key that there is moves on.
    Move(SigningKeyChange),
}

/// What is to be done now, one step for each algorithm at most; another look shows what comes after. Two nodes that look
/// at once find the same, and the guards let one of them do it.
///
/// Where no key signs, one does at once, for nobody can have kept an older set that matters.
pub fn due(
    keys: &[SigningKeyFacts],
    algorithms: &[SigningAlgorithm],
    schedule: &Schedule,
    now: UnixTime,
) -> Vec<Due> {
    let ended = |key: &&SigningKeyFacts| key.ends_at.is_some_and(|end| end <= now);
    let mut steps: Vec<Due> = keys.iter().filter(ended).map(remove).collect();
    for key in keys
        .iter()
        .filter(|key| !algorithms.contains(&key.algorithm))
    {
        match key.state {
            SigningKeyState::Published => steps.push(remove(key)),
            SigningKeyState::Signing => steps.push(Due::Move(SigningKeyChange::Retire {
                kid: key.kid.clone(),
                ends_at: now.plus(schedule.keep_retired),
            })),
            SigningKeyState::Retired => {}
        }
    }
    steps.extend(algorithms.iter().filter_map(|algorithm| {
        let own = Own::of(keys, *algorithm);
        own.due(schedule, now)
    }));
    steps
}

/// A rotation that somebody asks for: a key is made that signs as soon as verifiers can know it. `at_once` has the key
/// that waits, or the one that signs then, used without that, because the present one is in wrong hands.
///
/// # Errors
/// The time from which the key that waits will sign, if there is one already.
pub fn rotate(
    keys: &[SigningKeyFacts],
    algorithm: SigningAlgorithm,
    schedule: &Schedule,
    (now, at_once): (UnixTime, bool),
) -> Result<Due, UnixTime> {
    let own = Own::of(keys, algorithm);
    match own.next {
        Some(next) if at_once || next.signs_at <= now => Ok(sign(next, schedule, now)),
        Some(next) => Err(next.signs_at),
        None if own.signing.is_none() => Ok(own.make(SigningKeyState::Signing, now)),
        None => {
            let ahead = if at_once {
                now
            } else {
                now.plus(schedule.publish_ahead)
            };
            Ok(own.make(SigningKeyState::Published, ahead))
        }
    }
}

/// The keys of one algorithm.
struct Own<'a> {
    algorithm: SigningAlgorithm,
    signing: Option<&'a SigningKeyFacts>,
    next: Option<&'a SigningKeyFacts>,
    last: i64,
}

impl<'a> Own<'a> {
    fn of(keys: &'a [SigningKeyFacts], algorithm: SigningAlgorithm) -> Self {
        let own = || keys.iter().filter(move |key| key.algorithm == algorithm);
        let that = |state| own().find(|key| key.state == state);
        Own {
            algorithm,
            signing: that(SigningKeyState::Signing),
            next: that(SigningKeyState::Published),
            last: own().map(|key| key.number).max().unwrap_or(0),
        }
    }

    fn due(&self, schedule: &Schedule, now: UnixTime) -> Option<Due> {
        match (self.signing, self.next) {
            (None, None) => Some(self.make(SigningKeyState::Signing, now)),
            (None, Some(next)) => Some(sign(next, schedule, now)),
            (Some(_), Some(next)) => (next.signs_at <= now).then(|| sign(next, schedule, now)),
            (Some(signing), None) => {
                let ahead = schedule.publish_ahead;
                let over = signing.signs_at.plus(schedule.rotate_after);
                let due = schedule.rotate_after.seconds() > 0 && over <= now.plus(ahead);
                due.then(|| self.make(SigningKeyState::Published, over.max(now.plus(ahead))))
            }
        }
    }

    fn make(&self, state: SigningKeyState, signs_at: UnixTime) -> Due {
        Due::Make(Wanted {
            algorithm: self.algorithm,
            number: self.last + 1,
            state,
            signs_at,
        })
    }
}

fn sign(next: &SigningKeyFacts, schedule: &Schedule, now: UnixTime) -> Due {
    Due::Move(SigningKeyChange::Sign {
        kid: next.kid.clone(),
        algorithm: next.algorithm,
        at: now,
        earlier_ends_at: now.plus(schedule.keep_retired),
    })
}

fn remove(key: &SigningKeyFacts) -> Due {
    Due::Move(SigningKeyChange::Remove {
        kid: key.kid.clone(),
        state: key.state,
    })
}
