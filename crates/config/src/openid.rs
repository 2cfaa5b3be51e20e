//! Checks `[openid]`, and the claims that scopes open.
use super::checks::Checks;
use super::known::dotted;
use super::settings::{OpenIdSettings, ScopeSettings};
use super::signing::{DEFAULT_ALGORITHM, Signing};
use super::values::{Span, TextSetting};
use protocol::openid::{OpenIdPolicy, Source, claims};
use protocol::policy::Risk;
use protocol::signing_keys::SigningAlgorithm;
use protocol::types::Lifetime;

/// Longest name of a claim, and longest `acr`, in bytes.
const MAX_NAME: usize = 100;

/// Checks the table; `None` when it is off.
pub(super) fn openid(checks: &mut Checks<'_>, signing: &Signing) -> Option<Box<OpenIdPolicy>> {
    let settings = checks.settings().openid.clone();
    let mapped = settings.claims.iter().map(|(name, source)| {
        check_claim(checks, &dotted(&["openid", "claims", name]), name);
        let read = Source::parse(source).unwrap_or_else(|| {
            let what = format!(
                "{source:?} is nothing of an account: write id, number, name, email, email_verified, language, zone or document.…"
            );
            checks.fault(&dotted(&["openid", "claims", name]), what);
            Source::Id
        });
        let itself = match name.as_str() {
            "email" => Source::Email,
            _ => Source::EmailVerified,
        };
        if claims::is_proved(name) && read != itself {
            let what = "is told as it was proved, or not at all: choose another name for this";
            checks.fault(&dotted(&["openid", "claims", name]), what);
        }
        (name.clone(), read)
    });
    let mapped = mapped.collect();
    if let Some(acr) = &settings.acr
        && !is_name(acr)
    {
        let what = "is not 1 to 100 visible ASCII characters without a space";
        checks.fault("openid.acr", what);
    }
    check_second(checks, &settings);
    if !settings.enabled {
        return None;
    }
    let Span(id_token) = settings.id_token;
    let (least, most) = (Lifetime::from_minutes(1), Lifetime::from_days(1));
    if id_token < least || id_token > most {
        checks.fault(
            "openid.id_token",
            format!("{id_token} is not between {least} and {most}"),
        );
    }
    Some(Box::new(OpenIdPolicy {
        id_token,
        algorithm: algorithm(checks, signing),
        algorithms: signing.algorithms.clone(),
        acr: settings.acr.clone(),
        second_factor_acr: settings.second_factor_acr.clone(),
        mapped,
    }))
}

fn check_second(checks: &mut Checks<'_>, settings: &OpenIdSettings) {
    let Some(second) = &settings.second_factor_acr else {
        return;
    };
    if !is_name(second) {
        let what = "is not 1 to 100 visible ASCII characters without a space";
        checks.fault("openid.second_factor_acr", what);
    }
    if settings.acr.as_ref() == Some(second) {
        let what = "is what openid.acr calls a sign-in with a password: choose another name";
        checks.fault("openid.second_factor_acr", what);
    }
}

/// What signs where an app has no wish. "RS256 [...] SHOULD be used by default" (OpenID Connect Registration §2).
fn algorithm(checks: &mut Checks<'_>, signing: &Signing) -> SigningAlgorithm {
    let all = &signing.algorithms;
    match checks
        .settings()
        .openid
        .algorithm
        .map(SigningAlgorithm::from)
    {
        Some(named) => {
            if !all.contains(&named) {
                let what = "is none of signing.algorithms: list it there, or name one that is";
                checks.fault("openid.algorithm", what);
            }
            named
        }
        None if all.contains(&DEFAULT_ALGORITHM) => DEFAULT_ALGORITHM,
        None => all.first().copied().unwrap_or(DEFAULT_ALGORITHM),
    }
}

/// The claims that a scope opens: those that are listed, or those that the standard has for its name.
pub(super) fn scope_claims(
    checks: &mut Checks<'_>,
    path: &str,
    name: &str,
    scope: &ScopeSettings,
) -> Vec<String> {
    match &scope.claims {
        Some(listed) => {
            for claim in listed {
                check_claim(checks, path, claim);
            }
            listed.clone()
        }
        None if checks.settings().openid.enabled => {
            let standard = claims::of_scope(name).iter();
            standard.map(|claim| (*claim).to_owned()).collect()
        }
        None => Vec::new(),
    }
}

fn check_claim(checks: &mut Checks<'_>, path: &str, name: &str) {
    if !is_name(name) {
        let what = format!(
            "{name:?} is not a claim's name: 1 to 100 visible ASCII characters without a space"
        );
        checks.fault(path, what);
    } else if claims::is_kept(name) {
        let what = format!("{name:?} is a claim that Valetkey makes itself: choose another");
        checks.fault(path, what);
    }
}

/// Whether this can be the name of a claim, or an `acr`.
pub(super) fn is_name(text: &str) -> bool {
    let visible = |b: u8| b.is_ascii_graphic() && !b"\"\\".contains(&b);
    (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(visible)
}

/// The scope `openid` where the catalogue has none.
pub(super) fn own_scope() -> ScopeSettings {
    let text = |en: &str, de: &str| {
        let texts = [("en", en), ("de", de)];
        TextSetting::PerLanguage(
            texts
                .map(|(tag, text)| (tag.to_owned(), text.to_owned()))
                .into(),
        )
    };
    ScopeSettings {
        group: text("You", "Sie"),
        sentence: text(
            "Recognize you when you sign in",
            "Sie beim Anmelden wiedererkennen",
        ),
        risk: Risk::Read,
        ..ScopeSettings::default()
    }
}
