//! Leased rows of `nodes`: a number each, so that two nodes never make the same id, and one for whoever sweeps.
use super::conn::Slot;
use super::rows::{Read, get};
use super::value::values_of;
use crate::StoreError;
use crate::mint::NODES;
use protocol::types::{Lifetime, UnixTime};

/// How long a number is kept without being renewed.
pub(super) const LEASE: Lifetime = Lifetime::from_seconds(60);

/// The row of whoever sweeps.
const SWEEPER: i64 = -1;

/// A name for this process that no other has.
pub(super) fn holder() -> String {
    format!(
        "{}-{:016x}",
        std::process::id(),
        u64::from_be_bytes(jose::random::bytes())
    )
}

/// Takes the lowest number that nobody holds.
pub(super) async fn take(slot: &Slot, holder: &str, now: UnixTime) -> Result<i64, StoreError> {
    loop {
        let sql = "SELECT node FROM nodes WHERE node >= 0 AND lease_until > $1 ORDER BY node";
        let rows = slot.query(sql, values_of![now.0]).await?;
        let held = rows
            .iter()
            .map(|row| get(row, 0))
            .collect::<Read<Vec<i64>>>()?;
        let free = (0..NODES)
            .find(|node| !held.contains(node))
            .ok_or(StoreError::NoNode)?;
        if claim(slot, free, holder, now, NEVER).await? {
            return Ok(free);
        }
    }
}

/// Whether this process sweeps: it does as long as it renews in time. A lease that ends later than any can was taken
/// by a clock that was wrong, and would keep everyone from sweeping; two who sweep at once do no harm.
pub(super) async fn sweeps(slot: &Slot, holder: &str, now: UnixTime) -> Result<bool, StoreError> {
    let believed = now.plus(LEASE).plus(LEASE);
    claim(slot, SWEEPER, holder, now, believed).await
}

/// The end of a lease that is believed, however far it is: two nodes must not share a number.
const NEVER: UnixTime = UnixTime(i64::MAX);

/// Takes a row that nobody else holds, or renews one's own. A lease that ends after `believed` does not count.
async fn claim(
    slot: &Slot,
    node: i64,
    holder: &str,
    now: UnixTime,
    believed: UnixTime,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO nodes (node, lease_until, holder) VALUES ($1, $2, $3) ON CONFLICT (node) DO UPDATE \
               SET lease_until = excluded.lease_until, holder = excluded.holder \
               WHERE nodes.lease_until <= $4 OR nodes.lease_until > $5 OR nodes.holder = excluded.holder \
               RETURNING node";
    let values = values_of![node, now.plus(LEASE).0, holder, now.0, believed.0];
    let rows = slot.query(sql, values).await?;
    Ok(!rows.is_empty())
}

/// Keeps a number for another while; false: it was lost, because this process slept longer than the lease.
pub(super) async fn renew(
    slot: &Slot,
    node: i64,
    holder: &str,
    now: UnixTime,
) -> Result<bool, StoreError> {
    let sql = "UPDATE nodes SET lease_until = $2 WHERE node = $1 AND holder = $3 RETURNING node";
    let values = values_of![node, now.plus(LEASE).0, holder];
    let rows = slot.query(sql, values).await?;
    Ok(!rows.is_empty())
}

/// Gives back what a process holds.
pub(super) async fn give_back(slot: &Slot, holder: &str) -> Result<(), StoreError> {
    slot.query("DELETE FROM nodes WHERE holder = $1", values_of![holder])
        .await?;
    Ok(())
}
