//! What OpenID Connect keeps: what was asked of a sign-in, who is to be told that a session ended, and claims of people.
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::OpenIdChange;
use protocol::types::{Authentication, ClientRowId, Locator, Session, Subject};

/// What a code, or the answer to a device, knows of the sign-in.
pub(super) fn keep<'a>(
    steps: Steps<'a>,
    (subject, client): (Subject, ClientRowId),
    authentication: Option<&'a Authentication>,
) -> Steps<'a> {
    let Some(asked) = authentication else {
        return steps;
    };
    steps.run(
        "INSERT INTO authentications (id, client, subject, session, sid, nonce, claims, expires_at, methods, acr) \
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7, (SELECT methods FROM sessions WHERE id = $4), $8)",
        values![
            asked.id,
            client,
            subject,
            asked.session,
            asked.nonce.as_deref(),
            asked.claims.join("\n"),
            asked.expires_at,
            asked.acr.as_deref(),
        ],
    )
}

const PERSON: &str = "SELECT 1 FROM people WHERE subject = $1 FOR SHARE";

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a OpenIdChange) -> Steps<'a> {
    match change {
        OpenIdChange::TellOfLogout { session, client, .. } => steps.guard(
            "DELETE FROM logouts WHERE sid = $1 AND client = $2",
            values![*session, *client],
        ),
        OpenIdChange::SetClaims { subject, claims } => match claims {
            // Whoever is just being deleted keeps none.
            Some(claims) => steps.lock(PERSON, values![*subject]).event(
                "INSERT INTO person_claims (subject, claims) SELECT subject, $2 FROM people \
                 WHERE subject = $1 AND deleted_at IS NULL \
                 ON CONFLICT (subject) DO UPDATE SET claims = excluded.claims WHERE person_claims.claims <> excluded.claims",
                values![*subject, claims.as_str()],
            ),
            None => steps.event(
                "DELETE FROM person_claims WHERE subject = $1",
                values![*subject],
            ),
        },
    }
}

/// Which sessions end; who is to be told of them is written down before they are gone.
macro_rules! told_of {
    ($sessions:literal) => {
        concat!(
            "INSERT INTO logouts (sid, client, subject) SELECT DISTINCT a.sid, a.client, a.subject \
             FROM authentications a WHERE a.session IN (SELECT id FROM sessions WHERE ",
            $sessions,
            ") ON CONFLICT DO NOTHING"
        )
    };
}

/// One session is about to end.
pub(super) fn ends(steps: Steps<'_>, session: Locator) -> Steps<'_> {
    steps.run(told_of!("id = $1"), values![session])
}

/// The same, for another to begin in the same browser: with the same person it goes on, and nobody is told.
pub(super) fn followed_by<'a>(steps: Steps<'a>, before: Locator, next: &'a Session) -> Steps<'a> {
    let goes_on = "UPDATE authentications SET session = $2 WHERE session = $1 AND subject = $3";
    let values = values![before, next.id, next.subject];
    ends(steps.run(goes_on, values), before)
}

/// Those of the test users of an app and of its test side are.
pub(super) fn test_users_end(steps: Steps<'_>, client: ClientRowId) -> Steps<'_> {
    steps.run(
        told_of!(
            "subject IN (SELECT subject FROM people WHERE test_app IN \
             (SELECT no FROM clients WHERE no = $1 OR live_of = $1))"
        ),
        values![client],
    )
}

/// All sessions of a person are, but for one.
pub(super) fn all_end(steps: Steps<'_>, subject: Subject, keep: Locator) -> Steps<'_> {
    steps.run(
        told_of!("subject = $1 AND id <> $2"),
        values![subject, keep],
    )
}

/// A session is, and those that the same browser has begun since.
pub(super) fn device_ends<'a>(
    steps: Steps<'a>,
    session: Locator,
    subject: Subject,
    device: Option<&'a str>,
) -> Steps<'a> {
    steps.run(
        told_of!("subject = $2 AND (id = $1 OR device = $3)"),
        values![session, subject, device],
    )
}
