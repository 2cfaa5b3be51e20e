//! What becomes of messages. They are written by the engines, in the transaction of the change that means them.
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::OutboxChange;
use protocol::types::UnixTime;

/// For another day. Dead letters begin anew; what waits goes on from its first attempt, so that the two are told apart.
macro_rules! tried_anew {
    ($now:literal) => {
        concat!(
            "UPDATE outbox SET due_at = ",
            $now,
            ", attempts = CASE WHEN attempts > 0 AND dead_at IS NULL THEN 1 ELSE 0 END, dead_at = NULL"
        )
    };
}

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a OutboxChange, now: UnixTime) -> Steps<'a> {
    match change {
        OutboxChange::TestMail(_) => steps,
        OutboxChange::Delivered { id } | OutboxChange::Drop { id } => {
            steps.guard("DELETE FROM outbox WHERE id = $1", values![*id])
        }
        OutboxChange::Defer {
            id,
            attempts,
            due_at,
            why,
        } => {
            let guard = "UPDATE outbox SET attempts = attempts + 1, due_at = $3, last_error = $4 \
                         WHERE id = $1 AND attempts = $2 AND dead_at IS NULL";
            steps.guard(guard, values![*id, *attempts, *due_at, why])
        }
        OutboxChange::GiveUp {
            id,
            attempts,
            dead_at,
            why,
        } => {
            let guard = "UPDATE outbox SET attempts = attempts + 1, dead_at = $3, last_error = $4 \
                         WHERE id = $1 AND attempts = $2 AND dead_at IS NULL";
            steps.guard(guard, values![*id, *attempts, *dead_at, why])
        }
        OutboxChange::Retry { id } => {
            let guard = concat!(tried_anew!("$2"), " WHERE id = $1");
            steps.guard(guard, values![*id, now])
        }
        OutboxChange::RetryAll => steps.run(tried_anew!("$1"), values![now]),
    }
}
