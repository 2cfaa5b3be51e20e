//! Who may register apps by invitation, and the terms that developers accepted.
use crate::racers::race;
use crate::world::World;
use protocol::Transition;
use protocol::accounts::deletion::{Deleter, delete};
use protocol::accounts::mailbox::vouch;
use protocol::apps::developers::{accept_terms, has_accepted, invite, withdraw};
use protocol::types::{DeveloperTerms, MailAddress, Subject};
use std::sync::Arc;
use store::Outcome::{Committed, Conflict};

fn address(text: &str) -> MailAddress {
    MailAddress::parse(text).unwrap()
}

fn inviting(world: &World, email: &str) -> Transition {
    invite(address(email), None, true, world.now, &world.store.mint())
}

async fn is_invited(world: &World, email: &str) -> bool {
    let key = address(email).key();
    world.store.invited_developer(&key).await.unwrap().is_some()
}

async fn proved(world: &World, email: &str) -> Subject {
    let subject = world.person(email).await;
    let person = world.store.person(subject).await.unwrap().unwrap();
    if person.verified_at.is_none() {
        world.settle(vouch(&person, world.now)).await;
    }
    subject
}

#[tokio::test]
async fn an_address_is_invited_once_however_it_is_spelled_until_that_is_taken_back() {
    let world = World::new();
    assert!(!is_invited(&world, "ada@example.com").await);
    let first = inviting(&world, "Ada@Example.com");
    assert_eq!(world.settle(first).await, Committed);
    assert_eq!(
        world.settle(inviting(&world, "ada@example.com")).await,
        Conflict
    );
    assert!(is_invited(&world, "ADA@example.com").await);
    assert!(!is_invited(&world, "bob@example.com").await);
    for email in ["bob@example.com", "cy@example.com"] {
        assert_eq!(world.settle(inviting(&world, email)).await, Committed);
    }
    let some = world.store.invited_developers("", 2).await.unwrap();
    let named: Vec<_> = some.iter().map(|one| one.email.as_str()).collect();
    assert_eq!(named, ["Ada@Example.com", "bob@example.com"]);
    let last = some[1].email.key();
    let rest = world.store.invited_developers(&last, 2);
    assert_eq!(rest.await.unwrap().len(), 1);
    let back = withdraw(&address("ada@EXAMPLE.com"));
    assert_eq!(world.settle(back.clone()).await, Committed);
    assert_eq!(world.settle(back).await, Conflict);
    assert!(!is_invited(&world, "ada@example.com").await);
    assert_eq!(world.audited("developer.invited"), 3);
    assert_eq!(world.audited("developer.invitation_ended"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_invite_one_address_at_once_one_does() {
    let world = Arc::new(World::new());
    let all = (0..6).map(|_| inviting(&world, "ada@example.com"));
    let all = all.collect();
    assert_eq!(race(&world, all).await, 1);
}

#[tokio::test]
async fn terms_are_accepted_once_in_each_version() {
    let world = World::new();
    let ada = world.person("ada@example.com").await;
    let person = world.store.person(ada).await.unwrap().unwrap();
    let terms = |version: &str| DeveloperTerms {
        url: "https://tasks.example/terms".to_owned(),
        version: version.to_owned(),
    };
    for (version, outcome) in [("1", Committed), ("1", Conflict), ("2", Committed)] {
        let accepted = accept_terms(&person, &terms(version), world.now);
        assert_eq!(world.settle(accepted).await, outcome, "{version}");
    }
    let own = world.store.accepted_terms(ada).await.unwrap();
    assert!(has_accepted(&own, &terms("1")) && has_accepted(&own, &terms("2")));
    assert!(!has_accepted(&own, &terms("3")));
    let elsewhere = DeveloperTerms {
        url: "https://tasks.example/other".to_owned(),
        ..terms("2")
    };
    assert!(!has_accepted(&own, &elsewhere));
    assert_eq!(own[0].accepted_at, world.now);
    assert_eq!(world.audited("developer.terms_accepted"), 2);
}

#[tokio::test]
async fn what_is_known_of_a_developer_goes_with_the_account() {
    let world = World::new();
    let ada = proved(&world, "ada@example.com").await;
    world.settle(inviting(&world, "ada@example.com")).await;
    let person = world.store.person(ada).await.unwrap().unwrap();
    let terms = DeveloperTerms {
        url: "https://tasks.example/terms".to_owned(),
        version: String::new(),
    };
    let accepted = accept_terms(&person, &terms, world.now);
    assert_eq!(world.settle(accepted).await, Committed);
    let facts = world.store.deletion(ada).await.unwrap();
    let end = delete(&person, facts, Deleter::Operator, None, &world.store.mint());
    assert_eq!(world.settle(end.unwrap()).await, Committed);
    assert!(!is_invited(&world, "ada@example.com").await);
    assert!(world.store.accepted_terms(ada).await.unwrap().is_empty());
    let again = accept_terms(&person, &terms, world.now);
    assert_eq!(world.settle(again).await, Conflict);
}
