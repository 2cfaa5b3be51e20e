//! Second factors: a code and a recovery code are taken once, whoever comes at the same moment, and nobody with one signs in
//! by a password alone.
use crate::accounts::session;
use crate::racers::race;
use crate::world::World;
use jose::keyed::Key;
use protocol::Transition;
use protocol::accounts::deletion::{Deleter, delete};
use protocol::accounts::mail_link::LinkPurpose;
use protocol::accounts::second_factor::recovery::RecoveryCode;
use protocol::accounts::second_factor::{
    self, Authenticator, NewAuthenticator, Proof, Second, replace_codes, reset, use_code,
    use_recovery_code,
};
use protocol::accounts::sign_in::{SigningIn, start_session};
use protocol::events::Event;
use protocol::transition::SecondFactorChange;
use protocol::types::{Person, Session, Subject};
use std::sync::Arc;
use store::EventQuery;
use store::Outcome::{Committed, Conflict};

fn codes(round: &[u8]) -> Vec<RecoveryCode> {
    RecoveryCode::of_round(&Key::new(&[7; 32]), round)
}

async fn ada(world: &World) -> Person {
    let subject = world.person("ada@example.com").await;
    world.store.person(subject).await.unwrap().unwrap()
}

fn adding(world: &World, person: &Person, session: Option<&Session>) -> Transition {
    let new = NewAuthenticator {
        person,
        sealed: b"sealed seed".to_vec(),
        step: 100,
        codes: &codes(b"first"),
        is_first: true,
        session,
        answer: None,
    };
    second_factor::add(new, true, world.now, &world.store.mint())
}

async fn kept(world: &World, subject: Subject) -> Option<Authenticator> {
    world.store.authenticator(subject).await.unwrap()
}

async fn left(world: &World, subject: Subject) -> usize {
    let has = world.store.second_factors(subject).await.unwrap();
    has.codes_left
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

async fn count(world: &World, subject: Subject) -> usize {
    let listed = world.store.sessions(Some(subject), world.now, None, 100);
    listed.await.unwrap().len()
}

#[tokio::test]
async fn what_is_added_reads_back_and_ends_the_other_sessions() {
    let world = World::new();
    let ada = ada(&world).await;
    let (here, there) = (
        session(&world, ada.subject).await,
        session(&world, ada.subject).await,
    );
    assert_eq!(kept(&world, ada.subject).await, None);
    assert_eq!(
        world.settle(adding(&world, &ada, Some(&here))).await,
        Committed
    );
    assert_eq!(left(&world, ada.subject).await, 10);
    let expected = Authenticator {
        subject: ada.subject,
        sealed: b"sealed seed".to_vec(),
        last_step: 100,
        created_at: world.now,
    };
    assert_eq!(kept(&world, ada.subject).await, Some(expected));
    let left = world.store.sessions(Some(ada.subject), world.now, None, 9);
    let left: Vec<_> = left
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.session.id)
        .collect();
    assert_eq!(left, [here.id], "{there:?} is over");
    let forgot = world.store.person(ada.subject).await.unwrap().unwrap();
    assert_eq!(forgot.device_epoch, ada.device_epoch + 1);
    assert_eq!(
        world.settle(adding(&world, &ada, None)).await,
        Conflict,
        "there is one already"
    );
    let events = world
        .store
        .events(&EventQuery::default(), 50)
        .await
        .unwrap();
    let added = events
        .iter()
        .filter(|one| one.name == Event::SecondFactorAdded.name());
    assert_eq!(added.count(), 1);
}

#[tokio::test]
async fn a_person_whose_account_is_off_gets_none() {
    let world = World::new();
    let ada = ada(&world).await;
    let off = protocol::accounts::people::disable(&ada, &world.store.mint());
    world.settle(off).await;
    assert_eq!(world.settle(adding(&world, &ada, None)).await, Conflict);
}

#[tokio::test]
async fn nobody_with_a_second_factor_signs_in_by_a_password_alone() {
    let world = World::new();
    let ada = ada(&world).await;
    let begun = |proof, device| sign_in(&world, &ada, proof, device);
    assert_eq!(world.settle(begun(Proof::Password, "1")).await, Committed);
    world.settle(adding(&world, &ada, None)).await;
    assert_eq!(count(&world, ada.subject).await, 0);
    assert_eq!(world.settle(begun(Proof::Password, "2")).await, Conflict);
    for (second, device) in [(Second::Code, "3"), (Second::RecoveryCode, "4")] {
        let both = begun(Proof::PasswordAnd(second), device);
        assert_eq!(world.settle(both).await, Committed);
    }
    let listed = world.store.sessions(Some(ada.subject), world.now, None, 9);
    let methods: Vec<_> = listed
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.session.methods)
        .collect();
    let expected = ["pwd mfa", "pwd otp mfa"].map(|one| Some(one.to_owned()));
    assert_eq!(methods, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_code_has_one_winner_and_none_before_it_works() {
    let world = Arc::new(World::new());
    let ada = ada(&world).await;
    world.settle(adding(&world, &ada, None)).await;
    let own = kept(&world, ada.subject).await.unwrap();
    let racers = (0..20).map(|_| use_code(&own, 103)).collect();
    assert_eq!(race(&world, racers).await, 1);
    for (step, expected) in [(103, Conflict), (102, Conflict), (104, Committed)] {
        assert_eq!(world.settle(use_code(&own, step)).await, expected, "{step}");
    }
    let earlier = Authenticator {
        created_at: protocol::types::UnixTime(1),
        ..own
    };
    let stale = world.settle(use_code(&earlier, 200)).await;
    assert_eq!(stale, Conflict, "that app was removed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_recovery_code_works_once_and_for_its_person() {
    let world = Arc::new(World::new());
    let ada = ada(&world).await;
    world.settle(adding(&world, &ada, None)).await;
    let ben = world.person("ben@example.com").await;
    let ben = world.store.person(ben).await.unwrap().unwrap();
    let all = codes(b"first");
    let using = |person: &Person, code: &RecoveryCode| {
        use_recovery_code(person, code, false, world.now, &world.store.mint())
    };
    assert_eq!(world.settle(using(&ben, &all[0])).await, Conflict);
    let racers = (0..20).map(|_| using(&ada, &all[0])).collect();
    assert_eq!(race(&world, racers).await, 1);
    assert_eq!(left(&world, ada.subject).await, 9);
    let anew = codes(b"second");
    assert_eq!(
        world.settle(replace_codes(ada.subject, &anew)).await,
        Committed
    );
    assert_eq!(left(&world, ada.subject).await, 10);
    assert_eq!(world.settle(using(&ada, &all[1])).await, Conflict);
    assert_eq!(world.settle(using(&ada, &anew[1])).await, Committed);
}

#[tokio::test]
async fn what_is_removed_is_gone_with_its_codes() {
    let world = World::new();
    let ada = ada(&world).await;
    world.settle(adding(&world, &ada, None)).await;
    let both = sign_in(&world, &ada, Proof::PasswordAnd(Second::Code), "1");
    world.settle(both).await;
    let gone = reset(&ada, true, world.now, &world.store.mint());
    assert_eq!(world.settle(gone.clone()).await, Committed);
    assert_eq!(world.settle(gone).await, Conflict);
    assert_eq!(
        count(&world, ada.subject).await,
        0,
        "whoever had the device is out"
    );
    assert_eq!(kept(&world, ada.subject).await, None);
    let left = world
        .database()
        .count("SELECT COUNT(*) FROM recovery_codes");
    assert_eq!(left, 0);
    let alone = sign_in(&world, &ada, Proof::Password, "2");
    assert_eq!(world.settle(alone).await, Committed);
}

#[tokio::test]
async fn an_account_that_ends_leaves_none() {
    let world = World::new();
    let ada = ada(&world).await;
    world.settle(adding(&world, &ada, None)).await;
    let facts = world.store.deletion(ada.subject).await.unwrap();
    let mint = world.store.mint();
    let end = delete(&ada, facts, Deleter::Operator, Some(None), &mint).unwrap();
    assert_eq!(world.settle(end).await, Committed);
    for table in ["authenticators", "recovery_codes"] {
        let left = format!("SELECT COUNT(*) FROM {table}");
        assert_eq!(world.database().count(&left), 0, "{table}");
    }
}

#[tokio::test]
async fn a_seed_is_sealed_anew_if_it_is_as_it_was_read() {
    let world = World::new();
    let ada = ada(&world).await;
    world.settle(adding(&world, &ada, None)).await;
    let page = world
        .store
        .sealed_seeds(Subject(i64::MIN), 10)
        .await
        .unwrap();
    assert_eq!(page, [(ada.subject, b"sealed seed".to_vec())]);
    assert!(
        world
            .store
            .sealed_seeds(ada.subject, 10)
            .await
            .unwrap()
            .is_empty()
    );
    let reseal = |before: &[u8]| {
        Transition::SecondFactor(SecondFactorChange::Reseal {
            subject: ada.subject,
            before: before.to_vec(),
            sealed: b"anew".to_vec(),
        })
    };
    assert_eq!(world.settle(reseal(b"another")).await, Conflict);
    assert_eq!(world.settle(reseal(b"sealed seed")).await, Committed);
    assert_eq!(kept(&world, ada.subject).await.unwrap().sealed, b"anew");
}

#[tokio::test]
async fn a_notice_has_a_link_that_ends_the_sessions() {
    let world = World::new();
    let subject = world.person("ada@example.com").await;
    let person = world.store.person(subject).await.unwrap().unwrap();
    let proved = protocol::accounts::mailbox::vouch(&person, world.now);
    world.settle(proved).await;
    let ada = world.store.person(subject).await.unwrap().unwrap();
    let here = session(&world, subject).await;
    let change = adding(&world, &ada, Some(&here));
    let Transition::SecondFactor(SecondFactorChange::Add {
        notice: Some(mail), ..
    }) = &change
    else {
        panic!("{change:?}");
    };
    let id = mail.link.id;
    assert_eq!(world.settle(change.clone()).await, Committed);
    let link = world.store.mail_link(id).await.unwrap().unwrap();
    assert_eq!(link.purpose, LinkPurpose::SecondFactorBegun);
    assert_eq!((link.session, link.subject), (None, Some(subject)));
}
