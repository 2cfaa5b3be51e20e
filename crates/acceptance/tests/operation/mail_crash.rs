//! `kill -9` while many mails are due: each is delivered, those to one address in order; some twice.
//!
//! Five rounds on SQLite and two of two nodes on PostgreSQL; with `VALETKEY_LONG=1` a hundred and thirty, with 1,000
//! mails in each.

use crate::support::client::tool;
use crate::support::mail_server::{MailServer, Taken};
use crate::support::nodes::Nodes;
use crate::support::told::random_below;
use crate::support::{PLAIN, long, within};
use acceptance::postgres::Database;
use acceptance::{Provider, Setup};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// Addresses that get mails at once.
const ADDRESSES: usize = 10;
/// Messages that are under way at once: each may be delivered again after a kill.
const UNDER_WAY: usize = 16;
/// How long until all of a round is delivered: on PostgreSQL a node that was killed keeps the right to deliver for a
/// while.
const LIMIT: Duration = Duration::from_secs(120);

fn copies() -> usize {
    if long() { 100 } else { 8 }
}

/// Asks for mails to each address; their numbers.
#[track_caller]
fn ask(provider: &Provider) -> BTreeSet<i64> {
    let mut ids = BTreeSet::new();
    for address in 0..ADDRESSES {
        let to = format!("user{address}@example.com");
        let copies = copies().to_string();
        let asked = ["mail", "test", &to, "--copies", &copies, "--json"];
        let done = provider.cli(&asked).json();
        let told = done["ids"].as_array().expect("ids").iter();
        ids.extend(told.filter_map(|id| id.as_str()?.parse::<i64>().ok()));
    }
    assert_eq!(ids.len(), ADDRESSES * copies());
    ids
}

/// Waits until nothing is left to deliver, looks whether all came and in which order, and counts those that came twice.
#[track_caller]
fn verify(server: &MailServer, provider: &Provider, ids: &BTreeSet<i64>) -> usize {
    let left = || provider.cli(&["outbox", "list", "--json"]).json();
    let empty = || left()["messages"].as_array().is_some_and(Vec::is_empty);
    assert!(within(LIMIT, empty), "{}\n{}", left(), provider.log());
    let taken = server.taken();
    let numbers: BTreeSet<i64> = taken.iter().map(Taken::number).collect();
    assert_eq!(numbers, *ids, "each came, and nothing else");
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    for mail in &taken {
        let number = mail.number();
        let before = last.insert(mail.to(), number).unwrap_or(0);
        assert!(
            before <= number,
            "{number} to {} came after {before}",
            mail.to()
        );
    }
    server.forget();
    taken.len() - ids.len()
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn every_mail_is_delivered_in_order_after_kill_9() {
    let server = MailServer::start_new();
    let mut provider = Setup::toml(PLAIN).with(&server.settings()).start();
    let (mut all, mut twice) = (0, 0);
    let rounds = if long() { 100 } else { 5 };
    for _ in 0..rounds {
        let ids = ask(&provider);
        // Twice in each round, so that some are killed soon after a start.
        for _ in 0..2 {
            std::thread::sleep(random_below(if long() { 2_000 } else { 200 }));
            provider.kill();
            provider.start();
        }
        all += ids.len();
        twice += verify(&server, &provider, &ids);
    }
    let kills = 2 * rounds;
    println!("{all} mails, {twice} of them twice, after {kills} kills");
    assert!(twice <= kills * UNDER_WAY, "{twice}");
}

#[test]
#[cfg_attr(
    not(all(has_python, has_postgres)),
    ignore = "needs Python and PostgreSQL: see ./test"
)]
fn every_mail_is_delivered_in_order_whichever_node_is_killed() {
    let server = MailServer::start_new();
    let database = tool("VALETKEY_TEST_POSTGRES");
    let database = Arc::new(Database::on(database.to_str().expect("text")));
    let mut nodes = Nodes::on([database.clone(), database], &server.settings());
    let (mut all, mut twice) = (0, 0);
    let rounds = if long() { 30 } else { 2 };
    for round in 0..rounds {
        let ids = ask(&nodes.one.provider);
        std::thread::sleep(random_below(if long() { 2_000 } else { 200 }));
        let [one, two] = [&mut nodes.one.provider, &mut nodes.two.provider];
        let (victim, other) = if round % 2 == 0 {
            (one, two)
        } else {
            (two, one)
        };
        victim.kill();
        all += ids.len();
        twice += verify(&server, other, &ids);
        victim.start();
    }
    println!("{all} mails, {twice} of them twice, after {rounds} kills");
    assert!(twice <= rounds * UNDER_WAY, "{twice}");
}
