//! Device authorizations (RFC 8628): their facts, and their transitions to statements.
use super::Postgres;
use super::apply::Apply;
use super::batch::ids;
use super::conn::Conn;
use super::fault::Fault;
use super::read::one;
use super::rows::{
    Read, digest, get, locator, optional_person, optional_time, person_columns, scope, time,
};
use super::value::{Values, values_of};
use super::writer::Settle;
use crate::{Outcome, StoreError};
use protocol::Transition;
use protocol::facts::DeviceFacts;
use protocol::types::{
    ClientNo, DeviceAnswer, DeviceAuthorization, Lifetime, Locator, Pace, Subject, UserCode,
};
use std::collections::HashSet;
use tokio_postgres::Row;

macro_rules! select_device {
    ($by:literal) => {
        concat!(
            "SELECT d.id, d.digest, d.user_code, d.client, d.scope, d.scope_named, d.expires_at, d.wait, \
             d.polled_at, d.answer, d.answered_as, d.subject, d.auth_time, g.id IS NOT NULL, ",
            person_columns!(),
            " FROM device_codes d LEFT JOIN grants g ON g.id = d.id LEFT JOIN people p ON p.subject = d.subject \
             WHERE d.",
            $by,
            " = $1"
        )
    };
}

impl Postgres {
    pub(crate) async fn device(&self, id: Locator) -> Result<Option<DeviceFacts>, StoreError> {
        one(self.reader(), select_device!("id"), values_of![id.0], facts).await
    }

    pub(crate) async fn device_by_user_code(
        &self,
        code: &UserCode,
    ) -> Result<Option<DeviceFacts>, StoreError> {
        let digest = code.digest();
        let values = values_of![&digest.as_bytes()[..]];
        one(self.reader(), select_device!("user_code"), values, facts).await
    }
}

fn facts(row: &Row) -> Read<DeviceFacts> {
    Ok(DeviceFacts {
        device: device(row)?,
        redeemed: get(row, 13)?,
        person: optional_person(row, 14)?,
    })
}

fn device(row: &Row) -> Read<DeviceAuthorization> {
    let interval =
        u32::try_from(get::<i64>(row, 7)?).map_err(|_| Fault::corrupt(7, "a number of seconds"))?;
    Ok(DeviceAuthorization {
        id: locator(row, 0)?,
        digest: digest(row, 1)?,
        user_code: digest(row, 2)?,
        client: ClientNo(get(row, 3)?),
        scope: scope(row, 4)?,
        scope_named: get(row, 5)?,
        expires_at: time(row, 6)?,
        pace: Pace {
            interval: Lifetime::from_seconds(interval),
            polled_at: optional_time(row, 8)?,
        },
        answer: answer(row)?,
    })
}

fn answer(row: &Row) -> Read<Option<DeviceAnswer>> {
    match get::<Option<&str>>(row, 9)? {
        None => Ok(None),
        Some("denied") => Ok(Some(DeviceAnswer::Denied)),
        Some("allowed") => Ok(Some(DeviceAnswer::Allowed {
            at: locator(row, 10)?,
            subject: Subject(get(row, 11)?),
            auth_time: time(row, 12)?,
        })),
        Some(_) => Err(Fault::corrupt(9, "an answer")),
    }
}

impl Apply<'_> {
    pub(super) async fn keep_device(&self, device: &DeviceAuthorization) -> Read<Outcome> {
        let guard = "INSERT INTO device_codes (id, digest, user_code, client, scope, scope_named, expires_at, wait) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
        let values = values_of![
            device.id.0,
            &device.digest.as_bytes()[..],
            &device.user_code.as_bytes()[..],
            device.client.0,
            device.scope.to_string(),
            device.scope_named,
            device.expires_at.0,
            device.pace.interval.seconds(),
        ];
        self.guarded(guard, values).await
    }

    pub(super) async fn answer_device(
        &self,
        device: Locator,
        by: Subject,
        answer: DeviceAnswer,
    ) -> Read<Outcome> {
        let (word, at, auth_time) = match answer {
            DeviceAnswer::Allowed { at, auth_time, .. } => {
                ("allowed", Some(at.0), Some(auth_time.0))
            }
            DeviceAnswer::Denied => ("denied", None, None),
        };
        let guard = "UPDATE device_codes SET answer = $2, answered_as = $3, subject = $4, auth_time = $5 \
                     WHERE id = $1 AND answer IS NULL AND expires_at > $6";
        let values = values_of![device.0, word, at, by.0, auth_time, self.now.0];
        self.guarded(guard, values).await
    }

    pub(super) async fn guarded(&self, sql: &'static str, values: Values<'_>) -> Read<Outcome> {
        Ok(match self.run(sql, values).await? {
            0 => Outcome::Conflict,
            _ => Outcome::Committed,
        })
    }
}

/// Settles all polls, or none; for each, whether its guard was won: the device is as it was read. Of those of the same
/// device, the first is asked for; whatever comes of it, the others lost.
pub(super) async fn poll(conn: &Conn, jobs: &[Settle]) -> Read<Vec<bool>> {
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
        let Transition::PollDevice {
            device,
            before,
            after,
        } = &job.transition
        else {
            return None;
        };
        if !seen.insert(*device) {
            return None;
        }
        self.id.push(device.0);
        self.wait.push(after.interval.seconds());
        self.polled_at.push(after.polled_at.map(|time| time.0));
        self.old_wait.push(before.interval.seconds());
        self.old_polled_at.push(before.polled_at.map(|time| time.0));
        Some(*device)
    }
}
