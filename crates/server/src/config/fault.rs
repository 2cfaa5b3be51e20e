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
            place: place.into(),
            sentence: sentence.into(),
        }
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.sentence)
    }
}

impl std::error::Error for ConfigFault {}
