//! What apps' requests were told: written in batches, read by their developers, and bounded.
use crate::world::World;
use protocol::Policy;
use protocol::request_log::{
    Endpoint, LoggedRequest, Refusal, RequestBatch, RequestCount, RequestId, hour_of,
};
use protocol::transition::{AppChange, Transition, UsageChange};
use protocol::types::{ClientRowId, Lifetime, Locator, Side, UnixTime};
use store::{Outcome, RequestQuery, SweepRules};

const START: UnixTime = UnixTime(1_800_000_000);

fn id(second: i64, nth: i64) -> Locator {
    Locator(Locator::first_at(UnixTime(START.0 + second)).0 + nth)
}

fn request(id: Locator, error: Option<&str>) -> LoggedRequest {
    LoggedRequest {
        id,
        request_id: RequestId::parse(&format!("{:016x}", id.0)).unwrap(),
        endpoint: Endpoint::Token,
        status: if error.is_some() { 400 } else { 200 },
        side: Side::Live,
        address: "203.0.113.7".parse().ok(),
        refusal: error.map(|code| Refusal::of_cause(code, "x: the code is gone")),
    }
}

fn batch(client: i64, requests: Vec<LoggedRequest>) -> RequestBatch {
    let (refused, granted): (Vec<_>, Vec<_>) =
        requests.into_iter().partition(|one| one.refusal.is_some());
    let first = granted.first().or(refused.first()).unwrap();
    RequestBatch {
        client: ClientRowId(client),
        counts: vec![RequestCount {
            hour: hour_of(first.id),
            endpoint: Endpoint::Token,
            granted: granted.len() as u32,
            refused: refused.len() as u32,
        }],
        granted,
        refused,
        most: 1_500,
    }
}

async fn write(world: &World, batch: RequestBatch) {
    let change = Transition::App(AppChange::Usage(UsageChange::LogRequests(Box::new(batch))));
    assert_eq!(world.settle(change).await, Outcome::Committed);
}

async fn found(world: &World, client: i64, query: &RequestQuery) -> Vec<LoggedRequest> {
    let found = world
        .store
        .logged_requests(ClientRowId(client), query, 10_000);
    found.await.unwrap()
}

#[tokio::test]
async fn requests_are_found_again_as_they_were_noted_and_by_their_own_app_alone() {
    let world = World::new();
    let refused = LoggedRequest {
        endpoint: Endpoint::Authorize,
        status: 303,
        side: Side::Test,
        address: None,
        ..request(id(2, 0), Some("access_denied"))
    };
    let all = vec![
        request(id(0, 0), None),
        request(id(1, 0), Some("invalid_grant")),
        refused.clone(),
        request(id(3, 0), None),
    ];
    write(&world, batch(7, all.clone())).await;
    write(
        &world,
        batch(8, vec![request(id(9, 0), Some("invalid_grant"))]),
    )
    .await;
    let newest_first: Vec<_> = all.iter().rev().cloned().collect();
    let every = RequestQuery::default();
    assert_eq!(found(&world, 7, &every).await, newest_first);
    assert!(found(&world, 9, &every).await.is_empty());
    let by = |change: fn(&mut RequestQuery)| {
        let mut query = RequestQuery::default();
        change(&mut query);
        query
    };
    for (query, ids) in [
        (by(|query| query.only_refused = true), vec![2, 1]),
        (by(|query| query.status = Some(303)), vec![2]),
        (by(|query| query.status = Some(200)), vec![3, 0]),
        (
            by(|query| query.error = Some("invalid_grant".to_owned())),
            vec![1],
        ),
        (by(|query| query.side = Some(Side::Test)), vec![2]),
        (by(|query| query.side = Some(Side::Live)), vec![3, 1, 0]),
        (
            by(|query| query.endpoint = Some(Endpoint::Authorize)),
            vec![2],
        ),
        (by(|query| query.before = Some(id(3, 0))), vec![2, 1, 0]),
        (by(|query| query.endpoint = Some(Endpoint::Revoke)), vec![]),
    ] {
        let expected: Vec<_> = ids.into_iter().map(|at: usize| all[at].clone()).collect();
        assert_eq!(found(&world, 7, &query).await, expected, "{query:?}");
    }
    for one in &all {
        let own = world.store.logged_request(ClientRowId(7), one.request_id);
        assert_eq!(own.await.unwrap().as_ref(), Some(one));
        let others = world.store.logged_request(ClientRowId(8), one.request_id);
        assert_eq!(others.await.unwrap(), None);
    }
    let counts = world
        .store
        .request_counts(ClientRowId(7), START)
        .await
        .unwrap();
    assert_eq!(counts, [(Endpoint::Token, 2, 2)]);
    let errors = world.store.logged_errors(ClientRowId(7)).await.unwrap();
    assert_eq!(errors, ["access_denied", "invalid_grant"]);
}

#[tokio::test]
async fn the_same_batch_twice_is_there_once() {
    let world = World::new();
    let same = batch(
        7,
        vec![request(id(0, 0), None), request(id(1, 0), Some("a"))],
    );
    write(&world, same.clone()).await;
    write(&world, same).await;
    assert_eq!(found(&world, 7, &RequestQuery::default()).await.len(), 2);
}

#[tokio::test]
async fn the_last_hundred_that_went_well_stay() {
    let world = World::new();
    for minute in 0..5 {
        let requests = (0..40).map(|nth| request(id(minute * 60, nth), None));
        write(&world, batch(7, requests.collect())).await;
    }
    let left = found(&world, 7, &RequestQuery::default()).await;
    assert_eq!(left.len(), 100);
    assert_eq!(left[0].id, id(240, 39));
    assert_eq!(left[99].id, id(120, 20));
    let counts = world
        .store
        .request_counts(ClientRowId(7), START)
        .await
        .unwrap();
    assert_eq!(counts, [(Endpoint::Token, 200, 0)]);
}

#[tokio::test]
async fn refused_ones_stay_within_the_bounds_of_an_hour_an_app_and_all() {
    let world = World::new();
    let refused = |from: i64, many: i64| -> Vec<LoggedRequest> {
        let all = (0..many).map(|nth| request(id(from, nth), Some("invalid_grant")));
        all.collect()
    };
    // Two servers, each within the bound.
    write(&world, batch(7, refused(0, 700))).await;
    write(&world, batch(7, refused(60, 700))).await;
    let only = RequestQuery {
        only_refused: true,
        ..RequestQuery::default()
    };
    let left = found(&world, 7, &only).await;
    assert_eq!(left.len(), 1_000);
    assert_eq!(left[0].id, id(60, 299), "the first of the hour stay");
    write(&world, batch(7, refused(3_600, 700))).await;
    let left = found(&world, 7, &only).await;
    assert_eq!((left.len(), left[0].id), (1_500, id(3_600, 699)));
    let counts = world
        .store
        .request_counts(ClientRowId(7), START)
        .await
        .unwrap();
    assert_eq!(counts, [(Endpoint::Token, 0, 2_100)]);
    write(&world, batch(8, refused(3_700, 10))).await;
    assert_eq!(world.store.trim_request_log(50).await.unwrap(), 1_460);
    assert_eq!(found(&world, 8, &only).await.len(), 10);
    assert_eq!(found(&world, 7, &only).await.len(), 40);
    assert_eq!(world.store.trim_request_log(50).await.unwrap(), 0);
}

#[tokio::test]
async fn all_of_it_is_gone_after_four_weeks() {
    let world = World::new();
    write(
        &world,
        batch(
            7,
            vec![request(id(0, 0), None), request(id(1, 0), Some("a"))],
        ),
    )
    .await;
    let rules = SweepRules::of(&Policy::for_tests(), Lifetime::from_days(30));
    let day = Lifetime::from_days(1);
    let mut now = START.plus(Lifetime::from_days(27));
    for left in [2, 0] {
        world.store.sweep(now, &rules).await.unwrap();
        assert_eq!(found(&world, 7, &RequestQuery::default()).await.len(), left);
        let counts = world
            .store
            .request_counts(ClientRowId(7), START)
            .await
            .unwrap();
        assert_eq!(counts.len(), left.min(1));
        now = now.plus(day).plus(day);
    }
}
