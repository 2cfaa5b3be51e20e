//! Passkeys of people.
use super::mail_link::{remember_password, tell};
use super::second_factor::{forget_idle_codes, going_on, keep_codes};
use super::session::{end_all, end_all_but, forget_devices, still_holds};
use crate::steps::Steps;
use crate::value::values;
use jose::Digest;
use protocol::accounts::passkeys::{AT_MOST, Passkey};
use protocol::transition::PasskeyChange;
use protocol::types::{Locator, Subject, UnixTime};

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a PasskeyChange, now: UnixTime) -> Steps<'a> {
    match change {
        PasskeyChange::Add {
            passkey,
            ceremony,
            codes,
            session,
            answer,
            notice,
        } => {
            let steps = locked(steps, passkey.subject);
            let steps = going_on(steps, passkey.subject, *session);
            let steps = still_holds(steps, passkey.subject, *answer);
            let steps = add(steps, passkey, *ceremony, codes);
            let steps = match codes.is_empty() {
                true => steps,
                false => {
                    let steps = keep_codes(steps, passkey.subject, codes);
                    let steps = end_all_but(steps, passkey.subject, *session, *answer);
                    let steps = forget_devices(steps, passkey.subject);
                    remember_password(steps, passkey.subject, notice.as_deref())
                }
            };
            tell(steps, notice.as_deref())
        }
        PasskeyChange::Use {
            id,
            subject,
            ceremony,
            state,
            count,
        } => use_up(steps, *ceremony).guard(USE, values![*id, *subject, state, *count, now]),
        PasskeyChange::Copied {
            id,
            subject,
            ceremony,
            notice,
        } => {
            let steps = use_up(steps, *ceremony).exists(
                "SELECT 1 FROM passkeys WHERE id = $1 AND subject = $2",
                values![*id, *subject],
            );
            tell(steps, notice.as_deref())
        }
        PasskeyChange::Rename { id, subject, name } => steps.guard(
            "UPDATE passkeys SET name = $3 WHERE id = $1 AND subject = $2",
            values![*id, *subject, name],
        ),
        PasskeyChange::Remove {
            id,
            subject,
            session,
            notice,
        } => {
            let steps = locked(steps, *subject).guard(TAKE_AWAY, values![*id, *subject]);
            let steps = forget_idle_codes(steps, *subject);
            tell(end_all(steps, *subject, Some(*session)), notice.as_deref())
        }
    }
}

/// Of two that are added or taken away at once, the second finds what the first has left; and whoever signs in at the same
/// moment locks the person too.
fn locked(steps: Steps<'_>, subject: Subject) -> Steps<'_> {
    steps.lock(
        "SELECT 1 FROM people WHERE subject = $1 FOR UPDATE",
        values![subject],
    )
}

fn use_up(steps: Steps<'_>, ceremony: Locator) -> Steps<'_> {
    steps.guard(
        "INSERT INTO used_ceremonies (id) VALUES ($1) ON CONFLICT DO NOTHING",
        values![ceremony],
    )
}

/// A counter that counts is never where it was; one that does not stays at 0.
const USE: &str = "UPDATE passkeys SET state = $3, count = $4, used_at = $5 WHERE id = $1 AND subject = $2 \
     AND (count < $4 OR (count = 0 AND $4 = 0))";

/// Unless nothing else would lead in.
const TAKE_AWAY: &str = "DELETE FROM passkeys WHERE id = $1 AND subject = $2 AND \
     (EXISTS (SELECT 1 FROM people p WHERE p.subject = $2 AND p.password <> '') \
     OR EXISTS (SELECT 1 FROM identities i WHERE i.subject = $2) \
     OR EXISTS (SELECT 1 FROM passkeys k WHERE k.subject = $2 AND k.id <> $1))";

fn add<'a>(
    steps: Steps<'a>,
    passkey: &'a Passkey,
    ceremony: Locator,
    codes: &'a [Digest],
) -> Steps<'a> {
    let (subject, credential) = (passkey.subject, &passkey.credential);
    // Who has codes for what is there keeps them.
    let right = match codes.is_empty() {
        true => {
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM authenticators WHERE subject = $1) \
                 OR EXISTS (SELECT 1 FROM passkeys WHERE subject = $1)"
        }
        false => {
            "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM authenticators WHERE subject = $1) \
                  AND NOT EXISTS (SELECT 1 FROM passkeys WHERE subject = $1)"
        }
    };
    use_up(steps.exists(right, values![subject]), ceremony).guard(
        "INSERT INTO passkeys (id, subject, credential, handle, state, count, name, created_at) \
         SELECT $1, subject, $3, $4, $5, $6, $7, $8 FROM people WHERE subject = $2 AND disabled_at IS NULL \
         AND (SELECT COUNT(*) FROM passkeys k WHERE k.subject = $2) < $9 ON CONFLICT DO NOTHING",
        values![
            passkey.id,
            subject,
            &credential.id[..],
            &credential.handle[..],
            &credential.state,
            credential.count,
            &passkey.name,
            passkey.created_at,
            AT_MOST as i64,
        ],
    )
}
