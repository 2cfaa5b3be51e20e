//! Says once that the database does not work, not for each request that meets it, and once that it works again.
use super::log::Log;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use store::StoreError;

/// How long nothing may have failed until the database is said to work again.
const QUIET: Duration = Duration::from_secs(2);
/// The same after a page could not be read: longer than from one sweep to the next, which meets it again.
const QUIET_AFTER_DAMAGE: Duration = Duration::from_secs(45);
/// How often it is said again while it lasts, if anything failed in between.
const AGAIN: Duration = Duration::from_secs(60);

/// See the module.
pub(crate) struct Outage {
    log: Log,
    /// The database, as it is named to people.
    place: String,
    lasting: Mutex<Option<Lasting>>,
}

/// A time in which the database does not work.
struct Lasting {
    /// What was said, the newest last; nothing is said twice.
    said: Vec<StoreError>,
    since: Instant,
    failed_at: Instant,
    failures: u64,
    said_at: Instant,
    said_failures: u64,
}

impl Outage {
    pub(crate) fn new(log: Log, place: String) -> Self {
        Outage {
            log,
            place,
            lasting: Mutex::new(None),
        }
    }

    /// Something failed: a request, or a job.
    pub(crate) fn note(&self, error: &StoreError) {
        self.noted(error, Instant::now());
    }

    fn noted(&self, error: &StoreError, now: Instant) {
        // Too much work is no fault of the database.
        if matches!(error, StoreError::Overloaded) {
            return;
        }
        let mut lasting = self.lasting.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = lasting.as_mut() else {
            *lasting = Some(Lasting::begin(error, now));
            return self.log.error(format!(
                "{}: {error}. Requests that need it are told 503 until it works again; nothing that was answered \
                 is lost",
                self.place
            ));
        };
        known.failures += 1;
        known.failed_at = now;
        if !known.said.iter().any(|said| is_alike(said, error)) {
            known.said.push(error.clone());
            known.said_at = now;
            self.log.error(format!("{}: {error}", self.place));
        }
    }

    /// Whether the database is believed not to work.
    pub(crate) fn lasts(&self) -> bool {
        let lasting = self.lasting.lock().unwrap_or_else(PoisonError::into_inner);
        lasting.is_some()
    }

    /// The database was tried and works, at least in part.
    pub(crate) fn works(&self) {
        self.worked(Instant::now());
    }

    fn worked(&self, now: Instant) {
        let mut lasting = self.lasting.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = lasting.as_mut() else {
            return;
        };
        if now.duration_since(known.failed_at) >= known.quiet() {
            let (place, failures) = (&self.place, known.failures);
            let seconds = known.failed_at.duration_since(known.since).as_secs();
            self.log.info(format!(
                "{place} works again: {failures} requests and jobs failed within {seconds} seconds"
            ));
            *lasting = None;
        }
    }

    /// Says it again after a while.
    pub(crate) fn remind(&self) {
        let now = Instant::now();
        let mut lasting = self.lasting.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = lasting.as_mut() else {
            return;
        };
        if now.duration_since(known.said_at) >= AGAIN && known.failures > known.said_failures {
            let failures = known.failures;
            known.said_at = now;
            known.said_failures = failures;
            let why = known.said.last().map(ToString::to_string);
            self.log.error(format!(
                "{}: it goes on, {failures} requests and jobs failed by now: {}",
                self.place,
                why.unwrap_or_default()
            ));
        }
    }
}

impl Lasting {
    fn begin(error: &StoreError, now: Instant) -> Self {
        Lasting {
            said: vec![error.clone()],
            since: now,
            failed_at: now,
            failures: 1,
            said_at: now,
            said_failures: 1,
        }
    }

    /// How long nothing may have failed until it is over.
    fn quiet(&self) -> Duration {
        let is_damage =
            |error: &StoreError| matches!(error, StoreError::Damaged(_) | StoreError::Corrupt(_));
        match self.said.iter().any(is_damage) {
            true => QUIET_AFTER_DAMAGE,
            false => QUIET,
        }
    }
}

/// Whether both ask the same of an operator. A driver may say it in other words each time.
fn is_alike(one: &StoreError, other: &StoreError) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use config::LogSettings;

    #[test]
    fn an_outage_ends_when_nothing_has_failed_for_a_while() {
        let outage = Outage::new(
            Log::start(&LogSettings::default()),
            "sqlite:x.db".to_owned(),
        );
        let begin = Instant::now();
        outage.noted(&StoreError::Overloaded, begin);
        assert!(!outage.lasts(), "much work is no fault");
        outage.noted(&StoreError::Full, begin);
        outage.noted(&StoreError::Full, begin + QUIET);
        outage.worked(begin + QUIET + QUIET / 2);
        assert!(outage.lasts(), "it failed a moment ago");
        outage.worked(begin + QUIET + QUIET);
        assert!(!outage.lasts());
        outage.noted(&StoreError::Damaged(String::new()), begin);
        outage.worked(begin + QUIET);
        assert!(outage.lasts(), "the next sweep may meet it");
        outage.worked(begin + QUIET_AFTER_DAMAGE);
        assert!(!outage.lasts());
    }
}
