//! Requests for review, and what was said about them.
use crate::row::{Query, Read, Row, corrupt};
use protocol::apps::review::{ReviewMessage, ReviewRequest, ReviewState, Snapshot};
use protocol::events::Actor;
use protocol::types::{ClientRowId, MailAddress, Reasons};

/// A request with the client id and the name of its app.
pub(crate) type Listed = (ReviewRequest, String, String);

macro_rules! requests {
    ($rest:literal) => {
        concat!(
            "SELECT r.id, r.client, r.asked_by, r.state, r.version, r.whole, r.scopes, r.reasons, r.snapshot, \
             r.created_at, r.changed_at, c.id, c.name FROM review_requests r JOIN clients c ON c.no = r.client \
             WHERE c.deleted_at IS NULL AND ",
            $rest
        )
    };
}

const fn listed(sql: &'static str) -> Query<Listed> {
    Query {
        sql,
        read: |row| Ok((request(row)?, row.string(11)?, row.string(12)?)),
    }
}

/// One request, of an app that is there.
pub(crate) const BY_ID: Query<Listed> = listed(requests!("r.id = $1"));
/// The last requests of an app, newest first.
pub(crate) const OF_CLIENT: Query<ReviewRequest> = Query {
    sql: requests!("r.client = $1 ORDER BY r.id DESC LIMIT $2"),
    read: request,
};
macro_rules! open_among {
    ($whose:literal) => {
        Query {
            sql: concat!(
                "SELECT r.client, r.state FROM clients c JOIN review_requests r ON r.client = c.no \
                 WHERE r.state IN ('open', 'asked_back') AND ",
                $whose,
                " = $1 AND c.no >= $2 AND c.no <= $3"
            ),
            read: |row| {
                let state = ReviewState::parse(row.text(1)?);
                Ok((row.client(0)?, state.ok_or(corrupt(1, "a state"))?))
            },
        }
    };
}

/// The open requests of those apps of a person that are from one number to another.
pub(crate) const OPEN_OF_PERSON: Query<(ClientRowId, ReviewState)> = open_among!("c.owner");
/// The same of an organization.
pub(crate) const OPEN_OF_ORGANIZATION: Query<(ClientRowId, ReviewState)> =
    open_among!("c.organization");

/// Those in a state, or all (`''`), oldest first: above an id, so many at most.
pub(crate) const OLDEST_FIRST: Query<Listed> = listed(requests!(
    "($1 = '' OR r.state = $1) AND r.id > $2 ORDER BY r.id LIMIT $3"
));
/// The same, newest first: below an id.
pub(crate) const NEWEST_FIRST: Query<Listed> = listed(requests!(
    "($1 = '' OR r.state = $1) AND r.id < $2 ORDER BY r.id DESC LIMIT $3"
));

/// How many there are in a state.
pub(crate) const COUNT: Query<i64> = Query {
    sql: "SELECT COUNT(*) FROM review_requests r JOIN clients c ON c.no = r.client \
          WHERE c.deleted_at IS NULL AND r.state = $1",
    read: |row| row.number(0),
};

/// What was said about a request, in order.
pub(crate) const MESSAGES: Query<ReviewMessage> = Query {
    sql: "SELECT id, actor, actor_id, at, text FROM review_messages WHERE request = $1 ORDER BY id LIMIT 1000",
    read: |row| {
        let by = Actor::from_stored(row.text(1)?, row.optional_number(2)?);
        Ok(ReviewMessage {
            id: row.locator(0)?,
            by: by.ok_or(corrupt(1, "somebody"))?,
            at: row.time(3)?,
            text: row.string(4)?,
        })
    },
};

/// The addresses of those who administer the provider: so many at most.
pub(crate) const ADMINISTRATORS: Query<Option<MailAddress>> = Query {
    sql: "SELECT email FROM people WHERE admin AND disabled_at IS NULL AND test_app IS NULL \
          AND verified_at IS NOT NULL ORDER BY subject LIMIT $1",
    read: |row| Ok(MailAddress::parse(row.text(0)?)),
};

/// How many people have allowed an app anything.
pub(crate) const PEOPLE_OF: Query<i64> = Query {
    sql: "SELECT COUNT(*) FROM (SELECT DISTINCT subject FROM consents WHERE client = $1 AND ended_as IS NULL LIMIT $2) counted",
    read: |row| row.number(0),
};

fn request(row: &dyn Row) -> Read<ReviewRequest> {
    Ok(ReviewRequest {
        id: row.locator(0)?,
        client: row.client(1)?,
        asked_by: row.subject(2)?,
        state: ReviewState::parse(row.text(3)?).ok_or(corrupt(3, "a state of a request"))?,
        version: row.number(4)?,
        whole: row.flag(5)?,
        scopes: row.scope(6)?,
        reasons: Reasons::from_stored(row.text(7)?),
        snapshot: Snapshot::from_stored(row.text(8)?).ok_or(corrupt(8, "a snapshot"))?,
        created_at: row.time(9)?,
        changed_at: row.time(10)?,
    })
}
