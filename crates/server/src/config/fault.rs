//! What is wrong with a configuration, in one sentence.
use std::fmt;

/// What is wrong with a configuration: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfigFault {
    place: String,
    sentence: String,
}

impl ConfigFault {
    /// A fault at `place` (`valetkey.toml:12`, a variable, a flag, a setting's name).
    pub(super) fn new(place: impl Into<String>, sentence: impl Into<String>) -> Self {
        ConfigFault {
            place: one_line(&place.into()),
            sentence: one_line(&sentence.into()),
        }
    }
}

/// `text` without control characters: it goes to a terminal, and may quote a file.
fn one_line(text: &str) -> String {
    let shown = |c: char| match c.is_control() {
        true => c.escape_default().to_string(),
        false => c.to_string(),
    };
    text.chars().map(shown).collect()
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.sentence)
    }
}

impl std::error::Error for ConfigFault {}
