//! Proof Key for Code Exchange (RFC 7636), method S256.

use aws_lc_rs::{digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A code verifier with its S256 challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pkce {
    /// `code_verifier`: what the token request sends.
    pub verifier: String,
    /// `code_challenge`: what the authorization request sends, with `code_challenge_method=S256`.
    pub challenge: String,
}

impl Pkce {
    /// A new random verifier of 43 characters (RFC 7636 section 4.1).
    pub fn random() -> Self {
        let mut raw = [0; 32];
        rand::fill(&mut raw).expect("the system gives random bytes");
        Self::of_verifier(&URL_SAFE_NO_PAD.encode(raw))
    }

    /// The challenge of a given verifier (RFC 7636 section 4.2).
    pub fn of_verifier(verifier: &str) -> Self {
        let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
        Pkce {
            verifier: verifier.to_owned(),
            challenge: URL_SAFE_NO_PAD.encode(hash.as_ref()),
        }
    }
}
