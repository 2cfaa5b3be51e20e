//! When connections were used last.
use crate::operator::{look, rules};
use crate::world::{World, own};
use protocol::Transition;
use protocol::connections::{Wish, change};
use protocol::transition::{AppChange, AuthorizeChange, UsageChange};
use protocol::types::{ConnectionKey, ConnectionState, ConnectionUse, Locator, UnixTime};
use store::Outcome;

async fn connect(world: &World, key: ConnectionKey) {
    let connect = Transition::Authorize(AuthorizeChange::IssueCode {
        code: world.code(key.client, key.subject),
        interaction: None,
        consent: Some(world.consent(key.client, key.subject, "a")),
        notice: None,
        authentication: None,
    });
    assert_eq!(world.settle(connect).await, Outcome::Committed);
}

async fn used(world: &World, uses: &[(ConnectionKey, i64)]) {
    let uses = uses.iter().map(|(key, after)| ConnectionUse {
        key: *key,
        at: UnixTime(world.now.0 + after),
    });
    let noted = Transition::App(AppChange::Usage(UsageChange::NoteConnections(
        uses.collect(),
    )));
    assert_eq!(world.settle(noted).await, Outcome::Committed);
}

/// So many seconds after the world began.
async fn told(world: &World, key: ConnectionKey) -> Option<i64> {
    let connection = world.store.connection(key).await.unwrap().unwrap();
    connection.used_at.map(|at| at.0 - world.now.0)
}

#[tokio::test]
async fn the_last_use_is_told_of_each_connection_until_it_begins_anew() {
    let mut world = World::new();
    let ada = world.person("ada@x.example").await;
    let [first, second] = [world.client("a").await, world.client("b").await].map(|no| own(ada, no));
    for key in [first, second] {
        connect(&world, key).await;
        assert_eq!(told(&world, key).await, None);
    }
    let unknown = ConnectionKey {
        organization: Some(Locator(7)),
        ..first
    };
    let events = || world.database().count("SELECT COUNT(*) FROM events");
    let before = events();
    used(&world, &[(first, 60), (second, 30), (unknown, 60)]).await;
    assert_eq!(events(), before, "a use is no event");
    assert_eq!(told(&world, first).await, Some(60));
    assert_eq!(told(&world, second).await, Some(30));
    // A node that writes later tells of something earlier.
    used(&world, &[(first, 40), (second, 40)]).await;
    assert_eq!(told(&world, first).await, Some(60));
    assert_eq!(told(&world, second).await, Some(40));
    assert!(world.store.connection(unknown).await.unwrap().is_none());

    let end = world.store.connection(first).await.unwrap().unwrap();
    let end = change(Wish::End, &end, &world.store.mint(), world.now).unwrap();
    assert_eq!(world.settle(end.into()).await, Outcome::Committed);
    used(&world, &[(first, 70)]).await;
    let ended = world.store.connection(first).await.unwrap().unwrap();
    assert!(matches!(ended.state, ConnectionState::Ended(_)));
    world.now = UnixTime(world.now.0 + 100);
    connect(&world, first).await;
    assert_eq!(told(&world, first).await, None, "it was another");
    used(&world, &[(first, 1)]).await;
    assert_eq!(told(&world, first).await, Some(1));
    world.store.close().await;
    let whole = look(world.database()).await;
    let broken = whole.verify(world.now, &rules(), false, drop).await;
    assert!(broken.unwrap().is_empty());
}
