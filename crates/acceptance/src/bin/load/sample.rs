//! One measured figure or set of figures.

use crate::drive::Tally;
use serde::Serialize;

/// What was measured once, on one server in one round.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Sample {
    pub(crate) round: u32,
    pub(crate) server: &'static str,
    #[serde(flatten)]
    pub(crate) figures: Figures,
}

impl Sample {
    /// Pieces of work that were not answered as they must be.
    pub(crate) fn failed(&self) -> u64 {
        match &self.figures {
            Figures::Load(load) => load.failed,
            Figures::One { .. } => 0,
        }
    }
}

/// A loaded scenario, or a single figure.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Figures {
    Load(Load),
    One { measure: String, value: f64 },
}

/// What a scenario gave.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Load {
    pub(crate) scenario: &'static str,
    pub(crate) connections: usize,
    pub(crate) done: u64,
    pub(crate) failed: u64,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p90_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) p999_ms: f64,
    pub(crate) max_ms: f64,
    /// The server's CPU time for each, where it did nothing else meanwhile; not a number elsewhere.
    pub(crate) cpu_us: f64,
}

impl Load {
    /// Figures of a phase in which the server used `cpu_micros` of CPU time for this alone.
    pub(crate) fn new(
        scenario: &'static str,
        connections: usize,
        tally: &Tally,
        cpu_micros: Option<u64>,
    ) -> Self {
        let quantile = |q| millis(tally.latency.value_at_quantile(q));
        let each = |micros| count(micros) / count(tally.done.max(1));
        Load {
            scenario,
            connections,
            done: tally.done,
            failed: tally.failed,
            per_second: count(tally.done) / tally.elapsed.as_secs_f64(),
            p50_ms: quantile(0.5),
            p90_ms: quantile(0.9),
            p99_ms: quantile(0.99),
            p999_ms: quantile(0.999),
            max_ms: millis(tally.latency.max()),
            cpu_us: cpu_micros.map_or(f64::NAN, each),
        }
    }
}

fn millis(micros: u64) -> f64 {
    count(micros) / 1000.0
}

/// Counts, bytes and microseconds here stay far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
pub(crate) fn count(number: u64) -> f64 {
    number as f64
}
