//! The two sides of a provider: the one with real people, and the one where developers try things.
use std::borrow::Cow;

/// What every id, secret and token of the test side starts with.
pub use wire::TEST_MARK;

/// Which side something belongs to. Nothing ever crosses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Real people and real data.
    Live,
    /// Test apps with the test users that were made for them.
    Test,
}

impl Side {
    /// A prefix as this side writes it: `at_` is `test_at_` on the test side.
    pub fn mark(self, prefix: &str) -> Cow<'_, str> {
        match self {
            Side::Live => Cow::Borrowed(prefix),
            Side::Test => Cow::Owned(format!("{TEST_MARK}{prefix}")),
        }
    }

    /// The side that wrote a prefix, and the prefix without its mark.
    pub fn of(prefix: &str) -> (Side, &str) {
        match prefix.strip_prefix(TEST_MARK) {
            Some(rest) => (Side::Test, rest),
            None => (Side::Live, prefix),
        }
    }

    /// `live` or `test`, as others are told.
    pub fn as_str(self) -> &'static str {
        match self {
            Side::Live => "live",
            Side::Test => "test",
        }
    }
}
