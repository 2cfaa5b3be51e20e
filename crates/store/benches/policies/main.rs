//! Compares ways to tune a store: batches, checkpoints, caches, prepared statements, durability; on PostgreSQL
//! batches and connections. Every way runs in every round, so that a drift of the machine hits all alike, and what
//! counts is the ratio to the first of its group in the same round.
//!
//! ```text
//! cargo bench -p store --bench policies -- [--rounds 5] [--secs 2] [--rows 1000000] [--only batch,cache]
//!                                          [--folder PATH] [--postgres URL]
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a measurement that cannot be set up has nothing to tell, and counts here are far below 2^53"
)]
mod ground;
mod ways;

use ground::Ground;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use ways::{Group, groups};

/// What was asked for on the command line.
struct Args {
    rounds: usize,
    span: Duration,
    rows: u64,
    only: Vec<String>,
    folder: PathBuf,
    postgres: Option<String>,
}

impl Args {
    fn read() -> Self {
        let mut args = Args {
            rounds: 5,
            span: Duration::from_secs(2),
            rows: 0,
            only: Vec::new(),
            folder: std::env::current_exe().unwrap().parent().unwrap().into(),
            postgres: None,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().expect("a value after each option");
            match word.as_str() {
                "--rounds" => args.rounds = value().parse().unwrap(),
                "--secs" => args.span = Duration::from_secs_f64(value().parse().unwrap()),
                "--rows" => args.rows = value().parse().unwrap(),
                "--only" => args.only = value().split(',').map(str::to_owned).collect(),
                "--folder" => args.folder = value().into(),
                "--postgres" => args.postgres = Some(value()),
                // What `cargo bench` adds.
                "--bench" => {}
                other => panic!("no such option: {other}"),
            }
        }
        args
    }
}

/// What one way gave in one round.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    /// Operations a second.
    pub(crate) rate: f64,
    /// Milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

fn main() {
    let args = Args::read();
    let ground = Ground::new(&args.folder, args.rows, args.postgres.clone());
    let (rounds, rows) = (args.rounds, args.rows);
    println!("{rounds} rounds of {:?}, {rows} rows before.\n", args.span);
    println!("| group | way | per second | to the first | p50 ms | p99 ms |");
    println!("|---|---|---|---|---|---|");
    for group in groups(args.postgres.is_some(), args.rows > 0) {
        let wanted =
            args.only.is_empty() || args.only.iter().any(|name| group.name.starts_with(name));
        if wanted {
            compare(&args, &ground, &group);
        }
    }
}

fn compare(args: &Args, ground: &Ground, group: &Group) {
    let mut measured: BTreeMap<usize, Vec<Figures>> = BTreeMap::new();
    for round in 0..args.rounds {
        let mut order: Vec<usize> = (0..group.ways.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for way in order {
            let figures = ground.run(&group.ways[way], group.work, group.waiting, args.span);
            measured.entry(way).or_default().push(figures);
        }
    }
    for (way, figures) in &measured {
        let of = |read: fn(&Figures) -> f64| median(figures.iter().map(read));
        let ratios = figures.iter().zip(&measured[&0]);
        let ratios: Vec<f64> = ratios.map(|(own, first)| own.rate / first.rate).collect();
        let low = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let high = ratios.iter().copied().fold(0.0, f64::max);
        println!(
            "| {} | {} | {:.0} | {:.2} ({low:.2} to {high:.2}) | {:.2} | {:.2} |",
            group.name,
            group.ways[*way].name,
            of(|one| one.rate),
            median(ratios.into_iter()),
            of(|one| one.p50),
            of(|one| one.p99),
        );
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
