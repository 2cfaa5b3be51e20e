//! Organizations. What rests on how one was read carries its version as guard: two owners who remove each other at once
//! do not leave it without one.
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{Invitation, Locator, Organization, Role, Subject};
use jose::Digest;

/// A change of an organization.
#[derive(Debug, Clone)]
pub enum OrganizationChange {
    /// Founds one. Guard: its form has founded none yet.
    Found {
        /// The organization.
        organization: Organization,
        /// Its first owner.
        founder: Subject,
        /// Of the form.
        once: Digest,
    },
    /// Gives it another name. Guard: it is still as it was read.
    Rename {
        /// As it was read.
        before: Organization,
        /// What it is called from now on.
        name: String,
    },
    /// Asks somebody to join; an earlier invitation of the same address goes. Guard: it is still as it was read.
    Invite {
        /// As it was read.
        before: Organization,
        /// Who is asked.
        invitation: Box<Invitation>,
        /// The mail that says so.
        mail: Option<Message>,
    },
    /// Takes an invitation back, or declines it. Guard: it is there.
    EndInvitation {
        /// Which.
        invitation: Locator,
        /// Where to.
        organization: Locator,
    },
    /// Joins by an invitation. Guard: it is there, and holds.
    Join {
        /// By which.
        invitation: Box<Invitation>,
        /// Who joins.
        subject: Subject,
    },
    /// Lets a member do more, or less. Guard: the organization is still as it was read, and they belong to it.
    SetRole {
        /// As it was read.
        before: Organization,
        /// Whose.
        subject: Subject,
        /// What they may do from now on.
        role: Role,
    },
    /// A member leaves, or has to. Guard: the organization is still as it was read, and they belong to it.
    Remove {
        /// As it was read.
        before: Organization,
        /// Who.
        subject: Subject,
    },
    /// Ends it, with its invitations. Guard: it is still as it was read, and runs no app.
    Dissolve {
        /// As it was read.
        before: Organization,
    },
}

impl OrganizationChange {
    /// Which one.
    pub fn organization(&self) -> Locator {
        match self {
            Self::Found { organization, .. } => organization.id,
            Self::Rename { before, .. }
            | Self::Invite { before, .. }
            | Self::SetRole { before, .. }
            | Self::Remove { before, .. }
            | Self::Dissolve { before } => before.id,
            Self::EndInvitation { organization, .. } => *organization,
            Self::Join { invitation, .. } => invitation.organization,
        }
    }

    pub(super) fn event(&self) -> Happened {
        let (event, subject) = match self {
            Self::Found { founder, .. } => (Event::OrganizationFounded, Some(*founder)),
            Self::Rename { .. } => (Event::OrganizationRenamed, None),
            Self::Invite { .. } => (Event::MemberInvited, None),
            Self::EndInvitation { .. } => (Event::InvitationEnded, None),
            Self::Join { subject, .. } => (Event::MemberJoined, Some(*subject)),
            Self::SetRole { subject, .. } => (Event::MemberRoleSet, Some(*subject)),
            Self::Remove { subject, .. } => (Event::MemberRemoved, Some(*subject)),
            Self::Dissolve { .. } => (Event::OrganizationDissolved, None),
        };
        Happened {
            subject,
            organization: Some(self.organization()),
            ..Happened::unasked(event)
        }
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Invite { mail, .. } => mail.as_slice(),
            Self::Found { .. }
            | Self::Rename { .. }
            | Self::EndInvitation { .. }
            | Self::Join { .. }
            | Self::SetRole { .. }
            | Self::Remove { .. }
            | Self::Dissolve { .. } => &[],
        }
    }
}
