//! What runs beside the requests: following changes made elsewhere, sweeping, keeping the node number.
use crate::app::App;
use crate::clock;
use std::time::Duration;
use store::SweepRules;
use tokio::task::JoinHandle;

/// How often changes made by another process are looked for; what it revokes is refused within a second.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);
/// How long commits of this process are gathered before they are followed, so that many cost one look.
const GATHER: Duration = Duration::from_millis(5);
/// How often expired rows are swept.
const SWEEP_EVERY: Duration = Duration::from_secs(30);
/// How often the node number is renewed.
const LEASE_EVERY: Duration = Duration::from_secs(20);

/// Starts the jobs; they end when the handle is aborted.
pub(crate) fn start(app: App) -> JoinHandle<()> {
    tokio::spawn(async move {
        tokio::join!(follow_changes(&app), sweep(&app), renew_lease(&app));
    })
}

async fn follow_changes(app: &App) {
    let mut ticks = tokio::time::interval(FOLLOW_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = app.store.fed() => tokio::time::sleep(GATHER).await,
        }
        if let Err(error) = app.store.poll_changes().await {
            app.log.error(format!("cannot follow changes: {error}"));
        }
    }
}

async fn sweep(app: &App) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        let rules = SweepRules::of(app.policy());
        if let Err(error) = app.store.sweep(clock::now(), &rules).await {
            app.log.error(format!("cannot sweep: {error}"));
        }
    }
}

async fn renew_lease(app: &App) {
    let mut ticks = tokio::time::interval(LEASE_EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = app.store.renew_lease(clock::now()).await {
            app.log
                .error(format!("cannot renew the node number: {error}"));
        }
    }
}
