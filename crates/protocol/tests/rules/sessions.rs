//! Sessions: how long one lives, and what counts as the same.

use jose::keyed::Key;
use protocol::accounts::second_factor::Proof;
use protocol::accounts::session::{SessionCookie, note_every, used};
use protocol::accounts::sign_in::{SigningIn, start_session};
use protocol::facts::{ListedSession, SessionFacts};
use protocol::testing::{Counter, NOW};
use protocol::transition::SessionChange;
use protocol::types::{Lifetime, Locator, Person, Preferences, Session, UnixTime};
use protocol::{Policy, Transition};
use wire::TokenText;

fn policy(session: Lifetime, idle: Lifetime) -> Policy {
    let mut policy = Policy::for_tests();
    policy.accounts.session = session;
    policy.accounts.session_idle = idle;
    policy
}

struct Started {
    cookie: TokenText,
    session: Session,
    ends_at: UnixTime,
    ends: Option<Locator>,
}

fn start(browser: &SigningIn<'_>, policy: &Policy, now: UnixTime) -> Started {
    let mint = Counter::starting_at(now);
    let (cookie, started) = start_session(&Person::for_tests(), browser, false, policy, now, &mint);
    let Transition::Session(SessionChange::Start {
        session,
        ends_at,
        ends,
        ..
    }) = started
    else {
        panic!("{started:?}");
    };
    Started {
        cookie,
        session,
        ends_at,
        ends,
    }
}

fn browser<'a>(secret: &'a str, key: &'a Key, session: Option<Locator>) -> SigningIn<'a> {
    SigningIn {
        user_agent: "Firefox/1",
        device: "device",
        secrets: (secret, key),
        session,
        proof: Proof::Password,
    }
}

#[test]
fn an_idle_session_ends_and_use_never_carries_it_past_its_end() {
    let (day, hour) = (Lifetime::from_days(1), Lifetime::from_minutes(60));
    let policy = policy(day, hour);
    let key = Key::new(&[7; 32]);
    let started = start(&browser("secret", &key, None), &policy, NOW);
    assert_eq!(started.session.expires_at, NOW.plus(hour));
    assert_eq!(started.ends_at, NOW.plus(day));

    let cookie = SessionCookie::parse(started.cookie.as_str()).expect("one of ours");
    let facts = SessionFacts {
        session: started.session.clone(),
        person: Person::for_tests(),
        preferences: Preferences::default(),
    };
    let (within, after) = (
        NOW.plus(hour).minus(Lifetime::from_seconds(1)),
        NOW.plus(hour),
    );
    assert!(cookie.signs_in(&facts, within));
    assert!(!cookie.signs_in(&facts, after), "nobody used it");

    let noted = |now| used(&started.session, &policy.accounts, now);
    let every = note_every(&policy.accounts);
    assert_eq!(every, Lifetime::from_minutes(5));
    assert_eq!(
        noted(NOW.plus(every).minus(Lifetime::from_seconds(1))),
        None
    );
    let use_of_it = noted(NOW.plus(every)).expect("some minutes later");
    assert_eq!(use_of_it.idle_at, NOW.plus(every).plus(hour));
}

#[test]
fn another_account_lengthens_no_session() {
    let policy = policy(Lifetime::from_days(14), Lifetime::from_days(14));
    let key = Key::new(&[7; 32]);
    let first = start(&browser("secret", &key, None), &policy, NOW);
    let later = NOW.plus(Lifetime::from_days(10));
    let other = browser("secret", &key, Some(first.session.id));
    let second = start(&other, &policy, later);
    // The one before ends there; the new one is that of a new proof, and no other begins a life.
    assert_eq!(second.ends, Some(first.session.id));
    assert_eq!(second.session.auth_time, later);
    assert_eq!(first.ends_at, NOW.plus(Lifetime::from_days(14)));
    assert_ne!(first.cookie.as_str(), second.cookie.as_str());
}

#[test]
fn a_form_posted_twice_has_the_cookie_of_the_first_and_no_other_browser_has() {
    let policy = Policy::for_tests();
    let key = Key::new(&[7; 32]);
    let own = browser("secret", &key, None);
    let started = start(&own, &policy, NOW);
    let listed = [ListedSession {
        session: started.session,
        email: "ada@example.com".to_owned(),
        active_at: NOW,
    }];
    let again = |browser: &SigningIn<'_>, seconds| {
        let now = NOW.plus(Lifetime::from_seconds(seconds));
        let cookie = browser.begun_already(&listed, now);
        cookie.map(|cookie| cookie.as_str().to_owned())
    };
    let same = Some(started.cookie.as_str().to_owned());
    assert_eq!(again(&own, 10), same);
    assert_eq!(again(&own, 11), None);
    let other_key = Key::new(&[8; 32]);
    for other in [
        browser("another", &key, None),
        browser("secret", &other_key, None),
        SigningIn {
            device: "another",
            ..browser("secret", &key, None)
        },
    ] {
        assert_eq!(again(&other, 0), None);
    }
}
