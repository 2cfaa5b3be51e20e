//! `valetkey db verify`.
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::cli::progress::Progress;
use crate::ops::clock;
use crate::storage;
use clap::Args;
use serde_json::json;
use std::process::ExitCode;
use store::SweepRules;
use store::operator::{Broken, Database};

/// Which database.
#[derive(Debug, Args)]
pub(in crate::cli) struct Verify {
    #[command(flatten)]
    place: Place,
    /// Do not compare rows with indexes: a SQLite file is read once instead of several times.
    #[arg(long)]
    quick: bool,
}

impl Verify {
    pub(super) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let config = self.place.load()?;
        let database = Database::look(&storage::location(&config)?).await?;
        let schema = database.schema().await?;
        if !schema.pending.is_empty() {
            return Err(Failure::failed(
                "the schema is not up to date: run `valetkey db migrate` first",
            ));
        }
        let rules = SweepRules::of(&config.policy, config.keep_addresses);
        let progress = Progress::steps();
        let told = |check| progress.step(check);
        let broken = database
            .verify(clock::now(), &rules, self.quick, told)
            .await?;
        drop(progress);
        let all: Vec<_> = broken.iter().map(as_json).collect();
        let report = json!({ "ok": broken.is_empty(), "broken": all });
        output.show(&report, || as_text(&broken));
        Ok(match broken.is_empty() {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        })
    }
}

fn as_json(broken: &Broken) -> serde_json::Value {
    json!({ "check": broken.check, "message": broken.sentence })
}

fn as_text(broken: &[Broken]) -> String {
    if broken.is_empty() {
        return "The database is sound.".to_owned();
    }
    let lines = broken
        .iter()
        .map(|one| format!("{}: {}", one.check, one.sentence));
    let lines: Vec<_> = lines.collect();
    format!(
        "{}\nThe database is broken: keep a copy of it, and put back a backup with `valetkey db restore`.",
        lines.join("\n")
    )
}
