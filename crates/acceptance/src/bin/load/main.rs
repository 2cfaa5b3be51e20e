//! The load driver: starts the floor and `valetkey`, loads them in turn on 127.0.0.1 and prints
//! medians over rounds with their ratios. Only figures of one run are comparable.
//!
//! Within a round both servers run, and each scenario visits one after the other, so that a drift
//! of the machine hits both alike. One thread makes all requests, closed loop, on connections that
//! stay open. Every loop is bounded in time and in count.

mod connection;
mod drive;
mod report;
mod round;
mod sample;
mod seed;
mod server;
mod usage;
mod work;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Scenario {
    /// Durable `client_credentials` tokens.
    Cc,
    /// Introspection of 1,000 live tokens in turn, at 64 connections.
    Introspect,
    /// Chains of rotated refresh tokens, at 64 connections.
    Refresh,
    /// Time to the first 200, in an empty folder and with a store.
    Start,
    /// Proportional set size, idle and after load.
    Memory,
}

/// Measures `valetkey` beside a bare server that stores the same rows and does nothing else.
#[derive(Parser)]
#[command(name = "load")]
pub(crate) struct Args {
    /// The server to measure; default: beside this executable.
    #[arg(long, value_name = "PATH")]
    valetkey: Option<PathBuf>,
    /// An earlier `valetkey` to measure in the same rounds, to see what a change costs.
    #[arg(long, value_name = "PATH")]
    before: Option<PathBuf>,
    /// The bare server; default: beside this executable.
    #[arg(long, value_name = "PATH")]
    floor: Option<PathBuf>,
    /// Configuration for `valetkey`; default: one of this tool's own.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the stores are made, on a real disk; default: beside this executable.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// PostgreSQL server on which each store is a database of its own, instead of a file.
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Rounds; the result is their median.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=50))]
    rounds: u32,
    /// Seconds measured per scenario and round.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=120))]
    secs: u32,
    /// Seconds of warm-up before.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=60))]
    warm: u32,
    /// What to measure; default: everything.
    #[arg(long, value_delimiter = ',', value_enum)]
    only: Vec<Scenario>,
    /// Connections for `cc`.
    #[arg(long, value_delimiter = ',', default_value = "1,64,256",
          value_parser = clap::value_parser!(u32).range(1..=1024))]
    conns: Vec<u32>,
    /// Measure the floor alone.
    #[arg(long)]
    only_floor: bool,
    /// Print JSON instead of Markdown.
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(crate) fn wants(&self, scenario: Scenario) -> bool {
        self.only.is_empty() || self.only.contains(&scenario)
    }
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(code) => code,
        Err(e) => {
            eprintln!("load: {e:#}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut samples = Vec::new();
    for number in 1..=args.rounds {
        let measured = round::run(args, number, &runtime);
        samples.extend(measured.with_context(|| format!("round {number}"))?);
    }
    if args.json {
        println!("{}", report::json(args, &samples));
    } else {
        print!("{}", report::markdown(args, &samples));
    }
    let failed: u64 = samples.iter().map(|sample| sample.failed()).sum();
    if failed > 0 {
        eprintln!("load: {failed} requests were not answered with 2xx: the figures do not count");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
