//! The settings of the developer pages, and their checks.
use super::Developers;
use super::fault::ConfigFault;
use super::layers::Layers;
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
pub(super) fn developers(layers: &Layers) -> Result<Developers, ConfigFault> {
    let settings = layers.settings.developers.clone();
    let fault = |name: &str, what: &str| Err(layers.fault(&format!("developers.{name}"), what));
    let is_text = |text: &String| {
        let length = text.trim().chars().count();
        (1..=MAX_INTRO).contains(&length) && !text.chars().any(char::is_control)
    };
    if settings.intro.as_ref().is_some_and(|text| !is_text(text)) {
        return fault(
            "intro",
            "write plain text of 1 to 500 characters, on one line",
        );
    }
    if settings
        .support
        .as_ref()
        .is_some_and(|url| !is_link(url, &["https://", "mailto:"]))
    {
        return fault(
            "support",
            "write an https URL, or mailto: and an address, such as \"mailto:api@example.com\"",
        );
    }
    if settings
        .terms
        .as_ref()
        .is_some_and(|url| !is_link(url, &["https://"]))
    {
        return fault(
            "terms",
            "write an https URL, such as \"https://example.com/api-terms\"",
        );
    }
    Ok(Developers {
        page: settings.page,
        intro: settings.intro,
        support: settings.support,
        terms: settings.terms,
    })
}

/// Whether `text` is an address of one of these kinds, in the characters that a URI may have.
fn is_link(text: &str, starts: &[&str]) -> bool {
    let rest = starts.iter().find_map(|start| text.strip_prefix(start));
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(fits))
}
