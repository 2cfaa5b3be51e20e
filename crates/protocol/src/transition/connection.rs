//! Connections: what people take back from apps, for a while or for good.
use crate::events::{Event, Happened};
use crate::types::{ConnectionKey, End, Locator, Narrowed, Scope, UnixTime};

/// A change of a connection. Where all was so before, nothing is told. Guard, if a link in a mail asks for it: that one is
/// unused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionChange {
    /// Which one.
    pub key: ConnectionKey,
    /// What becomes of it.
    pub step: ConnectionStep,
    /// The link that asks for it.
    pub link: Option<Locator>,
}

/// What becomes of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectionStep {
    /// The app is kept out for a while, and asks anew if it comes back.
    Pause(UnixTime),
    /// The app is let in again, with the tokens that it had.
    Resume,
    /// The app may do less from now on, with the tokens that it has too. Guard: it was allowed nothing meanwhile.
    Narrow(Narrowing),
    /// The connection is over, with all tokens of it.
    End(End),
    /// That end is taken back: what was allowed is remembered again. Tokens stay ended.
    Restore {
        /// The end that is meant.
        end: End,
        /// Grants from this one on are good.
        at: Locator,
    },
}

/// What is left to an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowing {
    /// What it was allowed by consent, as the person saw it.
    pub was: Scope,
    /// What is left of that.
    pub scope: Scope,
    /// What is left of what else it was allowed.
    pub earlier: Scope,
    /// What is left of its grants.
    pub narrowed: Narrowed,
    /// Grants below this are over: they were narrowed before to something that is not within what is left now.
    pub not_before: Locator,
}

impl ConnectionChange {
    pub(super) fn event(&self) -> Happened {
        let event = match &self.step {
            ConnectionStep::Pause(_) => Event::ConnectionPaused,
            ConnectionStep::Resume => Event::ConnectionResumed,
            ConnectionStep::Narrow(_) => Event::ConnectionNarrowed,
            ConnectionStep::End(_) => Event::ConnectionEnded,
            ConnectionStep::Restore { .. } => Event::ConnectionRestored,
        };
        let happened = Happened::by_person(event, self.key.subject);
        happened.with(self.key.client).within(self.key.organization)
    }
}
