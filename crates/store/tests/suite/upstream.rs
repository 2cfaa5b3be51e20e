//! Sign-ins at other providers: a browser comes back once, an identity has one account, and an account has a way in.
use crate::racers::race;
use crate::world::World;
use protocol::Transition;
use protocol::accounts::mail_link::{LinkPurpose, MailLink};
use protocol::accounts::mailbox::{self, ask_for_change, ask_for_recovery};
use protocol::accounts::second_factor::Proof;
use protocol::accounts::sign_in::{HandedOff, SigningIn, start_session};
use protocol::events::Act;
use protocol::handoff::LoginOutcome;
use protocol::transition::UpstreamChange;
use protocol::types::{Lifetime, Locator, MailAddress, NewPerson, Person, Subject, UnixTime};
use protocol::upstream::{Aim, Arrival, Departure, Identity};
use std::sync::Arc;
use store::Outcome;

const ACME: &str = "https://login.acme.example";

fn identity(external_id: &str) -> Identity {
    Identity {
        source: ACME.to_owned(),
        external_id: external_id.to_owned(),
        label: "ada@acme.example".to_owned(),
    }
}

pub(crate) fn back(world: &World) -> (Locator, Transition) {
    let aim = Aim::SignIn {
        onward: Some("apps".to_owned()),
    };
    let departure = Departure::new("browser", "acme", aim, &world.store.mint());
    let change = UpstreamChange::Return {
        challenge: departure.noted(),
        expires_at: world.now.plus(Lifetime::from_minutes(5)),
    };
    (departure.id, change.into())
}

fn newcomer(world: &World, email: &str) -> Arrival {
    Arrival::New(Box::new(NewPerson {
        verified_at: Some(world.now),
        password: String::new(),
        ..world.newcomer(email)
    }))
}

fn sign_in(world: &World, answer: Locator, id: &str, account: Arrival) -> Transition {
    let change = UpstreamChange::SignIn {
        answer,
        identity: identity(id),
        auth_time: world.now,
        methods: "pwd otp".to_owned(),
        account: Box::new(account),
    };
    change.into()
}

/// Somebody comes from there for the first time.
async fn arrived(world: &World, id: &str, email: &str) -> Person {
    let (answer, noted) = back(world);
    assert_eq!(world.settle(noted).await, Outcome::Committed);
    let new = sign_in(world, answer, id, newcomer(world, email));
    assert_eq!(world.settle(new).await, Outcome::Committed);
    known(world, id).await.expect("an account")
}

async fn known(world: &World, id: &str) -> Option<Person> {
    world.store.person_by_identity(ACME, id).await.unwrap()
}

fn link(subject: Subject, id: &str) -> Transition {
    let change = UpstreamChange::Link {
        subject,
        identity: identity(id),
        notice: None,
    };
    change.into()
}

fn unlink(subject: Subject, id: &str) -> Transition {
    let change = UpstreamChange::Unlink {
        subject,
        session: Locator(1),
        identity: identity(id),
        notice: None,
    };
    change.into()
}

#[tokio::test]
async fn a_browser_comes_back_once_and_is_signed_in_as_one() {
    let world = World::new();
    let (answer, noted) = back(&world);
    assert_eq!(world.settle(noted.clone()).await, Outcome::Committed);
    assert_eq!(world.settle(noted).await, Outcome::Conflict);
    let found = world.store.login_answer(answer).await.unwrap().unwrap();
    assert_eq!(found.outcome, LoginOutcome::Refused, "nobody yet");
    let new = sign_in(&world, answer, "1", newcomer(&world, "ada@acme.example"));
    assert_eq!(world.settle(new).await, Outcome::Committed);
    let ada = known(&world, "1").await.unwrap();
    let found = world.store.login_answer(answer).await.unwrap().unwrap();
    let outcome = LoginOutcome::SignedIn {
        subject: ada.subject,
        auth_time: world.now,
        methods: "pwd otp".to_owned(),
    };
    assert_eq!(found.outcome, outcome);
    let another = sign_in(&world, answer, "2", newcomer(&world, ""));
    assert_eq!(world.settle(another).await, Outcome::Conflict);
    assert_eq!(known(&world, "2").await, None, "nothing is half done");
    // What was not noted names nobody.
    let (unknown, _) = back(&world);
    let new = sign_in(&world, unknown, "3", newcomer(&world, ""));
    assert_eq!(world.settle(new).await, Outcome::Conflict);
    assert_eq!(known(&world, "3").await, None);
}

#[tokio::test]
async fn nobody_is_found_by_an_address_that_was_said_elsewhere() {
    let world = World::new();
    let one = arrived(&world, "1", "shared@example.com").await;
    let other = arrived(&world, "2", "shared@example.com").await;
    assert_ne!(one.subject, other.subject);
    let found = world.store.person_by_email("shared@example.com").await;
    assert_eq!(found.unwrap(), None);
    let own = world.person("shared@example.com").await;
    let found = world.store.person_by_email("shared@example.com").await;
    assert_eq!(found.unwrap().map(|person| person.subject), Some(own));
}

#[tokio::test]
async fn an_account_is_called_what_those_say_who_made_it() {
    let world = World::new();
    let ada = arrived(&world, "1", "before@acme.example").await;
    let own = world.person("ben@example.com").await;
    assert_eq!(world.settle(link(own, "2")).await, Outcome::Committed);
    for (id, subject) in [("1", ada.subject), ("2", own)] {
        let (answer, noted) = back(&world);
        world.settle(noted).await;
        let again = Arrival::Known {
            subject,
            email: "after@acme.example".to_owned(),
            verified_at: None,
            name: "Called anew".to_owned(),
        };
        let settled = world.settle(sign_in(&world, answer, id, again)).await;
        assert_eq!(settled, Outcome::Committed);
    }
    let ada = known(&world, "1").await.unwrap();
    assert_eq!((ada.name.as_str(), ada.verified_at), ("Called anew", None));
    let ben = known(&world, "2").await.unwrap();
    assert_eq!((ben.subject, ben.email.as_str()), (own, "ben@example.com"));
    assert_ne!(ben.name, "Called anew");
    let listed = world.store.identities(own).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(listed[0].identity.is(&identity("2")) && listed[0].used_at == Some(world.now));
}

#[tokio::test]
async fn one_identity_has_one_account() {
    let world = World::new();
    let ada = arrived(&world, "1", "").await;
    let own = world.person("ben@example.com").await;
    assert_eq!(world.settle(link(own, "1")).await, Outcome::Conflict);
    assert_eq!(known(&world, "1").await.unwrap().subject, ada.subject);
    assert_eq!(world.settle(unlink(own, "1")).await, Outcome::Conflict);
    assert_eq!(world.settle(link(own, "2")).await, Outcome::Committed);
    let (answer, noted) = back(&world);
    world.settle(noted).await;
    let new = sign_in(&world, answer, "2", newcomer(&world, ""));
    assert_eq!(world.settle(new).await, Outcome::Conflict);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_take_away_the_last_two_ways_in_one_is_left() {
    let world = Arc::new(World::new());
    let ada = arrived(&world, "1", "").await.subject;
    assert_eq!(world.settle(link(ada, "2")).await, Outcome::Committed);
    let all = (0..8).map(|racer| unlink(ada, if racer % 2 == 0 { "1" } else { "2" }));
    assert_eq!(race(&world, all.collect()).await, 1);
    assert_eq!(world.store.identities(ada).await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_comes_by_what_was_taken_away_is_somebody_new() {
    let world = World::new();
    let ada = arrived(&world, "1", "ada@acme.example").await.subject;
    assert_eq!(world.settle(link(ada, "2")).await, Outcome::Committed);
    assert_eq!(world.settle(unlink(ada, "1")).await, Outcome::Committed);
    let anew = arrived(&world, "1", "ada@acme.example").await;
    assert_ne!(anew.subject, ada);
    assert_eq!(known(&world, "2").await.unwrap().subject, ada);
    // With a password the last one may go as well.
    let own = world.person("ben@example.com").await;
    world.settle(link(own, "3")).await;
    assert_eq!(world.settle(unlink(own, "3")).await, Outcome::Committed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_sessions_by_one_return_one_begins_and_tells_where() {
    let world = Arc::new(World::new());
    let (answer, noted) = back(&world);
    world.settle(noted).await;
    world
        .settle(sign_in(&world, answer, "1", newcomer(&world, "")))
        .await;
    let ada = known(&world, "1").await.unwrap();
    let starts = (0..8).map(|racer| start(&world, &ada, answer, racer));
    assert_eq!(race(&world, starts.collect()).await, 1);
    let listed = world.store.sessions(Some(ada.subject), world.now, None, 10);
    let listed = listed.await.unwrap();
    let source = world.store.session_source(listed[0].session.id).await;
    assert_eq!(source.unwrap().as_deref(), Some(ACME));
}

fn start(world: &World, person: &Person, answer: Locator, racer: usize) -> Transition {
    let (device, key) = (format!("browser {racer}"), jose::keyed::Key::new(&[7; 32]));
    let signing_in = SigningIn {
        user_agent: "",
        device: &device,
        secrets: ("secret", &key),
        session: None,
        proof: Proof::HandedOff(HandedOff {
            answer,
            auth_time: world.now,
            methods: "",
            passkey: None,
        }),
    };
    let (policy, now): (_, UnixTime) = (crate::world::policy(), world.now);
    start_session(
        person,
        &signing_in,
        false,
        &policy,
        now,
        &world.store.mint(),
    )
    .1
}

/// A mail to an address, which tells or asks; its link.
async fn sent(world: &World, asked: Transition) -> MailLink {
    let id = asked.messages()[0].id();
    assert_eq!(world.settle(asked).await, Outcome::Committed);
    let link = world.store.mail_link(id).await.unwrap();
    link.expect("a link")
}

#[tokio::test]
async fn who_takes_an_account_over_by_mail_leaves_nobody_a_way_in() {
    let world = World::new();
    let mint = world.store.mint();
    let subject = world.person("ada@example.com").await;
    let read = async || world.store.person(subject).await.unwrap().unwrap();
    assert!(read().await.verified_at.is_none(), "nobody proved it");
    let address = MailAddress::parse("ada@example.com").unwrap();
    assert_eq!(world.settle(link(subject, "eve")).await, Outcome::Committed);
    let asked = ask_for_recovery(&address, world.now, &mint);
    let mail = sent(&world, asked).await;
    let taken = mailbox::recover(
        &mail,
        &read().await,
        None,
        ("new".into(), None),
        world.now,
        &mint,
    );
    assert_eq!(world.settle(taken.unwrap()).await, Outcome::Committed);
    assert!(known(&world, "eve").await.is_none(), "Eve is out");
    // A password that its owner chooses anew leaves their own sign-ins, and taking an address back does not.
    assert_eq!(world.settle(link(subject, "ada")).await, Outcome::Committed);
    let mail = sent(&world, ask_for_recovery(&address, world.now, &mint)).await;
    let again = mailbox::recover(
        &mail,
        &read().await,
        None,
        ("newer".into(), None),
        world.now,
        &mint,
    );
    assert_eq!(world.settle(again.unwrap()).await, Outcome::Committed);
    assert!(known(&world, "ada").await.is_some());
    let person = read().await;
    let eves = MailAddress::parse("eve@example.com").unwrap();
    let mail = sent(&world, ask_for_change(&person, &eves, world.now, &mint)).await;
    let moved = mailbox::confirm(&mail, Some(&person), true, world.now, &mint).unwrap();
    let undo = sent(&world, moved).await;
    let back = mailbox::restore(
        &undo,
        &read().await,
        ("own".into(), false),
        world.now,
        &mint,
    );
    assert_eq!(world.settle(back.unwrap()).await, Outcome::Committed);
    assert!(known(&world, "ada").await.is_none());
}

/// "This was not me": what was added goes, and what was there before stays.
#[tokio::test]
async fn the_mail_that_tells_of_a_sign_in_takes_it_away() {
    let world = World::new();
    let mint = world.store.mint();
    let subject = world.person("ada@example.com").await;
    let earlier = link(subject, "ada");
    let before = world.now.minus(Lifetime::from_minutes(5));
    let settled = world.store.settle(earlier, Act::from(before)).await;
    assert_eq!(settled.unwrap(), Outcome::Committed);
    let person = world.store.person(subject).await.unwrap().unwrap();
    let proved = mailbox::vouch(&person, world.now);
    assert_eq!(world.settle(proved).await, Outcome::Committed);
    let person = world.store.person(subject).await.unwrap().unwrap();
    let notice = mailbox::notice(LinkPurpose::SignInsChanged, &person, world.now, &mint);
    let added = UpstreamChange::Link {
        subject,
        identity: identity("eve"),
        notice: notice.map(Box::new),
    };
    let mail = sent(&world, added.into()).await;
    let not_me = mailbox::confirm(&mail, Some(&person), true, world.now, &mint);
    assert_eq!(world.settle(not_me.unwrap()).await, Outcome::Committed);
    assert!(known(&world, "eve").await.is_none());
    assert!(known(&world, "ada").await.is_some());
}
