//! Assertions that clients authenticate with, and proofs that they hold a key: each works once.
use crate::types::{Locator, UnixTime};
use jose::Digest;

/// A change of what is remembered of assertions and proofs.
#[derive(Debug, Clone)]
pub enum AssertionChange {
    /// Remembers that one was used. Guard: it was not used before.
    Use {
        /// The digest of whose it is, the client or the key, and of its `jti`.
        key: Digest,
        /// What tells this use from every other, so that one whose commit was not answered is not taken for a second.
        receipt: Locator,
        /// From when on it works no more by itself, and need not be remembered.
        until: UnixTime,
    },
}
