//! Sweeping: what has expired is deleted in slices through the writer, so that requests come in between.
use super::{Sqlite, before};
use crate::StoreError;
use protocol::Policy;
use protocol::policy::Rotation;
use protocol::types::{Lifetime, UnixTime};
use rusqlite::{Connection, params};

/// Rows in one transaction, at most.
const SLICE: i64 = 1_000;
/// Slices of one table in one round, at most; the next round goes on.
const ROUND: usize = 500;
/// Codes are kept this long after they expired, so that a late replay still revokes what they gave.
const REPLAY_MEMORY: Lifetime = Lifetime::from_days(1);

/// How long things live, as far as sweeping must know.
#[derive(Debug, Clone, Copy)]
pub struct SweepRules {
    access: Lifetime,
    refresh: Lifetime,
    grant: Lifetime,
    code: Lifetime,
    grace: Lifetime,
    interaction: Lifetime,
    session: Lifetime,
}

impl SweepRules {
    /// The rules of a policy.
    pub fn of(policy: &Policy) -> Self {
        let tokens = &policy.tokens;
        let none = Lifetime::from_seconds(0);
        SweepRules {
            access: tokens.access,
            refresh: tokens.refresh,
            grant: tokens.grant,
            code: tokens.code.max(tokens.code_personal),
            grace: match tokens.rotate {
                Rotation::Rotate { grace } => grace,
                Rotation::Keep => none,
            },
            interaction: policy.accounts.interaction,
            session: policy.accounts.session,
        }
    }
}

/// Rows deleted by one round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Access tokens.
    pub access_tokens: usize,
    /// Everything else.
    pub others: usize,
}

/// A table swept from its left edge: rows made before `made_before` are looked at, and deleted when their own
/// expiry is past. A shortened lifetime leaves rows that live on; they do not hold the sweep up, because the
/// oldest expired ones are taken first by id.
struct Sweep {
    sql: &'static str,
    made_before: i64,
    now: i64,
}

/// One round.
///
/// # Errors
/// [`StoreError`]; what was deleted before stays deleted.
pub(crate) async fn round(
    store: &Sqlite,
    now: UnixTime,
    rules: &SweepRules,
) -> Result<Swept, StoreError> {
    let made = |lifetime: Lifetime| before(now.minus(lifetime));
    let codes_end = now.minus(REPLAY_MEMORY);
    let access = Sweep {
        sql: "DELETE FROM access_tokens WHERE id IN (SELECT id FROM access_tokens \
              WHERE id < ?1 AND expires_at <= ?2 ORDER BY id LIMIT ?3)",
        made_before: made(rules.access),
        now: now.0,
    };
    let others = [
        Sweep {
            sql: "DELETE FROM refresh_replies WHERE id IN (SELECT id FROM refresh_replies \
                  WHERE id < ?1 AND ?2 > 0 ORDER BY id LIMIT ?3)",
            made_before: made(rules.grace),
            now: now.0,
        },
        Sweep {
            sql: "DELETE FROM refresh_tokens WHERE id IN (SELECT id FROM refresh_tokens \
                  WHERE id < ?1 AND expires_at <= ?2 ORDER BY id LIMIT ?3)",
            made_before: made(rules.refresh),
            now: now.0,
        },
        Sweep {
            sql: "DELETE FROM used_refresh_tokens WHERE id IN (SELECT id FROM used_refresh_tokens \
                  WHERE id < ?1 AND used_at <= ?2 ORDER BY id LIMIT ?3)",
            made_before: made(rules.refresh),
            now: now.minus(rules.refresh).0,
        },
        Sweep {
            sql: "DELETE FROM grants WHERE id IN (SELECT id FROM grants \
                  WHERE id < ?1 AND expires_at <= ?2 ORDER BY id LIMIT ?3)",
            made_before: made(rules.grant),
            now: now.0,
        },
        Sweep {
            sql: "DELETE FROM codes WHERE id IN (SELECT id FROM codes \
                  WHERE id < ?1 AND expires_at <= ?2 ORDER BY id LIMIT ?3)",
            made_before: before(codes_end.minus(rules.code)),
            now: codes_end.0,
        },
        Sweep {
            sql: "DELETE FROM interactions WHERE id IN (SELECT id FROM interactions \
                  WHERE id < ?1 AND expires_at <= ?2 ORDER BY id LIMIT ?3)",
            made_before: made(rules.interaction),
            now: now.0,
        },
        Sweep {
            sql: "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions \
                  WHERE id < ?1 AND expires_at <= ?2 ORDER BY id LIMIT ?3)",
            made_before: made(rules.session),
            now: now.0,
        },
        Sweep {
            sql: "DELETE FROM attempts WHERE key IN (SELECT key FROM attempts \
                  WHERE ?1 > 0 AND since <= ?2 LIMIT ?3)",
            made_before: 1,
            now: now.minus(protocol::accounts::sign_in::WINDOW).0,
        },
        Sweep {
            sql: "DELETE FROM changes WHERE seq IN (SELECT seq FROM changes WHERE ?1 > 0 AND until <= ?2 \
                  AND seq < (SELECT MAX(seq) FROM changes) ORDER BY seq LIMIT ?3)",
            made_before: 1,
            now: now.0,
        },
    ];
    let mut swept = Swept {
        access_tokens: drain(store, access).await?,
        others: 0,
    };
    for sweep in others {
        swept.others += drain(store, sweep).await?;
    }
    store.memory.forget_before(now.0);
    Ok(swept)
}

async fn drain(store: &Sqlite, sweep: Sweep) -> Result<usize, StoreError> {
    let Sweep {
        sql,
        made_before,
        now,
    } = sweep;
    let mut all = 0;
    for _ in 0..ROUND {
        let slice = move |conn: &Connection| {
            conn.prepare_cached(sql)?
                .execute(params![made_before, now, SLICE])
        };
        let deleted = store.run(slice).await?;
        all += deleted;
        if (deleted as i64) < SLICE {
            break;
        }
    }
    Ok(all)
}
