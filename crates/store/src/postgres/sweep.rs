//! Sweeping: one node at a time deletes what has expired, in slices, beside the writers.
use super::value::values_of;
use super::{Postgres, lease};
use crate::StoreError;
use crate::sqlite::sweep::Pace;
use crate::{SweepRules, Swept};
use protocol::accounts::sign_in::WINDOW;
use protocol::types::{Lifetime, Locator, UnixTime};

/// Codes are kept this long after they expired, so that a late replay still revokes what they gave.
const REPLAY_MEMORY: Lifetime = Lifetime::from_days(1);

/// A table swept from its left edge: rows made before `made_before` are looked at, and deleted when their own
/// expiry is past.
struct Sweep {
    sql: &'static str,
    made_before: i64,
    now: UnixTime,
}

macro_rules! expired {
    ($table:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE id = ANY(ARRAY(SELECT id FROM ",
            $table,
            " WHERE id < $1 AND expires_at <= $2 ORDER BY id LIMIT $3))"
        )
    };
}

/// Rows whose ids are ahead of time: made by a node whose clock was wrong, or by one that had seen such ids, since ids
/// go on rising. By their ids they would be looked at when that time has come.
macro_rules! ahead {
    ($table:literal, $may_go:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE id = ANY(ARRAY(SELECT r.id FROM ",
            $table,
            " r WHERE r.id > $1 AND $2 > 0 AND ",
            $may_go,
            " ORDER BY r.id LIMIT $3))"
        )
    };
}

const AHEAD: [&str; 9] = [
    ahead!("access_tokens", "r.expires_at <= $2"),
    ahead!("refresh_tokens", "r.expires_at <= $2"),
    ahead!(
        "used_refresh_tokens",
        "NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.id = r.id)"
    ),
    ahead!(
        "refresh_replies",
        "NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.id = r.id)"
    ),
    ahead!("codes", "r.expires_at <= $2 - 86400"),
    ahead!("device_codes", "r.expires_at <= $2 - 86400"),
    ahead!(
        "grants",
        "r.expires_at <= $2 AND NOT EXISTS (SELECT 1 FROM codes c WHERE c.id = r.id) \
         AND NOT EXISTS (SELECT 1 FROM device_codes d WHERE d.id = r.id)"
    ),
    ahead!("interactions", "r.expires_at <= $2"),
    ahead!("sessions", "r.expires_at <= $2"),
];

/// One round; nothing when another node sweeps.
///
/// # Errors
/// [`StoreError`]; what was deleted before stays deleted.
pub(crate) async fn round(
    store: &Postgres,
    now: UnixTime,
    rules: &SweepRules,
) -> Result<Swept, StoreError> {
    store.memory.forget_before(now.0);
    // The lease is the machine's time, the rows are judged by the caller's.
    match lease::sweeps(&store.sweeping, &store.holder, crate::mint::now()).await? {
        true => delete(store, now, rules, Pace::SERVER).await,
        false => Ok(Swept::default()),
    }
}

/// The same, whoever else sweeps: what two delete at once is deleted.
pub(crate) async fn delete(
    store: &Postgres,
    now: UnixTime,
    rules: &SweepRules,
    pace: Pace,
) -> Result<Swept, StoreError> {
    let access = made_before(expired!("access_tokens"), rules.access, now);
    let mut swept = Swept {
        access_tokens: drain(store, access, pace).await?,
        others: 0,
    };
    let ahead = AHEAD.map(|sql| Sweep {
        sql,
        made_before: Locator::first_at(now.plus(crate::sqlite::sweep::AHEAD)).0,
        now,
    });
    for sweep in others(now, rules).into_iter().chain(ahead) {
        swept.others += drain(store, sweep, pace).await?;
    }
    Ok(swept)
}

fn made_before(sql: &'static str, lifetime: Lifetime, now: UnixTime) -> Sweep {
    Sweep {
        sql,
        made_before: Locator::first_at(now.minus(lifetime)).0,
        now,
    }
}

fn others(now: UnixTime, rules: &SweepRules) -> [Sweep; 10] {
    let kept = now.minus(REPLAY_MEMORY);
    [
        made_before(
            "DELETE FROM refresh_replies WHERE id = ANY(ARRAY(SELECT id FROM refresh_replies \
             WHERE id < $1 AND $2 > 0 ORDER BY id LIMIT $3))",
            rules.grace,
            now,
        ),
        made_before(expired!("refresh_tokens"), rules.refresh, now),
        // A used-record outlives its token, whatever lifetimes are configured now: without it the token would
        // be fresh again.
        made_before(
            "DELETE FROM used_refresh_tokens WHERE id = ANY(ARRAY(SELECT u.id FROM used_refresh_tokens u \
             WHERE u.id < $1 AND $2 > 0 AND NOT EXISTS \
             (SELECT 1 FROM refresh_tokens r WHERE r.id = u.id) ORDER BY u.id LIMIT $3))",
            rules.refresh,
            now,
        ),
        // A grant is the guard of its code: it stays as long as the code does.
        made_before(
            "DELETE FROM grants WHERE id = ANY(ARRAY(SELECT g.id FROM grants g \
             WHERE g.id < $1 AND g.expires_at <= $2 AND NOT EXISTS \
             (SELECT 1 FROM codes c WHERE c.id = g.id) AND NOT EXISTS \
             (SELECT 1 FROM device_codes d WHERE d.id = g.id) ORDER BY g.id LIMIT $3))",
            rules.grant,
            now,
        ),
        made_before(expired!("codes"), rules.code, kept),
        made_before(expired!("device_codes"), rules.device, kept),
        made_before(expired!("interactions"), rules.interaction, now),
        made_before(expired!("sessions"), rules.session, now),
        // A window that has not begun yet was opened by a clock that has been set back since.
        Sweep {
            sql: "DELETE FROM attempts WHERE key = ANY(ARRAY(SELECT key FROM attempts \
                  WHERE since <= $1 OR since > $2 LIMIT $3))",
            made_before: now.minus(WINDOW).0,
            now: now.plus(WINDOW),
        },
        // The last line stays, so that numbers go on rising.
        Sweep {
            sql: "DELETE FROM changes WHERE seq = ANY(ARRAY(SELECT seq FROM changes WHERE $1 > 0 AND until <= $2 \
                  AND seq < (SELECT MAX(seq) FROM changes) ORDER BY seq LIMIT $3))",
            made_before: 1,
            now,
        },
    ]
}

async fn drain(store: &Postgres, sweep: Sweep, pace: Pace) -> Result<usize, StoreError> {
    let values = values_of![sweep.made_before, sweep.now.0, pace.slice];
    let mut all = 0;
    for _ in 0..pace.slices {
        let delete = || async {
            store
                .sweeping
                .conn()
                .await?
                .execute(sweep.sql, values)
                .await
        };
        let deleted = super::conn::retried(delete).await?;
        all += deleted as usize;
        if (deleted as i64) < pace.slice {
            break;
        }
    }
    Ok(all)
}
