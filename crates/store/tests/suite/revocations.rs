//! Many revocations at once: each is told once, in a feed without a gap.
use crate::feed::{after, here};
use crate::nodes::{behind_proxy, inject, until_waiting, world as on_postgres};
use crate::racers::race;
use crate::world::World;
use protocol::Transition;
use protocol::revocations::Change;
use protocol::transition::GrantChange;
use protocol::types::{AccessToken, Grant, Locator};
use std::collections::HashSet;
use std::sync::Arc;
use store::{Outcome, Store};

fn deletion(token: &AccessToken) -> Transition {
    Transition::Grant(GrantChange::RevokeAccessToken {
        token: token.id,
        client: token.client,
        subject: token.subject,
        grant: token.grant,
    })
}

/// What the feed tells after `start`: grants and tokens. A gap in it would be no answer.
async fn told(store: &Store, start: protocol::revocations::Cursor) -> Vec<Locator> {
    store.poll_changes().await.unwrap();
    let id = |change| match change {
        Change::Grant(id) | Change::Token(id) => id,
        other => panic!("{other:?}"),
    };
    let facts = after(store, start).await.expect("no gap");
    facts.changes.into_iter().map(id).collect()
}

fn ids(granted: &[(Grant, AccessToken)]) -> HashSet<Locator> {
    granted
        .iter()
        .flat_map(|(grant, access)| [grant.id, access.id])
        .collect()
}

/// Asserts that this node knows grants to be revoked, without having read the feed.
async fn assert_known(world: &World, granted: &[(Grant, AccessToken)]) {
    for (_, access) in granted {
        let facts = world.store.access_token(access.id).await.unwrap();
        assert!(facts.unwrap().grant_revoked);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_grant_that_many_revoke_at_once_is_revoked_once() {
    let world = Arc::new(World::new());
    let granted = world.granted(3).await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    for racers in [2, 8, 100] {
        let revocations = (0..racers).flat_map(|_| &granted);
        let revocations: Vec<_> = revocations
            .map(|(grant, _)| world.revocation(grant))
            .collect();
        let all = revocations.len();
        assert_eq!(
            race(&world, revocations).await,
            all,
            "revoking twice is success"
        );
    }
    assert_known(&world, &granted).await;
    let told: Vec<_> = told(&world.store, start).await;
    assert_eq!(told.len(), 3);
    let grants = granted.iter().map(|(grant, _)| grant.id);
    assert_eq!(told.into_iter().collect::<HashSet<_>>(), grants.collect());
    assert_eq!(world.audited("grant.revoked.app"), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_that_many_revoke_at_once_is_told_once() {
    let world = Arc::new(World::new());
    let granted = world.granted(1).await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    let token = &granted[0].1;
    let deletions = (0..50).map(|_| deletion(token)).collect();
    assert_eq!(race(&world, deletions).await, 50);
    assert!(world.store.access_token(token.id).await.unwrap().is_none());
    assert_eq!(told(&world.store, start).await, [token.id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_feed_has_no_gap_however_many_revoke_at_once() {
    let world = Arc::new(World::new());
    let granted = world.granted(64).await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    let both = |(grant, access): &(Grant, AccessToken)| [world.revocation(grant), deletion(access)];
    let revocations = granted.iter().flat_map(both).collect();
    assert_eq!(race(&world, revocations).await, 128);
    let told = told(&world.store, start).await;
    assert_eq!(told.len(), 128);
    assert_eq!(told.into_iter().collect::<HashSet<_>>(), ids(&granted));
    assert_eq!(world.audited("grant.revoked.app"), 64);
    assert_eq!(world.audited("token.revoked"), 64);
}

#[tokio::test]
async fn what_never_was_is_revoked_without_a_word() {
    let world = World::new();
    let granted = world.granted(1).await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    let (grant, _) = &granted[0];
    let nobodys = Grant {
        id: Locator(grant.id.0 + 1),
        ..grant.clone()
    };
    assert_eq!(
        world.settle(world.revocation(&nobodys)).await,
        Outcome::Committed
    );
    assert_eq!(told(&world.store, start).await, []);
    assert_eq!(world.audited("grant.revoked.app"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn nodes_that_revoke_the_same_in_another_order_do_not_hinder_each_other() {
    let world = on_postgres();
    let granted = world.granted(30).await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    let mut tasks = Vec::new();
    for turn in 0..4 {
        let node = world.another();
        let mut granted = granted.clone();
        granted.rotate_left(turn * 7);
        if turn % 2 == 1 {
            granted.reverse();
        }
        for (grant, access) in granted {
            for transition in [deletion(&access), world.revocation(&grant)] {
                let (node, now) = (node.clone(), world.now);
                tasks.push(tokio::spawn(
                    async move { node.settle(transition, now).await },
                ));
            }
        }
    }
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), Outcome::Committed);
    }
    let told = told(&world.store, start).await;
    assert_eq!(told.len(), 60);
    assert_eq!(told.into_iter().collect::<HashSet<_>>(), ids(&granted));
    assert_eq!(world.audited("grant.revoked.app"), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_revocation_whose_answer_is_lost_is_known_and_told_once() {
    let (world, proxy) = behind_proxy().await;
    let world = Arc::new(world);
    let granted = world.granted(40).await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    let steps = ["COMMIT", "UPDATE grants", "INSERT INTO changes", "BEGIN"];
    for (lost, part) in steps.into_iter().zip(granted.chunks(10)) {
        proxy.lose(lost);
        let revocations = part.iter().map(|(grant, _)| world.revocation(grant));
        assert_eq!(race(&world, revocations.collect()).await, 10);
        assert!(proxy.has_lost(), "{lost}");
        assert_known(&world, part).await;
    }
    let steps = [
        "COMMIT",
        "DELETE FROM access_tokens",
        "INSERT INTO changes",
        "BEGIN",
    ];
    for (lost, part) in steps.into_iter().zip(granted.chunks(10)) {
        proxy.lose(lost);
        let deletions = part.iter().map(|(_, access)| deletion(access));
        assert_eq!(race(&world, deletions.collect()).await, 10);
        assert!(proxy.has_lost(), "{lost}");
    }
    let told = told(&world.store, start).await;
    assert_eq!(told.len(), 80);
    assert_eq!(told.into_iter().collect::<HashSet<_>>(), ids(&granted));
    assert_eq!(world.audited("grant.revoked.app"), 40);
    assert_eq!(world.audited("token.revoked"), 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_revocation_that_the_database_takes_the_other_side_of_is_tried_again() {
    let world = on_postgres();
    let world = Arc::new(world);
    let granted = world.granted(40).await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    let ways = [
        ("40001", false),
        ("40P01", false),
        ("40001", true),
        ("40P01", true),
    ];
    for ((state, at_commit), part) in ways.into_iter().zip(granted.chunks(10)) {
        inject(world.database(), "changes", state, 3, at_commit);
        let revocations = part.iter().map(|(grant, _)| world.revocation(grant));
        assert_eq!(race(&world, revocations.collect()).await, 10);
        assert_known(&world, part).await;
    }
    assert_eq!(told(&world.store, start).await.len(), 40);
    assert_eq!(world.audited("grant.revoked.app"), 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_revocation_that_the_database_refuses_hurts_only_itself() {
    let world = on_postgres();
    let world = Arc::new(world);
    let granted = world.granted(20).await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    let bad = granted[7].0.id;
    let sql = format!(
        "ALTER TABLE changes ADD CONSTRAINT refused CHECK (ref <> {})",
        bad.0
    );
    world.database().run(&sql);
    let mut tasks = Vec::new();
    for (grant, _) in granted.clone() {
        let world = world.clone();
        tasks.push(tokio::spawn(async move {
            let settled = world
                .store
                .settle(world.revocation(&grant), world.now)
                .await;
            (grant.id, settled)
        }));
    }
    for task in tasks {
        let (id, settled) = task.await.unwrap();
        assert_eq!(settled.is_ok(), id != bad, "{settled:?}");
    }
    assert_eq!(told(&world.store, start).await.len(), 19);
    let facts = world.store.access_token(granted[7].1.id).await.unwrap();
    assert!(
        !facts.unwrap().grant_revoked,
        "nothing is claimed that is not so"
    );
}

/// Another node takes numbers of the feed that a batch wants too: it counts again for the lines that have none.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_batch_whose_first_numbers_another_node_takes_loses_no_line() {
    let world = on_postgres();
    let world = Arc::new(world);
    let granted = world.granted(11).await;
    world.store.poll_changes().await.unwrap();
    let start = here(&world.store).await;
    let (first, rest) = granted.split_first().unwrap();
    let revoked = format!(
        "UPDATE grants SET revoked_at = 1 WHERE id = {}",
        first.0.id.0
    );
    let guard = world.database().hold(&revoked);
    let taken = "INSERT INTO changes SELECT MAX(seq) + n, 'token', n, 9999999999 \
                 FROM changes, generate_series(1, 2) AS n GROUP BY n";
    let numbers = world.database().hold(taken);
    let mut tasks = Vec::new();
    for (at, (grant, _)) in [first].into_iter().chain(rest).enumerate() {
        let (other, transition) = (world.clone(), world.revocation(grant));
        tasks.push(tokio::spawn(async move { other.settle(transition).await }));
        // The first waits for its guard and the others for it.
        until_waiting(&world, 1, ("revocations", at)).await;
    }
    let free = async |held| {
        let freed = tokio::task::spawn_blocking(move || drop(held));
        freed.await.unwrap();
    };
    free(guard).await;
    // Then these are one batch, which waits for numbers.
    until_waiting(&world, 1, ("revocations", 0)).await;
    free(numbers).await;
    for task in tasks {
        assert_eq!(task.await.unwrap(), Outcome::Committed);
    }
    let told = told(&world.store, start).await;
    assert_eq!(told[..2], [Locator(1), Locator(2)]);
    let grants: HashSet<_> = rest.iter().map(|(grant, _)| grant.id).collect();
    assert_eq!(
        (told.len(), told[2..].iter().copied().collect()),
        (12, grants)
    );
}
