//! Checks of the scope catalogue.
use super::checks::{Checks, is_text, local_text};
use super::known::dotted;
use super::openid;
use super::origin::Origin;
use super::settings::ScopeSettings;
use protocol::openid::OPENID;
use protocol::own_api::MARK;
use protocol::policy::ScopeEntry;
use protocol::types::Scope;

/// Longest name of a scope, in bytes.
const MAX_NAME: usize = 100;

/// Longest sentence and heading, in characters.
const MAX_TEXT: usize = 200;

/// Checks `[scopes]`; entries come in the order of the file, those from elsewhere last.
pub(super) fn scopes(checks: &mut Checks<'_>) -> Vec<ScopeEntry> {
    let mut found: Vec<_> = checks.settings().scopes.iter().collect();
    found.sort_by_key(
        |(name, _)| match checks.layers.origin(&dotted(&["scopes", name])) {
            Origin::File { line, .. } => line,
            _ => usize::MAX,
        },
    );
    let own = (OPENID.to_owned(), openid::own_scope());
    let settings = checks.settings();
    let has_own = settings.openid.enabled && !settings.scopes.contains_key(OPENID);
    let first = has_own.then_some((&own.0, &own.1));
    first
        .into_iter()
        .chain(found)
        .map(|(name, scope)| entry(checks, name, scope))
        .collect()
}

fn entry(checks: &mut Checks<'_>, name: &str, scope: &ScopeSettings) -> ScopeEntry {
    let path = |key: &str| dotted(&["scopes", name, key]);
    if !is_one_name(name) {
        let what = format!(
            "is not a name: 1 to {MAX_NAME} visible ASCII characters but for space, comma, \" and \\ (RFC 6749 §3.3)"
        );
        checks.fault(&dotted(&["scopes", name]), what);
    }
    if name.starts_with(MARK) {
        let what =
            format!("names that start with {MARK} are for Valetkey's own API: choose another");
        checks.fault(&dotted(&["scopes", name]), what);
    }
    let sentence = local_text(checks, &path("sentence"), &scope.sentence, sentence);
    let group = local_text(checks, &path("group"), &scope.group, heading);
    if scope.default && scope.restricted {
        let what = "a restricted scope needs approval, so it cannot be a default: take one of the two away";
        checks.fault(&path("default"), what);
    }
    for whole in &scope.part_of {
        if !is_one_name(whole) || whole == name || whole.starts_with(MARK) {
            let what =
                format!("{whole:?} is not the name of another scope that this one was part of");
            checks.fault(&path("part_of"), what);
        }
    }
    ScopeEntry {
        part_of: scope.part_of.clone(),
        name: name.to_owned(),
        group,
        sentence,
        restricted: scope.restricted,
        second_factor: scope.second_factor,
        personal: scope.personal,
        default: scope.default,
        risk: scope.risk,
        claims: openid::scope_claims(checks, &path("claims"), name, scope),
        opens_userinfo: scope.userinfo || name == OPENID,
    }
}

fn sentence(checks: &mut Checks<'_>, path: &str, text: &str) -> String {
    if !is_text(text, MAX_TEXT) {
        let what = match text.trim().is_empty() {
            true => "say in plain words what it allows, such as sentence = \"See your tasks\"",
            false => {
                "write at most 200 characters on one line, none of them hidden or changing the direction of writing"
            }
        };
        checks.fault(path, what);
    }
    text.to_owned()
}

fn heading(checks: &mut Checks<'_>, path: &str, text: &str) -> String {
    if !is_text(text, MAX_TEXT) {
        let what = "write a heading of 1 to 200 characters, none of them hidden or changing the direction of writing";
        checks.fault(path, what);
    }
    text.to_owned()
}

fn is_one_name(name: &str) -> bool {
    let read = Scope::parse(name);
    (1..=MAX_NAME).contains(&name.len())
        && read.is_ok_and(|scope| scope.names().eq(std::iter::once(name)))
}
