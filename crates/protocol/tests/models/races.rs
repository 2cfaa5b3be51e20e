//! Whatever the interleaving of loads and settles: one code, one reply; one refresh token, one successor.
//!
//! The store here is a few maps with exactly the guards that [`protocol::Transition`] documents. Requests
//! load, decide and settle in an arbitrary order; a lost guard reloads, three times at most.
mod world;

use proptest::prelude::*;
use protocol::testing::Case;
use protocol::token::{GrantFault, TokenError};
use world::{Ask, Outcome, Proof, World};

/// Who moves next, and how many seconds pass before.
type Schedule = Vec<(usize, i64)>;

fn schedules() -> impl Strategy<Value = Schedule> {
    proptest::collection::vec((0..8usize, 0..4i64), 0..48)
}

/// Schedules in which the grace window and a code's life can end.
fn slow_schedules() -> impl Strategy<Value = Schedule> {
    proptest::collection::vec((0..8usize, prop_oneof![0..4i64, 20..90i64]), 0..48)
}

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(400)
    }
}

fn replayed() -> Outcome {
    Outcome::Refused(GrantFault::Replayed.into())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn one_code_one_reply(racers in 1..=8usize, schedule in schedules()) {
        let mut world = World::with_code(vec![Ask::Redeem(Proof::Right); racers]);
        world.run(&schedule);
        let replies = world.replies();
        prop_assert_eq!(replies.len(), 1);
        prop_assert_eq!(world.redemptions, 1);
        prop_assert_eq!(world.outcomes().filter(|outcome| **outcome == replayed()).count(), racers - 1);
        prop_assert_eq!(world.is_revoked(), racers > 1, "the chain is dead after a replay");
        let newest = world.newest().expect("a refresh token");
        prop_assert_eq!(world.refresh_once(&newest).is_ok(), racers == 1);
    }

    #[test]
    fn a_code_that_expires_in_the_race_gives_one_reply_at_most(schedule in slow_schedules()) {
        let mut world = World::with_code(vec![Ask::Redeem(Proof::Right); 8]);
        world.run(&schedule);
        prop_assert!(world.replies().len() <= 1 && world.redemptions <= 1);
        prop_assert!(world.outcomes().all(|outcome| *outcome != Outcome::Busy));
    }

    #[test]
    fn who_lacks_a_proof_neither_redeems_nor_revokes(
        proofs in proptest::collection::vec(prop_oneof![
            Just(Proof::OtherVerifier), Just(Proof::NoVerifier), Just(Proof::OtherUri), Just(Proof::OtherClient),
        ], 7),
        schedule in schedules(),
    ) {
        let mut asks = vec![Ask::Redeem(Proof::Right)];
        asks.extend(proofs.into_iter().map(Ask::Redeem));
        let mut world = World::with_code(asks);
        world.run(&schedule);
        prop_assert_eq!(world.replies().len(), 1);
        prop_assert!(!world.is_revoked());
        let newest = world.newest().expect("a refresh token");
        prop_assert!(world.refresh_once(&newest).is_ok(), "the chain lives");
    }

    #[test]
    fn identical_refreshes_share_one_reply_and_it_lives(racers in 1..=8usize, schedule in schedules()) {
        let mut world = World::with_grant(vec![Ask::Refresh(0); racers]);
        let short: Schedule = schedule.into_iter().take(14).collect(); // under the window's 60 s
        world.run(&short);
        let replies = world.replies();
        prop_assert_eq!(replies.len(), racers, "every one is answered");
        prop_assert!(replies.iter().all(|reply| *reply == replies[0]), "byte for byte");
        prop_assert_eq!(world.most_rotations(), 1);
        prop_assert!(!world.is_revoked());
        let newest = world.newest().expect("a refresh token");
        prop_assert!(world.refresh_once(&newest).is_ok());
    }

    #[test]
    fn no_token_is_rotated_twice(
        generations in proptest::collection::vec(0..4usize, 1..=8),
        schedule in slow_schedules(),
    ) {
        let mut world = World::with_grant(generations.into_iter().map(Ask::Refresh).collect());
        world.run(&schedule);
        prop_assert!(world.most_rotations() <= 1);
        prop_assert!(world.one_reply_per_token(), "a replay gets the same text or none");
        prop_assert!(world.outcomes().all(|outcome| *outcome != Outcome::Busy));
        let theft = world.outcomes().any(|outcome| *outcome == replayed());
        prop_assert_eq!(world.is_revoked(), theft, "a replay outside the window, and nothing else, revokes");
        if theft {
            let newest = world.newest().expect("a refresh token");
            prop_assert_eq!(world.refresh_once(&newest), Err(GrantFault::Revoked.into()));
        }
    }

    #[test]
    fn a_replayed_code_kills_what_refreshes_beside_it(schedule in slow_schedules()) {
        let mut asks = vec![Ask::Redeem(Proof::Right), Ask::Redeem(Proof::Right)];
        asks.extend([0, 0, 1, 1, 2, 3].map(Ask::Refresh));
        let mut world = World::with_code(asks);
        world.run(&schedule);
        prop_assert!(world.redemptions <= 1 && world.most_rotations() <= 1);
        prop_assert!(world.one_reply_per_token());
        // Who loads an expired code before a slower request redeems it is refused, and replays nothing.
        let replay = world.outcomes().any(|outcome| *outcome == replayed());
        prop_assert_eq!(world.is_revoked(), replay);
        if let Some(newest) = world.newest().filter(|_| replay) {
            prop_assert_eq!(world.refresh_once(&newest), Err(GrantFault::Revoked.into()));
        }
    }
}

/// Both load before either settles.
const RACE: [(usize, i64); 4] = [(0, 0), (1, 0), (0, 0), (1, 0)];

#[test]
fn without_its_guard_a_code_would_give_two_replies() {
    let mut world = World::with_code(vec![Ask::Redeem(Proof::Right); 2]);
    world.unguarded = true;
    world.run(&RACE);
    assert_eq!(
        (world.redemptions, world.replies().len()),
        (2, 2),
        "the model can see the race"
    );
}

#[test]
fn without_its_guard_a_refresh_token_would_have_two_successors() {
    let mut world = World::with_grant(vec![Ask::Refresh(0); 2]);
    world.unguarded = true;
    world.run(&RACE);
    assert_eq!(world.most_rotations(), 2, "the model can see the race");
    assert!(!world.one_reply_per_token());
}

#[test]
fn a_world_starts_where_the_cases_do() {
    let mut world = World::with_grant(vec![Ask::Refresh(0)]);
    world.run(&[]);
    assert_eq!(world.replies().len(), 1);
    let wrong: Result<String, TokenError> = world.refresh_once("rt_garbage");
    assert_eq!(wrong, Err(GrantFault::Unknown.into()));
    assert_eq!(Case::refresh().now, protocol::testing::NOW);
}
