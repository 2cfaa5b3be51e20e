//! What only nodes on PostgreSQL meet: races that the database refuses, commits whose answer is lost, a server that
//! goes away.
use crate::devices::asked;
use crate::engine::Database;
use crate::proxy::Proxy;
use crate::world::{World, newcomer, open_at};
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::{AppChange, DeviceChange, GrantChange, RevocationCause, ThrottleChange};
use protocol::types::{AccessToken, Lifetime, NewPerson, Subject};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Outcome, Store, StoreError};

/// A world on PostgreSQL.
pub(crate) fn world() -> World {
    World::on(Database::on_postgres())
}

/// Waits until a node's memory is further behind than it may be, for nobody polls it.
pub(crate) async fn hears_nothing_for_a_second(node: &Store) {
    while node.feed_age() <= Duration::from_secs(1) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until so many sessions of the database wait for a lock, and so many changes in a queue.
pub(crate) async fn until_waiting(world: &World, locks: i64, queue: (&str, usize)) {
    let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND wait_event_type = 'Lock'";
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let mut queues = world.store.queues().into_iter();
        let length = queues.find(|one| one.name == queue.0).unwrap().length;
        let found = (world.database().count(waiting), length);
        if found == (locks, queue.1) {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "{found:?} wait, not {locks} and {queue:?}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until the store answers again of its own accord.
pub(crate) async fn comes_back(world: &World, access: &AccessToken) {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let (read, ready) = (
            world.store.access_token(access.id).await,
            world.store.ready().await,
        );
        match (read, ready) {
            (Ok(found), Ok(())) => return assert!(found.is_some(), "it is what it was"),
            (Err(error), _) | (_, Err(error)) => assert!(Instant::now() < deadline, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Lets the next `times` inserts into `table` fail with `state`, at the statement or at the commit.
pub(crate) fn inject(database: &Database, table: &str, state: &str, times: u32, at_commit: bool) {
    let kind = match at_commit {
        true => {
            "CREATE CONSTRAINT TRIGGER injected AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED"
        }
        false => "CREATE TRIGGER injected BEFORE INSERT ON {table}",
    };
    let kind = kind.replace("{table}", table);
    // A sequence goes on counting when its transaction is taken back.
    database.run(&format!(
        "DROP TRIGGER IF EXISTS injected ON {table}; DROP SEQUENCE IF EXISTS injections; CREATE SEQUENCE injections; \
         CREATE OR REPLACE FUNCTION inject() RETURNS TRIGGER AS $$ BEGIN \
         IF nextval('injections') <= {times} THEN RAISE EXCEPTION 'injected' USING ERRCODE = '{state}'; END IF; \
         RETURN NEW; END $$ LANGUAGE plpgsql; {kind} FOR EACH ROW EXECUTE FUNCTION inject()"
    ));
}

#[tokio::test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn what_the_database_takes_the_other_side_of_is_tried_again() {
    let world = world();
    let (grant, _, mut refresh) = world.started().await;
    for (state, at_commit) in [("40001", false), ("40P01", false), ("40001", true)] {
        inject(world.database(), "used_refresh_tokens", state, 3, at_commit);
        let (rotation, successor) = world.rotation(&grant, refresh.id);
        assert_eq!(world.settle(rotation).await, Outcome::Committed);
        let (late, _) = world.rotation(&grant, refresh.id);
        assert_eq!(
            world.settle(late).await,
            Outcome::Conflict,
            "once only, however often it was tried"
        );
        refresh = successor;

        inject(world.database(), "events", state, 3, at_commit);
        world
            .person(&format!("{state}.{at_commit}@example.com"))
            .await;
    }
}

#[tokio::test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn what_the_database_refuses_hurts_only_itself() {
    let world = world();
    let client = world.client("app").await;
    let template = world.access(&world.grant(&world.code(client, Subject(1))));
    let token = |id| protocol::types::AccessToken {
        id,
        ..template.clone()
    };
    let ids: Vec<_> = (0..20).map(|_| world.store.mint().locator()).collect();
    let bad = ids[7];
    let sql = format!(
        "ALTER TABLE access_tokens ADD CONSTRAINT refused CHECK (id <> {})",
        bad.0
    );
    world.database().run(&sql);
    let world = Arc::new(world);
    let tasks: Vec<_> = ids
        .iter()
        .map(|&id| {
            let (world, transition) = (
                world.clone(),
                Transition::Grant(GrantChange::IssueAccessToken(token(id))),
            );
            tokio::spawn(async move { world.store.settle(transition, world.now).await })
        })
        .collect();
    for (id, task) in ids.into_iter().zip(tasks) {
        let settled = task.await.unwrap();
        assert_eq!(settled.is_ok(), id != bad, "{settled:?}");
        assert_eq!(
            world.store.access_token(id).await.unwrap().is_some(),
            id != bad
        );
    }
}

/// A world behind a proxy that can lose an answer.
pub(crate) async fn behind_proxy() -> (World, Proxy) {
    let database = Database::on_postgres();
    let proxy = Proxy::before(&database.url()).await;
    (World::through(database, proxy.location()), proxy)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_commit_whose_answer_is_lost_is_found_out_about() {
    let (world, proxy) = behind_proxy().await;
    let (grant, _, mut refresh) = world.started().await;
    for _ in 0..5 {
        let (rotation, successor) = world.rotation(&grant, refresh.id);
        proxy.lose("used_refresh_tokens");
        assert_eq!(world.settle(rotation).await, Outcome::Committed);
        assert!(proxy.has_lost(), "the answer was lost");
        let used = world
            .store
            .refresh_token(refresh.id)
            .await
            .unwrap()
            .unwrap()
            .used
            .unwrap();
        assert_eq!(used.successor, successor.id);
        refresh = successor;
    }
    let code = world.issued_code(grant.client, grant.subject).await;
    proxy.lose("INSERT INTO grants");
    assert_eq!(
        world.settle(world.redemption(&code).0).await,
        Outcome::Committed
    );
    assert!(proxy.has_lost());
    assert_eq!(
        world.settle(world.redemption(&code).0).await,
        Outcome::Conflict
    );

    let token = world.access(&grant);
    proxy.lose("INSERT INTO access_tokens");
    assert_eq!(
        world
            .settle(Transition::Grant(GrantChange::IssueAccessToken(
                token.clone()
            )))
            .await,
        Outcome::Committed
    );
    assert!(proxy.has_lost());
    assert!(world.store.access_token(token.id).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn the_same_for_what_runs_alone() {
    let (world, proxy) = behind_proxy().await;
    let client = world.client("app").await;
    let person = NewPerson {
        password: "x".to_owned(),
        ..newcomer("ada@example.com")
    };
    proxy.lose("COMMIT");
    assert_eq!(
        world
            .settle(protocol::accounts::people::create(person.clone()))
            .await,
        Outcome::Committed
    );
    assert!(proxy.has_lost());
    assert_eq!(
        world
            .settle(protocol::accounts::people::create(person))
            .await,
        Outcome::Conflict
    );

    proxy.lose("COMMIT");
    let device = asked(&world, client);
    let keep = Transition::Device(DeviceChange::Keep(device.clone()));
    assert_eq!(world.settle(keep).await, Outcome::Committed);
    assert!(proxy.has_lost());
    assert!(world.store.device(device.id).await.unwrap().is_some());

    proxy.lose("COMMIT");
    let app = Box::new(world.new_client("other"));
    assert_eq!(
        world
            .settle(Transition::App(AppChange::Register {
                client: app,
                logo: None,
                bounds: None,
            }))
            .await,
        Outcome::Committed
    );
    assert!(proxy.has_lost());
    assert_eq!(world.store.clients(None, 10).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn an_attempt_is_counted_and_taken_back_once_though_the_answer_is_lost() {
    let (world, proxy) = behind_proxy().await;
    let (key, limit) = (jose::Digest::of(b"ada"), 10);
    let count = || {
        Transition::Throttle(ThrottleChange::Count {
            keys: vec![(key, limit)],
            window: Lifetime::from_minutes(15),
            in_a_day: Vec::new(),
        })
    };
    assert_eq!(world.settle(count()).await, Outcome::Committed);
    proxy.lose("COMMIT");
    assert_eq!(world.settle(count()).await, Outcome::Committed);
    assert!(proxy.has_lost());
    assert_eq!(world.store.attempts(&[key]).await.unwrap()[0].count, 2);
    proxy.lose("COMMIT");
    let take_back = Transition::Throttle(ThrottleChange::Clear {
        own: Vec::new(),
        shared: vec![key],
        in_a_day: Vec::new(),
        as_many_as: None,
    });
    assert_eq!(world.settle(take_back).await, Outcome::Committed);
    assert!(proxy.has_lost());
    assert_eq!(world.store.attempts(&[key]).await.unwrap()[0].count, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_halted_server_is_given_up_after_a_while() {
    let (world, proxy) = behind_proxy().await;
    let (grant, access, _) = world.started().await;
    proxy.halt(true);
    let token = world.access(&grant);
    let began = Instant::now();
    let (read, settled) = tokio::join!(
        world.store.access_token(access.id),
        world.store.settle(
            Transition::Grant(GrantChange::IssueAccessToken(token)),
            world.now
        )
    );
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    assert!(
        matches!(settled, Err(StoreError::Unavailable(_))),
        "{settled:?}"
    );
    let waited = began.elapsed();
    assert!(waited < Duration::from_secs(15), "{waited:?}");
    proxy.halt(false);
    comes_back(&world, &access).await;
}

/// A node that heard nothing for a second does not answer from memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn what_another_node_revoked_is_known_after_a_second_though_nobody_polls() {
    let world = world();
    let (grant, access, _) = world.started().await;
    let other = world.another();
    let revoke = Transition::Grant(GrantChange::Revoke {
        grant: grant.id,
        client: grant.client,
        subject: Some(grant.subject),
        cause: RevocationCause::App,
    });
    assert_eq!(world.settle(revoke).await, Outcome::Committed);
    hears_nothing_for_a_second(&other).await;
    let facts = other.access_token(access.id).await.unwrap().unwrap();
    assert!(facts.grant_revoked);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_server_that_goes_away_is_said_at_once_and_comes_back_without_a_restart() {
    let (world, proxy) = behind_proxy().await;
    let (grant, access, _) = world.started().await;
    proxy.close().await;
    let began = Instant::now();
    let read = world.store.access_token(access.id).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    let token = world.access(&grant);
    let settled = world
        .store
        .settle(
            Transition::Grant(GrantChange::IssueAccessToken(token.clone())),
            world.now,
        )
        .await;
    assert!(
        matches!(settled, Err(StoreError::Unavailable(_))),
        "{settled:?}"
    );
    assert!(world.store.ready().await.is_err());
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    proxy.open().await;
    comes_back(&world, &access).await;
    assert_eq!(
        world
            .settle(Transition::Grant(GrantChange::IssueAccessToken(token)))
            .await,
        Outcome::Committed
    );
    world.store.ready().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn no_node_misses_a_change_of_another() {
    let world = world();
    let (client, subject) = (
        world.client("app").await,
        world.person("ada@example.com").await,
    );
    let mut grants = Vec::new();
    for _ in 0..60 {
        let code = world.issued_code(client, subject).await;
        let (redemption, grant, _) = world.redemption(&code);
        world.settle(redemption).await;
        let access = world.access(&grant);
        world
            .settle(Transition::Grant(GrantChange::IssueAccessToken(
                access.clone(),
            )))
            .await;
        grants.push((grant, access));
    }
    let (reader, world) = (world.another(), Arc::new(world));
    let nodes: Vec<_> = (0..3).map(|_| world.another()).collect();
    let mut tasks = Vec::new();
    for (at, (grant, _)) in grants.iter().enumerate() {
        let revoke = Transition::Grant(GrantChange::Revoke {
            grant: grant.id,
            client,
            subject: None,
            cause: RevocationCause::App,
        });
        let (node, now) = (nodes[at % nodes.len()].clone(), world.now);
        tasks.push(tokio::spawn(async move {
            node.settle(revoke, now).await.unwrap()
        }));
    }
    // Lines are read while they are written.
    while tasks.iter().any(|task| !task.is_finished()) {
        reader.poll_changes().await.unwrap();
    }
    reader.poll_changes().await.unwrap();
    for (_, access) in &grants {
        assert!(
            reader
                .access_token(access.id)
                .await
                .unwrap()
                .unwrap()
                .grant_revoked
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_token_has_one_winner_among_nodes() {
    let world = world();
    let (grant, _, mut refresh) = world.started().await;
    let nodes: Vec<_> = (0..4).map(|_| world.another()).collect();
    for racers in [8, 100] {
        let tasks: Vec<_> = (0..racers)
            .map(|at| {
                let (rotation, successor) = world.rotation(&grant, refresh.id);
                let (node, now) = (nodes[at % nodes.len()].clone(), world.now);
                tokio::spawn(async move { (node.settle(rotation, now).await.unwrap(), successor) })
            })
            .collect();
        let mut winners = Vec::new();
        for task in tasks {
            let (outcome, successor) = task.await.unwrap();
            if outcome == Outcome::Committed {
                winners.push(successor);
            }
        }
        assert_eq!(winners.len(), 1);
        refresh = winners.remove(0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn numbers_counted_by_many_nodes_are_all_different() {
    let world = world();
    let nodes: Vec<_> = (0..3).map(|_| world.another()).collect();
    let tasks: Vec<_> = (0..30)
        .map(|at| {
            let person = NewPerson {
                name: String::new(),
                password: String::new(),
                ..newcomer(&format!("{at}@example.com"))
            };
            let (node, now) = (nodes[at % nodes.len()].clone(), world.now);
            tokio::spawn(async move {
                node.settle(protocol::accounts::people::create(person), now)
                    .await
                    .unwrap()
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Outcome::Committed);
    }
    let people = world.store.people(None, 100).await.unwrap().people;
    let subjects: Vec<i64> = people.iter().map(|person| person.subject.0).collect();
    assert_eq!(subjects, (1..=30).collect::<Vec<_>>());
}

#[tokio::test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_node_whose_number_another_took_writes_nothing_under_it() {
    let world = world();
    let (grant, ..) = world.started().await;
    let node = (world.store.mint().locator().0 >> 10) & 127;
    let sql = format!(
        "UPDATE nodes SET holder = 'another', lease_until = lease_until + 600 WHERE node = {node}"
    );
    world.database().run(&sql);
    // As if it had slept: its lease ran out long ago.
    world
        .store
        .renew_lease(protocol::types::UnixTime(0))
        .await
        .unwrap();
    assert_ne!((world.store.mint().locator().0 >> 10) & 127, node);
    let token = world.access(&grant);
    let settled = world
        .store
        .settle(
            Transition::Grant(GrantChange::IssueAccessToken(token)),
            world.now,
        )
        .await;
    assert!(
        settled.is_ok(),
        "the new number is renewed before it is used: {settled:?}"
    );
}

#[tokio::test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_schema_of_a_later_version_that_only_adds_is_welcome() {
    let world = world();
    world.database().run(
        "ALTER TABLE access_tokens ADD COLUMN later TEXT; \
         INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (999, 'later', '', '0')",
    );
    let store = open_at(world.database().location());
    store.ready().await.unwrap();
}

#[tokio::test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_pooler_needs_no_prepared_statements() {
    let database = Database::on_postgres();
    let url = database.url();
    let joined = if url.contains('?') { '&' } else { '?' };
    let location = store::PostgresUrl::parse(&format!("{url}{joined}pooler=transaction")).unwrap();
    let world = World::through(database, store::Location::Postgres(location));
    let (grant, access, refresh) = world.started().await;
    let (rotation, _) = world.rotation(&grant, refresh.id);
    assert_eq!(world.settle(rotation).await, Outcome::Committed);
    assert!(world.store.access_token(access.id).await.unwrap().is_some());
}
