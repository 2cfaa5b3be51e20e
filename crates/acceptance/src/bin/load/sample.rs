//! One measured figure or set of figures.

use crate::drive::Stats;
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
    /// Requests that were not answered as they must be.
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
    One { measure: &'static str, value: f64 },
}

/// What a scenario gave.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Load {
    pub(crate) scenario: &'static str,
    pub(crate) connections: usize,
    pub(crate) requests: u64,
    pub(crate) failed: u64,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p90_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) p999_ms: f64,
    pub(crate) max_ms: f64,
    pub(crate) cpu_us_per_request: f64,
}

impl Load {
    /// Figures of a phase in which the server used `cpu_micros` of CPU time.
    pub(crate) fn new(
        scenario: &'static str,
        connections: usize,
        stats: &Stats,
        cpu_micros: u64,
    ) -> Self {
        let quantile = |q| millis(stats.latency.value_at_quantile(q));
        let requests = count(stats.requests.max(1));
        Load {
            scenario,
            connections,
            requests: stats.requests,
            failed: stats.failed,
            per_second: count(stats.requests) / stats.elapsed.as_secs_f64(),
            p50_ms: quantile(0.5),
            p90_ms: quantile(0.9),
            p99_ms: quantile(0.99),
            p999_ms: quantile(0.999),
            max_ms: millis(stats.latency.max()),
            cpu_us_per_request: count(cpu_micros) / requests,
        }
    }
}

fn millis(micros: u64) -> f64 {
    count(micros) / 1000.0
}

/// Counts and microseconds here stay far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn count(number: u64) -> f64 {
    number as f64
}
