//! What a route asks of a token.
use crate::token::Token;

/// The scopes of a route: all of one set, or of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes {
    alternatives: Vec<Vec<String>>,
}

impl Scopes {
    /// All scopes in `names`, separated by spaces. With no name at all, every token that works will do.
    pub fn all(names: &str) -> Self {
        Scopes {
            alternatives: vec![split(names)],
        }
    }

    /// Or instead all of these.
    pub fn or(mut self, names: &str) -> Self {
        self.alternatives.push(split(names));
        self
    }

    /// Whether a token has what is asked for.
    pub fn allow(&self, token: &Token) -> bool {
        let has_all = |names: &Vec<String>| names.iter().all(|name| token.has(name));
        self.alternatives.iter().any(has_all)
    }

    /// The scope to ask for, as a challenge names it: the first alternative.
    pub(crate) fn named(&self) -> String {
        self.alternatives[0].join(" ")
    }
}

impl From<&str> for Scopes {
    fn from(names: &str) -> Self {
        Scopes::all(names)
    }
}

/// The names in `names` that RFC 6749 §3.3 allows; one that it does not could be in no token either.
///
/// # Panics
/// When a name has a character that no scope has, which is a mistake in the source of an API.
fn split(names: &str) -> Vec<String> {
    let plain = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    let name = |name: &str| {
        assert!(name.bytes().all(plain), "{name:?} is not a scope's name");
        name.to_owned()
    };
    names.split_whitespace().map(name).collect()
}
