//! §5.1 User Code Brute Forcing.
use protocol::Transition;
use protocol::device::guess;
use protocol::facts::{Attempts, SessionFacts};
use protocol::testing::NOW;
use protocol::transition::ThrottleChange;
use protocol::types::{Locator, UnixTime};

const NONE: Attempts = Attempts {
    count: 0,
    since: UnixTime(0),
};

fn counted(count: u32) -> Attempts {
    Attempts { count, since: NOW }
}

/// "the authorization server SHOULD rate-limit user code attempts": a session, an account and a source have their
/// own limit.
#[test]
fn guesses_are_limited_by_session_account_and_source() {
    let attempt = guess(&SessionFacts::for_tests(), "192.0.2.1");
    assert_eq!(attempt.keys().len(), 4);
    assert!(attempt.admit(&[NONE; 4], None, NOW).is_ok());
    for (at, limit) in [10, 30, 50].into_iter().enumerate() {
        let mut counts = [NONE; 4];
        counts[at] = counted(limit);
        assert!(attempt.admit(&counts, None, NOW).is_err(), "count {at}");
        counts[at] = counted(limit - 1);
        assert!(attempt.admit(&counts, None, NOW).is_ok(), "count {at}");
    }
}

/// When very many codes were wrong, everyone has fewer tries, but whoever types theirs correctly still gets in.
#[test]
fn guesses_in_all_make_everyones_own_limits_tight() {
    let attempt = guess(&SessionFacts::for_tests(), "192.0.2.1");
    let with = |own: u32, all: u32| [counted(own), counted(own), counted(40), counted(all)];
    assert!(attempt.admit(&with(5, 4_999), None, NOW).is_ok());
    assert!(attempt.admit(&with(2, 5_000), None, NOW).is_ok());
    assert!(attempt.admit(&with(3, 5_000), None, NOW).is_err());
    assert!(attempt.admit(&with(0, 1_000_000), None, NOW).is_ok());
}

#[test]
fn another_session_or_source_is_counted_apart_but_for_the_whole() {
    let mut other = SessionFacts::for_tests();
    other.session.id = Locator(9);
    let here = guess(&SessionFacts::for_tests(), "192.0.2.1").keys();
    let there = guess(&other, "192.0.2.2").keys();
    let same: Vec<bool> = here.iter().zip(&there).map(|(a, b)| a == b).collect();
    assert_eq!(same, [false, true, false, true]);
}

/// A right code takes back its own count and no other: a guesser can make right codes at will, with a device of
/// their own.
#[test]
fn a_right_code_does_not_forget_wrong_ones() {
    let attempt = guess(&SessionFacts::for_tests(), "192.0.2.1");
    let Transition::Throttle(ThrottleChange::Clear { own, shared, .. }) = attempt.succeeded()
    else {
        panic!("counts are cleared");
    };
    assert_eq!((own, shared), (Vec::new(), attempt.keys()));
}

/// A window that was opened by a clock that has been set back since: nobody is shut out until that time comes again.
#[test]
fn a_window_of_tomorrow_shuts_nobody_out() {
    let attempt = guess(&SessionFacts::for_tests(), "192.0.2.1");
    let at = |since: i64| {
        let since = UnixTime(NOW.0 + since);
        let counts = [Attempts {
            count: 9_999,
            since,
        }; 4];
        attempt.admit(&counts, None, NOW)
    };
    assert!(at(86_400).is_ok());
    assert!(at(900).is_ok());
    // Clocks of two nodes differ a little: that opens no new window.
    let throttled = at(30).expect_err("it counts");
    assert_eq!(throttled.retry_after, 930);
    assert!(at(-899).is_err());
    assert!(at(-900).is_ok());
}
