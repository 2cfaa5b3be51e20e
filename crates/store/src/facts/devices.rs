//! What devices asked for (RFC 8628).
use super::people::optional_person;
use crate::row::{Query, Read, Row, corrupt};
use protocol::facts::DeviceFacts;
use protocol::types::{ConnectionStanding, DeviceAnswer, DeviceAuthorization, Lifetime, Pace};

macro_rules! device {
    ($by:literal) => {
        Query {
            sql: concat!(
                "SELECT d.id, d.digest, d.user_code, d.client, d.scope, d.scope_named, d.expires_at, d.wait, \
                 d.polled_at, d.answer, d.answered_as, d.subject, d.auth_time, g.id IS NOT NULL, d.organization, ",
                person_without_password!(),
                " FROM device_codes d LEFT JOIN grants g ON g.id = d.id \
                 LEFT JOIN people p ON p.subject = d.subject WHERE ",
                $by,
                " = $1"
            ),
            read: facts,
        }
    };
}

/// By its id, with its redemption and its person.
pub(crate) const BY_ID: Query<DeviceFacts> = device!("d.id");
/// The same, by the digest of the code that a person typed.
pub(crate) const BY_USER_CODE: Query<DeviceFacts> = device!("d.user_code");

fn facts(row: &dyn Row) -> Read<DeviceFacts> {
    Ok(DeviceFacts {
        device: DeviceAuthorization {
            id: row.locator(0)?,
            digest: row.digest(1)?,
            user_code: row.digest(2)?,
            client: row.client(3)?,
            scope: row.scope(4)?,
            scope_named: row.flag(5)?,
            expires_at: row.time(6)?,
            pace: Pace {
                interval: Lifetime::from_seconds(row.small(7)?),
                polled_at: row.optional_time(8)?,
            },
            answer: answer(row)?,
        },
        redeemed: row.flag(13)?,
        person: optional_person(row, 15)?,
        connection: ConnectionStanding::GOOD,
        asked: None,
        workspace: None,
    })
}

fn answer(row: &dyn Row) -> Read<Option<DeviceAnswer>> {
    match row.optional_text(9)? {
        None => Ok(None),
        Some(DENIED) => Ok(Some(DeviceAnswer::Denied)),
        Some(ALLOWED) => Ok(Some(DeviceAnswer::Allowed {
            at: row.locator(10)?,
            subject: row.subject(11)?,
            organization: row.optional_locator(14)?,
            auth_time: row.time(12)?,
        })),
        Some(_) => Err(corrupt(9, "an answer")),
    }
}

/// How answers are stored.
pub(crate) const ALLOWED: &str = "allowed";
pub(crate) const DENIED: &str = "denied";
