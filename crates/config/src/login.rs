//! Checks `[login]`: the company's own login.
use super::checks::Checks;
use super::known::dotted;
use super::openid::is_name as is_acr;
use super::password::{MIN_SECRET, Password, is_secret, read};
use super::settings::HandoffSettings;
use protocol::handoff::AcrWords;
use protocol::openid::OpenIdPolicy;
use std::collections::BTreeMap;
use std::path::PathBuf;
use url::Url;

/// The most secrets that are taken at once: one, and one that replaces it.
const MOST_SECRETS: usize = 2;

/// The company's own login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handoff {
    /// The page where people sign in.
    pub url: Url,
    /// What its server proves itself by.
    pub secrets: Vec<Password>,
    /// The files that they came from.
    pub secret_files: Vec<PathBuf>,
    /// What it calls what a sign-in is worth.
    pub words: AcrWords,
}

/// Checks the table; `None` where it is not there, or wrong. `loopback`: the issuer is.
pub(super) fn handoff(
    checks: &mut Checks<'_>,
    loopback: bool,
    openid: Option<&OpenIdPolicy>,
) -> Option<Handoff> {
    let HandoffSettings {
        url,
        secrets,
        secret_files,
        acr,
    } = checks.settings().login.handoff.clone();
    let Some(url) = url else {
        if !secrets.is_empty() || !secret_files.is_empty() {
            let what =
                "is missing beside the secrets: write the page of yours where people sign in";
            checks.fault("login.handoff.url", what);
        }
        return None;
    };
    let url = page(checks, &url, loopback);
    let resolve = |file: &PathBuf| checks.layers.resolved("login.handoff.secret_files", file);
    let secret_files: Vec<PathBuf> = secret_files.iter().map(resolve).collect();
    let secrets = all_secrets(checks, secrets, &secret_files);
    let words = words(checks, &acr, openid);
    Some(Handoff {
        url: url?,
        secrets,
        secret_files,
        words,
    })
}

/// What the company calls what apps ask for.
fn words(
    checks: &mut Checks<'_>,
    acr: &BTreeMap<String, String>,
    openid: Option<&OpenIdPolicy>,
) -> AcrWords {
    let ours = |name: &str| {
        let own = openid.map(|openid| [&openid.acr, &openid.second_factor_acr]);
        own.is_some_and(|own| own.into_iter().flatten().any(|own| own == name))
    };
    for (name, theirs) in acr {
        let setting = dotted(&["login", "handoff", "acr", name]);
        if !ours(name) {
            let what = "is no word of apps: those are openid.acr and openid.second_factor_acr";
            checks.fault(&setting, what);
        } else if !is_acr(theirs) {
            let what = "is not 1 to 100 visible ASCII characters without a space";
            checks.fault(&setting, what);
        }
    }
    let Some(openid) = openid else {
        return AcrWords::default();
    };
    let called = |ours: &str| acr.get(ours).map_or(ours, String::as_str).to_owned();
    let both = openid
        .acr
        .as_deref()
        .zip(openid.second_factor_acr.as_deref());
    if both.is_some_and(|(one, two)| called(one) == called(two)) {
        let what = "calls a password and a second factor the same: choose another name for one";
        checks.fault("login.handoff.acr", what);
    }
    AcrWords::new(openid, called)
}

fn page(checks: &mut Checks<'_>, text: &str, loopback: bool) -> Option<Url> {
    let parsed = Url::parse(text).ok().filter(|url| url.has_host());
    let plain = parsed.filter(|url| {
        let secure = url.scheme() == "https" || (loopback && url.scheme() == "http");
        let bare =
            url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        secure && bare
    });
    if plain.is_none() {
        let what = format!(
            "{text:?} is not a page that people can be sent to: write an https URL without a fragment, such as https://app.example.com/oauth/login (http for an issuer on loopback alone)"
        );
        checks.fault("login.handoff.url", what);
    }
    plain
}

fn all_secrets(checks: &mut Checks<'_>, secrets: Vec<String>, files: &[PathBuf]) -> Vec<Password> {
    let mut all: Vec<Password> = secrets.into_iter().map(Password).collect();
    for file in files {
        all.extend(read(checks, "login.handoff.secret_files", file));
    }
    let setting = match files.is_empty() {
        true => "login.handoff.secrets",
        false => "login.handoff.secret_files",
    };
    if all.is_empty() && files.is_empty() {
        let what = "is missing: what your server proves itself by must be in a file, or in VALETKEY_LOGIN__HANDOFF__SECRETS";
        checks.fault("login.handoff.secret_files", what);
    }
    if all.len() > MOST_SECRETS {
        let what = format!(
            "there are {}: write one, or two while one replaces the other",
            all.len()
        );
        checks.fault(setting, what);
    }
    if !all.iter().all(|secret| is_secret(&secret.0)) {
        let what = format!(
            "is no secret for a header: write at least {MIN_SECRET} letters and digits that nobody can guess, as `openssl rand -hex 32` makes them"
        );
        checks.fault(setting, what);
    }
    all
}
