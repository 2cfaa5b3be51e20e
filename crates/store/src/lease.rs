//! Leased rows of `nodes`: a number each, so that two processes on one database never make the same id, and one for
//! whoever sweeps or delivers messages.
use crate::mint::NODES;
use crate::row::Query;
use crate::runs::Runs;
use crate::value::values;
use crate::{Stay, StoreError};
use protocol::types::{Lifetime, UnixTime};
use std::time::Duration;

/// How long a server's number is kept without being renewed.
pub(crate) const LEASE: Lifetime = Lifetime::from_seconds(60);
/// The same of a command, which is soon over: one that was killed must not keep a number for long.
pub(crate) const COMMAND: Lifetime = Lifetime::from_seconds(15);

/// How often a free number is looked for while all are taken, and how often at most: longer than a command's lease.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const LOOKS: u32 = 1_200;

/// How long a node delivers messages without renewing that: others wait for so long when it was killed.
pub const DELIVERY: Lifetime = Lifetime::from_seconds(15);

/// The row of whoever sweeps.
const SWEEPER: i64 = -1;
/// The row of whoever delivers messages.
const DELIVERER: i64 = -2;

/// The end of a lease that is believed, however far it is: two nodes must not share a number.
const NEVER: UnixTime = UnixTime(i64::MAX);

/// Numbers that are held.
const HELD: Query<i64> = Query {
    sql: "SELECT node FROM nodes WHERE node >= 0 AND lease_until > $1 ORDER BY node",
    read: |row| row.number(0),
};

/// Numbers that are held for longer than any command holds one: those of servers.
pub(crate) const SERVING: Query<i64> = Query {
    sql: "SELECT node FROM nodes WHERE node >= 0 AND lease_until > $1",
    read: |row| row.number(0),
};

/// Takes a number for a process that is going to write; one that only looks makes no id, and gets 0.
///
/// # Errors
/// [`StoreError::NoNode`] when none became free.
pub(crate) async fn begin(runs: &impl Runs, holder: &str, stay: Stay) -> Result<i64, StoreError> {
    match stay {
        Stay::Look => Ok(0),
        Stay::Server | Stay::Command => take(runs, holder, stay.lease(), crate::mint::now).await,
    }
}

/// Refuses what a process that only looks may not do: its ids are not its own.
pub(crate) fn may_write(stay: Stay) -> Result<(), StoreError> {
    match stay {
        Stay::Look => Err(StoreError::Refused(
            "the database was opened to look at it".to_owned(),
        )),
        Stay::Server | Stay::Command => Ok(()),
    }
}

/// A name for this process that no other has.
pub(crate) fn holder() -> String {
    let random = u64::from_be_bytes(jose::random::bytes());
    format!("{}-{random:016x}", std::process::id())
}

/// Takes a number that nobody holds. Where commands hold all of them, one is free again in a moment.
///
/// # Errors
/// [`StoreError::NoNode`] when none became free.
pub(crate) async fn take(
    runs: &impl Runs,
    holder: &str,
    length: Lifetime,
    now: impl Fn() -> UnixTime,
) -> Result<i64, StoreError> {
    for _ in 0..LOOKS {
        let now = now();
        let held = runs.many(&HELD, &values![now]).await?;
        let free = (0..NODES).find(|node| !held.contains(node));
        match free {
            Some(free) if claim(runs, free, holder, (now, length), NEVER).await? => {
                return Ok(free);
            }
            // Another process was faster.
            Some(_) => {}
            None => runs.pause(LOOK_EVERY).await,
        }
    }
    Err(StoreError::NoNode)
}

/// Whether this process sweeps: it does as long as it renews in time. A lease that ends later than any can was taken
/// by a clock that was wrong, and would keep everyone from sweeping; two who sweep at once do no harm.
pub(crate) async fn sweeps(
    runs: &impl Runs,
    holder: &str,
    now: UnixTime,
) -> Result<bool, StoreError> {
    let believed = now.plus(LEASE).plus(LEASE);
    claim(runs, SWEEPER, holder, (now, LEASE), believed).await
}

/// The same for delivering messages. Two who deliver at once would send twice, and out of order, so `now` is the
/// database's.
pub(crate) async fn delivers(
    runs: &impl Runs,
    holder: &str,
    now: UnixTime,
) -> Result<bool, StoreError> {
    let believed = now.plus(DELIVERY).plus(DELIVERY);
    claim(runs, DELIVERER, holder, (now, DELIVERY), believed).await
}

/// Takes a row that nobody else holds, or renews one's own. A lease that ends after `believed` does not count.
async fn claim(
    runs: &impl Runs,
    node: i64,
    holder: &str,
    (now, length): (UnixTime, Lifetime),
    believed: UnixTime,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO nodes (node, lease_until, holder) VALUES ($1, $2, $3) ON CONFLICT (node) DO UPDATE \
               SET lease_until = excluded.lease_until, holder = excluded.holder \
               WHERE nodes.lease_until <= $4 OR nodes.lease_until > $5 OR nodes.holder = excluded.holder";
    let values = values![node, now.plus(length), holder, now, believed];
    Ok(runs.run(sql, &values).await? > 0)
}

/// Keeps a number for another while; false: it was lost, because this process slept longer than the lease.
pub(crate) async fn renew(
    runs: &impl Runs,
    node: i64,
    holder: &str,
    until: UnixTime,
) -> Result<bool, StoreError> {
    let sql = "UPDATE nodes SET lease_until = $2 WHERE node = $1 AND holder = $3";
    Ok(runs.run(sql, &values![node, until, holder]).await? > 0)
}

/// Gives back what a process holds.
pub(crate) async fn give_back(runs: &impl Runs, holder: &str) -> Result<(), StoreError> {
    let sql = "DELETE FROM nodes WHERE holder = $1";
    runs.run(sql, &values![holder]).await.map(drop)
}
