//! Checks of codes and tokens.
use super::extras;
use super::fault::ConfigFault;
use super::layers::Layers;
use super::policy::{LONGEST, within};
use super::settings::{BodySetting, RedirectUriSetting};
use super::values::{RotateSetting, Span, default_grace};
use protocol::policy::{Bodies, RedirectUriAtToken, Rotation, TokenPolicy};
use protocol::types::{Lifetime, TEST_MARK};

/// A year: what lives longer is warned about.
const YEAR: Lifetime = Lifetime::from_days(365);

/// The longest life of a code (RFC 6749 §4.1.2).
const LONGEST_CODE: Lifetime = Lifetime::from_minutes(10);

/// The longest a grant may last before its person is asked again.
const LONGEST_GRANT: Lifetime = Lifetime::from_days(10 * 365);

/// A code for a personal scope, unless the configuration says otherwise.
const PERSONAL: Lifetime = Lifetime::from_seconds(60);

/// Checks `[token]`.
pub(super) fn tokens(
    layers: &Layers,
    warnings: &mut Vec<String>,
) -> Result<TokenPolicy, ConfigFault> {
    let token = &layers.settings.token;
    let lives = &token.lifetimes;
    let life = |name: &str, value: Span, most: Lifetime| {
        within(layers, &format!("token.lifetimes.{name}"), value, most)
    };
    let code = life("code", lives.code, LONGEST_CODE)?;
    let code_personal = lives.code_personal.unwrap_or(Span(code.min(PERSONAL)));
    let (access_prefix, refresh_prefix) = prefixes(layers)?;
    let policy = TokenPolicy {
        bodies: bodies(layers)?,
        redirect_uri: match token.redirect_uri {
            RedirectUriSetting::MatchIfSent => RedirectUriAtToken::MatchIfSent,
            RedirectUriSetting::Required => RedirectUriAtToken::Required,
        },
        access_prefix,
        refresh_prefix,
        code,
        code_personal: life("code_personal", code_personal, LONGEST_CODE)?,
        access: life("access", lives.access, LONGEST)?,
        refresh: life("refresh", lives.refresh, LONGEST)?,
        grant: life("grant", lives.grant, LONGEST_GRANT)?,
        rotate: rotation(layers)?,
        token_type: token_type(layers)?,
        always_name_scope: token.always_name_scope,
        extras: extras::extras(layers)?,
    };
    warn(&policy, warnings);
    Ok(policy)
}

fn warn(policy: &TokenPolicy, warnings: &mut Vec<String>) {
    for (name, value) in [("access", policy.access), ("refresh", policy.refresh)] {
        if value > YEAR {
            warnings.push(format!(
                "token.lifetimes.{name} is {value}: a stolen token works that long, so make it shorter if your apps allow it"
            ));
        }
    }
    if policy.bodies.query {
        warnings.push(
            "token.bodies has \"query\": secrets in URLs end up in the logs of proxies and browsers, so keep it only for apps that need it".to_owned(),
        );
    }
}

fn bodies(layers: &Layers) -> Result<Bodies, ConfigFault> {
    let listed = &layers.settings.token.bodies;
    if !listed.contains(&BodySetting::Form) {
        let what = "\"form\" is always taken (RFC 6749 §4.1.3): add it to the list";
        return Err(layers.fault("token.bodies", what));
    }
    Ok(Bodies {
        json: listed.contains(&BodySetting::Json),
        query: listed.contains(&BodySetting::Query),
    })
}

fn prefixes(layers: &Layers) -> Result<(String, String), ConfigFault> {
    let prefix = &layers.settings.token.prefix;
    let sound = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    for (name, value) in [("access", &prefix.access), ("refresh", &prefix.refresh)] {
        if !((1..=16).contains(&value.len()) && value.bytes().all(sound)) {
            let what =
                format!("{value:?} is not 1 to 16 letters, digits and _: write it like \"at_\"");
            return Err(layers.fault(&format!("token.prefix.{name}"), what));
        }
    }
    for (name, value) in [("access", &prefix.access), ("refresh", &prefix.refresh)] {
        if value.starts_with(TEST_MARK) {
            let what =
                format!("{value:?} starts as everything of the test side does: choose another");
            return Err(layers.fault(&format!("token.prefix.{name}"), what));
        }
    }
    if prefix.access == prefix.refresh {
        let what = format!(
            "access and refresh tokens both start with {:?}: give each its own prefix",
            prefix.access
        );
        return Err(layers.fault("token.prefix.refresh", what));
    }
    Ok((prefix.access.clone(), prefix.refresh.clone()))
}

fn rotation(layers: &Layers) -> Result<Rotation, ConfigFault> {
    let Span(grace) = match layers.settings.token.rotate {
        RotateSetting::Switch(false) => return Ok(Rotation::Keep),
        RotateSetting::Switch(true) => default_grace(),
        RotateSetting::Window { grace } => grace,
    };
    match grace <= Lifetime::from_minutes(60) {
        true => Ok(Rotation::Rotate { grace }),
        false => Err(layers.fault(
            "token.rotate.grace",
            format!("{grace} is not between 0s and 1h"),
        )),
    }
}

fn token_type(layers: &Layers) -> Result<String, ConfigFault> {
    let text = &layers.settings.token.token_type;
    match text.eq_ignore_ascii_case("bearer") {
        true => Ok(text.clone()),
        false => Err(layers.fault(
            "token.token_type",
            format!("{text:?} is not Bearer (RFC 6750): write \"Bearer\" or \"bearer\""),
        )),
    }
}
