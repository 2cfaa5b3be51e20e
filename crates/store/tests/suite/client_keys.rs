//! The keys of apps, and the assertions that they used.
use crate::nodes::behind_proxy;
use crate::world::{World, policy};
use jose::{Algorithm, Digest, SigningAlgorithm, SigningKey};
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::{AppChange, AssertionChange};
use protocol::types::{Client, ClientKeys, KeySource, Lifetime, RegisteredKeys, UnixTime};
use store::{Outcome, Store, SweepRules};

fn used(store: &Store, name: &str, until: UnixTime) -> Transition {
    let (key, receipt) = (Digest::of(name.as_bytes()), store.mint().locator());
    AssertionChange::Use {
        key,
        receipt,
        until,
    }
    .into()
}

fn keys(source: KeySource, algorithms: &[Algorithm]) -> Option<Box<ClientKeys>> {
    Some(Box::new(ClientKeys {
        source,
        algorithms: algorithms.to_vec(),
        ends_at: None,
    }))
}

fn set() -> KeySource {
    let key = SigningKey::generate(SigningAlgorithm::EdDsa);
    KeySource::Set(RegisteredKeys::register(&key.public().json()).unwrap())
}

#[tokio::test]
async fn an_assertion_is_used_once_by_whoever() {
    let world = World::new();
    let until = world.now.plus(Lifetime::from_minutes(1));
    let outcome = world.settle(used(&world.store, "a", until)).await;
    assert_eq!(outcome, Outcome::Committed);
    for store in [world.another(), world.another()] {
        let later = until.plus(Lifetime::from_minutes(5));
        let again = store.settle(used(&store, "a", later), world.now).await;
        assert_eq!(again.unwrap(), Outcome::Conflict);
        store.close().await;
    }
    let other = world.settle(used(&world.store, "b", until)).await;
    assert_eq!(other, Outcome::Committed);
}

#[tokio::test]
async fn it_is_remembered_until_its_end() {
    let world = World::new();
    let rules = SweepRules::of(&policy(), Lifetime::from_days(30));
    let until = world.now.plus(Lifetime::from_minutes(1));
    let far = world.now.plus(Lifetime::from_days(1));
    world.settle(used(&world.store, "near", until)).await;
    world.settle(used(&world.store, "far", far)).await;
    let left = || {
        world
            .database()
            .count("SELECT COUNT(*) FROM used_assertions")
    };
    let before = UnixTime(until.0 - 1);
    world.store.sweep(before, &rules).await.unwrap();
    assert_eq!(left(), 2);
    world.store.sweep(until, &rules).await.unwrap();
    assert_eq!(left(), 1);
    assert_eq!(
        world.settle(used(&world.store, "far", far)).await,
        Outcome::Conflict
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_use_whose_answer_is_lost_is_not_taken_for_a_second() {
    let (world, proxy) = behind_proxy().await;
    let until = world.now.plus(Lifetime::from_minutes(1));
    for name in ["a", "b", "c"] {
        proxy.lose("COMMIT");
        let outcome = world.settle(used(&world.store, name, until)).await;
        assert_eq!(outcome, Outcome::Committed);
        assert!(proxy.has_lost());
        let again = world.settle(used(&world.store, name, until)).await;
        assert_eq!(again, Outcome::Conflict);
    }
}

#[tokio::test]
async fn that_an_app_is_bound_is_read_as_it_was_written() {
    let world = World::new();
    let bound = Client {
        dpop_bound: true,
        ..world.new_client("bound")
    };
    let register = Transition::App(AppChange::Register {
        client: Box::new(bound),
        logo: None,
        bounds: None,
    });
    assert_eq!(world.settle(register).await, Outcome::Committed);
    let read = async || world.store.client("bound").await.unwrap().unwrap();
    for bound in [false, true] {
        let before = Client::clone(&*read().await);
        assert_eq!(before.dpop_bound, !bound);
        let change = Transition::App(AppChange::Update {
            after: Box::new(Client {
                dpop_bound: bound,
                ..before.clone()
            }),
            before: Box::new(before),
            logo: None,
            own_name: false,
        });
        assert_eq!(world.settle(change).await, Outcome::Committed);
        assert_eq!(read().await.dpop_bound, bound);
    }
}

#[tokio::test]
async fn keys_are_read_as_they_were_written_and_take_the_place_of_secrets() {
    let world = World::new();
    world.client("app").await;
    let read = async || world.store.client("app").await.unwrap().unwrap();
    let both = [Algorithm::Es256, Algorithm::EdDsa];
    let uri = KeySource::Uri("https://app.example/jwks.json".to_owned());
    for keys in [keys(set(), &[]), keys(uri, &both), keys(set(), &both), None] {
        let before = Client::clone(&*read().await);
        let after = Client {
            keys,
            secrets: match before.keys {
                None => Vec::new(),
                Some(_) => before.secrets.clone(),
            },
            ..before.clone()
        };
        let change = Transition::App(AppChange::Update {
            before: Box::new(before.clone()),
            after: Box::new(after.clone()),
            logo: None,
            own_name: false,
        });
        assert_eq!(world.settle(change).await, Outcome::Committed);
        let stored = read().await;
        assert_eq!(stored.keys, after.keys);
        assert!(
            stored.secrets.is_empty(),
            "also when there are none any more"
        );
        assert_eq!(stored.version, before.version + 1);
    }
    assert_eq!(world.audited("app.keys_changed"), 4);
    // An app begins with keys, and its test side has none of them.
    let new = Client {
        keys: keys(set(), &both),
        secrets: Vec::new(),
        ..world.new_client("signer")
    };
    let register = Transition::App(AppChange::Register {
        client: Box::new(new.clone()),
        logo: None,
        bounds: None,
    });
    assert_eq!(world.settle(register).await, Outcome::Committed);
    let stored = world.store.client("signer").await.unwrap().unwrap();
    assert_eq!((&stored.keys, stored.secrets.len()), (&new.keys, 0));
}
