//! What the mail that tells of a first second factor can take back: a mailbox alone ends sessions, and takes nothing away; with a
//! password from before all of it goes, whatever was set up since.
use crate::accounts::session;
use crate::world::{PASSWORD, World};
use jose::keyed::Key;
use protocol::Transition;
use protocol::accounts::mail_link::{EARLIER_KEPT, LinkPurpose, MailLink};
use protocol::accounts::mailbox::{self, ask_for_change, confirm, notice, restore, take_back};
use protocol::accounts::passkeys::{self, Credential, KeyPlace, NewPasskey};
use protocol::accounts::people::change_password;
use protocol::accounts::second_factor::recovery::RecoveryCode;
use protocol::accounts::second_factor::{NewAuthenticator, Proof, add as add_app};
use protocol::accounts::sign_in::{SigningIn, start_session};
use protocol::decision::Mint;
use protocol::events::Event;
use protocol::transition::SessionChange;
use protocol::types::{Lifetime, MailAddress, Person, Session, Subject, UnixTime};
use store::Outcome::{Committed, Conflict};
use store::{EventQuery, SweepRules};

/// Ada, whose address is proved, and her session.
async fn ada(world: &World) -> (Person, Session) {
    let subject = world.person("ada@example.com").await;
    let proved = mailbox::vouch(&read(world, subject).await, world.now);
    assert_eq!(world.settle(proved).await, Committed);
    let person = read(world, subject).await;
    (person, session(world, subject).await)
}

async fn read(world: &World, subject: Subject) -> Person {
    world.store.person(subject).await.unwrap().unwrap()
}

/// A passkey for somebody, and the link of the mail that tells of it; `first`: with recovery codes.
async fn key(world: &World, person: &Person, session: &Session, id: u8, first: bool) -> MailLink {
    let codes = match first {
        true => RecoveryCode::of_round(&Key::new(&[7; 32]), b"first"),
        false => Vec::new(),
    };
    let mint = world.store.mint();
    let new = NewPasskey {
        id: mint.locator(),
        person,
        ceremony: mint.locator(),
        credential: Credential {
            id: vec![id; 16],
            handle: vec![9; 16],
            state: String::new(),
            count: 0,
        },
        name: format!("Key {id}"),
        codes: &codes,
        session: Some(session),
        answer: None,
    };
    told(world, passkeys::add(new, true, world.now, &mint)).await
}

/// An authenticator app, the same.
async fn app(world: &World, person: &Person, session: &Session, is_first: bool) -> MailLink {
    let new = NewAuthenticator {
        person,
        sealed: b"seed".to_vec(),
        step: 1,
        codes: &RecoveryCode::of_round(&Key::new(&[7; 32]), b"app"),
        is_first,
        session: Some(session),
        answer: None,
    };
    told(world, add_app(new, true, world.now, &world.store.mint())).await
}

/// The link of the mail by which a change is told.
async fn told(world: &World, change: Transition) -> MailLink {
    let id = change.messages()[0].id();
    assert_eq!(world.settle(change).await, Committed);
    world.store.mail_link(id).await.unwrap().expect("a link")
}

/// How many second factors and sessions somebody has.
async fn left(world: &World, subject: Subject) -> (usize, usize) {
    let has = world.store.second_factors(subject).await.unwrap();
    let listed = world.store.sessions(Some(subject), world.now, None, 100);
    let sessions = listed.await.unwrap().len();
    (usize::from(has.app.is_some()) + has.passkeys, sessions)
}

async fn earlier(world: &World, subject: Subject, link: &MailLink) -> Vec<String> {
    world.store.earlier_passwords(subject, link).await.unwrap()
}

#[tokio::test]
async fn a_mailbox_alone_takes_no_second_factor_away() {
    for by_app in [true, false] {
        let world = World::new();
        let (ada, here) = ada(&world).await;
        let link = match by_app {
            true => app(&world, &ada, &here, true).await,
            false => key(&world, &ada, &here, 1, true).await,
        };
        assert_eq!(link.purpose, LinkPurpose::SecondFactorBegun);
        let ends = confirm(&link, Some(&ada), true, world.now, &world.store.mint());
        assert_eq!(world.settle(ends.unwrap()).await, Committed);
        assert_eq!(left(&world, ada.subject).await, (1, 0));
        let late = take_back(&link, Some(&ada)).unwrap();
        assert_eq!(world.settle(late).await, Conflict, "each link acts once");
    }
}

#[tokio::test]
async fn with_a_password_from_before_all_of_it_goes() {
    let world = World::new();
    let (ada, here) = ada(&world).await;
    let link = key(&world, &ada, &here, 1, true).await;
    // Whoever added it adds more.
    let second = key(&world, &ada, &here, 2, false).await;
    let third = app(&world, &ada, &here, false).await;
    let purposes = (second.purpose, third.purpose);
    let expected = (LinkPurpose::PasskeysChanged, LinkPurpose::SecondFactorAdded);
    assert_eq!(purposes, expected);
    assert_eq!(left(&world, ada.subject).await, (3, 1));
    assert_eq!(earlier(&world, ada.subject, &link).await, [PASSWORD]);
    // What a second factor was asked for is not taken back.
    for other in [&second, &third] {
        assert!(take_back(other, Some(&ada)).is_err());
        assert!(earlier(&world, ada.subject, other).await.is_empty());
        let forged = Transition::Session(SessionChange::EndByLink {
            link: other.id,
            subject: ada.subject,
            session: None,
            device: None,
            takes_back: true,
        });
        assert_eq!(world.settle(forged).await, Conflict);
    }
    let by = Proof::Passkey(
        KeyPlace::Device,
        world.store.passkeys(ada.subject).await.unwrap()[0].id,
    );
    let begins = signing_in(&world, &read(&world, ada.subject).await, by);
    let gone = take_back(&link, Some(&ada)).unwrap();
    assert_eq!(world.settle(gone.clone()).await, Committed);
    assert_eq!(left(&world, ada.subject).await, (0, 0));
    assert_eq!(world.settle(gone).await, Conflict);
    assert_eq!(world.settle(begins).await, Conflict, "it lets nobody in");
    let codes = "SELECT COUNT(*) FROM recovery_codes";
    assert_eq!(world.database().count(codes), 0);
    let query = EventQuery::default();
    let events = world.store.events(&query, 50).await.unwrap();
    let removed = |one: &&protocol::events::Recorded| one.name == Event::SecondFactorRemoved.name();
    assert_eq!(events.iter().filter(removed).count(), 1);
}

fn signing_in(world: &World, person: &Person, proof: Proof<'_>) -> Transition {
    let signing_in = SigningIn {
        user_agent: "",
        device: "1",
        secrets: ("secret", &Key::new(&[7; 32])),
        session: None,
        proof,
    };
    let (policy, mint) = (crate::world::policy(), world.store.mint());
    start_session(person, &signing_in, false, &policy, world.now, &mint).1
}

/// Whoever stole a password changes it before they set a second factor up.
#[tokio::test]
async fn the_password_may_have_been_changed_within_three_days_before() {
    let world = World::new();
    let (ada, here) = ada(&world).await;
    let mint = world.store.mint();
    let mut person = ada.clone();
    for new in ["thief's", "thief's second", "thief's third"] {
        let mail = notice(LinkPurpose::PasswordChanged, &person, world.now, &mint);
        let change = change_password(&person, new.to_owned(), &here, mail);
        assert_eq!(world.settle(change).await, Committed);
        person = read(&world, ada.subject).await;
    }
    let link = key(&world, &person, &here, 1, true).await;
    let known = earlier(&world, ada.subject, &link).await;
    assert_eq!(known, [PASSWORD, "thief's", "thief's second"], "the oldest");
    // Three days later they are somebody's who did nothing for so long.
    let days = |days| world.now.plus(Lifetime::from_days(days));
    let late = |at: UnixTime| MailLink {
        created_at: at,
        ..link.clone()
    };
    assert_eq!(earlier(&world, ada.subject, &late(days(2))).await, known);
    let later = days(3).plus(Lifetime::from_minutes(1));
    assert!(earlier(&world, ada.subject, &late(later)).await.is_empty());
    // A link that was sent before takes nothing of it into account; nor does anybody else's.
    let ben = world.person("ben@example.com").await;
    assert!(earlier(&world, ben, &link).await.is_empty());
    let rules = SweepRules::of(&crate::world::policy(), Lifetime::from_days(90));
    let kept = "SELECT COUNT(*) FROM earlier_passwords";
    world.store.sweep(days(9), &rules).await.unwrap();
    assert_eq!(world.database().count(kept), 4);
    let end = world.now.plus(EARLIER_KEPT);
    let end = end.plus(Lifetime::from_minutes(1));
    world.store.sweep(end, &rules).await.unwrap();
    assert_eq!(world.database().count(kept), 0);
}

#[tokio::test]
async fn who_has_no_password_takes_nothing_back_by_one() {
    let world = World::new();
    let (ada, here) = ada(&world).await;
    world.database().run("UPDATE people SET password = ''");
    let ada = read(&world, ada.subject).await;
    let link = key(&world, &ada, &here, 1, true).await;
    assert!(earlier(&world, ada.subject, &link).await.is_empty());
    let gone = take_back(&link, Some(&ada)).unwrap();
    assert_eq!(world.settle(gone).await, Conflict);
    assert_eq!(left(&world, ada.subject).await, (1, 1));
}

/// The mailbox of the address before may be somebody else's by now.
#[tokio::test]
async fn an_address_that_is_taken_back_leaves_second_factors() {
    let world = World::new();
    let mint = world.store.mint();
    let (ada, here) = ada(&world).await;
    let moved = async |to: &str| {
        let person = read(&world, ada.subject).await;
        let address = MailAddress::parse(to).unwrap();
        let asked = told(&world, ask_for_change(&person, &address, world.now, &mint)).await;
        told(
            &world,
            confirm(&asked, Some(&person), true, world.now, &mint).unwrap(),
        )
        .await
    };
    let back = async |link: &MailLink, takes_back| {
        let person = read(&world, ada.subject).await;
        let chosen = ("new".to_owned(), takes_back);
        let change = restore(link, &person, chosen, world.now, &mint).unwrap();
        world.settle(change).await
    };
    // What was set up since goes with a password from before, and stays without.
    let undo = moved("eve@example.com").await;
    assert_eq!(earlier(&world, ada.subject, &undo).await, [PASSWORD]);
    let person = read(&world, ada.subject).await;
    key(&world, &person, &here, 1, true).await;
    let later = moved("eva@example.com").await;
    assert!(earlier(&world, ada.subject, &later).await.is_empty());
    assert_eq!(back(&later, true).await, Conflict, "it was there before");
    assert_eq!(back(&later, false).await, Committed);
    assert_eq!(left(&world, ada.subject).await, (1, 0));
    assert_eq!(back(&undo, true).await, Committed);
    assert_eq!(left(&world, ada.subject).await, (0, 0));
    let found = read(&world, ada.subject).await;
    assert_eq!(
        (found.email.as_str(), found.password.as_str()),
        ("ada@example.com", "new")
    );
}

/// Whoever moves the address away first does not keep the mail from acting that told of the second factor.
#[tokio::test]
async fn a_mail_that_takes_back_outlives_a_change_of_address() {
    let world = World::new();
    let mint = world.store.mint();
    let (ada, here) = ada(&world).await;
    let link = key(&world, &ada, &here, 1, true).await;
    let person = read(&world, ada.subject).await;
    let address = MailAddress::parse("eve@example.com").unwrap();
    let asked = told(&world, ask_for_change(&person, &address, world.now, &mint)).await;
    let change = confirm(&asked, Some(&person), true, world.now, &mint).unwrap();
    assert_eq!(world.settle(change).await, Committed);
    let person = read(&world, ada.subject).await;
    assert_eq!(
        world.settle(take_back(&link, Some(&person)).unwrap()).await,
        Committed
    );
    assert_eq!(left(&world, ada.subject).await, (0, 0));
}
