//! Sessions: what their use does to their end, and one browser's form that comes twice.
use crate::racers::race;
use crate::world::{PASSWORD, World};
use jose::Digest;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::{SessionChange, SessionUse};
use protocol::types::{Lifetime, Locator, Session, Subject, UnixTime};
use std::sync::Arc;
use store::Outcome;

const HOUR: Lifetime = Lifetime::from_minutes(60);

fn begun(world: &World, subject: Subject) -> Session {
    let id = world.store.mint().locator();
    Session {
        id,
        digest: Digest::of(&id.0.to_be_bytes()),
        subject,
        auth_time: world.now,
        expires_at: world.now.plus(HOUR),
        browser: String::new(),
        device: Some("a browser".to_owned()),
        methods: None,
    }
}

fn start(world: &World, session: Session, ends: Option<Locator>) -> Transition {
    Transition::Session(SessionChange::Start {
        answer: None,
        password: PASSWORD.to_owned(),
        ends_at: world.now.plus(Lifetime::from_minutes(150)),
        alone_since: Some(Locator::first_at(
            world.now.minus(Lifetime::from_seconds(10)),
        )),
        session,
        ends,
        passkey: None,
        notice: None,
    })
}

async fn used(world: &World, session: Locator, at: UnixTime) -> (UnixTime, UnixTime) {
    let noted = Transition::Session(SessionChange::NoteUse(vec![SessionUse {
        session,
        at,
        idle_at: at.plus(HOUR),
    }]));
    assert_eq!(world.settle(noted).await, Outcome::Committed);
    let listed = world.store.sessions(None, UnixTime(0), None, 1).await;
    let listed = listed.unwrap().remove(0);
    (listed.active_at, listed.session.expires_at)
}

#[tokio::test]
async fn a_session_that_is_used_goes_on_until_its_end_and_one_that_is_over_stays_over() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let session = begun(&world, subject);
    let id = session.id;
    world.settle(start(&world, session, None)).await;
    let at = |minutes| world.now.plus(Lifetime::from_minutes(minutes));
    assert_eq!(used(&world, id, at(30)).await, (at(30), at(90)));
    assert_eq!(used(&world, id, at(20)).await, (at(30), at(90)), "earlier");
    assert_eq!(used(&world, id, at(89)).await, (at(89), at(149)));
    assert_eq!(
        used(&world, id, at(100)).await,
        (at(100), at(150)),
        "the end"
    );
    assert_eq!(used(&world, id, at(149)).await, (at(149), at(150)));
    assert_eq!(used(&world, id, at(150)).await, (at(149), at(150)), "over");
    let earlier = "UPDATE sessions SET ends_at = 0, active_at = 0, auth_time = auth_time - 9";
    world.database().run(earlier);
    let old = used(&world, id, at(120)).await;
    assert_eq!(old, (at(120), at(150)), "of an earlier release");
}

#[tokio::test]
async fn a_form_that_comes_twice_begins_one_session() {
    let world = Arc::new(World::new());
    let subject = world.person("ada@example.com").await;
    let clicks = (0..8).map(|_| start(&world, begun(&world, subject), None));
    assert_eq!(race(&world, clicks.collect()).await, 1);
    let listed = world
        .store
        .sessions(Some(subject), world.now, None, 9)
        .await;
    let listed = listed.unwrap();
    assert_eq!(listed.len(), 1);
    // Whoever signs in anew in place of a session is no second click, nor is another browser.
    let first = listed[0].session.id;
    let renewed = start(&world, begun(&world, subject), Some(first));
    assert_eq!(world.settle(renewed).await, Outcome::Committed);
    let elsewhere = Session {
        device: Some("another".to_owned()),
        ..begun(&world, subject)
    };
    let elsewhere = start(&world, elsewhere, None);
    assert_eq!(world.settle(elsewhere).await, Outcome::Committed);
}
