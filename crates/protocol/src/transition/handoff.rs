//! Sign-ins at the company's own login.
use crate::events::{Actor, Event, Happened};
use crate::handoff::LoginChallenge;
use crate::openid::claims::Document;
use crate::types::{NewPerson, Subject, UnixTime};
use jose::Digest;

/// What the company says of a browser that was sent there.
#[derive(Debug, Clone)]
pub enum HandoffChange {
    /// Who it is. Guard: the challenge was not answered; and a person who is new has not come another way meanwhile, one who
    /// is known was not deleted.
    Accept {
        /// What is answered.
        challenge: LoginChallenge,
        /// When they proved who they are.
        auth_time: UnixTime,
        /// How, separated by spaces.
        methods: String,
        /// Until when the ticket works.
        expires_at: UnixTime,
        /// SHA-256 of all that was said.
        said: Digest,
        /// The account.
        recognized: Box<Recognized>,
    },
    /// That nobody signed in. Guard: the challenge was not answered.
    Refuse {
        /// What is answered.
        challenge: LoginChallenge,
        /// Until when the ticket works.
        expires_at: UnixTime,
    },
}

/// The account of a person who was recognized elsewhere.
#[derive(Debug, Clone)]
pub enum Recognized {
    /// They come for the first time.
    New {
        /// Their account.
        person: Box<NewPerson>,
        /// Where they come from, and what they are called by there.
        identity: (String, String),
        /// Claims beside it.
        claims: Option<Document>,
    },
    /// They were here before, and are called what they are called there now.
    Known {
        /// Who.
        subject: Subject,
        /// Their address; empty: none.
        email: String,
        /// When that was proved.
        verified_at: Option<UnixTime>,
        /// What they are called.
        name: String,
        /// Claims beside it; `None`: those that are there stay.
        claims: Option<Document>,
    },
}

impl HandoffChange {
    pub(super) fn event(&self) -> Happened {
        match self {
            Self::Accept { recognized, .. } => match &**recognized {
                Recognized::New { person, .. } => Happened {
                    actor: person.subject.map(Actor::Person),
                    subject: person.subject,
                    ..Happened::unasked(Event::UserCreated)
                },
                Recognized::Known { subject, .. } => {
                    Happened::by_person(Event::LoginHandedOff, *subject)
                }
            },
            Self::Refuse { .. } => Happened::unasked(Event::LoginRefused),
        }
    }
}
