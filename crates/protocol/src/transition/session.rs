//! Browsers that are signed in.
use crate::accounts::mail_link::LinkMail;
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{Locator, PortalSession, Session, Subject, UnixTime};
use jose::Digest;

/// A change of a person's sessions.
#[derive(Debug, Clone)]
pub enum SessionChange {
    /// Signs a browser in. Guard: the account is on and its password is still the one that was checked, since
    /// checking takes a while; nobody signs in by a password alone who has a second factor; and this browser has not begun a session by itself a moment ago, as when a button was pressed
    /// twice.
    Start {
        /// The PHC string that was checked.
        password: String,
        /// The session.
        session: Session,
        /// When it ends, however much it is used.
        ends_at: UnixTime,
        /// Sessions of this browser with ids from here on are the same one; `None`: that is not looked at.
        alone_since: Option<Locator>,
        /// The session this browser had before, which ends.
        ends: Option<Locator>,
        /// The answer of the company's own login that signs them in. Guard: it was not used; and uses it up.
        answer: Option<Locator>,
        /// The passkey that signs them in. Guard: it is theirs still.
        passkey: Option<Locator>,
        /// The mail that tells of a browser which was not known.
        notice: Option<Box<LinkMail>>,
    },
    /// Writes down when sessions were last used, and when they end of it. No guard: one that is over stays over.
    NoteUse(Vec<SessionUse>),
    /// Gives a browser that has a session a code, with which it comes to the portal's own host. No guard.
    OfferPortal(PortalSession),
    /// Signs it in there. Guard: the code was not used before, and the session is there.
    EnterPortal {
        /// What the code belongs to.
        id: Locator,
        /// SHA-256 of the cookie.
        cookie: Digest,
        /// When it ends, if the session behind it has not ended before.
        expires_at: UnixTime,
        /// What this browser had there before, which ends.
        ends: Option<Locator>,
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
    /// Guard: the link was not used, and tells of what is taken back.
    EndByLink {
        /// The link.
        link: Locator,
        /// Whose.
        subject: Subject,
        /// Which; `None` for all.
        session: Option<Locator>,
        /// The browser that it is in.
        device: Option<String>,
        /// Whether every second factor goes too.
        takes_back: bool,
    },
}

/// That a session was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionUse {
    /// Which.
    pub session: Locator,
    /// When.
    pub at: UnixTime,
    /// When it ends, unless it is used again: never later than it would anyway.
    pub idle_at: UnixTime,
}

impl SessionChange {
    pub(super) fn mail(&mut self) -> Option<&mut LinkMail> {
        match self {
            Self::Start { notice, .. } => notice.as_deref_mut(),
            Self::NoteUse(_)
            | Self::OfferPortal(_)
            | Self::EnterPortal { .. }
            | Self::End { .. }
            | Self::EndAll { .. }
            | Self::EndByLink { .. } => None,
        }
    }

    pub(super) fn event(&self) -> Option<Happened> {
        Some(match self {
            // The sign-in was told of, and this is the same session.
            Self::NoteUse(_) | Self::OfferPortal(_) | Self::EnterPortal { .. } => return None,
            Self::Start { session, .. } => {
                Happened::by_person(Event::SessionStarted, session.subject)
            }
            Self::End { subject, .. } => Happened::by_person(Event::SessionEnded, *subject),
            Self::EndByLink {
                subject,
                takes_back: true,
                ..
            } => Happened::by_person(Event::SecondFactorRemoved, *subject),
            Self::EndByLink {
                subject,
                session: Some(_),
                ..
            } => Happened::by_person(Event::SessionEnded, *subject),
            Self::EndAll { subject, .. } | Self::EndByLink { subject, .. } => {
                Happened::by_person(Event::SessionsEnded, *subject)
            }
        })
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Start { notice, .. } => notice.as_ref().map_or(&[], |notice| notice.messages()),
            Self::NoteUse(_)
            | Self::OfferPortal(_)
            | Self::EnterPortal { .. }
            | Self::End { .. }
            | Self::EndAll { .. }
            | Self::EndByLink { .. } => &[],
        }
    }
}
