//! Restart, sweeping, schemas, limits.
use crate::engine::Database;
use crate::world::{World, open_at, options, policy};
use protocol::Transition;
use protocol::decision::Mint;
use protocol::transition::{AccountChange, GrantChange, RevocationCause};
use protocol::types::{Lifetime, Locator, Scope, Subject};
use std::os::unix::fs::PermissionsExt;
use store::{Outcome, Store, StoreError, SweepRules};

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let world = World::new();
    let (grant, access, refresh) = world.started().await;
    let (rotation, successor) = world.rotation(&grant, refresh.id);
    world.settle(rotation).await;
    let revoke = Transition::Grant(GrantChange::Revoke {
        grant: grant.id,
        client: grant.client,
        subject: Some(grant.subject),
        cause: RevocationCause::App,
    });
    world.settle(revoke).await;
    let last = world.store.mint().locator();
    world.store.close().await;
    assert!(matches!(
        world
            .store
            .settle(
                Transition::Account(AccountChange::Enable {
                    subject: Subject(1),
                    not_before: Locator(0),
                }),
                world.now
            )
            .await,
        Err(StoreError::Unavailable(_))
    ));
    let store = open_at(world.database().location());
    assert!(
        store
            .access_token(access.id)
            .await
            .unwrap()
            .unwrap()
            .grant_revoked
    );
    let used = store
        .refresh_token(refresh.id)
        .await
        .unwrap()
        .unwrap()
        .used
        .unwrap();
    assert_eq!(
        (used.successor, used.reply.unwrap().0.as_slice()),
        (successor.id, &b"sealed"[..])
    );
    assert!(
        store.mint().locator() > Locator(last.0 - (1 << 22)),
        "ids go on rising"
    );
    assert!(store.mint().locator() > successor.id);
}

#[tokio::test]
async fn ids_stay_above_those_in_the_store_when_the_clock_steps_back() {
    let world = World::new();
    let client = world.client("app").await;
    let mut token = world.access(&world.grant(&world.code(client, Subject(1))));
    token.id = Locator(world.store.mint().locator().0 + (1 << 50));
    assert_eq!(
        world
            .settle(Transition::Grant(GrantChange::IssueAccessToken(
                token.clone()
            )))
            .await,
        Outcome::Committed
    );
    world.store.close().await;
    assert!(open_at(world.database().location()).mint().locator() > token.id);
}

#[tokio::test]
async fn what_expired_is_swept_and_nothing_else() {
    let world = World::new();
    let (grant, access, refresh) = world.started().await;
    let (rotation, successor) = world.rotation(&grant, refresh.id);
    world.settle(rotation).await;
    let rules = SweepRules::of(&policy(), Lifetime::from_days(30));
    let early = world.store.sweep(world.now, &rules).await.unwrap();
    assert_eq!((early.access_tokens, early.others), (0, 0));

    let after_window = world.now.plus(Lifetime::from_minutes(3));
    world.store.sweep(after_window, &rules).await.unwrap();
    let facts = world
        .store
        .refresh_token(refresh.id)
        .await
        .unwrap()
        .unwrap();
    assert!(
        facts.used.unwrap().reply.is_none(),
        "the sealed reply is erased"
    );
    assert!(
        world.store.access_token(access.id).await.unwrap().is_some(),
        "its own expiry counts"
    );

    let hour = world.now.plus(Lifetime::from_minutes(61));
    let swept = world.store.sweep(hour, &rules).await.unwrap();
    assert_eq!(swept.access_tokens, 2);
    assert!(world.store.access_token(access.id).await.unwrap().is_none());
    assert!(
        world
            .store
            .refresh_token(successor.id)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        world.store.code(grant.id).await.unwrap().is_some(),
        "a late replay still finds its code"
    );

    let years = world.now.plus(Lifetime::from_days(700));
    world.store.sweep(years, &rules).await.unwrap();
    assert!(
        world
            .store
            .refresh_token(successor.id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(world.store.code(grant.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_code_is_not_fresh_again_when_its_grant_lived_shorter() {
    let world = World::new();
    let (client, subject) = (
        world.client("app").await,
        world.person("ada@example.com").await,
    );
    let code = world.issued_code(client, subject).await;
    let (first, _, _) = world.redemption(&code);
    let Transition::Grant(GrantChange::Redeem {
        mut grant,
        access,
        refresh,
    }) = first
    else {
        panic!("a redemption");
    };
    grant.expires_at = world.now;
    world
        .settle(Transition::Grant(GrantChange::Redeem {
            grant,
            access,
            refresh,
        }))
        .await;
    let later = world.now.plus(Lifetime::from_minutes(5));
    world
        .store
        .sweep(later, &SweepRules::of(&policy(), Lifetime::from_days(30)))
        .await
        .unwrap();
    assert!(world.store.code(code.id).await.unwrap().unwrap().redeemed);
    assert_eq!(
        world.settle(world.redemption(&code).0).await,
        Outcome::Conflict
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_processes_may_make_the_same_database() {
    let database = Database::new();
    let opening: Vec<_> = (0..6)
        .map(|_| {
            let location = database.location();
            tokio::task::spawn_blocking(move || open_at(location))
        })
        .collect();
    for opened in opening {
        opened.await.unwrap().ready().await.unwrap();
    }
}

#[tokio::test]
async fn sweeping_takes_slices_until_all_is_gone() {
    let world = World::new();
    let client = world.client("app").await;
    let template = world.access(&world.grant(&world.code(client, Subject(1))));
    for _ in 0..2_500 {
        let token = protocol::types::AccessToken {
            id: world.store.mint().locator(),
            scope: Scope::parse("a").unwrap(),
            ..template.clone()
        };
        world
            .settle(Transition::Grant(GrantChange::IssueAccessToken(token)))
            .await;
    }
    let later = world.now.plus(Lifetime::from_days(1));
    let swept = world
        .store
        .sweep(later, &SweepRules::of(&policy(), Lifetime::from_days(30)))
        .await
        .unwrap();
    assert_eq!(swept.access_tokens, 2_500);
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let world = World::new();
    world.store.close().await;
    // Nodes on PostgreSQL are replaced one by one, so there only what takes something away is refused.
    let name = if world.database().is_postgres() {
        "contract_future"
    } else {
        "future"
    };
    world.database().run(&format!(
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (999, '{name}', '', '0')"
    ));
    let refused = Store::open(&options(world.database().location()))
        .map(drop)
        .unwrap_err();
    assert!(matches!(refused, StoreError::NewerSchema(_)), "{refused}");
    assert!(refused.to_string().contains("newer version"));
}

#[tokio::test]
async fn only_the_user_may_read_the_file() {
    let world = World::on(Database::file());
    let mode = std::fs::metadata(world.database().path())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_full_queue_is_said_and_nothing_is_lost() {
    let world = std::sync::Arc::new(World::new());
    let client = world.client("app").await;
    let template = world.access(&world.grant(&world.code(client, Subject(1))));
    let blocker = world.database().block();
    let tasks: Vec<_> = (0..6_000)
        .map(|_| {
            let world = world.clone();
            let token = protocol::types::AccessToken {
                id: world.store.mint().locator(),
                ..template.clone()
            };
            tokio::spawn(async move {
                let id = token.id;
                let settled = world
                    .store
                    .settle(
                        Transition::Grant(GrantChange::IssueAccessToken(token)),
                        world.now,
                    )
                    .await;
                (id, settled)
            })
        })
        .collect();
    let is_full = || {
        world
            .store
            .queues()
            .iter()
            .any(|queue| queue.length >= 4_096)
    };
    while !is_full() {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    drop(blocker);
    let (mut kept, mut refused) = (0, 0);
    for task in tasks {
        let (id, settled) = task.await.unwrap();
        match settled {
            Ok(outcome) => {
                assert_eq!(outcome, Outcome::Committed);
                assert!(world.store.access_token(id).await.unwrap().is_some());
                kept += 1;
            }
            Err(StoreError::Overloaded) => {
                assert!(world.store.access_token(id).await.unwrap().is_none());
                refused += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(
        kept >= 4_096 && refused > 0,
        "{kept} kept, {refused} refused"
    );
}

#[tokio::test]
async fn what_was_made_while_the_clock_was_a_year_ahead_is_swept_when_it_expires() {
    let world = World::new();
    let client = world.client("app").await;
    let grant = world.grant(&world.code(client, Subject(1)));
    let year = Lifetime::from_days(365);
    let ahead = |at: i64| Locator(Locator::first_at(world.now.plus(year)).0 + at);
    // One of the year ahead, and one made after the clock was set back, whose id is still above it.
    let mut of_then = world.access(&grant);
    of_then.id = ahead(1);
    of_then.expires_at = world.now.plus(year).plus(Lifetime::from_minutes(60));
    let mut of_now = world.access(&grant);
    of_now.id = ahead(2);
    let mut refresh = world.refresh(&grant);
    refresh.id = ahead(3);
    let (rotation, successor) = world.rotation(&grant, refresh.id);
    world
        .settle(Transition::Grant(GrantChange::IssueAccessToken(
            of_then.clone(),
        )))
        .await;
    let redeem = Transition::Grant(GrantChange::Redeem {
        grant: grant.clone(),
        access: of_now.clone(),
        refresh: Some(refresh.clone()),
    });
    assert_eq!(world.settle(redeem).await, Outcome::Committed);
    world.settle(rotation).await;

    let rules = SweepRules::of(&policy(), Lifetime::from_days(30));
    let swept = world.store.sweep(world.now, &rules).await.unwrap();
    assert_eq!((swept.access_tokens, swept.others), (0, 0));
    let hour = world.now.plus(Lifetime::from_minutes(61));
    world.store.sweep(hour, &rules).await.unwrap();
    let access = async |id| world.store.access_token(id).await.unwrap();
    assert!(access(of_now.id).await.is_none(), "it has expired");
    assert!(access(of_then.id).await.is_some(), "it lives for a year");
    let used = async |id| world.store.refresh_token(id).await.unwrap();
    assert!(used(refresh.id).await.unwrap().used.is_some());
    let ended = refresh.expires_at.max(successor.expires_at);
    world.store.sweep(ended, &rules).await.unwrap();
    assert!(used(refresh.id).await.is_none());
    let left = "SELECT 1 / (CASE WHEN COUNT(*) = 0 THEN 1 ELSE 0 END) FROM used_refresh_tokens";
    world
        .database()
        .run(&format!("CREATE TABLE none_left AS {left}"));
}
