//! Browsers that are signed in.
use crate::accounts::mail_link::LinkMail;
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{Locator, Session, Subject};

/// A change of a person's sessions.
#[derive(Debug, Clone)]
pub enum SessionChange {
    /// Signs a browser in. Guard: the account is on and its password is still the one that was checked, since
    /// checking takes a while.
    Start {
        /// The PHC string that was checked.
        password: String,
        /// The session.
        session: Session,
        /// The session this browser had before, which ends.
        ends: Option<Locator>,
        /// The mail that tells of a browser which was not known.
        notice: Option<Box<LinkMail>>,
    },
    /// Ends one session of this person. Guard: there is one; else nothing happens, and nothing is told.
    End {
        /// Whose.
        subject: Subject,
        /// Which.
        session: Locator,
    },
    /// Ends all sessions of a person, but for one. No guard: where there is none, no event is told.
    EndAll {
        /// Whose.
        subject: Subject,
        /// The one that goes on.
        keep: Option<Locator>,
    },
    /// Ends a session and what its browser began later, or all, by a link in a mail; the account knows no browser any more.
    /// Guard: the link was not used.
    EndByLink {
        /// The link.
        link: Locator,
        /// Whose.
        subject: Subject,
        /// Which; `None` for all.
        session: Option<Locator>,
        /// The browser that it is in.
        device: Option<String>,
    },
}

impl SessionChange {
    pub(super) fn mail(&mut self) -> Option<&mut LinkMail> {
        match self {
            Self::Start { notice, .. } => notice.as_deref_mut(),
            Self::End { .. } | Self::EndAll { .. } | Self::EndByLink { .. } => None,
        }
    }

    pub(super) fn event(&self) -> Happened {
        match self {
            Self::Start { session, .. } => {
                Happened::by_person(Event::SessionStarted, session.subject)
            }
            Self::End { subject, .. } => Happened::by_person(Event::SessionEnded, *subject),
            Self::EndByLink {
                subject,
                session: Some(_),
                ..
            } => Happened::by_person(Event::SessionEnded, *subject),
            Self::EndAll { subject, .. } | Self::EndByLink { subject, .. } => {
                Happened::by_person(Event::SessionsEnded, *subject)
            }
        }
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Start { notice, .. } => notice.as_ref().map_or(&[], |notice| notice.messages()),
            Self::End { .. } | Self::EndAll { .. } | Self::EndByLink { .. } => &[],
        }
    }
}
