//! Domains of organizations.
use super::app_bounds::lock_name;
use super::organization::next_version;
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::DomainChange;
use protocol::types::{Domain, DomainFault};

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a DomainChange) -> Steps<'a> {
    match change {
        DomainChange::Add {
            before,
            domain,
            most,
        } => add(next_version(steps, before), domain, *most),
        DomainChange::Remove { before, domain } => next_version(steps, before).guard(
            "DELETE FROM domains WHERE organization = $1 AND name = $2 AND token = $3",
            values![domain.organization, domain.name.as_str(), &domain.token],
        ),
        // Of two organizations that prove one at once, the second waits for the first.
        DomainChange::Prove { before, at } => {
            lock_name(steps, &format!("domain {}", before.name.as_str()))
                .exists(
                    "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM domains WHERE name = $1 AND organization <> $2 \
                     AND proved_at IS NOT NULL)",
                    values![before.name.as_str().to_owned(), before.organization],
                )
                .guard(
                    "UPDATE domains SET proved_at = $4, looked_at = $4, failing_since = NULL, found = '' \
                     WHERE organization = $1 AND name = $2 AND token = $3 AND proved_at IS NULL",
                    values![
                        before.organization,
                        before.name.as_str(),
                        &before.token,
                        *at
                    ],
                )
        }
        DomainChange::Look {
            before,
            at,
            found,
            failing_since,
        } => steps.guard(
            "UPDATE domains SET looked_at = $4, found = $5, failing_since = $6 WHERE organization = $1 AND name = $2 \
             AND token = $3 AND COALESCE(proved_at, 0) = $7 AND COALESCE(looked_at, 0) = $8",
            values![
                before.organization,
                before.name.as_str(),
                &before.token,
                *at,
                stored(*found),
                *failing_since,
                before.proved_at.map_or(0, |at| at.0),
                before.looked_at.map_or(0, |at| at.0),
            ],
        ),
        DomainChange::Lose {
            before, at, found, ..
        } => steps.guard(
            "UPDATE domains SET proved_at = NULL, failing_since = NULL, looked_at = $4, found = $5 \
             WHERE organization = $1 AND name = $2 AND token = $3 AND proved_at = $6",
            values![
                before.organization,
                before.name.as_str(),
                &before.token,
                *at,
                stored(Some(*found)),
                before.proved_at.map_or(0, |at| at.0),
            ],
        ),
    }
}

fn add<'a>(steps: Steps<'a>, domain: &'a Domain, most: usize) -> Steps<'a> {
    steps
        .exists(
            "SELECT 1 WHERE (SELECT COUNT(*) FROM domains WHERE organization = $1) < $2",
            values![
                domain.organization,
                i64::try_from(most).unwrap_or(i64::MAX)
            ],
        )
        .guard(
            "INSERT INTO domains (organization, name, token, created_at, found) VALUES ($1, $2, $3, $4, '') \
             ON CONFLICT DO NOTHING",
            values![
                domain.organization,
                domain.name.as_str(),
                &domain.token,
                domain.created_at,
            ],
        )
}

fn stored(found: Option<DomainFault>) -> String {
    found.map(DomainFault::as_stored).unwrap_or_default()
}
