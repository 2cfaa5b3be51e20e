//! The database goes away under load: stopped, killed, cut off or silent. Clients see answers of 2xx and 503 with
//! `Retry-After`, never late; what was acknowledged is kept, nothing is used twice, and nobody is restarted.
//!
//! Five seconds each, or thirty with `VALETKEY_LONG=1`. `VALETKEY_TEST_POSTGRES_BIN` names the folder of PostgreSQL's
//! programs (`./test` finds it).

use crate::support::nodes::{Nodes, programs};
use crate::support::relay::{Relay, Way};
use crate::support::tasks_api::TasksApi;
use crate::support::told::{DEVICES, TOLD, Work};
use crate::support::{CALLBACK, Scene, long, within};
use acceptance::Request;
use acceptance::postgres::{Database, Server, Stop};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// No request of a client takes longer, whatever the database does (docs/explanation/postgresql.md).
const DEADLINE: Duration = Duration::from_secs(20);
/// The nodes serve again within this time.
const BACK: Duration = Duration::from_secs(15);

/// How long the database is away.
fn away() -> Duration {
    Duration::from_secs(if long() { 30 } else { 5 })
}

/// What takes the database away and brings it back, around `meanwhile`.
type Outage<'a> = dyn FnMut(&mut dyn FnMut()) + 'a;

/// Works on both nodes through an outage, and holds them to what they said.
fn hold_through(name: &str, nodes: &Nodes, work: &mut Work, outage: &mut Outage<'_>) {
    let mut recovery = Duration::ZERO;
    let clients = work.clients(&nodes.one, nodes.apis());
    let told = work.load(clients, || {
        outage(&mut || {
            let ready = |node: &&Scene| status(node, "/health/ready") == 503;
            assert!(
                within(DEADLINE, || nodes.both().iter().all(ready)),
                "{name}: not ready is not said"
            );
            std::thread::sleep(away());
            assert!(
                nodes.both().iter().all(ready),
                "{name}: ready without a database"
            );
            assert!(
                nodes
                    .both()
                    .iter()
                    .all(|node| status(node, "/health/live") == 200)
            );
        });
        recovery = nodes.wait_until_ready();
        std::thread::sleep(TOLD);
    });
    std::thread::sleep(TOLD);
    work.verify_on(&nodes.both(), told);
    let seen = &work.seen;
    eprintln!(
        "{name}: {:?}, the longest took {:?}, back after {recovery:?}",
        seen.statuses, seen.longest
    );
    let expected = |status: &u16| matches!(status, 200 | 303 | 400 | 503);
    assert!(
        seen.statuses.keys().all(expected),
        "{name}: {:?}",
        seen.statuses
    );
    assert!(
        seen.statuses.contains_key(&503),
        "{name}: nobody has noticed"
    );
    assert_eq!(seen.hopeless, 0, "{name}: each 503 says when to come back");
    assert!(seen.longest < DEADLINE, "{name}: {:?}", seen.longest);
    assert!(recovery < BACK, "{name}: {recovery:?}");
}

/// The status of a GET; 0 when nothing came.
fn status(node: &Scene, path: &str) -> u16 {
    node.api()
        .try_send(&Request::get(path))
        .map_or(0, |reply| reply.status)
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn what_was_acknowledged_outlives_a_database_that_goes_away() {
    let programs = programs();
    let mut server = Server::start_new(&programs);
    let database = Arc::new(Database::on(&server.url()));
    let relay = Relay::start(&server.address());
    let relayed = Arc::new(database.by_way_of(&relay.addr.to_string(), ""));
    let nodes = Nodes::on([relayed.clone(), relayed], DEVICES);
    let mut work = Work::begin(&nodes.one);
    for mode in [Stop::Fast, Stop::Immediate] {
        hold_through(
            &format!("stopped ({mode:?})"),
            &nodes,
            &mut work,
            &mut |meanwhile| {
                server.stop(mode);
                meanwhile();
                server.start();
            },
        );
    }
    for way in [Way::Cut, Way::Silent] {
        hold_through(
            &format!("the way to it {way:?}"),
            &nodes,
            &mut work,
            &mut |meanwhile| {
                relay.go(way);
                meanwhile();
                relay.go(Way::Open);
            },
        );
    }
    hold_through("frozen", &nodes, &mut work, &mut |meanwhile| {
        server.silent(meanwhile)
    });
    nodes
        .both()
        .into_iter()
        .for_each(|node| work.verify_all(node));
}

/// One node has lost its way to the database, the other has not: what that one revokes is never called active by
/// the first, nor by an API behind it, from what they remember.
#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn a_node_that_is_cut_off_says_nothing_from_memory() {
    let programs = programs();
    let server = Server::start_new(&programs);
    for way in [Way::Cut, Way::Silent] {
        let database = Arc::new(Database::on(&server.url()));
        let relay = Relay::start(&server.address());
        let relayed = Arc::new(database.by_way_of(&relay.addr.to_string(), ""));
        // The issuer's address is that of the first node, so that is whom the API asks and follows.
        let nodes = Nodes::on([relayed, database.clone()], "");
        let (app, api) = (
            nodes.two.confidential(CALLBACK),
            nodes.two.resource_server(),
        );
        let tasks = TasksApi::start(&nodes.one.provider, &api, &json!({}));
        let tokens = nodes.one.tokens(&app, "tasks:read");
        for _ in 0..20 {
            assert_eq!(tasks.get("/v1/tasks", &tokens.access), 200);
        }
        relay.go(way);
        nodes.two.revoke(&app, &tokens.refresh).expect(200);
        let revoked = Instant::now();
        std::thread::sleep(TOLD);
        // Neither has heard of it.
        while revoked.elapsed() < away() {
            let status = tasks.get("/v1/tasks", &tokens.access);
            let at = revoked.elapsed();
            assert_eq!(status, 503, "{way:?}: after {at:?}");
        }
        let fields = [("token", tokens.access.as_str())];
        let path = nodes.one.endpoint("introspection_endpoint");
        let said = nodes.one.api().post_form_basic(&path, &api, &fields);
        assert!(
            said.status == 503 && said.header("Retry-After").is_some(),
            "{said}"
        );
        relay.go(Way::Open);
        let answers = || tasks.get("/v1/tasks", &tokens.access) == 401;
        assert!(within(BACK, answers), "{way:?}: it is back, and knows");
        nodes.wait_until_ready();
        assert!(!nodes.one.is_active(&api, &tokens.access));
    }
}

/// The primary is killed, or halted with all its connections open; its standby has all that it acknowledged.
#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn a_primary_that_fails_is_followed_by_the_next_host() {
    let programs = programs();
    for halted in [false, true].repeat(if long() { 5 } else { 1 }) {
        let mut primary = Server::start_new(&programs);
        let mut standby = primary.standby();
        // From now on every commit waits for the standby.
        primary.set("synchronous_standby_names=*");
        primary.stop(Stop::Fast);
        primary.start();
        let database = Arc::new(Database::on(&primary.url()));
        let hosts = format!("{},{}", primary.address(), standby.address());
        let nodes = {
            let many = Arc::new(database.by_way_of(&hosts, ""));
            Nodes::on([many.clone(), many], DEVICES)
        };
        let mut work = Work::begin(&nodes.one);
        let clients = work.clients(&nodes.one, nodes.apis());
        let mut recovery = Duration::ZERO;
        let told = work.load(clients, || {
            let mut fail_over = |standby: &Server| {
                standby.promote();
                let promoted = Instant::now();
                nodes.wait_until_ready();
                recovery = promoted.elapsed();
            };
            // A halted one never comes back: two that take writes are what no client can mend.
            match halted {
                true => drop(primary.halt()),
                false => primary.kill(),
            }
            fail_over(&standby);
            primary.kill();
            std::thread::sleep(TOLD);
        });
        std::thread::sleep(TOLD);
        work.verify_on(&nodes.both(), told);
        nodes
            .both()
            .into_iter()
            .for_each(|node| work.verify_all(node));
        eprintln!(
            "failover (halted: {halted}): {:?}, the longest took {:?}, back {recovery:?} after the promotion",
            work.seen.statuses, work.seen.longest
        );
        assert!(
            work.seen.longest < DEADLINE && recovery < BACK,
            "{:?}",
            work.seen.longest
        );
        standby.kill();
    }
}
