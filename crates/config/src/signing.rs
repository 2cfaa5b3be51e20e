//! Checks `[signing]`: which keys there are that sign, and their schedule.
use super::checks::{Checks, LONGEST};
use super::values::Span;
use protocol::signing_keys::{Schedule, SigningAlgorithm};
use protocol::types::Lifetime;

/// The keys that sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// The algorithms for which there is a key; none: nothing is signed, and no set is published.
    pub algorithms: Vec<SigningAlgorithm>,
    /// How long a key stands where.
    pub schedule: Schedule,
}

/// What there is a key for where nobody says so.
pub(super) const DEFAULT_ALGORITHM: SigningAlgorithm = SigningAlgorithm::Rs256;

const LEAST_AHEAD: Lifetime = Lifetime::from_seconds(600);
const MOST_AHEAD: Lifetime = Lifetime::from_days(30);

/// How long a key stays published where nobody says so. An app that has somebody sign out names them by an ID token, which
/// may be as old as their session.
fn kept(checks: &Checks<'_>) -> Span {
    let settings = checks.settings();
    let (Span(rotate_after), Span(ahead)) = (
        settings.signing.rotate_after,
        settings.signing.publish_ahead,
    );
    let Span(session) = settings.accounts.session;
    let usual = Lifetime::from_days(1);
    let room = match rotate_after.seconds() {
        0 => LONGEST,
        seconds => {
            let room = u32::try_from(seconds.saturating_sub(ahead.seconds()));
            Lifetime::from_seconds(room.unwrap_or_default())
        }
    };
    match settings.openid.enabled {
        true => Span(session.min(room).max(usual)),
        false => Span(usual),
    }
}

/// Checks the table.
pub(super) fn signing(checks: &mut Checks<'_>) -> Signing {
    let settings = checks.settings().signing.clone();
    let mut algorithms: Vec<SigningAlgorithm> = Vec::new();
    for (item, name) in settings.algorithms.iter().enumerate() {
        let algorithm = SigningAlgorithm::from(*name);
        if algorithms.contains(&algorithm) {
            checks.fault_in("signing.algorithms", item, "is listed twice");
        } else {
            algorithms.push(algorithm);
        }
    }
    // What is switched on needs a key.
    if algorithms.is_empty() && checks.settings().openid.enabled {
        algorithms.push(DEFAULT_ALGORITHM);
    }
    let (Span(rotate_after), Span(ahead)) = (settings.rotate_after, settings.publish_ahead);
    let keep_retired = super::checks::within(
        checks,
        "signing.keep_retired",
        settings.keep_retired.unwrap_or_else(|| kept(checks)),
        LONGEST,
    );
    if ahead < LEAST_AHEAD || ahead > MOST_AHEAD {
        let what = format!("{ahead} is not between {LEAST_AHEAD} and {MOST_AHEAD}");
        checks.fault("signing.publish_ahead", what);
    }
    let least = ahead.seconds().saturating_add(keep_retired.seconds());
    if rotate_after > LONGEST || (rotate_after.seconds() > 0 && rotate_after.seconds() < least) {
        let what = format!(
            "{rotate_after} is not 0s, and not between publish_ahead with keep_retired and {LONGEST}"
        );
        checks.fault("signing.rotate_after", what);
    }
    let signing = Signing {
        algorithms,
        schedule: Schedule {
            rotate_after,
            publish_ahead: ahead,
            keep_retired,
        },
    };
    check_keys(checks, &signing);
    signing
}

/// Whether what is signed may outlive the set of keys.
fn check_keys(checks: &mut Checks<'_>, signing: &Signing) {
    let settings = checks.settings();
    let (Span(token), kept) = (settings.openid.id_token, signing.schedule.keep_retired);
    if settings.openid.enabled && token >= kept {
        let what = format!(
            "{kept} is not longer than openid.id_token, {token}: an ID token must not outlive the key that signed it"
        );
        checks.fault("signing.keep_retired", what);
    }
    let signs_rs256 = signing.algorithms.contains(&DEFAULT_ALGORITHM);
    if settings.openid.enabled && !signs_rs256 {
        checks.warn(
            "signing.algorithms lacks RS256, which OpenID Connect Discovery §3 has every provider sign by: some apps verify nothing else".to_owned(),
        );
    }
}
