//! Checks of the members that a token response has besides the standard ones.
use super::fault::ConfigFault;
use super::known::dotted;
use super::layers::Layers;
use super::values::{ExtraSetting, Fact, IdSetting};
use protocol::policy::Extra;
use std::collections::BTreeMap;

/// Members that the RFC defines; nothing else may take their place (RFC 6749 §5.1).
const STANDARD: [&str; 6] = [
    "access_token",
    "token_type",
    "expires_in",
    "refresh_token",
    "scope",
    "id_token",
];

/// Tables inside tables, at most.
const DEPTH: usize = 4;

/// Checks `[token.extras]`.
pub(super) fn extras(layers: &Layers) -> Result<Vec<(String, Extra)>, ConfigFault> {
    let extras = &layers.settings.token.extras;
    if let Some(name) = extras.keys().find(|name| STANDARD.contains(&name.as_str())) {
        let what = "is a member of every token response: choose another name";
        return Err(layers.fault(&dotted(&["token", "extras", name]), what));
    }
    members(layers, &mut vec!["token", "extras"], extras)
}

fn members<'a>(
    layers: &Layers,
    path: &mut Vec<&'a str>,
    table: &'a BTreeMap<String, ExtraSetting>,
) -> Result<Vec<(String, Extra)>, ConfigFault> {
    if path.len() > DEPTH + 1 {
        let what = format!("has tables inside tables, more than {DEPTH} deep");
        return Err(layers.fault(&dotted(path), what));
    }
    let mut found = Vec::new();
    for (name, setting) in table {
        path.push(name);
        if name.is_empty() || name.len() > 40 || name.chars().any(char::is_control) {
            return Err(layers.fault(&dotted(path), "a member's name has 1 to 40 characters"));
        }
        let extra = match setting {
            ExtraSetting::Fact(fact) => one(layers, path, *fact)?,
            ExtraSetting::Table(inner) => Extra::Object(members(layers, path, inner)?),
        };
        found.push((name.clone(), extra));
        path.pop();
    }
    Ok(found)
}

fn one(layers: &Layers, path: &[&str], fact: Fact) -> Result<Extra, ConfigFault> {
    let counted = matches!(layers.settings.accounts.id, IdSetting::Counter(_));
    match fact {
        Fact::Number if !counted => Err(layers.fault(
            &dotted(path),
            "people have no number here: write id = \"number\" under [accounts], or \"user.id\" here",
        )),
        Fact::Number => Ok(Extra::Number),
        Fact::Id => Ok(Extra::Id),
        Fact::Name => Ok(Extra::Name),
        Fact::Email => Ok(Extra::Email),
    }
}
