//! The one place where the server asks what time it is.
use protocol::types::UnixTime;
use std::time::{SystemTime, UNIX_EPOCH};

/// The present moment, in whole seconds.
#[allow(
    clippy::disallowed_methods,
    reason = "the clock is read here and passed on"
)]
pub(crate) fn now() -> UnixTime {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixTime(since.as_secs().try_into().unwrap_or(i64::MAX))
}

/// The present moment as RFC 3339 in UTC, with milliseconds: for log lines.
#[allow(
    clippy::disallowed_methods,
    reason = "the clock is read here and passed on"
)]
pub(crate) fn timestamp() -> String {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let millis = since.as_millis().try_into().unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(millis).map_or_else(|_| String::new(), |t| format!("{t:.3}"))
}

/// A moment as RFC 3339 in UTC: `2025-10-14T11:30:00Z`.
pub(crate) fn rfc3339(time: UnixTime) -> String {
    jiff::Timestamp::from_second(time.0).map_or_else(|_| String::new(), |t| t.to_string())
}
