//! Sweeping: what has expired is deleted in slices, so that requests come in between.
mod table;

use crate::facts::openid::OVER;
use crate::facts::tokens;
use crate::feed::FED;
use crate::row::Query;
use crate::runs::Runs;
use crate::value::{Value, values};
use crate::{Engine, Store, StoreError};
use protocol::Policy;
use protocol::connections::RESTORABLE;
use protocol::policy::Rotation;
use protocol::types::{Lifetime, Locator, UnixTime};
use std::time::Duration;
use table::{POSTGRES, Range, SQLITE, SWEEPS};

/// Redeemed codes are kept this long after they expired, so that a late replay still revokes what they gave; and what was used of
/// ceremonies, so that a clock that goes back makes none of them new.
const REPLAY_MEMORY: Lifetime = Lifetime::from_days(1);

/// How long things live, as far as sweeping must know.
#[derive(Debug, Clone, Copy)]
pub struct SweepRules {
    pub(crate) access: Lifetime,
    pub(crate) refresh: Lifetime,
    pub(crate) grant: Lifetime,
    code: Lifetime,
    grace: Lifetime,
    interaction: Lifetime,
    session: Lifetime,
    device: Lifetime,
    addresses: Lifetime,
}

impl SweepRules {
    /// The rules of a policy. Addresses of events are erased after `addresses`.
    pub fn of(policy: &Policy, addresses: Lifetime) -> Self {
        let tokens = &policy.tokens;
        let none = Lifetime::from_seconds(0);
        SweepRules {
            access: policy.longest_access(),
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
            addresses,
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

/// Up to which event addresses are erased.
const ERASED: Query<i64> = Query {
    sql: "SELECT id FROM marks WHERE name = 'addresses erased'",
    read: |row| row.number(0),
};

/// The last of the next events, so many at most.
const NEXT: Query<Option<i64>> = Query {
    sql: "SELECT MAX(id) FROM (SELECT id FROM events WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3) AS next",
    read: |row| row.optional_number(0),
};

impl Store {
    /// Deletes what has expired, in slices; nothing while another node does.
    ///
    /// # Errors
    /// [`StoreError`]; what was deleted before stays deleted.
    pub async fn sweep(&self, now: UnixTime, rules: &SweepRules) -> Result<Swept, StoreError> {
        match &self.engine {
            Engine::Sqlite(engine) => round(&**engine, &SQLITE, now, rules, Pace::SERVER)
                .await
                .map(|(swept, oldest)| {
                    engine.follow.forget_before(oldest);
                    swept
                }),
            Engine::Postgres(engine) => {
                // The lease is the machine's time, the rows are judged by the caller's.
                let (sweeping, holder) = (&engine.sweeping, &engine.holder);
                if crate::lease::sweeps(sweeping, holder, crate::mint::now()).await? {
                    let (swept, oldest) =
                        round(sweeping, &POSTGRES, now, rules, Pace::SERVER).await?;
                    engine.follow.forget_before(oldest);
                    return Ok(swept);
                }
                engine
                    .follow
                    .forget_before(lowest_left(sweeping, now, rules).await?);
                Ok(Swept::default())
            }
        }
    }

    /// The same at once and to the end of each table, whoever else sweeps: what two delete at once is deleted.
    pub(crate) async fn sweep_at(
        &self,
        now: UnixTime,
        rules: &SweepRules,
        pace: Pace,
    ) -> Result<Swept, StoreError> {
        let round = match &self.engine {
            Engine::Sqlite(engine) => round(&**engine, &SQLITE, now, rules, pace).await?,
            Engine::Postgres(engine) => {
                round(&engine.sweeping, &POSTGRES, now, rules, pace).await?
            }
        };
        Ok(round.0)
    }
}

/// One round: what was deleted, and the lowest id of the tokens that are left.
async fn round(
    runs: &impl Runs,
    texts: &'static [String],
    now: UnixTime,
    rules: &SweepRules,
    pace: Pace,
) -> Result<(Swept, Locator), StoreError> {
    let mut swept = Swept::default();
    for (sweep, sql) in SWEEPS.iter().zip(texts) {
        let Range { above, below, at } = (sweep.range)(rules, now);
        if sweep.table == "sessions" {
            runs.run(OVER, &values![above, below, at]).await?;
        }
        let deleted = drain(runs, sql, values![above, below, at, pace.slice], pace).await?;
        match sweep.table {
            "access_tokens" => swept.access_tokens += deleted,
            _ => swept.others += deleted,
        }
    }
    let oldest = lowest_left(runs, now, rules).await?;
    // Whoever made an end knew no id above it, a day of other clocks added; until then it can be taken back as well.
    let end = oldest.time().minus(FED).min(now.minus(RESTORABLE));
    let over = Locator::first_at(end).max(Locator(1));
    for sql in &texts[SWEEPS.len()..] {
        let values = values![oldest, over, 1_i64, pace.slice];
        swept.others += drain(runs, sql, values, pace).await?;
    }
    // An event that is still on its way must not come in behind the mark.
    let kept = rules.addresses.max(crate::UNSETTLED);
    erase_addresses(runs, now.minus(kept), pace).await?;
    Ok((swept, oldest))
}

async fn drain(
    runs: &impl Runs,
    sql: &'static str,
    values: [Value<'_>; 4],
    pace: Pace,
) -> Result<usize, StoreError> {
    let mut all = 0;
    for _ in 0..pace.slices {
        let deleted = runs.run(sql, &values).await?;
        all += deleted;
        if (deleted as i64) < pace.slice {
            break;
        }
        if !pace.pause.is_zero() {
            runs.pause(pace.pause).await;
        }
    }
    Ok(all)
}

/// The lowest id of all tokens that are left, and lower than that of any token which may be on its way. A grant whose
/// tokens are all lower has none left, and its revocation need not be remembered.
async fn lowest_left(
    runs: &impl Runs,
    now: UnixTime,
    rules: &SweepRules,
) -> Result<Locator, StoreError> {
    let expired = Locator::first_at(now.minus(rules.access));
    let (access, refresh) = runs.one(&tokens::OLDEST, &[]).await?.unwrap_or_default();
    let lowest = [Some(expired), access, refresh].into_iter().flatten().min();
    Ok(lowest.unwrap_or(expired))
}

/// Erases the addresses of events made before `moment`, and remembers how far it came.
async fn erase_addresses(runs: &impl Runs, moment: UnixTime, pace: Pace) -> Result<(), StoreError> {
    let below = Locator::first_at(moment).0;
    let mut erased = runs.one(&ERASED, &[]).await?.unwrap_or(0);
    for _ in 0..pace.slices {
        let next = runs.one(&NEXT, &values![erased, below, pace.slice]).await?;
        let Some(next) = next.flatten() else {
            return Ok(());
        };
        let erase =
            "UPDATE events SET address = NULL WHERE id > $1 AND id <= $2 AND address IS NOT NULL";
        runs.run(erase, &values![erased, next]).await?;
        let mark = "INSERT INTO marks (name, id) VALUES ('addresses erased', $1) \
                    ON CONFLICT (name) DO UPDATE SET id = excluded.id";
        runs.run(mark, &values![next]).await?;
        erased = next;
        runs.pause(pace.pause).await;
    }
    Ok(())
}
