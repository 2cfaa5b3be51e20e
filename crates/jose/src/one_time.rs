//! One-time passwords by a counter (RFC 4226).
use aws_lc_rs::hmac;

/// The digits of a password.
pub const DIGITS: usize = 6;

/// The password of `secret` at `counter`: HOTP with HMAC-SHA-1, truncated to six digits (§5.3).
pub fn password(secret: &[u8], counter: u64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &counter.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[tag.len() - 1] & 0xf);
    let chosen = tag[offset..offset + 4].try_into().unwrap_or_default();
    let number = u32::from_be_bytes(chosen) & 0x7fff_ffff;
    format!("{:0DIGITS$}", number % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4226, appendix D.
    #[test]
    fn the_passwords_of_the_standard() {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (counter, expected) in (0..).zip(expected) {
            assert_eq!(password(b"12345678901234567890", counter), expected);
        }
    }
}
