//! What is written down of how apps are used.
use super::connection::note_uses;
use super::request_log;
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::UsageChange;
use protocol::types::{ClientRowId, Locator, UnixTime};

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a UsageChange) -> Steps<'a> {
    match change {
        UsageChange::NoteApp {
            client,
            secret,
            at,
            network,
        } => note_use(steps, *client, *secret, *at, network),
        UsageChange::NoteConnections(uses) => note_uses(steps, uses),
        UsageChange::LogRequests(batch) => request_log::steps(steps, batch),
    }
}

fn note_use<'a>(
    steps: Steps<'a>,
    client: ClientRowId,
    secret: Option<Locator>,
    at: UnixTime,
    network: &'a str,
) -> Steps<'a> {
    let steps = steps.run(
        "UPDATE clients SET last_used_at = $2 WHERE no = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
        values![client, at],
    );
    match secret {
        None => steps,
        Some(secret) => steps.run(
            "UPDATE client_secrets SET last_used_at = $3, last_used_from = $4 WHERE client = $1 AND id = $2 \
             AND (last_used_at IS NULL OR last_used_at < $3)",
            values![client, secret, at, network],
        ),
    }
}
