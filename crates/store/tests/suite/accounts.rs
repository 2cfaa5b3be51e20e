//! People, sessions, attempts.
use crate::engine::Database;
use crate::world::{PASSWORD, World, newcomer, options};
use jose::Digest;
use protocol::Transition;
use protocol::accounts::mailbox::ask_for_recovery;
use protocol::decision::Mint;
use protocol::facts::{Attempts, ListedSession};
use protocol::transition::{
    AccountChange, AuthorizeChange, GrantChange, SessionChange, ThrottleChange,
};
use protocol::types::{Lifetime, Locator, MailAddress, NewPerson, Session, Subject, UnixTime};
use store::{Options, Outcome, Store};

pub(crate) async fn session(world: &World, subject: Subject) -> Session {
    session_in(world, subject, "a browser").await
}

/// A session in a browser of this name.
async fn session_in(world: &World, subject: Subject, device: &str) -> Session {
    let id = world.store.mint().locator();
    let session = Session {
        id,
        digest: Digest::of(&id.0.to_be_bytes()),
        subject,
        auth_time: world.now,
        expires_at: world.now.plus(Lifetime::from_days(1)),
        browser: "Firefox".to_owned(),
        device: Some(device.to_owned()),
        methods: None,
    };
    let start = Transition::Session(SessionChange::Start {
        password: PASSWORD.to_owned(),
        ends_at: world.now.plus(Lifetime::from_days(1)),
        alone_since: None,
        answer: None,
        session: session.clone(),
        ends: None,
        passkey: None,
        notice: None,
    });
    assert_eq!(world.settle(start).await, Outcome::Committed);
    session
}

#[tokio::test]
async fn an_address_is_unique_without_regard_to_case() {
    let world = World::new();
    let subject = world.person("Ada@Example.com").await;
    let twin = NewPerson {
        name: "Eve".to_owned(),
        password: String::new(),
        subject: Some(Subject(subject.0 + 1)),
        ..newcomer("ada@example.COM")
    };
    assert_eq!(
        world.settle(protocol::accounts::people::create(twin)).await,
        Outcome::Conflict
    );
    let found = world
        .store
        .person_by_email(" ADA@example.com")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.subject, found.email.as_str()),
        (subject, "Ada@Example.com")
    );
}

#[tokio::test]
async fn numbered_people_are_counted() {
    let database = Database::new();
    let options = Options {
        ..options(database.location())
    };
    let store = Store::open(&options).unwrap();
    for email in ["a@example.com", "b@example.com"] {
        let person = NewPerson {
            password: String::new(),
            ..newcomer(email)
        };
        store
            .settle(protocol::accounts::people::create(person), UnixTime(1))
            .await
            .unwrap();
    }
    let subjects: Vec<Subject> = store
        .people(None, 10)
        .await
        .unwrap()
        .people
        .iter()
        .map(|p| p.subject)
        .collect();
    assert_eq!(subjects, [Subject(1), Subject(2)]);
}

#[tokio::test]
async fn a_disabled_person_loses_sessions_and_tokens_for_good() {
    let world = World::new();
    let (grant, access, _) = world.started().await;
    let session = session(&world, grant.subject).await;
    let not_before = world.store.mint().locator();
    let disable = Transition::Account(AccountChange::Disable {
        subject: grant.subject,
        not_before,
    });
    assert_eq!(world.settle(disable).await, Outcome::Committed);
    assert!(world.store.session(session.id).await.unwrap().is_none());
    let facts = world.store.access_token(access.id).await.unwrap().unwrap();
    assert!(facts.person.disabled && !facts.person.honours(access.id));

    let enable = Transition::Account(AccountChange::Enable {
        subject: grant.subject,
        not_before: world.store.mint().locator(),
    });
    assert_eq!(world.settle(enable).await, Outcome::Committed);
    let facts = world.store.access_token(access.id).await.unwrap().unwrap();
    assert!(!facts.person.disabled && !facts.person.honours(access.id));
    assert!(facts.person.honours(world.store.mint().locator()));
}

#[tokio::test]
async fn no_session_starts_with_a_password_that_is_no_longer_the_persons() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let started = session(&world, subject).await;
    let again = |password: &str| {
        Transition::Session(SessionChange::Start {
            password: password.to_owned(),
            ends_at: world.now.plus(Lifetime::from_days(1)),
            alone_since: None,
            answer: None,
            session: Session {
                id: world.store.mint().locator(),
                ..started.clone()
            },
            ends: None,
            passkey: None,
            notice: None,
        })
    };
    let change = Transition::Account(AccountChange::SetPassword {
        subject,
        proved: None,
        password: "new".to_owned(),
        keep: None,
        notice: None,
    });
    assert_eq!(world.settle(change).await, Outcome::Committed);
    assert_eq!(world.settle(again(PASSWORD)).await, Outcome::Conflict);
    assert_eq!(world.settle(again("new")).await, Outcome::Committed);
    let not_before = world.store.mint().locator();
    world
        .settle(Transition::Account(AccountChange::Disable {
            subject,
            not_before,
        }))
        .await;
    assert_eq!(world.settle(again("new")).await, Outcome::Conflict);
}

#[tokio::test]
async fn a_notice_ends_what_its_browser_began_since_and_every_browser_is_forgotten() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let other = world.person("ben@example.com").await;
    let epoch = async || {
        let person = world.store.person(subject).await.unwrap().unwrap();
        person.device_epoch
    };
    // What the notice tells of is over, and the same browser has signed in again.
    let told = session_in(&world, subject, "theirs").await;
    let end = SessionChange::End {
        subject,
        session: told.id,
    };
    world.settle(Transition::Session(end)).await;
    let since = session_in(&world, subject, "theirs").await;
    let own = session_in(&world, subject, "own").await;
    let others = session_in(&world, other, "theirs").await;
    assert_eq!(epoch().await, 0);
    let mint = world.store.mint();
    let address = MailAddress::parse("ada@example.com").unwrap();
    let mail = ask_for_recovery(&address, world.now, &mint);
    let link = mail.messages()[0].id();
    world.settle(mail).await;
    let ended = || {
        Transition::Session(SessionChange::EndByLink {
            link,
            subject,
            session: Some(told.id),
            device: told.device.clone(),
            takes_back: false,
        })
    };
    assert_eq!(world.settle(ended()).await, Outcome::Committed);
    for (session, left) in [(&since, false), (&own, true), (&others, true)] {
        let found = world.store.session(session.id).await.unwrap();
        assert_eq!(
            found.map(|facts| facts.session),
            left.then(|| session.clone())
        );
    }
    assert_eq!(epoch().await, 1);
    assert_eq!(world.settle(ended()).await, Outcome::Conflict);
    assert_eq!(epoch().await, 1);
    // A password forgets too, and a stronger hash of the same one does not.
    for (change, expected) in [
        (
            AccountChange::Rehash {
                subject,
                before: PASSWORD.to_owned(),
                password: "stronger".to_owned(),
            },
            1,
        ),
        (
            AccountChange::SetPassword {
                subject,
                proved: None,
                password: "new".to_owned(),
                keep: None,
                notice: None,
            },
            2,
        ),
    ] {
        let change = Transition::Account(change);
        assert_eq!(world.settle(change).await, Outcome::Committed);
        assert_eq!(epoch().await, expected);
    }
}

#[tokio::test]
async fn sessions_are_listed_newest_first_page_by_page_and_end() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let other = world.person("eve@example.com").await;
    let mut own = Vec::new();
    for _ in 0..5 {
        own.push(session(&world, subject).await.id);
    }
    let theirs = session(&world, other).await;
    own.reverse();
    let ids = |list: Vec<ListedSession>| {
        let ids = list.into_iter().map(|listed| listed.session.id);
        ids.collect::<Vec<Locator>>()
    };
    let first = ids(world
        .store
        .sessions(Some(subject), world.now, None, 3)
        .await
        .unwrap());
    assert_eq!(first, own[..3]);
    let rest = ids(world
        .store
        .sessions(Some(subject), world.now, Some(own[2]), 3)
        .await
        .unwrap());
    assert_eq!(rest, own[3..]);

    let all = world.store.sessions(None, world.now, None, 10);
    let all = all.await.unwrap();
    assert_eq!(all.len(), 6);
    let newest = (all[0].session.id, all[0].email.as_str());
    assert_eq!(newest, (theirs.id, "eve@example.com"));
    let counts = world.store.account_counts(subject, world.now).await;
    assert_eq!(counts.unwrap().unwrap().sessions, 5);

    let not_theirs = Transition::Session(SessionChange::End {
        subject,
        session: theirs.id,
    });
    world.settle(not_theirs).await;
    assert!(world.store.session(theirs.id).await.unwrap().is_some());
    let password = Transition::Account(AccountChange::SetPassword {
        subject,
        proved: Some(PASSWORD.to_owned()),
        password: "new".to_owned(),
        keep: Some(own[1]),
        notice: None,
    });
    world.settle(password).await;
    let left = ids(world
        .store
        .sessions(Some(subject), world.now, None, 10)
        .await
        .unwrap());
    assert_eq!(left, [own[1]]);
    let tomorrow = world.now.plus(Lifetime::from_days(1));
    assert!(
        world
            .store
            .sessions(Some(subject), tomorrow, None, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn attempts_are_counted_within_their_window() {
    let world = World::new();
    let key = Digest::of(b"account");
    let window = Lifetime::from_minutes(15);
    let count = || {
        Transition::Throttle(ThrottleChange::Count {
            keys: vec![(key, 2)],
            window,
            in_a_day: Vec::new(),
        })
    };
    let none = Attempts {
        count: 0,
        since: UnixTime(0),
    };
    assert_eq!(world.store.attempts(&[key]).await.unwrap(), [none]);
    assert_eq!(world.settle(count()).await, Outcome::Committed);
    assert_eq!(world.settle(count()).await, Outcome::Committed);
    assert_eq!(
        world.settle(count()).await,
        Outcome::Conflict,
        "the limit is reached"
    );
    let seen = world.store.attempts(&[key]).await.unwrap()[0];
    assert_eq!((seen.count, seen.since), (2, world.now));
    let later = world.now.plus(window);
    world.store.settle(count(), later).await.unwrap();
    let seen = world.store.attempts(&[key]).await.unwrap()[0];
    assert_eq!((seen.count, seen.since), (1, later));
    // The clock is a day ahead for a moment: what it counted does not count when it has been set back.
    let tomorrow = world.now.plus(Lifetime::from_days(1));
    world.store.settle(count(), tomorrow).await.unwrap();
    world.store.settle(count(), tomorrow).await.unwrap();
    let settled = world.store.settle(count(), tomorrow).await.unwrap();
    assert_eq!(settled, Outcome::Conflict);
    assert_eq!(world.settle(count()).await, Outcome::Committed);
    let seen = world.store.attempts(&[key]).await.unwrap()[0];
    assert_eq!((seen.count, seen.since), (1, world.now));
    // A clock that is a minute behind opens no new window.
    let behind = world.now.minus(Lifetime::from_minutes(1));
    world.store.settle(count(), behind).await.unwrap();
    let settled = world.store.settle(count(), behind).await.unwrap();
    assert_eq!(settled, Outcome::Conflict);
    let clear = Transition::Throttle(ThrottleChange::Clear {
        own: vec![key],
        shared: Vec::new(),
        in_a_day: Vec::new(),
        as_many_as: None,
    });
    world.settle(clear).await;
    assert_eq!(world.store.attempts(&[key]).await.unwrap(), [none]);
}

#[tokio::test]
async fn people_are_listed_page_by_page() {
    let world = World::new();
    for n in 0..5 {
        world.person(&format!("p{n}@example.com")).await;
    }
    let first = world.store.people(None, 3).await.unwrap();
    let rest = world.store.people(first.next, 3).await.unwrap();
    assert_eq!(
        (first.people.len(), rest.people.len(), rest.next),
        (3, 2, None)
    );
}

#[tokio::test]
async fn a_session_is_read_with_what_its_person_allowed_the_app() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let other = world.person("bob@example.com").await;
    let (client, elsewhere) = (world.client("app").await, world.client("other").await);
    let session = session(&world, subject).await;
    for (who, scope) in [(other, "a"), (subject, "a b")] {
        let allowed = Transition::Authorize(AuthorizeChange::IssueCode {
            authentication: None,
            code: world.code(client, who),
            interaction: None,
            consent: Some(world.consent(client, who, scope)),
            notice: None,
        });
        assert_eq!(world.settle(allowed).await, Outcome::Committed);
    }
    let read = async |id, client| world.store.session_and_consent(id, client).await.unwrap();
    let (facts, consent) = read(session.id, client).await.unwrap();
    assert_eq!(
        (facts.session.digest, facts.person.subject),
        (session.digest, subject)
    );
    assert_eq!(consent, Some(world.consent(client, subject, "a b")));
    let (facts, consent) = read(session.id, elsewhere).await.unwrap();
    assert_eq!((facts.person.subject, consent), (subject, None));
    let nobody = world.store.mint().locator();
    assert!(read(nobody, client).await.is_none());
}

#[tokio::test]
async fn of_changes_that_proved_the_same_password_one_counts() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let change = |proved: Option<&str>, password: &str| {
        world.settle(Transition::Account(AccountChange::SetPassword {
            subject,
            proved: proved.map(str::to_owned),
            password: password.to_owned(),
            keep: None,
            notice: None,
        }))
    };
    let stored = async || {
        let person = world.store.person(subject).await.unwrap();
        person.unwrap().password
    };
    let once = [Outcome::Committed, Outcome::Conflict];
    assert_eq!(change(Some(PASSWORD), "first").await, Outcome::Committed);
    assert_eq!(change(Some(PASSWORD), "second").await, Outcome::Conflict);
    assert_eq!(stored().await, "first");
    // Proved before an operator reset it, settled after: the reset stands, and its sessions stay ended.
    assert_eq!(change(None, "reset").await, Outcome::Committed);
    assert_eq!(change(Some("first"), "late").await, Outcome::Conflict);
    assert_eq!(stored().await, "reset");
    let (one, two) = tokio::join!(change(Some("reset"), "one"), change(Some("reset"), "two"));
    assert!([one, two] == once || [two, one] == once, "{one:?} {two:?}");
    assert_eq!(
        stored().await,
        if one == Outcome::Committed {
            "one"
        } else {
            "two"
        }
    );
    assert_eq!(world.audited("user.password_set"), 3);
}

#[tokio::test]
async fn what_was_on_its_way_while_an_account_was_off_stays_dead() {
    let world = World::new();
    let (grant, ..) = world.started().await;
    let subject = grant.subject;
    let other = world.another();
    let not_before = world.store.mint().locator();
    let disable = Transition::Account(AccountChange::Disable {
        subject,
        not_before,
    });
    assert_eq!(world.settle(disable).await, Outcome::Committed);
    // Decided before the account was switched off, settled after.
    let late = world.access(&grant);
    assert!(late.id > not_before);
    world
        .settle(Transition::Grant(GrantChange::IssueAccessToken(
            late.clone(),
        )))
        .await;
    let not_before = world.store.mint().locator();
    let enable = Transition::Account(AccountChange::Enable {
        subject,
        not_before,
    });
    assert_eq!(world.settle(enable).await, Outcome::Committed);
    let fresh = world.access(&grant);
    world
        .settle(Transition::Grant(GrantChange::IssueAccessToken(
            fresh.clone(),
        )))
        .await;
    other.poll_changes().await.unwrap();
    let restarted = world.another();
    for store in [&world.store, &other, &restarted] {
        let standing = async |id| store.access_token(id).await.unwrap().unwrap().person;
        assert!(!standing(late.id).await.honours(late.id));
        assert!(standing(fresh.id).await.honours(fresh.id));
    }
    // A lower one takes nothing back.
    let enable = Transition::Account(AccountChange::Enable {
        subject,
        not_before: Locator(1),
    });
    world.settle(enable).await;
    let person = world.store.person(subject).await.unwrap().unwrap();
    assert_eq!(person.not_before, not_before);
}

#[tokio::test]
async fn a_password_is_hashed_anew_unless_it_was_changed_meanwhile() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let person = world.store.person(subject).await.unwrap().unwrap();
    let rehash = |hash: &str| protocol::accounts::people::rehash(&person, hash.to_owned());
    assert!(rehash("stronger").event().is_none());
    assert!(rehash("stronger").messages().is_empty());
    assert_eq!(world.settle(rehash("stronger")).await, Outcome::Committed);
    assert_eq!(world.settle(rehash("another")).await, Outcome::Conflict);
    let now = world.store.person(subject).await.unwrap().unwrap();
    assert_eq!(now.password, "stronger");
}
