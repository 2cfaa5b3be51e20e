//! Requests for review. Each change raises the version of the request, which is in the guard of the next.
use crate::steps::Steps;
use crate::value::values;
use protocol::apps::review::{ReviewMessage, ReviewRequest};
use protocol::transition::{Approved, ReviewChange, ReviewStep};
use protocol::types::{ClientRowId, Locator, UnixTime};

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a ReviewChange, now: UnixTime) -> Steps<'a> {
    match change {
        ReviewChange::Ask {
            request,
            client_version,
            message,
            mail: _,
        } => say(
            ask(steps, request, *client_version),
            request.id,
            message.as_ref(),
        ),
        ReviewChange::Reply {
            request,
            version,
            client,
            step,
            message,
            mail: _,
        } => {
            let next = next_version(steps, (*request, *version), step, now);
            let done = done(next, *request, *client, step);
            say(done, *request, message.as_ref())
        }
    }
}

/// That an app has one open request is in an index, which a second one conflicts with.
fn ask<'a>(steps: Steps<'a>, request: &'a ReviewRequest, client_version: i64) -> Steps<'a> {
    let guard = "INSERT INTO review_requests (id, client, asked_by, state, version, whole, scopes, reasons, snapshot, \
                 created_at, changed_at) SELECT $1, no, $2, $3, $4, $5, $6, $7, $8, $9, $9 FROM clients \
                 WHERE no = $10 AND version = $11 AND deleted_at IS NULL ON CONFLICT DO NOTHING";
    steps.guard(
        guard,
        values![
            request.id,
            request.asked_by,
            request.state.as_str(),
            request.version,
            request.whole,
            &request.scopes,
            request.reasons.to_stored(),
            request.snapshot.to_stored(),
            request.created_at,
            request.client,
            client_version,
        ],
    )
}

fn next_version<'a>(
    steps: Steps<'a>,
    (request, version): (Locator, i64),
    step: &ReviewStep,
    now: UnixTime,
) -> Steps<'a> {
    let guard = "UPDATE review_requests SET version = version + 1, state = $3, changed_at = $4 \
                 WHERE id = $1 AND version = $2 AND state IN ('open', 'asked_back')";
    steps.guard(guard, values![request, version, step.state().as_str(), now])
}

fn done<'a>(
    steps: Steps<'a>,
    request: Locator,
    client: ClientRowId,
    step: &'a ReviewStep,
) -> Steps<'a> {
    match step {
        ReviewStep::Answered(snapshot, client_version) => steps
            .exists(
                "SELECT 1 FROM clients WHERE no = $1 AND version = $2 AND deleted_at IS NULL",
                values![client, *client_version],
            )
            .run(
                "UPDATE review_requests SET snapshot = $2 WHERE id = $1",
                values![request, snapshot.to_stored()],
            ),
        ReviewStep::Approved(approved) => approve(steps, client, approved),
        ReviewStep::Withdrawn | ReviewStep::AskedBack | ReviewStep::Refused => steps,
    }
}

fn approve<'a>(steps: Steps<'a>, client: ClientRowId, approved: &'a Approved) -> Steps<'a> {
    let guard = "UPDATE clients SET version = version + 1, status = $3, reviewed_at = $4, approved = $5, scopes = $6, \
                 scope_reasons = $7 WHERE no = $1 AND version = $2 AND deleted_at IS NULL AND status <> 'disabled'";
    steps
        .guard(
            guard,
            values![
                client,
                approved.client_version,
                approved.status.as_str(),
                approved.reviewed_at,
                &approved.approved,
                approved.scopes.as_ref(),
                approved.reasons.to_stored(),
            ],
        )
        .client_changed(client)
}

fn say<'a>(steps: Steps<'a>, request: Locator, message: Option<&'a ReviewMessage>) -> Steps<'a> {
    let Some(message) = message else {
        return steps;
    };
    let (kind, id) = message.by.as_stored();
    steps.run(
        "INSERT INTO review_messages (id, request, actor, actor_id, at, text) VALUES ($1, $2, $3, $4, $5, $6)",
        values![message.id, request, kind, id, message.at, &message.text],
    )
}
