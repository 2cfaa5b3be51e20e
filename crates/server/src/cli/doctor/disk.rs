//! Whether there is room where the database is.
use super::finding::{Finding, failed, ok, warning};
use crate::cli::db::size;
use config::{Config, Storage};
use std::path::Path;

const ABOUT: &str = "disk";

/// Less than this is soon full, in bytes: a checkpoint, a backup and the log need room too.
const LITTLE: u64 = 512 << 20;
/// With less than this nothing should be begun, in bytes.
const HARDLY: u64 = 32 << 20;
/// One part in so many of the places for files is few.
const FEW: u64 = 50;

/// Looks at the file system of the database, or of the keys beside PostgreSQL.
pub(super) fn finding(config: &Config) -> Finding {
    let near = match &config.storage {
        Storage::Sqlite(path) => path.as_path(),
        Storage::Postgres(_) => config.keys.as_path(),
    };
    // What does not exist yet will be where its nearest folder is.
    let place = near.ancestors().find(|path| path.exists());
    let place = place.unwrap_or(Path::new("."));
    match rustix::fs::statvfs(place) {
        Ok(told) => judge(
            place,
            told.f_bavail.saturating_mul(told.f_frsize),
            (told.f_favail, told.f_files),
        ),
        Err(error) => warning(
            ABOUT,
            format!(
                "{} cannot be looked at ({error}): look with `df`",
                place.display()
            ),
        ),
    }
}

/// Free bytes, and free places for files of all. Some file systems make places as they need them, and tell 0 of 0.
fn judge(place: &Path, free: u64, (files, all): (u64, u64)) -> Finding {
    let (place, room) = (place.display(), size(free));
    let next =
        "make room, or move the database to a larger disk; let logs and backups fill another one";
    if free < HARDLY {
        return failed(ABOUT, format!("{room} are free at {place}: {next}"));
    }
    if all > 0 && files == 0 {
        let sentence =
            format!("no file can be made at {place}, for all inodes are used: remove files");
        return failed(ABOUT, sentence);
    }
    if free < LITTLE {
        return warning(ABOUT, format!("only {room} are free at {place}: {next}"));
    }
    if all > 0 && files < all / FEW {
        return warning(
            ABOUT,
            format!("only {files} more files can be made at {place} (inodes): remove files"),
        );
    }
    ok(ABOUT, format!("{room} are free at {place}"))
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn room_and_places_for_files_are_judged() {
        let judged = |free, files| judge(Path::new("/var/lib"), free, files);
        for (free, files, state, part) in [
            (1 << 40, (9, 10), State::Ok, "are free at /var/lib"),
            (1 << 40, (0, 0), State::Ok, "are free"),
            (100 << 20, (9, 10), State::Warning, "make room"),
            (1 << 20, (9, 10), State::Failed, "make room"),
            (1 << 40, (0, 10), State::Failed, "inodes"),
            (1 << 40, (1, 1_000), State::Warning, "only 1 more files"),
        ] {
            let told = judged(free, files);
            assert_eq!(told.state, state, "{told:?}");
            assert!(told.sentence.contains(part), "{told:?}");
        }
    }
}
