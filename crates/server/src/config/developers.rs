//! The settings of the developer pages, and their checks.
use super::Developers;
use super::checks::{Checks, is_text};
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

/// Longest introduction to the developer pages, in characters.
const MAX_INTRO: usize = 500;

/// Checks `[developers]`.
pub(super) fn developers(checks: &mut Checks<'_>) -> Developers {
    let settings = checks.settings().developers.clone();
    if let Some(intro) = &settings.intro
        && !is_text(intro, MAX_INTRO)
    {
        let what = "write plain text of 1 to 500 characters, on one line, none of them hidden";
        checks.fault("developers.intro", what);
    }
    if let Some(url) = &settings.support
        && !is_link(url, &["https://", "mailto:"])
    {
        let what =
            "write an https URL, or mailto: and an address, such as \"mailto:api@example.com\"";
        checks.fault("developers.support", what);
    }
    if let Some(url) = &settings.terms
        && !is_link(url, &["https://"])
    {
        let what = "write an https URL, such as \"https://example.com/api-terms\"";
        checks.fault("developers.terms", what);
    }
    for key in ["intro", "support", "terms"] {
        let path = format!("developers.{key}");
        if !settings.page && checks.is_set(&path) {
            checks.warn(format!(
                "{path} has no effect while developers.page is false"
            ));
        }
    }
    Developers {
        page: settings.page,
        intro: settings.intro,
        support: settings.support,
        terms: settings.terms,
    }
}

/// Whether `text` is an address of one of these kinds, in the characters that a URI may have.
fn is_link(text: &str, starts: &[&str]) -> bool {
    let rest = starts.iter().find_map(|start| text.strip_prefix(start));
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(fits))
}
