//! Sweeping: what has expired is deleted in slices through the writer, so that requests come in between.
use super::{Sqlite, before};
use crate::StoreError;
use protocol::Policy;
use protocol::accounts::sign_in::WINDOW;
use protocol::policy::Rotation;
use protocol::types::{Lifetime, UnixTime};
use rusqlite::{Connection, params};
use std::sync::Arc;
use std::time::Duration;

/// Codes are kept this long after they expired, so that a late replay still revokes what they gave.
const REPLAY_MEMORY: Lifetime = Lifetime::from_days(1);

/// How far ids may be ahead of the clock before it is taken to have been wrong: a little is usual, since no two
/// clocks are the same.
pub(crate) const AHEAD: Lifetime = Lifetime::from_minutes(60);

/// How long things live, as far as sweeping must know.
#[derive(Debug, Clone, Copy)]
pub struct SweepRules {
    pub(crate) access: Lifetime,
    pub(crate) refresh: Lifetime,
    pub(crate) grant: Lifetime,
    pub(crate) code: Lifetime,
    pub(crate) grace: Lifetime,
    pub(crate) interaction: Lifetime,
    pub(crate) session: Lifetime,
    pub(crate) device: Lifetime,
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
            device: policy.device.lifetime,
        }
    }
}

/// How a round goes about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Rows in one transaction, at most.
    pub(crate) slice: i64,
    /// Slices of one table, at most; the next round goes on.
    pub(crate) slices: usize,
    /// What is left to others between two slices.
    pub(crate) pause: Duration,
}

impl Pace {
    /// Of a server, whose requests come in between.
    pub(crate) const SERVER: Pace = Pace {
        slice: 250,
        slices: 10_000,
        pause: Duration::from_millis(1),
    };
}

/// Rows deleted by one round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Access tokens.
    pub access_tokens: usize,
    /// Everything else.
    pub others: usize,
}

/// A table swept from its left edge: rows made before `made_before` (`?1`) are looked at, and deleted when their own
/// expiry is past. A shortened lifetime leaves rows that live on; they are stepped over, and never deleted
/// early.
struct Sweep {
    sql: String,
    made_before: i64,
    now: UnixTime,
}

impl Sweep {
    /// Rows of `table` that have a column `expires_at`.
    fn expired(table: &str, lifetime: Lifetime, now: UnixTime) -> Self {
        Sweep {
            sql: format!(
                "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} \
                 WHERE id < ?1 AND expires_at <= ?2 ORDER BY id LIMIT ?3)"
            ),
            made_before: before(now.minus(lifetime)),
            now,
        }
    }
}

/// Tables of rows that have a column `expires_at`, and what else must hold of one that may go. What follows another
/// table comes after it.
const EXPIRING: [(&str, &str); 9] = [
    ("access_tokens", "r.expires_at <= ?2"),
    ("refresh_tokens", "r.expires_at <= ?2"),
    (
        "used_refresh_tokens",
        "NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.id = r.id)",
    ),
    (
        "refresh_replies",
        "NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.id = r.id)",
    ),
    ("codes", "r.expires_at <= ?2 - 86400"),
    ("device_codes", "r.expires_at <= ?2 - 86400"),
    (
        "grants",
        "r.expires_at <= ?2 AND NOT EXISTS (SELECT 1 FROM codes c WHERE c.id = r.id) \
         AND NOT EXISTS (SELECT 1 FROM device_codes d WHERE d.id = r.id)",
    ),
    ("interactions", "r.expires_at <= ?2"),
    ("sessions", "r.expires_at <= ?2"),
];

/// Rows whose ids are ahead of time. They were made while the clock was wrong, or after that, since ids go on rising;
/// by their ids they would be looked at when that time has come. There are none otherwise, so this costs nothing.
fn ahead(now: UnixTime) -> impl Iterator<Item = Sweep> {
    EXPIRING.iter().map(move |(table, may_go)| Sweep {
        sql: format!(
            "DELETE FROM {table} WHERE id IN (SELECT r.id FROM {table} r \
             WHERE r.id > ?1 AND ({may_go}) AND ?2 > 0 ORDER BY r.id LIMIT ?3)"
        ),
        made_before: before(now.plus(AHEAD)),
        now,
    })
}

/// One round.
///
/// # Errors
/// [`StoreError`]; what was deleted before stays deleted.
pub(crate) async fn round(
    store: &Sqlite,
    now: UnixTime,
    rules: &SweepRules,
    pace: Pace,
) -> Result<Swept, StoreError> {
    let access = Sweep::expired("access_tokens", rules.access, now);
    let mut swept = Swept {
        access_tokens: drain(store, access, pace).await?,
        others: 0,
    };
    for sweep in others(now, rules).into_iter().chain(ahead(now)) {
        swept.others += drain(store, sweep, pace).await?;
    }
    store.memory.forget_before(now.0);
    Ok(swept)
}

fn others(now: UnixTime, rules: &SweepRules) -> [Sweep; 10] {
    let with_sql = |sql: &str, lifetime: Lifetime| Sweep {
        sql: sql.to_owned(),
        made_before: before(now.minus(lifetime)),
        now,
    };
    [
        with_sql(
            "DELETE FROM refresh_replies WHERE id IN (SELECT id FROM refresh_replies \
             WHERE id < ?1 AND ?2 > 0 ORDER BY id LIMIT ?3)",
            rules.grace,
        ),
        Sweep::expired("refresh_tokens", rules.refresh, now),
        // A used-record outlives its token, whatever lifetimes are configured now: without it the token would
        // be fresh again.
        with_sql(
            "DELETE FROM used_refresh_tokens WHERE id IN (SELECT u.id FROM used_refresh_tokens u \
             WHERE u.id < ?1 AND ?2 > 0 AND NOT EXISTS \
             (SELECT 1 FROM refresh_tokens r WHERE r.id = u.id) ORDER BY u.id LIMIT ?3)",
            rules.refresh,
        ),
        // A grant is the guard of its code: it stays as long as the code does.
        with_sql(
            "DELETE FROM grants WHERE id IN (SELECT g.id FROM grants g \
             WHERE g.id < ?1 AND g.expires_at <= ?2 AND NOT EXISTS \
             (SELECT 1 FROM codes c WHERE c.id = g.id) AND NOT EXISTS \
             (SELECT 1 FROM device_codes d WHERE d.id = g.id) ORDER BY g.id LIMIT ?3)",
            rules.grant,
        ),
        Sweep::expired("codes", rules.code, now.minus(REPLAY_MEMORY)),
        Sweep::expired("device_codes", rules.device, now.minus(REPLAY_MEMORY)),
        Sweep::expired("interactions", rules.interaction, now),
        Sweep::expired("sessions", rules.session, now),
        Sweep {
            // A window that has not begun yet was opened by a clock that has been set back since.
            sql: "DELETE FROM attempts WHERE key IN (SELECT key FROM attempts \
                  WHERE since <= ?1 OR since > ?2 LIMIT ?3)"
                .to_owned(),
            made_before: now.minus(WINDOW).0,
            now: now.plus(WINDOW),
        },
        with_sql(
            "DELETE FROM changes WHERE seq IN (SELECT seq FROM changes WHERE ?1 > 0 AND until <= ?2 \
             AND seq < (SELECT MAX(seq) FROM changes) ORDER BY seq LIMIT ?3)",
            Lifetime::from_seconds(0),
        ),
    ]
}

async fn drain(store: &Sqlite, sweep: Sweep, pace: Pace) -> Result<usize, StoreError> {
    let sql: Arc<str> = sweep.sql.into();
    let (made_before, now) = (sweep.made_before, sweep.now.0);
    let mut all = 0;
    for _ in 0..pace.slices {
        let sql = sql.clone();
        let slice = move |conn: &Connection| {
            conn.prepare_cached(&sql)?
                .execute(params![made_before, now, pace.slice])
        };
        let deleted = store.run(slice).await?;
        all += deleted;
        if (deleted as i64) < pace.slice {
            break;
        }
        if !pace.pause.is_zero() {
            tokio::time::sleep(pace.pause).await;
        }
    }
    Ok(all)
}
