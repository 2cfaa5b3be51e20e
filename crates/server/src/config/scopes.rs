//! Checks of the scope catalogue.
use super::fault::ConfigFault;
use super::known::dotted;
use super::layers::{Layers, Origin};
use super::settings::ScopeSettings;
use protocol::policy::ScopeEntry;
use protocol::types::Scope;

/// Longest name of a scope, in bytes.
const MAX_NAME: usize = 100;

/// Longest sentence and heading, in characters.
const MAX_TEXT: usize = 200;

/// Checks `[scopes]`; entries come in the order of the file, those from elsewhere last.
pub(super) fn scopes(layers: &Layers) -> Result<Vec<ScopeEntry>, ConfigFault> {
    let mut found: Vec<_> = layers.settings.scopes.iter().collect();
    found.sort_by_key(
        |(name, _)| match layers.origin(&dotted(&["scopes", name])) {
            Origin::File { line, .. } => line,
            _ => usize::MAX,
        },
    );
    found
        .into_iter()
        .map(|(name, scope)| entry(layers, name, scope))
        .collect()
}

fn entry(layers: &Layers, name: &str, scope: &ScopeSettings) -> Result<ScopeEntry, ConfigFault> {
    let fault = |key: &str, what: &str| layers.fault(&dotted(&["scopes", name, key]), what);
    if !is_one_name(name) {
        let what = format!(
            "is not a name: 1 to {MAX_NAME} visible ASCII characters but for space, comma, \" and \\ (RFC 6749 §3.3)"
        );
        return Err(layers.fault(&dotted(&["scopes", name]), what));
    }
    if !is_text(&scope.sentence) {
        return Err(fault(
            "sentence",
            "say in plain words what it allows, such as sentence = \"See your tasks\"",
        ));
    }
    if !is_text(&scope.group) {
        return Err(fault("group", "write a heading of 1 to 200 characters"));
    }
    if scope.default && scope.restricted {
        return Err(fault(
            "default",
            "a restricted scope needs approval, so it cannot be a default: take one of the two away",
        ));
    }
    Ok(ScopeEntry {
        name: name.to_owned(),
        group: scope.group.clone(),
        sentence: scope.sentence.clone(),
        restricted: scope.restricted,
        personal: scope.personal,
        default: scope.default,
        risk: scope.risk.into(),
    })
}

fn is_one_name(name: &str) -> bool {
    let read = Scope::parse(name);
    (1..=MAX_NAME).contains(&name.len())
        && read.is_ok_and(|scope| scope.names().eq(std::iter::once(name)))
}

fn is_text(text: &str) -> bool {
    let length = text.trim().chars().count();
    (1..=MAX_TEXT).contains(&length) && !text.chars().any(char::is_control)
}
