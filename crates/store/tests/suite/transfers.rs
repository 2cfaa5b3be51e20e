//! Apps that change hands take their names with them, unless those are somebody else's by then.
use crate::racers::race;
use crate::world::World;
use protocol::Transition;
use protocol::transition::{AppChange, Bounds, TransferChange};
use protocol::types::{Client, Lifetime, Locator, MailAddress, Owner, Receiver, Subject, Transfer};
use std::sync::Arc;
use store::Outcome;

async fn registered(world: &World, id: &str, name: &str, owner: Subject) -> Arc<Client> {
    let client = Client {
        name: name.to_owned(),
        owner,
        ..world.new_client(id)
    };
    let settled = world.settle(register(client)).await;
    assert_eq!(settled, Outcome::Committed);
    world.store.client(id).await.unwrap().unwrap()
}

fn register(client: Client) -> Transition {
    Transition::App(AppChange::Register {
        client: Box::new(client),
        logo: None,
        bounds: Some(Bounds {
            own_name: true,
            most: 0,
        }),
    })
}

/// Offers an app to somebody; the step by which they accept it.
async fn offered(world: &World, id: &str, (at, to): (i64, Subject), bound: bool) -> Transition {
    let client = world.store.client(id).await.unwrap().unwrap();
    let transfer = Transfer {
        id: Locator(at),
        client: client.no,
        to: Receiver::Address(MailAddress::parse("ben@example.com").unwrap()),
        offered_by: client.owner,
        created_at: world.now,
        expires_at: world.now.plus(Lifetime::from_days(7)),
    };
    let offer = TransferChange::Offer {
        version: client.version,
        transfer: Box::new(transfer.clone()),
        mail: None,
    };
    let settled = world
        .settle(Transition::App(AppChange::Transfer(offer)))
        .await;
    assert_eq!(settled, Outcome::Committed);
    let client = world.store.client(id).await.unwrap().unwrap();
    Transition::App(AppChange::Transfer(TransferChange::Accept {
        transfer: Box::new(transfer),
        version: client.version,
        to: Owner::Person(to),
        accepted_by: to,
        own_name: bound.then(|| client.name.clone()),
        secrets_end: world.now,
        cutoff: Locator(at),
    }))
}

#[tokio::test]
async fn an_app_is_not_handed_over_with_the_name_of_somebody_else() {
    let world = World::new();
    let ada = world.person("ada@example.com").await;
    let ben = world.person("ben@example.com").await;
    let app = registered(&world, "a", "Task Board", ada).await;
    let other = registered(&world, "b", "TASK-BOARD", ada).await;
    let address = Receiver::Address(MailAddress::parse("ben@example.com").unwrap());
    let known = world.store.has_namesake_once_accepted(&app, ben, &address);
    assert!(known.await.unwrap(), "the other one is Ada's");
    let accept = offered(&world, "a", (901, ben), true).await;
    assert_eq!(world.settle(accept).await, Outcome::Conflict);
    assert_eq!(world.store.client("a").await.unwrap().unwrap().owner, ada);
    let open = world.store.transfer(Locator(901)).await.unwrap();
    assert!(open.is_some(), "the offer holds on");
    // Where its name does not bind it, it goes; and its own name is none of somebody else.
    let accept = offered(&world, "a", (902, ben), false).await;
    assert_eq!(world.settle(accept).await, Outcome::Committed);
    world
        .settle(Transition::App(AppChange::Delete { client: app.no }))
        .await;
    let known = world
        .store
        .has_namesake_once_accepted(&other, ben, &address);
    assert!(!known.await.unwrap());
    let accept = offered(&world, "b", (903, ben), true).await;
    assert_eq!(world.settle(accept).await, Outcome::Committed);
    assert_eq!(world.store.client("b").await.unwrap().unwrap().owner, ben);
}

/// Of an app that is handed over and one that is registered at the same moment, under one name, there is one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_would_have_one_name_at_once_one_has_it() {
    let world = Arc::new(World::new());
    let ada = world.person("ada@example.com").await;
    let ben = world.person("ben@example.com").await;
    for round in 0..8 {
        let (first, second) = (format!("a{round}"), format!("b{round}"));
        let name = format!("Task Board {round}");
        registered(&world, &first, &name, ada).await;
        let accept = offered(&world, &first, (1_000 + round, ben), true).await;
        let another = Client {
            name,
            owner: ada,
            ..world.new_client(&second)
        };
        // As long as the first is Ada's, its name is hers.
        assert_eq!(race(&world, vec![accept, register(another)]).await, 1);
    }
}
