//! Medians over the rounds and ratios to the floor, as Markdown or JSON.

use crate::Args;
use crate::sample::{Figures, Load, Sample};
use crate::server::{BEFORE, VALETKEY};
use serde_json::{Value, json};
use std::fmt::Write;

const FLOOR: &str = "floor";

/// The medians of one scenario on one server.
struct Line {
    scenario: &'static str,
    connections: usize,
    server: &'static str,
    failed: u64,
    /// In the order of `COLUMNS`.
    medians: Vec<f64>,
}

/// Heading, name in JSON, digits behind the point, and where the figure stands.
type Column = (&'static str, &'static str, usize, fn(&Load) -> f64);

const COLUMNS: [Column; 7] = [
    ("requests/s", "per_second", 0, |load| load.per_second),
    ("p50 ms", "p50_ms", 2, |load| load.p50_ms),
    ("p90 ms", "p90_ms", 2, |load| load.p90_ms),
    ("p99 ms", "p99_ms", 2, |load| load.p99_ms),
    ("p99.9 ms", "p999_ms", 2, |load| load.p999_ms),
    ("max ms", "max_ms", 1, |load| load.max_ms),
    ("CPU µs/request", "cpu_us_per_request", 1, |load| {
        load.cpu_us_per_request
    }),
];

/// The report for people.
pub(crate) fn markdown(args: &Args, samples: &[Sample]) -> String {
    let mut out = String::new();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let (rounds, secs, warm) = (args.rounds, args.secs, args.warm);
    let _ = writeln!(
        out,
        "{cores} cores, the load's thread included; medians of {rounds} rounds, {secs} s each after {warm} s of warm-up.\n"
    );
    let lines = lines(samples);
    if !lines.is_empty() {
        load_table(&mut out, &lines);
    }
    if args.before.is_some() {
        before_table(&mut out, &lines);
    }
    let ones = ones(samples);
    if !ones.is_empty() {
        let _ = writeln!(out, "| measure | server | median |\n|---|---|---|");
        for (measure, server, value) in ones {
            let _ = writeln!(out, "| {measure} | {server} | {value:.1} |");
        }
    }
    out
}

fn load_table(out: &mut String, lines: &[Line]) {
    let names: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
    let names = names.join(" | ");
    let _ = writeln!(
        out,
        "| scenario | connections | server | {names} | rate to floor | CPU to floor | not 2xx |"
    );
    let _ = writeln!(out, "|{}", "---|".repeat(COLUMNS.len() + 6));
    for line in lines {
        let (scenario, connections, server) = (line.scenario, line.connections, line.server);
        let _ = write!(out, "| {scenario} | {connections} | {server} |");
        for ((_, _, digits, _), value) in COLUMNS.iter().zip(&line.medians) {
            let _ = write!(out, " {value:.digits$} |");
        }
        let (rate, cpu) = ratios(lines, line);
        let _ = writeln!(out, " {rate:.2} | {cpu:.2} | {} |", line.failed);
    }
    out.push('\n');
}

/// What changed since the earlier binary, run by run: both stood on the same machine at the same time.
fn before_table(out: &mut String, lines: &[Line]) {
    let _ = writeln!(
        out,
        "| scenario | connections | rate to before | CPU to before |\n|---|---|---|---|"
    );
    for line in lines.iter().filter(|line| line.server == VALETKEY) {
        let (rate, cpu) = ratios_to(BEFORE, lines, line);
        let (scenario, connections) = (line.scenario, line.connections);
        let _ = writeln!(out, "| {scenario} | {connections} | {rate:.2} | {cpu:.2} |");
    }
    out.push('\n');
}

/// The report for programs: medians with ratios, and every sample.
pub(crate) fn json(args: &Args, samples: &[Sample]) -> Value {
    let lines = lines(samples);
    let loads = lines.iter().map(|line| {
        let (rate, cpu) = ratios(&lines, line);
        let mut row = json!({
            "scenario": line.scenario,
            "connections": line.connections,
            "server": line.server,
            "failed": line.failed,
            "rate_to_floor": rate,
            "cpu_to_floor": cpu,
        });
        for ((_, name, ..), value) in COLUMNS.iter().zip(&line.medians) {
            row[*name] = json!(value);
        }
        row
    });
    let ones = ones(samples).into_iter().map(
        |(measure, server, value)| json!({"measure": measure, "server": server, "value": value}),
    );
    json!({
        "rounds": args.rounds,
        "secs": args.secs,
        "warm": args.warm,
        "medians": loads.chain(ones).collect::<Vec<Value>>(),
        "samples": samples,
    })
}

/// Requests per second and CPU per request, relative to the floor.
fn ratios(lines: &[Line], line: &Line) -> (f64, f64) {
    ratios_to(FLOOR, lines, line)
}

fn ratios_to(server: &str, lines: &[Line], line: &Line) -> (f64, f64) {
    let same = |other: &&Line| {
        other.server == server
            && other.scenario == line.scenario
            && other.connections == line.connections
    };
    let Some(floor) = lines.iter().find(same) else {
        return (f64::NAN, f64::NAN);
    };
    let last = COLUMNS.len() - 1;
    let ratio = |column: usize| line.medians[column] / floor.medians[column];
    (ratio(0), ratio(last))
}

fn lines(samples: &[Sample]) -> Vec<Line> {
    let loads: Vec<(&'static str, &Load)> = samples
        .iter()
        .filter_map(|sample| match &sample.figures {
            Figures::Load(load) => Some((sample.server, load)),
            Figures::One { .. } => None,
        })
        .collect();
    let key = |(server, load): &(&'static str, &Load)| (load.scenario, load.connections, *server);
    let mut keys: Vec<_> = loads.iter().map(key).collect();
    keep_first(&mut keys);
    let line = |wanted: (&'static str, usize, &'static str)| {
        let these: Vec<&Load> = loads
            .iter()
            .filter(|pair| key(pair) == wanted)
            .map(|(_, load)| *load)
            .collect();
        let median_of = |read: fn(&Load) -> f64| median(these.iter().map(|load| read(load)));
        Line {
            scenario: wanted.0,
            connections: wanted.1,
            server: wanted.2,
            failed: these.iter().map(|load| load.failed).sum(),
            medians: COLUMNS
                .iter()
                .map(|(_, _, _, read)| median_of(*read))
                .collect(),
        }
    };
    keys.into_iter().map(line).collect()
}

fn ones(samples: &[Sample]) -> Vec<(&'static str, &'static str, f64)> {
    let ones: Vec<(&'static str, &'static str, f64)> = samples
        .iter()
        .filter_map(|sample| match sample.figures {
            Figures::One { measure, value } => Some((measure, sample.server, value)),
            Figures::Load(_) => None,
        })
        .collect();
    let mut keys: Vec<_> = ones.iter().map(|one| (one.0, one.1)).collect();
    keep_first(&mut keys);
    let value = |wanted: (&'static str, &'static str)| {
        let these = ones.iter().filter(|one| (one.0, one.1) == wanted);
        (wanted.0, wanted.1, median(these.map(|one| one.2)))
    };
    keys.into_iter().map(value).collect()
}

/// Leaves the first of equal items.
fn keep_first<T: PartialEq + Copy>(items: &mut Vec<T>) {
    let all = items.clone();
    items.clear();
    for item in all {
        if !items.contains(&item) {
            items.push(item);
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert!((median([3.0, 1.0, 2.0].into_iter()) - 2.0).abs() < 1e-9);
        assert!((median([4.0, 1.0].into_iter()) - 2.5).abs() < 1e-9);
        assert!(median(std::iter::empty()).is_nan());
    }

    #[test]
    fn first_ones_stay_in_order() {
        let mut items = vec![2, 1, 2, 3, 1];
        keep_first(&mut items);
        assert_eq!(items, [2, 1, 3]);
    }
}
