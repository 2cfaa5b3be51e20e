//! How a store is opened.
use crate::{Location, Tuning};
use protocol::types::Lifetime;
use protocol::types::ids::Region;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which database.
    pub location: Location,
    /// How many threads will read; they share the cache.
    pub readers_hint: usize,
    /// Where this process is: processes of different regions never make the same id.
    pub region: Region,
    /// How long this process will use it.
    pub stay: Stay,
    /// What a commit waits for.
    pub synchronous: Synchronous,
    /// How it goes about its work.
    pub tuning: Tuning,
}

/// How long a process uses a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stay {
    /// Until it is told to stop.
    #[default]
    Server,
    /// For a moment: what it holds is free again soon, also when it is killed.
    Command,
    /// To look at it: it needs no number, and settles nothing.
    Look,
}

impl Stay {
    /// How long its number is kept without being renewed.
    pub(crate) fn lease(self) -> Lifetime {
        match self {
            Stay::Server => crate::lease::LEASE,
            Stay::Command | Stay::Look => crate::lease::COMMAND,
        }
    }
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
