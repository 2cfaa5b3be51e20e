//! `kill -9` under load on PostgreSQL: of one node or both, and of PostgreSQL itself, with `fsync` on. What was
//! acknowledged holds on both nodes, what was spent or revoked stays so.
//!
//! Two rounds of each, or thirty with `VALETKEY_LONG=1`. `VALETKEY_TEST_POSTGRES_BIN` names the folder of PostgreSQL's
//! programs (`./test` finds it).

use crate::support::long;
use crate::support::nodes::{Nodes, programs};
use crate::support::removals::Removals;
use crate::support::told::{DEVICES, TOLD, Work, random_below};
use acceptance::postgres::{Server, Stop};

fn rounds() -> usize {
    if long() { 30 } else { 2 }
}

/// Which nodes are killed; each in turn, then both.
fn victims(nodes: &mut Nodes, round: usize) -> Vec<&mut acceptance::Provider> {
    let [one, two] = [&mut nodes.one.provider, &mut nodes.two.provider];
    match round % 3 {
        0 => vec![one],
        1 => vec![one, two],
        _ => vec![two],
    }
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn acknowledged_is_kept_when_nodes_are_killed() {
    let programs = programs();
    let server = Server::start_new(&programs);
    let mut nodes = Nodes::of(&server, DEVICES);
    let mut work = Work::begin(&nodes.one);
    let mut removals = Removals::begin(&nodes.one);
    for round in 0..rounds() {
        let clients = work.clients(&nodes.two, nodes.apis());
        let (api, connected) = (nodes.one.api(), removals.connect(&nodes.one));
        let mut removed = Vec::new();
        let told = work.load(clients, || {
            removed = std::thread::scope(|scope| {
                let removing = scope.spawn(|| Removals::remove(&api, connected));
                std::thread::sleep(random_below(250));
                victims(&mut nodes, round)
                    .into_iter()
                    .for_each(|node| node.kill());
                // The one that is left goes on without the other.
                std::thread::sleep(random_below(250));
                removing.join().expect("it ends")
            });
        });
        victims(&mut nodes, round)
            .into_iter()
            .for_each(|node| node.start());
        nodes.wait_until_ready();
        std::thread::sleep(TOLD);
        work.verify_on(&nodes.both(), told);
        removals.verify_on(&nodes.both(), &removed);
    }
    nodes
        .both()
        .into_iter()
        .for_each(|node| work.verify_all(node));
    removals.tell();
}

#[test]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
fn acknowledged_is_kept_when_postgresql_is_killed_and_the_nodes_go_on() {
    let programs = programs();
    let mut server = Server::start_new(&programs);
    let nodes = Nodes::of(&server, DEVICES);
    let pids = nodes.both().map(|node| node.provider.pid());
    let mut work = Work::begin(&nodes.one);
    for round in 0..rounds() {
        let clients = work.clients(&nodes.two, nodes.apis());
        let told = work.load(clients, || {
            std::thread::sleep(random_below(250));
            match round % 2 {
                0 => server.kill(),
                _ => server.stop(Stop::Immediate),
            }
            server.start();
            // Work goes on, on what has recovered.
            nodes.wait_until_ready();
            std::thread::sleep(random_below(500));
        });
        assert_eq!(work.seen.hopeless, 0, "each 503 says when to come back");
        std::thread::sleep(TOLD);
        work.verify_on(&nodes.both(), told);
    }
    nodes
        .both()
        .into_iter()
        .for_each(|node| work.verify_all(node));
    assert_eq!(
        nodes.both().map(|node| node.provider.pid()),
        pids,
        "nobody was restarted"
    );
}
