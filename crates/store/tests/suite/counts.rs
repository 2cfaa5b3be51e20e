//! What a store counts while it works.
use crate::world::{World, policy};
use protocol::types::Lifetime;
use std::time::Duration;
use store::{Outcome, SettledCount, SweepRules};

#[tokio::test]
async fn what_was_settled_and_what_lost_its_guard_is_counted_by_name() {
    let world = World::new();
    let (grant, _, refresh) = world.started().await;
    let rotations = [
        world.rotation(&grant, refresh.id).0,
        world.rotation(&grant, refresh.id).0,
    ];
    let [first, second] = rotations;
    assert_eq!(world.settle(first).await, Outcome::Committed);
    assert_eq!(world.settle(second).await, Outcome::Conflict);
    // Sweeping deletes rows: none of that is a transition.
    let rules = SweepRules::of(&policy(), Lifetime::from_days(30));
    world.store.sweep(world.now, &rules).await.unwrap();
    let settled = world.store.settled();
    let of = |name: &str| *settled.iter().find(|count| count.name == name).unwrap();
    let rotate = SettledCount {
        name: "grant.rotate",
        committed: 1,
        lost: 1,
    };
    assert_eq!(of("grant.rotate"), rotate);
    assert_eq!(of("grant.redeem").committed, 1);
    assert_eq!(of("grant.revoke").committed, 0);
    let all: u64 = settled
        .iter()
        .map(|count| count.committed + count.lost)
        .sum();
    let batches = world.store.batches();
    assert_eq!(batches.transitions, all, "{batches:?}");
    let many: u64 = batches.sizes.iter().map(|(_, count)| count).sum();
    assert!(many > 0 && many <= batches.transitions && batches.time > Duration::ZERO);
    assert!(world.store.queues().iter().all(|queue| queue.length == 0));
    // It is as old as the time that passes.
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(world.store.feed_age() >= Duration::from_millis(20));
    world.store.poll_changes().await.unwrap();
    assert!(world.store.feed_age() < Duration::from_secs(5));
}
