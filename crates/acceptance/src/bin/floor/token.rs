//! Token text carries the id of its row: base64url of the 8-byte id and 32 random bytes. The store
//! holds the id and the SHA-256 of the text, so that a read needs no index but the key.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{digest, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

/// Bytes of the id in front of the random part.
const ID_BYTES: usize = 8;
/// Bits below the milliseconds: 10 of node and 12 of sequence.
const BELOW_MILLIS: u32 = 22;
/// Bytes that stand for what a real row holds beside its id and hash.
pub(crate) const PAYLOAD: usize = 120;
/// Seconds an access token lives.
pub(crate) const LIFETIME: i64 = 3600;

/// Makes ids: positive, 63 bits, rising, never below one already in the store.
pub(crate) struct Ids(AtomicI64);

impl Ids {
    /// Ids above `max`, the highest one in the store (0 when it is empty).
    pub(crate) fn above(max: i64) -> Self {
        Ids(AtomicI64::new(max))
    }

    /// The next id: the clock's, or one above the last when the clock is behind it.
    fn next(&self) -> i64 {
        let clock = millis() << BELOW_MILLIS;
        let above = |last: i64| Some(clock.max(last + 1));
        let (Ok(last) | Err(last)) = self.0.fetch_update(Relaxed, Relaxed, above);
        clock.max(last + 1)
    }
}

#[expect(clippy::disallowed_methods, reason = "the edge of this program")]
fn millis() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(now.unwrap_or_default().as_millis()).unwrap_or_default()
}

/// What the store keeps of one token.
pub(crate) struct Token {
    pub(crate) id: i64,
    pub(crate) hash: [u8; 32],
    pub(crate) client: i64,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    pub(crate) payload: [u8; PAYLOAD],
}

/// Makes a token: its text for the client, and what to store.
pub(crate) fn mint(ids: &Ids) -> (String, Token) {
    let id = ids.next();
    let mut raw = [0; ID_BYTES + 32];
    raw[..ID_BYTES].copy_from_slice(&id.to_be_bytes());
    rand::fill(&mut raw[ID_BYTES..]).expect("the system gives random bytes");
    let text = URL_SAFE_NO_PAD.encode(raw);
    let iat = (id >> BELOW_MILLIS) / 1000;
    let token = Token {
        id,
        hash: sha256(text.as_bytes()),
        client: 1,
        iat,
        exp: iat + LIFETIME,
        payload: [b'x'; PAYLOAD],
    };
    (text, token)
}

/// A token as presented: where to look, and what must be there.
pub(crate) struct Presented {
    pub(crate) id: i64,
    hash: [u8; 32],
}

impl Presented {
    /// Reads a token's text; `None` for what this server cannot have made.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let raw: [u8; ID_BYTES + 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let id = i64::from_be_bytes(raw[..ID_BYTES].try_into().ok()?);
        let hash = sha256(text.as_bytes());
        (id > 0).then_some(Presented { id, hash })
    }

    /// Whether a stored hash is this token's, compared in constant time.
    pub(crate) fn matches(&self, stored: &[u8]) -> bool {
        verify_slices_are_equal(&self.hash, stored).is_ok()
    }
}

/// SHA-256 of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_above_what_the_store_holds() {
        assert_eq!(Ids::above(i64::MAX - 2).next(), i64::MAX - 1);
        let ids = Ids::above(0);
        let (first, second) = (ids.next(), ids.next());
        assert!(0 < first && first < second);
    }

    #[test]
    fn a_token_finds_its_own_row_only() {
        let ids = Ids::above(0);
        let (text, token) = mint(&ids);
        let (_, other) = mint(&ids);
        let presented = Presented::parse(&text).unwrap();
        assert_eq!(presented.id, token.id);
        assert!(presented.matches(&token.hash));
        assert!(!presented.matches(&other.hash));
        assert!(Presented::parse("garbage").is_none());
        assert!(
            Presented::parse(&"_".repeat(54)).is_none(),
            "a negative id finds nothing"
        );
    }
}
