//! Checks of codes and tokens.
use super::checks::{Checks, LONGEST, within};
use super::extras;
use super::settings::BodySetting;
use super::values::{RotateSetting, Span, default_grace};
use protocol::policy::{Bodies, Rotation, TokenPolicy};
use protocol::types::{GrantType, Lifetime, TEST_MARK};

/// A year: what lives longer is warned about.
const YEAR: Lifetime = Lifetime::from_days(365);

/// The longest life of a code (RFC 6749 §4.1.2).
const LONGEST_CODE: Lifetime = Lifetime::from_minutes(10);

/// The longest a grant may last before its person is asked again.
const LONGEST_GRANT: Lifetime = Lifetime::from_days(10 * 365);

/// A code for a personal scope, unless the configuration says otherwise.
const PERSONAL: Lifetime = Lifetime::from_seconds(60);

/// Checks `[token]`.
pub(super) fn tokens(checks: &mut Checks<'_>) -> TokenPolicy {
    let token = &checks.settings().token;
    let lives = &token.lifetimes;
    let mut life = |name: &str, value: Span, most: Lifetime| {
        within(checks, &format!("token.lifetimes.{name}"), value, most)
    };
    let code = life("code", lives.code, LONGEST_CODE);
    let code_personal = lives.code_personal.unwrap_or(Span(code.min(PERSONAL)));
    let code_personal = life("code_personal", code_personal, LONGEST_CODE);
    let access = life("access", lives.access, LONGEST);
    let refresh = life("refresh", lives.refresh, LONGEST);
    let grant = life("grant", lives.grant, LONGEST_GRANT);
    let (access_prefix, refresh_prefix) = prefixes(checks);
    let policy = TokenPolicy {
        bodies: bodies(checks),
        redirect_uri: token.redirect_uri,
        access_prefix,
        refresh_prefix,
        code,
        code_personal,
        access,
        refresh,
        grant,
        rotate: rotation(checks),
        token_type: token_type(checks),
        always_name_scope: token.always_name_scope,
        extras: extras::extras(checks),
    };
    check_order(checks, &policy);
    warn(checks, &policy);
    policy
}

/// What renews lives longer than what is renewed, and neither outlives what a person allowed.
fn check_order(checks: &mut Checks<'_>, policy: &TokenPolicy) {
    let grants = &checks.settings().grants;
    if !grants.is_on(GrantType::RefreshToken) {
        return;
    }
    let (access, refresh, grant) = (policy.access, policy.refresh, policy.grant);
    if access > refresh && access <= LONGEST && refresh.seconds() > 0 {
        let what = format!(
            "{access} is longer than token.lifetimes.refresh, {refresh}: the token that renews would end first, so make one of them fit, or write refresh_token = false under [grants]"
        );
        let key = match checks.is_set("token.lifetimes.access") {
            true => "token.lifetimes.access",
            false => "token.lifetimes.refresh",
        };
        checks.fault(key, what);
    }
    for (name, life) in [("access", access), ("refresh", refresh)] {
        if life > grant {
            checks.warn(format!(
                "token.lifetimes.{name} is {life}, but token.lifetimes.grant ends it after {grant}: make one of them fit"
            ));
        }
    }
}

fn warn(checks: &mut Checks<'_>, policy: &TokenPolicy) {
    for (name, value) in [("access", policy.access), ("refresh", policy.refresh)] {
        if value > YEAR {
            checks.warn(format!(
                "token.lifetimes.{name} is {value}: a stolen token works that long, so make it shorter if your apps allow it"
            ));
        }
    }
    if policy.bodies.query {
        checks.warn(
            "token.bodies has \"query\": secrets in URLs end up in the logs of proxies and browsers, so keep it only for apps that need it",
        );
    }
    let grants = &checks.settings().grants;
    let refreshes = grants.is_switched_on(GrantType::RefreshToken);
    if policy.rotate == Rotation::Keep && refreshes {
        checks.warn(
            "token.rotate is false: a stolen refresh token of an app without a secret works unnoticed until it ends (RFC 9700 §4.14.2), so keep it only for apps that need it",
        );
    }
}

fn bodies(checks: &mut Checks<'_>) -> Bodies {
    let listed = &checks.settings().token.bodies;
    if !listed.contains(&BodySetting::Form) {
        let what = "\"form\" is always taken (RFC 6749 §4.1.3): add it to the list";
        checks.fault("token.bodies", what);
    }
    Bodies {
        json: listed.contains(&BodySetting::Json),
        query: listed.contains(&BodySetting::Query),
    }
}

fn prefixes(checks: &mut Checks<'_>) -> (String, String) {
    let prefix = &checks.settings().token.prefix;
    let sound = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    for (name, value) in [("access", &prefix.access), ("refresh", &prefix.refresh)] {
        let path = format!("token.prefix.{name}");
        if !((1..=16).contains(&value.len()) && value.bytes().all(sound)) {
            let what =
                format!("{value:?} is not 1 to 16 letters, digits and _: write it like \"at_\"");
            checks.fault(&path, what);
        }
        if value.starts_with(TEST_MARK) {
            let what =
                format!("{value:?} starts as everything of the test side does: choose another");
            checks.fault(&path, what);
        }
    }
    if prefix.access == prefix.refresh {
        let what = format!(
            "access and refresh tokens both start with {:?}: give each its own prefix",
            prefix.access
        );
        checks.fault("token.prefix.refresh", what);
    }
    (prefix.access.clone(), prefix.refresh.clone())
}

fn rotation(checks: &mut Checks<'_>) -> Rotation {
    let Span(grace) = match checks.settings().token.rotate {
        RotateSetting::Switch(false) => return Rotation::Keep,
        RotateSetting::Switch(true) => default_grace(),
        RotateSetting::Window { grace } => grace,
    };
    if grace > Lifetime::from_minutes(60) {
        let what = format!("{grace} is not between 0s and 1h");
        checks.fault("token.rotate.grace", what);
    }
    Rotation::Rotate { grace }
}

fn token_type(checks: &mut Checks<'_>) -> String {
    let text = &checks.settings().token.token_type;
    if !text.eq_ignore_ascii_case("bearer") {
        let what = format!("{text:?} is not Bearer (RFC 6750): write \"Bearer\" or \"bearer\"");
        checks.fault("token.token_type", what);
    }
    text.clone()
}
