//! Apps that change hands take their names with them, unless those are somebody else's by then.
use crate::racers::race;
use crate::world::World;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::{AppChange, Bounds, OrganizationChange, TransferChange};
use protocol::types::{
    Client, Lifetime, Locator, MailAddress, Organization, Owner, Receiver, Subject, Transfer,
    UnixTime,
};
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
    let to = (Owner::Person(to), to);
    offered_to(world, id, (at, to), bound, 0).await
}

/// The same to anybody, who runs so many apps at most.
async fn offered_to(
    world: &World,
    id: &str,
    (at, (to, accepted_by)): (i64, (Owner, Subject)),
    bound: bool,
    most: usize,
) -> Transition {
    let client = world.store.client(id).await.unwrap().unwrap();
    let transfer = Transfer {
        id: Locator(at),
        client: client.no,
        to: match to {
            Owner::Person(_) => Receiver::Address(MailAddress::parse("ben@example.com").unwrap()),
            Owner::Organization(id) => Receiver::Organization(id),
        },
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
        to,
        accepted_by,
        own_name: bound.then(|| client.name.clone()),
        most,
        secrets_end: world.now,
        not_before: Locator(at),
    }))
}

/// Whoever lost to another node asks at once what won: what this node kept of the app is from before.
#[tokio::test]
async fn whoever_lost_a_change_of_an_app_reads_the_one_that_won() {
    let world = World::new();
    let ada = world.person("ada@example.com").await;
    let before = registered(&world, "a", "Task Board", ada).await;
    let offer = |at| {
        let transfer = Transfer {
            id: Locator(at),
            client: before.no,
            to: Receiver::Address(MailAddress::parse("ben@example.com").unwrap()),
            offered_by: ada,
            created_at: world.now,
            expires_at: world.now.plus(Lifetime::from_days(7)),
        };
        Transition::App(AppChange::Transfer(TransferChange::Offer {
            version: before.version,
            transfer: Box::new(transfer),
            mail: None,
        }))
    };
    let other = world.another();
    let settled = other.settle(offer(901), world.now).await.unwrap();
    assert_eq!(settled, Outcome::Committed);
    assert_eq!(world.settle(offer(902)).await, Outcome::Conflict);
    let won = world.store.client("a").await.unwrap().unwrap();
    assert_eq!(won.version, before.version + 1);
}

#[tokio::test]
async fn an_app_is_not_handed_over_with_the_name_of_somebody_else() {
    let world = World::new();
    let ada = world.person("ada@example.com").await;
    let ben = world.person("ben@example.com").await;
    let app = registered(&world, "a", "Task Board", ada).await;
    let other = registered(&world, "b", "TASK-BOARD", ada).await;
    let address = Receiver::Address(MailAddress::parse("ben@example.com").unwrap());
    let known = async |app: &Client| {
        let store = &world.store;
        let known = store.neighbours_once_accepted(app, ben, &address, world.now);
        known.await.unwrap().namesake
    };
    assert!(known(&app).await, "the other one is Ada's");
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
    assert!(!known(&other).await);
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

async fn run(world: &World, owner: Owner) -> usize {
    let count = world.store.count_clients_of(owner, UnixTime(0));
    count.await.unwrap()
}

/// Of many that a person, or an organization, accepts at the same moment they have as many as they may; the other offers
/// stay open.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_takes_over_more_apps_than_the_most() {
    let world = Arc::new(World::new());
    let ada = world.person("ada@example.com").await;
    let ben = world.person("ben@example.com").await;
    let acme = Organization {
        logo: None,
        external_id: None,
        second_factor: false,
        id: world.store.mint().locator(),
        version: 1,
        name: "Board Makers".to_owned(),
        created_at: world.now,
    };
    let organization = Owner::Organization(acme.id);
    let found = Transition::Organization(OrganizationChange::Found {
        organization: acme,
        founder: ben,
        once: jose::Digest::of(b"once"),
        own_name: false,
    });
    assert_eq!(world.settle(found).await, Outcome::Committed);
    for (round, owner) in [(0, Owner::Person(ben)), (100, organization)] {
        let mut accepted = Vec::new();
        for at in round..round + 8 {
            let id = format!("a{at}");
            registered(&world, &id, &format!("App number {at}"), ada).await;
            let to = (2_000 + at, (owner, ben));
            accepted.push(offered_to(&world, &id, to, true, 3).await);
        }
        assert_eq!(race(&world, accepted).await, 3);
        let mut open = 0;
        for at in round..round + 8 {
            let offer = world.store.transfer(Locator(2_000 + at)).await;
            open += usize::from(offer.unwrap().is_some());
        }
        assert_eq!(open, 5, "the offers hold on");
        assert_eq!(run(&world, owner).await, 3);
    }
    assert_eq!(run(&world, Owner::Person(ada)).await, 10);
}
