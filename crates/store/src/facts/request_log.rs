//! What apps' requests were told.
use crate::row::{Query, Read, Row, corrupt};
use protocol::request_log::{Endpoint, LoggedRequest, Refusal, RequestId};
use protocol::types::Side;

macro_rules! refused {
    ($rest:literal) => {
        Query {
            sql: concat!(
                "SELECT id, request_id, endpoint, status, error, cause, test, address FROM refused_requests WHERE ",
                $rest
            ),
            read: refused,
        }
    };
}

/// Those of an app before an id, newest first: of an endpoint, a status, an error, a side, where that is named.
pub(crate) const REFUSED: Query<LoggedRequest> = refused!(
    "client = $1 AND id < $2 AND ($3 = '' OR endpoint = $3) AND ($4 = 0 OR status = $4) AND ($5 = '' OR error = $5) \
     AND ($6 = '' OR (CASE WHEN test THEN 'test' ELSE 'live' END) = $6) ORDER BY id DESC LIMIT $7"
);

/// One of an app by the id that its answer named.
pub(crate) const BY_REQUEST: Query<LoggedRequest> =
    refused!("request_id = $2 AND client = $1 ORDER BY id DESC LIMIT 1");

/// The last ones of an app that went well, several in a row of the table, newest first.
pub(crate) const GRANTED: Query<Vec<LoggedRequest>> = Query {
    sql: "SELECT lines FROM granted_requests WHERE client = $1 ORDER BY id DESC",
    read: |row| {
        let lines = row.text(0)?.lines().rev();
        let read = |line| LoggedRequest::from_line(line).ok_or(corrupt(0, "a request"));
        lines.map(read).collect()
    },
};

/// How many of each endpoint went well and were refused from an hour on.
pub(crate) const COUNTS: Query<(Endpoint, i64, i64)> = Query {
    sql: "SELECT endpoint, CAST(SUM(granted) AS BIGINT), CAST(SUM(refused) AS BIGINT) FROM request_counts \
          WHERE client = $1 AND hour >= $2 GROUP BY endpoint ORDER BY endpoint",
    read: |row| Ok((endpoint(row, 0)?, row.number(1)?, row.number(2)?)),
};

/// The errors that an app was told, each once.
pub(crate) const ERRORS: Query<String> = Query {
    sql: "SELECT DISTINCT error FROM refused_requests WHERE client = $1 ORDER BY error LIMIT 50",
    read: |row| row.string(0),
};

/// How many refused requests are kept, of all apps.
pub(crate) const COUNT: Query<i64> = Query {
    sql: "SELECT COUNT(*) FROM refused_requests",
    read: |row| row.number(0),
};

fn endpoint(row: &dyn Row, column: usize) -> Read<Endpoint> {
    Endpoint::parse(row.text(column)?).ok_or(corrupt(column, "an endpoint"))
}

fn refused(row: &dyn Row) -> Read<LoggedRequest> {
    let status = row.small(3)?;
    Ok(LoggedRequest {
        id: row.locator(0)?,
        request_id: RequestId::parse(row.text(1)?).ok_or(corrupt(1, "an id of a request"))?,
        endpoint: endpoint(row, 2)?,
        status: u16::try_from(status).map_err(|_| corrupt(3, "a status"))?,
        side: match row.flag(6)? {
            true => Side::Test,
            false => Side::Live,
        },
        address: row.optional_text(7)?.and_then(|text| text.parse().ok()),
        refusal: Some(Refusal {
            code: row.string(4)?,
            cause: row.string(5)?,
        }),
    })
}
