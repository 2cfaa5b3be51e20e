//! Who is signed in on the portal's own host: by a code that works once, and by the issuer's session as long as there is one.
use crate::expiry::{day, rules};
use crate::racers::race;
use crate::world::{PASSWORD, World};
use jose::Digest;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::{AccountChange, SessionChange};
use protocol::types::{CodeChallenge, Lifetime, Locator, PortalSession, Session, Subject};
use std::sync::Arc;
use store::Outcome;

async fn session(world: &World, subject: Subject) -> Locator {
    let id = world.store.mint().locator();
    let expires_at = world.now.plus(Lifetime::from_days(20));
    let session = Session {
        id,
        digest: Digest::of(&id.0.to_be_bytes()),
        subject,
        auth_time: world.now,
        expires_at,
        browser: String::new(),
        device: None,
        methods: None,
    };
    let started = SessionChange::Start {
        answer: None,
        password: PASSWORD.to_owned(),
        session,
        ends_at: expires_at,
        alone_since: None,
        ends: None,
        passkey: None,
        notice: None,
    };
    assert_eq!(world.settle(started.into()).await, Outcome::Committed);
    id
}

/// A code for whoever has this session.
async fn offered(world: &World, session: Locator) -> PortalSession {
    let id = world.store.mint().locator();
    let offered = PortalSession {
        id,
        session,
        code: Digest::of(b"a code"),
        challenge: CodeChallenge::parse(&Digest::of(b"a verifier").base64url()).unwrap(),
        cookie: None,
        expires_at: world.now.plus(Lifetime::from_minutes(1)),
    };
    let change = SessionChange::OfferPortal(offered.clone());
    assert_eq!(world.settle(change.into()).await, Outcome::Committed);
    offered
}

fn enter(world: &World, id: Locator, cookie: &str, ends: Option<Locator>) -> Transition {
    Transition::Session(SessionChange::EnterPortal {
        id,
        cookie: Digest::of(cookie.as_bytes()),
        expires_at: day(world, 20),
        ends,
    })
}

#[tokio::test]
async fn a_code_lets_in_once_and_what_was_there_before_ends() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let session = session(&world, subject).await;
    let first = offered(&world, session).await;
    let found = world.store.portal_session(first.id).await.unwrap().unwrap();
    assert_eq!(found.portal, first);
    assert_eq!(found.facts.session.id, session);
    assert_eq!(found.facts.person.subject, subject);
    let entered = enter(&world, first.id, "cookie", None);
    assert_eq!(world.settle(entered.clone()).await, Outcome::Committed);
    let found = world.store.portal_session(first.id).await.unwrap().unwrap();
    let cookie = Some(Digest::of(b"cookie"));
    let expires_at = day(&world, 20);
    let now = PortalSession {
        cookie,
        expires_at,
        ..first.clone()
    };
    assert_eq!(found.portal, now);
    // The same again is what a commit brings whose answer was lost; another is another use.
    assert_eq!(world.settle(entered).await, Outcome::Committed);
    let another = enter(&world, first.id, "another cookie", None);
    assert_eq!(world.settle(another).await, Outcome::Conflict);
    let second = offered(&world, session).await;
    let instead = enter(&world, second.id, "the next", Some(first.id));
    assert_eq!(world.settle(instead).await, Outcome::Committed);
    assert!(
        world
            .store
            .portal_session(first.id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        world
            .store
            .portal_session(second.id)
            .await
            .unwrap()
            .is_some()
    );
    let unknown = enter(&world, Locator(7), "cookie", None);
    assert_eq!(world.settle(unknown).await, Outcome::Conflict);
}

#[tokio::test]
async fn of_many_who_bring_one_code_one_gets_in() {
    let world = Arc::new(World::new());
    let subject = world.person("ada@example.com").await;
    let session = session(&world, subject).await;
    let offered = offered(&world, session).await;
    let cookies = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let all = cookies.map(|cookie| enter(&world, offered.id, cookie, None));
    assert_eq!(race(&world, all.to_vec()).await, 1);
}

#[tokio::test]
async fn nothing_is_left_of_it_when_the_session_ends() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let ends: [fn(Subject, Locator) -> Transition; 3] = [
        |subject, session| SessionChange::End { subject, session }.into(),
        |subject, _| {
            SessionChange::EndAll {
                subject,
                keep: None,
            }
            .into()
        },
        |subject, _| {
            AccountChange::SetPassword {
                subject,
                proved: None,
                password: PASSWORD.to_owned(),
                keep: None,
                notice: None,
            }
            .into()
        },
    ];
    for end in ends {
        let session = session(&world, subject).await;
        let (waits, goes) = (
            offered(&world, session).await,
            offered(&world, session).await,
        );
        world.settle(enter(&world, goes.id, "cookie", None)).await;
        for id in [waits.id, goes.id] {
            assert!(world.store.portal_session(id).await.unwrap().is_some());
        }
        assert_eq!(
            world.settle(end(subject, session)).await,
            Outcome::Committed
        );
        for id in [waits.id, goes.id] {
            assert!(world.store.portal_session(id).await.unwrap().is_none());
        }
        let late = enter(&world, waits.id, "late", None);
        assert_eq!(world.settle(late).await, Outcome::Conflict);
        assert!(
            world
                .store
                .portal_session(waits.id)
                .await
                .unwrap()
                .is_none()
        );
    }
}

#[tokio::test]
async fn what_nobody_brought_and_what_is_over_is_swept() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let session = session(&world, subject).await;
    let (waits, goes) = (
        offered(&world, session).await,
        offered(&world, session).await,
    );
    world.settle(enter(&world, goes.id, "cookie", None)).await;
    let rows = || {
        world
            .database()
            .count("SELECT COUNT(*) FROM portal_sessions")
    };
    let swept = async |at| {
        world.store.sweep(at, &rules()).await.unwrap();
        rows()
    };
    assert_eq!(swept(world.now).await, 2);
    let soon = world.now.plus(Lifetime::from_minutes(3));
    assert_eq!(swept(soon).await, 1, "nobody brought it");
    assert!(
        world
            .store
            .portal_session(waits.id)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(swept(day(&world, 19)).await, 1);
    assert_eq!(swept(day(&world, 60)).await, 0);
}
