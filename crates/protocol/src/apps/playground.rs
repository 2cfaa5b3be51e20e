//! What developers play a test side through with: one run of a session at a time, with a secret that ends with it.
use crate::types::{ClientRowId, Lifetime, Locator, Subject, UnixTime};
use jose::Digest;

/// How long a run lasts, and its secret with it.
pub const LASTS: Lifetime = Lifetime::from_minutes(60);
/// The most runs at a time; who comes then takes the place of the one that began first.
pub const AT_MOST: usize = 1_000;
/// The most of one person, in as many browsers.
pub const OF_ONE_PERSON: usize = 5;

/// A run as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaygroundRun {
    /// Its row.
    pub id: Locator,
    /// The session that it goes with.
    pub session: Locator,
    /// Whose that is.
    pub subject: Subject,
    /// The app.
    pub live: ClientRowId,
    /// Its test side.
    pub test: ClientRowId,
    /// SHA-256 of the state that its authorization request carries.
    pub state: Digest,
    /// All that was given so far, sealed.
    pub sealed: Vec<u8>,
    /// When it ends.
    pub expires_at: UnixTime,
}
