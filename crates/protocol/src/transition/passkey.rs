//! Passkeys of people.
use crate::accounts::mail_link::LinkMail;
use crate::accounts::passkeys::Passkey;
use crate::events::{Actor, Event, Happened};
use crate::outbox::Message;
use crate::types::{Locator, Subject};
use jose::Digest;

/// A change of a person's passkeys.
#[derive(Debug, Clone)]
pub enum PasskeyChange {
    /// Adds one; with the first second factor of a person come recovery codes, and their other sessions end, which began
    /// without. Guard: the ceremony was not used, the credential is nobody's, the account is on and has room, the session in
    /// which it is done goes on, and there are codes where there was no second factor and none where there was.
    Add {
        /// It.
        passkey: Box<Passkey>,
        /// The ceremony, which is used up.
        ceremony: Locator,
        /// Digests of the recovery codes.
        codes: Vec<Digest>,
        /// The session that goes on.
        session: Option<Locator>,
        /// The answer of another provider by which its person signs in just now, which goes on. Guard: it was not used up.
        answer: Option<Locator>,
        /// The mail that tells of it.
        notice: Option<Box<LinkMail>>,
    },
    /// Uses one. Guard: the ceremony was not used, it is theirs, and its counter has not been where it is now.
    Use {
        /// Which.
        id: Locator,
        /// Whose.
        subject: Subject,
        /// The ceremony, which is used up.
        ceremony: Locator,
        /// What the library must know of it from now on.
        state: String,
        /// Its counter; 0 where it does not count.
        count: i64,
    },
    /// Notes that its counter went back. Guard: the ceremony was not used, and it is theirs.
    Copied {
        /// Which.
        id: Locator,
        /// Whose.
        subject: Subject,
        /// The ceremony, which is used up.
        ceremony: Locator,
        /// The mail that tells of it.
        notice: Option<Box<LinkMail>>,
    },
    /// Gives one another name. Guard: it is theirs.
    Rename {
        /// Which.
        id: Locator,
        /// Whose.
        subject: Subject,
        /// What it is called from now on.
        name: String,
    },
    /// Removes one, with the recovery codes if no second factor is left; all sessions end but one. Guard: it is theirs, and
    /// there is another way in.
    Remove {
        /// Which.
        id: Locator,
        /// Whose.
        subject: Subject,
        /// The session that goes on.
        session: Locator,
        /// The mail that tells of it.
        notice: Option<Box<LinkMail>>,
    },
}

impl PasskeyChange {
    pub(super) fn mail(&mut self) -> Option<&mut LinkMail> {
        match self {
            Self::Add { notice, .. }
            | Self::Copied { notice, .. }
            | Self::Remove { notice, .. } => notice.as_deref_mut(),
            Self::Use { .. } | Self::Rename { .. } => None,
        }
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Add { notice, .. }
            | Self::Copied { notice, .. }
            | Self::Remove { notice, .. } => {
                notice.as_ref().map_or(&[], |notice| notice.messages())
            }
            Self::Use { .. } | Self::Rename { .. } => &[],
        }
    }

    pub(super) fn event(&self) -> Option<Happened> {
        let (event, subject) = match self {
            Self::Add { passkey, .. } => (Event::PasskeyAdded, passkey.subject),
            // The session that begins with it is told of.
            Self::Use { .. } => return None,
            // Nobody knows who it was.
            Self::Copied { subject, .. } => {
                return Some(Happened {
                    actor: Some(Actor::Job),
                    ..Happened::by_person(Event::PasskeyCopied, *subject)
                });
            }
            Self::Rename { subject, .. } => (Event::PasskeyRenamed, *subject),
            Self::Remove { subject, .. } => (Event::PasskeyRemoved, *subject),
        };
        Some(Happened::by_person(event, subject))
    }
}
