//! Authorization requests (RFC 6749 §4.1.1) and the codes that answer them.
use crate::accounts::mail_link::LinkMail;
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{
    Authentication, AuthorizationCode, ClientRowId, Consent, Interaction, Locator, Subject,
};

/// A change of what a person is asked.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "the large one is the usual one")]
pub enum AuthorizeChange {
    /// Keeps an authorization request until its person has answered.
    Keep(Interaction),
    /// Issues a code. Guards: the interaction that it answers, if any, is unanswered; the person belongs to the
    /// organization that it is for, where something is to be remembered.
    IssueCode {
        /// The code.
        code: AuthorizationCode,
        /// What it knows of the sign-in, if that was asked for by OpenID Connect.
        authentication: Option<Box<Authentication>>,
        /// The interaction it answers; `None` when a remembered consent answered at once.
        interaction: Option<Locator>,
        /// What to remember, replacing what was remembered for this person, app and workspace: they are connected from then on, also
        /// if they were paused or had come to an end.
        consent: Option<Consent>,
        /// The mail that tells of a new connection; never without something to remember.
        notice: Option<Box<LinkMail>>,
    },
    /// The person said no. Guard: the interaction is unanswered.
    Deny {
        /// Which one.
        interaction: Locator,
        /// The app that asked.
        client: ClientRowId,
        /// Who said no.
        subject: Subject,
    },
}

impl AuthorizeChange {
    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::IssueCode { notice, .. } => {
                notice.as_ref().map_or(&[], |notice| notice.messages())
            }
            Self::Keep(_) | Self::Deny { .. } => &[],
        }
    }

    pub(super) fn event(&self) -> Option<Happened> {
        match self {
            Self::Keep(_) | Self::IssueCode { consent: None, .. } => None,
            Self::IssueCode { code, .. } => {
                let given = Happened::by_person(Event::ConsentGiven, code.subject);
                Some(given.with(code.client).within(code.organization))
            }
            Self::Deny {
                client, subject, ..
            } => Some(Happened::by_person(Event::ConsentDenied, *subject).with(*client)),
        }
    }
}
