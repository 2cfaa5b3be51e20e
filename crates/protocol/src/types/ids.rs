//! Numbers that name rows.
use crate::types::UnixTime;
use std::borrow::Cow;
use wire::introspection::APP_MARK;
use wire::token_text::{base62, from_base62};

/// Bits of a locator below its milliseconds: 5 of region, 7 of node, 10 of sequence.
pub const LOCATOR_LOW_BITS: u32 = 22;

/// Where locators begin to count: 2025-01-01T00:00:00Z, in milliseconds. 41 bits last until 2094.
pub const EPOCH_MILLIS: i64 = 1_735_689_600_000;

/// The id of a row made by a node: 63 bits, positive, time-ordered
/// (41 bits of milliseconds since 2025, 5 of region, 7 of node, 10 of sequence). It is the readable part of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locator(pub i64);

impl Locator {
    /// The lowest locator that can be made at `time`: all rows made earlier are below it.
    pub fn first_at(time: UnixTime) -> Self {
        let millis = time.0.saturating_mul(1_000).saturating_sub(EPOCH_MILLIS);
        Locator(millis.clamp(0, (1 << 41) - 1) << LOCATOR_LOW_BITS)
    }

    /// When it was made, in whole seconds.
    pub fn time(self) -> UnixTime {
        UnixTime(((self.0 >> LOCATOR_LOW_BITS) + EPOCH_MILLIS) / 1_000)
    }
}

/// Where a node is, 0 to 31. Databases of different regions give different ids, so that they can be brought together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Region(u8);

impl Region {
    /// The highest.
    pub const MAX: u8 = 31;

    /// A region by its number; `None` above [`MAX`](Self::MAX).
    pub fn new(number: u8) -> Option<Self> {
        (number <= Self::MAX).then_some(Region(number))
    }

    /// Its number.
    pub fn number(self) -> u8 {
        self.0
    }
}

/// The number of an app's row. Tokens carry it in place of the client id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientRowId(pub i64);

/// A person, as a number. How it is written for others is the profile's choice ([`SubjectFormat`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject(pub i64);

/// How a [`Subject`] is written on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectFormat {
    /// A prefix and the id in base62: `user_2Kf9…`. The id is a locator.
    Prefixed(String),
    /// A decimal counter below 2^53.
    Number,
}

impl SubjectFormat {
    /// The text others see.
    pub fn write(&self, subject: Subject) -> String {
        match self {
            SubjectFormat::Prefixed(prefix) => {
                format!("{prefix}{}", base62(subject.0.unsigned_abs()))
            }
            SubjectFormat::Number => subject.0.to_string(),
        }
    }

    /// The text by which others know an app that acts for itself: its client id, unless that might name a person.
    pub fn write_app<'a>(&self, client_id: &'a str) -> Cow<'a, str> {
        match self.read(client_id) {
            None => Cow::Borrowed(client_id),
            Some(_) => Cow::Owned(format!("{APP_MARK}{client_id}")),
        }
    }

    /// Reads what [`write`](Self::write) wrote.
    pub fn read(&self, text: &str) -> Option<Subject> {
        let number = match self {
            SubjectFormat::Prefixed(prefix) => from_base62(text.strip_prefix(prefix.as_str())?)?,
            SubjectFormat::Number => text.parse().ok()?,
        };
        i64::try_from(number).ok().map(Subject)
    }
}
