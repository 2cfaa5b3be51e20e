//! The report, as Markdown or JSON.

use crate::Args;
use crate::compare::{COLUMNS, Line, RATIOS, Spread, lines, pairs};
use crate::sample::Sample;
use serde_json::{Value, json};
use std::fmt::Write;

/// The report for people.
pub(crate) fn markdown(args: &Args, samples: &[Sample]) -> String {
    let mut out = String::new();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let (rounds, secs, warm) = (args.rounds, args.secs, args.warm);
    let _ = writeln!(
        out,
        "{cores} cores, the load's thread included; medians of {rounds} rounds, {secs} s each after {warm} s of warm-up.\n"
    );
    let (loads, ones) = lines(samples);
    if !loads.is_empty() {
        load_table(&mut out, &loads);
        ratio_table(&mut out, &loads);
    }
    if !ones.is_empty() {
        ones_table(&mut out, &ones);
    }
    out
}

fn load_table(out: &mut String, lines: &[Line]) {
    let names: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
    let names = names.join(" | ");
    let _ = writeln!(
        out,
        "| scenario | connections | server | {names} | failed |"
    );
    let _ = writeln!(out, "|{}", "---|".repeat(COLUMNS.len() + 4));
    for line in lines {
        let _ = write!(out, "{}", start(line));
        for (column, (_, _, digits, _)) in COLUMNS.iter().enumerate() {
            let _ = write!(out, " {} |", figure(line.median(column), *digits));
        }
        let _ = writeln!(out, " {} |", line.failed);
    }
    out.push('\n');
}

/// The first three cells of a load's line.
fn start(line: &Line) -> String {
    let key = &line.key;
    format!("| {} | {} | {} |", key.name, key.connections, key.server)
}

fn figure(value: f64, digits: usize) -> String {
    match value.is_nan() {
        true => "–".to_owned(),
        false => format!("{value:.digits$}"),
    }
}

/// Ratios to what was measured in the same rounds.
fn ratio_table(out: &mut String, lines: &[Line]) {
    let pairs = pairs(lines);
    if pairs.is_empty() {
        return;
    }
    let names = RATIOS.map(|(name, ..)| name).join(" | ");
    out.push_str("Ratios: the median of each round's own, and the lowest and highest.\n\n");
    let _ = writeln!(out, "| scenario | connections | server | to | {names} |");
    let _ = writeln!(out, "|{}", "---|".repeat(RATIOS.len() + 4));
    for (line, to, name) in pairs {
        let _ = write!(out, "{} {name} |", start(line));
        for (_, _, column) in RATIOS {
            let _ = write!(out, " {} |", line.ratio(to, column));
        }
        out.push('\n');
    }
    out.push('\n');
}

fn ones_table(out: &mut String, lines: &[Line]) {
    let _ = writeln!(
        out,
        "| measure | server | median | ratio |\n|---|---|---|---|"
    );
    let pairs = pairs(lines);
    for line in lines {
        let same = |of: &Line| of.key == line.key;
        let ratios: Vec<String> = pairs
            .iter()
            .filter(|(of, ..)| same(of))
            .map(|(_, to, name)| (line.ratio(to, 0), name))
            .filter(|(ratio, _)| !ratio.median.is_nan())
            .map(|(ratio, name)| format!("{ratio} to {name}"))
            .collect();
        let (name, server, value) = (&line.key.name, line.key.server, line.median(0));
        let ratios = ratios.join("; ");
        let _ = writeln!(out, "| {name} | {server} | {value:.1} | {ratios} |");
    }
}

/// The report for programs: medians, ratios, and every sample. What is not a number is `null`.
pub(crate) fn json(args: &Args, samples: &[Sample]) -> Value {
    let (loads, ones) = lines(samples);
    let load = |line: &Line| {
        let mut row = json!({
            "scenario": line.key.name,
            "connections": line.key.connections,
            "server": line.key.server,
            "failed": line.failed,
        });
        for (column, (_, name, ..)) in COLUMNS.iter().enumerate() {
            row[*name] = json!(line.median(column));
        }
        row
    };
    let one = |line: &Line| json!({"measure": line.key.name, "server": line.key.server, "value": line.median(0)});
    let medians: Vec<Value> = loads.iter().map(load).chain(ones.iter().map(one)).collect();
    let load_ratios = pairs(&loads).into_iter().map(|(line, to, name)| {
        let mut row = json!({
            "scenario": line.key.name,
            "connections": line.key.connections,
            "server": line.key.server,
            "to": name,
        });
        for (_, name, column) in RATIOS {
            row[name] = spread(line.ratio(to, column));
        }
        row
    });
    let one_ratios = pairs(&ones).into_iter().map(|(line, to, name)| {
        json!({
            "measure": line.key.name,
            "server": line.key.server,
            "to": name,
            "value": spread(line.ratio(to, 0)),
        })
    });
    let ratios: Vec<Value> = load_ratios.chain(one_ratios).collect();
    json!({
        "rounds": args.rounds,
        "secs": args.secs,
        "warm": args.warm,
        "medians": medians,
        "ratios": ratios,
        "samples": samples,
    })
}

fn spread(spread: Spread) -> Value {
    json!({"median": spread.median, "low": spread.low, "high": spread.high})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::Tally;
    use crate::sample::{Figures, Load};
    use crate::server::{FLOOR, VALETKEY};
    use clap::Parser;
    use std::time::Duration;

    fn samples() -> Vec<Sample> {
        let sample = |round, server, done| {
            let mut tally = Tally::new().unwrap();
            tally.count(1000, Duration::from_secs(1));
            tally.done = done;
            let load = Load::new("client_credentials", 64, &tally, Some(1000));
            Sample {
                round,
                server,
                figures: Figures::Load(load),
            }
        };
        vec![sample(1, FLOOR, 100), sample(1, VALETKEY, 50)]
    }

    #[test]
    fn markdown_shows_figures_and_ratios() {
        let text = markdown(&Args::parse_from(["load"]), &samples());
        let row = "| client_credentials | 64 | valetkey | 50 | 1.00 | 1.00 | 1.00 | 1.00 | 1.0 | 20.0 | 0 |";
        assert!(text.contains(row), "{text}");
        let row = "| client_credentials | 64 | valetkey | floor | 0.50 (0.50 to 0.50) | 1.00 (1.00 to 1.00) |";
        assert!(text.contains(row), "{text}");
    }

    #[test]
    fn json_shows_figures_and_ratios() {
        let value = json(&Args::parse_from(["load"]), &samples());
        assert_eq!(value["medians"][1]["per_second"], 50.0);
        assert_eq!(value["ratios"][0]["to"], "floor");
        assert_eq!(value["ratios"][0]["rate"]["median"], 0.5);
        assert_eq!(value["samples"][0]["done"], 100);
    }
}
