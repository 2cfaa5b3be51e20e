//! Who of several nodes on PostgreSQL sweeps, and by whose time.
use crate::nodes::world;
use protocol::types::Lifetime;
use store::SweepRules;

#[tokio::test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn one_node_sweeps_at_a_time() {
    let world = world();
    let (_, access, _) = world.started().await;
    let (other, rules) = (
        world.another(),
        SweepRules::of(&crate::world::policy(), Lifetime::from_days(30)),
    );
    other.sweep(world.now, &rules).await.unwrap();
    let later = world.now.plus(Lifetime::from_days(1));
    assert_eq!(
        world
            .store
            .sweep(later, &rules)
            .await
            .unwrap()
            .access_tokens,
        0
    );
    assert!(world.store.access_token(access.id).await.unwrap().is_some());
    // It gives the lease back when it stops.
    other.close().await;
    assert_eq!(
        world
            .store
            .sweep(later, &rules)
            .await
            .unwrap()
            .access_tokens,
        1
    );
}

#[tokio::test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn who_swept_by_a_clock_that_was_a_day_ahead_keeps_nobody_from_it() {
    let world = world();
    let (_, access, _) = world.started().await;
    let (other, rules) = (
        world.another(),
        SweepRules::of(&crate::world::policy(), Lifetime::from_days(30)),
    );
    other.sweep(world.now, &rules).await.unwrap();
    let ahead = "UPDATE nodes SET lease_until = lease_until + 86400 WHERE node = -1";
    world.database().run(ahead);
    let later = world.now.plus(Lifetime::from_days(1));
    let swept = world.store.sweep(later, &rules).await.unwrap();
    assert_eq!(swept.access_tokens, 1);
    assert!(world.store.access_token(access.id).await.unwrap().is_none());
}

#[tokio::test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_node_whose_clock_is_ahead_sweeps_by_the_databases() {
    let world = world();
    let now = world.store.no_later(world.now).await.unwrap();
    let years = world.now.plus(Lifetime::from_days(700));
    let bound = world.store.no_later(years).await.unwrap();
    assert!(now <= world.now && bound < world.now.plus(Lifetime::from_days(1)));
    let early = world.now.minus(Lifetime::from_days(700));
    assert_eq!(world.store.no_later(early).await.unwrap(), early);
}
