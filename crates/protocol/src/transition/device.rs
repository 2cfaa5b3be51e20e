//! What devices ask for (RFC 8628).
use crate::accounts::mail_link::LinkMail;
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{
    Authentication, ClientRowId, DeviceAnswer, DeviceAuthorization, Locator, Pace, Scope, Subject,
};

/// A change of what a device asks for.
#[derive(Debug, Clone)]
pub enum DeviceChange {
    /// Keeps what a device asks for until its person has answered. Guard: no live request has this user code.
    Keep(DeviceAuthorization),
    /// Notes that a device asked whether its person has answered. Guard: its pace is still the one that was
    /// judged, so polls made at once are judged one after the other.
    Poll {
        /// Which request.
        device: Locator,
        /// Its pace as it was judged.
        before: Pace,
        /// Its pace from now on.
        after: Pace,
    },
    /// A person answers a device. Guards: the request is unanswered; they belong to the organization that they allow it
    /// for, if any.
    Answer {
        /// Which request.
        device: Locator,
        /// The app that asked.
        client: ClientRowId,
        /// Who answers.
        subject: Subject,
        /// What they say.
        answer: DeviceAnswer,
        /// What the person left of what the device asked for; `None`: all of it.
        less: Option<Scope>,
        /// What the device is allowed, and what else the app was allowed before.
        scope: Scope,
        /// What the grant knows of the sign-in.
        authentication: Option<Box<Authentication>>,
        /// The mail that tells of a new connection.
        notice: Option<Box<LinkMail>>,
    },
}

impl DeviceChange {
    pub(super) fn messages(&self) -> &[Message] {
        match self {
            Self::Answer { notice, .. } => notice.as_ref().map_or(&[], |notice| notice.messages()),
            Self::Keep(_) | Self::Poll { .. } => &[],
        }
    }

    pub(super) fn event(&self) -> Option<Happened> {
        match self {
            Self::Keep(_) | Self::Poll { .. } => None,
            Self::Answer {
                client,
                subject,
                answer,
                ..
            } => {
                let (event, organization) = match answer {
                    DeviceAnswer::Allowed { organization, .. } => {
                        (Event::DeviceAllowed, *organization)
                    }
                    DeviceAnswer::Denied => (Event::DeviceDenied, None),
                };
                let happened = Happened::by_person(event, *subject).with(*client);
                Some(happened.within(organization))
            }
        }
    }
}
