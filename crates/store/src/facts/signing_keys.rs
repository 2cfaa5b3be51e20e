//! The keys that sign.
use crate::row::{Query, Read, Row, corrupt};
use jose::SigningAlgorithm;
use protocol::signing_keys::{SigningKeyFacts, SigningKeyState};

fn key(row: &dyn Row) -> Read<SigningKeyFacts> {
    let algorithm = SigningAlgorithm::named(row.text(1)?);
    let state = SigningKeyState::parse(row.text(3)?);
    Ok(SigningKeyFacts {
        kid: row.string(0)?,
        algorithm: algorithm.ok_or_else(|| corrupt(1, "an algorithm"))?,
        number: row.number(2)?,
        state: state.ok_or_else(|| corrupt(3, "a state"))?,
        public: row.string(4)?,
        made_at: row.time(5)?,
        signs_at: row.time(6)?,
        ends_at: row.optional_time(7)?,
    })
}

/// All of them, those of one algorithm in their order.
pub(crate) const ALL: Query<SigningKeyFacts> = Query {
    sql: "SELECT kid, algorithm, number, state, public_key, made_at, signs_at, ends_at FROM signing_keys \
          ORDER BY algorithm, number",
    read: key,
};

/// The private parts as they are sealed, in the order of the names: behind one, so many at most.
pub(crate) const SEALED: Query<(String, Vec<u8>)> = Query {
    sql: "SELECT kid, sealed FROM signing_keys WHERE kid > $1 ORDER BY kid LIMIT $2",
    read: |row| {
        let sealed = row.optional_bytes(1)?;
        let sealed = sealed.ok_or_else(|| corrupt(1, "sealed"))?;
        Ok((row.string(0)?, sealed.to_vec()))
    },
};
