//! Scope: space-separated names (RFC 6749 §3.3).

/// Why a `scope` value is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeFault {
    /// A character outside `%x21 / %x23-5B / %x5D-7E`.
    Character,
    /// Names seem to be separated by commas; RFC 6749 separates by spaces.
    Comma,
    /// More than [`MAX_NAMES`] names.
    TooMany,
}

/// Most names in one scope.
pub const MAX_NAMES: usize = 100;

/// A set of scope names in the order they were asked for, each once. Names are opaque: `api` does not
/// imply `api:v1`, and `*` means nothing special.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// The names, one space between two.
    text: String,
}

impl Scope {
    /// One without a name.
    pub const NONE: &'static Scope = &Scope {
        text: String::new(),
    };

    /// Reads `scope-token *( SP scope-token )`; extra spaces between names are forgiven.
    ///
    /// # Errors
    /// [`ScopeFault`] for a character that no name may have.
    pub fn parse(text: &str) -> Result<Self, ScopeFault> {
        let mut scope = Scope {
            text: String::with_capacity(text.len()),
        };
        let mut count = 0;
        for name in text.split(' ').filter(|name| !name.is_empty()) {
            if !name.bytes().all(is_nqchar) {
                return Err(ScopeFault::Character);
            }
            count += usize::from(scope.add(name));
            if count > MAX_NAMES {
                return Err(ScopeFault::TooMany);
            }
        }
        match scope.text.contains(',') {
            true => Err(ScopeFault::Comma),
            false => Ok(scope),
        }
    }

    /// Adds a name unless it is there; whether it was not.
    pub fn add(&mut self, name: &str) -> bool {
        let new = !self.contains(name);
        if new {
            if !self.text.is_empty() {
                self.text.push(' ');
            }
            self.text.push_str(name);
        }
        new
    }

    /// Whether this very name is in the set.
    pub fn contains(&self, name: &str) -> bool {
        self.names().any(|own| own == name)
    }

    /// Whether every name of `other` is in the set.
    pub fn covers(&self, other: &Scope) -> bool {
        other.names().all(|name| self.contains(name))
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.text.split(' ').filter(|name| !name.is_empty())
    }

    /// The names with a space between two, as a `scope` parameter has them.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether no name is in the set.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The union, own names first.
    pub fn union(&self, other: &Scope) -> Scope {
        let mut out = self.clone();
        other.names().for_each(|name| {
            out.add(name);
        });
        out
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl<S: AsRef<str>> FromIterator<S> for Scope {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        let mut scope = Scope::default();
        for name in names {
            scope.add(name.as_ref());
        }
        scope
    }
}

/// `NQCHAR` of RFC 6749 Appendix A.
pub(crate) fn is_nqchar(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)
}
