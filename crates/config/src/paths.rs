//! Checks of endpoint paths.
use super::checks::Checks;
use super::settings::PathSettings;
use protocol::device::VERIFICATION_PATH;
use protocol::introduce::RegistrationMode;
use protocol::self_management::SCOPE;
use protocol::types::GrantType;
use std::collections::HashMap;

/// First segments of our own pages, which a test compares with those that are mounted.
pub const RESERVED: [&str; 20] = [
    "link",
    "login",
    "mail-sent",
    "organizations",
    "recover",
    "sign-in",
    "sign-up",
    "sign-out",
    "consent",
    "device",
    "account",
    "admin",
    "assets",
    "apps",
    "developers",
    "developers.md",
    "health",
    "llms.txt",
    "valetkey",
    ".well-known",
];

/// Checks `[paths]`: literal aliases, the first is published. What is switched off has none.
pub(super) fn paths(checks: &mut Checks<'_>) -> PathSettings {
    let paths = &checks.settings().paths;
    let mut taken: HashMap<&str, &str> = HashMap::new();
    for (name, aliases) in paths.named() {
        for (item, path) in aliases.iter().enumerate() {
            // A device posts where people read: `/device` is both.
            let shared = name == "device" && path == VERIFICATION_PATH;
            let setting = format!("paths.{name}");
            if let Some(what) = fault_of(path).filter(|_| !shared) {
                checks.fault_in(&setting, item, what);
            }
            if let Some(other) = taken.insert(path, name) {
                let what = format!(
                    "{path:?} is listed twice (the other is paths.{other}): each path leads to one endpoint"
                );
                checks.fault_in(&setting, item, what);
            }
        }
    }
    check_needed(checks);
    let mut published = paths.clone();
    let grants = &checks.settings().grants;
    if !grants.is_on(GrantType::DeviceCode) {
        published.device.clear();
    }
    if !grants.is_on(GrantType::AuthorizationCode) {
        published.authorize.clear();
    }
    if !checks.settings().openid.enabled {
        published.userinfo.clear();
        published.logout.clear();
    }
    if checks.settings().introductions.registration == RegistrationMode::Off {
        published.register.clear();
    }
    if published.introspect.is_empty() {
        published.revocations.clear();
    }
    published
}

/// Checks that what is switched on has its endpoint.
fn check_needed(checks: &mut Checks<'_>) {
    let (paths, grants) = (&checks.settings().paths, &checks.settings().grants);
    if grants.is_on(GrantType::AuthorizationCode) && paths.authorize.is_empty() {
        let what = "the authorization_code grant needs this endpoint: list a path, or write authorization_code = false under [grants]";
        checks.fault("paths.authorize", what);
    }
    if paths.token.is_empty() {
        let what = "every grant ends at this endpoint: list a path";
        checks.fault("paths.token", what);
    }
    if grants.is_on(GrantType::DeviceCode) && paths.device.is_empty() {
        let what = "the device_code grant needs this endpoint: list a path, or write device_code = false under [grants]";
        checks.fault("paths.device", what);
    }
    if !paths.app.is_empty() {
        check_app(checks);
    }
}

/// An app manages itself with a token of its own.
fn check_app(checks: &mut Checks<'_>) {
    let settings = checks.settings();
    if !settings.scopes.contains_key(SCOPE) {
        checks.fault(
            "paths.app",
            format!(
                "an app needs the scope {SCOPE} for it: add it under [scopes], or list no path"
            ),
        );
    } else if !settings.grants.is_on(GrantType::ClientCredentials) {
        checks.fault("paths.app", "an app needs a token of its own for it: write client_credentials = true under [grants], or list no path");
    }
}

/// What speaks against a path.
pub(super) fn fault_of(path: &str) -> Option<String> {
    let Some(rest) = path.strip_prefix('/') else {
        return Some(format!(
            "{path:?} does not start with a slash: write \"/{path}\""
        ));
    };
    let literal = |b: u8| b.is_ascii_alphanumeric() || b"-._~/:@!$&'+,;=".contains(&b);
    if !rest.bytes().all(literal) || rest.split('/').any(|part| [".", ".."].contains(&part)) {
        return Some(format!(
            "{path:?} is not a plain path: use letters, digits, - . _ ~ and / only"
        ));
    }
    if rest.starts_with('/') || rest.contains("//") {
        return Some(format!("{path:?} has two slashes in a row: write one"));
    }
    if rest.split('/').any(|part| part.starts_with(':')) {
        return Some(format!(
            "{path:?} has a part that begins with a colon, which other software takes for a placeholder: write it without"
        ));
    }
    let first = rest.split('/').next().unwrap_or_default();
    (rest.is_empty() || RESERVED.contains(&first)).then(|| {
        format!("{path:?} belongs to a page of Valetkey itself: choose another, such as \"/oauth2{path}\"")
    })
}
