//! §5.1 User Code Brute Forcing.
use crate::case::{NOW, session};
use protocol::Transition;
use protocol::device::guess;
use protocol::facts::Attempts;
use protocol::types::{Locator, UnixTime};

/// "the authorization server SHOULD rate-limit user code attempts": each of four counts can end the guessing.
#[test]
fn guesses_are_limited_by_session_account_source_and_in_all() {
    let attempt = guess(&session(), "192.0.2.1");
    let keys = attempt.keys();
    assert_eq!(keys.len(), 4);
    let none = Attempts {
        count: 0,
        since: UnixTime(0),
    };
    assert!(attempt.admit(&[none; 4], NOW).is_ok());
    for (at, limit) in [10, 30, 50, 5_000].into_iter().enumerate() {
        let mut counts = [none; 4];
        counts[at] = Attempts {
            count: limit,
            since: NOW,
        };
        assert!(attempt.admit(&counts, NOW).is_err(), "count {at}");
        counts[at].count -= 1;
        assert!(attempt.admit(&counts, NOW).is_ok(), "count {at}");
    }
}

#[test]
fn another_session_or_source_is_counted_apart_but_for_the_whole() {
    let mut other = session();
    other.session.id = Locator(9);
    let here = guess(&session(), "192.0.2.1").keys();
    let there = guess(&other, "192.0.2.2").keys();
    let same: Vec<bool> = here.iter().zip(&there).map(|(a, b)| a == b).collect();
    assert_eq!(same, [false, true, false, true]);
}

/// A right code gives back what it was counted: people who type theirs correctly never add up to a limit.
#[test]
fn a_right_code_is_forgotten() {
    let attempt = guess(&session(), "192.0.2.1");
    let keys = attempt.keys();
    let Transition::ClearAttempts { own, shared, .. } = attempt.succeeded(session().person.subject)
    else {
        panic!("counts are cleared");
    };
    assert_eq!((own, shared), (keys[..2].to_vec(), keys[2..].to_vec()));
}
