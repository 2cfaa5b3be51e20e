//! Authorization codes (RFC 6749 §4.1.2) and their PKCE challenge (RFC 7636).
use crate::types::{ClientRowId, Locator, Scope, Subject, UnixTime};
use jose::{Digest, digest};

/// An S256 code challenge: 43 base64url characters. `plain` does not exist here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads a challenge; `None` unless it can be the S256 of something (RFC 7636 §4.2).
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 43 && text.bytes().all(is_base64url)).then(|| CodeChallenge(text.to_owned()))
    }

    /// Whether `BASE64URL(SHA256(verifier))` is this challenge (§4.6), in constant time.
    pub fn verify(&self, verifier: &str) -> bool {
        let made = Digest::of(verifier.as_bytes()).base64url();
        is_verifier(verifier) && digest::same(made.as_bytes(), self.0.as_bytes())
    }

    /// The 43 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `text` has the form of a verifier: 43 to 128 unreserved characters (§4.1).
pub fn is_verifier(text: &str) -> bool {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// A code as issued. Its redemption is the grant with the same id, so the code row never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationCode {
    /// The id of its row, and of the grant that its redemption makes.
    pub id: Locator,
    /// SHA-256 of its text.
    pub digest: Digest,
    /// Whose it is.
    pub client: ClientRowId,
    /// Who allowed it.
    pub subject: Subject,
    /// The organization that access is given for; `None`: the person's own account.
    pub organization: Option<Locator>,
    /// What was allowed.
    pub scope: Scope,
    /// Whether the request named a scope; if not, the token response must (RFC 6749 §5.1).
    pub scope_named: bool,
    /// The URI it was sent to, as the request spelled it.
    pub redirect_uri: String,
    /// The challenge of the request, if any.
    pub challenge: Option<CodeChallenge>,
    /// When the person last signed in.
    pub auth_time: UnixTime,
    /// From then on it is worth nothing.
    pub expires_at: UnixTime,
}
