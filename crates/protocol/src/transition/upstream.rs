//! Sign-ins at other providers.
use crate::accounts::mail_link::LinkMail;
use crate::events::{Actor, Event, Happened};
use crate::handoff::LoginChallenge;
use crate::outbox::Message;
use crate::types::{Locator, Subject, UnixTime};
use crate::upstream::{Arrival, Identity};

/// What a sign-in at another provider brings about.
#[derive(Debug, Clone)]
pub enum UpstreamChange {
    /// Notes that a browser came back, before the provider is asked anything. Guard: it has not come back before.
    Return {
        /// What it left with.
        challenge: LoginChallenge,
        /// Until when it may be signed in by that.
        expires_at: UnixTime,
    },
    /// Names whom it came back as. Guard: that was not named before; and a person who is new has not come another way
    /// meanwhile, one who is known was not deleted.
    SignIn {
        /// The id under which it was noted.
        answer: Locator,
        /// Who it is there.
        identity: Identity,
        /// When they proved it.
        auth_time: UnixTime,
        /// How, separated by spaces.
        methods: String,
        /// The account.
        account: Box<Arrival>,
    },
    /// Adds a sign-in to an account. Guard: it is nobody's, and the account is on.
    Link {
        /// Whose it becomes.
        subject: Subject,
        /// Which.
        identity: Identity,
        /// The mail that tells of it.
        notice: Option<Box<LinkMail>>,
    },
    /// Takes a sign-in away; all sessions end but one. Guard: it is theirs, and there is another way in.
    Unlink {
        /// Whose it is.
        subject: Subject,
        /// The session that goes on.
        session: Locator,
        /// Which.
        identity: Identity,
        /// The mail that tells of it.
        notice: Option<Box<LinkMail>>,
    },
}

impl UpstreamChange {
    pub(super) fn mail(&mut self) -> Option<&mut LinkMail> {
        match self {
            Self::Link { notice, .. } | Self::Unlink { notice, .. } => notice.as_deref_mut(),
            Self::Return { .. } | Self::SignIn { .. } => None,
        }
    }

    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Link { notice, .. } | Self::Unlink { notice, .. } => {
                notice.as_ref().map_or(&[], |notice| notice.messages())
            }
            Self::Return { .. } | Self::SignIn { .. } => &[],
        }
    }

    pub(super) fn event(&self) -> Option<Happened> {
        Some(match self {
            Self::Return { .. } => return None,
            Self::SignIn { account, .. } => match &**account {
                Arrival::New(person) => Happened {
                    actor: person.subject.map(Actor::Person),
                    subject: person.subject,
                    ..Happened::unasked(Event::UserCreated)
                },
                Arrival::Known { subject, .. } => {
                    Happened::by_person(Event::LoginUpstream, *subject)
                }
            },
            Self::Link { subject, .. } => Happened::by_person(Event::SignInLinked, *subject),
            Self::Unlink { subject, .. } => Happened::by_person(Event::SignInUnlinked, *subject),
        })
    }
}
