//! A server and a command on one file.
use crate::world::World;
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::{AccountChange, AppChange, GrantChange, RevocationCause};
use protocol::types::ClientStatus;

#[tokio::test]
async fn what_one_revokes_the_other_learns() {
    let world = World::new();
    let (grant, access, _) = world.started().await;
    let command = world.another();
    assert!(
        !world
            .store
            .access_token(access.id)
            .await
            .unwrap()
            .unwrap()
            .grant_revoked
    );
    let revoke = Transition::Grant(GrantChange::Revoke {
        grant: grant.id,
        client: grant.client,
        subject: Some(grant.subject),
        cause: RevocationCause::Operator,
    });
    command.settle(revoke, world.now).await.unwrap();
    assert!(world.store.poll_changes().await.unwrap());
    assert!(
        world
            .store
            .access_token(access.id)
            .await
            .unwrap()
            .unwrap()
            .grant_revoked
    );
    world.store.poll_changes().await.unwrap();
    assert!(!world.store.poll_changes().await.unwrap(), "nothing new");
}

#[tokio::test]
async fn what_one_disables_the_other_learns() {
    let world = World::new();
    let (grant, access, _) = world.started().await;
    let command = world.another();
    let not_before = command.mint().locator();
    let person = Transition::Account(AccountChange::Disable {
        subject: grant.subject,
        not_before,
    });
    let app = Transition::App(AppChange::SetStatus {
        client: grant.client,
        status: ClientStatus::Disabled,
        not_before,
    });
    command.settle(person, world.now).await.unwrap();
    command.settle(app, world.now).await.unwrap();
    world.store.poll_changes().await.unwrap();
    let facts = world.store.access_token(access.id).await.unwrap().unwrap();
    assert!(!facts.person.honours(access.id));
    assert_eq!(facts.client.unwrap().status, ClientStatus::Disabled);
}

#[tokio::test]
async fn they_never_make_the_same_id() {
    let world = World::new();
    let other = world.another();
    let (mine, theirs) = (world.store.mint(), other.mint());
    let mut ids: Vec<i64> = (0..2_000)
        .flat_map(|_| [mine.locator().0, theirs.locator().0])
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4_000);
}

#[tokio::test]
async fn a_process_that_lost_its_number_goes_on_under_another() {
    let world = World::new();
    let slept = world.now.plus(protocol::types::Lifetime::from_minutes(2));
    // Another process finds the lease run out and takes the number.
    let taken = "UPDATE nodes SET holder = 'another', lease_until = lease_until + 600";
    world.database().run(taken);
    let node = |id: i64| (id >> 10) & 127;
    let before = node(world.store.mint().locator().0);
    world.store.renew_lease(slept).await.unwrap();
    assert_ne!(node(world.store.mint().locator().0), before);
}
