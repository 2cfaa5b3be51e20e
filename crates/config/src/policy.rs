//! The part of the configuration that rules obey.
use super::address::is_loopback;
use super::checks::{Checks, LONGEST, within};
use super::portal::has_api;
use super::settings::NonceSetting;
use super::signing::Signing;
use super::values::{IdSetting, Span};
use super::{apis, introductions, openid, scopes, tokens};
use protocol::Policy;
use protocol::device::VERIFICATION_PATH;
use protocol::dpop::DpopPolicy;
use protocol::policy::{
    AccountPolicy, AppBounds, Conformance, DevicePolicy, ErrorAliases, RedirectPolicy, SignUp,
};
use protocol::types::ids::SubjectFormat;
use protocol::types::{GrantType, Lifetime};

/// Checks what rules obey. The first base is that of the issuer.
pub(super) fn policy(
    checks: &mut Checks<'_>,
    issuer: &str,
    bases: &[String],
    signing: &Signing,
) -> Policy {
    let settings = checks.settings();
    let base = bases.first().map_or(issuer, String::as_str);
    let (tokens, scopes) = (tokens::tokens(checks), scopes::scopes(checks));
    let apis = apis::apis(checks, (issuer, &tokens, &scopes), signing);
    Policy {
        issuer: issuer.to_owned(),
        conformance: conformance(checks),
        token_endpoint: token_endpoint(checks, base),
        response_iss: settings.authorization.iss,
        subjects: subjects(checks),
        external_ids: settings.login.handoff.url.is_some(),
        grants: grants(checks),
        registration: settings.apps.registration,
        apps: app_bounds(checks),
        unreviewed_people: unreviewed_people(checks),
        unreviewed_unticked: checks.settings().apps.unreviewed_unticked,
        introductions: introductions::policy(checks, is_on_loopback(base)),
        pkce: settings.apps.pkce,
        narrow_scope: settings.apps.narrow_scope,
        tokens,
        dpop: DpopPolicy {
            bases: bases.to_vec(),
            nonces: settings.token.dpop_nonce == NonceSetting::Required,
        },
        own_api: has_api(&settings.portal),
        openid: openid::openid(checks, signing),
        scopes,
        apis,
        errors: errors(checks),
        redirects: redirects(checks),
        accounts: accounts(checks),
        device: device(checks, base),
        test_mode: settings.test.mode,
        documented_client: settings
            .test
            .credentials
            .as_ref()
            .map(|credentials| credentials.client_id.clone()),
    }
}

/// Whether a base URL leads to this machine.
fn is_on_loopback(base: &str) -> bool {
    let rest = base.split_once("://").map_or("", |(_, rest)| rest);
    is_loopback(rest.split('/').next().unwrap_or_default())
}

fn conformance(checks: &mut Checks<'_>) -> Conformance {
    let mode = checks.settings().conformance.mode;
    if mode == Conformance::OidcCert {
        checks.warn(
            "conformance.mode is oidc-cert, which is for certification and takes what is safer to refuse: write strict for a server that people use",
        );
    }
    mode
}

fn token_endpoint(checks: &Checks<'_>, base: &str) -> Option<String> {
    let path = checks.settings().paths.token.first();
    path.map(|path| format!("{base}{path}"))
}

fn subjects(checks: &mut Checks<'_>) -> SubjectFormat {
    let prefix = match &checks.settings().accounts.id {
        IdSetting::Counter(_) => return SubjectFormat::Number,
        IdSetting::Prefixed { prefix } => prefix,
    };
    let sound = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
    if !((1..=16).contains(&prefix.len()) && prefix.bytes().all(sound)) {
        let what =
            format!("{prefix:?} is not 1 to 16 letters, digits, _ and -: write it like \"user_\"");
        checks.fault("accounts.id", what);
    }
    SubjectFormat::Prefixed(prefix.clone())
}

fn grants(checks: &mut Checks<'_>) -> Vec<GrantType> {
    let switches = &checks.settings().grants;
    let on = |grant: &GrantType| switches.is_on(*grant);
    let grants: Vec<_> = GrantType::ALL.into_iter().filter(on).collect();
    if grants.is_empty() {
        let what = "every grant is switched off, so no app could get a token: switch one on";
        checks.fault("grants", what);
    }
    grants
}

fn errors(checks: &mut Checks<'_>) -> ErrorAliases {
    let errors = &checks.settings().token.errors;
    let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    for (key, alias) in [
        ("redirect_mismatch", &errors.redirect_mismatch),
        ("invalid_token", &errors.invalid_token),
    ] {
        if let Some(name) = alias
            && !((1..=40).contains(&name.len()) && name.bytes().all(sound))
        {
            let what = format!("{name:?} cannot be an error's name: write a-z, 0-9 and _");
            checks.fault(&format!("token.errors.{key}"), what);
        }
    }
    ErrorAliases {
        redirect_mismatch: errors.redirect_mismatch.clone(),
        invalid_token: errors.invalid_token.clone(),
    }
}

fn device(checks: &mut Checks<'_>, base: &str) -> DevicePolicy {
    let device = &checks.settings().device;
    let (Span(lifetime), Span(interval)) = (device.lifetime, device.interval);
    if interval > lifetime {
        let what = format!(
            "{interval} is longer than device.lifetime, {lifetime}: a device could never ask"
        );
        checks.fault("device.interval", what);
    }
    DevicePolicy {
        lifetime: within(
            checks,
            "device.lifetime",
            device.lifetime,
            Lifetime::from_minutes(60),
        ),
        interval: within(
            checks,
            "device.interval",
            device.interval,
            Lifetime::from_minutes(1),
        ),
        verification_uri: format!("{base}{}", VERIFICATION_PATH),
    }
}

fn unreviewed_people(checks: &mut Checks<'_>) -> usize {
    let people = checks.settings().apps.unreviewed_people;
    if people > 1_000_000 {
        let what = format!("{people} is not between 0 and 1000000");
        checks.fault("apps.unreviewed_people", what);
    }
    people
}

fn app_bounds(checks: &mut Checks<'_>) -> AppBounds {
    let settings = checks.settings();
    let apps = &settings.apps;
    for (path, most) in [
        ("apps.max_per_person", apps.max_per_person),
        ("apps.max_per_organization", apps.max_per_organization),
    ] {
        if most > 1_000_000 {
            checks.fault(path, format!("{most} is not between 0 and 1000000"));
        }
    }
    AppBounds {
        provider: settings.branding.product.clone(),
        per_person: apps.max_per_person,
        per_organization: apps.max_per_organization,
    }
}

fn redirects(checks: &mut Checks<'_>) -> RedirectPolicy {
    let apps = &checks.settings().apps;
    if !(1..=100).contains(&apps.max_redirect_uris) {
        let what = format!("{} is not between 1 and 100", apps.max_redirect_uris);
        checks.fault("apps.max_redirect_uris", what);
    }
    RedirectPolicy {
        max: apps.max_redirect_uris,
        localhost_any_port: apps.localhost_any_port,
    }
}

/// Who may make an account: nobody does here who has one elsewhere.
fn sign_up(checks: &mut Checks<'_>) -> SignUp {
    let wanted = checks.settings().accounts.sign_up.into();
    if checks.settings().login.handoff.url.is_none() {
        return wanted;
    }
    if checks.is_set("accounts.sign_up") && wanted != SignUp::Off {
        let what = "stands beside login.handoff: people have an account with you already, so take it out or write \"off\"";
        checks.fault("accounts.sign_up", what);
    }
    SignUp::Off
}

fn accounts(checks: &mut Checks<'_>) -> AccountPolicy {
    let accounts = &checks.settings().accounts;
    if !(8..=64).contains(&accounts.min_password) {
        let what = format!(
            "{} characters is not between 8 and 64",
            accounts.min_password
        );
        checks.fault("accounts.min_password", what);
    }
    let day = Lifetime::from_days(1);
    let session = within(checks, "accounts.session", accounts.session, LONGEST);
    let session_idle = match accounts.session_idle {
        Some(idle) => within(checks, "accounts.session_idle", idle, session),
        None => session,
    };
    AccountPolicy {
        sign_up: sign_up(checks),
        min_password: accounts.min_password,
        workspaces: accounts.workspaces,
        session,
        session_idle,
        interaction: within(checks, "accounts.interaction", accounts.interaction, day),
        second_factor: accounts.second_factor,
    }
}
