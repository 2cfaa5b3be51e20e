//! What runs beside the requests: following changes made elsewhere, sweeping, keeping the node number, trying a
//! database that does not work, and delivering what waits in the outbox.
mod back_channel;
mod deleted_mail;
mod introductions;
mod job;
mod letters;
mod link_mail;
mod list;
mod offer_mail;
mod outbox;
mod request_log;
mod review_mail;
mod running;
mod secret_ends;
mod signing_keys;
mod telemetry;
mod test_mail;
mod unsent;

pub(crate) use job::JobError;
pub(crate) use request_log::write as write_request_log_of;
#[cfg(test)]
pub(crate) use running::LIMIT;
pub(crate) use running::Running;
pub(crate) use signing_keys::look as look_at_signing_keys;

use crate::domain_check;
use crate::ops::clock;
use crate::ops::clock_guard::{ClockGuard, Trust};
use crate::ops::stopping::Stopping;
use crate::state::{App, Current};
use protocol::events::Act;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{StoreError, Swept};
use tokio::time::Interval;

/// How often changes made by another process are looked for; what it revokes is refused within a second.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);
/// How long commits of this process are gathered before they are followed, so that many cost one look.
const GATHER: Duration = Duration::from_millis(5);
/// How often expired rows are swept.
const SWEEP_EVERY: Duration = Duration::from_secs(30);
/// How often it is written which apps and sessions were used, and what their requests were told.
const NOTE_EVERY: Duration = Duration::from_secs(60);
/// How many of these rounds lie between two looks at how much is kept of all apps.
const TRIM_EVERY: u32 = 10;
/// How often secrets that end soon are looked for.
const WARN_EVERY: Duration = Duration::from_secs(600);
/// How often it is looked whether the file of a domain is to be looked for again.
const DOMAINS_EVERY: Duration = Duration::from_secs(60);
/// How often it is looked whether a signing key is due, and which ones other nodes have made.
const KEYS_EVERY: Duration = Duration::from_secs(30);
/// How often it is looked who is to be told that a session ended.
const LOGOUTS_EVERY: Duration = Duration::from_secs(1);
/// How often the node number is renewed.
const LEASE_EVERY: Duration = Duration::from_secs(20);

/// How often a database that does not work is tried.
const TRY_EVERY: Duration = Duration::from_secs(1);

/// Starts the jobs. Each round goes by the configuration of its moment.
pub(crate) fn start(current: &Current) -> Running {
    let mut jobs = Running::default();
    let app = || current.clone();
    jobs.begin("follow", |ending| follow_changes(app(), ending));
    jobs.begin("sweep", |ending| sweep(app(), ending));
    jobs.begin("lease", |ending| renew_lease(app(), ending));
    jobs.begin("last use", |ending| note_uses(app(), ending));
    jobs.begin("secret ends", |ending| warn_of_secret_ends(app(), ending));
    jobs.begin("domains", |ending| look_at_domains(app(), ending));
    jobs.begin("signing keys", |ending| move_signing_keys(app(), ending));
    jobs.begin("request log", |ending| write_request_log(app(), ending));
    jobs.begin("logouts", |ending| tell_of_logouts(app(), ending));
    jobs.begin("introductions", |ending| {
        forget_introductions(app(), ending)
    });
    jobs.begin("outage", |ending| watch_outage(app(), ending));
    jobs.begin("telemetry", |ending| telemetry::hand_over(app(), ending));
    // It begins nothing new as soon as the server stops; the others go on until the last request is answered.
    jobs.begin("outbox", |_| outbox::deliver(app()));
    jobs
}

/// Waits for the next round; false: there is none.
async fn goes_on(ticks: &mut Interval, ending: &Stopping) -> bool {
    tokio::select! {
        _ = ticks.tick() => true,
        () = ending.begun() => false,
    }
}

async fn follow_changes(current: Current, ending: Arc<Stopping>) {
    let mut ticks = tokio::time::interval(FOLLOW_EVERY);
    // What follows is not configured.
    let app = current.app().lasting.clone();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = app.store.fed() => tokio::time::sleep(GATHER).await,
            () = ending.begun() => return,
        }
        if let Err(error) = app.store.poll_changes().await {
            app.outage.note(&error);
        }
    }
}

async fn sweep(current: Current, ending: Arc<Stopping>) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    let mut steady = ClockGuard::begin(clock::now(), Instant::now());
    while goes_on(&mut ticks, &ending).await {
        let app = current.app();
        match steady.look(clock::now(), Instant::now()) {
            Trust::Yes => {}
            Trust::NotYet => continue,
            Trust::Jumped(seconds) => {
                tracing::warn!(
                    seconds,
                    "the clock jumped ahead by {seconds} seconds: nothing is swept for an hour, so that nothing is \
                     lost if it is wrong; look at it, and at its NTP service"
                );
                continue;
            }
        }
        if let Err(error) = sweep_once(&app).await {
            app.outage.note(&error);
        }
    }
}

async fn sweep_once(app: &App) -> Result<Swept, StoreError> {
    let now = app.store.no_later(clock::now()).await?;
    app.store.sweep(now, &app.sweep_rules()).await
}

async fn renew_lease(current: Current, ending: Arc<Stopping>) {
    let mut ticks = tokio::time::interval(LEASE_EVERY);
    while goes_on(&mut ticks, &ending).await {
        let app = current.app();
        if let Err(error) = renew_lease_once(&app).await {
            app.outage.note(&error);
        }
    }
}

/// Renews it, and looks among how many nodes what is limited is shared.
async fn renew_lease_once(app: &App) -> Result<(), StoreError> {
    app.store.renew_lease(clock::now()).await?;
    let nodes = app.store.serving_nodes(clock::now()).await?;
    app.limits.set_nodes(nodes);
    Ok(())
}

/// Once a minute, and when the server stops.
async fn note_uses(current: Current, ending: Arc<Stopping>) {
    let mut ticks = tokio::time::interval(NOTE_EVERY);
    while goes_on(&mut ticks, &ending).await {
        let app = current.app();
        note_uses_once(&app).await;
    }
    note_uses_once(&current.app()).await;
}

async fn note_uses_once(app: &App) {
    let sessions = app
        .active_sessions
        .take(&app.policy().accounts, clock::now());
    let connections = app.connection_uses.take();
    let apps = app.last_used.take().into_iter();
    for noted in apps.chain(sessions).chain(connections) {
        let act = Act::by_job(clock::now());
        if let Err(error) = app.store.settle(noted, act).await {
            app.outage.note(&error);
        }
    }
}

/// Once a minute, and when the server stops.
async fn write_request_log(current: Current, ending: Arc<Stopping>) {
    let mut ticks = tokio::time::interval(NOTE_EVERY);
    let mut round = 0_u32;
    while goes_on(&mut ticks, &ending).await {
        let app = current.app();
        request_log::write(&app).await;
        if round.is_multiple_of(TRIM_EVERY) {
            request_log::trim(&app).await;
        }
        round = round.wrapping_add(1);
    }
    request_log::write(&current.app()).await;
}

async fn warn_of_secret_ends(current: Current, ending: Arc<Stopping>) {
    let mut ticks = tokio::time::interval(WARN_EVERY);
    while goes_on(&mut ticks, &ending).await {
        let app = current.app();
        if let Err(error) = secret_ends::warn_once(&app).await {
            app.outage.note(&error);
        }
    }
}

async fn look_at_domains(current: Current, ending: Arc<Stopping>) {
    let mut ticks = tokio::time::interval(DOMAINS_EVERY);
    while goes_on(&mut ticks, &ending).await {
        let app = current.app();
        if let Err(error) = domain_check::look_again(&app).await {
            app.outage.note(&error);
        }
    }
}

async fn move_signing_keys(current: Current, ending: Arc<Stopping>) {
    let mut ticks = tokio::time::interval(KEYS_EVERY);
    // The start has looked.
    ticks.tick().await;
    while goes_on(&mut ticks, &ending).await {
        let app = current.app();
        if let Err(error) = signing_keys::look(&app).await {
            app.outage.note(&error);
        }
    }
}

/// Where OpenID Connect is spoken.
async fn tell_of_logouts(current: Current, ending: Arc<Stopping>) {
    let mut ticks = tokio::time::interval(LOGOUTS_EVERY);
    while goes_on(&mut ticks, &ending).await {
        let app = current.app();
        if let Err(error) = back_channel::write_messages(&app).await {
            app.outage.note(&error);
        }
    }
}

async fn forget_introductions(mut current: Current, ending: Arc<Stopping>) {
    loop {
        let mut ticks = tokio::time::interval(introductions::every(&current.app()));
        loop {
            tokio::select! {
                () = current.changed() => break,
                goes_on = goes_on(&mut ticks, &ending) => match goes_on {
                    true => {}
                    false => return,
                },
            }
            let app = current.app();
            if let Err(error) = introductions::forget_once(&app).await {
                app.outage.note(&error);
            }
        }
    }
}

async fn watch_outage(current: Current, ending: Arc<Stopping>) {
    let mut ticks = tokio::time::interval(TRY_EVERY);
    while goes_on(&mut ticks, &ending).await {
        let app = current.app();
        if app.outage.lasts() {
            match app.store.ready().await {
                Ok(()) => app.outage.works(),
                Err(error) => app.outage.note(&error),
            }
            app.outage.remind();
        }
    }
}
