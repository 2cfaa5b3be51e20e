//! Whoever makes apps: that they may, and what they agreed to.
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{DeveloperTerms, InvitedDeveloper, Subject, UnixTime};

/// A change of what is known of developers.
#[derive(Debug, Clone)]
pub enum DeveloperChange {
    /// Lets whoever has proved an address register apps. Guard: it is not invited yet.
    Invite {
        /// Whom.
        invited: InvitedDeveloper,
        /// The mail that says so.
        mail: Option<Message>,
    },
    /// Takes an invitation back. Guard: there is one.
    Withdraw {
        /// The key of the address.
        email_key: String,
    },
    /// Writes down that a person accepted terms. Guard: they are there, and have not accepted these yet.
    AcceptTerms {
        /// Who.
        subject: Subject,
        /// Which.
        terms: DeveloperTerms,
        /// When.
        at: UnixTime,
    },
}

impl DeveloperChange {
    pub(super) fn event(&self) -> Happened {
        match self {
            Self::Invite { .. } => Happened::unasked(Event::DeveloperInvited),
            Self::Withdraw { .. } => Happened::unasked(Event::DeveloperInvitationEnded),
            Self::AcceptTerms { subject, .. } => {
                Happened::by_person(Event::DeveloperTermsAccepted, *subject)
            }
        }
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Invite { mail, .. } => mail.as_slice(),
            Self::Withdraw { .. } | Self::AcceptTerms { .. } => &[],
        }
    }
}
