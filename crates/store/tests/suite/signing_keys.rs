//! The keys that sign: what nodes that do it at once make of it.
use crate::racers::race;
use crate::world::World;
use jose::SigningAlgorithm;
use protocol::Transition;
use protocol::signing_keys::SigningKeyState::{Published, Retired, Signing};
use protocol::signing_keys::{NewSigningKey, SigningKeyFacts, SigningKeyState};
use protocol::transition::SigningKeyChange;
use protocol::types::UnixTime;
use std::sync::Arc;
use store::EventQuery;
use store::Outcome::{Committed, Conflict};

const ES256: SigningAlgorithm = SigningAlgorithm::Es256;

fn made(world: &World, kid: &str, number: i64, state: SigningKeyState) -> Transition {
    let facts = SigningKeyFacts {
        kid: kid.to_owned(),
        algorithm: ES256,
        number,
        state,
        public: format!(r#"{{"kid":"{kid}"}}"#),
        made_at: world.now,
        signs_at: world.now,
        ends_at: None,
    };
    let sealed = kid.as_bytes().to_vec();
    SigningKeyChange::Make(Box::new(NewSigningKey { facts, sealed })).into()
}

fn signs(world: &World, kid: &str) -> Transition {
    let change = SigningKeyChange::Sign {
        kid: kid.to_owned(),
        algorithm: ES256,
        at: world.now,
        earlier_ends_at: UnixTime(world.now.0 + 60),
    };
    change.into()
}

async fn states(world: &World) -> Vec<(String, SigningKeyState)> {
    let keys = world.store.signing_keys().await.unwrap();
    keys.into_iter().map(|key| (key.kid, key.state)).collect()
}

fn named(states: &[(&str, SigningKeyState)]) -> Vec<(String, SigningKeyState)> {
    states
        .iter()
        .map(|(kid, state)| ((*kid).to_owned(), *state))
        .collect()
}

#[tokio::test]
async fn a_key_reads_back_and_goes_its_way() {
    let world = World::new();
    assert_eq!(world.settle(made(&world, "a", 1, Signing)).await, Committed);
    assert_eq!(
        world.settle(made(&world, "b", 2, Published)).await,
        Committed
    );
    let key = world.store.signing_keys().await.unwrap().remove(1);
    assert_eq!(
        (key.algorithm, key.number, key.made_at),
        (ES256, 2, world.now)
    );
    assert_eq!(key.public, r#"{"kid":"b"}"#);
    assert_eq!(world.settle(signs(&world, "b")).await, Committed);
    assert_eq!(
        states(&world).await,
        named(&[("a", Retired), ("b", Signing)])
    );
    assert_eq!(world.settle(signs(&world, "b")).await, Conflict);
    assert_eq!(
        states(&world).await,
        named(&[("a", Retired), ("b", Signing)]),
        "nothing is half done"
    );
    let end = world.store.signing_keys().await.unwrap()[0].ends_at;
    assert_eq!(end, Some(UnixTime(world.now.0 + 60)));
    let remove = |state| SigningKeyChange::Remove {
        kid: "a".to_owned(),
        state,
    };
    assert_eq!(world.settle(remove(Published).into()).await, Conflict);
    assert_eq!(world.settle(remove(Retired).into()).await, Committed);
    let retire = SigningKeyChange::Retire {
        kid: "b".to_owned(),
        ends_at: world.now,
    };
    assert_eq!(world.settle(retire.into()).await, Committed);
    assert_eq!(states(&world).await, named(&[("b", Retired)]));
    let query = EventQuery {
        name: Some("signing_key".to_owned()),
        ..EventQuery::default()
    };
    let events = world.store.events(&query, 10).await.unwrap();
    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    let expected = [
        "signing_key.made",
        "signing_key.made",
        "signing_key.signs",
        "signing_key.removed",
        "signing_key.retired",
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn no_two_keys_have_one_number_name_or_place() {
    let world = World::new();
    assert_eq!(world.settle(made(&world, "a", 1, Signing)).await, Committed);
    assert_eq!(
        world.settle(made(&world, "a", 2, Published)).await,
        Conflict
    );
    assert_eq!(
        world.settle(made(&world, "b", 1, Published)).await,
        Conflict
    );
    assert_eq!(world.settle(made(&world, "c", 2, Signing)).await, Conflict);
    assert_eq!(
        world.settle(made(&world, "d", 2, Published)).await,
        Committed
    );
    assert_eq!(
        world.settle(made(&world, "e", 3, Published)).await,
        Conflict
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_that_rotate_at_once_agree() {
    let world = Arc::new(World::new());
    let first = (0..20)
        .map(|n| made(&world, &format!("first-{n}"), 1, Signing))
        .collect();
    assert_eq!(race(&world, first).await, 1);
    let next = (0..20)
        .map(|n| made(&world, &format!("next-{n}"), 2, Published))
        .collect();
    assert_eq!(race(&world, next).await, 1);
    let next = states(&world).await[1].0.clone();
    let sign = (0..20).map(|_| signs(&world, &next)).collect();
    assert_eq!(race(&world, sign).await, 1);
    let [(_, Retired), (kid, Signing)] = &states(&world).await[..] else {
        panic!("{:?}", states(&world).await);
    };
    assert_eq!(*kid, next);
}

#[tokio::test]
async fn what_is_sealed_is_paged_through_and_replaced() {
    let world = World::new();
    for (number, kid) in ["c", "a", "b"].into_iter().enumerate() {
        let state = if number == 0 { Signing } else { Published };
        let key = made(&world, kid, number as i64 + 1, state);
        assert_eq!(world.settle(key).await, Committed);
        if number == 1 {
            assert_eq!(world.settle(signs(&world, kid)).await, Committed);
        }
    }
    let page = async |after: &str| -> Vec<String> {
        let found = world.store.sealed_signing_keys(after, 2).await.unwrap();
        found.into_iter().map(|(kid, _)| kid).collect()
    };
    assert_eq!(page("").await, ["a", "b"]);
    assert_eq!(page("b").await, ["c"]);
    let reseal = |before: &[u8]| SigningKeyChange::Reseal {
        kid: "b".to_owned(),
        before: before.to_vec(),
        sealed: b"anew".to_vec(),
    };
    assert_eq!(world.settle(reseal(b"other").into()).await, Conflict);
    assert_eq!(world.settle(reseal(b"b").into()).await, Committed);
    let (_, sealed) = world
        .store
        .sealed_signing_keys("a", 1)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(sealed, b"anew");
}
