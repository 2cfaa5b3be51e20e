//! Addresses to which mail comes back.
use crate::accounts::bounce::BounceKind;
use crate::events::{Event, Happened};
use crate::types::{Locator, Subject, UnixTime};

/// A change of what is known about mail to an address. A link that was sent afterwards and is used shows that mail arrives,
/// so it takes the note away.
#[derive(Debug, Clone)]
pub enum BounceChange {
    /// Notes that mail to an address comes back, or is unwelcome. No guard: a complaint stays one.
    Note {
        /// The address, as it is compared.
        email_key: String,
        /// What is noted.
        kind: BounceKind,
        /// Whose address it is.
        subject: Option<Subject>,
        /// When.
        at: UnixTime,
    },
    /// Takes such a note away. No guard: without one, no event is told.
    Forget {
        /// The address, as it is compared.
        email_key: String,
        /// Whose address it is.
        subject: Option<Subject>,
    },
    /// Sends a mail in spite of a complaint. Guard: there was none after `before`, or it was the same mail.
    TakeTurn {
        /// The address, as it is compared.
        email_key: String,
        /// Which mail.
        mail: Locator,
        /// When.
        at: UnixTime,
        /// The latest moment at which the last one may have been.
        before: UnixTime,
    },
}

impl BounceChange {
    pub(super) fn event(&self) -> Option<Happened> {
        let (event, subject) = match self {
            Self::Note {
                kind: BounceKind::Bounce,
                subject,
                ..
            } => (Event::MailBounced, subject),
            Self::Note {
                kind: BounceKind::Complaint,
                subject,
                ..
            } => (Event::MailComplained, subject),
            Self::Forget { subject, .. } => (Event::MailBounceForgotten, subject),
            Self::TakeTurn { .. } => return None,
        };
        Some(Happened {
            subject: *subject,
            ..Happened::unasked(event)
        })
    }
}
