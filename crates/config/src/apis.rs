//! Checks `[[api]]`: the APIs that tokens are for.
use super::checks::{Checks, LONGEST};
use super::settings::{ApiSettings, ApiToken};
use super::signing::Signing;
use super::values::Span;
use protocol::apis::{Api, TokenForm, is_alike};
use protocol::policy::{ScopeEntry, TokenPolicy};
use protocol::signing_keys::SigningAlgorithm;
use protocol::types::Lifetime;

/// Longest identifier, in bytes.
const LONGEST_IDENTIFIER: usize = 200;
/// Most APIs.
const MOST: usize = 100;
/// A key stays published so much longer than what it signed lives: clocks differ.
const CLOCKS: Lifetime = Lifetime::from_minutes(1);
/// A JWT that lives longer is warned about.
const DAY: Lifetime = Lifetime::from_days(1);

/// Checks the tables; `tokens` and `scopes` are what they build on.
pub(super) fn apis(
    checks: &mut Checks<'_>,
    (issuer, tokens, scopes): (&str, &TokenPolicy, &[ScopeEntry]),
    signing: &Signing,
) -> Vec<Api> {
    let settings = checks.settings();
    if settings.api.len() > MOST {
        checks.fault("api", format!("there are more than {MOST} APIs"));
    }
    let mut apis: Vec<Api> = Vec::new();
    for (item, api) in settings.api.iter().enumerate() {
        let mut fault = |what: String| checks.fault_in("api", item, what);
        identifier(&api.identifier, issuer, &apis, &mut fault);
        own_scopes(api, scopes, &apis, &mut fault);
        let form = form(checks, item, api, &signing.algorithms);
        let lifetime = lifetime(checks, item, api, tokens.access);
        apis.push(Api {
            identifier: api.identifier.clone(),
            scopes: api.scopes.clone(),
            form,
            lifetime,
            proofs: api.proofs,
        });
    }
    check_kept_keys(checks, &apis, signing);
    apis
}

fn identifier(text: &str, issuer: &str, before: &[Api], fault: &mut impl FnMut(String)) {
    if !is_absolute_uri(text) {
        fault(format!(
            "identifier: {text:?} is not an absolute URI without #: write it like \"https://api.example.com\""
        ));
    } else if before.iter().any(|other| is_alike(&other.identifier, text)) {
        fault(format!(
            "identifier: {text:?} names an API that is listed before: give each its own (RFC 9068 §5)"
        ));
    } else if is_alike(text, issuer) {
        fault(format!(
            "identifier: {text:?} is the issuer: give the API a name of its own, so that nothing meant for one is taken by the other"
        ));
    }
}

fn own_scopes(
    api: &ApiSettings,
    scopes: &[ScopeEntry],
    before: &[Api],
    fault: &mut impl FnMut(String),
) {
    if api.scopes.is_empty() {
        fault("scopes: no token would be for it: name one of its scopes at least".to_owned());
    }
    for (at, name) in api.scopes.iter().enumerate() {
        let owner = before.iter().find(|other| other.scopes.contains(name));
        if !scopes.iter().any(|entry| entry.name == *name) {
            fault(format!(
                "scopes: {name:?} is not in the catalogue: write it under [scopes] first"
            ));
        } else if let Some(owner) = owner {
            fault(format!(
                "scopes: {name:?} belongs to {} already: a token for it could not say for which it is",
                owner.identifier
            ));
        } else if api.scopes[..at].contains(name) {
            fault(format!("scopes: {name:?} is listed twice"));
        }
    }
}

fn form(
    checks: &mut Checks<'_>,
    item: usize,
    api: &ApiSettings,
    listed: &[SigningAlgorithm],
) -> TokenForm {
    let asked = api.algorithm.map(SigningAlgorithm::from);
    let known = |own: SigningAlgorithm| listed.contains(&own);
    let first = listed.first().copied();
    match (api.token, asked, first) {
        (ApiToken::Opaque, None, _) => TokenForm::Opaque,
        (ApiToken::Opaque, Some(_), _) => {
            let what = "algorithm: its tokens are not signed: write token = \"jwt\", or leave the algorithm out";
            checks.fault_in("api", item, what);
            TokenForm::Opaque
        }
        (ApiToken::Jwt, _, None) => {
            let what = "token: a JWT takes a key that signs: write algorithms = [\"ES256\"] under [signing]";
            checks.fault_in("api", item, what);
            TokenForm::Opaque
        }
        (ApiToken::Jwt, Some(own), _) if !known(own) => {
            let what = format!(
                "algorithm: there is no key for {}: list it in signing.algorithms",
                own.name()
            );
            checks.fault_in("api", item, what);
            TokenForm::Opaque
        }
        (ApiToken::Jwt, asked, Some(first)) => TokenForm::Jwt(asked.unwrap_or(first)),
    }
}

fn lifetime(checks: &mut Checks<'_>, item: usize, api: &ApiSettings, usual: Lifetime) -> Lifetime {
    let Span(life) = api.lifetime.unwrap_or(Span(usual));
    if api.lifetime.is_some() && (life.seconds() < 1 || life > LONGEST) {
        let what = format!("lifetime: {life} is not between 1s and {LONGEST}");
        checks.fault_in("api", item, what);
    }
    if api.token == ApiToken::Jwt && life > DAY {
        checks.warn(format!(
            "the JWTs of {} live {life}: an API that does not follow the revocation feed takes them that long, whatever was revoked, so make that shorter if your apps allow it",
            api.identifier
        ));
    }
    life
}

/// What a key signed must end before the key does.
fn check_kept_keys(checks: &mut Checks<'_>, apis: &[Api], signing: &Signing) {
    let kept = signing.schedule.keep_retired;
    let signed = apis
        .iter()
        .filter(|api| matches!(api.form, TokenForm::Jwt(_)));
    let Some(longest) = signed.max_by_key(|api| api.lifetime) else {
        return;
    };
    let needed = longest.lifetime.seconds() + CLOCKS.seconds();
    if kept.seconds() < needed {
        let what = format!(
            "{kept} is too short: the JWTs of {} live {}, and their key must stay published a minute longer",
            longest.identifier, longest.lifetime
        );
        checks.fault("signing.keep_retired", what);
    }
}

/// Whether a text is an absolute URI (RFC 3986 §4.3) that names something and nothing inside it.
fn is_absolute_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let mut letters = scheme.bytes();
    let scheme = letters.next().is_some_and(|b| b.is_ascii_alphabetic())
        && letters.all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let plain = |b: u8| b.is_ascii_graphic() && !b"#\"<>\\^`{|}".contains(&b);
    let has_host = rest
        .strip_prefix("//")
        .is_none_or(|host| !host.is_empty() && !host.starts_with('/'));
    scheme
        && text.len() <= LONGEST_IDENTIFIER
        && !rest.is_empty()
        && rest.bytes().all(plain)
        && has_host
}
