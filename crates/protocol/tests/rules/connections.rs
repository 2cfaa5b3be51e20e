//! What people take back from apps: what still works, and what an app is told.
use protocol::connections::{RESTORABLE, Wish, change, is_restorable, narrow};
use protocol::inactive::{self, Inactive};
use protocol::testing::{Case, Counter, NOW, access_facts};
use protocol::token::{GrantFault, TokenError};
use protocol::transition::ConnectionStep;
use protocol::types::{
    ClientRowId, Connection, ConnectionStanding, ConnectionState, End, Lifetime, Locator, Scope,
    Subject, UnixTime,
};

const PAUSED: ConnectionStanding = ConnectionStanding {
    paused: true,
    ..ConnectionStanding::GOOD
};
const REMOVED: ConnectionStanding = ConnectionStanding {
    not_before: Locator(i64::MAX),
    ..ConnectionStanding::GOOD
};

/// The three ways to a token that a person allowed.
fn cases() -> [Case; 3] {
    [Case::code(), Case::refresh(), Case::device()]
}

fn with(mut case: Case, standing: ConnectionStanding) -> Case {
    if let Some(facts) = &mut case.code {
        facts.connection = standing.clone();
    }
    if let Some(facts) = &mut case.refresh {
        facts.connection = standing.clone();
    }
    if let Some(facts) = &mut case.device {
        facts.connection = standing.clone();
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
        facts.connection = ConnectionStanding {
            paused,
            not_before,
            narrowed: None,
        };
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
            organization: None,
            subject: Subject(7),
            client: ClientRowId(1),
            scope: Scope::default(),
            earlier: Scope::default(),
            narrowed: None,
            since: NOW,
            granted_at: NOW,
            used_at: None,
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

#[test]
fn one_scope_is_taken_away_and_what_was_taken_before_comes_back_to_nobody() {
    let scope = |names: &[&str]| Scope::from_iter(names.iter().copied());
    let mint = Counter::starting_at(NOW);
    let mut connection = Connection {
        organization: None,
        subject: Subject(7),
        client: ClientRowId(1),
        scope: scope(&["a", "b"]),
        earlier: scope(&["b", "c"]),
        narrowed: None,
        since: NOW,
        granted_at: NOW,
        used_at: None,
        state: ConnectionState::Active,
    };
    let step = |connection: &Connection, name| match narrow(connection, name, &mint)?.step {
        ConnectionStep::Narrow(narrowing) => Some(narrowing),
        _ => None,
    };
    let taken = step(&connection, "b").expect("it is taken");
    assert_eq!(
        (&taken.was, &taken.scope),
        (&connection.scope, &scope(&["a"]))
    );
    assert_eq!(
        (&taken.earlier, &taken.narrowed.scope),
        (&scope(&["c"]), &scope(&["a", "c"]))
    );
    assert_eq!(taken.not_before, Locator(0));
    assert_eq!(step(&connection, "d"), None, "it has no such scope");
    // What is within what is left already goes on; a grant that lost something which is allowed again ends.
    connection.narrowed = Some(taken.narrowed.clone());
    connection.scope = scope(&["a"]);
    connection.earlier = scope(&["c"]);
    assert_eq!(
        step(&connection, "c").expect("it is taken").not_before,
        Locator(0)
    );
    connection.scope = scope(&["a", "b"]);
    let again = step(&connection, "c").expect("it is taken");
    assert_eq!(again.not_before, taken.narrowed.before);
    // The last one is not taken: the app is removed.
    connection.earlier = Scope::default();
    connection.scope = scope(&["a"]);
    assert_eq!(step(&connection, "a"), None);
    connection.state = ConnectionState::Ended(End(Locator::first_at(NOW)));
    connection.scope = scope(&["a", "b"]);
    assert_eq!(step(&connection, "a"), None);
}
