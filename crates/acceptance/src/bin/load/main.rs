//! The load driver: starts the floor and `valetkey`, loads them in turn on 127.0.0.1 and prints
//! medians over rounds with their ratios. Only figures of one run are comparable.
//!
//! Within a round all servers run, and each scenario visits one after the other, so that a drift
//! of the machine hits them alike. One thread makes all requests, on connections that stay open: in a
//! closed loop, or at fixed times. Every loop is bounded in time and in count.

mod chain;
mod compare;
mod connection;
mod connections;
mod consent;
mod counts;
mod device;
mod disk;
mod drive;
mod flow;
mod introduced;
mod issue;
mod ledger;
mod look;
mod memory;
mod mix;
mod options;
mod portal;
mod report;
mod round;
mod sample;
mod scale;
mod scraped;
mod seed;
mod server;
mod sign_in;
mod signature;
mod sweep;
mod ticks;
mod usage;
mod work;

use anyhow::Context;
use clap::Parser;
use options::{Args, Scenario};
use sample::Sample;
use std::process::ExitCode;
use tokio::runtime::Runtime;

/// The servers' own, so that bare argon2id is given its memory as they are.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(&Args::parse().settled()) {
        Ok(code) => code,
        Err(e) => {
            eprintln!("load: {e:#}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(algorithm) = args.sign {
        algorithm.sign(args.times)?;
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut samples = Vec::new();
    if args.wants_rounds() {
        for number in 1..=args.rounds {
            let measured = round::run(args, number, &runtime);
            samples.extend(measured.with_context(|| format!("round {number}"))?);
        }
    }
    samples.extend(long(args, &runtime)?);
    if args.json {
        println!("{}", report::json(args, &samples));
    } else {
        print!("{}", report::markdown(args, &samples));
    }
    let failed: u64 = samples.iter().map(Sample::failed).sum();
    if failed > 0 {
        eprintln!("load: {failed} answers were not what they must be: the figures do not count");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// The scenarios that have servers and rounds of their own.
fn long(args: &Args, runtime: &Runtime) -> anyhow::Result<Vec<Sample>> {
    let mut samples = Vec::new();
    if args.wants(Scenario::Scale) {
        samples.extend(scale::measure(args, runtime).context("scale")?);
    }
    if args.wants(Scenario::Sweep) {
        samples.extend(sweep::measure(args, runtime).context("sweep")?);
    }
    if args.wants(Scenario::Soak) {
        samples.extend(memory::soak(args, runtime).context("soak")?);
    }
    if args.wants(Scenario::Connections) {
        samples.extend(connections::measure(args, runtime).context("connections")?);
    }
    if args.wants(Scenario::Scraped) {
        samples.extend(scraped::measure(args, runtime).context("scraped")?);
    }
    if args.wants(Scenario::Counts) {
        samples.extend(counts::measure(args, runtime).context("counts")?);
    }
    Ok(samples)
}
