//! What is wrong with a configuration, one sentence each.
use super::origin::{Origin, PREFIX};
use std::fmt;

/// What is wrong with a configuration: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfigFault {
    place: String,
    sentence: String,
    /// The line of the file, to tell faults in its order.
    line: Option<usize>,
}

impl ConfigFault {
    /// A fault at `place` (`valetkey.toml:12`, a variable, a flag, a setting's name).
    pub(super) fn new(place: impl Into<String>, sentence: impl Into<String>) -> Self {
        ConfigFault {
            place: one_line(&place.into()),
            sentence: one_line(&sentence.into()),
            line: None,
        }
    }

    /// A name that is no setting, and `what` to say of that.
    pub(super) fn unknown(origin: &Origin, path: &str, what: &str) -> Self {
        let line = match origin {
            Origin::File { line, .. } => Some(*line),
            _ => None,
        };
        ConfigFault {
            line,
            ..Self::new(origin.to_string(), format!("{path} is not a setting{what}"))
        }
    }

    /// A fault of the setting `path`, which was set at `origin`.
    pub(super) fn at(origin: &Origin, path: &str, sentence: &str) -> Self {
        match origin {
            Origin::File { line, .. } => ConfigFault {
                line: Some(*line),
                ..Self::new(origin.to_string(), format!("{path}: {sentence}"))
            },
            Origin::Default => Self::new(path, sentence),
            Origin::Variable(name) if !name.starts_with(&variable(path)) => {
                Self::new(name, format!("{path}: {sentence}"))
            }
            Origin::Variable(_) | Origin::Flag(_) => Self::new(origin.to_string(), sentence),
        }
    }
}

/// The variable that sets `path`, and nothing else.
fn variable(path: &str) -> String {
    format!("{PREFIX}{}", path.replace('.', "__").to_ascii_uppercase())
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

/// All that is wrong with a configuration, one line each, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFaults(Vec<ConfigFault>);

/// So many are told at most: whoever mends these sees the rest.
pub(super) const MOST_FAULTS: usize = 50;

impl ConfigFaults {
    /// `value`, unless something is wrong.
    pub(super) fn unless<T>(mut faults: Vec<ConfigFault>, value: T) -> Result<T, Self> {
        faults.sort_by_key(|fault| fault.line.unwrap_or(usize::MAX));
        faults.dedup();
        faults.truncate(MOST_FAULTS);
        match faults.is_empty() {
            true => Ok(value),
            false => Err(ConfigFaults(faults)),
        }
    }
}

impl From<ConfigFault> for ConfigFaults {
    fn from(fault: ConfigFault) -> Self {
        ConfigFaults(vec![fault])
    }
}

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for ConfigFaults {}
