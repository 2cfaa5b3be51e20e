//! The certificate in the file, and that which somebody shows.
use super::finding::{Finding, failed, ok, warning};
use super::validity::validity;
use crate::http::tls;
use crate::ops::clock;
use crate::preflight;
use config::Config;
use protocol::types::UnixTime;

const ABOUT: &str = "certificate";
/// So long before its end a certificate should have been renewed, in seconds.
const SOON: i64 = 14 * 24 * 3_600;

/// Key, end and names; one finding for each file that cannot be used.
pub(super) fn findings(config: &Config) -> Vec<Finding> {
    let Some(files) = &config.tls else {
        return Vec::new();
    };
    if let Err(what) = preflight::certificate(config) {
        return vec![failed(ABOUT, what)];
    }
    let chain = tls::chain(&files.cert).unwrap_or_default();
    let own = chain.first().and_then(|own| validity(own));
    let mut findings = vec![match own.map(|times| judge(times, clock::now().0)) {
        Some(Ok(until)) => ok(
            ABOUT,
            format!("certificate and key belong together; it is good until {until}"),
        ),
        Some(Err((State::Over, what))) => failed(ABOUT, what),
        Some(Err((State::Soon, what))) => warning(ABOUT, what),
        None => ok(ABOUT, "certificate and key belong together"),
    }];
    let unnamed = preflight::hosts_without_certificate(config);
    findings.extend(unnamed.into_iter().map(|host| {
        let sentence = format!(
            "it is not for {host}, so browsers and apps refuse it: have one made that names every host of this provider, unless a proxy in front has its own"
        );
        warning(ABOUT, sentence)
    }));
    findings
}

/// How bad it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is not good now.
    Over,
    /// It ends soon.
    Soon,
}

/// Until when it is good; or what is wrong, and what to do.
pub(super) fn judge((from, until): (i64, i64), now: i64) -> Result<String, (State, String)> {
    let day = |time| clock::rfc3339(UnixTime(time));
    if now > until {
        let sentence = format!("it ended at {}: renew it", day(until));
        return Err((State::Over, sentence));
    }
    if now < from {
        let sentence = format!(
            "it is not good before {}: look at the clock, or wait",
            day(from)
        );
        return Err((State::Over, sentence));
    }
    if until - now < SOON {
        let sentence = format!(
            "it ends at {}: renew it, and look why what should renew it did not",
            day(until)
        );
        return Err((State::Soon, sentence));
    }
    Ok(day(until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_two_weeks_before() {
        let times = (1_000_000, 9_000_000);
        assert_eq!(judge(times, 2_000_000).unwrap(), "1970-04-15T04:00:00Z");
        let state = |now| judge(times, now).unwrap_err().0;
        assert_eq!(state(9_000_000 - SOON + 1), State::Soon);
        assert_eq!(state(9_000_001), State::Over);
        assert_eq!(state(999_999), State::Over);
    }
}
