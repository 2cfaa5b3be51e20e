//! Organizations. What rests on how one was read carries its version as guard: two owners who remove each other at once
//! do not leave it without one.
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::transition::LogoChange;
use crate::types::{
    AppStanding, ClientRowId, End, Invitation, Locator, Organization, Role, Subject,
};
use jose::Digest;

/// A change of an organization.
#[derive(Debug, Clone)]
pub enum OrganizationChange {
    /// Founds one. Guard: its form has founded none yet; no other is called alike, nor an app of somebody else, where that
    /// binds.
    Found {
        /// The organization.
        organization: Organization,
        /// Its first owner.
        founder: Subject,
        /// Of the form.
        once: Digest,
        /// Whether its name must be its own.
        own_name: bool,
    },
    /// One of the company's is known here from now on. Guard: it was not yet.
    Mirror {
        /// The organization, with the company's id.
        organization: Organization,
        /// Of that id.
        once: Digest,
    },
    /// The company says that somebody belongs to it. Guard: it is still as it was read, and they do not yet.
    Admit {
        /// As it was read.
        before: Organization,
        /// Who.
        subject: Subject,
        /// What they may do.
        role: Role,
    },
    /// Gives it another name. Guard: it is still as it was read; no other is called alike, nor an app of somebody else, where
    /// that binds.
    Rename {
        /// As it was read.
        before: Organization,
        /// What it is called from now on.
        name: String,
        /// Who takes the name, where it must be its own. The company and administrators answer for the names that they give.
        taken_by: Option<Subject>,
    },
    /// Gives it another picture, or none. Guard: it is still as it was read.
    SetLogo {
        /// As it was read.
        before: Organization,
        /// The picture.
        logo: LogoChange,
    },
    /// Says whether its members act for it only after a sign-in with a second factor. Guard: it is still as it was read.
    RequireSecondFactor {
        /// As it was read.
        before: Organization,
        /// Whether they do from now on.
        required: bool,
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
    /// A member leaves, or has to; the apps that they let in for the organization lose their access. Guard: the organization is still as it was read, and they belong to it.
    Remove {
        /// As it was read.
        before: Organization,
        /// Who.
        subject: Subject,
        /// The end of what they let in.
        end: End,
    },
    /// Says what an app may do for it. Guard: it is still as it was read.
    JudgeApp {
        /// As it was read.
        before: Organization,
        /// The app.
        client: ClientRowId,
        /// What it may do.
        standing: AppStanding,
    },
    /// Says what apps may do for it that nobody judged. Guard: it is still as it was read.
    JudgeNewApps {
        /// As it was read.
        before: Organization,
        /// What they may do.
        standing: AppStanding,
    },
    /// Ends what an app may do for it, for all of its members. Guard: it is still as it was read.
    EndApp {
        /// As it was read.
        before: Organization,
        /// The app.
        client: ClientRowId,
        /// The end.
        end: End,
    },
    /// Takes such an end back: what was allowed is remembered again. Tokens stay ended. Guard: it is still as it was read,
    /// and that was the end.
    RestoreApp {
        /// As it was read.
        before: Organization,
        /// The app.
        client: ClientRowId,
        /// The end that is meant.
        end: End,
        /// Grants from this one on are good.
        at: Locator,
    },
    /// Ends it, with its invitations and all that was let in for it. Guard: it is still as it was read, and runs no app.
    Dissolve {
        /// As it was read.
        before: Organization,
        /// The end of what was let in for it.
        end: End,
    },
}

impl OrganizationChange {
    /// Which one.
    pub fn organization(&self) -> Locator {
        match self {
            Self::Found { organization, .. } | Self::Mirror { organization, .. } => organization.id,
            Self::Admit { before, .. }
            | Self::Rename { before, .. }
            | Self::SetLogo { before, .. }
            | Self::RequireSecondFactor { before, .. }
            | Self::Invite { before, .. }
            | Self::SetRole { before, .. }
            | Self::Remove { before, .. }
            | Self::JudgeApp { before, .. }
            | Self::JudgeNewApps { before, .. }
            | Self::EndApp { before, .. }
            | Self::RestoreApp { before, .. }
            | Self::Dissolve { before, .. } => before.id,
            Self::EndInvitation { organization, .. } => *organization,
            Self::Join { invitation, .. } => invitation.organization,
        }
    }

    pub(super) fn event(&self) -> Happened {
        let (event, subject) = match self {
            Self::Found { founder, .. } => (Event::OrganizationFounded, Some(*founder)),
            Self::Mirror { .. } => (Event::OrganizationFounded, None),
            Self::Admit { subject, .. } => (Event::MemberJoined, Some(*subject)),
            Self::Rename { .. } => (Event::OrganizationRenamed, None),
            Self::SetLogo { .. } => (Event::OrganizationPictureChanged, None),
            Self::RequireSecondFactor { required: true, .. } => {
                (Event::OrganizationSecondFactorRequired, None)
            }
            Self::RequireSecondFactor {
                required: false, ..
            } => (Event::OrganizationSecondFactorLeft, None),
            Self::Invite { .. } => (Event::MemberInvited, None),
            Self::EndInvitation { .. } => (Event::InvitationEnded, None),
            Self::Join { subject, .. } => (Event::MemberJoined, Some(*subject)),
            Self::SetRole { subject, .. } => (Event::MemberRoleSet, Some(*subject)),
            Self::Remove { subject, .. } => (Event::MemberRemoved, Some(*subject)),
            Self::Dissolve { .. } => (Event::OrganizationDissolved, None),
            Self::JudgeApp { .. } => (Event::OrganizationAppJudged, None),
            Self::JudgeNewApps { .. } => (Event::OrganizationNewAppsJudged, None),
            Self::EndApp { .. } => (Event::OrganizationAppEnded, None),
            Self::RestoreApp { .. } => (Event::OrganizationAppRestored, None),
        };
        Happened {
            subject,
            client: self.client(),
            organization: Some(self.organization()),
            ..Happened::unasked(event)
        }
    }

    /// The app that it is about.
    fn client(&self) -> Option<ClientRowId> {
        match self {
            Self::JudgeApp { client, .. }
            | Self::EndApp { client, .. }
            | Self::RestoreApp { client, .. } => Some(*client),
            Self::Found { .. }
            | Self::Mirror { .. }
            | Self::Admit { .. }
            | Self::Rename { .. }
            | Self::SetLogo { .. }
            | Self::RequireSecondFactor { .. }
            | Self::Invite { .. }
            | Self::EndInvitation { .. }
            | Self::Join { .. }
            | Self::SetRole { .. }
            | Self::Remove { .. }
            | Self::JudgeNewApps { .. }
            | Self::Dissolve { .. } => None,
        }
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Invite { mail, .. } => mail.as_slice(),
            Self::Found { .. }
            | Self::Mirror { .. }
            | Self::Admit { .. }
            | Self::Rename { .. }
            | Self::SetLogo { .. }
            | Self::RequireSecondFactor { .. }
            | Self::EndInvitation { .. }
            | Self::Join { .. }
            | Self::SetRole { .. }
            | Self::Remove { .. }
            | Self::JudgeApp { .. }
            | Self::JudgeNewApps { .. }
            | Self::EndApp { .. }
            | Self::RestoreApp { .. }
            | Self::Dissolve { .. } => &[],
        }
    }
}
