//! What systemd is told, where it started the server and asks to be told (`Type=notify`).
use super::stopping::Stopping;
use sd_notify::NotifyState;
use std::sync::Arc;

/// The server answers requests.
pub(crate) fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// It reads its configuration again; [`ready`] ends that, however it ends.
pub(crate) fn reloading() {
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        tell(&[NotifyState::Reloading, now]);
    }
}

/// It takes no more requests, and finishes what is under way.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Says that the process lives, twice in the time after which it would be ended (`WatchdogSec=`).
pub(crate) async fn keep_alive(ending: Arc<Stopping>) {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return ending.begun().await;
    };
    let mut ticks = tokio::time::interval(limit / 2);
    loop {
        tokio::select! {
            _ = ticks.tick() => tell(&[NotifyState::Watchdog]),
            () = ending.begun() => return,
        }
    }
}

fn tell(states: &[NotifyState<'_>]) {
    // Nobody who asked is nobody to be told.
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "cannot tell systemd: {error}");
    }
}
