//! `valetkey db sweep`.
use super::figures::{grouped, size};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::cli::progress::Progress;
use crate::ops::clock;
use clap::Args;
use serde_json::json;
use store::operator::Database;
use store::{Location, SweepRules};

/// Which database.
#[derive(Debug, Args)]
pub(in crate::cli) struct Sweep {
    #[command(flatten)]
    place: Place,
    /// Then give the freed space back to the disk (SQLite, while no server runs). Needs as much space again meanwhile.
    /// Without it the file stays as large as it was, and new rows fill it.
    #[arg(long)]
    shrink: bool,
}

impl Sweep {
    pub(super) async fn run(self, output: Output) -> Result<(), Failure> {
        let storage = self.place.location()?;
        // There is something to sweep only in a database that is there.
        drop(Database::look(&storage).await?);
        let at = self.place.open()?;
        let rules = SweepRules::of(&at.config.policy, at.config.keep_addresses);
        let progress = Progress::counting("rows deleted");
        let told = |swept: store::Swept| progress.at((swept.access_tokens + swept.others) as u64);
        let swept = at.store.sweep_all(clock::now(), &rules, told).await?;
        at.close().await;
        let freed = match self.shrink {
            true => Some(shrink(&storage, &progress).await?),
            false => None,
        };
        drop(progress);
        let report = json!({
            "access_tokens": swept.access_tokens,
            "others": swept.others,
            "bytes_freed": freed,
        });
        output.show(&report, || {
            let (tokens, others) = (swept.access_tokens as u64, swept.others as u64);
            let (tokens, others) = (grouped(tokens), grouped(others));
            let freed = freed.map(|bytes| format!(" The file is {} smaller.", size(bytes)));
            let freed = freed.unwrap_or_default();
            format!("{tokens} access tokens and {others} other rows were deleted.{freed}")
        });
        Ok(())
    }
}

/// How many bytes smaller the file is now.
async fn shrink(storage: &Location, progress: &Progress) -> Result<u64, Failure> {
    progress.step("rows deleted, giving back their space");
    let bytes = || match storage {
        Location::Sqlite(path) => std::fs::metadata(path).map_or(0, |about| about.len()),
        Location::Postgres(_) => 0,
    };
    let before = bytes();
    let database = Database::change(storage).await?;
    database.shrink()?;
    drop(database);
    Ok(before.saturating_sub(bytes()))
}
