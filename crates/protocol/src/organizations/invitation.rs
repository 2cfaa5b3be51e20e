//! Answering an invitation. It is for whoever has proved that its address is theirs.
use super::{MAX_MEMBERS, OrganizationError, counts};
use crate::transition::OrganizationChange;
use crate::types::email::email_key;
use crate::types::{Invitation, Lifetime, Person, UnixTime};

/// How long an invitation holds.
pub const INVITATION: Lifetime = Lifetime::from_days(7);

/// The key of the address whose invitations a person sees: one that is proved.
pub fn invitations_of(person: &Person) -> Option<String> {
    counts(person).ok()?;
    person.proved_email().map(email_key)
}

/// Joins. `members`: how many belong to it already.
///
/// # Errors
/// Why not.
pub fn accept(
    invitation: &Invitation,
    person: &Person,
    members: usize,
    now: UnixTime,
) -> Result<OrganizationChange, OrganizationError> {
    is_theirs(invitation, person)?;
    if now >= invitation.expires_at {
        return Err(OrganizationError::Unknown);
    }
    if members >= MAX_MEMBERS {
        return Err(OrganizationError::Full);
    }
    Ok(OrganizationChange::Join {
        invitation: Box::new(invitation.clone()),
        subject: person.subject,
    })
}

/// Does not join.
///
/// # Errors
/// That there is no such invitation, for anybody else.
pub fn decline(
    invitation: &Invitation,
    person: &Person,
) -> Result<OrganizationChange, OrganizationError> {
    is_theirs(invitation, person)?;
    Ok(OrganizationChange::EndInvitation {
        invitation: invitation.id,
        organization: invitation.organization,
    })
}

fn is_theirs(invitation: &Invitation, person: &Person) -> Result<(), OrganizationError> {
    match invitations_of(person) == Some(invitation.email.key()) {
        true => Ok(()),
        false => Err(OrganizationError::Unknown),
    }
}
