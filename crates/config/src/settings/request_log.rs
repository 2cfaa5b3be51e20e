//! What apps' requests were told.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The log of each app's requests, which its developers read on its page, for 28 days: those that were refused, at most
/// 1,000 an hour, and the last 100 that went well; all are counted. It holds no secret and no address of people.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RequestLogSettings {
    /// Whether there is one.
    pub(crate) enabled: bool,
    /// The most refused requests that are kept of one app: 100 to 700,000. The oldest go first.
    pub(crate) entries_per_app: u32,
    /// The most that are kept of all apps: 1,000 to 100,000,000, some 300 bytes each.
    pub(crate) entries: u32,
}

impl Default for RequestLogSettings {
    fn default() -> Self {
        RequestLogSettings {
            enabled: true,
            entries_per_app: 10_000,
            entries: 1_000_000,
        }
    }
}
