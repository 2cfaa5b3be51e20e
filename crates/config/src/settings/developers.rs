//! The settings of the developer pages.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The public pages for developers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DeveloperSettings {
    /// Whether there are such pages.
    pub(crate) page: bool,
    /// What your API is for: plain text at the top of the first page, at most 500 characters.
    pub(crate) intro: Option<String>,
    /// Where developers get help: an https URL, or `mailto:` and an address.
    pub(crate) support: Option<String>,
    /// Your terms for developers: an https URL.
    pub(crate) terms: Option<String>,
}

impl Default for DeveloperSettings {
    fn default() -> Self {
        DeveloperSettings {
            page: true,
            intro: None,
            support: None,
            terms: None,
        }
    }
}
