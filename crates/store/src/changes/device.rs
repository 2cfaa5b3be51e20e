//! What devices ask for (RFC 8628).
use super::connection::allow_device;
use crate::facts::devices::{ALLOWED, DENIED};
use crate::steps::Steps;
use crate::value::values;
use protocol::accounts::mail_link::LinkMail;
use protocol::types::{
    ClientRowId, ConnectionKey, DeviceAnswer, DeviceAuthorization, Locator, Scope, Subject,
    UnixTime,
};

pub(super) fn keep<'a>(steps: Steps<'a>, device: &'a DeviceAuthorization) -> Steps<'a> {
    steps.guard(
        "INSERT INTO device_codes (id, digest, user_code, client, scope, scope_named, expires_at, wait) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        values![
            device.id,
            &device.digest,
            &device.user_code,
            device.client,
            &device.scope,
            device.scope_named,
            device.expires_at,
            device.pace.interval,
        ],
    )
}

pub(super) fn answer<'a>(
    steps: Steps<'a>,
    device: Locator,
    (by, client): (Subject, ClientRowId),
    (answer, less): (DeviceAnswer, Option<&'a Scope>),
    (scope, notice): (&'a Scope, Option<&'a LinkMail>),
    now: UnixTime,
) -> Steps<'a> {
    let (word, at, auth_time, organization) = match answer {
        DeviceAnswer::Allowed {
            at,
            auth_time,
            organization,
            ..
        } => (ALLOWED, Some(at), Some(auth_time), organization),
        DeviceAnswer::Denied => (DENIED, None, None, None),
    };
    let steps = steps.guard(
        "UPDATE device_codes SET answer = $2, answered_as = $3, subject = $4, auth_time = $5, organization = $7 \
         WHERE id = $1 AND answer IS NULL AND expires_at > $6",
        [
            device.into(),
            word.into(),
            at.into(),
            by.into(),
            auth_time.into(),
            now.into(),
            organization.into(),
        ],
    );
    let steps = match less {
        Some(less) => steps.run(
            "UPDATE device_codes SET scope = $2, scope_named = $3 WHERE id = $1",
            values![device, less, false],
        ),
        None => steps,
    };
    match answer {
        DeviceAnswer::Allowed { .. } => {
            let key = ConnectionKey {
                subject: by,
                client,
                organization,
            };
            allow_device(steps, key, device, (scope, notice), now)
        }
        DeviceAnswer::Denied => steps,
    }
}
