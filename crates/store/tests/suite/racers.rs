//! Many at once: one wins, the others learn that they lost.
use crate::world::World;
use protocol::Transition;
use std::sync::Arc;
use store::Outcome;

/// Settles all at once; how many were committed.
pub(crate) async fn race(world: &Arc<World>, transitions: Vec<Transition>) -> usize {
    let tasks: Vec<_> = transitions
        .into_iter()
        .map(|transition| {
            let world = world.clone();
            tokio::spawn(async move { world.settle(transition).await })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        won += usize::from(task.await.unwrap() == Outcome::Committed);
    }
    won
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_code_has_one_winner() {
    let world = Arc::new(World::new());
    let (client, subject) = (
        world.client("app").await,
        world.person("ada@example.com").await,
    );
    for racers in [8, 100] {
        let code = world.issued_code(client, subject).await;
        let redemptions = (0..racers).map(|_| world.redemption(&code).0).collect();
        assert_eq!(race(&world, redemptions).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_refresh_token_has_one_winner() {
    let world = Arc::new(World::new());
    let (grant, _, mut refresh) = world.started().await;
    for racers in [8, 100] {
        let rotations = (0..racers)
            .map(|_| world.rotation(&grant, refresh.id).0)
            .collect();
        assert_eq!(race(&world, rotations).await, 1);
        let used = world
            .store
            .refresh_token(refresh.id)
            .await
            .unwrap()
            .unwrap()
            .used
            .unwrap();
        refresh = world
            .store
            .refresh_token(used.successor)
            .await
            .unwrap()
            .unwrap()
            .token;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_race_for_one_code() {
    let world = Arc::new(World::new());
    let other = world.another();
    let (client, subject) = (
        world.client("app").await,
        world.person("ada@example.com").await,
    );
    for _ in 0..20 {
        let code = world.issued_code(client, subject).await;
        let (mine, theirs) = (world.redemption(&code).0, world.redemption(&code).0);
        let now = world.now;
        let (mine, theirs) = tokio::join!(world.store.settle(mine, now), other.settle(theirs, now));
        let committed = [mine.unwrap(), theirs.unwrap()];
        assert_eq!(
            committed
                .iter()
                .filter(|o| **o == Outcome::Committed)
                .count(),
            1
        );
    }
}
