//! `valetkey db backup`.
use super::figures::size;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::place::Place;
use crate::cli::progress::Progress;
use crate::ops::{clock, sealing, server_key};
use clap::Args;
use config::Storage;
use serde_json::json;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Instant, UNIX_EPOCH};
use store::operator::{self, Copying};

/// From where to where.
#[derive(Debug, Args)]
pub(in crate::cli) struct Backup {
    #[command(flatten)]
    place: Place,
    /// The file to make. It has its name only when it is whole and on the disk.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

impl Backup {
    pub(super) fn run(self, output: Output) -> Result<(), Failure> {
        let config = self.place.load()?;
        let Storage::Sqlite(path) = &config.storage else {
            return Err(Failure::failed(
                "this database is on PostgreSQL: back it up with pg_dump, or with pg_basebackup and its log; \
                 docs/how-to/back-up-and-restore.md says what to do after it was put back",
            ));
        };
        let progress = Progress::of(0, "pages");
        let began = Instant::now();
        let bytes = operator::backup(path, &self.to, |copying| follow(&progress, copying))?;
        drop(progress);
        note(&config.keys);
        let (file, key) = (self.to.display(), server_key::path(&config.keys));
        let sealing = sealing::file_of(&config);
        let report = json!({
            "file": self.to,
            "bytes": bytes,
            "seconds": (began.elapsed().as_secs_f64() * 1_000.0).round() / 1_000.0,
            "key_file": key,
            "sealing_keys_file": sealing,
        });
        output.show(&report, || {
            let (size, key) = (size(bytes), key.display());
            let sealing = sealing.map_or_else(
                || "the sealing keys in sealing.keys".to_owned(),
                |file| file.display().to_string(),
            );
            format!(
                "{file} holds the database as it was a moment ago ({size}).\n\
                 Keep the key file {key} too: it never changes, and is not in the backup.\n\
                 Keep {sealing} too, after each rotation: without these keys nothing that is sealed in it can be read."
            )
        });
        Ok(())
    }
}

/// Beside the keys: when the last backup was made. The file is empty; its time is what it tells.
const LAST: &str = "last-backup";

/// Notes that one was made. Where that cannot be written, `valetkey doctor` does not know of it, and no more.
fn note(keys: &Path) {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(keys.join(LAST));
    if let Ok(file) = file {
        let _ = file.set_modified(clock::precisely());
    }
}

/// When the last backup was made, in seconds since 1970.
pub(in crate::cli) fn last(keys: &Path) -> Option<i64> {
    let made = std::fs::metadata(keys.join(LAST)).and_then(|file| file.modified());
    let since = made.ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}

/// Shows how far a copy has come.
pub(super) fn follow(progress: &Progress, copying: Copying) {
    match copying {
        Copying::Pages { done, all } => progress.at_of(done, all),
        Copying::Checking => progress.step("pages, looked through"),
    }
}
