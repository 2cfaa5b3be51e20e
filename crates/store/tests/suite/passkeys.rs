//! Passkeys: a ceremony is answered once, a counter never goes back, and no race leaves somebody without a way in or in a
//! session that ought to be over.
use crate::accounts::session;
use crate::racers::race;
use crate::upstream::back;
use crate::world::World;
use jose::keyed::Key;
use protocol::Transition;
use protocol::accounts::deletion::{Deleter, delete};
use protocol::accounts::mail_link::LinkPurpose;
use protocol::accounts::mailbox::{ask_for_recovery, recover};
use protocol::accounts::passkeys::{
    self, AT_MOST, Credential, KeyPlace, NewPasskey, Passkey, ceremony, copied, rename, use_in,
};
use protocol::accounts::second_factor::recovery::RecoveryCode;
use protocol::accounts::second_factor::{
    NewAuthenticator, Proof, SecondFactors, add as add_app, replace_codes, reset,
};
use protocol::accounts::sign_in::{HandedOff, SigningIn, start_session};
use protocol::decision::Mint;
use protocol::events::Event;
use protocol::transition::{PasskeyChange, SessionChange};
use protocol::types::{Lifetime, Locator, MailAddress, Person, Session, Subject};
use std::sync::Arc;
use store::Outcome::{Committed, Conflict};
use store::{EventQuery, SweepRules};

fn codes(round: &[u8]) -> Vec<RecoveryCode> {
    RecoveryCode::of_round(&Key::new(&[7; 32]), round)
}

async fn ada(world: &World) -> Person {
    person(world, "ada@example.com").await
}

async fn person(world: &World, email: &str) -> Person {
    let subject = world.person(email).await;
    world.store.person(subject).await.unwrap().unwrap()
}

fn credential(id: u8, count: i64) -> Credential {
    Credential {
        id: vec![id; 16],
        handle: vec![9; 16],
        state: format!("state {count}"),
        count,
    }
}

/// Adds a passkey; `first`: with recovery codes.
fn adding(world: &World, person: &Person, session: &Session, id: u8, first: bool) -> Transition {
    let codes = match first {
        true => codes(b"first"),
        false => Vec::new(),
    };
    let mint = world.store.mint();
    let new = NewPasskey {
        id: mint.locator(),
        person,
        ceremony: mint.locator(),
        credential: credential(id, 1),
        name: format!("Key {id}"),
        codes: &codes,
        session: Some(session),
        answer: None,
    };
    passkeys::add(new, true, world.now, &mint)
}

fn removing(of: &Passkey, session: Locator) -> Transition {
    Transition::Passkey(PasskeyChange::Remove {
        id: of.id,
        subject: of.subject,
        session,
        notice: None,
    })
}

async fn kept(world: &World, subject: Subject) -> Vec<Passkey> {
    world.store.passkeys(subject).await.unwrap()
}

/// Ada with one passkey, and the session in which it was added.
async fn with_one(world: &World) -> (Person, Session) {
    with_one_of(world, "ada@example.com", 1).await
}

async fn with_one_of(world: &World, email: &str, id: u8) -> (Person, Session) {
    let person = person(world, email).await;
    let here = session(world, person.subject).await;
    let added = adding(world, &person, &here, id, true);
    assert_eq!(world.settle(added).await, Committed);
    (person, here)
}

fn sign_in(world: &World, person: &Person, proof: Proof<'_>, device: &str) -> Transition {
    let signing_in = SigningIn {
        user_agent: "",
        device,
        secrets: ("secret", &Key::new(&[7; 32])),
        session: None,
        proof,
    };
    let policy = crate::world::policy();
    let mint = world.store.mint();
    start_session(person, &signing_in, false, &policy, world.now, &mint).1
}

async fn sessions(world: &World, subject: Subject) -> Vec<Locator> {
    let listed = world.store.sessions(Some(subject), world.now, None, 100);
    let listed = listed.await.unwrap();
    listed.into_iter().map(|one| one.session.id).collect()
}

async fn events(world: &World, event: Event) -> usize {
    let all = world
        .store
        .events(&EventQuery::default(), 100)
        .await
        .unwrap();
    all.iter().filter(|one| one.name == event.name()).count()
}

#[tokio::test]
async fn the_first_one_reads_back_and_ends_the_sessions_that_began_without() {
    let world = World::new();
    let ada = ada(&world).await;
    let (here, _there) = (
        session(&world, ada.subject).await,
        session(&world, ada.subject).await,
    );
    let none = world.store.second_factors(ada.subject).await.unwrap();
    assert!(none.is_none());
    let without = adding(&world, &ada, &here, 1, false);
    assert_eq!(world.settle(without).await, Conflict, "the first has codes");
    assert_eq!(
        world.settle(adding(&world, &ada, &here, 1, true)).await,
        Committed
    );
    let own = kept(&world, ada.subject).await;
    assert_eq!((own[0].name.as_str(), own[0].used_at), ("Key 1", None));
    assert_eq!(own[0].credential, credential(1, 1));
    let found = world.store.passkey(&[1; 16]).await.unwrap();
    assert_eq!(found.as_ref(), own.first());
    let expected = SecondFactors {
        app: None,
        passkeys: 1,
        codes_left: 10,
    };
    assert_eq!(
        world.store.second_factors(ada.subject).await.unwrap(),
        expected
    );
    assert_eq!(sessions(&world, ada.subject).await, [here.id]);
    let forgot = world.store.person(ada.subject).await.unwrap().unwrap();
    assert_eq!(forgot.device_epoch, ada.device_epoch + 1);
    assert_eq!(events(&world, Event::PasskeyAdded).await, 1);
    // Another one ends nothing, and leaves the codes.
    let again = adding(&world, &ada, &here, 2, true);
    assert_eq!(world.settle(again).await, Conflict, "there are codes");
    assert_eq!(
        world.settle(adding(&world, &ada, &here, 2, false)).await,
        Committed
    );
    assert_eq!(
        world
            .store
            .second_factors(ada.subject)
            .await
            .unwrap()
            .codes_left,
        10
    );
}

#[tokio::test]
async fn a_credential_is_one_persons_and_a_person_has_so_many() {
    let world = World::new();
    let (ada, here) = with_one(&world).await;
    let ben = world.person("ben@example.com").await;
    let ben = world.store.person(ben).await.unwrap().unwrap();
    let there = session(&world, ben.subject).await;
    let taken = adding(&world, &ben, &there, 1, true);
    assert_eq!(world.settle(taken).await, Conflict);
    assert!(kept(&world, ben.subject).await.is_empty());
    for id in 2..=AT_MOST {
        let more = adding(&world, &ada, &here, u8::try_from(id).unwrap(), false);
        assert_eq!(world.settle(more).await, Committed, "{id}");
    }
    let full = adding(&world, &ada, &here, 100, false);
    assert_eq!(world.settle(full).await, Conflict);
    let off = protocol::accounts::people::disable(&ben, &world.store.mint());
    world.settle(off).await;
    let added = adding(&world, &ben, &there, 101, true);
    assert_eq!(world.settle(added).await, Conflict, "the account is off");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ceremony_is_answered_once_whatever_answers_it() {
    let world = Arc::new(World::new());
    let (ada, here) = with_one(&world).await;
    let own = kept(&world, ada.subject).await.remove(0);
    let ceremony = world.store.mint().locator();
    let racers = (0..20).map(|n| use_in(ceremony, &own, credential(1, 2 + n)));
    assert_eq!(race(&world, racers.collect()).await, 1);
    let again = use_in(ceremony, &own, credential(1, 1_000));
    assert_eq!(world.settle(again).await, Conflict);
    let (now, mint) = (world.now, world.store.mint());
    let told = copied(ceremony, &own, &ada, false, now, &mint);
    assert_eq!(world.settle(told).await, Conflict);
    let Transition::Passkey(PasskeyChange::Add { passkey, codes, .. }) =
        adding(&world, &ada, &here, 2, false)
    else {
        panic!("it is added");
    };
    let added = Transition::Passkey(PasskeyChange::Add {
        passkey,
        ceremony,
        codes,
        session: Some(here.id),
        answer: None,
        notice: None,
    });
    assert_eq!(world.settle(added).await, Conflict);
}

#[tokio::test]
async fn a_counter_that_counts_never_stands_still() {
    let world = World::new();
    let (ada, _) = with_one(&world).await;
    let own = kept(&world, ada.subject).await.remove(0);
    let used = |count| use_in(world.store.mint().locator(), &own, credential(1, count));
    for (count, expected) in [
        (1, Conflict),
        (5, Committed),
        (5, Conflict),
        (4, Conflict),
        (0, Conflict),
        (6, Committed),
    ] {
        assert_eq!(world.settle(used(count)).await, expected, "{count}");
    }
    let now = kept(&world, ada.subject).await.remove(0);
    assert_eq!((now.credential.count, now.used_at), (6, Some(world.now)));
    assert_eq!(now.credential.state, "state 6");
    // One that does not count stays at 0.
    let zero = world.database();
    zero.run("UPDATE passkeys SET count = 0");
    for _ in 0..2 {
        assert_eq!(world.settle(used(0)).await, Committed);
    }
}

#[tokio::test]
async fn nobody_with_a_passkey_signs_in_by_a_password_alone() {
    let world = World::new();
    let (ada, _) = with_one(&world).await;
    let ada = world.store.person(ada.subject).await.unwrap().unwrap();
    let own = kept(&world, ada.subject).await.remove(0);
    let alone = sign_in(&world, &ada, Proof::Password, "1");
    assert_eq!(world.settle(alone).await, Conflict);
    let by = Proof::Passkey(KeyPlace::Device, own.id);
    assert_eq!(
        world.settle(sign_in(&world, &ada, by, "2")).await,
        Committed
    );
    let others = Proof::Passkey(KeyPlace::Device, Locator(own.id.0 + 1));
    assert_eq!(
        world.settle(sign_in(&world, &ada, others, "3")).await,
        Conflict
    );
}

/// A new password by mail takes the passkey that was proved for it, as it is then.
#[tokio::test]
async fn what_is_removed_sets_no_password() {
    let world = World::new();
    let (ada, here) = with_one(&world).await;
    let proved = protocol::accounts::mailbox::vouch(&ada, world.now);
    world.settle(proved).await;
    let ada = world.store.person(ada.subject).await.unwrap().unwrap();
    let own = kept(&world, ada.subject).await.remove(0);
    let mint = world.store.mint();
    let address = MailAddress::parse("ada@example.com").unwrap();
    let asked = ask_for_recovery(&address, world.now, &mint);
    let id = asked.messages()[0].id();
    assert_eq!(world.settle(asked).await, Committed);
    let link = world.store.mail_link(id).await.unwrap().unwrap();
    let chosen = |passkey| {
        let chosen = ("new".to_owned(), passkey);
        recover(&link, &ada, None, chosen, world.now, &mint).unwrap()
    };
    let (late, by_code) = (chosen(Some(own.id)), chosen(None));
    assert_eq!(world.settle(removing(&own, here.id)).await, Committed);
    assert_eq!(world.settle(late).await, Conflict);
    assert_eq!(world.settle(by_code).await, Committed);
}

/// Who removes it may be in another browser, at the same moment.
#[tokio::test]
async fn what_is_removed_lets_nobody_in_beside_another_proof() {
    let world = World::new();
    let (ada, here) = with_one(&world).await;
    let ada = world.store.person(ada.subject).await.unwrap().unwrap();
    let own = kept(&world, ada.subject).await.remove(0);
    let methods = "pwd hwk user mfa";
    let beside = |passkey, device| {
        let proof = Proof::Besides(world.now, methods, passkey);
        sign_in(&world, &ada, proof, device)
    };
    let (begun, late) = (beside(Some(own.id), "1"), beside(Some(own.id), "2"));
    assert_eq!(world.settle(begun).await, Committed);
    assert_eq!(world.settle(removing(&own, here.id)).await, Committed);
    assert_eq!(world.settle(late).await, Conflict);
    assert_eq!(sessions(&world, ada.subject).await, [here.id]);
    let elsewhere = Proof::HandedOff(HandedOff {
        answer: answered(&world, ada.subject).await,
        auth_time: world.now,
        methods,
        passkey: Some(own.id),
    });
    let gone = sign_in(&world, &ada, elsewhere, "3");
    assert_eq!(world.settle(gone).await, Conflict);
    let Proof::HandedOff(by) = elsewhere else {
        panic!("it is");
    };
    let code = Proof::HandedOff(HandedOff {
        passkey: None,
        ..by
    });
    let begun = sign_in(&world, &ada, code, "3");
    assert_eq!(world.settle(begun).await, Committed, "by another factor");
}

/// What another provider said of somebody: not used yet.
async fn answered(world: &World, subject: Subject) -> Locator {
    let (answer, noted) = back(world);
    assert_eq!(world.settle(noted).await, Committed);
    let whose = format!("UPDATE login_answers SET subject = {}", subject.0);
    world.database().run(&whose);
    answer
}

#[tokio::test]
async fn nothing_is_added_in_a_session_that_is_over() {
    let world = World::new();
    let ada = ada(&world).await;
    let here = session(&world, ada.subject).await;
    let (key, app) = (
        adding(&world, &ada, &here, 1, true),
        adding_app(&world, &ada, &here, true),
    );
    let over = Transition::Session(SessionChange::End {
        subject: ada.subject,
        session: here.id,
    });
    assert_eq!(world.settle(over).await, Committed);
    assert_eq!(world.settle(key).await, Conflict);
    assert_eq!(world.settle(app).await, Conflict);
    let has = world.store.second_factors(ada.subject).await.unwrap();
    assert!(has.is_none());
}

/// An authenticator app for somebody; `is_first`: no other second factor was asked for.
fn adding_app(world: &World, person: &Person, session: &Session, is_first: bool) -> Transition {
    let new = NewAuthenticator {
        person,
        sealed: b"seed".to_vec(),
        step: 1,
        codes: &codes(b"third"),
        is_first,
        session: Some(session),
        answer: None,
    };
    add_app(new, false, world.now, &world.store.mint())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_add_the_first_second_factor_at_once_one_does() {
    let world = Arc::new(World::new());
    let ada = ada(&world).await;
    let here = session(&world, ada.subject).await;
    let all = (0..8_u8).map(|racer| match racer % 2 {
        0 => adding(&world, &ada, &here, racer, true),
        _ => adding_app(&world, &ada, &here, true),
    });
    assert_eq!(race(&world, all.collect()).await, 1);
    let has = world.store.second_factors(ada.subject).await.unwrap();
    assert_eq!(usize::from(has.app.is_some()) + has.passkeys, 1);
    assert_eq!(has.codes_left, 10);
    // Whoever was asked for it adds an app beside a passkey.
    let (other, there) = with_one_of(&world, "ben@example.com", 50).await;
    let unasked = adding_app(&world, &other, &there, true);
    assert_eq!(world.settle(unasked).await, Conflict);
    let asked = adding_app(&world, &other, &there, false);
    assert_eq!(world.settle(asked).await, Committed);
}

#[tokio::test]
async fn what_is_removed_while_it_signs_in_lets_nobody_in() {
    let world = World::new();
    let (ada, here) = with_one(&world).await;
    let ada = world.store.person(ada.subject).await.unwrap().unwrap();
    let own = kept(&world, ada.subject).await.remove(0);
    let begun = sign_in(&world, &ada, Proof::Passkey(KeyPlace::Copied, own.id), "1");
    let ceremony = world.store.mint().locator();
    let used = use_in(ceremony, &own, credential(1, 7));
    assert_eq!(world.settle(used).await, Committed);
    assert_eq!(world.settle(removing(&own, here.id)).await, Committed);
    assert_eq!(world.settle(begun).await, Conflict);
    let used = use_in(world.store.mint().locator(), &own, credential(1, 8));
    assert_eq!(world.settle(used).await, Conflict);
    assert_eq!(world.settle(removing(&own, here.id)).await, Conflict);
    assert_eq!(world.settle(rename(&own, "x".to_owned())).await, Conflict);
    assert_eq!(
        world
            .database()
            .count("SELECT COUNT(*) FROM recovery_codes"),
        0
    );
}

#[tokio::test]
async fn one_that_is_removed_ends_the_other_sessions() {
    let world = World::new();
    let (ada, here) = with_one(&world).await;
    let ada = world.store.person(ada.subject).await.unwrap().unwrap();
    let own = kept(&world, ada.subject).await.remove(0);
    let by = Proof::Passkey(KeyPlace::Device, own.id);
    world.settle(sign_in(&world, &ada, by, "1")).await;
    assert_eq!(sessions(&world, ada.subject).await.len(), 2);
    assert_eq!(world.settle(removing(&own, here.id)).await, Committed);
    assert_eq!(sessions(&world, ada.subject).await, [here.id]);
    assert_eq!(events(&world, Event::PasskeyRemoved).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_take_away_the_last_two_one_is_left() {
    let world = Arc::new(World::new());
    let (ada, here) = with_one(&world).await;
    world.settle(adding(&world, &ada, &here, 2, false)).await;
    world.database().run("UPDATE people SET password = ''");
    let own = kept(&world, ada.subject).await;
    let all = (0..8).map(|racer| removing(&own[racer % 2], here.id));
    assert_eq!(race(&world, all.collect()).await, 1);
    let left = kept(&world, ada.subject).await;
    assert_eq!(left.len(), 1);
    assert_eq!(world.settle(removing(&left[0], here.id)).await, Conflict);
}

#[tokio::test]
async fn recovery_codes_stay_as_long_as_something_is_there_that_they_go_with() {
    let world = World::new();
    let (ada, here) = with_one(&world).await;
    let left = async || {
        world
            .store
            .second_factors(ada.subject)
            .await
            .unwrap()
            .codes_left
    };
    let anew = replace_codes(ada.subject, &codes(b"second"));
    assert_eq!(world.settle(anew).await, Committed);
    let app = adding_app(&world, &ada, &here, false);
    assert_eq!(world.settle(app).await, Committed);
    let own = kept(&world, ada.subject).await.remove(0);
    world.settle(removing(&own, here.id)).await;
    assert_eq!(left().await, 10, "the app is there");
    let gone = reset(&ada, false, world.now, &world.store.mint());
    assert_eq!(world.settle(gone.clone()).await, Committed);
    assert_eq!(left().await, 0);
    assert_eq!(world.settle(gone).await, Conflict, "nothing is left");
    let anew = replace_codes(ada.subject, &codes(b"fourth"));
    assert_eq!(world.settle(anew).await, Conflict);
}

#[tokio::test]
async fn a_copy_is_told_once_a_ceremony() {
    let world = World::new();
    let (ada, _) = with_one(&world).await;
    let proved = protocol::accounts::mailbox::vouch(&ada, world.now);
    world.settle(proved).await;
    let ada = world.store.person(ada.subject).await.unwrap().unwrap();
    let own = kept(&world, ada.subject).await.remove(0);
    let mint = world.store.mint();
    let told = copied(mint.locator(), &own, &ada, true, world.now, &mint);
    let Transition::Passkey(PasskeyChange::Copied {
        notice: Some(mail), ..
    }) = &told
    else {
        panic!("{told:?}");
    };
    let link = mail.link.id;
    assert_eq!(world.settle(told.clone()).await, Committed);
    assert_eq!(world.settle(told).await, Conflict);
    let link = world.store.mail_link(link).await.unwrap().unwrap();
    assert_eq!(
        (link.purpose, link.session),
        (LinkPurpose::PasskeyCopied, None)
    );
    assert_eq!(events(&world, Event::PasskeyCopied).await, 1);
}

#[tokio::test]
async fn an_account_that_ends_leaves_none_and_used_ceremonies_are_swept() {
    let world = World::new();
    let (ada, _) = with_one(&world).await;
    let facts = world.store.deletion(ada.subject).await.unwrap();
    let mint = world.store.mint();
    let end = delete(&ada, facts, Deleter::Operator, Some(None), &mint).unwrap();
    assert_eq!(world.settle(end).await, Committed);
    for table in ["passkeys", "recovery_codes", "earlier_passwords"] {
        let left = format!("SELECT COUNT(*) FROM {table}");
        assert_eq!(world.database().count(&left), 0, "{table}");
    }
    let used = "SELECT COUNT(*) FROM used_ceremonies";
    let rules = SweepRules::of(&crate::world::policy(), Lifetime::from_days(90));
    world.store.sweep(world.now, &rules).await.unwrap();
    assert_eq!(
        world.database().count(used),
        1,
        "it could be answered again"
    );
    let end = world.now.plus(ceremony::LIFETIME);
    let later = end.plus(Lifetime::from_days(1));
    let later = later.plus(Lifetime::from_minutes(2));
    world.store.sweep(later, &rules).await.unwrap();
    assert_eq!(world.database().count(used), 0);
}

#[tokio::test]
async fn a_clock_that_goes_back_makes_no_ceremony_new() {
    let world = World::new();
    let (ada, _) = with_one(&world).await;
    let own = kept(&world, ada.subject).await.remove(0);
    let rules = SweepRules::of(&crate::world::policy(), Lifetime::from_days(90));
    let hours = |hours: u32| Lifetime::from_minutes(60 * hours);
    // Begun and used while the clock was ahead, or right; then swept while it was right, or ahead.
    let ahead = Locator::first_at(world.now.plus(hours(24 * 400)));
    for ceremony in [ahead, world.store.mint().locator()] {
        let used = |count| use_in(ceremony, &own, credential(1, count));
        let now = kept(&world, ada.subject).await.remove(0);
        let next = now.credential.count + 1;
        assert_eq!(world.settle(used(next)).await, Committed);
        for now in [world.now, world.now.plus(hours(20)), world.now] {
            world.store.sweep(now, &rules).await.unwrap();
            assert_eq!(world.settle(used(next + 1)).await, Conflict);
        }
    }
}
