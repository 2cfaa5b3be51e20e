//! Checks `[introductions]`: apps that introduce themselves.
use super::checks::{Checks, within};
use super::known::dotted;
use super::password::{MIN_SECRET, Password, is_secret, read};
use protocol::introduce::{HostStanding, IntroductionPolicy, RegistrationMode, Room};
use protocol::types::{GrantType, Lifetime};
use url::Host;

/// Checks what rules obey; `loopback`: the issuer is.
pub(super) fn policy(checks: &mut Checks<'_>, loopback: bool) -> Box<IntroductionPolicy> {
    let settings = checks.settings().introductions.clone();
    for (path, most) in [
        ("introductions.most_unused", settings.most_unused),
        (
            "introductions.most_unused_of_one",
            settings.most_unused_of_one,
        ),
    ] {
        if !(1..=1_000_000).contains(&most) {
            checks.fault(path, format!("{most} is not between 1 and 1000000"));
        }
    }
    for name in settings.hosts.keys() {
        let is_host = matches!(Host::parse(name), Ok(Host::Domain(ascii)) if ascii == *name);
        if !is_host || name.ends_with('.') {
            let what = format!(
                "{name:?} is not the name of a host: write it like app.example, in small letters and without https:// and port"
            );
            checks.fault(&dotted(&["introductions", "hosts", name]), what);
        }
    }
    let codes = checks.settings().grants.is_on(GrantType::AuthorizationCode);
    if settings.documents && !codes {
        let what = "apps that are known by a document ask people by the code grant: write authorization_code = true under [grants]";
        checks.fault("introductions.documents", what);
    }
    if settings.registration != RegistrationMode::Off && checks.settings().paths.register.is_empty()
    {
        let what = "apps register themselves at this endpoint: list a path, or write registration = \"off\" under [introductions]";
        checks.fault("paths.register", what);
    }
    if settings.documents && settings.unknown_hosts == HostStanding::Trusted {
        checks.warn("introductions.unknown_hosts is trusted: whoever has a website is taken for an app that you reviewed; write limited");
    }
    Box::new(IntroductionPolicy {
        registration: settings.registration,
        documents: settings.documents,
        loopback,
        unknown: settings.unknown_hosts,
        hosts: settings.hosts.into_iter().collect(),
        logos: settings.logos,
        room: Room {
            total: settings.most_unused,
            per_software: settings.most_unused_of_one,
        },
        unused: within(
            checks,
            "introductions.unused",
            settings.unused,
            Lifetime::from_days(90),
        ),
    })
}

/// Reads the initial access token.
pub(super) fn initial_token(checks: &mut Checks<'_>) -> Option<Password> {
    let settings = &checks.settings().introductions;
    let file = settings.initial_token_file.as_ref();
    let file = file.map(|file| {
        checks
            .layers
            .resolved("introductions.initial_token_file", file)
    });
    let (token, setting) = match (settings.initial_token.clone(), file) {
        (None, None) => {
            if settings.registration == RegistrationMode::Token {
                let what = "is missing: under registration = \"token\" apps show it; write a file, or VALETKEY_INTRODUCTIONS__INITIAL_TOKEN";
                checks.fault("introductions.initial_token_file", what);
            }
            return None;
        }
        (Some(_), Some(_)) => {
            let what = "stands beside introductions.initial_token: one of them is enough";
            checks.fault("introductions.initial_token_file", what);
            return None;
        }
        (Some(text), None) => (Password(text), "introductions.initial_token"),
        (None, Some(file)) => {
            let setting = "introductions.initial_token_file";
            (read(checks, setting, &file)?, setting)
        }
    };
    if !is_secret(&token.0) {
        let what = format!(
            "is no secret for a header: write at least {MIN_SECRET} letters and digits that nobody can guess, as `openssl rand -hex 32` makes them"
        );
        checks.fault(setting, what);
    }
    Some(token)
}
