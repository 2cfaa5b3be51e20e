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
    let unused = app.policy().introductions.unused.seconds().unsigned_abs();
    Duration::from_secs((unused / 4).clamp(1, AT_MOST))
}

/// Forgets those that are due.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn forget_once(app: &App) -> Result<(), StoreError> {
    let now = app.store.no_later(clock::now()).await?;
    let before = now.minus(app.policy().introductions.unused);
    for client in app.store.unused_introductions(before, MOST).await? {
        let delete = AppChange::Delete { client };
        app.settle_one(delete.into(), Act::by_job(now)).await?;
    }
    Ok(())
}
