//! What devices without a browser ask for.
use crate::world::{World, policy};
use jose::Digest;
use protocol::Transition;
use protocol::transition::{DeviceChange, GrantChange};
use protocol::types::{
    ClientRowId, DeviceAnswer, DeviceAuthorization, Grant, Lifetime, Locator, Pace, Scope, Subject,
    UserCode,
};
use std::sync::Arc;
use store::{Outcome, SweepRules};

fn user_code() -> UserCode {
    UserCode::parse("WDJB-MJHT").unwrap()
}

pub(crate) fn asked(world: &World, client: ClientRowId) -> DeviceAuthorization {
    DeviceAuthorization {
        id: protocol::Mint::locator(&world.store.mint()),
        digest: Digest::of(b"device code"),
        user_code: user_code().digest(),
        client,
        scope: Scope::parse("a b").unwrap(),
        scope_named: true,
        expires_at: world.now.plus(Lifetime::from_minutes(10)),
        pace: Pace {
            interval: Lifetime::from_seconds(5),
            polled_at: None,
        },
        answer: None,
    }
}

fn answer(device: &DeviceAuthorization, subject: Subject, answer: DeviceAnswer) -> Transition {
    Transition::Device(DeviceChange::Answer {
        less: None,
        device: device.id,
        client: device.client,
        subject,
        answer,
        scope: device.scope.clone(),
        authentication: None,
        notice: None,
    })
}

/// Allowed, all of it or less.
pub(crate) fn allowed(
    world: &World,
    device: &DeviceAuthorization,
    subject: Subject,
    less: Option<Scope>,
) -> Transition {
    let scope = less.clone().unwrap_or_else(|| device.scope.clone());
    Transition::Device(DeviceChange::Answer {
        less,
        device: device.id,
        client: device.client,
        subject,
        answer: DeviceAnswer::Allowed {
            organization: None,
            at: protocol::Mint::locator(&world.store.mint()),
            subject,
            auth_time: world.now,
        },
        scope,
        authentication: None,
        notice: None,
    })
}

/// One that an app asked for.
pub(crate) async fn kept_for(world: &World, client: ClientRowId) -> DeviceAuthorization {
    let device = asked(world, client);
    let keep = Transition::Device(DeviceChange::Keep(device.clone()));
    assert_eq!(world.settle(keep).await, Outcome::Committed);
    device
}

pub(crate) async fn kept(world: &World) -> DeviceAuthorization {
    let device = asked(world, world.client("app").await);
    let keep = Transition::Device(DeviceChange::Keep(device.clone()));
    assert_eq!(world.settle(keep).await, Outcome::Committed);
    device
}

#[tokio::test]
async fn a_request_reads_back_by_either_code() {
    let world = World::new();
    let device = kept(&world).await;
    let by_id = world.store.device(device.id).await.unwrap().unwrap();
    assert_eq!(by_id.device, device);
    assert!(!by_id.redeemed && by_id.person.is_none());
    let by_code = world.store.device_by_user_code(&user_code()).await.unwrap();
    assert_eq!(by_code.unwrap().device, device);
    let other = UserCode::parse("BBBB-BBBB").unwrap();
    assert!(
        world
            .store
            .device_by_user_code(&other)
            .await
            .unwrap()
            .is_none()
    );
    assert!(world.store.device(Locator(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_user_code_is_in_use_once() {
    let world = World::new();
    let first = kept(&world).await;
    let second = asked(&world, first.client);
    let settled = world
        .settle(Transition::Device(DeviceChange::Keep(second.clone())))
        .await;
    assert_eq!(settled, Outcome::Conflict);
    assert!(world.store.device(second.id).await.unwrap().is_none());
}

#[tokio::test]
async fn polls_at_the_same_moment_are_judged_one_after_the_other() {
    let world = World::new();
    let device = kept(&world).await;
    let poll = |before, after| {
        Transition::Device(DeviceChange::Poll {
            device: device.id,
            before,
            after,
        })
    };
    let first = Pace {
        polled_at: Some(world.now),
        ..device.pace
    };
    assert_eq!(
        world.settle(poll(device.pace, first)).await,
        Outcome::Committed
    );
    assert_eq!(
        world.settle(poll(device.pace, first)).await,
        Outcome::Conflict
    );
    let slower = Pace {
        interval: Lifetime::from_seconds(10),
        polled_at: Some(world.now),
    };
    assert_eq!(world.settle(poll(first, slower)).await, Outcome::Committed);
    let seen = world.store.device(device.id).await.unwrap().unwrap();
    assert_eq!(seen.device.pace, slower);
    world
        .settle(answer(&device, Subject(1), DeviceAnswer::Denied))
        .await;
    assert_eq!(
        world.settle(poll(slower, first)).await,
        Outcome::Conflict,
        "an answer that came in between is not missed"
    );
}

#[tokio::test]
async fn one_answer_counts() {
    let world = World::new();
    let device = kept(&world).await;
    let subject = world.person("ada@example.com").await;
    let yes = DeviceAnswer::Allowed {
        organization: None,
        at: protocol::Mint::locator(&world.store.mint()),
        subject,
        auth_time: world.now,
    };
    let settled = world.settle(answer(&device, subject, yes)).await;
    assert_eq!(settled, Outcome::Committed);
    let late = world
        .settle(answer(&device, subject, DeviceAnswer::Denied))
        .await;
    assert_eq!(late, Outcome::Conflict);
    let seen = world.store.device(device.id).await.unwrap().unwrap();
    assert_eq!(seen.device.answer, Some(yes));
    assert_eq!(seen.person.unwrap().subject, subject);
}

#[tokio::test]
async fn an_answer_after_the_end_is_lost() {
    let world = World::new();
    let device = kept(&world).await;
    let late = answer(&device, Subject(1), DeviceAnswer::Denied);
    let settled = world.store.settle(late, device.expires_at).await.unwrap();
    assert_eq!(settled, Outcome::Conflict);
}

/// The grant that a device's answer becomes.
fn grant(world: &World, device: &DeviceAuthorization, subject: Subject) -> Grant {
    Grant {
        organization: None,
        id: device.id,
        client: device.client,
        subject,
        scope: device.scope.clone(),
        auth_time: world.now,
        started_at: world.now,
        expires_at: world.now.plus(Lifetime::from_days(300)),
        revoked_at: None,
    }
}

#[tokio::test]
async fn racing_polls_redeem_once() {
    let world = Arc::new(World::new());
    let device = kept(&world).await;
    let subject = world.person("ada@example.com").await;
    let grant = grant(&world, &device, subject);
    let racers = (0..32).map(|_| {
        let (world, grant) = (world.clone(), grant.clone());
        tokio::spawn(async move {
            let redeem = Transition::Grant(GrantChange::Redeem {
                access: world.access(&grant),
                refresh: None,
                grant,
            });
            world.settle(redeem).await
        })
    });
    let mut won = 0;
    for racer in racers.collect::<Vec<_>>() {
        won += usize::from(racer.await.unwrap() == Outcome::Committed);
    }
    assert_eq!(won, 1);
    assert!(
        world
            .store
            .device(device.id)
            .await
            .unwrap()
            .unwrap()
            .redeemed
    );
}

#[tokio::test]
async fn a_request_that_nobody_redeemed_goes_at_its_end() {
    let world = World::new();
    let rules = SweepRules::of(&policy(), Lifetime::from_days(30));
    let device = kept(&world).await;
    // Whoever asks a moment later is told that it has expired.
    let end = device.expires_at;
    world.store.sweep(end, &rules).await.unwrap();
    assert!(world.store.device(device.id).await.unwrap().is_some());
    let soon = end.plus(Lifetime::from_minutes(2));
    world.store.sweep(soon, &rules).await.unwrap();
    assert!(world.store.device(device.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_request_is_swept_a_day_after_its_end_and_its_grant_not_before() {
    let world = World::new();
    let device = kept(&world).await;
    let rules = SweepRules::of(&policy(), Lifetime::from_days(30));
    let after = |days: u32| device.expires_at.plus(Lifetime::from_days(days));
    world.store.sweep(after(0), &rules).await.unwrap();
    assert!(world.store.device(device.id).await.unwrap().is_some());
    world.store.sweep(after(2), &rules).await.unwrap();
    assert!(world.store.device(device.id).await.unwrap().is_none());
}
