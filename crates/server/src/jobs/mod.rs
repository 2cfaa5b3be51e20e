//! What runs beside the requests: following changes made elsewhere, sweeping, keeping the node number, trying a
//! database that does not work, and delivering what waits in the outbox.
mod job;
mod letters;
mod link_mail;
mod list;
mod outbox;
mod test_mail;

pub(crate) use job::JobError;

use crate::ops::clock;
use crate::ops::clock_guard::{ClockGuard, Trust};
use crate::state::App;
use std::time::{Duration, Instant};
use store::{StoreError, Swept};
use tokio::task::JoinHandle;

/// How often changes made by another process are looked for; what it revokes is refused within a second.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);
/// How long commits of this process are gathered before they are followed, so that many cost one look.
const GATHER: Duration = Duration::from_millis(5);
/// How often expired rows are swept.
const SWEEP_EVERY: Duration = Duration::from_secs(30);
/// How often the node number is renewed.
const LEASE_EVERY: Duration = Duration::from_secs(20);

/// How often a database that does not work is tried.
const TRY_EVERY: Duration = Duration::from_secs(1);

/// How long what is being delivered may take when the server stops; it is delivered again otherwise.
const GRACE: Duration = Duration::from_secs(5);

/// The jobs that run.
pub(crate) struct Running {
    always: JoinHandle<()>,
    outbox: JoinHandle<()>,
}

/// Starts the jobs.
pub(crate) fn start(app: App) -> Running {
    let outbox = tokio::spawn(outbox::deliver(app.clone()));
    let always = tokio::spawn(async move {
        tokio::join!(
            follow_changes(&app),
            sweep(&app),
            renew_lease(&app),
            watch_outage(&app)
        );
    });
    Running { always, outbox }
}

impl Running {
    /// Ends them, when the server has been told to stop.
    pub(crate) async fn end(mut self) {
        let _ = tokio::time::timeout(GRACE, &mut self.outbox).await;
        self.outbox.abort();
        self.always.abort();
    }
}

async fn follow_changes(app: &App) {
    let mut ticks = tokio::time::interval(FOLLOW_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = app.store.fed() => tokio::time::sleep(GATHER).await,
        }
        if let Err(error) = app.store.poll_changes().await {
            app.outage.note(&error);
        }
    }
}

async fn sweep(app: &App) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    let mut steady = ClockGuard::begin(clock::now(), Instant::now());
    loop {
        ticks.tick().await;
        match steady.look(clock::now(), Instant::now()) {
            Trust::Yes => {}
            Trust::NotYet => continue,
            Trust::Jumped(seconds) => {
                app.log.warn(format!(
                    "the clock jumped ahead by {seconds} seconds: nothing is swept for an hour, so that nothing is \
                     lost if it is wrong; look at it, and at its NTP service"
                ));
                continue;
            }
        }
        if let Err(error) = sweep_once(app).await {
            app.outage.note(&error);
        }
    }
}

async fn sweep_once(app: &App) -> Result<Swept, StoreError> {
    let now = app.store.no_later(clock::now()).await?;
    app.store.sweep(now, &app.sweep_rules()).await
}

async fn renew_lease(app: &App) {
    let mut ticks = tokio::time::interval(LEASE_EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = app.store.renew_lease(clock::now()).await {
            app.outage.note(&error);
        }
    }
}

async fn watch_outage(app: &App) {
    let mut ticks = tokio::time::interval(TRY_EVERY);
    loop {
        ticks.tick().await;
        if app.outage.lasts() {
            match app.store.ready().await {
                Ok(()) => app.outage.works(),
                Err(error) => app.outage.note(&error),
            }
            app.outage.remind();
        }
    }
}
