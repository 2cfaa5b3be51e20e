//! Assertions and proofs that were used.
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::AssertionChange;

/// The insert is the guard. A row that an earlier try of this very transition left is its own.
const USE: &str = "INSERT INTO used_assertions (key, receipt, expires_at) VALUES ($1, $2, $3) \
     ON CONFLICT (key) DO UPDATE SET receipt = excluded.receipt WHERE used_assertions.receipt = excluded.receipt";

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a AssertionChange) -> Steps<'a> {
    match change {
        AssertionChange::Use {
            key,
            receipt,
            until,
        } => steps.guard(USE, values![key, *receipt, *until]),
    }
}
