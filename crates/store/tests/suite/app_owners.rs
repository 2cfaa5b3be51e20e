//! The apps of an owner: listed, used, deleted and brought back.
use crate::world::World;
use protocol::decision::Mint;
use protocol::transition::{AppChange, Transition, UsageChange};
use protocol::types::{Owner, Subject, UnixTime};
use store::Outcome;

#[tokio::test]
async fn a_deleted_app_comes_back_with_its_secrets_and_without_its_tokens() {
    let world = World::new();
    let (grant, access, _) = world.started().await;
    let app = world.store.client("app").await.unwrap().unwrap();
    world
        .settle(Transition::App(AppChange::Delete { client: app.no }))
        .await;
    let found = world
        .store
        .deleted_client("app", UnixTime(0))
        .await
        .unwrap();
    let (deleted, deleted_at) = found.expect("it is kept");
    assert_eq!(deleted.no, grant.client);
    let of_owner = world
        .store
        .deleted_clients_of(app.run_by(), UnixTime(0), None, 10);
    assert_eq!(of_owner.await.unwrap().len(), 1);
    let back = |deleted_at| {
        Transition::App(AppChange::Restore {
            client: Box::new((*app).clone()),
            own_name: true,
            deleted_at,
            not_before: world.store.mint().locator(),
        })
    };
    let another_time = UnixTime(deleted_at.0 + 1);
    assert_eq!(world.settle(back(another_time)).await, Outcome::Conflict);
    assert_eq!(world.settle(back(deleted_at)).await, Outcome::Committed);
    assert_eq!(
        world.settle(back(deleted_at)).await,
        Outcome::Conflict,
        "once"
    );
    assert_eq!(world.audited("app.restored"), 1);
    let again = world.store.client("app").await.unwrap().unwrap();
    assert_eq!((again.status, &again.secrets), (app.status, &app.secrets));
    assert!(
        again.not_before > access.id,
        "what it had issued stays dead"
    );
    let gone = world
        .store
        .deleted_client("app", UnixTime(0))
        .await
        .unwrap();
    assert!(gone.is_none());
}

#[tokio::test]
async fn the_apps_of_an_owner_are_theirs_and_the_newest_come_first() {
    let world = World::new();
    for id in ["one", "two", "three"] {
        world.client(id).await;
    }
    let owner = world.store.client("one").await.unwrap().unwrap().owner;
    let names = |apps: Vec<std::sync::Arc<protocol::types::Client>>| -> Vec<String> {
        apps.iter().map(|app| app.id.clone()).collect()
    };
    let first = world
        .store
        .clients_of(Owner::Person(owner), None, 2)
        .await
        .unwrap();
    let after = first.last().map(|app| app.no);
    assert_eq!(names(first), ["three", "two"]);
    let rest = world
        .store
        .clients_of(Owner::Person(owner), after, 2)
        .await
        .unwrap();
    assert_eq!(names(rest), ["one"]);
    let others = Subject(owner.0 + 1);
    assert!(
        world
            .store
            .clients_of(Owner::Person(others), None, 2)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn the_last_use_is_the_latest_and_changes_nothing_else() {
    let world = World::new();
    world.client("app").await;
    let app = world.store.client("app").await.unwrap().unwrap();
    let secret = app.secrets.first().map(|secret| secret.id);
    for (at, network) in [(200, "203.0.113.0/24"), (100, "198.51.100.0/24")] {
        let noted = Transition::App(AppChange::Usage(UsageChange::NoteApp {
            client: app.no,
            secret,
            at: UnixTime(at),
            network: network.to_owned(),
        }));
        assert_eq!(world.settle(noted).await, Outcome::Committed);
    }
    let (used, secrets) = world.store.client_used(app.no).await.unwrap();
    assert_eq!(used, Some(UnixTime(200)));
    if let Some(secret) = secret {
        let latest = (secret, UnixTime(200), "203.0.113.0/24".to_owned());
        assert_eq!(secrets, [latest]);
    }
    let again = world.store.client("app").await.unwrap().unwrap();
    assert_eq!(again.version, app.version);
    let of_owner = world
        .store
        .clients_at_work(app.run_by(), (app.no, app.no), 2);
    assert_eq!(of_owner.await.unwrap(), [(app.no, Some(UnixTime(200)), 0)]);
}
