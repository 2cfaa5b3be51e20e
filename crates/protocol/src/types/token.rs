//! Tokens as they are stored: a digest, never the text.
use crate::types::{ClientRowId, Locator, Scope, Subject, UnixTime};
use jose::Digest;

/// An access token. `iat` is the time of its locator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessToken {
    /// The id of its row.
    pub id: Locator,
    /// SHA-256 of its text.
    pub digest: Digest,
    /// The grant it came from; for client credentials the app's standing grant, number `client`.
    pub grant: Locator,
    /// The app it was issued to.
    pub client: ClientRowId,
    /// On whose behalf; `None` for client credentials.
    pub subject: Option<Subject>,
    /// The organization that access is given for; `None`: the person's own account.
    pub organization: Option<Locator>,
    /// What it opens.
    pub scope: Scope,
    /// When it stops working.
    pub expires_at: UnixTime,
}

/// A refresh token. What was allowed stands in its grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// The id of its row.
    pub id: Locator,
    /// SHA-256 of its text.
    pub digest: Digest,
    /// The grant it renews.
    pub grant: Locator,
    /// When it stops working.
    pub expires_at: UnixTime,
}

/// The reply to a rotation, sealed under the consumed token's text, kept for the grace window so that an
/// identical retry gets the same answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedReply(pub Vec<u8>);
