//! When the last backup was made, as far as `valetkey db backup` knows.
use super::finding::{Finding, ok, warning};
use crate::cli::db::last_backup;
use crate::ops::{clock, server_key};
use config::{Config, Storage};
use protocol::types::UnixTime;
use std::time::UNIX_EPOCH;

const ABOUT: &str = "backup";
/// A backup that is older is told of, in seconds.
const OLD: i64 = 7 * 24 * 3_600;
/// So long after its first start a provider may be without one, in seconds.
const YOUNG: i64 = 24 * 3_600;

/// Looks at what the last backup left beside the keys.
pub(super) fn finding(config: &Config) -> Finding {
    if let Storage::Postgres(_) = config.storage {
        return ok(
            ABOUT,
            "PostgreSQL is backed up by its own tools, which are not looked at here",
        );
    }
    let begun = std::fs::metadata(server_key::path(&config.keys)).and_then(|key| key.modified());
    let begun = begun.ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let begun = begun.and_then(|at| i64::try_from(at.as_secs()).ok());
    judge(last_backup(&config.keys), begun, clock::now().0)
}

fn judge(last: Option<i64>, begun: Option<i64>, now: i64) -> Finding {
    let next = "run `valetkey db backup --to FILE` once a day, and keep the key files too";
    let Some(last) = last else {
        return match begun {
            Some(begun) if now - begun > YOUNG => {
                warning(ABOUT, format!("`valetkey db backup` has made none: {next}"))
            }
            Some(_) => ok(
                ABOUT,
                "there is none yet, and the provider began within the last day",
            ),
            None => ok(ABOUT, "there is none yet, and nothing to keep either"),
        };
    };
    let at = clock::rfc3339(UnixTime(last));
    match now - last > OLD {
        true => warning(ABOUT, format!("the last was made at {at}: {next}")),
        false => ok(ABOUT, format!("the last was made at {at}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn none_and_an_old_one_are_told() {
        let now = 1_800_000_000;
        for (last, begun, state) in [
            (None, None, State::Ok),
            (None, Some(now - 60), State::Ok),
            (None, Some(now - 2 * YOUNG), State::Warning),
            (Some(now - 60), Some(now - 2 * YOUNG), State::Ok),
            (Some(now - OLD - 1), Some(0), State::Warning),
        ] {
            let told = judge(last, begun, now);
            assert_eq!(told.state, state, "{told:?}");
            let says_what_next = told.sentence.contains("db backup --to");
            assert_eq!(says_what_next, state == State::Warning);
        }
    }
}
