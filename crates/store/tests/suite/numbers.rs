//! Ids and the numbers of those who make them.
use crate::engine::Database;
use crate::world::{World, newcomer, open_at, options};
use protocol::decision::Mint;
use protocol::types::NewPerson;
use protocol::types::ids::Region;
use store::{Location, Options, Stay, Store, StoreError};

fn command(location: Location) -> Options {
    Options {
        stay: Stay::Command,
        ..options(location)
    }
}

/// Node and region of an id.
fn place(store: &Store) -> (i64, i64) {
    let id = store.mint().locator().0;
    (id >> 10 & 127, id >> 17 & 31)
}

#[tokio::test]
async fn an_id_tells_region_node_and_time() {
    let database = Database::new();
    let in_region = |number| {
        let region = Region::new(number).unwrap();
        let options = Options {
            region,
            ..options(database.location())
        };
        Store::open(&options).unwrap()
    };
    let stores = [in_region(0), in_region(31), in_region(3)];
    let places = stores.each_ref().map(place);
    assert_eq!(places, [(0, 0), (1, 31), (2, 3)]);
    let held = "SELECT COUNT(*) FROM nodes WHERE node IN (0, 1, 2)";
    assert_eq!(database.count(held), 3);
    assert_eq!(Region::new(32), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn commands_by_the_hundred_find_a_number() {
    let database = Database::new();
    let server = open_at(database.location());
    for _ in 0..5 {
        let wave: Vec<_> = (0..60)
            .map(|_| {
                let options = command(database.location());
                tokio::task::spawn_blocking(move || Store::open(&options).unwrap())
            })
            .collect();
        let mut opened = Vec::new();
        for store in wave {
            opened.push(store.await.unwrap());
        }
        let mut nodes: Vec<i64> = opened.iter().map(|store| place(store).0).collect();
        nodes.push(place(&server).0);
        nodes.sort_unstable();
        nodes.dedup();
        assert_eq!(nodes.len(), 61, "each has a number of its own");
        for store in opened {
            store.close().await;
        }
    }
    assert_eq!(database.count("SELECT COUNT(*) FROM nodes"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_waits_for_numbers_that_others_hold_for_a_moment() {
    let database = Database::new();
    let store = open_at(database.location());
    let until = store.mint().locator().time().0 + 2;
    for node in 1..128 {
        database.run(&format!(
            "INSERT INTO nodes (node, lease_until, holder) VALUES ({node}, {until}, 'killed')"
        ));
    }
    let options = command(database.location());
    let opened = tokio::task::spawn_blocking(move || Store::open(&options));
    let opened = opened.await.unwrap().unwrap();
    assert_ne!(place(&opened).0, place(&store).0);
}

#[tokio::test]
async fn what_a_killed_command_held_is_free_sooner_than_a_servers() {
    let database = Database::new();
    let server = open_at(database.location());
    let killed = Store::open(&command(database.location())).unwrap();
    let now = server.mint().locator().time().0;
    let left = |store: &Store| {
        let node = place(store).0;
        database.count(&format!(
            "SELECT lease_until FROM nodes WHERE node = {node}"
        )) - now
    };
    assert!((50..=60).contains(&left(&server)), "{}", left(&server));
    assert!((5..=15).contains(&left(&killed)), "{}", left(&killed));
    // Renewing keeps it no longer either.
    killed
        .renew_lease(killed.mint().locator().time())
        .await
        .unwrap();
    assert!((5..=16).contains(&left(&killed)), "{}", left(&killed));
}

#[tokio::test]
async fn who_only_looks_needs_no_number_and_writes_nothing() {
    let world = World::new();
    world.person("ada@example.com").await;
    let until = world.now.0 + 60;
    for node in 1..128 {
        world.database().run(&format!(
            "INSERT INTO nodes (node, lease_until, holder) VALUES ({node}, {until}, 'another')"
        ));
    }
    let options = Options {
        stay: Stay::Look,
        ..options(world.database().location())
    };
    let looking = Store::open(&options).unwrap();
    assert_eq!(looking.people(None, 10).await.unwrap().people.len(), 1);
    let person = NewPerson {
        name: "Bob".to_owned(),
        password: String::new(),
        ..newcomer("bob@example.com")
    };
    let create = protocol::accounts::people::create(person);
    let refused = looking.settle(create, world.now).await;
    assert!(
        matches!(refused, Err(StoreError::Refused(_))),
        "{refused:?}"
    );
    let refused = looking.renew_lease(world.now).await;
    assert!(
        matches!(refused, Err(StoreError::Refused(_))),
        "{refused:?}"
    );
    looking.close().await;
    assert_eq!(world.database().count("SELECT COUNT(*) FROM nodes"), 128);
    assert_eq!(world.audited("user.created"), 1);
}
