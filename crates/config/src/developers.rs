//! Checks of the developer pages.
use super::checks::{Checks, is_text};
use super::links::{is_mailto, is_web};
use super::paths::fault_of;
use super::settings::DeveloperChapter;
use protocol::types::{DeveloperTerms, GrantType};
use std::collections::BTreeMap;

/// Longest introduction to the developer pages, in characters.
const MAX_INTRO: usize = 500;
/// Longest name of a version of the terms, in characters.
const MAX_VERSION: usize = 40;

/// The developer pages, and what the operator writes around them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Developers {
    /// Whether there are such pages.
    pub page: bool,
    /// A few words at the top.
    pub intro: Option<String>,
    /// Where developers get help: `https:` or `mailto:`.
    pub support: Option<String>,
    /// The terms for developers, as they are now.
    pub terms: Option<DeveloperTerms>,
    /// Further paths of single pages.
    pub aliases: BTreeMap<String, DeveloperChapter>,
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
    let version = settings.terms_version.trim();
    if !version.is_empty() && !is_text(version, MAX_VERSION) {
        let what = "write at most 40 characters, none of them hidden";
        checks.fault("developers.terms_version", what);
    }
    let terms = settings.terms.map(|url| DeveloperTerms {
        url,
        version: version.to_owned(),
    });
    aliases(checks);
    Developers {
        page: settings.page,
        intro: settings.intro,
        support: settings.support,
        terms,
        aliases: settings.aliases,
    }
}

/// Checks `[developers.aliases]`: each leads to one page, and nothing else is there.
fn aliases(checks: &mut Checks<'_>) {
    let settings = checks.settings();
    for (path, chapter) in &settings.developers.aliases {
        let setting = format!("developers.aliases.{path:?}");
        let endpoints = settings.paths.named();
        let taken = endpoints.iter().any(|(_, paths)| paths.contains(path))
            || settings.portal.path.as_ref() == Some(path)
            || settings.mail.bounces.path.as_ref() == Some(path);
        if let Some(what) = fault_of(path) {
            checks.fault("developers.aliases", what);
        } else if taken {
            let what = format!("something else is at {path:?}: choose another path");
            checks.fault("developers.aliases", what);
        } else if !is_offered(checks, *chapter) {
            checks.warn(format!(
                "{setting} has no effect: what its page is about is switched off"
            ));
        }
    }
}

/// Whether there is such a page.
fn is_offered(checks: &Checks<'_>, chapter: DeveloperChapter) -> bool {
    let settings = checks.settings();
    let on = |grant| settings.grants.is_on(grant);
    match chapter {
        DeveloperChapter::AuthorizationCode => on(GrantType::AuthorizationCode),
        DeveloperChapter::DeviceCode => on(GrantType::DeviceCode),
        DeveloperChapter::RefreshToken => on(GrantType::RefreshToken),
        DeveloperChapter::ClientCredentials => on(GrantType::ClientCredentials),
        DeveloperChapter::TestMode => settings.test.mode,
        DeveloperChapter::Overview
        | DeveloperChapter::Apps
        | DeveloperChapter::Scopes
        | DeveloperChapter::Tokens
        | DeveloperChapter::Errors => true,
    }
}
