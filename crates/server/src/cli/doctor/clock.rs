//! Whether this machine's clock is sound: against its own files, its database, and whoever answers elsewhere.
use super::finding::{Finding, failed, ok};
use crate::cli::failure::Failure;
use crate::cli::place::Opened;
use crate::cli::runtime::wait;
use crate::ops::clock;
use config::{Config, Storage};

const ABOUT: &str = "clock";
/// What is said of a clock elsewhere, beside what is said of this one.
const ELSEWHERE: &str = "other clocks";

/// 2025-01-01T00:00:00Z: a clock before that is wrong.
const EARLIEST: i64 = 1_735_689_600;

/// Clocks may be so many seconds apart.
const APART: i64 = 5;

/// Whether this machine's clock is sound, as far as its files and its database tell.
pub(super) fn finding(config: &Config) -> Finding {
    let now = clock::now();
    let written = match &config.storage {
        Storage::Sqlite(path) => std::fs::metadata(path)
            .and_then(|about| about.modified())
            .ok(),
        Storage::Postgres(_) => None,
    };
    let written = written.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let latest = written.and_then(|time| i64::try_from(time.as_secs()).ok());
    if now.0 < EARLIEST || latest.is_some_and(|latest| now.0 + 60 < latest) {
        let now = clock::rfc3339(now);
        return failed(
            ABOUT,
            format!("it says {now}, which is past already: set it, best with an NTP service"),
        );
    }
    let apart = apart_from_database(config);
    let apart = apart.and_then(|apart| judge(ABOUT, "PostgreSQL", apart));
    apart.unwrap_or_else(|| ok(ABOUT, clock::rfc3339(now)))
}

/// What is found of somebody whose answer came with a `Date` (RFC 9110 §6.6.1), if its clock and this one are apart.
pub(super) fn of_answer(who: &str, date: Option<&str>) -> Option<Finding> {
    let date = jiff::fmt::rfc2822::parse(date?).ok()?;
    let ahead = clock::now().0 - date.timestamp().as_second();
    judge(ELSEWHERE, who, ahead)
}

/// This clock is so many seconds ahead of somebody else's.
fn judge(about: &'static str, whose: &str, ahead: i64) -> Option<Finding> {
    let which = if ahead > 0 { "ahead of" } else { "behind" };
    let seconds = ahead.abs();
    let sentence = format!(
        "this clock is {seconds} seconds {which} that of {whose}: set both, best with an NTP service"
    );
    (seconds > APART).then(|| failed(about, sentence))
}

/// By how many seconds this machine's clock is ahead of the database's, if that has one and can be asked.
fn apart_from_database(config: &Config) -> Option<i64> {
    if let Storage::Sqlite(_) = config.storage {
        return None;
    }
    let asked = wait(async {
        let at = Opened::of(config.clone(), store::Stay::Look)?;
        Ok::<_, Failure>(at.store.database_time().await?)
    });
    let time = asked.ok()?.ok()??;
    Some(clock::now().0 - time.0)
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    /// A `Date` so many seconds from now.
    fn date(seconds: i64) -> String {
        let then = jiff::Timestamp::from_second(clock::now().0 + seconds).unwrap();
        then.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    #[test]
    fn a_clock_a_minute_from_that_of_others_is_told() {
        for (seconds, which) in [(60, "behind"), (-60, "ahead of")] {
            let told = of_answer("the issuer", Some(&date(seconds))).unwrap();
            assert_eq!(told.state, State::Failed);
            let part = format!("seconds {which} that of the issuer");
            assert!(told.sentence.contains(&part), "{}", told.sentence);
        }
        for date in [Some(date(0)), Some(date(3)), Some("soon".to_owned()), None] {
            let told = of_answer("the issuer", date.as_deref());
            assert!(told.is_none(), "{date:?}: {told:?}");
        }
    }
}
