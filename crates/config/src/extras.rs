//! Checks of the members that a token response has besides the standard ones.
use super::checks::{Checks, is_text};
use super::known::dotted;
use super::values::{ExtraSetting, Extras, IdSetting};
use protocol::policy::{Extra, PersonFact};

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

/// Checks `[token.extras]`; members come in the order in which they are written.
pub(super) fn extras(checks: &mut Checks<'_>) -> Vec<(String, Extra)> {
    let extras = &checks.settings().token.extras;
    for name in extras.names().filter(|name| STANDARD.contains(name)) {
        let what = "is a member of every token response: choose another name";
        checks.fault(&dotted(&["token", "extras", name]), what);
    }
    members(checks, &mut vec!["token", "extras"], extras)
}

fn members<'a>(
    checks: &mut Checks<'_>,
    path: &mut Vec<&'a str>,
    table: &'a Extras,
) -> Vec<(String, Extra)> {
    if path.len() > DEPTH + 1 {
        let what = format!("has tables inside tables, more than {DEPTH} deep");
        checks.fault(&dotted(path), what);
        return Vec::new();
    }
    let mut found = Vec::new();
    for (name, setting) in &table.0 {
        path.push(name);
        if !is_text(name, 40) {
            checks.fault(
                &dotted(path),
                "a member's name has 1 to 40 characters, none of them hidden",
            );
        }
        let extra = match setting {
            ExtraSetting::Fact(fact) => {
                look(checks, path, *fact);
                Extra::Fact(*fact)
            }
            ExtraSetting::Table(inner) => Extra::Object(members(checks, path, inner)),
        };
        found.push((name.clone(), extra));
        path.pop();
    }
    found
}

fn look(checks: &mut Checks<'_>, path: &[&str], fact: PersonFact) {
    let counted = matches!(checks.settings().accounts.id, IdSetting::Counter(_));
    if fact == PersonFact::Number && !counted {
        checks.fault(
            &dotted(path),
            "people have no number here: write id = \"number\" under [accounts], or \"user.id\" here",
        );
    }
}
