//! Device authorizations (RFC 8628): their facts, and their transitions to statements.
use super::apply::Apply;
use super::rows::{self, digest, locator, optional_person, optional_time, scope, time};
use super::statements::{Statements, sql};
use crate::Outcome;
use jose::Digest;
use protocol::facts::DeviceFacts;
use protocol::types::{
    ClientNo, DeviceAnswer, DeviceAuthorization, Lifetime, Locator, Pace, Subject, UnixTime,
};
use rusqlite::{Params, Result, Row, params};

const DEVICE: &str = "d.id, d.digest, d.user_code, d.client, d.scope, d.scope_named, d.expires_at, d.wait, \
     d.polled_at, d.answer, d.answered_as, d.subject, d.auth_time, g.id IS NOT NULL";
const JOINED: &str = " FROM device_codes d LEFT JOIN grants g ON g.id = d.id \
     LEFT JOIN people p ON p.subject = d.subject";

pub(crate) fn by_id(db: &Statements<'_>, id: Locator) -> Result<Option<DeviceFacts>> {
    let sql = sql![
        "SELECT ",
        DEVICE,
        ", ",
        rows::PERSON,
        JOINED,
        " WHERE d.id = ?1"
    ];
    one(db, sql, [id.0])
}

pub(crate) fn by_user_code(db: &Statements<'_>, user_code: &Digest) -> Result<Option<DeviceFacts>> {
    let sql = sql![
        "SELECT ",
        DEVICE,
        ", ",
        rows::PERSON,
        JOINED,
        " WHERE d.user_code = ?1"
    ];
    one(db, sql, [&user_code.as_bytes()[..]])
}

fn one(db: &Statements<'_>, sql: &'static str, values: impl Params) -> Result<Option<DeviceFacts>> {
    let read = |row: &Row<'_>| {
        Ok(DeviceFacts {
            device: device(row)?,
            redeemed: row.get(13)?,
            person: optional_person(row, 14)?,
        })
    };
    db.one(sql, values, read)
}

fn device(row: &Row<'_>) -> Result<DeviceAuthorization> {
    Ok(DeviceAuthorization {
        id: locator(row, 0)?,
        digest: digest(row, 1)?,
        user_code: digest(row, 2)?,
        client: ClientNo(row.get(3)?),
        scope: scope(row, 4)?,
        scope_named: row.get(5)?,
        expires_at: time(row, 6)?,
        pace: Pace {
            interval: Lifetime::from_seconds(row.get(7)?),
            polled_at: optional_time(row, 8)?,
        },
        answer: answer(row)?,
    })
}

fn answer(row: &Row<'_>) -> Result<Option<DeviceAnswer>> {
    match row.get_ref(9)?.as_str_or_null()? {
        None => Ok(None),
        Some("denied") => Ok(Some(DeviceAnswer::Denied)),
        Some("allowed") => Ok(Some(DeviceAnswer::Allowed {
            at: locator(row, 10)?,
            subject: Subject(row.get(11)?),
            auth_time: time(row, 12)?,
        })),
        Some(_) => Err(rows::corrupt(9, "an answer")),
    }
}

impl Apply<'_, '_> {
    pub(super) fn keep_device(&self, device: &DeviceAuthorization) -> Result<Outcome> {
        let values = params![
            device.id.0,
            device.digest.as_bytes(),
            device.user_code.as_bytes(),
            device.client.0,
            device.scope.as_str(),
            device.scope_named,
            device.expires_at.0,
            device.pace.interval.seconds(),
        ];
        let guard = "INSERT INTO device_codes (id, digest, user_code, client, scope, scope_named, expires_at, wait) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
        self.guarded(guard, values)
    }

    pub(super) fn poll_device(
        &self,
        device: Locator,
        before: Pace,
        after: Pace,
    ) -> Result<Outcome> {
        let polled = |pace: Pace| pace.polled_at.map(|time: UnixTime| time.0);
        let values = params![
            device.0,
            after.interval.seconds(),
            polled(after),
            before.interval.seconds(),
            polled(before),
        ];
        let guard = "UPDATE device_codes SET wait = ?2, polled_at = ?3 WHERE id = ?1 AND wait = ?4 \
                     AND polled_at IS NOT DISTINCT FROM ?5 AND answer IS NULL";
        self.guarded(guard, values)
    }

    pub(super) fn answer_device(
        &self,
        device: Locator,
        by: Subject,
        answer: DeviceAnswer,
    ) -> Result<Outcome> {
        let (word, at, auth_time) = match answer {
            DeviceAnswer::Allowed { at, auth_time, .. } => {
                ("allowed", Some(at.0), Some(auth_time.0))
            }
            DeviceAnswer::Denied => ("denied", None, None),
        };
        let guard = "UPDATE device_codes SET answer = ?2, answered_as = ?3, subject = ?4, auth_time = ?5 \
                     WHERE id = ?1 AND answer IS NULL AND expires_at > ?6";
        self.guarded(
            guard,
            params![device.0, word, at, by.0, auth_time, self.now.0],
        )
    }

    fn guarded(&self, sql: &'static str, values: impl Params) -> Result<Outcome> {
        Ok(match self.run(sql, values)? {
            0 => Outcome::Conflict,
            _ => Outcome::Committed,
        })
    }
}
