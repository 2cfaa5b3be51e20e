//! A person who let ten thousand apps in.
use crate::nodes::world as on_postgres;
use crate::world::World;
use protocol::types::{Subject, UnixTime};
use std::time::Duration;
use store::{ConnectionPlace, ConnectionQuery};

const MANY: i64 = 10_000;

/// Their apps are called by numbers, and two were let in at each second.
async fn of(world: World) -> (World, Subject) {
    let ada = world.person("ada@x.example").await;
    world.client("app").await;
    let numbers = format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {MANY})"
    );
    world.database().run(&format!(
        "{numbers} INSERT INTO clients (no, id, name, homepage, description, owner, kind, redirect_uris, grants, approved, \
         resource_server, status, cutoff, created_at, skeleton) \
         SELECT n + 100000, 'app-' || n, 'Board ' || n, '', '', owner, kind, redirect_uris, grants, approved, \
         resource_server, status, cutoff, created_at, 'board ' || n FROM clients, numbers WHERE id = 'app'; \
         {numbers} INSERT INTO consents (subject, client, scope, redirect_uris, granted_at, since) \
         SELECT {}, n + 100000, 'a', '', 1000 + n / 2, 1000 + n / 2 FROM numbers",
        ada.0
    ));
    (world, ada)
}

async fn page(
    world: &World,
    subject: Subject,
    after: Option<ConnectionPlace>,
    name: &str,
) -> Vec<(i64, ConnectionPlace)> {
    let query = ConnectionQuery {
        subject,
        after,
        name,
        ended_after: UnixTime(0),
        limit: 50,
    };
    let found = world.store.connections(query).await.unwrap();
    let found = found.iter();
    found
        .map(|one| (one.client.0 - 100_000, ConnectionPlace::of(one)))
        .collect()
}

#[tokio::test]
async fn ten_thousand_are_paged_and_found_by_name() {
    let (world, ada) = of(World::new()).await;
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let found = page(&world, ada, after, "").await;
        let Some((_, last)) = found.last() else { break };
        after = Some(*last);
        seen.extend(found.iter().map(|(nth, _)| *nth));
    }
    assert_eq!(seen, (1..=MANY).rev().collect::<Vec<_>>());
    let names = async |name| {
        let found = page(&world, ada, None, name).await;
        found.iter().map(|(nth, _)| *nth).collect::<Vec<_>>()
    };
    assert_eq!(names("oard 4711").await, [4_711]);
    assert_eq!(names("BOARD 999").await[..3], [9_999, 9_998, 9_997]);
    assert!(names("no such").await.is_empty());
}

/// Rows of connections that PostgreSQL has read so far, as it counts them: a connection tells what it did once in a second.
async fn read(world: &World, subject: Subject, after: Option<ConnectionPlace>) -> i64 {
    for _ in 0..8 {
        page(world, subject, after, "").await;
    }
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    for _ in 0..8 {
        page(world, subject, after, "").await;
    }
    world.database().count(
        "SELECT COALESCE(idx_tup_fetch, 0) + seq_tup_read FROM pg_stat_user_tables WHERE relname = 'consents'",
    )
}

#[tokio::test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn a_page_in_the_middle_reads_its_own_rows_alone() {
    let (world, ada) = of(on_postgres()).await;
    world.database().run("ANALYZE");
    let middle = ConnectionPlace {
        since: UnixTime(3_000),
        client: protocol::types::ClientRowId(104_001),
        organization: None,
    };
    let before = read(&world, ada, None).await;
    let after = read(&world, ada, Some(middle)).await;
    // Eight to sixteen pages of fifty.
    assert!(
        (400..=1_700).contains(&(after - before)),
        "{before} to {after}"
    );
}
