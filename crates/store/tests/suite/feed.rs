//! The revocation feed as the store tells it.
use crate::world::{World, open_at, policy};
use protocol::Transition;
use protocol::decision::Mint;
use protocol::facts::AccountStatus;
use protocol::revocations::{Change, Cursor, FeedFacts};
use protocol::transition::{AccountChange, AppChange, GrantChange, RevocationCause};
use protocol::types::{AccessToken, ClientStatus, Grant, Lifetime, Locator, Side};
use std::time::Duration;
use store::{Outcome, Store, SweepRules};

/// Where the feed stands.
pub(crate) async fn here(store: &Store) -> Cursor {
    store.revocations(None, 10).await.unwrap().unwrap().cursor
}

pub(crate) async fn after(store: &Store, cursor: Cursor) -> Option<FeedFacts> {
    store.revocations(Some(cursor), 1_000).await.unwrap()
}

fn gone(access: &AccessToken) -> Transition {
    Transition::Grant(GrantChange::RevokeAccessToken {
        token: access.id,
        client: access.client,
        subject: access.subject,
        grant: access.grant,
    })
}

fn revoke(grant: &Grant) -> Transition {
    Transition::Grant(GrantChange::Revoke {
        grant: grant.id,
        client: grant.client,
        subject: Some(grant.subject),
        cause: RevocationCause::App,
    })
}

/// Every request that is held reads after each new line: what stays the same is not among it.
#[tokio::test]
async fn which_database_it_is_is_read_once() {
    let world = World::new();
    let (grant, _, _) = world.started().await;
    let start = here(&world.store).await;
    world.settle(revoke(&grant)).await;
    world.store.poll_changes().await.unwrap();
    let next = after(&world.store, start).await.unwrap().cursor;
    assert_ne!(next, start);
    world
        .database()
        .run("UPDATE changes SET ref = 7 WHERE seq = 1 AND kind = 'origin'");
    assert!(after(&world.store, next).await.is_some());
    assert_eq!(here(&world.store).await, next);
    // Whoever opens it then sees another database.
    assert!(after(&world.another(), next).await.is_none());
}

#[tokio::test]
async fn every_revocation_is_told_in_order_and_once() {
    let world = World::new();
    let (grant, access, _) = world.started().await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    let not_before = world.store.mint().locator();
    let token = Transition::Grant(GrantChange::RevokeAccessToken {
        token: access.id,
        client: grant.client,
        subject: access.subject,
        grant: access.grant,
    });
    for transition in [
        token.clone(),
        token,
        revoke(&grant),
        revoke(&grant),
        Transition::App(AppChange::SetStatus {
            client: grant.client,
            status: ClientStatus::Disabled,
            not_before,
        }),
        Transition::Account(AccountChange::Disable {
            subject: grant.subject,
            not_before,
        }),
    ] {
        world.settle(transition).await;
    }
    world.store.poll_changes().await.unwrap();
    let told = after(&world.store, start).await.unwrap();
    let expected = [
        Change::Token(access.id),
        Change::Grant(grant.id),
        Change::App {
            client_id: "app".to_owned(),
            side: Side::Live,
            good: false,
        },
        Change::Person {
            external_id: None,
            subject: grant.subject,
            side: Side::Live,
            standing: AccountStatus {
                disabled: true,
                not_before,
            },
        },
    ];
    assert_eq!(told.changes, expected);
    let nothing = after(&world.store, told.cursor).await.unwrap();
    assert_eq!((nothing.cursor, nothing.changes), (told.cursor, Vec::new()));

    let page = world
        .store
        .revocations(Some(start), 2)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(page.changes, expected[..2]);
    assert_eq!(
        after(&world.store, page.cursor).await.unwrap().changes,
        expected[2..]
    );
}

/// Each line is read by every API that follows, and by every node.
#[tokio::test]
async fn what_changes_nothing_is_not_told() {
    let world = World::new();
    let (grant, _, _) = world.started().await;
    let (subject, client) = (grant.subject, grant.client);
    let other = world.another();
    let not_before = || world.store.mint().locator();
    let switch = |status| {
        Transition::App(AppChange::SetStatus {
            client,
            status,
            not_before: not_before(),
        })
    };
    let disable = || {
        Transition::Account(AccountChange::Disable {
            subject,
            not_before: not_before(),
        })
    };
    let enable = || {
        Transition::Account(AccountChange::Enable {
            subject,
            not_before: not_before(),
        })
    };
    let told = async |changes: Vec<Transition>| {
        let start = here(&world.store).await;
        for change in changes {
            assert_eq!(world.settle(change).await, Outcome::Committed);
        }
        world.store.poll_changes().await.unwrap();
        after(&world.store, start).await.unwrap().changes.len()
    };
    world.store.poll_changes().await.unwrap();
    assert_eq!(told(vec![enable()]).await, 0, "it is on");
    assert_eq!(told(vec![disable(), disable(), disable()]).await, 1);
    // Whoever has not heard of it yet knows it from its own try.
    let again = other.settle(disable(), world.now).await.unwrap();
    assert_eq!(again, Outcome::Committed);
    world.store.poll_changes().await.unwrap();
    assert_eq!(told(vec![enable(), enable()]).await, 1);
    assert_eq!(told(vec![switch(ClientStatus::Active)]).await, 0);
    let off = || switch(ClientStatus::Disabled);
    assert_eq!(told(vec![off(), off()]).await, 1);
    let delete = || Transition::App(AppChange::Delete { client });
    assert_eq!(told(vec![delete(), delete()]).await, 1);
}

#[tokio::test]
async fn a_deleted_app_is_still_named() {
    let world = World::new();
    let client = world.client("app").await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    world
        .settle(Transition::App(AppChange::Delete { client }))
        .await;
    world.store.poll_changes().await.unwrap();
    let expected = Change::App {
        client_id: "app".to_owned(),
        side: Side::Live,
        good: false,
    };
    assert_eq!(
        after(&world.store, start).await.unwrap().changes,
        [expected]
    );
}

#[tokio::test]
async fn nothing_is_told_before_memory_has_it() {
    let world = World::new();
    let (grant, access, _) = world.started().await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    world
        .another()
        .settle(revoke(&grant), world.now)
        .await
        .unwrap();
    let told = after(&world.store, start).await.unwrap();
    assert_eq!(
        told.changes,
        [],
        "whoever asked again now would be told that it works"
    );
    let mut moved = world.store.feed_moved();
    moved.mark_unchanged();
    world.store.poll_changes().await.unwrap();
    assert!(moved.has_changed().unwrap());
    let told = after(&world.store, start).await.unwrap();
    assert_eq!(told.changes, [Change::Grant(grant.id)]);
    let facts = world.store.access_token(access.id).await.unwrap().unwrap();
    assert!(facts.grant_revoked);
}

#[tokio::test]
async fn a_commit_of_this_process_wakes_whoever_follows() {
    let world = World::new();
    let (grant, access, _) = world.started().await;
    let woken = async |patience| {
        let fed = tokio::time::timeout(Duration::from_millis(patience), world.store.fed());
        fed.await.is_ok()
    };
    world.settle(gone(&access)).await;
    assert!(!woken(50).await, "nobody waits for it");
    let waits = world.store.feed_moved();
    assert!(
        !woken(50).await,
        "what came before is read by whoever comes"
    );
    world.settle(revoke(&grant)).await;
    assert!(woken(5_000).await);
    assert!(!woken(50).await, "nothing new");
    drop(waits);
}

#[tokio::test]
async fn a_cursor_outlives_a_restart() {
    let world = World::new();
    let (grant, ..) = world.started().await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    world.settle(revoke(&grant)).await;
    world.store.close().await;
    let store = open_at(world.database().location());
    assert_eq!(
        after(&store, start).await.unwrap().changes,
        [Change::Grant(grant.id)]
    );
}

#[tokio::test]
async fn a_cursor_of_another_life_of_the_database_is_unknown() {
    let (world, other) = (World::new(), World::new());
    let fresh = here(&world.store).await;
    assert_ne!(fresh, here(&other.store).await, "also of empty ones");
    assert!(after(&other.store, fresh).await.is_none());

    // A copy is put back, and goes on differently.
    let (grant, ..) = world.started().await;
    world.store.close().await;
    let copied = world.database().copied();
    let (original, copy) = (world.another(), open_at(copied.location()));
    original.settle(revoke(&grant), world.now).await.unwrap();
    original.poll_changes().await.unwrap();
    let ahead = here(&original).await;
    assert!(
        after(&copy, ahead).await.is_none(),
        "the copy has no such line"
    );
    let later = world.now.plus(Lifetime::from_seconds(5));
    let person = Transition::Account(AccountChange::Disable {
        subject: grant.subject,
        not_before: Locator(1),
    });
    copy.settle(person, later).await.unwrap();
    copy.poll_changes().await.unwrap();
    assert_eq!(here(&copy).await.line, ahead.line);
    assert!(after(&copy, ahead).await.is_none(), "its line is another");
}

#[tokio::test]
async fn a_cursor_whose_line_was_swept_is_unknown_but_the_last_line_stays() {
    let world = World::new();
    let (grant, access, _) = world.started().await;
    world.settle(gone(&access)).await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    let days_later = world.now.plus(Lifetime::from_days(400));
    let rules = SweepRules::of(&policy(), Lifetime::from_days(30));
    world.store.sweep(days_later, &rules).await.unwrap();
    assert!(
        after(&world.store, start).await.is_some(),
        "on a quiet server it stays"
    );
    let disable = Transition::Account(AccountChange::Disable {
        subject: grant.subject,
        not_before: Locator(1),
    });
    world.settle(disable).await;
    world.store.poll_changes().await.unwrap();
    world.store.sweep(days_later, &rules).await.unwrap();
    assert!(after(&world.store, start).await.is_none());
}

#[tokio::test]
async fn a_line_that_was_swept_between_is_a_gap() {
    let world = World::new();
    let (grant, access, _) = world.started().await;
    world.settle(revoke(&grant)).await;
    world.store.poll_changes().await.unwrap();
    // A line that stays long, one that goes after a day, and one that is new.
    let start = here(&world.store).await;
    let token = Transition::Grant(GrantChange::RevokeAccessToken {
        token: access.id,
        client: grant.client,
        subject: access.subject,
        grant: access.grant,
    });
    world.settle(token).await;
    let disable = Transition::Account(AccountChange::Disable {
        subject: grant.subject,
        not_before: Locator(1),
    });
    let days_later = world.now.plus(Lifetime::from_days(2));
    world.store.settle(disable, days_later).await.unwrap();
    world.store.poll_changes().await.unwrap();
    assert!(after(&world.store, start).await.is_some());
    let rules = SweepRules::of(&policy(), Lifetime::from_days(30));
    world.store.sweep(days_later, &rules).await.unwrap();
    assert!(after(&world.store, start).await.is_none());
}
