//! Time as whole seconds since 1970-01-01T00:00:00Z; it is always an argument, never read here.
use std::fmt;

/// A moment, in Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// The moment `lifetime` later.
    pub fn plus(self, lifetime: Lifetime) -> Self {
        UnixTime(self.0.saturating_add(lifetime.seconds()))
    }

    /// The moment `lifetime` earlier.
    pub fn minus(self, lifetime: Lifetime) -> Self {
        UnixTime(self.0.saturating_sub(lifetime.seconds()))
    }

    /// Whether `other` is less than `window` away, before or after. A moment far ahead was written by a clock that
    /// has been set back since: it must not count until then, while clocks of two nodes may differ a little.
    pub fn is_near(self, other: UnixTime, window: Lifetime) -> bool {
        self.0.abs_diff(other.0) < window.seconds().unsigned_abs()
    }

    /// Seconds from `self` until `later`, 0 when that is past.
    pub fn seconds_until(self, later: UnixTime) -> i64 {
        later.0.saturating_sub(self.0).max(0)
    }
}

/// How long something lives, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lifetime(u32);

impl Lifetime {
    /// A lifetime of `seconds`.
    pub const fn from_seconds(seconds: u32) -> Self {
        Lifetime(seconds)
    }

    /// A lifetime of `minutes`.
    pub const fn from_minutes(minutes: u32) -> Self {
        Lifetime(minutes * 60)
    }

    /// A lifetime of `days`.
    pub const fn from_days(days: u32) -> Self {
        Lifetime(days * 86_400)
    }

    /// The length in seconds.
    pub const fn seconds(self) -> i64 {
        self.0 as i64
    }

    /// Reads `90s`, `5m`, `1h`, `30d`, `2y` (365 days each); `None` for anything else or zero of a unit
    /// that overflows 136 years.
    pub fn parse(text: &str) -> Option<Self> {
        let unit = text.chars().last()?;
        let number: u32 = text[..text.len() - unit.len_utf8()].parse().ok()?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'y' => 365 * 86_400,
            _ => return None,
        };
        number.checked_mul(seconds).map(Lifetime)
    }
}

impl Lifetime {
    /// The length in words, exactly: `2 years`, `1 hour`, `90 seconds`.
    pub fn words(self) -> String {
        let text = self.to_string();
        let (number, unit) = text.split_at(text.len() - 1);
        let unit = match unit {
            "y" => "year",
            "d" => "day",
            "h" => "hour",
            "m" => "minute",
            _ => "second",
        };
        match number {
            "1" => format!("1 {unit}"),
            _ => format!("{number} {unit}s"),
        }
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (seconds, unit) in [(31_536_000, 'y'), (86_400, 'd'), (3_600, 'h'), (60, 'm')] {
            if self.0 >= seconds && self.0.is_multiple_of(seconds) {
                return write!(f, "{}{unit}", self.0 / seconds);
            }
        }
        write!(f, "{}s", self.0)
    }
}
