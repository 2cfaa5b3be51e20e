//! Devices that poll (RFC 8628 §3.5), all that wait in one statement.
use super::batch::ids;
use super::conn::Conn;
use super::row::Ran;
use super::value::values_of;
use super::writer::Settle;
use crate::changes::Hot;
use protocol::types::Locator;
use std::collections::HashSet;

/// Settles all polls, or none; for each, whether its guard was won: the device is as it was read. Of those of the same
/// device, the first is asked for; whatever comes of it, the others lost.
pub(super) async fn poll(conn: &Conn, jobs: &[Settle]) -> Ran<Vec<bool>> {
    let (mut seen, mut polls) = (HashSet::new(), Polls::default());
    let asked: Vec<_> = jobs.iter().map(|job| polls.push(job, &mut seen)).collect();
    let sql = "WITH asked AS (SELECT * FROM UNNEST($1::int8[], $2::int8[], $3::int8[], $4::int8[], $5::int8[]) \
               AS t (id, wait, polled_at, old_wait, old_polled_at)), \
               pending AS (SELECT id FROM device_codes WHERE id = ANY($1) AND answer IS NULL ORDER BY id FOR UPDATE) \
               UPDATE device_codes SET wait = asked.wait, polled_at = asked.polled_at FROM asked, pending \
               WHERE device_codes.id = pending.id AND asked.id = pending.id AND device_codes.wait = asked.old_wait \
               AND device_codes.polled_at IS NOT DISTINCT FROM asked.old_polled_at RETURNING device_codes.id";
    let Polls {
        id,
        wait,
        polled_at,
        old_wait,
        old_polled_at,
    } = polls;
    let values = values_of![id, wait, polled_at, old_wait, old_polled_at];
    let won = ids(conn, sql, values).await?;
    let is_won = |asked: &Option<Locator>| asked.is_some_and(|device| won.contains(&device.0));
    Ok(asked.iter().map(is_won).collect())
}

/// Columns of polls.
#[derive(Default)]
struct Polls {
    id: Vec<i64>,
    wait: Vec<i64>,
    polled_at: Vec<Option<i64>>,
    old_wait: Vec<i64>,
    old_polled_at: Vec<Option<i64>>,
}

impl Polls {
    /// The device, if the poll is the first of it.
    fn push(&mut self, job: &Settle, seen: &mut HashSet<Locator>) -> Option<Locator> {
        let Some(Hot::Poll {
            device,
            before,
            after,
        }) = job.hot()
        else {
            return None;
        };
        if !seen.insert(device) {
            return None;
        }
        self.id.push(device.0);
        self.wait.push(after.interval.seconds());
        self.polled_at.push(after.polled_at.map(|time| time.0));
        self.old_wait.push(before.interval.seconds());
        self.old_polled_at.push(before.polled_at.map(|time| time.0));
        Some(device)
    }
}
