//! What developers play a test side through with.
use super::secret;
use crate::steps::Steps;
use crate::value::values;
use protocol::apps::playground::{AT_MOST, OF_ONE_PERSON, PlaygroundRun};
use protocol::transition::{PlaygroundChange, SecretChange};
use protocol::types::{ClientRowId, Locator, Subject, UnixTime};

pub(super) fn steps<'a>(
    steps: Steps<'a>,
    change: &'a PlaygroundChange,
    now: UnixTime,
) -> Steps<'a> {
    match change {
        PlaygroundChange::Begin { run, secret } => {
            with_secret(begin(steps, run, now), secret.as_ref(), now)
        }
        // What an earlier try of this very transition wrote is its own.
        PlaygroundChange::Replace {
            id,
            before,
            sealed,
            state,
        } => steps.guard(
            "UPDATE playground_runs SET sealed = $3, state = $4 WHERE id = $1 AND (sealed = $2 OR sealed = $3)",
            values![*id, &before[..], &sealed[..], state],
        ),
        PlaygroundChange::End { id, secret } => {
            let gone = "DELETE FROM playground_runs WHERE id = $1";
            with_secret(steps.guard(gone, values![*id]), secret.as_ref(), now)
        }
        PlaygroundChange::Reseal { id, before, sealed } => steps.guard(
            "UPDATE playground_runs SET sealed = $3 WHERE id = $1 AND sealed = $2",
            values![*id, &before[..], &sealed[..]],
        ),
    }
}

fn with_secret<'a>(steps: Steps<'a>, change: Option<&'a SecretChange>, now: UnixTime) -> Steps<'a> {
    match change {
        Some(change) => secret::steps(steps, change, now),
        None => steps,
    }
}

/// Whoever ends the session at the same moment waits for its row, and finds the run to end; or comes first.
fn begin<'a>(steps: Steps<'a>, run: &'a PlaygroundRun, now: UnixTime) -> Steps<'a> {
    let (subject, others) = (run.subject, (OF_ONE_PERSON - 1, AT_MOST - 1));
    steps
        .lock(
            "SELECT 1 FROM sessions WHERE id = $1 FOR UPDATE",
            values![run.session],
        )
        .run(
            "DELETE FROM playground_runs WHERE session = $1 AND expires_at <= $2",
            values![run.session, now],
        )
        .guard(
            "INSERT INTO playground_runs (id, session, subject, live, test, state, sealed, expires_at) \
             SELECT $1, id, subject, $4, $5, $6, $7, $8 FROM sessions WHERE id = $2 AND subject = $3 \
             AND NOT EXISTS (SELECT 1 FROM clients c WHERE c.no IN ($4, $5) AND c.deleted_at IS NOT NULL) \
             ON CONFLICT DO NOTHING",
            values![
                run.id,
                run.session,
                subject,
                run.live,
                run.test,
                &run.state,
                &run.sealed[..],
                run.expires_at,
            ],
        )
        .run(
            "DELETE FROM playground_runs WHERE id IN (SELECT id FROM playground_runs \
             WHERE subject = $1 AND id <> $2 ORDER BY id DESC LIMIT 1000 OFFSET $3)",
            values![subject, run.id, others.0 as i64],
        )
        .run(
            "DELETE FROM playground_runs WHERE id IN (SELECT id FROM playground_runs \
             WHERE id <> $1 ORDER BY id DESC LIMIT 1000 OFFSET $2)",
            values![run.id, others.1 as i64],
        )
}

/// Ends the run of a session, along with it.
pub(super) fn end_with_session(steps: Steps<'_>, session: Locator) -> Steps<'_> {
    steps.run(
        "DELETE FROM playground_runs WHERE session = $1",
        values![session],
    )
}

/// Ends the runs of a person whose sessions have ended, along with them.
pub(super) fn end_with_sessions(steps: Steps<'_>, subject: Subject) -> Steps<'_> {
    steps.run(
        "DELETE FROM playground_runs WHERE subject = $1 \
         AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = playground_runs.session)",
        values![subject],
    )
}

/// Ends what is played with an app, along with it.
pub(super) fn end_with_app(steps: Steps<'_>, client: ClientRowId) -> Steps<'_> {
    steps.run(
        "DELETE FROM playground_runs WHERE live = $1 OR test = $1",
        values![client],
    )
}
