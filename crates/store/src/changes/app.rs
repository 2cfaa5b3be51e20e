//! Apps. Each change raises the version; what rests on how an app was read has that version in its guard.
use super::app_bounds::{bound, called};
use super::authentication::test_users_end;
use super::connection::FORGET_CONSENTS;
use super::deletion::is_there;
use super::picture::OF_APP;
use super::{approval, playground, secret, transfer, usage};
use crate::facts::clients::{kind_name, stored_keys};
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::{AppChange, Logo, LogoChange};
use protocol::types::name::skeleton;
use protocol::types::{Client, ClientRowId, ClientStatus, Locator, Side, StoredSecret, UnixTime};

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a AppChange, now: UnixTime) -> Steps<'a> {
    match change {
        AppChange::Register {
            client,
            logo,
            bounds,
        } => register(bound(steps, client, *bounds, now), client, logo.as_ref()),
        AppChange::Update {
            before,
            after,
            logo,
            own_name,
        } => update(
            called(steps, after, *own_name),
            before,
            after,
            logo.as_ref(),
        ),
        AppChange::SetStatus {
            client,
            status,
            not_before,
        } => set_status(steps, *client, *status, *not_before),
        AppChange::Approval(change) => approval::steps(steps, change),
        AppChange::Secret(change) => secret::steps(steps, change, now),
        AppChange::Transfer(change) => transfer::steps(steps, change, now),
        AppChange::Usage(change) => usage::steps(steps, change),
        AppChange::Delete { client } => delete(steps, *client, now),
        AppChange::Restore {
            client,
            own_name,
            deleted_at,
            not_before,
        } => restore(
            called(steps, client, *own_name),
            client.no,
            *deleted_at,
            *not_before,
        ),
    }
}

/// Guards that an app is still as it was read.
pub(super) fn next_version(steps: Steps<'_>, client: ClientRowId, version: i64) -> Steps<'_> {
    let guard = "UPDATE clients SET version = version + 1 \
                 WHERE no = $1 AND version = $2 AND deleted_at IS NULL";
    steps.guard(guard, values![client, version])
}

fn set_status(
    steps: Steps<'_>,
    client: ClientRowId,
    status: ClientStatus,
    not_before: Locator,
) -> Steps<'_> {
    let switch = "UPDATE clients SET version = version + 1, status = $2, \
                  cutoff = CASE WHEN cutoff > $3 THEN cutoff ELSE $3 END \
                  WHERE no = $1 AND deleted_at IS NULL AND status <> $2";
    let steps = steps.event(switch, values![client, status.as_str(), not_before]);
    // Once more for one that is off already; the tokens of one that is on and stays so go on.
    let again = "UPDATE clients SET cutoff = $2 \
                 WHERE no = $1 AND status = 'disabled' AND cutoff < $2";
    let pair = "UPDATE clients SET version = version + 1, status = $2, \
                cutoff = CASE WHEN cutoff > $3 THEN cutoff ELSE $3 END WHERE live_of = $1 AND status <> $2";
    steps
        .run(again, values![client, not_before])
        .run(pair, values![client, status.as_str(), not_before])
        .client_changed(client)
}

/// The number is the highest yet plus one; one that another node counted at the same moment is counted again.
pub(super) fn register<'a>(
    steps: Steps<'a>,
    client: &'a Client,
    logo: Option<&'a Logo>,
) -> Steps<'a> {
    let steps = is_there(steps, client.owner);
    let guard = "INSERT INTO clients (no, id, name, homepage, description, owner, kind, redirect_uris, grants, scopes, \
         approved, resource_server, status, cutoff, reviewed_at, logo, created_at, test, documented, privacy_policy, \
         terms, support, contact, organization, optional_scopes, scope_reasons, skeleton, live_of, relying_party, jwks, \
         jwks_uri, assertion_algorithms, dpop_bound, deleted_at) \
         SELECT (SELECT COALESCE(MAX(no), 0) + 1 FROM clients), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
         $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, NULL WHERE TRUE \
         ON CONFLICT (id) DO NOTHING";
    let (jwks, jwks_uri, algorithms) = stored_keys(client);
    let values = values![
        &client.id,
        &client.name,
        &client.homepage,
        &client.description,
        client.owner,
        kind_name(client.kind),
        uris(client),
        grants(client),
        client.scopes.as_ref(),
        &client.approved,
        client.resource_server,
        client.status.as_str(),
        client.not_before,
        client.reviewed_at,
        client.logo.as_ref(),
        client.created_at,
        client.side == Side::Test,
        client.documented,
        &client.links.privacy_policy,
        &client.links.terms,
        &client.links.support,
        &client.links.contact,
        client.organization,
        &client.asks.optional,
        client.asks.reasons.to_stored(),
        skeleton(&client.name),
        client.live_of,
        client.openid.to_stored(),
        jwks,
        jwks_uri,
        algorithms,
        client.dpop_bound,
    ];
    let steps = match client.live_of {
        Some(live) => only_side(steps, live),
        None => steps,
    };
    let steps = client
        .secrets
        .iter()
        .fold(steps.guard(guard, values), |steps, secret| {
            first_secret(steps, &client.id, secret)
        });
    let steps = match client.live_of {
        Some(live) => steps.client_changed(live),
        None => steps,
    };
    match logo {
        Some(logo) => steps.run(
            "INSERT INTO client_logos (client, media_type, bytes) SELECT no, $1, $2 FROM clients WHERE id = $3",
            values![logo.media_type, &logo.bytes[..], &client.id],
        ),
        None => steps,
    }
}

/// Guards that an app is there which has no test side, and keeps it from being deleted meanwhile. One that was switched
/// off for too long to come back is nobody's.
fn only_side(steps: Steps<'_>, live: ClientRowId) -> Steps<'_> {
    steps
        .guard(
            "UPDATE clients SET version = version WHERE no = $1 AND live_of IS NULL AND deleted_at IS NULL",
            values![live],
        )
        .exists(
            "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM clients WHERE live_of = $1 AND deleted_at IS NULL)",
            values![live],
        )
        .run(
            "UPDATE clients SET live_of = NULL WHERE live_of = $1",
            values![live],
        )
}

fn first_secret<'a>(steps: Steps<'a>, id: &'a str, secret: &'a StoredSecret) -> Steps<'a> {
    steps.run(
        "INSERT INTO client_secrets (client, id, digest, name, created_at, expires_at) \
         SELECT no, $1, $2, $3, $4, $5 FROM clients WHERE id = $6",
        values![
            secret.id,
            &secret.digest,
            &secret.name,
            secret.created_at,
            secret.expires_at,
            id
        ],
    )
}

pub(super) fn update<'a>(
    steps: Steps<'a>,
    before: &'a Client,
    after: &'a Client,
    logo: Option<&'a LogoChange>,
) -> Steps<'a> {
    let guard = "UPDATE clients SET version = version + 1, name = $3, homepage = $4, description = $5, \
                 redirect_uris = $6, reviewed_at = $7, status = $8, logo = $9, grants = $10, scopes = $11, \
                 privacy_policy = $12, terms = $13, support = $14, contact = $15, optional_scopes = $16, scope_reasons = $17, \
                 skeleton = $18, relying_party = $19, jwks = $20, jwks_uri = $21, assertion_algorithms = $22, \
                 keys_end_at = $23, dpop_bound = $24 \
                 WHERE no = $1 AND version = $2 AND deleted_at IS NULL AND status <> 'disabled'";
    let (jwks, jwks_uri, algorithms) = stored_keys(after);
    let values = values![
        before.no,
        before.version,
        &after.name,
        &after.homepage,
        &after.description,
        uris(after),
        after.reviewed_at,
        after.status.as_str(),
        after.logo.as_ref(),
        grants(after),
        after.scopes.as_ref(),
        &after.links.privacy_policy,
        &after.links.terms,
        &after.links.support,
        &after.links.contact,
        &after.asks.optional,
        after.asks.reasons.to_stored(),
        skeleton(&after.name),
        after.openid.to_stored(),
        jwks,
        jwks_uri,
        algorithms,
        after.keys.as_ref().and_then(|keys| keys.ends_at),
        after.dpop_bound,
    ];
    let steps = match logo {
        Some(logo) => OF_APP.change(steps.guard(guard, values), before.no, logo),
        None => steps.guard(guard, values),
    };
    let steps = match after.keys.is_some() && before.keys.is_none() {
        true => steps.run(
            "DELETE FROM client_secrets WHERE client = $1",
            values![before.no],
        ),
        false => steps,
    };
    // Who was allowed is not who it is now: people are asked again.
    let steps = match (&before.name, &before.homepage) == (&after.name, &after.homepage) {
        true => steps,
        false => steps.run(FORGET_CONSENTS, values![before.no]),
    };
    steps.client_changed(before.no)
}

/// An app and its test side.
macro_rules! pair {
    () => {
        "(SELECT no FROM clients WHERE no = $1 OR live_of = $1)"
    };
}
pub(super) use pair;

const DELETE: &str = "UPDATE clients SET version = version + 1, deleted_at = $2 WHERE no = $1 AND deleted_at IS NULL";

fn delete(steps: Steps<'_>, client: ClientRowId, now: UnixTime) -> Steps<'_> {
    gone(steps.event(DELETE, values![client, now]), client, now)
}

/// Deletes an app along with another change.
pub(super) fn delete_with(steps: Steps<'_>, client: ClientRowId, now: UnixTime) -> Steps<'_> {
    gone(steps.run(DELETE, values![client, now]), client, now)
}

/// What goes with an app that is deleted.
fn gone(steps: Steps<'_>, client: ClientRowId, now: UnixTime) -> Steps<'_> {
    let deleted = steps
        .run(
            "UPDATE clients SET version = version + 1, deleted_at = $2 WHERE live_of = $1 AND deleted_at IS NULL",
            values![client, now],
        )
        .run("DELETE FROM transfers WHERE client = $1", values![client])
        .run(
            concat!("DELETE FROM consents WHERE client IN ", pair!()),
            values![client],
        );
    let deleted = playground::end_with_app(deleted, client);
    without_test_users(deleted, client, now).client_changed(client)
}

/// Its test users have nothing left to do. Their rows are taken before their sessions, as everywhere.
pub(super) fn without_test_users(
    steps: Steps<'_>,
    client: ClientRowId,
    now: UnixTime,
) -> Steps<'_> {
    let disabled = steps.run(
        concat!(
            "UPDATE people SET disabled_at = $2 WHERE disabled_at IS NULL AND test_app IN ",
            pair!()
        ),
        values![client, now],
    );
    test_users_end(disabled, client).run(
        concat!(
            "DELETE FROM sessions WHERE subject IN (SELECT subject FROM people WHERE test_app IN ",
            pair!(),
            ")"
        ),
        values![client],
    )
}

/// What went with it comes back: its test side, and their test users.
fn restore(
    steps: Steps<'_>,
    client: ClientRowId,
    deleted_at: UnixTime,
    not_before: Locator,
) -> Steps<'_> {
    let back = "UPDATE clients SET version = version + 1, deleted_at = NULL, \
                cutoff = CASE WHEN cutoff > $3 THEN cutoff ELSE $3 END WHERE no = $1 AND deleted_at = $2 \
                AND (organization IS NOT NULL OR NOT EXISTS \
                (SELECT 1 FROM people p WHERE p.subject = clients.owner AND p.deleted_at IS NOT NULL))";
    let pair = "UPDATE clients SET version = version + 1, deleted_at = NULL, \
                cutoff = CASE WHEN cutoff > $3 THEN cutoff ELSE $3 END WHERE live_of = $1 AND deleted_at = $2";
    steps
        .guard(back, values![client, deleted_at, not_before])
        .run(pair, values![client, deleted_at, not_before])
        .run(
            concat!(
                "UPDATE people SET disabled_at = NULL, cutoff = CASE WHEN cutoff > $3 THEN cutoff ELSE $3 END \
                 WHERE disabled_at = $2 AND deleted_at IS NULL AND test_app IN ",
                pair!()
            ),
            values![client, deleted_at, not_before],
        )
        .client_changed(client)
}

/// Redirect URIs as they are stored: one a line.
fn uris(client: &Client) -> String {
    let uris: Vec<&str> = client
        .redirect_uris
        .iter()
        .map(|uri| uri.as_str())
        .collect();
    uris.join("\n")
}

/// Grants as they are stored: separated by spaces.
fn grants(client: &Client) -> String {
    let grants: Vec<&str> = client.grants.iter().map(|grant| grant.as_str()).collect();
    grants.join(" ")
}
