//! What an app tells of the scopes that it asks people for.
use super::scope::Scope;
use super::text::is_plain;
use std::collections::BTreeMap;

/// Longest reason for a scope, in characters.
pub const MAX_REASON: usize = 300;

/// What an app can do without, and why it asks for what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asks {
    /// Scopes that the app can do without.
    pub optional: Scope,
    /// Why it asks, in its own words, by the name of the scope. A scope without a reason is left out.
    pub reasons: Reasons,
}

/// Reasons by the name of the scope: one line each, in the words of a stranger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reasons(BTreeMap<String, String>);

impl Reasons {
    /// The reason for a scope.
    pub fn of(&self, scope: &str) -> Option<&str> {
        self.0.get(scope).map(String::as_str)
    }

    /// Sets the reason for a scope; an empty one takes it away.
    pub fn set(&mut self, scope: &str, reason: &str) {
        match reason.trim() {
            "" => self.0.remove(scope),
            reason => self.0.insert(scope.to_owned(), reason.to_owned()),
        };
    }

    /// Forgets those for other scopes.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|scope, _| keep(scope));
    }

    /// All of them, by the name of the scope.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.iter();
        pairs.map(|(scope, reason)| (scope.as_str(), reason.as_str()))
    }

    /// These, with those of `other` in place of those for the same scopes.
    #[must_use]
    pub fn with(&self, other: &Reasons) -> Reasons {
        let both = self.0.iter().chain(&other.0);
        Reasons(both.map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    /// As they are stored: a line each, the scope first.
    pub fn to_stored(&self) -> String {
        let lines: Vec<String> = self
            .iter()
            .map(|(scope, reason)| format!("{scope} {reason}"))
            .collect();
        lines.join("\n")
    }

    /// Reads what was stored.
    pub fn from_stored(text: &str) -> Self {
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        Reasons(
            pairs
                .map(|(scope, reason)| (scope.to_owned(), reason.to_owned()))
                .collect(),
        )
    }
}

/// Whether a text can be a reason: at most [`MAX_REASON`] characters on one line that can all be seen.
pub fn is_reason(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() <= MAX_REASON && is_plain(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_read_back_as_they_were_stored() {
        let mut reasons = Reasons::default();
        assert_eq!(Reasons::from_stored(&reasons.to_stored()), reasons);
        reasons.set("tasks:read", "  To show your day  ");
        reasons.set("admin:*", "To tidy up, once a week");
        reasons.set("tasks:write", " ");
        assert_eq!(reasons.of("tasks:read"), Some("To show your day"));
        assert_eq!(reasons.of("tasks:write"), None);
        assert_eq!(Reasons::from_stored(&reasons.to_stored()), reasons);
        reasons.set("admin:*", "");
        assert_eq!(reasons.to_stored(), "tasks:read To show your day");
    }

    #[test]
    fn a_reason_is_one_short_line_that_can_be_seen() {
        assert!(is_reason("") && is_reason("To show your day"));
        assert!(is_reason(&"x".repeat(MAX_REASON)) && !is_reason(&"x".repeat(MAX_REASON + 1)));
        assert!(!is_reason("two\nlines") && !is_reason("turned \u{202e}around"));
    }
}
