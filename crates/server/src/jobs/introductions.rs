//! Forgets apps that introduced themselves and that nobody used: they are deleted like any other.
use crate::ops::clock;
use crate::state::App;
use protocol::events::Act;
use protocol::transition::AppChange;
use protocol::types::Lifetime;
use std::time::Duration;
use store::StoreError;

/// The longest time between two looks, in seconds.
const AT_MOST: u64 = 300;
/// The most that are forgotten at one look.
const MOST: usize = 500;

/// Which part of that time an app is there in any case, though it crowds out others: ten minutes of a day.
const IN_ANY_CASE: i64 = 144;

/// How often it is looked: the oftener the sooner they are forgotten.
pub(super) fn every(app: &App) -> Duration {
    let least = in_any_case(app).seconds().unsigned_abs();
    Duration::from_secs(least.clamp(1, AT_MOST))
}

fn in_any_case(app: &App) -> Lifetime {
    let seconds = app.policy().introductions.unused.seconds() / IN_ANY_CASE;
    Lifetime::from_seconds(u32::try_from(seconds).unwrap_or(u32::MAX))
}

/// Forgets those that are due; and of those that take more than half of the room the oldest, so that a flood locks newcomers
/// out for minutes.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn forget_once(app: &App) -> Result<(), StoreError> {
    let now = app.store.no_later(clock::now()).await?;
    let policy = &app.policy().introductions;
    let half = policy.room.total / 2;
    let due = now.minus(policy.unused);
    let mut gone = app.store.unused_introductions(due, MOST).await?;
    let crowd = now.minus(in_any_case(app));
    let crowd = app.store.unused_introductions(crowd, half + MOST).await?;
    let beyond = crowd.len().saturating_sub(half);
    if beyond > gone.len() {
        gone = crowd.into_iter().take(beyond).collect();
    }
    for client in gone {
        let delete = AppChange::Delete { client };
        app.settle_one(delete.into(), Act::by_job(now)).await?;
    }
    Ok(())
}
