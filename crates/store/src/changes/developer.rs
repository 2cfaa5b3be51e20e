//! Whoever makes apps: that they may, and what they agreed to.
use super::deletion::is_there;
use crate::steps::Steps;
use crate::value::values;
use protocol::transition::DeveloperChange;

pub(super) fn steps<'a>(steps: Steps<'a>, change: &'a DeveloperChange) -> Steps<'a> {
    match change {
        DeveloperChange::Invite { invited, .. } => steps.guard(
            "INSERT INTO invited_developers (email_key, email, invited_by, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
            values![
                invited.email.key(),
                invited.email.as_str(),
                invited.invited_by,
                invited.created_at,
            ],
        ),
        DeveloperChange::Withdraw { email_key } => steps.guard(
            "DELETE FROM invited_developers WHERE email_key = $1",
            values![email_key.as_str()],
        ),
        DeveloperChange::AcceptTerms { subject, terms, at } => is_there(steps, *subject).guard(
            "INSERT INTO accepted_terms (subject, url, version, accepted_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
            values![*subject, &terms.url, &terms.version, *at],
        ),
    }
}
