//! The settings of the developer pages.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// Your terms for developers: an https URL. Whoever makes apps accepts them first, and that is written down.
    pub(crate) terms: Option<String>,
    /// What you call the terms as they are now, such as a date: at most 40 characters. When it changes, or their URL does,
    /// developers are asked again before they make another app.
    pub(crate) terms_version: String,
    /// Further paths of single pages, as your documentation has printed them: each path with the page that it shows,
    /// such as `"/auth/scopes" = "scopes"`. The pages are `overview`, `apps`, `authorization-code`, `device-code`,
    /// `refresh-token`, `client-credentials`, `test-mode`, `scopes`, `tokens` and `errors`.
    pub(crate) aliases: BTreeMap<String, DeveloperChapter>,
}

/// One of the pages for developers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeveloperChapter {
    /// The first page.
    Overview,
    /// How an app is registered.
    Apps,
    /// The authorization code grant.
    AuthorizationCode,
    /// The device grant.
    DeviceCode,
    /// Renewing a token.
    RefreshToken,
    /// An app that acts for itself.
    ClientCredentials,
    /// The side for trying things.
    TestMode,
    /// The catalogue of scopes.
    Scopes,
    /// Tokens: their use, their lives, their ends.
    Tokens,
    /// Every error, with its cause.
    Errors,
}

impl Default for DeveloperSettings {
    fn default() -> Self {
        DeveloperSettings {
            page: true,
            intro: None,
            support: None,
            terms: None,
            terms_version: String::new(),
            aliases: BTreeMap::new(),
        }
    }
}
