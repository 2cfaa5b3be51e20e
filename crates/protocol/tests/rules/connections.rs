//! What people take back from apps: what still works, and what an app is told.
use protocol::connections::{RESTORABLE, Wish, change, is_restorable};
use protocol::inactive::{self, Inactive};
use protocol::testing::{Case, Counter, NOW, access_facts};
use protocol::token::{GrantFault, TokenError};
use protocol::transition::ConnectionStep;
use protocol::types::{
    ClientNo, Connection, ConnectionStanding, ConnectionState, End, Lifetime, Locator, Scope,
    Subject, UnixTime,
};

const PAUSED: ConnectionStanding = ConnectionStanding {
    paused: true,
    not_before: Locator(0),
};
const REMOVED: ConnectionStanding = ConnectionStanding {
    paused: false,
    not_before: Locator(i64::MAX),
};

/// The three ways to a token that a person allowed.
fn cases() -> [Case; 3] {
    [Case::code(), Case::refresh(), Case::device()]
}

fn with(mut case: Case, standing: ConnectionStanding) -> Case {
    if let Some(facts) = &mut case.code {
        facts.connection = standing;
    }
    if let Some(facts) = &mut case.refresh {
        facts.connection = standing;
    }
    if let Some(facts) = &mut case.device {
        facts.connection = standing;
    }
    case
}

#[test]
fn a_removed_app_gets_no_token_and_uses_nothing_up() {
    for case in cases() {
        let (transition, answer) = with(case, REMOVED).answer().into_parts();
        assert!(transition.is_none());
        assert_eq!(answer.unwrap_err(), GrantFault::Removed.into());
    }
}

#[test]
fn a_paused_app_is_told_to_keep_what_it_has() {
    for case in cases() {
        let (transition, answer) = with(case, PAUSED).answer().into_parts();
        assert!(transition.is_none(), "the refresh token is not used up");
        let error = answer.unwrap_err();
        assert_eq!(error, TokenError::Paused);
        assert_eq!(
            error.code(&protocol::policy::ErrorAliases::default()),
            "access_denied"
        );
    }
}

#[test]
fn a_token_is_judged_by_when_its_grant_began() {
    let mut facts = access_facts(Locator::first_at(NOW));
    let policy = protocol::Policy::for_tests();
    let mut judge = |not_before, paused| {
        facts.connection = ConnectionStanding { paused, not_before };
        inactive::access_token(&facts, &policy, NOW).map(|_| ())
    };
    assert_eq!(judge(Locator(5), false), Ok(()));
    // The token itself is younger than that: a refresh that went on meanwhile gave it.
    assert_eq!(judge(Locator(6), false), Err(Inactive::Removed));
    assert_eq!(judge(Locator(0), true), Err(Inactive::Paused));
    assert_eq!(judge(Locator(6), true), Err(Inactive::Removed));
}

#[test]
fn a_wish_becomes_a_change_exactly_if_there_is_something_to_do() {
    let end = End(Locator::first_at(NOW));
    let states = [
        ConnectionState::Active,
        ConnectionState::Paused(NOW),
        ConnectionState::Ended(end),
    ];
    let mint = Counter::starting_at(NOW);
    let step = |wish, state, now| {
        let connection = Connection {
            subject: Subject(7),
            client: ClientNo(1),
            scope: Scope::default(),
            since: NOW,
            granted_at: NOW,
            state,
        };
        change(wish, &connection, &mint, now).map(|change| change.step)
    };
    let [active, paused, ended] =
        states.map(|state| Wish::ALL.map(|wish| step(wish, state, NOW).is_some()));
    assert_eq!(active, [true, false, true, false]);
    assert_eq!(paused, [false, true, true, false]);
    assert_eq!(ended, [false, false, false, true]);
    let late = NOW.plus(RESTORABLE).plus(Lifetime::from_seconds(1));
    assert_eq!(step(Wish::Restore, ConnectionState::Ended(end), late), None);
    assert!(is_restorable(end, NOW) && !is_restorable(end, late));
    let Some(ConnectionStep::End(End(at))) = step(Wish::End, ConnectionState::Active, NOW) else {
        panic!("it ends");
    };
    assert!(
        End(at).not_before() > at,
        "it takes with it what begins a little later"
    );
    assert_eq!(UnixTime(End(at).not_before().time().0 - 60), at.time());
}
