//! What keeps a server running, and tells how it is.
pub(crate) mod access;
pub(crate) mod active_sessions;
pub(crate) mod client_fetches;
pub(crate) mod client_keys;
pub(crate) mod clock;
pub(crate) mod clock_guard;
pub(crate) mod connection_uses;
pub(crate) mod hasher;
pub(crate) mod health;
pub(crate) mod last_used;
pub(crate) mod limits;
pub(crate) mod log;
pub(crate) mod lost_key;
pub(crate) mod metrics;
pub(crate) mod outage;
pub(crate) mod outbound;
pub(crate) mod passkeys;
pub(crate) mod reloads;
pub(crate) mod request_log;
pub(crate) mod sealing;
pub(crate) mod server_key;
pub(crate) mod service;
pub(crate) mod signing_keys;
pub(crate) mod stopping;
pub(crate) mod stored_password;
pub(crate) mod subscriber;
pub(crate) mod telemetry;
mod turns;
pub(crate) mod upstream;

use crate::http::site::Site;

/// Mounts what tells how it is.
pub(crate) fn mount(site: &mut Site) {
    site.page("/health/live", health::live);
    site.page("/health/ready", health::ready);
}
