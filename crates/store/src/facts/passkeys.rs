//! Passkeys of people.
use crate::row::{Query, Read, Row, corrupt};
use protocol::accounts::passkeys::{Credential, Passkey};

macro_rules! columns {
    () => {
        "SELECT id, subject, credential, handle, state, count, name, created_at, used_at FROM passkeys "
    };
}

/// Those of a person, the oldest first.
pub(crate) const OF_PERSON: Query<Passkey> = Query {
    sql: concat!(columns!(), "WHERE subject = $1 ORDER BY id"),
    read,
};

/// The one that an authenticator knows by this id.
pub(crate) const BY_CREDENTIAL: Query<Passkey> = Query {
    sql: concat!(columns!(), "WHERE credential = $1"),
    read,
};

fn read(row: &dyn Row) -> Read<Passkey> {
    let bytes = |column| {
        let bytes = row.optional_bytes(column)?;
        bytes
            .map(<[u8]>::to_vec)
            .ok_or_else(|| corrupt(column, "bytes"))
    };
    Ok(Passkey {
        id: row.locator(0)?,
        subject: row.subject(1)?,
        credential: Credential {
            id: bytes(2)?,
            handle: bytes(3)?,
            state: row.string(4)?,
            count: row.number(5)?,
        },
        name: row.string(6)?,
        created_at: row.time(7)?,
        used_at: row.optional_time(8)?,
    })
}
