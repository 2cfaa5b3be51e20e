//! Second factors of people.
use crate::row::{Query, corrupt};
use protocol::accounts::second_factor::{Authenticator, SecondFactors};
use protocol::types::Subject;

/// What a person can prove beside a password.
pub(crate) const OF_PERSON: Query<SecondFactors> = Query {
    sql: "SELECT p.subject, a.seed, a.last_step, a.created_at, \
          (SELECT COUNT(*) FROM recovery_codes c WHERE c.subject = p.subject AND c.used_at IS NULL), \
          (SELECT COUNT(*) FROM passkeys k WHERE k.subject = p.subject) \
          FROM people p LEFT JOIN authenticators a ON a.subject = p.subject WHERE p.subject = $1",
    read: |row| {
        let subject = row.subject(0)?;
        let app = match row.optional_bytes(1)? {
            Some(sealed) => Some(Authenticator {
                subject,
                sealed: sealed.to_vec(),
                last_step: row.number(2)?,
                created_at: row.time(3)?,
            }),
            None => None,
        };
        let count = |column| {
            row.number(column)
                .map(|count| usize::try_from(count).unwrap_or_default())
        };
        Ok(SecondFactors {
            app,
            codes_left: count(4)?,
            passkeys: count(5)?,
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
