//! What is swept when: revoked grants, codes that nobody redeemed, requests of devices that nobody answered.
use crate::devices::asked;
use crate::world::{World, open_at, policy};
use protocol::Transition;
use protocol::decision::Mint;
use protocol::events::Act;
use protocol::transition::{AppChange, AuthorizeChange, DeviceChange, GrantChange};
use protocol::types::{
    AccessToken, AuthorizationCode, DeviceAnswer, DeviceAuthorization, Grant, Lifetime, Locator,
    UnixTime, UserCode,
};
use store::{Outcome, Store, SweepRules};

pub(crate) fn rules() -> SweepRules {
    SweepRules::of(&policy(), Lifetime::from_days(30))
}

pub(crate) fn day(world: &World, day: u32) -> UnixTime {
    world.now.plus(Lifetime::from_days(day))
}

async fn committed(world: &World, change: impl Into<Transition>) {
    assert_eq!(world.settle(change.into()).await, Outcome::Committed);
}

/// A code that lives for so many days.
async fn code_of(world: &World, days: u32) -> AuthorizationCode {
    let (client, subject) = (
        world.client("app").await,
        world.person("ada@example.com").await,
    );
    let code = AuthorizationCode {
        expires_at: day(world, days),
        ..world.code(client, subject)
    };
    let issue = AuthorizeChange::IssueCode {
        authentication: None,
        code: code.clone(),
        interaction: None,
        consent: None,
        notice: None,
    };
    committed(world, issue).await;
    code
}

/// A grant with a refresh token for 30 days and an access token for a hundred, then revoked.
async fn revoked(world: &World, code: &AuthorizationCode) -> (Grant, AccessToken) {
    let grant = world.grant(code);
    let access = AccessToken {
        expires_at: day(world, 100),
        ..world.access(&grant)
    };
    let redeem = GrantChange::Redeem {
        grant: grant.clone(),
        access: access.clone(),
        refresh: Some(world.refresh(&grant)),
    };
    committed(world, redeem).await;
    committed(world, world.revocation(&grant)).await;
    (grant, access)
}

async fn is_refused(store: &Store, access: &AccessToken) -> bool {
    let facts = store.access_token(access.id).await.unwrap();
    facts.is_some_and(|facts| facts.grant_revoked)
}

#[tokio::test]
async fn a_revoked_grant_is_swept_with_the_last_token_that_was_made_before() {
    let world = World::new();
    let code = code_of(&world, 0).await;
    let (grant, access) = revoked(&world, &code).await;
    let kept = async || world.store.grant(grant.id).await.unwrap().is_some();
    for days in [2, 31, 99] {
        world
            .store
            .sweep(day(&world, days), &rules())
            .await
            .unwrap();
        assert!(kept().await, "after {days} days");
        assert!(is_refused(&world.store, &access).await, "after {days} days");
        let restarted = open_at(world.database().location());
        assert!(is_refused(&restarted, &access).await, "after {days} days");
        restarted.close().await;
    }
    // One that was made after the revocation keeps nothing.
    let later = AccessToken {
        id: Locator::first_at(day(&world, 3)),
        grant: Locator(1),
        expires_at: day(&world, 400),
        ..access.clone()
    };
    committed(&world, GrantChange::IssueAccessToken(later)).await;
    world.store.sweep(day(&world, 101), &rules()).await.unwrap();
    assert!(world.store.access_token(access.id).await.unwrap().is_none());
    assert!(!kept().await, "its last token is gone");
}

#[tokio::test]
async fn a_token_of_another_grant_keeps_a_revocation_made_after_it() {
    let world = World::new();
    let code = code_of(&world, 0).await;
    let other = AccessToken {
        grant: Locator(1),
        expires_at: day(&world, 400),
        ..world.access(&world.grant(&code))
    };
    committed(&world, GrantChange::IssueAccessToken(other)).await;
    let (grant, _) = revoked(&world, &code).await;
    world.store.sweep(day(&world, 101), &rules()).await.unwrap();
    assert!(world.store.grant(grant.id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_revoked_grant_stays_as_long_as_its_code() {
    let world = World::new();
    let code = code_of(&world, 200).await;
    let (grant, _) = revoked(&world, &code).await;
    world.store.sweep(day(&world, 120), &rules()).await.unwrap();
    assert!(world.store.grant(grant.id).await.unwrap().is_some());
    assert!(world.store.code(code.id).await.unwrap().unwrap().redeemed);
    world.store.sweep(day(&world, 202), &rules()).await.unwrap();
    assert!(world.store.code(code.id).await.unwrap().is_none());
    assert!(world.store.grant(grant.id).await.unwrap().is_none());
}

/// A device's request that ends at `expires_at`.
async fn device(world: &World, code: &str, expires_at: UnixTime) -> DeviceAuthorization {
    let client = world.store.client("app").await.unwrap().unwrap().no;
    let device = DeviceAuthorization {
        user_code: UserCode::parse(code).unwrap().digest(),
        expires_at,
        ..asked(world, client)
    };
    committed(world, DeviceChange::Keep(device.clone())).await;
    device
}

/// What a device's grant is begun with: the id is the device code's.
fn code_like(world: &World, code: &AuthorizationCode, id: Locator) -> AuthorizationCode {
    AuthorizationCode {
        id,
        ..world.code(code.client, code.subject)
    }
}

#[tokio::test]
async fn a_revoked_grant_stays_as_long_as_its_device_code() {
    let world = World::new();
    let code = code_of(&world, 0).await;
    let device = device(&world, "WDJB-MJHT", day(&world, 200)).await;
    let (grant, _) = revoked(&world, &code_like(&world, &code, device.id)).await;
    world.store.sweep(day(&world, 120), &rules()).await.unwrap();
    assert!(world.store.grant(grant.id).await.unwrap().is_some());
    assert!(
        world
            .store
            .device(device.id)
            .await
            .unwrap()
            .unwrap()
            .redeemed
    );
    world.store.sweep(day(&world, 202), &rules()).await.unwrap();
    assert!(world.store.device(device.id).await.unwrap().is_none());
    assert!(world.store.grant(grant.id).await.unwrap().is_none());
}

#[tokio::test]
async fn what_nobody_redeemed_goes_a_minute_after_its_end_and_what_was_redeemed_after_a_day() {
    let world = World::new();
    let first = code_of(&world, 0).await;
    let (client, subject) = (first.client, first.subject);
    let (unused, redeemed) = (
        world.issued_code(client, subject).await,
        world.issued_code(client, subject).await,
    );
    committed(&world, world.redemption(&redeemed).0).await;
    let end = world.now.plus(Lifetime::from_minutes(1));
    let unanswered = device(&world, "WDJB-MJHT", end).await;
    let [allowed, connected] = [
        device(&world, "BCDF-GHJK", end).await,
        device(&world, "LMNP-QRST", end).await,
    ];
    for device in [&allowed, &connected] {
        let answer = DeviceChange::Answer {
            less: None,
            device: device.id,
            client,
            subject,
            answer: DeviceAnswer::Allowed {
                organization: None,
                at: world.store.mint().locator(),
                subject,
                auth_time: world.now,
            },
            scope: device.scope.clone(),
            authentication: None,
            notice: None,
        };
        committed(&world, answer).await;
    }
    committed(
        &world,
        world.redemption(&code_like(&world, &first, connected.id)).0,
    )
    .await;

    let at = |seconds| world.now.plus(Lifetime::from_seconds(seconds));
    let codes = async || {
        let mut left = Vec::new();
        for id in [unused.id, redeemed.id] {
            left.push(world.store.code(id).await.unwrap().is_some());
        }
        for id in [unanswered.id, allowed.id, connected.id] {
            left.push(world.store.device(id).await.unwrap().is_some());
        }
        left
    };
    world.store.sweep(at(110), &rules()).await.unwrap();
    assert_eq!(
        codes().await,
        [true; 5],
        "who asks now is told that it has expired"
    );
    world.store.sweep(at(300), &rules()).await.unwrap();
    assert_eq!(codes().await, [false, true, false, false, true]);
    world.store.sweep(at(86_400), &rules()).await.unwrap();
    assert_eq!(
        codes().await,
        [false, true, false, false, true],
        "a replay still revokes"
    );
    world.store.sweep(at(86_400 + 300), &rules()).await.unwrap();
    assert_eq!(codes().await, [false; 5]);
}

#[tokio::test]
async fn a_revocation_outlives_the_clock_of_who_asked_for_it() {
    let world = World::new();
    let code = code_of(&world, 0).await;
    let grant = world.grant(&code);
    let access = AccessToken {
        expires_at: day(&world, 100),
        ..world.access(&grant)
    };
    let redeem = GrantChange::Redeem {
        grant: grant.clone(),
        access: access.clone(),
        refresh: None,
    };
    committed(&world, redeem).await;
    let a_year_behind = Act::from(world.now.minus(Lifetime::from_days(365)));
    let revoked = world.store.settle(world.revocation(&grant), a_year_behind);
    assert_eq!(revoked.await.unwrap(), Outcome::Committed);
    for days in [0, 2, 99] {
        world
            .store
            .sweep(day(&world, days), &rules())
            .await
            .unwrap();
        assert!(is_refused(&world.store, &access).await, "after {days} days");
        let restarted = open_at(world.database().location());
        assert!(is_refused(&restarted, &access).await, "after {days} days");
        restarted.close().await;
    }
}

/// What an earlier release that serves beside this one writes has no id.
#[tokio::test]
async fn a_deleted_app_takes_no_secrets_of_others_along() {
    let world = World::new();
    let (gone, other) = (world.client("gone").await, world.client("other").await);
    world.database().run("UPDATE client_secrets SET id = 0");
    committed(&world, AppChange::Delete { client: gone }).await;
    world.store.sweep(day(&world, 90), &rules()).await.unwrap();
    let left = format!(
        "SELECT COUNT(*) FROM client_secrets WHERE client = {}",
        other.0
    );
    assert!(world.database().count(&left) > 0);
}
