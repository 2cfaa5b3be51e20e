//! Checks of the developer pages.
use super::checks::{Checks, is_text};
use super::links::{is_mailto, is_web};

/// Longest introduction to the developer pages, in characters.
const MAX_INTRO: usize = 500;

/// The developer pages, and what the operator writes around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Developers {
    /// Whether there are such pages.
    pub page: bool,
    /// A few words at the top.
    pub intro: Option<String>,
    /// Where developers get help: `https:` or `mailto:`.
    pub support: Option<String>,
    /// The terms for developers.
    pub terms: Option<String>,
}

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
        && !is_web(url)
        && !is_mailto(url)
    {
        let what =
            "write an https URL, or mailto: and an address, such as \"mailto:api@example.com\"";
        checks.fault("developers.support", what);
    }
    if let Some(url) = &settings.terms
        && !is_web(url)
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
