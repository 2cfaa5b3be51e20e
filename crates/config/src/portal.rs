//! Checks `[portal]`: the pages on which developers run their apps.
use super::checks::{Checks, is_text};
use super::paths::RESERVED;
use super::settings::{AppOwners, PortalSettings};

/// Longest words of a label, a button or a step, in characters.
const MAX_WORDS: usize = 40;
/// The most steps of a trail.
const MAX_STEPS: usize = 5;

/// The pages on which developers run their apps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portal {
    /// Whether there are such pages.
    pub page: bool,
    /// Whether the same is done by an API.
    pub api: bool,
    /// Another path of the list.
    pub path: Option<String>,
    /// Where the pages are, step by step.
    pub trail: Vec<String>,
    /// Words of the button that makes an app.
    pub new_app: Option<String>,
    /// Who runs the apps that are made there.
    pub owners: AppOwners,
    /// What the fields of an app are called.
    pub labels: AppLabels,
}

/// What the fields of an app are called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppLabels {
    /// The name people see.
    pub name: Option<String>,
    /// The app's website.
    pub homepage: Option<String>,
    /// Where people are sent back.
    pub redirect_uri: Option<String>,
    /// One or two sentences.
    pub description: Option<String>,
}

/// Checks the table.
pub(super) fn portal(checks: &mut Checks<'_>) -> Portal {
    let settings = checks.settings().portal.clone();
    if settings.trail.len() > MAX_STEPS {
        checks.fault("portal.trail", format!("write at most {MAX_STEPS} steps"));
    }
    for step in &settings.trail {
        words(checks, "portal.trail", Some(step));
    }
    let api = has_api(&settings);
    let labels = settings.labels;
    for (path, text) in [
        ("portal.new_app", &settings.new_app),
        ("portal.labels.name", &labels.name),
        ("portal.labels.homepage", &labels.homepage),
        ("portal.labels.redirect_uri", &labels.redirect_uri),
        ("portal.labels.description", &labels.description),
    ] {
        words(checks, path, text.as_ref());
    }
    let taken = |path: &String| {
        let endpoints = checks.settings().paths.named();
        let first = path.split('/').nth(1).unwrap_or_default();
        RESERVED.contains(&first) || endpoints.iter().any(|(_, paths)| paths.contains(path))
    };
    if settings.path.as_ref().is_some_and(taken) {
        checks.fault(
            "portal.path",
            "something else is at this path: choose another",
        );
    }
    if let Some(path) = &settings.path
        && !is_path(path)
    {
        let what = "write a path such as \"/settings/apps\", without a slash at its end";
        checks.fault("portal.path", what);
    }
    Portal {
        page: settings.page,
        api,
        path: settings.path,
        trail: settings.trail,
        new_app: settings.new_app,
        owners: settings.owners,
        labels: AppLabels {
            name: labels.name,
            homepage: labels.homepage,
            redirect_uri: labels.redirect_uri,
            description: labels.description,
        },
    }
}

/// Whether there is an API.
pub(super) fn has_api(settings: &PortalSettings) -> bool {
    settings.api.unwrap_or(settings.page)
}

fn words(checks: &mut Checks<'_>, path: &str, text: Option<&String>) {
    if text.is_some_and(|text| !is_text(text, MAX_WORDS)) {
        let what = format!("write words of 1 to {MAX_WORDS} characters, none of them hidden");
        checks.fault(path, what);
    }
}

/// A path of ours: unreserved characters between slashes (RFC 3986 §3.3).
fn is_path(path: &str) -> bool {
    let is_step = |step: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        !step.is_empty() && !matches!(step, "." | "..") && step.bytes().all(plain)
    };
    path.len() <= 200
        && path
            .strip_prefix('/')
            .is_some_and(|rest| rest.split('/').all(is_step))
}
