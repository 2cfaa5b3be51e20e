//! Sweeping to the end.
use crate::row::Query;
use crate::sweep::Pace;
use crate::value::values;
use crate::{Engine, Store, StoreError, SweepRules, Swept, mint};
use protocol::types::UnixTime;
use std::time::{Duration, Instant};

/// Rows in one transaction, at most.
const SLICE: i64 = 1_000;
/// Slices of one table in one round, after each of which one hears how far it is.
const SLICES: usize = 20;
/// How long a running server may write between two transactions of a long command.
pub(super) const PAUSE: Duration = Duration::from_millis(10);
/// How often a long command renews its node number.
pub(super) const LEASE_EVERY: Duration = Duration::from_secs(5);

/// How many processes use the database.
const NODES: Query<i64> = Query {
    sql: "SELECT COUNT(*) FROM nodes WHERE node >= 0 AND lease_until > $1",
    read: |row| row.number(0),
};

impl Store {
    /// Deletes all that has expired, in short transactions; `told` hears after each round what has been deleted.
    ///
    /// # Errors
    /// [`StoreError`]; what was deleted before stays deleted.
    pub async fn sweep_all(
        &self,
        now: UnixTime,
        rules: &SweepRules,
        mut told: impl FnMut(Swept),
    ) -> Result<Swept, StoreError> {
        let mut all = Swept::default();
        let mut renewed = Instant::now();
        loop {
            if renewed.elapsed() > LEASE_EVERY {
                self.renew_lease(mint::now()).await?;
                renewed = Instant::now();
            }
            let pace = Pace {
                slice: SLICE,
                slices: SLICES,
                pause: if self.is_shared().await? {
                    PAUSE
                } else {
                    Duration::ZERO
                },
            };
            let swept = self.sweep_at(now, rules, pace).await?;
            all.access_tokens += swept.access_tokens;
            all.others += swept.others;
            if swept == Swept::default() {
                return Ok(all);
            }
            told(all);
        }
    }

    /// Whether another process writes to a file that only one can write to at a time.
    pub(super) async fn is_shared(&self) -> Result<bool, StoreError> {
        match &self.engine {
            Engine::Sqlite(_) => {
                let nodes = self.one(&NODES, &values![mint::now()]).await?;
                Ok(nodes.is_some_and(|nodes| nodes > 1))
            }
            Engine::Postgres(_) => Ok(false),
        }
    }
}
