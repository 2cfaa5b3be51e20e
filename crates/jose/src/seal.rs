//! Sealing bytes under a secret that only the presenter holds (AES-256-GCM, key by HKDF-SHA-256).
//! What is stored can be opened by whoever presents the same secret again, and by nobody else. [`Keys`] are for what
//! the server itself must be able to read again.
mod keys;

pub use keys::{KeyId, KeyRing, KeyState, Keys, KeysFault, Sealed, Unopened};

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk};
use aws_lc_rs::hmac;
use std::sync::LazyLock;

const SALT: &[u8] = b"valetkey";
const INFO: &[&[u8]] = &[b"valetkey sealed reply v1"];

/// HKDF-Extract under the salt (RFC 5869 §2.2). The library's own reads the salt anew for each secret, which is a third
/// of what sealing costs.
static EXTRACT: LazyLock<hmac::Key> = LazyLock::new(|| hmac::Key::new(hmac::HMAC_SHA256, SALT));

/// Seals `plain` under `secret`, bound to `context`: nonce, then ciphertext and tag.
pub fn seal(secret: &[u8], context: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut sealed = plain.to_vec();
    let nonce = key(secret)
        .seal_in_place_append_tag(Aad::from(context), &mut sealed)
        .expect("AES-GCM seals less than 64 GiB");
    let mut out = nonce.as_ref().to_vec();
    out.extend_from_slice(&sealed);
    out
}

/// Opens what [`seal`] made; `None` when secret, context or bytes differ.
pub fn open(secret: &[u8], context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_at_checked(12)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut body = body.to_vec();
    let plain = key(secret)
        .open_in_place(nonce, Aad::from(context), &mut body)
        .ok()?
        .len();
    body.truncate(plain);
    Some(body)
}

fn key(secret: &[u8]) -> RandomizedNonceKey {
    let mut bytes = [0; 32];
    Prk::new_less_safe(HKDF_SHA256, hmac::sign(&EXTRACT, secret).as_ref())
        .expand(INFO, HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut bytes))
        .expect("32 bytes are a valid HKDF length");
    RandomizedNonceKey::new(&AES_256_GCM, &bytes).expect("32 bytes are an AES-256 key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_with_the_same_secret_and_context_only() {
        let sealed = seal(b"token", b"client", b"reply");
        assert_eq!(open(b"token", b"client", &sealed).unwrap(), b"reply");
        assert!(open(b"other", b"client", &sealed).is_none());
        assert!(open(b"token", b"other", &sealed).is_none());
        assert!(open(b"token", b"client", &sealed[..11]).is_none());
        let mut bent = sealed.clone();
        *bent.last_mut().unwrap() ^= 1;
        assert!(open(b"token", b"client", &bent).is_none());
    }

    #[test]
    fn the_key_is_that_of_hkdf() {
        let mut bytes = [0; 32];
        let prk = aws_lc_rs::hkdf::Salt::new(HKDF_SHA256, SALT).extract(b"token");
        let okm = prk.expand(INFO, HKDF_SHA256).unwrap();
        okm.fill(&mut bytes).unwrap();
        let whole = RandomizedNonceKey::new(&AES_256_GCM, &bytes).unwrap();
        let mut sealed = b"reply".to_vec();
        let nonce = whole
            .seal_in_place_append_tag(Aad::from(&b"client"[..]), &mut sealed)
            .unwrap();
        let sealed = [&nonce.as_ref()[..], &sealed].concat();
        assert_eq!(open(b"token", b"client", &sealed).unwrap(), b"reply");
    }

    #[test]
    fn the_same_reply_never_seals_to_the_same_bytes() {
        assert_ne!(seal(b"t", b"c", b"r"), seal(b"t", b"c", b"r"));
    }
}
