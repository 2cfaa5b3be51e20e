//! What is counted because it is limited: attempts to guess something, and what costs others something.
use crate::types::Lifetime;
use jose::Digest;

/// A change of counts.
#[derive(Debug, Clone)]
pub enum ThrottleChange {
    /// Counts an attempt, before the guess is looked at. Guard: no count has reached its limit, so guesses made at
    /// the same moment are counted one after the other.
    Count {
        /// One key per thing that is limited (account, source), with the most attempts it may see.
        keys: Vec<(Digest, u32)>,
        /// A count older than this starts anew.
        window: Lifetime,
        /// What strangers guessed on one day, in all and from this source, with the most there may be of each.
        in_a_day: Vec<(Digest, u32)>,
    },
    /// Counts something of which there is so much a day. Guard: there is some left, also for two at once.
    Spend {
        /// Who, and what.
        key: Digest,
        /// The most in a day.
        most: u32,
    },
    /// Forgets attempts after a success, or one at which nobody looked.
    Clear {
        /// Counts that begin anew.
        own: Vec<Digest>,
        /// Counts that forget this one attempt.
        shared: Vec<Digest>,
        /// What strangers guessed on one day, in all and from this source.
        in_a_day: Vec<Digest>,
        /// It forgets as many as are counted under this; `None`: this one.
        as_many_as: Option<Digest>,
    },
}
