//! Domains of organizations.
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{Domain, DomainFault, Organization, UnixTime};

/// A change of a domain of an organization.
#[derive(Debug, Clone)]
pub enum DomainChange {
    /// Lists one, to be proved. Guard: the organization is still as it was read, has fewer than `most`, and not this one.
    Add {
        /// As it was read.
        before: Organization,
        /// The domain.
        domain: Box<Domain>,
        /// The most that it has.
        most: usize,
    },
    /// Takes one out. Guard: the organization is still as it was read, and has it.
    Remove {
        /// As it was read.
        before: Organization,
        /// The domain.
        domain: Box<Domain>,
    },
    /// Its file was found, and it is proved from now on. Guard: it is listed as it was read, and no other organization's.
    Prove {
        /// As it was read.
        before: Box<Domain>,
        /// When.
        at: UnixTime,
    },
    /// It was looked for, and what is proved stays as it is. Guard: it is as it was read.
    Look {
        /// As it was read.
        before: Box<Domain>,
        /// When.
        at: UnixTime,
        /// What was found in its place.
        found: Option<DomainFault>,
        /// Since when that has been so, if it is proved.
        failing_since: Option<UnixTime>,
    },
    /// What was proved counts no more. Guard: it is as it was read.
    Lose {
        /// As it was read.
        before: Box<Domain>,
        /// When.
        at: UnixTime,
        /// What was found in its place.
        found: DomainFault,
        /// The mails that say so.
        mails: Vec<Message>,
    },
}

impl DomainChange {
    pub(super) fn event(&self) -> Option<Happened> {
        let (event, organization) = match self {
            Self::Add { before, .. } => (Event::DomainAdded, before.id),
            Self::Remove { before, .. } => (Event::DomainRemoved, before.id),
            Self::Prove { before, .. } => (Event::DomainProved, before.organization),
            Self::Lose { before, .. } => (Event::DomainLost, before.organization),
            Self::Look { .. } => return None,
        };
        Some(Happened::unasked(event).within(Some(organization)))
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Lose { mails, .. } => mails,
            Self::Add { .. } | Self::Remove { .. } | Self::Prove { .. } | Self::Look { .. } => &[],
        }
    }
}
