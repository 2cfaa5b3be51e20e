//! Signed-in browsers.
use crate::types::{Locator, Subject, UnixTime};
use jose::Digest;

/// A browser in which a person is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The id of its row.
    pub id: Locator,
    /// SHA-256 of the cookie.
    pub digest: Digest,
    /// Who.
    pub subject: Subject,
    /// When they proved who they are.
    pub auth_time: UnixTime,
    /// When it ends by itself.
    pub expires_at: UnixTime,
    /// What the browser calls itself, shortened for the list of sessions.
    pub browser: String,
}
