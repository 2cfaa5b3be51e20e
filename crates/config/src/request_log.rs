//! Checks `[request_log]`: what is kept of apps' requests.
use super::checks::Checks;
use std::ops::RangeInclusive;

/// The log of each app's requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLog {
    /// Whether there is one.
    pub enabled: bool,
    /// The most refused requests that are kept of one app.
    pub entries_per_app: u32,
    /// The most that are kept of all apps.
    pub entries: u32,
}

/// Checks the table.
pub(super) fn request_log(checks: &mut Checks<'_>) -> RequestLog {
    let settings = checks.settings().request_log.clone();
    within(
        checks,
        "request_log.entries_per_app",
        settings.entries_per_app,
        100..=700_000,
    );
    within(
        checks,
        "request_log.entries",
        settings.entries,
        1_000..=100_000_000,
    );
    RequestLog {
        enabled: settings.enabled,
        entries_per_app: settings.entries_per_app,
        entries: settings.entries,
    }
}

fn within(checks: &mut Checks<'_>, path: &str, value: u32, range: RangeInclusive<u32>) {
    if !range.contains(&value) {
        let (least, most) = (range.start(), range.end());
        checks.fault(path, format!("{value} is not between {least} and {most}"));
    }
}
