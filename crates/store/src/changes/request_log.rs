//! What apps' requests were told: one batch of an app and a minute. A commit that was lost and is tried again counts
//! twice; rows are there once.
use crate::steps::Steps;
use crate::value::values;
use protocol::request_log::{
    GRANTED_KEPT, LoggedRequest, REFUSED_PER_HOUR, RequestBatch, RequestCount,
};
use protocol::types::{ClientRowId, Locator, Side, UnixTime};

pub(super) fn steps<'a>(steps: Steps<'a>, batch: &'a RequestBatch) -> Steps<'a> {
    let client = batch.client;
    let steps = batch
        .counts
        .iter()
        .fold(steps, |steps, count| add_count(steps, client, count));
    let steps = granted(steps, client, &batch.granted);
    let steps = batch
        .refused
        .iter()
        .fold(steps, |steps, request| refused(steps, client, request));
    if batch.refused.is_empty() {
        return steps;
    }
    let steps = batch
        .hours()
        .into_iter()
        .fold(steps, |steps, hour| keep_within_hour(steps, client, hour));
    keep_within(steps, client, batch.most)
}

fn add_count<'a>(steps: Steps<'a>, client: ClientRowId, count: &RequestCount) -> Steps<'a> {
    let add = "INSERT INTO request_counts (client, hour, endpoint, granted, refused) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (client, hour, endpoint) DO UPDATE SET \
               granted = request_counts.granted + excluded.granted, refused = request_counts.refused + excluded.refused";
    let values = values![
        client,
        count.hour,
        count.endpoint.name(),
        count.granted,
        count.refused
    ];
    steps.run(add, values)
}

/// Those of the batch in one row; rows go whose requests are all older than the last hundred.
fn granted<'a>(steps: Steps<'a>, client: ClientRowId, granted: &[LoggedRequest]) -> Steps<'a> {
    let Some(last) = granted.last() else {
        return steps;
    };
    let lines: Vec<String> = granted.iter().map(LoggedRequest::to_line).collect();
    let insert = "INSERT INTO granted_requests (id, client, entries, lines) VALUES ($1, $2, $3, $4) \
                  ON CONFLICT (id) DO NOTHING";
    let trim = "DELETE FROM granted_requests WHERE client = $1 AND id IN (SELECT id FROM \
                (SELECT id, CAST(SUM(entries) OVER (ORDER BY id DESC) AS BIGINT) - entries AS newer \
                FROM granted_requests WHERE client = $1) AS counted WHERE newer >= $2)";
    let entries = granted.len() as i64;
    steps
        .run(insert, values![last.id, client, entries, lines.join("\n")])
        .run(trim, values![client, GRANTED_KEPT as i64])
}

fn refused<'a>(steps: Steps<'a>, client: ClientRowId, request: &'a LoggedRequest) -> Steps<'a> {
    let Some(refusal) = &request.refusal else {
        return steps;
    };
    let insert = "INSERT INTO refused_requests (id, client, request_id, endpoint, status, error, cause, test, address) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING";
    let values = values![
        request.id,
        client,
        request.request_id.as_str(),
        request.endpoint.name(),
        u32::from(request.status),
        &refusal.code,
        &refusal.cause,
        request.side == Side::Test,
        request.address.map(|address| address.to_string()),
    ];
    steps.run(insert, values)
}

/// However many servers write: what comes beyond the bound of an hour goes.
fn keep_within_hour(steps: Steps<'_>, client: ClientRowId, hour: i64) -> Steps<'_> {
    let trim = "DELETE FROM refused_requests WHERE client = $1 AND id < $3 AND id > \
                (SELECT id FROM refused_requests WHERE client = $1 AND id >= $2 AND id < $3 \
                ORDER BY id LIMIT 1 OFFSET $4)";
    let starts = |hour: i64| Locator::first_at(UnixTime(hour * 3_600));
    let last = i64::from(REFUSED_PER_HOUR) - 1;
    let values = values![client, starts(hour), starts(hour + 1), last];
    steps.run(trim, values)
}

/// The oldest go when an app has more than are kept.
fn keep_within(steps: Steps<'_>, client: ClientRowId, most: u32) -> Steps<'_> {
    let trim = "DELETE FROM refused_requests WHERE client = $1 AND id <= \
                (SELECT id FROM refused_requests WHERE client = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)";
    steps.run(trim, values![client, most])
}
