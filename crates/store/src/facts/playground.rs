//! What developers play a test side through with.
use crate::row::{Query, Read, Row, corrupt};
use protocol::apps::playground::PlaygroundRun;
use protocol::types::Locator;

macro_rules! going_on {
    () => {
        "SELECT r.id, r.session, r.subject, r.live, r.test, r.state, r.sealed, r.expires_at \
         FROM playground_runs r JOIN sessions s ON s.id = r.session \
         WHERE r.expires_at > $2 AND s.expires_at > $2"
    };
}

/// The run of a session.
pub(crate) const OF_SESSION: Query<PlaygroundRun> = Query {
    sql: concat!(going_on!(), " AND r.session = $1"),
    read: run,
};

/// The run whose authorization request carries a state.
pub(crate) const OF_STATE: Query<PlaygroundRun> = Query {
    sql: concat!(going_on!(), " AND r.state = $1"),
    read: run,
};

/// What the runs hold as it is sealed, in their order: behind one, so many at most.
pub(crate) const SEALED: Query<(Locator, Vec<u8>)> = Query {
    sql: "SELECT id, sealed FROM playground_runs WHERE id > $1 ORDER BY id LIMIT $2",
    read: |row| Ok((row.locator(0)?, sealed(row, 1)?)),
};

fn run(row: &dyn Row) -> Read<PlaygroundRun> {
    Ok(PlaygroundRun {
        id: row.locator(0)?,
        session: row.locator(1)?,
        subject: row.subject(2)?,
        live: row.client(3)?,
        test: row.client(4)?,
        state: row.digest(5)?,
        sealed: sealed(row, 6)?,
        expires_at: row.time(7)?,
    })
}

fn sealed(row: &dyn Row, column: usize) -> Read<Vec<u8>> {
    let sealed = row.optional_bytes(column)?;
    let sealed = sealed.ok_or_else(|| corrupt(column, "sealed"))?;
    Ok(sealed.to_vec())
}
