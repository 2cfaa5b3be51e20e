//! Guessing from many addresses at once, with the real rules and the real counts, a day in a moment. On PostgreSQL, where
//! each count is a commit of its own, the day is looked at every half hour and one in nineteen owners signs in, unless
//! `VALETKEY_LONG=1` asks for all of it.
use crate::world::World;
use protocol::accounts::guesses::{key, key_of, may_guess, most_of, share_of};
use protocol::accounts::sign_in::{Attempt, Throttled};
use protocol::types::{Lifetime, UnixTime};
use std::ops::Range;
use store::Outcome;

const ACCOUNTS: u64 = 1_000;
const ADDRESSES: u64 = 10_000;
/// Every password is among so many that the guesser tries first.
const RANKS: u64 = 100;
const MINUTES: u32 = 24 * 60;

/// How closely a day is looked at: every so many minutes, and at one of so many owners.
fn coarseness(world: &World) -> (u32, u64) {
    let long = std::env::var("VALETKEY_LONG").is_ok_and(|value| value == "1");
    match world.database().is_postgres() && !long {
        true => (30, 19),
        false => (1, 1),
    }
}

fn email(account: u64) -> String {
    format!("person{account}@example.com")
}

fn address(n: u64) -> String {
    format!("10.{}.{}.{}", n / 65_536, n / 256 % 256, n % 256)
}

/// Which of the guesser's passwords is an account's. Looks like chance and is the same every time.
fn rank(account: u64) -> u64 {
    let mixed = (account + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40 & 0xffff_ffff
}

/// Counts an attempt as the server does, before it looks at a password.
async fn admitted(world: &World, attempt: &Attempt, now: UnixTime) -> Result<(), Throttled> {
    let most = most_of(ACCOUNTS);
    loop {
        if let Some(of_source) = attempt.by_stranger() {
            let counted = world.store.daily(&key()).await.unwrap();
            may_guess(counted, most, now)?;
            let counted = world.store.daily(&of_source).await.unwrap();
            may_guess(counted, share_of(most), now)?;
        }
        let counts = world.store.attempts(&attempt.keys()).await.unwrap();
        let count = attempt.admit(&counts, Some(most), now)?;
        if world.store.settle(count, now).await.unwrap() == Outcome::Committed {
            return Ok(());
        }
    }
}

async fn succeeded(world: &World, attempt: &Attempt, now: UnixTime) {
    let settled = world.store.settle(attempt.succeeded(), now).await;
    assert_eq!(settled.unwrap(), Outcome::Committed);
}

async fn counted(world: &World) -> u32 {
    let counted = world.store.daily(&key()).await.unwrap();
    counted.map_or(0, |counted| counted.count)
}

/// Tries one password after the other at all accounts, each time from another address.
#[derive(Default)]
struct Guesser {
    tried: u64,
    opened: Vec<u64>,
}

impl Guesser {
    /// Guesses until nothing is looked at any more.
    async fn guess(&mut self, world: &World, now: UnixTime) {
        loop {
            let (account, password) = (self.tried % ACCOUNTS, self.tried / ACCOUNTS);
            let from = address(self.tried % ADDRESSES);
            let attempt = Attempt::new(&email(account), &from, None);
            match admitted(world, &attempt, now).await {
                Ok(()) => self.tried += 1,
                Err(_) => return,
            }
            if rank(account) % RANKS == password {
                self.opened.push(account);
                succeeded(world, &attempt, now).await;
            }
        }
    }
}

/// Every owner signs in once in those hours in a browser that is known, most after a wrong password, one in ten behind an
/// address from which the guesser tries too.
async fn owners_sign_in(world: &World, minutes: Range<u32>, now: UnixTime) {
    let (_, one_of) = coarseness(world);
    let by = |minute: u32| u64::from(minute) * ACCOUNTS / u64::from(MINUTES);
    let accounts = by(minutes.start)..by(minutes.end);
    for account in accounts.filter(|account| account % one_of == 0) {
        let home = match account % 10 {
            0 => address(account),
            _ => address(ADDRESSES + account),
        };
        let own = Attempt::new(&email(account), &home, Some("own"));
        assert!(admitted(world, &own, now).await.is_ok(), "mistyped");
        assert!(admitted(world, &own, now).await.is_ok(), "{account}");
        succeeded(world, &own, now).await;
    }
}

#[tokio::test]
async fn a_day_of_guesses_from_ten_thousand_addresses_opens_next_to_nothing() {
    let world = World::new();
    let mut guesser = Guesser::default();
    let (step, _) = coarseness(&world);
    for minute in (0..MINUTES).step_by(step as usize) {
        let now = world.now.plus(Lifetime::from_minutes(minute));
        guesser.guess(&world, now).await;
        owners_sign_in(&world, minute..minute + step, now).await;
    }
    let Guesser { tried, opened } = guesser;
    assert!(opened.len() <= 2, "{opened:?} after {tried} guesses");
    // So many were looked at, and no more; what was right was given back.
    let most = u64::from(most_of(ACCOUNTS));
    assert_eq!(tried, most + opened.len() as u64);
}

/// However the day of the count lies, nobody has more than twice as many in 24 hours.
#[tokio::test]
async fn a_day_that_spans_two_counts_has_twice_as_many() {
    let world = World::new();
    let mut guesser = Guesser::default();
    let early = Attempt::new("nobody@example.com", "192.0.2.1", None);
    assert!(admitted(&world, &early, world.now).await.is_ok());
    let (step, _) = coarseness(&world);
    for minute in (12 * 60..36 * 60).step_by(step.max(5) as usize) {
        let now = world.now.plus(Lifetime::from_minutes(minute));
        guesser.guess(&world, now).await;
    }
    let most = u64::from(2 * most_of(ACCOUNTS));
    let guesses = guesser.tried - guesser.opened.len() as u64;
    assert!(guesses < most, "{guesses}");
}

/// People who mistype in a new browser and then sign in count for nothing, however many there are.
#[tokio::test]
async fn those_who_succeed_take_back_what_they_mistyped() {
    let world = World::new();
    let now = world.now;
    for account in 0..100 {
        let new = Attempt::new(&email(account), &address(account), None);
        for _ in 0..3 {
            assert!(admitted(&world, &new, now).await.is_ok(), "{account}");
        }
        assert_eq!(counted(&world).await, 3);
        succeeded(&world, &new, now).await;
        assert_eq!(counted(&world).await, 0);
    }
    // Whoever is right about their own account takes back no guess at another's, nor from elsewhere.
    let others = Attempt::new(&email(1), &address(7), None);
    assert!(admitted(&world, &others, now).await.is_ok());
    let own = Attempt::new(&email(2), &address(7), None);
    assert!(admitted(&world, &own, now).await.is_ok());
    succeeded(&world, &own, now).await;
    assert_eq!(counted(&world).await, 1);
    let elsewhere = Attempt::new(&email(1), &address(8), None);
    assert!(admitted(&world, &elsewhere, now).await.is_ok());
    succeeded(&world, &elsewhere, now).await;
    assert_eq!(counted(&world).await, 1);
}

/// One source that guesses as much as it may leaves the others theirs, and what nobody looked at is nobody's guess.
#[tokio::test]
async fn one_source_has_a_part_of_them_and_what_is_not_looked_at_is_not_counted() {
    let (world, source) = (World::new(), "192.0.2.1");
    let now = world.now;
    let share = share_of(most_of(ACCOUNTS));
    let of_source = async || {
        let counted = world.store.daily(&key_of(source)).await.unwrap();
        counted.map_or(0, |counted| counted.count)
    };
    let guess = |account| Attempt::new(&email(account), source, None);
    for account in 0..u64::from(share) {
        let attempt = guess(account);
        for busy in [true, true, false] {
            assert!(admitted(&world, &attempt, now).await.is_ok(), "{account}");
            if busy {
                let settled = world.store.settle(attempt.not_looked_at(), now).await;
                assert_eq!(settled.unwrap(), Outcome::Committed);
            }
        }
    }
    assert_eq!((of_source().await, counted(&world).await), (share, share));
    let counts = world.store.attempts(&guess(0).keys()).await.unwrap();
    let counts: Vec<_> = counts.iter().map(|attempts| attempts.count).collect();
    assert_eq!(counts, [1, 1, share], "the account's and the source's, too");
    let refused = admitted(&world, &guess(9_999), now).await.unwrap_err();
    assert!(refused.by_strangers && refused.retry_after > 80_000);
    // Elsewhere somebody goes on; and whoever was right there gives back what was theirs.
    let elsewhere = Attempt::new(&email(1), "192.0.2.2", None);
    assert!(admitted(&world, &elsewhere, now).await.is_ok());
    succeeded(&world, &guess(3), now).await;
    assert_eq!(of_source().await, share - 1);
    assert_eq!(counted(&world).await, share);
    assert!(admitted(&world, &guess(9_999), now).await.is_ok());
}

#[tokio::test]
async fn accounts_count_once_they_are_older() {
    let world = World::new();
    for n in 0..3 {
        world.person(&email(n)).await;
    }
    let older_than = |before| world.store.accounts_older_than(before);
    assert_eq!(older_than(world.now).await.unwrap(), 0);
    let tomorrow = world.now.plus(Lifetime::from_days(1));
    assert_eq!(older_than(tomorrow).await.unwrap(), 3);
}

/// Budgets are shared among the nodes that serve a database. Commands that make ids for a moment are none.
#[tokio::test]
async fn nodes_that_serve_are_counted() {
    let world = World::new();
    let now = world.now;
    world.store.renew_lease(now).await.unwrap();
    assert_eq!(world.store.serving_nodes(now).await.unwrap(), 1);
    let later = now.plus(Lifetime::from_minutes(5));
    assert_eq!(world.store.serving_nodes(later).await.unwrap(), 0);
}
