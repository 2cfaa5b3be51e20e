//! Rows of access tokens that nobody holds, to try size and speed.
use super::sweep::{LEASE_EVERY, PAUSE};
use crate::facts::tokens;
use crate::mint::{self, PER_MILLI};
use crate::{Engine, IdMint, Store, StoreError, postgres, sqlite};
use protocol::decision::Mint;
use protocol::types::ids::LOCATOR_LOW_BITS;
use protocol::types::{ClientRowId, Lifetime, Locator, Scope, UnixTime};
use std::time::Instant;

/// Rows in one transaction when nobody else uses the database.
const SLICE: u64 = 10_000;
/// Rows in one transaction beside a running server.
const SHARED_SLICE: u64 = 1_000;

/// What the rows say. Their digests are random, so no text is a token of theirs.
#[derive(Debug, Clone)]
pub struct Fill {
    /// The app.
    pub client: ClientRowId,
    /// Its standing grant.
    pub grant: Locator,
    /// What they would open.
    pub scope: Scope,
    /// How long they live.
    pub lifetime: Lifetime,
    /// Whether they were made so long ago that they have expired.
    pub expired: bool,
}

/// The part of every row that is its own.
pub(crate) struct Rows {
    pub(crate) id: Vec<i64>,
    pub(crate) digest: Vec<[u8; 32]>,
    pub(crate) expires_at: Vec<i64>,
}

/// Where ids come from.
enum Ids {
    Now(IdMint),
    /// All below the oldest row there is, so that none is taken: from a millisecond on.
    Past(IdMint, i64),
}

impl Ids {
    fn of(
        mint: IdMint,
        fill: &Fill,
        oldest: Option<Locator>,
        rows: u64,
    ) -> Result<Self, StoreError> {
        if !fill.expired {
            return Ok(Ids::Now(mint));
        }
        let expired = Locator::first_at(mint::now().minus(fill.lifetime));
        let end = oldest.map_or(expired, |oldest| oldest.min(expired)).0 >> LOCATOR_LOW_BITS;
        let needed = i64::try_from(rows / PER_MILLI + 1).unwrap_or(i64::MAX);
        match end.checked_sub(needed).filter(|begin| *begin > 0) {
            Some(begin) => Ok(Ids::Past(mint, begin)),
            None => Err(StoreError::Unavailable(
                "so many tokens cannot have been made since 2025".to_owned(),
            )),
        }
    }

    fn slice(&self, fill: &Fill, from: u64, rows: u64) -> Rows {
        let nth = |n: u64| match self {
            Ids::Now(mint) => mint.locator(),
            Ids::Past(mint, millis) => mint.past(*millis, n),
        };
        let now = mint::now();
        let end = |id: &i64| match self {
            Ids::Now(_) => now.plus(fill.lifetime),
            Ids::Past(..) => Locator(*id).time().plus(fill.lifetime),
        };
        let id: Vec<i64> = (from..from + rows).map(|n| nth(n).0).collect();
        Rows {
            expires_at: id.iter().map(end).map(|UnixTime(end)| end).collect(),
            digest: id.iter().map(|_| jose::random::bytes()).collect(),
            id,
        }
    }
}

impl Store {
    /// Makes as many rows as asked for in short transactions; `told` hears after each how many there are.
    ///
    /// # Errors
    /// [`StoreError`]; what was made before stays.
    pub async fn fill(
        &self,
        fill: &Fill,
        rows: u64,
        mut told: impl FnMut(u64),
    ) -> Result<(), StoreError> {
        let (oldest, _) = self.one(&tokens::OLDEST, &[]).await?.unwrap_or_default();
        let ids = Ids::of(self.mint(), fill, oldest, rows)?;
        let (mut made, mut renewed) = (0, Instant::now());
        while made < rows {
            if renewed.elapsed() > LEASE_EVERY {
                self.renew_lease(mint::now()).await?;
                renewed = Instant::now();
            }
            let shared = self.is_shared().await?;
            let slice = if shared { SHARED_SLICE } else { SLICE };
            let slice = slice.min(rows - made);
            let own = ids.slice(fill, made, slice);
            match &self.engine {
                Engine::Sqlite(engine) => sqlite::fill::insert(engine, fill, own).await?,
                Engine::Postgres(engine) => postgres::fill::insert(engine, fill, own).await?,
            }
            made += slice;
            told(made);
            if shared {
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(())
    }
}
