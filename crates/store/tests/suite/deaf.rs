//! A node on PostgreSQL that hears nothing for a moment, while another takes back what it holds in memory. The test ends
//! at once where no server is named.
use crate::nodes::{behind_proxy, comes_back, hears_nothing_for_a_second};
use crate::world::{World, open_at, policy};
use protocol::Transition;
use protocol::decision::Mint;
use protocol::facts::AccessFacts;
use protocol::inactive;
use protocol::transition::{AccountChange, AppChange, GrantChange};
use protocol::types::{AccessToken, ClientStatus, Grant};
use std::time::Duration;
use store::{Outcome, Store};

/// Whether a token works, by the rule that every request follows.
fn works(world: &World, facts: &AccessFacts) -> bool {
    inactive::access_token(facts, &policy(), world.now).is_ok()
}

async fn grant_of(world: &World, name: &str) -> (Grant, AccessToken) {
    let client = world.client(name).await;
    let subject = world.person(&format!("{name}@example.com")).await;
    let (redeemed, grant, _) = world.redemption(&world.issued_code(client, subject).await);
    assert_eq!(world.settle(redeemed).await, Outcome::Committed);
    let access = issued(world, &grant).await;
    (grant, access)
}

async fn issued(world: &World, grant: &Grant) -> AccessToken {
    let access = world.access(grant);
    let issue = GrantChange::IssueAccessToken(access.clone());
    assert_eq!(
        world.settle(Transition::Grant(issue)).await,
        Outcome::Committed
    );
    access
}

async fn read(store: &Store, access: &AccessToken) -> AccessFacts {
    store.access_token(access.id).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(not(has_postgres), ignore = "needs PostgreSQL: see ./test")]
async fn what_was_taken_back_meanwhile_is_refused_at_the_first_word() {
    let (deaf, proxy) = behind_proxy().await;
    let other = open_at(deaf.database().location());
    let grants = [
        grant_of(&deaf, "grant").await,
        grant_of(&deaf, "person").await,
        grant_of(&deaf, "app").await,
    ];
    for (_, access) in &grants {
        assert!(works(&deaf, &read(&deaf.store, access).await));
    }
    proxy.halt(true);
    let not_before = other.mint().locator();
    let taken = [
        deaf.revocation(&grants[0].0),
        Transition::Account(AccountChange::Disable {
            subject: grants[1].0.subject,
            not_before,
        }),
        Transition::App(AppChange::SetStatus {
            client: grants[2].0.client,
            status: ClientStatus::Disabled,
            not_before,
        }),
    ];
    for change in taken {
        let settled = other.settle(change, deaf.now).await.unwrap();
        assert_eq!(settled, Outcome::Committed);
    }
    // Asked while it hears nothing, and longer after than memory may be behind.
    hears_nothing_for_a_second(&deaf.store).await;
    let asked: Vec<_> = grants
        .iter()
        .map(|(_, access)| {
            let (store, id) = (deaf.store.clone(), access.id);
            tokio::spawn(async move { store.access_token(id).await })
        })
        .collect();
    // They wait for a while, in which none may answer.
    tokio::time::sleep(Duration::from_millis(500)).await;
    proxy.halt(false);
    for asked in asked {
        // It waits for the database, or says that it cannot be reached: it never answers from memory.
        if let Ok(facts) = asked.await.unwrap() {
            assert!(!works(&deaf, &facts.unwrap()));
        }
    }
    comes_back(&deaf, &grants[0].1).await;
    for (grant, access) in &grants {
        // Decided on what was heard before, and written after.
        let late = issued(&deaf, grant).await;
        for store in [&deaf.store, &other] {
            assert!(!works(&deaf, &read(store, access).await), "{access:?}");
            assert!(!works(&deaf, &read(store, &late).await), "{late:?}");
        }
    }
}
