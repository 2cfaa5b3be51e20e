//! The command line.

use crate::signature::Algorithm;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Scenario {
    /// Durable `client_credentials` tokens.
    Cc,
    /// Introspection of 1,000 live tokens in turn, at 64 connections.
    Introspect,
    /// Token info with 1,000 live tokens in turn, at 64 connections.
    TokenInfo,
    /// Chains of rotated refresh tokens, at 64 connections.
    Refresh,
    /// Whole code flows with remembered consent: authorize, redeem, refresh, revoke; beside `cc` at 64 connections.
    Flow,
    /// The list of a developer's 50 apps, by people who are signed in, at 64 connections.
    Portal,
    /// The consent page, by people who are signed in, at 64 connections.
    Consent,
    /// Polls of devices that wait, each of which keeps to its interval.
    Device,
    /// 70 % introspection, 15 % `client_credentials`, 10 % refreshes, 5 % whole code flows, at 64 connections.
    Mixed,
    /// Sign-ins by password, beside bare argon2id.
    SignIn,
    /// `client_credentials` at a fixed rate, alone and while people sign in as fast as they can.
    Open,
    /// Time to the first 200: in an empty folder, with the round's store, and with one of `--small` tokens.
    Start,
    /// Proportional set size, idle and after 256 connections.
    Memory,
    /// Bytes on disk for each live access token.
    Disk,
    /// `cc` and introspection on a store of `--large` live tokens against one of `--small`. Only when named.
    Scale,
    /// `client_credentials` at a fixed rate while `--expired` rows are swept, and the file's size. Only when named.
    Sweep,
    /// Proportional set size over `--soak` minutes of mixed traffic. Only when named.
    Soak,
    /// What it writes to take one connection back, and memory for all that were: `--large` live tokens, ten of each person,
    /// against `--small`. Only when named.
    Connections,
    /// `cc` and introspection while metrics are asked for every second, against a server that has none. Only when named.
    Scraped,
    /// Instructions under callgrind, statements, rows, pages and commits per request, on one connection; of `valetkey`
    /// also with JWTs and ID tokens, beside a signature alone. Only when named, and alone.
    Counts,
}

impl Scenario {
    /// Those with servers and rounds of their own.
    const LONG: [Scenario; 6] = [
        Scenario::Scale,
        Scenario::Sweep,
        Scenario::Soak,
        Scenario::Connections,
        Scenario::Scraped,
        Scenario::Counts,
    ];
}

/// Measures `valetkey` beside a bare server that stores the same rows and does nothing else.
#[derive(Parser)]
#[command(name = "load")]
pub(crate) struct Args {
    /// The server to measure; default: beside this executable.
    #[arg(long, value_name = "PATH")]
    pub(crate) valetkey: Option<PathBuf>,
    /// An earlier `valetkey` to measure in the same rounds, to see what a change costs.
    #[arg(long, value_name = "PATH")]
    pub(crate) before: Option<PathBuf>,
    /// Measures the earlier one a second time in the same rounds, as `control`: how far two runs of one binary are
    /// apart is what a ratio has to be judged by.
    #[arg(long, requires = "before")]
    pub(crate) control: bool,
    /// The bare server; default: beside this executable.
    #[arg(long, value_name = "PATH")]
    pub(crate) floor: Option<PathBuf>,
    /// Configuration for `valetkey`; default: one of this tool's own.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where the stores are made, on a real disk; default: beside this executable.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    /// PostgreSQL server on which each store is a database of its own, instead of a file.
    #[arg(long, value_name = "URL")]
    pub(crate) postgres: Option<String>,
    /// Rounds; the result is their median.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=50))]
    pub(crate) rounds: u32,
    /// Seconds measured per scenario and round.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=120))]
    pub(crate) secs: u32,
    /// Seconds of warm-up before.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=60))]
    pub(crate) warm: u32,
    /// What to measure; default: all that does not say otherwise.
    #[arg(long, value_delimiter = ',', value_enum)]
    pub(crate) only: Vec<Scenario>,
    /// Connections for `cc`.
    #[arg(long, value_delimiter = ',', default_value = "1,64,256",
          value_parser = clap::value_parser!(u32).range(1..=1024))]
    conns: Vec<u32>,
    /// Requests a second where they leave at fixed times.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) rate: u32,
    /// Threads of bare argon2id; default: as many as the server hashes on.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=256))]
    hashers: Option<u32>,
    /// Live tokens that are put into each store of `valetkey` before it is loaded; the floor's stay empty.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=100_000_000))]
    pub(crate) rows: u64,
    /// Live tokens of the small store.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(10..=100_000_000))]
    small: u64,
    /// Live tokens of the large store.
    #[arg(long, default_value_t = 10_000_000, value_parser = clap::value_parser!(u64).range(10..=100_000_000))]
    large: u64,
    /// Expired rows that are swept.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1000..=100_000_000))]
    expired: u64,
    /// Minutes of mixed traffic over which memory is looked at.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    soak: u32,
    /// Requests of each kind that are counted, seven times over.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(10..=100_000))]
    requests: u64,
    /// Measure the floor alone.
    #[arg(long)]
    pub(crate) only_floor: bool,
    /// One round of a second each, few connections, small stores: shows that all of it runs, measures nothing.
    #[arg(long)]
    quick: bool,
    /// Make signatures by this algorithm, and nothing else: what `counts` runs under callgrind.
    #[arg(long, value_enum, hide = true)]
    pub(crate) sign: Option<Algorithm>,
    /// How many.
    #[arg(long, default_value_t = 1, hide = true)]
    pub(crate) times: u32,
    /// Print JSON instead of Markdown.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How much of everything.
pub(crate) struct Sizes {
    /// Live tokens of the two stores that are compared.
    pub(crate) small: u64,
    pub(crate) large: u64,
    /// Expired rows that are swept.
    pub(crate) expired: u64,
    /// Devices that poll. Each may once a second, so this bounds the rate.
    pub(crate) devices: usize,
    /// Tokens that are issued to see what they take on disk.
    pub(crate) tokens: usize,
    /// How long memory is watched.
    pub(crate) soak: Duration,
}

impl Args {
    /// The arguments with what `--quick` changes.
    pub(crate) fn settled(mut self) -> Self {
        if self.quick {
            (self.rounds, self.secs, self.warm) = (1, 1, 0);
            self.conns = vec![1, 8];
        }
        self
    }

    pub(crate) fn wants(&self, scenario: Scenario) -> bool {
        match self.only.is_empty() {
            true => !Scenario::LONG.contains(&scenario),
            false => self.only.contains(&scenario),
        }
    }

    /// Whether anything is measured in the common rounds.
    pub(crate) fn wants_rounds(&self) -> bool {
        let all = Scenario::value_variants().iter();
        let mut common = all.filter(|scenario| !Scenario::LONG.contains(scenario));
        common.any(|scenario| self.wants(*scenario))
    }

    /// Connections of a scenario that has but one number of them.
    pub(crate) fn width(&self) -> usize {
        match (self.wants(Scenario::Counts), self.quick) {
            (true, _) => 1,
            (false, true) => 8,
            (false, false) => 64,
        }
    }

    /// Requests of each kind that are counted.
    pub(crate) fn requests(&self) -> u64 {
        if self.quick { 20 } else { self.requests }
    }

    /// Numbers of connections for `cc`.
    pub(crate) fn connections(&self) -> Vec<usize> {
        self.conns.iter().map(|count| *count as usize).collect()
    }

    /// Threads on which the server checks passwords: all cores but one.
    pub(crate) fn hashers(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let most = cores.saturating_sub(1).max(1);
        self.hashers.map_or(most, |count| count as usize)
    }

    /// People who sign in at once: more than can be served.
    pub(crate) fn people(&self) -> usize {
        (self.hashers() * 4).min(64)
    }

    pub(crate) fn sizes(&self) -> Sizes {
        match self.quick {
            true => Sizes {
                small: 1_000,
                large: 10_000,
                expired: 20_000,
                devices: 800,
                tokens: 1_000,
                soak: Duration::from_secs(6),
            },
            false => Sizes {
                small: self.small,
                large: self.large,
                expired: self.expired,
                devices: if self.postgres.is_some() {
                    8_000
                } else {
                    64_000
                },
                tokens: 200_000,
                soak: Duration::from_secs(60) * self.soak,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_scenarios_run_only_when_they_are_named() {
        let all = Args::parse_from(["load"]);
        assert!(all.wants(Scenario::Flow) && all.wants_rounds());
        assert!(!all.wants(Scenario::Scale));
        let named = Args::parse_from(["load", "--only", "scale,soak"]);
        assert!(named.wants(Scenario::Scale) && named.wants(Scenario::Soak));
        assert!(!named.wants(Scenario::Sweep) && !named.wants_rounds());
    }

    #[test]
    fn quick_is_small() {
        let quick = Args::parse_from(["load", "--quick", "--rounds", "9"]).settled();
        assert_eq!((quick.rounds, quick.secs, quick.warm), (1, 1, 0));
        assert!(quick.sizes().large < 100_000 && quick.width() < 64);
    }
}
