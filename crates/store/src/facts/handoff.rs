//! Sign-ins at the company's own login.
use crate::row::Query;
use protocol::handoff::{LoginAnswer, LoginOutcome};
use protocol::types::Subject;

/// What was said to a challenge.
pub(crate) const ANSWER: Query<LoginAnswer> = Query {
    sql: "SELECT id, browser, onward, subject, auth_time, methods, expires_at, used_at, said FROM login_answers WHERE id = $1",
    read: |row| {
        let subject = row.optional_number(3)?.map(Subject);
        let (auth_time, methods) = (row.time(4)?, row.string(5)?);
        let signed_in = |subject| LoginOutcome::SignedIn {
            subject,
            auth_time,
            methods,
        };
        Ok(LoginAnswer {
            id: row.locator(0)?,
            browser: row.digest(1)?,
            onward: row.optional_text(2)?.map(str::to_owned),
            outcome: subject.map_or(LoginOutcome::Refused, signed_in),
            expires_at: row.time(6)?,
            used_at: row.optional_time(7)?,
            said: row.optional_digest(8)?,
        })
    },
};
