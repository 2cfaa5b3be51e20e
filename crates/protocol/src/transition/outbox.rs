//! The outbox: what becomes of its messages, and those that tell of nothing else.
use crate::events::{Event, Happened};
use crate::outbox::Message;
use crate::types::{Locator, UnixTime};

/// A change of the outbox.
#[derive(Debug, Clone)]
pub enum OutboxChange {
    /// Asks for mails that show that mail works; it means nothing but them. No guard.
    TestMail(Vec<Message>),
    /// A message was delivered, or nobody needs it any more, and it goes. Guard: it is still there.
    Delivered {
        /// Which.
        id: Locator,
    },
    /// A message could not be delivered, and is tried again. Guard: nobody has changed that meanwhile.
    Defer {
        /// Which.
        id: Locator,
        /// How often it had been tried before.
        attempts: u32,
        /// When it is tried again.
        due_at: UnixTime,
        /// Why it was not delivered.
        why: String,
    },
    /// A message could not be delivered, and becomes a dead letter. Guard: nobody has changed that meanwhile.
    GiveUp {
        /// Which.
        id: Locator,
        /// How often it had been tried before.
        attempts: u32,
        /// Since when it is dead.
        dead_at: UnixTime,
        /// Why it was not delivered.
        why: String,
    },
    /// An operator has a message tried now, dead or not, and for another day. Guard: it is there.
    Retry {
        /// Which.
        id: Locator,
    },
    /// The same for all there are. No guard.
    RetryAll,
    /// An operator takes a message out, dead or not. Guard: it is there.
    Drop {
        /// Which.
        id: Locator,
    },
}

impl OutboxChange {
    pub(super) fn event(&self) -> Option<Happened> {
        match self {
            Self::TestMail(_) => Some(Happened::unasked(Event::MailTested)),
            Self::GiveUp { .. } => Some(Happened::unasked(Event::OutboxGivenUp)),
            Self::Retry { .. } | Self::RetryAll => Some(Happened::unasked(Event::OutboxRetried)),
            Self::Drop { .. } => Some(Happened::unasked(Event::OutboxDropped)),
            Self::Delivered { .. } | Self::Defer { .. } => None,
        }
    }

    /// The messages that it means.
    pub fn messages(&self) -> &[Message] {
        match self {
            Self::TestMail(messages) => messages,
            Self::Delivered { .. }
            | Self::Defer { .. }
            | Self::GiveUp { .. }
            | Self::Retry { .. }
            | Self::RetryAll
            | Self::Drop { .. } => &[],
        }
    }
}
