//! The secrets of apps. Each change raises the app's version, which is its guard.
use super::app::next_version;
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::SecretChange;
use protocol::types::{ClientRowId, Locator, StoredSecret, UnixTime};

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a SecretChange, now: UnixTime) -> Steps<'a> {
    match change {
        SecretChange::Replace {
            client,
            version,
            secrets,
        } => replace_secrets(next_version(steps, *client, *version), *client, secrets),
        SecretChange::Add {
            client,
            version,
            secret,
        } => add_secret(next_version(steps, *client, *version), *client, secret)
            .client_changed(*client),
        SecretChange::Revoke {
            client,
            version,
            secret,
        } => revoke_secret(next_version(steps, *client, *version), *client, *secret),
        SecretChange::Rotate {
            client,
            version,
            secret,
            others_end,
        } => rotate_secrets(steps, (*client, *version), secret, *others_end),
        SecretChange::WarnOfEnd { client, secret, .. } => steps.guard(
            "UPDATE client_secrets SET warned_at = $3 WHERE client = $1 AND id = $2 AND warned_at IS NULL",
            values![*client, *secret, now],
        ),
    }
}

pub(super) fn replace_secrets<'a>(
    steps: Steps<'a>,
    client: ClientRowId,
    secrets: &'a [StoredSecret],
) -> Steps<'a> {
    let steps = steps.run(
        "DELETE FROM client_secrets WHERE client = $1",
        values![client],
    );
    secrets
        .iter()
        .fold(steps, |steps, secret| add_secret(steps, client, secret))
        .client_changed(client)
}

fn revoke_secret(steps: Steps<'_>, client: ClientRowId, secret: Locator) -> Steps<'_> {
    steps
        .run(
            "DELETE FROM client_secrets WHERE client = $1 AND id = $2",
            values![client, secret],
        )
        .client_changed(client)
}

fn rotate_secrets<'a>(
    steps: Steps<'a>,
    (client, version): (ClientRowId, i64),
    secret: &'a StoredSecret,
    others_end: UnixTime,
) -> Steps<'a> {
    let end = "UPDATE client_secrets SET expires_at = $2, warned_at = $2 \
               WHERE client = $1 AND (expires_at IS NULL OR expires_at > $2)";
    let steps = next_version(steps, client, version).run(end, values![client, others_end]);
    add_secret(steps, client, secret).client_changed(client)
}

fn add_secret<'a>(steps: Steps<'a>, client: ClientRowId, secret: &'a StoredSecret) -> Steps<'a> {
    steps.run(
        "INSERT INTO client_secrets (client, id, digest, name, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        values![
            client,
            secret.id,
            &secret.digest,
            &secret.name,
            secret.created_at,
            secret.expires_at
        ],
    )
}
