//! The test side of an app goes where its app goes.
use crate::world::{World, newcomer};
use protocol::accounts::people::create;
use protocol::decision::Mint;
use protocol::transition::{AppChange, Transition};
use protocol::types::{
    Client, ClientRowId, ClientStatus, NewPerson, Owner, Person, Scope, Side, Subject, UnixTime,
};
use std::sync::Arc;
use store::Outcome;

/// Registers the test side of an app.
async fn switched_on(world: &World, live: ClientRowId, id: &str) -> Outcome {
    let client = Box::new(Client {
        side: Side::Test,
        live_of: Some(live),
        name: "An older name".to_owned(),
        ..world.new_client(id)
    });
    world
        .settle(Transition::App(AppChange::Register {
            client,
            logo: None,
            bounds: None,
        }))
        .await
}

async fn app(world: &World, id: &str) -> Option<Arc<Client>> {
    world.store.client(id).await.unwrap()
}

async fn test_user(world: &World, app: ClientRowId) -> Person {
    let subject = Subject(world.store.mint().locator().0);
    let person = NewPerson {
        name: "Ann Test".to_owned(),
        test_app: Some(app),
        subject: Some(subject),
        ..newcomer(&format!("{}@users.test", subject.0))
    };
    world.settle(create(person)).await;
    let all = world.store.people_of_test_app(app, 10).await.unwrap();
    all.into_iter()
        .find(|person| person.subject == subject)
        .expect("the person that was made")
}

async fn people(world: &World, app: ClientRowId) -> usize {
    world.store.people_of_test_app(app, 10).await.unwrap().len()
}

#[tokio::test]
async fn an_app_has_one_test_side_and_it_is_in_no_list() {
    let world = World::new();
    let live = world.client("app").await;
    assert_eq!(
        switched_on(&world, live, "test_one").await,
        Outcome::Committed
    );
    assert_eq!(
        switched_on(&world, live, "test_two").await,
        Outcome::Conflict
    );
    let test = world.store.test_side(live).await.unwrap().unwrap();
    assert_eq!(
        (&*test.id, test.live_of, &*test.name),
        ("test_one", Some(live), "Task Board")
    );
    assert_eq!(test.secrets.len(), 1);
    assert_eq!(
        switched_on(&world, test.no, "test_three").await,
        Outcome::Conflict,
        "it has none itself"
    );
    let owner = Owner::Person(test.owner);
    let listed = world.store.clients_of(owner, None, 10).await.unwrap();
    assert_eq!(listed.len(), 1);
    let nobody = ClientRowId(4_711);
    assert_eq!(
        switched_on(&world, nobody, "test_four").await,
        Outcome::Conflict
    );
}

#[tokio::test]
async fn what_both_share_follows_the_app() {
    let world = World::new();
    let live = world.client("app").await;
    switched_on(&world, live, "test_one").await;
    let own = app(&world, "test_one").await.unwrap().redirect_uris.clone();
    let before = app(&world, "app").await.unwrap();
    let after = Client {
        name: "Another name".to_owned(),
        scopes: Some(Scope::parse("tasks:read").unwrap()),
        redirect_uris: Vec::new(),
        ..(*before).clone()
    };
    let change = AppChange::Update {
        before: Box::new((*before).clone()),
        after: Box::new(after.clone()),
        logo: None,
        own_name: false,
    };
    world.settle(Transition::App(change)).await;
    let test = app(&world, "test_one").await.unwrap();
    assert_eq!((&test.name, &test.scopes), (&after.name, &after.scopes));
    assert_eq!(test.redirect_uris, own, "these are its own");
    let not_before = world.store.mint().locator();
    let off = AppChange::SetStatus {
        client: live,
        status: ClientStatus::Disabled,
        not_before,
    };
    world.settle(Transition::App(off)).await;
    let test = app(&world, "test_one").await.unwrap();
    assert_eq!(
        (test.status, test.not_before),
        (ClientStatus::Disabled, not_before)
    );
}

#[tokio::test]
async fn it_is_deleted_with_its_app_and_comes_back_with_it() {
    let world = World::new();
    let live = world.client("app").await;
    switched_on(&world, live, "test_one").await;
    let test = app(&world, "test_one").await.unwrap();
    test_user(&world, test.no).await;
    world
        .settle(Transition::App(AppChange::Delete { client: live }))
        .await;
    assert!(app(&world, "app").await.is_none() && app(&world, "test_one").await.is_none());
    assert_eq!(people(&world, test.no).await, 0);
    let owner = Owner::Person(test.owner);
    let gone = world
        .store
        .deleted_clients_of(owner, UnixTime(0), None, 10)
        .await
        .unwrap();
    assert_eq!(gone.len(), 1, "the pair is one app to bring back");
    let not_before = world.store.mint().locator();
    let back = AppChange::Restore {
        client: Box::new(gone[0].0.clone()),
        own_name: true,
        deleted_at: gone[0].1,
        not_before,
    };
    assert_eq!(
        world.settle(Transition::App(back)).await,
        Outcome::Committed
    );
    let test = app(&world, "test_one").await.unwrap();
    assert_eq!(test.not_before, not_before, "what it had issued stays dead");
    assert_eq!(people(&world, test.no).await, 1);
}

#[tokio::test]
async fn one_that_was_switched_off_makes_room_for_another() {
    let world = World::new();
    let live = world.client("app").await;
    switched_on(&world, live, "test_one").await;
    let test = app(&world, "test_one").await.unwrap();
    world
        .settle(Transition::App(AppChange::Delete { client: test.no }))
        .await;
    assert!(app(&world, "app").await.is_some(), "its app goes on");
    let off = world.store.deleted_test_side(live, UnixTime(0)).await;
    assert_eq!(off.unwrap().expect("it is kept").0.id, "test_one");
    assert_eq!(
        switched_on(&world, live, "test_two").await,
        Outcome::Committed
    );
    let now = world.store.test_side(live).await.unwrap().unwrap();
    assert_eq!(now.id, "test_two");
}

#[tokio::test]
async fn another_process_hears_that_it_went_with_its_app() {
    let world = World::new();
    let live = world.client("app").await;
    switched_on(&world, live, "test_one").await;
    let other = world.another();
    assert!(other.client("test_one").await.unwrap().is_some());
    world
        .settle(Transition::App(AppChange::Delete { client: live }))
        .await;
    other.poll_changes().await.unwrap();
    assert!(other.client("test_one").await.unwrap().is_none());
}
