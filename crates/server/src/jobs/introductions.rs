//! Forgets apps that introduced themselves and that nobody used: they are deleted like any other.
use crate::ops::clock;
use crate::state::App;
use protocol::events::Act;
use protocol::transition::AppChange;
use std::time::Duration;
use store::StoreError;

/// The longest time between two looks, in seconds.
const AT_MOST: u64 = 300;
/// The most that are forgotten at one look.
const MOST: usize = 500;

/// How often it is looked: the oftener the sooner they are forgotten.
pub(super) fn every(app: &App) -> Duration {
    let least = app
        .policy()
        .introductions
        .in_any_case()
        .seconds()
        .unsigned_abs();
    Duration::from_secs(least.clamp(1, AT_MOST))
}

/// Forgets those that are due, and those that crowd out others.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn forget_once(app: &App) -> Result<(), StoreError> {
    let now = app.store.no_later(clock::now()).await?;
    let policy = &app.policy().introductions;
    let due = now.minus(policy.unused);
    let due = app.store.unused_introductions(due, MOST).await?;
    let crowd = now.minus(policy.in_any_case());
    let many = policy.comfortable() + MOST;
    let crowd = app.store.unused_introductions(crowd, many).await?;
    for client in policy.forgotten(due, crowd) {
        let delete = AppChange::Delete { client };
        app.settle_one(delete.into(), Act::by_job(now)).await?;
    }
    Ok(())
}
