//! What a store counts while it works, for whoever watches it. Counting is adding to a number that only this process
//! writes; nothing is kept that says whose a request was.
use crate::{Engine, Outcome, Store};
use protocol::Transition;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Sizes of batches are told apart by powers of two: 1, 2, up to 4, up to 8, … up to 4,096.
const SIZES: usize = 13;

/// Counted since the store was opened.
#[derive(Debug)]
pub(crate) struct Counts {
    /// How many of each transition were committed, and how many lost their guard.
    settled: Vec<(AtomicU64, AtomicU64)>,
    /// How many batches there were of each size.
    sizes: [AtomicU64; SIZES],
    /// Transitions in all batches.
    in_batches: AtomicU64,
    /// Microseconds that all batches took.
    micros: AtomicU64,
}

impl Counts {
    pub(crate) fn new() -> Self {
        Counts {
            settled: Transition::NAMES
                .iter()
                .map(|_| Default::default())
                .collect(),
            sizes: Default::default(),
            in_batches: AtomicU64::new(0),
            micros: AtomicU64::new(0),
        }
    }

    /// One transition was settled.
    pub(crate) fn settled(&self, transition: &Transition, outcome: Outcome) {
        let (committed, lost) = &self.settled[transition.place()];
        match outcome {
            Outcome::Committed => committed.fetch_add(1, Relaxed),
            Outcome::Conflict => lost.fetch_add(1, Relaxed),
        };
    }

    /// So many transitions were committed together.
    pub(crate) fn batch(&self, size: usize, took: Duration) {
        let class = size.max(1).next_power_of_two().trailing_zeros() as usize;
        self.sizes[class.min(SIZES - 1)].fetch_add(1, Relaxed);
        self.in_batches.fetch_add(size as u64, Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Relaxed);
    }
}

/// What came of one kind of transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettledCount {
    /// Its name, one of [`Transition::NAMES`].
    pub name: &'static str,
    /// How many were committed.
    pub committed: u64,
    /// How many lost their guard to another request.
    pub lost: u64,
}

/// Transitions that were committed together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchCount {
    /// The largest size of each class, and how many batches were in it.
    pub sizes: Vec<(u64, u64)>,
    /// Transitions in all of them.
    pub transitions: u64,
    /// How long they took together.
    pub time: Duration,
}

/// What waits for a writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLength {
    /// Which queue.
    pub name: &'static str,
    /// How many transitions wait in it.
    pub length: usize,
}

/// Connections to a database that is a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DatabaseConnections {
    /// Those that are open.
    pub open: u64,
    /// Those that were made since the store was opened: more than are open, if some broke.
    pub made: u64,
}

/// Connections, counted where they are made and end.
#[derive(Debug, Default)]
pub(crate) struct ConnectionCounts {
    made: AtomicU64,
    ended: AtomicU64,
}

impl ConnectionCounts {
    pub(crate) fn made(&self) {
        self.made.fetch_add(1, Relaxed);
    }

    pub(crate) fn ended(&self) {
        self.ended.fetch_add(1, Relaxed);
    }

    pub(crate) fn now(&self) -> DatabaseConnections {
        let (ended, made) = (self.ended.load(Relaxed), self.made.load(Relaxed));
        DatabaseConnections {
            open: made.saturating_sub(ended),
            made,
        }
    }
}

impl Store {
    fn counts(&self) -> &Counts {
        match &self.engine {
            Engine::Sqlite(engine) => &engine.counts,
            Engine::Postgres(engine) => &engine.counts,
        }
    }

    /// What came of each kind of transition since the store was opened.
    pub fn settled(&self) -> Vec<SettledCount> {
        let all = Transition::NAMES.iter().zip(&self.counts().settled);
        all.map(|(name, (committed, lost))| SettledCount {
            name,
            committed: committed.load(Relaxed),
            lost: lost.load(Relaxed),
        })
        .collect()
    }

    /// How many transitions were committed together.
    pub fn batches(&self) -> BatchCount {
        let counts = self.counts();
        let sizes = counts.sizes.iter().enumerate();
        BatchCount {
            sizes: sizes
                .map(|(class, count)| (1 << class, count.load(Relaxed)))
                .collect(),
            transitions: counts.in_batches.load(Relaxed),
            time: Duration::from_micros(counts.micros.load(Relaxed)),
        }
    }

    /// What waits to be written.
    pub fn queues(&self) -> Vec<QueueLength> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.queues(),
            Engine::Postgres(engine) => engine.queues(),
        }
    }

    /// The connections of this process; none to a file.
    pub fn database_connections(&self) -> DatabaseConnections {
        match &self.engine {
            Engine::Sqlite(_) => DatabaseConnections::default(),
            Engine::Postgres(engine) => engine.connections(),
        }
    }

    /// How old what memory knows of other processes' revocations is.
    pub fn feed_age(&self) -> Duration {
        self.follow().age()
    }
}
