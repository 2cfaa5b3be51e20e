//! What OpenID Connect keeps of people, and whom it tells.
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{ClientRowId, Locator, Subject};

/// A change of it.
#[derive(Debug, Clone)]
pub enum OpenIdChange {
    /// Has an app told that a session ended. Guard: it waits to be told.
    TellOfLogout {
        /// The session.
        session: Locator,
        /// The app.
        client: ClientRowId,
        /// Whose session it was.
        subject: Subject,
        /// What it is told; `None` for one that wants to hear nothing.
        message: Option<Message>,
    },
    /// Sets what is kept of a person beside their account; `None`: nothing is. No guard: setting the same is success.
    SetClaims {
        /// Whose.
        subject: Subject,
        /// A JSON object.
        claims: Option<String>,
    },
}

impl OpenIdChange {
    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::TellOfLogout { message, .. } => message.as_slice(),
            Self::SetClaims { .. } => &[],
        }
    }

    pub(super) fn event(&self) -> Option<Happened> {
        match self {
            Self::TellOfLogout { message: None, .. } => None,
            Self::TellOfLogout {
                client, subject, ..
            } => {
                let told = Happened::unasked(Event::AppToldOfLogout);
                Some(Happened {
                    subject: Some(*subject),
                    ..told.with(*client)
                })
            }
            Self::SetClaims { subject, .. } => {
                Some(Happened::by_person(Event::UserClaimsSet, *subject))
            }
        }
    }
}
