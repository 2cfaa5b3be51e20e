//! Sign-ins at the company's own login: one answer to a challenge, one account to an id, one session to an answer.
use crate::racers::race;
use crate::world::World;
use jose::Digest;
use protocol::Transition;
use protocol::accounts::second_factor::{self, NewAuthenticator, Proof};
use protocol::accounts::sign_in::{HandedOff, SigningIn, start_session};
use protocol::handoff::{
    ExternalMembership, LoginChallenge, LoginOutcome, MembershipFacts, SOURCE, next_change,
};
use protocol::openid::claims::Document;
use protocol::transition::{HandoffChange, Recognized, SessionChange};
use protocol::types::{Lifetime, Membership, NewPerson, Person, Role, Subject, UnixTime};
use std::sync::Arc;
use store::Outcome;

fn challenge(world: &World) -> LoginChallenge {
    LoginChallenge::new(
        "browser",
        false,
        Some("apps".to_owned()),
        &world.store.mint(),
    )
}

fn accept(world: &World, challenge: &LoginChallenge, recognized: Recognized) -> Transition {
    Transition::Handoff(HandoffChange::Accept {
        challenge: challenge.clone(),
        auth_time: world.now,
        methods: "pwd otp".to_owned(),
        expires_at: world.now.plus(Lifetime::from_minutes(5)),
        said: Digest::of(b"what was said"),
        recognized: Box::new(recognized),
    })
}

fn newcomer(world: &World, id: &str, email: &str) -> Recognized {
    Recognized::New {
        person: Box::new(NewPerson {
            password: String::new(),
            external_id: Some(id.to_owned()),
            ..world.newcomer(email)
        }),
        identity: (SOURCE.to_owned(), id.to_owned()),
        claims: Document::parse("{\"locale\":\"de\"}").ok(),
    }
}

async fn known(world: &World, id: &str) -> Option<Person> {
    world.store.person_by_identity(SOURCE, id).await.unwrap()
}

#[tokio::test]
async fn an_answer_names_the_account_that_it_made() {
    let world = World::new();
    let (first, second) = (challenge(&world), challenge(&world));
    let new = accept(
        &world,
        &first,
        newcomer(&world, "u-1", "shared@example.com"),
    );
    assert_eq!(world.settle(new).await, Outcome::Committed);
    let ada = known(&world, "u-1").await.expect("an account");
    assert_eq!(ada.external_id.as_deref(), Some("u-1"));
    let answer = world.store.login_answer(first.id).await.unwrap();
    let outcome = LoginOutcome::SignedIn {
        subject: ada.subject,
        auth_time: world.now,
        methods: "pwd otp".to_owned(),
    };
    let answer = answer.expect("an answer");
    assert_eq!((answer.outcome, answer.used_at), (outcome, None));
    assert_eq!(answer.browser, Digest::of(b"browser"));
    assert_eq!(answer.said, Some(Digest::of(b"what was said")));
    // Two may share an address, and nobody is found by it.
    let other = accept(
        &world,
        &second,
        newcomer(&world, "u-2", "shared@example.com"),
    );
    assert_eq!(world.settle(other).await, Outcome::Committed);
    let by_email = world.store.person_by_email("shared@example.com").await;
    assert_eq!(by_email.unwrap(), None);
    let own = world.person("shared@example.com").await;
    let by_email = world.store.person_by_email("shared@example.com").await;
    assert_eq!(by_email.unwrap().map(|person| person.subject), Some(own));
}

#[tokio::test]
async fn what_is_said_twice_of_one_challenge_is_said_once() {
    let world = World::new();
    let one = challenge(&world);
    let first = accept(&world, &one, newcomer(&world, "u-1", ""));
    assert_eq!(world.settle(first).await, Outcome::Committed);
    let second = accept(&world, &one, newcomer(&world, "u-2", ""));
    assert_eq!(world.settle(second).await, Outcome::Conflict);
    assert_eq!(known(&world, "u-2").await, None, "nothing is half done");
    let refused = Transition::Handoff(HandoffChange::Refuse {
        challenge: one,
        expires_at: world.now,
    });
    assert_eq!(world.settle(refused).await, Outcome::Conflict);
}

#[tokio::test]
async fn who_is_known_is_called_what_they_are_called_now() {
    let world = World::new();
    let new = newcomer(&world, "u-1", "before@example.com");
    world.settle(accept(&world, &challenge(&world), new)).await;
    let ada = known(&world, "u-1").await.unwrap();
    let again = Recognized::Known {
        subject: ada.subject,
        email: String::new(),
        verified_at: None,
        name: "Ada Lovelace".to_owned(),
        claims: Some(Document::default()),
    };
    let settled = world
        .settle(accept(&world, &challenge(&world), again))
        .await;
    assert_eq!(settled, Outcome::Committed);
    let now = known(&world, "u-1").await.unwrap();
    assert_eq!(
        (now.name.as_str(), now.email.as_str()),
        ("Ada Lovelace", "")
    );
    let claims = world.database().count("SELECT COUNT(*) FROM person_claims");
    assert_eq!(claims, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_sessions_by_one_answer_one_begins() {
    let world = Arc::new(World::new());
    let one = challenge(&world);
    world
        .settle(accept(&world, &one, newcomer(&world, "u-1", "")))
        .await;
    let ada = known(&world, "u-1").await.unwrap();
    let starts = (0..8).map(|racer| start(&world.store, &ada, one.id, racer, world.now));
    assert_eq!(race(&world, starts.collect()).await, 1);
    assert_eq!(world.database().count("SELECT COUNT(*) FROM sessions"), 1);
}

/// An answer that began no session is no way around the end of all of them, whatever ended them.
#[tokio::test]
async fn an_answer_that_is_not_used_ends_with_the_sessions() {
    let world = World::new();
    let mint = world.store.mint();
    let new = newcomer(&world, "u-1", "ada@example.com");
    world.settle(accept(&world, &challenge(&world), new)).await;
    let other = newcomer(&world, "u-2", "bob@example.com");
    let of_bob = challenge(&world);
    world.settle(accept(&world, &of_bob, other)).await;
    let bob = known(&world, "u-2").await.unwrap();
    let ada = known(&world, "u-1").await.unwrap();
    let (subject, keep) = (ada.subject, None);
    let password = protocol::transition::AccountChange::SetPassword {
        subject,
        proved: None,
        password: String::new(),
        keep,
        notice: None,
    };
    let ends: [Transition; 3] = [
        SessionChange::EndAll { subject, keep }.into(),
        Transition::Account(password),
        protocol::accounts::people::disable(&ada, &mint),
    ];
    for (racer, end) in ends.into_iter().enumerate() {
        let one = challenge(&world);
        let again = Recognized::Known {
            subject,
            email: String::new(),
            verified_at: None,
            name: "Ada".to_owned(),
            claims: None,
        };
        world.settle(accept(&world, &one, again)).await;
        let told = format!("{end:?}");
        assert_eq!(world.settle(end).await, Outcome::Committed);
        let answer = world.store.login_answer(one.id).await.unwrap().unwrap();
        assert!(answer.used_at.is_some(), "{told}");
        let late = start(&world.store, &ada, one.id, racer, world.now);
        assert_eq!(world.settle(late).await, Outcome::Conflict, "{told}");
    }
    // Another's still works.
    let theirs = start(&world.store, &bob, of_bob.id, 9, world.now);
    assert_eq!(world.settle(theirs).await, Outcome::Committed);
}

/// Whoever signs in by an answer and sets a second factor up goes on by it, unless it was used up meanwhile.
#[tokio::test]
async fn a_second_factor_is_set_up_in_a_sign_in_that_goes_on() {
    let world = World::new();
    for (id, over) in [("u-1", true), ("u-2", false)] {
        let one = challenge(&world);
        let new = newcomer(&world, id, &format!("{id}@example.com"));
        world.settle(accept(&world, &one, new)).await;
        let ada = known(&world, id).await.unwrap();
        if over {
            let (subject, keep) = (ada.subject, None);
            let end = SessionChange::EndAll { subject, keep };
            world.settle(end.into()).await;
        }
        let add = NewAuthenticator {
            person: &ada,
            sealed: b"seed".to_vec(),
            step: 1,
            codes: &[],
            is_first: true,
            session: None,
            answer: Some(one.id),
        };
        let add = second_factor::add(add, false, world.now, &world.store.mint());
        let expected = match over {
            true => Outcome::Conflict,
            false => Outcome::Committed,
        };
        assert_eq!(world.settle(add).await, expected);
        let answer = world.store.login_answer(one.id).await.unwrap().unwrap();
        assert_eq!(answer.used_at.is_some(), over);
    }
}

fn start(
    store: &store::Store,
    person: &Person,
    answer: protocol::types::Locator,
    racer: usize,
    now: UnixTime,
) -> Transition {
    let (device, key) = (format!("browser {racer}"), jose::keyed::Key::new(&[7; 32]));
    let signing_in = SigningIn {
        user_agent: "",
        device: &device,
        secrets: ("secret", &key),
        session: None,
        proof: Proof::HandedOff(HandedOff {
            answer,
            auth_time: now,
            methods: "pwd otp",
            passkey: None,
        }),
    };
    let policy = crate::world::policy();
    start_session(person, &signing_in, false, &policy, now, &store.mint()).1
}

#[tokio::test]
async fn whoever_is_deleted_may_come_again_as_somebody_new() {
    let world = World::new();
    world
        .settle(accept(
            &world,
            &challenge(&world),
            newcomer(&world, "u-1", ""),
        ))
        .await;
    let ada = known(&world, "u-1").await.unwrap();
    let facts = world.store.deletion(ada.subject).await.unwrap();
    let by = protocol::accounts::deletion::Deleter::Operator;
    let delete = protocol::accounts::deletion::delete(&ada, facts, by, None, &world.store.mint());
    assert_eq!(world.settle(delete.unwrap()).await, Outcome::Committed);
    assert_eq!(known(&world, "u-1").await, None);
    // What APIs are told to forget is still known.
    let named = world.store.external_id(ada.subject).await.unwrap();
    assert_eq!(named.as_deref(), Some("u-1"));
    let again = accept(&world, &challenge(&world), newcomer(&world, "u-1", ""));
    assert_eq!(world.settle(again).await, Outcome::Committed);
    let anew = known(&world, "u-1").await.unwrap();
    assert_ne!(anew.subject, ada.subject);
}

/// Has Ada belong to what the company says, each change settled before the next is asked for.
async fn belongs(world: &World, ada: Subject, said: &[ExternalMembership]) -> usize {
    for changes in 0..20 {
        let mut named = Vec::new();
        for one in said {
            named.extend(world.store.organization_of_company(&one.id).await.unwrap());
        }
        let own = world.store.memberships(ada).await.unwrap();
        let facts = MembershipFacts { own, named };
        match next_change(ada, said, &facts, world.now, &world.store.mint()) {
            Some(change) => {
                let settled = world.settle(Transition::Organization(change)).await;
                assert_eq!(settled, Outcome::Committed);
            }
            None => return changes,
        }
    }
    panic!("it never ends");
}

fn member(id: &str, name: &str, role: Role) -> ExternalMembership {
    ExternalMembership {
        id: id.to_owned(),
        name: name.to_owned(),
        role,
        second_factor: None,
    }
}

#[tokio::test]
async fn organizations_of_the_company_become_what_it_says() {
    let world = World::new();
    let first = challenge(&world);
    let new = accept(&world, &first, newcomer(&world, "u-1", "ada@example.com"));
    assert_eq!(world.settle(new).await, Outcome::Committed);
    let ada = known(&world, "u-1").await.expect("an account").subject;
    let seats = async || {
        let own = world.store.memberships(ada).await.unwrap();
        let seat = |own: Membership| {
            (
                own.organization.external_id,
                own.organization.name,
                own.role,
            )
        };
        own.into_iter().map(seat).collect::<Vec<_>>()
    };
    let seat = |id: &str, name: &str, role| (Some(id.to_owned()), name.to_owned(), role);
    let said = [
        member("o-1", "Acme", Role::Owner),
        member("o-2", "Board", Role::Viewer),
    ];
    assert_eq!(belongs(&world, ada, &said).await, 4);
    assert_eq!(
        belongs(&world, ada, &said).await,
        0,
        "nothing is left to do"
    );
    assert_eq!(
        seats().await,
        [
            seat("o-1", "Acme", Role::Owner),
            seat("o-2", "Board", Role::Viewer)
        ]
    );
    // Its only owner may delete the account: the company names another.
    let left = world.store.deletion(ada).await.unwrap().left_without_owner;
    assert_eq!(left, []);
    let said = [member("o-2", "Board Makers", Role::Developer)];
    assert_eq!(belongs(&world, ada, &said).await, 3);
    assert_eq!(
        seats().await,
        [seat("o-2", "Board Makers", Role::Developer)]
    );
    let acme = world.store.organization_of_company("o-1").await.unwrap();
    let acme = acme.expect("it stays for its other members");
    let named = world.store.organization_external_id(acme.id).await.unwrap();
    assert_eq!(named.as_deref(), Some("o-1"));
}

#[tokio::test]
async fn of_two_that_come_at_once_with_the_same_organization_one_brings_it() {
    let world = World::new();
    let mirror = |id: &str| {
        let facts = MembershipFacts::default();
        let said = [member(id, "Acme", Role::Owner)];
        let change = next_change(Subject(1), &said, &facts, world.now, &world.store.mint());
        Transition::Organization(change.expect("it is new"))
    };
    assert_eq!(world.settle(mirror("o-1")).await, Outcome::Committed);
    assert_eq!(world.settle(mirror("o-1")).await, Outcome::Conflict);
    assert_eq!(world.settle(mirror("o-2")).await, Outcome::Committed);
}
