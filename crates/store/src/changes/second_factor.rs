//! Second factors of people.
use super::mail_link::{remember_password, tell};
use super::session::{end_all, end_all_but, forget_devices, still_holds};
use crate::steps::Steps;
use crate::value::values;
use jose::Digest;
use protocol::transition::SecondFactorChange;
use protocol::types::{Locator, Subject, UnixTime};

pub(super) fn steps<'a>(
    steps: Steps<'a>,
    change: &'a SecondFactorChange,
    now: UnixTime,
) -> Steps<'a> {
    match change {
        SecondFactorChange::Add {
            subject,
            sealed,
            step,
            at,
            codes,
            is_first,
            keep,
            answer,
            notice,
        } => {
            let steps = going_on(locked(steps, *subject), *subject, *keep);
            let steps = still_holds(steps, *subject, *answer);
            let steps = match is_first {
                true => steps.exists(NO_PASSKEY, values![*subject]),
                false => steps,
            };
            let steps = add(steps, *subject, (sealed, *step), *at);
            let steps = keep_codes(steps, *subject, codes);
            let steps = end_all_but(steps, *subject, *keep, *answer);
            let steps = forget_devices(steps, *subject);
            let steps = match is_first {
                true => remember_password(steps, *subject, notice.as_deref()),
                false => steps,
            };
            tell(steps, notice.as_deref())
        }
        SecondFactorChange::UseCode {
            subject,
            created_at,
            step,
        } => steps.guard(
            "UPDATE authenticators SET last_step = $3 WHERE subject = $1 AND created_at = $2 AND last_step < $3",
            values![*subject, *created_at, *step],
        ),
        SecondFactorChange::UseRecoveryCode {
            subject,
            digest,
            notice,
        } => tell(
            steps.guard(USE_RECOVERY_CODE, values![*subject, digest, now]),
            notice.as_deref(),
        ),
        SecondFactorChange::ReplaceCodes { subject, codes } => {
            let steps = locked(steps, *subject).exists(HAS_ONE, values![*subject]);
            keep_codes(unused(steps, *subject, codes), *subject, codes)
        }
        SecondFactorChange::Remove {
            subject,
            created_at,
            notice,
        } => {
            let gone = "DELETE FROM authenticators WHERE subject = $1 AND created_at = $2";
            let steps = locked(steps, *subject).guard(gone, values![*subject, *created_at]);
            tell(forget_idle_codes(steps, *subject), notice.as_deref())
        }
        SecondFactorChange::Reset { subject, notice } => {
            tell(reset(steps, *subject), notice.as_deref())
        }
        SecondFactorChange::Reseal {
            subject,
            before,
            sealed,
        } => steps.guard(
            "UPDATE authenticators SET seed = $3 WHERE subject = $1 AND seed = $2",
            values![*subject, &before[..], &sealed[..]],
        ),
    }
}

fn reset<'a>(steps: Steps<'a>, subject: Subject) -> Steps<'a> {
    let steps = locked(steps, subject).exists(HAS_ONE, values![subject]);
    forget_devices(end_all(forget(steps, subject), subject, None), subject)
}

/// Whoever signs in at the same moment locks the person too, and finds that a password alone is not enough any more; or came
/// first, and is signed out.
fn add<'a>(
    steps: Steps<'a>,
    subject: Subject,
    (sealed, step): (&'a [u8], i64),
    at: UnixTime,
) -> Steps<'a> {
    steps.guard(
        "INSERT INTO authenticators (subject, seed, last_step, created_at) \
         SELECT subject, $2, $3, $4 FROM people WHERE subject = $1 AND disabled_at IS NULL \
         ON CONFLICT DO NOTHING",
        values![subject, sealed, step, at],
    )
}

fn locked(steps: Steps<'_>, subject: Subject) -> Steps<'_> {
    steps.lock(
        "SELECT 1 FROM people WHERE subject = $1 FOR UPDATE",
        values![subject],
    )
}

/// What is added in a session is added only as long as that goes on.
pub(super) fn going_on(steps: Steps<'_>, subject: Subject, session: Option<Locator>) -> Steps<'_> {
    match session {
        Some(session) => steps.exists(
            "SELECT 1 FROM sessions WHERE id = $1 AND subject = $2",
            values![session, subject],
        ),
        None => steps,
    }
}

/// Whoever was asked for no second factor, because there was none, finds none.
const NO_PASSKEY: &str = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM passkeys WHERE subject = $1)";

/// A second factor that recovery codes go with.
const HAS_ONE: &str = "SELECT 1 FROM people p WHERE p.subject = $1 AND \
     (EXISTS (SELECT 1 FROM authenticators a WHERE a.subject = p.subject) \
     OR EXISTS (SELECT 1 FROM passkeys k WHERE k.subject = p.subject))";

const USE_RECOVERY_CODE: &str =
    "UPDATE recovery_codes SET used_at = $3 WHERE subject = $1 AND digest = $2 AND used_at IS NULL";

const FORGET_CODES: &str = "DELETE FROM recovery_codes WHERE subject = $1";

/// Forgets recovery codes that go with nothing any more.
pub(super) fn forget_idle_codes(steps: Steps<'_>, subject: Subject) -> Steps<'_> {
    const FORGET: &str = "DELETE FROM recovery_codes WHERE subject = $1 \
        AND NOT EXISTS (SELECT 1 FROM authenticators a WHERE a.subject = $1) \
        AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.subject = $1)";
    steps.run(FORGET, values![subject])
}

/// Keeps recovery codes in place of those before.
pub(super) fn keep_codes<'a>(steps: Steps<'a>, subject: Subject, codes: &'a [Digest]) -> Steps<'a> {
    let steps = steps.run(FORGET_CODES, values![subject]);
    codes.iter().fold(steps, |steps, code| {
        steps.run(
            "INSERT INTO recovery_codes (subject, digest) VALUES ($1, $2)",
            values![subject, code],
        )
    })
}

/// Forgets second factors, along with another change: the account is somebody else's from then on, or nobody's.
pub(super) fn forget(steps: Steps<'_>, subject: Subject) -> Steps<'_> {
    steps
        .run(
            "DELETE FROM authenticators WHERE subject = $1",
            values![subject],
        )
        .run("DELETE FROM passkeys WHERE subject = $1", values![subject])
        .run(FORGET_CODES, values![subject])
}

/// That none of these was used already: a form that comes once more does not bring back what it made before.
fn unused<'a>(steps: Steps<'a>, subject: Subject, codes: &'a [Digest]) -> Steps<'a> {
    let used = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM recovery_codes \
                WHERE subject = $1 AND digest = $2 AND used_at IS NOT NULL)";
    codes.iter().fold(steps, |steps, code| {
        steps.exists(used, values![subject, code])
    })
}
