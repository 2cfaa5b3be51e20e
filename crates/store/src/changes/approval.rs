//! What apps are let do.
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::ApprovalChange;
use protocol::types::{ClientRowId, ClientStatus, Scope, UnixTime};

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a ApprovalChange) -> Steps<'a> {
    match change {
        ApprovalChange::App {
            client,
            version,
            status,
            reviewed_at,
        } => approve(steps, (*client, *version), *status, *reviewed_at),
        ApprovalChange::Scopes {
            client,
            version,
            approved,
        } => approve_scopes(steps, (*client, *version), approved),
    }
}

fn approve(
    steps: Steps<'_>,
    (client, version): (ClientRowId, i64),
    status: ClientStatus,
    reviewed_at: UnixTime,
) -> Steps<'_> {
    let guard = "UPDATE clients SET version = version + 1, status = $3, reviewed_at = $4 \
                 WHERE no = $1 AND version = $2 AND deleted_at IS NULL";
    let values = values![client, version, status.as_str(), reviewed_at];
    steps.guard(guard, values).client_changed(client)
}

fn approve_scopes<'a>(
    steps: Steps<'a>,
    (client, version): (ClientRowId, i64),
    approved: &'a Scope,
) -> Steps<'a> {
    let guard = "UPDATE clients SET version = version + 1, approved = $3 \
                 WHERE no = $1 AND version = $2 AND deleted_at IS NULL";
    steps
        .guard(guard, values![client, version, approved])
        .client_changed(client)
}
