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
        /// What strangers guessed in all on one day, with the most there may be.
        in_all: Option<(Digest, u32)>,
    },
    /// Counts something of which there is so much a day. Guard: there is some left, also for two at once.
    Spend {
        /// Who, and what.
        key: Digest,
        /// The most in a day.
        most: u32,
    },
    /// Forgets attempts after a success.
    Clear {
        /// Counts that begin anew.
        own: Vec<Digest>,
        /// Counts of many people, which forget this one attempt.
        shared: Vec<Digest>,
        /// What strangers guessed in all, which forgets as many as are counted under the second key.
        in_all: Option<(Digest, Digest)>,
    },
}
