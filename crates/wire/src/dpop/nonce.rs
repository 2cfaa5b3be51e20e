//! Nonces that a server gives (RFC 9449 §8, §9). Nothing is kept of them: each is a moment and a tag over it, so every
//! process with the same key knows those of the others.
use crate::token_text::{base62, from_base62};
use jose::keyed::Key;

/// How long one nonce is given out, in seconds.
const ROUND: i64 = 30;
/// How long it is taken after it was given out for the first time, in seconds.
const LIFETIME: i64 = 300;
/// How far the clocks of the provider's processes may be apart, in seconds.
const LEEWAY: i64 = 30;

/// Makes nonces by a key, and knows them again.
#[derive(Clone, Copy)]
pub struct Nonces<'a>(&'a Key);

impl std::fmt::Debug for Nonces<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nonces(…)")
    }
}

impl<'a> Nonces<'a> {
    /// Those of this key.
    pub fn new(key: &'a Key) -> Self {
        Nonces(key)
    }

    /// The nonce to give out at `now`, in Unix seconds.
    pub fn given_at(&self, now: i64) -> String {
        let round = now.div_euclid(ROUND).max(0).unsigned_abs();
        format!("{}.{}", base62(round), self.tag(round))
    }

    /// Until when a nonce is taken, in Unix seconds; `None` where it is none of ours, or is not taken at `now`.
    pub fn end_of(&self, nonce: &str, now: i64) -> Option<i64> {
        let (round, tag) = nonce.split_once('.')?;
        let round = from_base62(round)?;
        if !self.0.verify(&parts(&round.to_be_bytes()), tag) {
            return None;
        }
        let given = i64::try_from(round).ok()?.checked_mul(ROUND)?;
        let until = given.checked_add(LIFETIME)?;
        (given <= now.saturating_add(LEEWAY) && now < until).then_some(until)
    }

    fn tag(&self, round: u64) -> String {
        self.0.tag(&parts(&round.to_be_bytes()))
    }
}

fn parts(round: &[u8; 8]) -> [&[u8]; 2] {
    [b"dpop nonce", round]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_works_for_minutes_and_for_who_has_the_key() {
        let (key, other) = (Key::new(&[7; 32]), Key::new(&[8; 32]));
        let (ours, theirs) = (Nonces::new(&key), Nonces::new(&other));
        let now = 1_800_000_000;
        let nonce = ours.given_at(now);
        assert_eq!(ours.end_of(&nonce, now), Some(now + LIFETIME));
        assert_eq!(
            ours.end_of(&nonce, now + LIFETIME - 1),
            Some(now + LIFETIME)
        );
        assert_eq!(ours.end_of(&nonce, now + LIFETIME), None);
        assert_eq!(ours.end_of(&nonce, now - LEEWAY), Some(now + LIFETIME));
        assert_eq!(ours.end_of(&nonce, now - LEEWAY - 1), None);
        assert_eq!(theirs.end_of(&nonce, now), None);
        assert_eq!(ours.given_at(now + ROUND - 1), nonce);
        assert_ne!(ours.given_at(now + ROUND), nonce);
    }

    #[test]
    fn what_nobody_gave_is_no_nonce() {
        let key = Key::new(&[7; 32]);
        let ours = Nonces::new(&key);
        let now = 1_800_000_000;
        let nonce = ours.given_at(now);
        let (round, tag) = nonce.split_once('.').unwrap();
        let later = base62(from_base62(round).unwrap() + 1);
        for other in [
            "",
            ".",
            round,
            tag,
            &format!("{later}.{tag}"),
            &format!("{round}."),
        ] {
            assert_eq!(ours.end_of(other, now), None, "{other}");
        }
    }

    /// `nonce = 1*NQCHAR` (§8.1).
    #[test]
    fn a_nonce_has_the_characters_of_one() {
        let key = Key::new(&[7; 32]);
        for now in [-1, 0, 1, 1_800_000_000, i64::MAX] {
            let nonce = Nonces::new(&key).given_at(now);
            let sound =
                |b: u8| b == 0x21 || (0x23..=0x5b).contains(&b) || (0x5d..=0x7e).contains(&b);
            assert!(!nonce.is_empty() && nonce.bytes().all(sound), "{nonce}");
        }
    }
}
