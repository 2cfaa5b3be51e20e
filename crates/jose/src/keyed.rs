//! HMAC-SHA-256 under the server's own key: form nonces, the known-device cookie, links in mails.
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// A key that never leaves the server, parsed once.
pub struct Key(hmac::Key);

impl Key {
    /// A key of `secret` bytes (at least 32).
    pub fn new(secret: &[u8]) -> Self {
        Key(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The tag of `parts`, base64url. Each part is preceded by its length, so parts cannot run together.
    pub fn tag(&self, parts: &[&[u8]]) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, &joined(parts)))
    }

    /// A secret of 32 bytes that only who has the key can make of `parts`.
    pub fn derive(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut secret = [0; 32];
        secret.copy_from_slice(hmac::sign(&self.0, &joined(parts)).as_ref());
        secret
    }

    /// Whether `tag` is the tag of `parts`, compared in constant time.
    pub fn verify(&self, parts: &[&[u8]], tag: &str) -> bool {
        let Ok(tag) = URL_SAFE_NO_PAD.decode(tag) else {
            return false;
        };
        hmac::verify(&self.0, &joined(parts), &tag).is_ok()
    }
}

pub(crate) fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        out.extend_from_slice(&(part.len() as u64).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_holds_for_its_own_parts_only() {
        let key = Key::new(&[7; 32]);
        let tag = key.tag(&[b"form", b"abc"]);
        assert!(key.verify(&[b"form", b"abc"], &tag));
        assert!(!key.verify(&[b"forma", b"bc"], &tag));
        assert!(!Key::new(&[8; 32]).verify(&[b"form", b"abc"], &tag));
        assert!(!key.verify(&[b"form", b"abc"], "not base64 %"));
    }
}
