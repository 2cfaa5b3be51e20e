//! Sign-ins at the company's own login.
use super::account::{create, identify};
use crate::steps::Steps;
use crate::value::values;
use protocol::handoff::LoginChallenge;
use protocol::openid::claims::Document;
use protocol::transition::{HandoffChange, Recognized};
use protocol::types::{Subject, UnixTime};

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a HandoffChange, now: UnixTime) -> Steps<'a> {
    match change {
        HandoffChange::Accept {
            challenge,
            auth_time,
            methods,
            expires_at,
            said,
            recognized,
        } => {
            let how = (*auth_time, methods.as_str());
            let steps = answer(steps, challenge, how, *expires_at);
            let steps = recognize(steps, recognized, now);
            match &**recognized {
                Recognized::Known { subject, .. } => steps.run(
                    "UPDATE login_answers SET subject = $2, said = $3 WHERE id = $1",
                    values![challenge.id, *subject, said],
                ),
                Recognized::New { identity, .. } => steps.run(
                    "UPDATE login_answers SET said = $4, subject = \
                     (SELECT subject FROM identities WHERE source = $2 AND external_id = $3) WHERE id = $1",
                    values![challenge.id, &identity.0, &identity.1, said],
                ),
            }
        }
        HandoffChange::Refuse {
            challenge,
            expires_at,
        } => answer(steps, challenge, (now, ""), *expires_at),
    }
}

/// Nobody is named by it yet.
pub(super) fn answer<'a>(
    steps: Steps<'a>,
    challenge: &'a LoginChallenge,
    (auth_time, methods): (UnixTime, &'a str),
    expires_at: UnixTime,
) -> Steps<'a> {
    steps.guard(
        "INSERT INTO login_answers (id, browser, onward, subject, auth_time, methods, expires_at) \
         VALUES ($1, $2, $3, NULL, $4, $5, $6) ON CONFLICT DO NOTHING",
        values![
            challenge.id,
            &challenge.browser,
            challenge.onward.as_deref(),
            auth_time,
            methods,
            expires_at,
        ],
    )
}

fn recognize<'a>(steps: Steps<'a>, recognized: &'a Recognized, now: UnixTime) -> Steps<'a> {
    match recognized {
        Recognized::New {
            person,
            identity: (source, external_id),
            claims,
        } => {
            let steps = create(steps, person, now);
            let steps = identify(steps, person, (source, external_id), now);
            match claims {
                Some(claims) if !claims.is_empty() => steps.run(
                    "INSERT INTO person_claims (subject, claims) SELECT subject, $2 FROM people WHERE email_key = $1",
                    values![person.key(), claims.json()],
                ),
                Some(_) | None => steps,
            }
        }
        Recognized::Known {
            subject,
            email,
            verified_at,
            name,
            claims,
        } => {
            let there = "UPDATE people SET email = $2, verified_at = $3, name = $4 \
                         WHERE subject = $1 AND deleted_at IS NULL";
            let values = values![*subject, email, *verified_at, name];
            set_claims(steps.guard(there, values), *subject, claims.as_ref())
        }
    }
}

fn set_claims<'a>(steps: Steps<'a>, subject: Subject, claims: Option<&'a Document>) -> Steps<'a> {
    match claims {
        None => steps,
        Some(claims) if claims.is_empty() => steps.run(
            "DELETE FROM person_claims WHERE subject = $1",
            values![subject],
        ),
        Some(claims) => steps.run(
            "INSERT INTO person_claims (subject, claims) VALUES ($1, $2) \
             ON CONFLICT (subject) DO UPDATE SET claims = excluded.claims",
            values![subject, claims.json()],
        ),
    }
}
