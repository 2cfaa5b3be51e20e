//! Forgets apps that introduced themselves and that nobody used: they are deleted like any other.
use super::goes_on;
use crate::ops::clock;
use crate::ops::stopping::Stopping;
use crate::state::App;
use protocol::events::Act;
use protocol::transition::AppChange;
use std::sync::Arc;
use std::time::Duration;
use store::StoreError;

/// The longest time between two looks.
const AT_MOST: u64 = 300;
/// The most that are forgotten at one look.
const MOST: usize = 500;

/// Looks now and then, the oftener the sooner they are forgotten.
pub(super) async fn forget(app: App, ending: Arc<Stopping>) {
    let unused = app.policy().introductions.unused.seconds().unsigned_abs();
    let every = Duration::from_secs((unused / 4).clamp(1, AT_MOST));
    let mut ticks = tokio::time::interval(every);
    while goes_on(&mut ticks, &ending).await {
        if let Err(error) = forget_once(&app).await {
            app.outage.note(&error);
        }
    }
}

async fn forget_once(app: &App) -> Result<(), StoreError> {
    let now = app.store.no_later(clock::now()).await?;
    let before = now.minus(app.policy().introductions.unused);
    for client in app.store.unused_introductions(before, MOST).await? {
        let delete = AppChange::Delete { client };
        app.settle_one(delete.into(), Act::by_job(now)).await?;
    }
    Ok(())
}
