//! Sign-ins at other providers.
use super::account::create_as;
use super::handoff::answer;
use super::mail_link::tell;
use super::session::end_all;
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::UpstreamChange;
use protocol::types::{NewPerson, Subject, UnixTime};
use protocol::upstream::{Arrival, Identity};

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a UpstreamChange, now: UnixTime) -> Steps<'a> {
    match change {
        UpstreamChange::Return {
            challenge,
            expires_at,
        } => answer(steps, challenge, (now, ""), *expires_at),
        UpstreamChange::SignIn {
            answer,
            identity,
            auth_time,
            methods,
            account,
        } => {
            let steps = match &**account {
                Arrival::New(person) => made(steps, person, identity, now),
                Arrival::Known {
                    subject,
                    email,
                    verified_at,
                    name,
                } => refreshed(steps, *subject, (email, *verified_at, name), identity, now),
            };
            let named = "UPDATE login_answers SET auth_time = $2, methods = $3, source = $4, subject = \
                         (SELECT subject FROM identities WHERE source = $4 AND external_id = $5) \
                         WHERE id = $1 AND subject IS NULL AND used_at IS NULL AND expires_at > $6";
            steps.guard(
                named,
                values![
                    *answer,
                    *auth_time,
                    methods,
                    &identity.source,
                    &identity.external_id,
                    now,
                ],
            )
        }
        UpstreamChange::Link {
            subject,
            identity,
            notice,
        } => {
            let steps = locked(steps, *subject).exists(
                "SELECT 1 FROM people WHERE subject = $1 AND disabled_at IS NULL AND deleted_at IS NULL",
                values![*subject],
            );
            tell(keep(steps, *subject, identity, now), notice.as_deref())
        }
        UpstreamChange::Unlink {
            subject,
            session,
            identity,
            notice,
        } => {
            let (source, external_id) = (&identity.source, &identity.external_id);
            let steps = locked(steps, *subject)
                .guard(TAKE_AWAY, values![source, external_id, *subject])
                .run(FORGET_KEY, values![*subject, identity.key()]);
            tell(end_all(steps, *subject, Some(*session)), notice.as_deref())
        }
    }
}

/// Of two that are taken away at once, the second finds what the first has left.
fn locked(steps: Steps<'_>, subject: Subject) -> Steps<'_> {
    steps.lock(
        "SELECT 1 FROM people WHERE subject = $1 FOR UPDATE",
        values![subject],
    )
}

/// Unless nothing else would lead in.
const TAKE_AWAY: &str = "DELETE FROM identities WHERE source = $1 AND external_id = $2 AND subject = $3 AND \
     (EXISTS (SELECT 1 FROM people p WHERE p.subject = $3 AND p.password <> '') \
     OR EXISTS (SELECT 1 FROM identities o WHERE o.subject = $3 AND NOT (o.source = $1 AND o.external_id = $2)) \
     OR EXISTS (SELECT 1 FROM passkeys k WHERE k.subject = $3))";

/// Whoever comes by it next is somebody new, for whom an account is made: the old one is not found by it any more.
const FORGET_KEY: &str =
    "UPDATE people SET email_key = '@unlinked ' || subject WHERE subject = $1 AND email_key = $2";

fn keep<'a>(
    steps: Steps<'a>,
    subject: Subject,
    identity: &'a Identity,
    now: UnixTime,
) -> Steps<'a> {
    steps.guard(
        "INSERT INTO identities (source, external_id, subject, created_at, label) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        values![
            &identity.source,
            &identity.external_id,
            subject,
            now,
            &identity.label,
        ],
    )
}

fn made<'a>(
    steps: Steps<'a>,
    person: &'a NewPerson,
    identity: &'a Identity,
    now: UnixTime,
) -> Steps<'a> {
    create_as(steps, person, identity.key(), now).guard(
        "INSERT INTO identities (source, external_id, subject, created_at, label, used_at) \
         SELECT $1, $2, subject, $4, $5, $4 FROM people WHERE email_key = $3 ON CONFLICT DO NOTHING",
        values![
            &identity.source,
            &identity.external_id,
            identity.key(),
            now,
            &identity.label,
        ],
    )
}

/// An account that was made by it is called what they are called there; one to which it was added keeps its own name.
fn refreshed<'a>(
    steps: Steps<'a>,
    subject: Subject,
    (email, verified_at, name): (&'a str, Option<UnixTime>, &'a str),
    identity: &'a Identity,
    now: UnixTime,
) -> Steps<'a> {
    steps
        .exists(
            "SELECT 1 FROM people WHERE subject = $1 AND deleted_at IS NULL",
            values![subject],
        )
        .guard(
            "UPDATE identities SET label = $4, used_at = $5 WHERE source = $1 AND external_id = $2 AND subject = $3",
            values![
                &identity.source,
                &identity.external_id,
                subject,
                &identity.label,
                now,
            ],
        )
        .run(
            "UPDATE people SET email = $3, verified_at = $4, name = $5 WHERE subject = $1 AND email_key = $2",
            values![subject, identity.key(), email, verified_at, name],
        )
}
