//! What bounds the apps that people register by themselves holds for many at once too: names, and how many there are.
use crate::racers::race;
use crate::world::World;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::{AppChange, Bounds, OrganizationChange};
use protocol::types::{Client, Locator, Organization, Owner, Side, Subject, UnixTime};
use std::sync::Arc;
use store::Outcome;

/// A registration that is bound.
fn register(client: Client, own_name: bool, most: usize) -> Transition {
    Transition::App(AppChange::Register {
        client: Box::new(client),
        logo: None,
        bounds: Some(Bounds { own_name, most }),
    })
}

/// An app of a person.
fn app(world: &World, id: &str, name: &str, owner: Subject) -> Client {
    Client {
        name: name.to_owned(),
        owner,
        ..world.new_client(id)
    }
}

async fn people<const N: usize>(world: &World) -> [Subject; N] {
    let mut all = [Subject(0); N];
    for (at, subject) in all.iter_mut().enumerate() {
        *subject = world.person(&format!("p{at}@example.com")).await;
    }
    all
}

/// How many apps there are.
async fn there(world: &World) -> usize {
    world.store.clients(None, 100).await.unwrap().len()
}

#[tokio::test]
async fn nobody_elses_app_is_called_alike() {
    let world = World::new();
    let [ada, ben] = people(&world).await;
    let first = register(app(&world, "a", "Task Board", ada), true, 0);
    assert_eq!(world.settle(first).await, Outcome::Committed);
    for (id, name, owner, side, outcome) in [
        ("b", "TASK-BOARD", ben, Side::Live, Outcome::Conflict),
        ("c", "Tаsk Bоard", ben, Side::Live, Outcome::Conflict),
        ("d", "Task Board", ada, Side::Live, Outcome::Committed),
        ("e", "Task Bored", ben, Side::Live, Outcome::Committed),
    ] {
        let client = Client {
            side,
            ..app(&world, id, name, owner)
        };
        assert_eq!(
            world.settle(register(client, true, 0)).await,
            outcome,
            "{name}"
        );
    }
    let namesake = async |name, person| {
        world
            .store
            .has_namesake(name, Some(person), None)
            .await
            .unwrap()
    };
    assert!(namesake("task board", ben).await);
    assert!(!namesake("task board", ada).await, "they are theirs");
    // One of the test side takes no name away, and one that is deleted gives it back.
    let tests = Client {
        side: Side::Test,
        ..app(&world, "f", "Night Owl", ada)
    };
    assert_eq!(
        world.settle(register(tests, false, 0)).await,
        Outcome::Committed
    );
    assert!(!namesake("Night Owl", ben).await);
    for id in ["a", "d"] {
        let client = world.store.client(id).await.unwrap().unwrap().no;
        world
            .settle(Transition::App(AppChange::Delete { client }))
            .await;
    }
    assert!(!namesake("Task Board", ben).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_take_one_name_at_once_one_has_it() {
    let world = Arc::new(World::new());
    let owners: [Subject; 8] = people(&world).await;
    let names = ["Task Board", "task board", "Tаsk Board", "TASK BOARD"];
    let all = owners.iter().enumerate().map(|(at, owner)| {
        let client = app(&world, &format!("a{at}"), names[at % names.len()], *owner);
        register(client, true, 0)
    });
    let all = all.collect();
    assert_eq!(race(&world, all).await, 1);
    assert_eq!(there(&world).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_apps_that_take_one_name_at_once_one_has_it() {
    let world = Arc::new(World::new());
    let owners: [Subject; 6] = people(&world).await;
    let mut renamed = Vec::new();
    for (at, owner) in owners.iter().enumerate() {
        let id = format!("a{at}");
        let own = app(&world, &id, &format!("App number {at}"), *owner);
        assert_eq!(
            world.settle(register(own, true, 0)).await,
            Outcome::Committed
        );
        let before = (*world.store.client(&id).await.unwrap().unwrap()).clone();
        renamed.push(Transition::App(AppChange::Update {
            after: Box::new(Client {
                name: "Task Board".to_owned(),
                ..before.clone()
            }),
            before: Box::new(before),
            logo: None,
            own_name: true,
        }));
    }
    assert_eq!(race(&world, renamed).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_has_more_apps_than_the_most() {
    let world = Arc::new(World::new());
    let [ada] = people(&world).await;
    let all = (0..12).map(|at| {
        let client = app(&world, &format!("a{at}"), &format!("App {at}"), ada);
        register(client, true, 3)
    });
    let all = all.collect();
    assert_eq!(race(&world, all).await, 3);
    let count = world
        .store
        .count_clients_of(Owner::Person(ada), UnixTime(0));
    assert_eq!(count.await.unwrap(), 3);
    // One that is deleted can be brought back, so there is no room for another yet.
    let client = world.store.clients(None, 1).await.unwrap()[0].no;
    world
        .settle(Transition::App(AppChange::Delete { client }))
        .await;
    let another = || register(app(&world, "another", "Another", ada), true, 3);
    assert_eq!(world.settle(another()).await, Outcome::Conflict);
    let later = UnixTime(world.now.0 + 31 * 86_400);
    let settled = world.store.settle(another(), later).await.unwrap();
    assert_eq!(settled, Outcome::Committed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_organization_has_more_apps_than_the_most() {
    let world = Arc::new(World::new());
    let [ada] = people(&world).await;
    let organization = Organization {
        logo: None,
        external_id: None,
        second_factor: false,
        id: world.store.mint().locator(),
        version: 1,
        name: "Board Makers".to_owned(),
        created_at: world.now,
    };
    let id = organization.id;
    let found = Transition::Organization(OrganizationChange::Found {
        organization,
        founder: ada,
        once: jose::Digest::of(b"once"),
        own_name: false,
    });
    assert_eq!(world.settle(found).await, Outcome::Committed);
    let all = (0..12).map(|at| {
        let client = Client {
            organization: Some(id),
            ..app(&world, &format!("a{at}"), &format!("App {at}"), ada)
        };
        register(client, true, 3)
    });
    let all = all.collect();
    assert_eq!(race(&world, all).await, 3);
    let of = async |owner| {
        let count = world.store.count_clients_of(owner, UnixTime(0));
        count.await.unwrap()
    };
    assert_eq!(of(Owner::Organization(id)).await, 3);
    assert_eq!(of(Owner::Person(ada)).await, 0, "they are not hers");
    assert_eq!(of(Owner::Organization(Locator(1))).await, 0);
}

/// An organization of a person, whose name must be its own.
fn found(world: &World, name: &str, founder: Subject) -> Transition {
    let id = world.store.mint().locator();
    Transition::Organization(OrganizationChange::Found {
        organization: Organization {
            logo: None,
            external_id: None,
            second_factor: false,
            id,
            version: 1,
            name: name.to_owned(),
            created_at: world.now,
        },
        founder,
        once: jose::Digest::of(&id.0.to_be_bytes()),
        own_name: true,
    })
}

#[tokio::test]
async fn no_organization_is_called_like_another_or_like_somebody_elses_app() {
    let world = World::new();
    let [ada, ben] = people(&world).await;
    let acme = found(&world, "Board Makers", ada);
    assert_eq!(world.settle(acme).await, Outcome::Committed);
    let own = register(app(&world, "a", "Night Owl", ada), true, 0);
    assert_eq!(world.settle(own).await, Outcome::Committed);
    for (name, founder, outcome) in [
        ("BOARD-MAKERS", ben, Outcome::Conflict),
        ("Bоard Mаkers", ben, Outcome::Conflict),
        ("Board Makers", ada, Outcome::Conflict),
        ("night owl", ben, Outcome::Conflict),
        ("Night Owl", ada, Outcome::Committed),
        ("Board Breakers", ben, Outcome::Committed),
    ] {
        let settled = world.settle(found(&world, name, founder)).await;
        assert_eq!(settled, outcome, "{name}");
    }
    let ours = world.store.memberships(ben).await.unwrap();
    let before = ours[0].organization.clone();
    let named = async |name, person, organization| {
        let told = world.store.has_namesake(name, Some(person), organization);
        told.await.unwrap()
    };
    assert!(named("board makers", ben, Some(before.id)).await);
    assert!(named("night owl", ben, Some(before.id)).await);
    assert!(
        !named("board breakers", ben, Some(before.id)).await,
        "it is its own"
    );
    assert!(named("board breakers", ben, None).await);
    let rename = |name: &str, taken_by| {
        Transition::Organization(OrganizationChange::Rename {
            before: before.clone(),
            name: name.to_owned(),
            taken_by,
        })
    };
    let taken = rename("Bоard Makers", Some(ben));
    assert_eq!(world.settle(taken).await, Outcome::Conflict);
    // The company answers for what it says.
    let said = rename("Board Makers", None);
    assert_eq!(world.settle(said).await, Outcome::Committed);
}

#[tokio::test]
async fn the_name_of_an_organization_is_for_the_apps_that_it_runs() {
    let world = World::new();
    let [ada, ben] = people(&world).await;
    let acme = found(&world, "Board Makers", ada);
    assert_eq!(world.settle(acme).await, Outcome::Committed);
    let acme = world.store.memberships(ada).await.unwrap()[0]
        .organization
        .id;
    let owls = found(&world, "Owls", ben);
    assert_eq!(world.settle(owls).await, Outcome::Committed);
    let owls = world.store.memberships(ben).await.unwrap()[0]
        .organization
        .id;
    for (id, owner, organization, outcome) in [
        ("a", ben, None, Outcome::Conflict),
        ("b", ben, Some(owls), Outcome::Conflict),
        ("c", ada, None, Outcome::Conflict),
        ("d", ada, Some(acme), Outcome::Committed),
    ] {
        let client = Client {
            organization,
            ..app(&world, id, "BOARD-MАKERS", owner)
        };
        let known = world
            .store
            .has_namesake(&client.name, Some(owner), organization);
        assert_eq!(known.await.unwrap(), outcome == Outcome::Conflict, "{id}");
        let settled = world.settle(register(client, true, 0)).await;
        assert_eq!(settled, outcome, "{id}");
    }
    let own = register(app(&world, "e", "Task Board", ben), true, 0);
    assert_eq!(world.settle(own).await, Outcome::Committed);
    let before = (*world.store.client("e").await.unwrap().unwrap()).clone();
    let renamed = AppChange::Update {
        after: Box::new(Client {
            name: "board makers".to_owned(),
            ..before.clone()
        }),
        before: Box::new(before),
        logo: None,
        own_name: true,
    };
    assert_eq!(world.settle(renamed.into()).await, Outcome::Conflict);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_apps_and_organizations_that_take_one_name_at_once_one_has_it() {
    let world = Arc::new(World::new());
    let takers: [Subject; 6] = people(&world).await;
    let all = takers.iter().enumerate().map(|(at, taker)| match at % 2 {
        0 => found(&world, "Board Makers", *taker),
        _ => {
            let client = app(&world, &format!("a{at}"), "board makers", *taker);
            register(client, true, 0)
        }
    });
    let all = all.collect();
    assert_eq!(race(&world, all).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_organizations_that_take_one_name_at_once_one_has_it() {
    let world = Arc::new(World::new());
    let founders: [Subject; 6] = people(&world).await;
    let names = ["Board Makers", "board makers", "Bоard Makers"];
    let all = founders.iter().enumerate();
    let all = all.map(|(at, founder)| found(&world, names[at % names.len()], *founder));
    let all = all.collect();
    assert_eq!(race(&world, all).await, 1);
    let mut renamed = Vec::new();
    for (at, founder) in founders.iter().enumerate() {
        let name = format!("Makers number {at}");
        let settled = world.settle(found(&world, &name, *founder)).await;
        assert_eq!(settled, Outcome::Committed);
        let own = world.store.memberships(*founder).await.unwrap();
        let mut own = own.into_iter().map(|own| own.organization);
        let before = own.find(|own| own.name == name).unwrap();
        renamed.push(Transition::Organization(OrganizationChange::Rename {
            before,
            name: "Night Owl".to_owned(),
            taken_by: Some(*founder),
        }));
    }
    assert_eq!(race(&world, renamed).await, 1);
}

#[tokio::test]
async fn organizations_of_an_earlier_release_are_looked_at_when_the_store_is_opened() {
    let world = World::new();
    let [ada, ben] = people(&world).await;
    let acme = found(&world, "Board Makers", ada);
    assert_eq!(world.settle(acme).await, Outcome::Committed);
    world
        .database()
        .run("UPDATE organizations SET skeleton = ''");
    let another = world.another();
    let named = another.has_namesake("board makers", Some(ben), None);
    assert!(named.await.unwrap());
}

#[tokio::test]
async fn apps_of_an_earlier_release_are_looked_at_when_the_store_is_opened() {
    let world = World::new();
    let [ada, ben] = people(&world).await;
    for (id, name) in [("a", "Task Board"), ("b", "☀️")] {
        let client = app(&world, id, name, ada);
        assert_eq!(
            world.settle(register(client, false, 0)).await,
            Outcome::Committed
        );
    }
    world.database().run("UPDATE clients SET skeleton = ''");
    let without = "SELECT COUNT(*) FROM clients WHERE skeleton = ''";
    assert_eq!(world.database().count(without), 2);
    let another = world.another();
    assert_eq!(world.database().count(without), 0);
    let namesake = another.has_namesake("task board", Some(ben), None).await;
    assert!(namesake.unwrap());
}
