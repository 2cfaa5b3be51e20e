//! Addresses to which mail comes back.
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::BounceChange;
use protocol::types::Locator;

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a BounceChange) -> Steps<'a> {
    match change {
        BounceChange::Note {
            email_key,
            kind,
            at,
            ..
        } => steps.run(
            "INSERT INTO bounces (email_key, kind, noted_at, sent_at, sent_mail) VALUES ($1, $2, $3, NULL, NULL) \
             ON CONFLICT (email_key) DO UPDATE SET noted_at = excluded.noted_at, \
             kind = CASE WHEN bounces.kind = 'complaint' THEN bounces.kind ELSE excluded.kind END",
            values![email_key, kind.name(), *at],
        ),
        BounceChange::Forget { email_key, .. } => steps.event(
            "DELETE FROM bounces WHERE email_key = $1",
            values![email_key],
        ),
        BounceChange::TakeTurn {
            email_key,
            mail,
            at,
            before,
        } => steps.guard(
            "UPDATE bounces SET sent_at = $3, sent_mail = $2 WHERE email_key = $1 \
             AND (sent_at IS NULL OR sent_at <= $4 OR sent_mail = $2)",
            values![email_key, *mail, *at, *before],
        ),
    }
}

/// What a link that is used shows: mail to its address arrives, if it was sent after the note.
pub(super) fn arrived(steps: Steps<'_>, link: Locator) -> Steps<'_> {
    steps.run(
        "DELETE FROM bounces WHERE EXISTS (SELECT 1 FROM mail_links l WHERE l.id = $1 \
         AND l.email_key = bounces.email_key AND l.created_at >= bounces.noted_at)",
        values![link],
    )
}
