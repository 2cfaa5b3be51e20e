//! Second factors of people.
use crate::row::{Query, corrupt};
use protocol::accounts::second_factor::Authenticator;
use protocol::types::Subject;

/// The authenticator app of a person, and how many recovery codes are left.
pub(crate) const OF_PERSON: Query<Authenticator> = Query {
    sql: "SELECT a.subject, a.seed, a.last_step, a.created_at, \
          (SELECT COUNT(*) FROM recovery_codes c WHERE c.subject = a.subject AND c.used_at IS NULL) \
          FROM authenticators a WHERE a.subject = $1",
    read: |row| {
        let sealed = row.optional_bytes(1)?;
        Ok(Authenticator {
            subject: row.subject(0)?,
            sealed: sealed.ok_or_else(|| corrupt(1, "sealed"))?.to_vec(),
            last_step: row.number(2)?,
            created_at: row.time(3)?,
            codes_left: usize::try_from(row.number(4)?).unwrap_or_default(),
        })
    },
};

/// The seeds as they are sealed, in the order of their people: behind one, so many at most.
pub(crate) const SEALED: Query<(Subject, Vec<u8>)> = Query {
    sql: "SELECT subject, seed FROM authenticators WHERE subject > $1 ORDER BY subject LIMIT $2",
    read: |row| {
        let sealed = row.optional_bytes(1)?;
        let sealed = sealed.ok_or_else(|| corrupt(1, "sealed"))?;
        Ok((row.subject(0)?, sealed.to_vec()))
    },
};
