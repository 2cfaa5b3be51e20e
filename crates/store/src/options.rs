//! How a store is opened.
use crate::{Location, Tuning};
use protocol::types::ids::SubjectFormat;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which database.
    pub location: Location,
    /// How many threads will read; they share the cache.
    pub readers_hint: usize,
    /// How people are numbered.
    pub subjects: SubjectFormat,
    /// What a commit waits for.
    pub synchronous: Synchronous,
    /// How it goes about its work.
    pub tuning: Tuning,
}

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// The disk: what was acknowledged survives a power cut.
    #[default]
    Full,
    /// The operating system; the disk at checkpoints. A power cut may take back the newest commits.
    Normal,
    /// The operating system, ever. A power cut may take back commits, and may break the file.
    Off,
}

impl Synchronous {
    pub(crate) fn as_sql(self) -> &'static str {
        match self {
            Synchronous::Full => "FULL",
            Synchronous::Normal => "NORMAL",
            Synchronous::Off => "OFF",
        }
    }
}
