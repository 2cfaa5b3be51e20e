//! Apps that are handed over.
use super::app::{next_version, pair, without_test_users};
use super::app_bounds::{has_room, is_own_name, lock_name};
use super::connection::FORGET_CONSENTS;
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::TransferChange;
use protocol::types::name::skeleton;
use protocol::types::{Locator, Owner, Receiver, Subject, Transfer, UnixTime};

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a TransferChange, now: UnixTime) -> Steps<'a> {
    match change {
        TransferChange::Offer {
            version, transfer, ..
        } => offer(next_version(steps, transfer.client, *version), transfer),
        TransferChange::End { transfer, .. } => end(steps, *transfer),
        TransferChange::Accept {
            transfer,
            version,
            to,
            accepted_by,
            own_name,
            most,
            secrets_end,
            not_before,
        } => {
            let looks = own_name.as_deref().map(skeleton);
            // The lock comes before the rows, as where an app is registered.
            let steps = match &looks {
                Some(looks) => lock_name(steps, looks),
                None => steps,
            };
            let steps = accept(
                steps,
                transfer,
                (*version, *to, *most),
                (*accepted_by, now),
                (*secrets_end, *not_before),
            );
            match looks {
                Some(looks) => is_own_name(
                    steps,
                    &looks,
                    organization(*to).unwrap_or(Locator(0)),
                    *accepted_by,
                ),
                None => steps,
            }
        }
    }
}

fn organization(owner: Owner) -> Option<Locator> {
    match owner {
        Owner::Person(_) => None,
        Owner::Organization(organization) => Some(organization),
    }
}

fn offer<'a>(steps: Steps<'a>, transfer: &'a Transfer) -> Steps<'a> {
    let (email, organization) = match &transfer.to {
        Receiver::Address(email) => (Some(email), None),
        Receiver::Organization(organization) => (None, Some(*organization)),
    };
    steps
        .run(
            "DELETE FROM transfers WHERE client = $1",
            values![transfer.client],
        )
        .run(
            "INSERT INTO transfers (client, id, email, email_key, organization, offered_by, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            values![
                transfer.client,
                transfer.id,
                email.map(|email| email.as_str()),
                email.map(|email| email.key()),
                organization,
                transfer.offered_by,
                transfer.created_at,
                transfer.expires_at,
            ],
        )
        .client_changed(transfer.client)
}

fn end(steps: Steps<'_>, transfer: Locator) -> Steps<'_> {
    steps.guard("DELETE FROM transfers WHERE id = $1", values![transfer])
}

/// Hands the app over. What people allowed its former owner is forgotten: they are asked again, and told who runs it now.
fn accept<'a>(
    steps: Steps<'a>,
    transfer: &'a Transfer,
    (version, to, most): (i64, Owner, usize),
    (by, now): (Subject, UnixTime),
    (secrets_end, not_before): (UnixTime, Locator),
) -> Steps<'a> {
    let organization = organization(to);
    // Whoever ends it at the same moment waits, or was faster.
    let steps = match organization {
        Some(organization) => steps.guard(
            "UPDATE organizations SET version = version + 1 WHERE id = $1 AND EXISTS (SELECT 1 FROM members \
             WHERE organization = $1 AND subject = $2 AND role = 'owner')",
            values![organization, by],
        ),
        None => steps,
    };
    let steps = match most {
        0 => steps,
        most => has_room(steps, to, most, now),
    };
    let handed = steps
        .guard(
            "UPDATE clients SET version = version + 1, owner = $3, organization = $4, reviewed_at = NULL, \
             transferred_at = $5 WHERE no = $1 AND version = $2 AND deleted_at IS NULL",
            values![transfer.client, version, by, organization, now],
        )
        .guard(
            "DELETE FROM transfers WHERE id = $1 AND expires_at > $2",
            values![transfer.id, now],
        )
        .run(
            concat!(
                "UPDATE client_secrets SET expires_at = $2, warned_at = $2 \
                 WHERE (expires_at IS NULL OR expires_at > $2) AND client IN ",
                pair!()
            ),
            values![transfer.client, secrets_end],
        )
        .run(
            concat!(
                "UPDATE clients SET keys_end_at = $2 WHERE (jwks IS NOT NULL OR jwks_uri IS NOT NULL) \
                 AND (keys_end_at IS NULL OR keys_end_at > $2) AND no IN ",
                pair!()
            ),
            values![transfer.client, secrets_end],
        )
        .run(FORGET_CONSENTS, values![transfer.client])
        // Where the former owner's servers are is not the new one's to know.
        .run(
            concat!(
                "UPDATE refused_requests SET address = NULL WHERE address IS NOT NULL AND client IN ",
                pair!()
            ),
            values![transfer.client],
        )
        .run(
            concat!("DELETE FROM granted_requests WHERE client IN ", pair!()),
            values![transfer.client],
        );
    // The former owner knows their passwords, and has tokens of theirs.
    let handed = handed.run(
        "UPDATE clients SET cutoff = $2 WHERE live_of = $1 AND cutoff < $2",
        values![transfer.client, not_before],
    );
    without_test_users(handed, transfer.client, now).client_changed(transfer.client)
}
