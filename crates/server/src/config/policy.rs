//! The part of the configuration that rules obey.
use super::fault::ConfigFault;
use super::layers::Layers;
use super::settings::{PkceSetting, RegistrationSetting};
use super::values::{IdSetting, Span};
use super::{scopes, tokens};
use protocol::Policy;
use protocol::policy::{
    AccountPolicy, DevicePolicy, ErrorAliases, PkcePolicy, RedirectPolicy, Registration,
};
use protocol::types::ids::SubjectFormat;
use protocol::types::{GrantType, Lifetime};

/// Two years: the longest lifetime of a token, and of most other things.
pub(super) const LONGEST: Lifetime = Lifetime::from_days(2 * 365);

/// Checks what rules obey.
pub(super) fn policy(
    layers: &Layers,
    issuer: &str,
    origin: &str,
    warnings: &mut Vec<String>,
) -> Result<Policy, ConfigFault> {
    Ok(Policy {
        issuer: issuer.to_owned(),
        subjects: subjects(layers)?,
        grants: grants(layers)?,
        registration: match layers.settings.apps.registration {
            RegistrationSetting::Open => Registration::Open,
            RegistrationSetting::Invite => Registration::Invite,
            RegistrationSetting::Review => Registration::Review,
            RegistrationSetting::Admin => Registration::Admin,
        },
        pkce: match layers.settings.apps.pkce {
            PkceSetting::Public => PkcePolicy::Public,
            PkceSetting::All => PkcePolicy::All,
        },
        tokens: tokens::tokens(layers, warnings)?,
        scopes: scopes::scopes(layers)?,
        errors: errors(layers)?,
        redirects: redirects(layers)?,
        accounts: accounts(layers)?,
        device: device(layers, origin)?,
        test_mode: layers.settings.test.mode,
        documented_client: layers
            .settings
            .test
            .credentials
            .as_ref()
            .map(|credentials| credentials.client_id.clone()),
    })
}

/// A length of time from one second to `most`.
pub(super) fn within(
    layers: &Layers,
    path: &str,
    value: Span,
    most: Lifetime,
) -> Result<Lifetime, ConfigFault> {
    let Span(value) = value;
    let fault = || layers.fault(path, format!("{value} is not between 1s and {most}"));
    (value.seconds() >= 1 && value <= most)
        .then_some(value)
        .ok_or_else(fault)
}

fn subjects(layers: &Layers) -> Result<SubjectFormat, ConfigFault> {
    let prefix = match &layers.settings.accounts.id {
        IdSetting::Counter(_) => return Ok(SubjectFormat::Number),
        IdSetting::Prefixed { prefix } => prefix,
    };
    let sound = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
    match (1..=16).contains(&prefix.len()) && prefix.bytes().all(sound) {
        true => Ok(SubjectFormat::Prefixed(prefix.clone())),
        false => Err(layers.fault(
            "accounts.id",
            format!("{prefix:?} is not 1 to 16 letters, digits, _ and -: write it like \"user_\""),
        )),
    }
}

fn grants(layers: &Layers) -> Result<Vec<GrantType>, ConfigFault> {
    let switches = &layers.settings.grants;
    let on = |grant: &GrantType| switches.is_on(*grant);
    let grants: Vec<_> = GrantType::ALL.into_iter().filter(on).collect();
    match grants.is_empty() {
        true => Err(layers.fault(
            "grants",
            "every grant is switched off, so no app could get a token: switch one on",
        )),
        false => Ok(grants),
    }
}

fn errors(layers: &Layers) -> Result<ErrorAliases, ConfigFault> {
    let errors = &layers.settings.token.errors;
    let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    for (key, alias) in [
        ("redirect_mismatch", &errors.redirect_mismatch),
        ("invalid_token", &errors.invalid_token),
    ] {
        if let Some(name) = alias
            && !((1..=40).contains(&name.len()) && name.bytes().all(sound))
        {
            let what = format!("{name:?} cannot be an error's name: write a-z, 0-9 and _");
            return Err(layers.fault(&format!("token.errors.{key}"), what));
        }
    }
    Ok(ErrorAliases {
        redirect_mismatch: errors.redirect_mismatch.clone(),
        invalid_token: errors.invalid_token.clone(),
    })
}

fn device(layers: &Layers, origin: &str) -> Result<DevicePolicy, ConfigFault> {
    let device = &layers.settings.device;
    let hour = Lifetime::from_minutes(60);
    let minute = Lifetime::from_minutes(1);
    Ok(DevicePolicy {
        lifetime: within(layers, "device.lifetime", device.lifetime, hour)?,
        interval: within(layers, "device.interval", device.interval, minute)?,
        verification_uri: format!("{origin}/device"),
    })
}

fn redirects(layers: &Layers) -> Result<RedirectPolicy, ConfigFault> {
    let apps = &layers.settings.apps;
    match (1..=100).contains(&apps.max_redirect_uris) {
        true => Ok(RedirectPolicy {
            max: apps.max_redirect_uris,
            localhost_any_port: apps.localhost_any_port,
        }),
        false => Err(layers.fault(
            "apps.max_redirect_uris",
            format!("{} is not between 1 and 100", apps.max_redirect_uris),
        )),
    }
}

fn accounts(layers: &Layers) -> Result<AccountPolicy, ConfigFault> {
    let accounts = &layers.settings.accounts;
    if !(8..=64).contains(&accounts.min_password) {
        let what = format!(
            "{} characters is not between 8 and 64",
            accounts.min_password
        );
        return Err(layers.fault("accounts.min_password", what));
    }
    let day = Lifetime::from_days(1);
    Ok(AccountPolicy {
        sign_up: accounts.sign_up,
        min_password: accounts.min_password,
        session: within(layers, "accounts.session", accounts.session, LONGEST)?,
        interaction: within(layers, "accounts.interaction", accounts.interaction, day)?,
    })
}
