//! The end of an account.
use super::app::delete_with;
use super::mail_link::withdraw_to;
use super::second_factor;
use super::session::end_all;
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::Deletion;
use protocol::types::{Subject, UnixTime};

/// Erases what an account tells of its person; what is in the place of its address is none, and free for nobody to type.
/// What the company calls them stays as the number does: APIs are told by it what to forget.
const ERASE: &str = "UPDATE people SET email = 'deleted-' || subject, email_key = 'deleted-' || subject, name = '', \
     password = '', verified_at = NULL, admin = FALSE, language = NULL, zone = NULL, \
     disabled_at = COALESCE(disabled_at, $3), deleted_at = $3, device_epoch = device_epoch + 1, \
     cutoff = CASE WHEN cutoff > $4 THEN cutoff ELSE $4 END \
     WHERE subject = $1 AND email = $2 AND deleted_at IS NULL AND ($5 IS NULL OR password = $5)";

/// Whoever registers an app, founds or joins an organization at the same moment locks the person first, and finds them gone;
/// or comes first, and is found here.
pub(super) fn delete<'a>(steps: Steps<'a>, deletion: &'a Deletion, now: UnixTime) -> Steps<'a> {
    let subject = deletion.subject;
    let steps = steps
        .lock(
            "SELECT 1 FROM people WHERE subject = $1 FOR UPDATE",
            values![subject],
        )
        .guard(
            ERASE,
            values![
                subject,
                &deletion.email,
                now,
                deletion.not_before,
                deletion.proved.as_deref()
            ],
        );
    let steps = leave(steps, subject);
    let apps = deletion.apps.iter();
    let steps = apps.fold(steps, |steps, app| delete_with(steps, *app, now));
    let steps = steps.exists(
        "SELECT 1 WHERE NOT EXISTS \
         (SELECT 1 FROM clients WHERE owner = $1 AND organization IS NULL AND deleted_at IS NULL)",
        values![subject],
    );
    let steps = second_factor::forget(end_all(steps, subject, None), subject);
    let steps = match &deletion.mailbox {
        Some(key) => withdraw_to(steps, key.clone()).run(
            "DELETE FROM invited_developers WHERE email_key = $1",
            values![key.as_str()],
        ),
        None => steps,
    };
    steps
        .run(
            "DELETE FROM accepted_terms WHERE subject = $1",
            values![subject],
        )
        .run("DELETE FROM consents WHERE subject = $1", values![subject])
        .run(
            "DELETE FROM mail_links WHERE subject = $1",
            values![subject],
        )
        .run(
            "DELETE FROM earlier_passwords WHERE subject = $1",
            values![subject],
        )
        .run(
            "DELETE FROM person_claims WHERE subject = $1",
            values![subject],
        )
        .run(
            "DELETE FROM identities WHERE subject = $1",
            values![subject],
        )
        .run(
            "DELETE FROM login_answers WHERE subject = $1",
            values![subject],
        )
        .person_changed(subject)
}

/// Leaves every organization. Their versions are raised first, so that of two last owners who go at once one is found to be
/// the last.
fn leave(steps: Steps<'_>, subject: Subject) -> Steps<'_> {
    steps
        .run(
            "UPDATE organizations SET version = version + 1 \
             WHERE id IN (SELECT organization FROM members WHERE subject = $1)",
            values![subject],
        )
        .exists(
            "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM members m JOIN organizations g ON g.id = m.organization \
             WHERE m.subject = $1 AND m.role = 'owner' AND g.external_id IS NULL AND NOT EXISTS (SELECT 1 FROM members o WHERE o.organization = m.organization AND o.subject <> $1 \
             AND o.role = 'owner'))",
            values![subject],
        )
        .run("DELETE FROM members WHERE subject = $1", values![subject])
}

/// What is made for a person is not made for one who is being deleted.
pub(super) fn is_there(steps: Steps<'_>, subject: Subject) -> Steps<'_> {
    steps
        .lock(
            "SELECT 1 FROM people WHERE subject = $1 FOR SHARE",
            values![subject],
        )
        .exists(
            "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM people WHERE subject = $1 AND deleted_at IS NOT NULL)",
            values![subject],
        )
}
