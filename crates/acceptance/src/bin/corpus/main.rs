//! Compares what tests asked and were answered, as `VALETKEY_RECORD` has it written down, before and after a change.
//!
//! Ids, secrets, times and ports differ between any two runs. They become placeholders, alike on both sides, that
//! still show where the same value appears again.

mod compare;
mod normal;

use acceptance::Exchange;
use anyhow::Context;
use clap::{Parser, Subcommand};
use compare::Finding;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "corpus", about = "Compares recorded answers of tests")]
struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Prints per test what differs; exit code 1 when something does.
    Compare {
        /// The folder that was recorded before the change.
        before: PathBuf,
        /// The folder that was recorded after it.
        after: PathBuf,
        /// Only name the tests.
        #[arg(long)]
        names: bool,
    },
    /// Writes a recorded folder with placeholders in place of what differs between any two runs.
    Normalise {
        /// The recorded folder.
        from: PathBuf,
        /// The new folder.
        to: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(&Args::parse().verb) {
        Ok(code) => code,
        Err(e) => {
            eprintln!("corpus: {e:#}");
            ExitCode::from(2)
        }
    }
}

fn run(verb: &Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Compare {
            before,
            after,
            names,
        } => compare_all(&read(before)?, &read(after)?, *names),
        Verb::Normalise { from, to } => {
            for (test, exchanges) in read(from)? {
                let path = to.join(test);
                fs::create_dir_all(path.parent().unwrap_or(to))?;
                let lines = exchanges.iter().map(serde_json::to_string);
                let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
                fs::write(path, lines.join("\n") + "\n")?;
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// What each test of a folder said and heard, with placeholders, by the path of its file.
type Corpus = BTreeMap<PathBuf, Vec<Exchange>>;

fn read(folder: &Path) -> anyhow::Result<Corpus> {
    let mut corpus = Corpus::new();
    let context = || format!("cannot read {}", folder.display());
    for binary in fs::read_dir(folder).with_context(context)? {
        for file in fs::read_dir(binary?.path()).with_context(context)? {
            let path = file?.path();
            let text = fs::read_to_string(&path)?;
            let exchanges = text.lines().map(serde_json::from_str);
            let exchanges: Vec<Exchange> = exchanges
                .collect::<Result<_, _>>()
                .with_context(|| path.display().to_string())?;
            let test = path.strip_prefix(folder)?.to_owned();
            corpus.insert(test, normal::normalise(exchanges));
        }
    }
    Ok(corpus)
}

/// Tests that ask from several threads at once, by how their files' names begin.
const RACING: [&str; 28] = [
    "audit.",
    "client_assertions.",
    "client_documents.",
    "client_keys.",
    "client_logos.",
    "connections.",
    "crash.",
    "crash_postgres.",
    "device_polls.",
    "dpop.",
    "faults.",
    "handoff.calls.",
    "introduction_attacks.",
    "jwt_tokens.",
    "lifecycle.",
    "openid.logout.",
    "own_data.",
    "portal.bounds.",
    "portal.input.",
    "portal.organizations.",
    "races.",
    "registration.",
    "removal_races.",
    "restore.",
    "revocations.",
    "twice.",
    "two_nodes.",
    "verify.",
];

/// Whether a test's answers may come in another order.
fn races(test: &Path) -> bool {
    let name = test.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| RACING.iter().any(|module| name.starts_with(module)))
}

fn compare_all(before: &Corpus, after: &Corpus, names: bool) -> anyhow::Result<ExitCode> {
    let (mut same, mut order, mut differ) = (0, 0, 0);
    let tests: BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    for test in tests {
        let name = test.with_extension("");
        let name = name.display();
        let finding = match (before.get(test), after.get(test)) {
            (Some(before), Some(after)) => compare::compare(before, after, races(test)),
            (Some(_), None) => Finding::Differs("only before\n".to_owned()),
            _ => Finding::Differs("only after\n".to_owned()),
        };
        match finding {
            Finding::Same => same += 1,
            Finding::OtherOrder => {
                order += 1;
                println!("{name}: the same answers in another order");
            }
            Finding::Differs(what) => {
                differ += 1;
                println!("{name}: differs");
                if !names {
                    println!("{what}");
                }
            }
        }
    }
    println!("{same} tests the same, {order} in another order, {differ} differ");
    Ok(if differ == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
