//! Writes down what apps' requests were told.
use crate::ops::clock;
use crate::state::App;
use protocol::events::Act;
use protocol::transition::{AppChange, Transition, UsageChange};
use tokio::task::JoinSet;

/// How many batches are on their way at once: the writer commits them together.
const AT_ONCE: usize = 32;

/// Writes all that was noted since the last time.
pub(crate) async fn write(app: &App) {
    let mut under_way = JoinSet::new();
    for batch in app.request_log.take(clock::now()) {
        if under_way.len() >= AT_ONCE {
            under_way.join_next().await;
        }
        let app = app.clone();
        under_way.spawn(async move {
            let change =
                Transition::App(AppChange::Usage(UsageChange::LogRequests(Box::new(batch))));
            let act = Act::by_job(clock::now());
            if let Err(error) = app.store.settle(change, act).await {
                app.outage.note(&error);
            }
        });
    }
    while under_way.join_next().await.is_some() {}
}

/// Sees to it that no more is kept of all apps than shall be.
pub(super) async fn trim(app: &App) {
    let most = app.config.request_log.entries;
    if let Err(error) = app.store.trim_request_log(most).await {
        app.outage.note(&error);
    }
}
