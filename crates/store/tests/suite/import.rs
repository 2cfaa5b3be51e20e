//! People who come from elsewhere: a batch of them is there whole, or not at all.
use crate::racers::race;
use crate::world::World;
use protocol::Transition;
use protocol::accounts::import::{Newcomer, create_all};
use protocol::handoff::SOURCE;
use protocol::types::{Language, NewPerson, Preferences, UnixTime};
use std::sync::Arc;
use store::{EventQuery, Outcome};

const HASH: &str = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

fn newcomer(world: &World, email: &str, external_id: Option<&str>) -> Newcomer {
    Newcomer {
        person: NewPerson {
            verified_at: Some(world.now),
            password: HASH.to_owned(),
            external_id: external_id.map(str::to_owned),
            ..world.newcomer(email)
        },
        created_at: UnixTime(1_500_000_000),
        preferences: Preferences {
            language: Some(Language::German),
            zone: Some("Europe/Berlin".to_owned()),
        },
    }
}

async fn is_there(world: &World, email: &str) -> bool {
    let found = world.store.person_by_email(email).await.unwrap();
    found.is_some()
}

async fn events(world: &World) -> usize {
    let query = EventQuery {
        name: Some("users.imported".to_owned()),
        ..EventQuery::default()
    };
    let all = world.store.events(&query, 100).await.unwrap();
    all.len()
}

#[tokio::test]
async fn a_batch_is_made_with_all_that_was_said_of_it() {
    let world = World::new();
    let batch = vec![
        newcomer(&world, "Ada@example.com", None),
        newcomer(&world, "shared@example.com", Some("u-1")),
        newcomer(&world, "shared@example.com", Some("u-2")),
        Newcomer {
            preferences: Preferences::default(),
            ..newcomer(&world, "eve@example.com", None)
        },
    ];
    assert_eq!(world.settle(create_all(batch)).await, Outcome::Committed);
    let ada = world
        .store
        .person_by_email("ada@example.com")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (ada.email.as_str(), ada.password.as_str()),
        ("Ada@example.com", HASH)
    );
    assert_eq!(
        (ada.created_at, ada.verified_at),
        (UnixTime(1_500_000_000), Some(world.now))
    );
    let told = world.store.preferences(ada.subject).await.unwrap().unwrap();
    assert_eq!(told.language, Some(Language::German));
    assert_eq!(told.zone.as_deref(), Some("Europe/Berlin"));
    let eve = world
        .store
        .person_by_email("eve@example.com")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        world.store.preferences(eve.subject).await.unwrap(),
        Some(Preferences::default())
    );
    for id in ["u-1", "u-2"] {
        let known = world.store.person_by_identity(SOURCE, id).await.unwrap();
        assert_eq!(known.unwrap().external_id.as_deref(), Some(id));
    }
    assert!(
        !is_there(&world, "shared@example.com").await,
        "nobody is found by it"
    );
    assert_eq!(events(&world).await, 1);
}

#[tokio::test]
async fn a_batch_with_somebody_who_is_here_makes_nobody() {
    let world = World::new();
    let first = vec![
        newcomer(&world, "ada@example.com", None),
        newcomer(&world, "", Some("u-1")),
    ];
    assert_eq!(world.settle(create_all(first)).await, Outcome::Committed);
    for (email, id) in [("ADA@example.com", None), ("", Some("u-1"))] {
        let batch = vec![
            newcomer(&world, "before@example.com", None),
            newcomer(&world, email, id),
            newcomer(&world, "after@example.com", None),
        ];
        assert_eq!(world.settle(create_all(batch)).await, Outcome::Conflict);
        for email in ["before@example.com", "after@example.com"] {
            assert!(!is_there(&world, email).await, "{email}");
        }
    }
    assert_eq!(events(&world).await, 1);
}

#[tokio::test]
async fn of_two_imports_of_the_same_people_one_makes_them() {
    let world = Arc::new(World::new());
    let batch = |_| -> Transition {
        let emails = (0..50).map(|n| format!("user{n}@example.com"));
        create_all(emails.map(|email| newcomer(&world, &email, None)).collect())
    };
    assert_eq!(race(&world, (0..8).map(batch).collect()).await, 1);
    assert_eq!(events(&world).await, 1);
}

#[tokio::test]
async fn numbered_people_are_counted_in_their_order() {
    let world = World::new();
    let batch = (0..5).map(|n| {
        let mut one = newcomer(&world, &format!("user{n}@example.com"), None);
        one.person.subject = None;
        one
    });
    let batch = batch.collect();
    assert_eq!(world.settle(create_all(batch)).await, Outcome::Committed);
    let mut subjects = Vec::new();
    for n in 0..5 {
        let found = world
            .store
            .person_by_email(&format!("user{n}@example.com"))
            .await;
        subjects.push(found.unwrap().unwrap().subject.0);
    }
    assert_eq!(subjects, [1, 2, 3, 4, 5]);
}
