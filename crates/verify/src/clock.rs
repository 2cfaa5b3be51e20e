//! The one place that reads the wall clock: tokens expire by it.
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Time since 1970.
#[allow(
    clippy::disallowed_methods,
    reason = "a token's expiry is a moment of the wall clock"
)]
pub(crate) fn since_1970() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}
