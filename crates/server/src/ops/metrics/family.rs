//! What a metric is, for whoever tells it.

/// One metric: what it is called, and its values.
#[derive(Debug)]
pub(crate) struct Family {
    /// Its name without prefix, unit and ending.
    pub(crate) name: &'static str,
    /// What it tells.
    pub(crate) help: &'static str,
    /// Seconds, where it is a time.
    pub(crate) seconds: bool,
    /// Of which kind it is.
    pub(crate) kind: Kind,
    /// Its values, each under labels of its own.
    pub(crate) points: Vec<Point>,
}

/// What can be done with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It only rises, from 0 at the start of the process.
    Counter,
    /// It is as it is now.
    Gauge,
    /// Counts by classes.
    Histogram,
    /// A text.
    Info,
}

/// One value.
#[derive(Debug)]
pub(crate) struct Point {
    /// Names and values that tell it from others of its family.
    pub(crate) labels: Vec<(&'static str, String)>,
    /// How much.
    pub(crate) value: Value,
}

/// How much.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A whole number.
    Count(u64),
    /// Any number.
    Level(f64),
    /// How many were up to each bound, the last of which is infinite, and their sum.
    Classes(Vec<(f64, u64)>, f64),
}
