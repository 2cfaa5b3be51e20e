//! One-time passwords by the clock (RFC 6238): HMAC-SHA-1, six digits, steps of 30 seconds, which is what every
//! authenticator app makes of a key.
use crate::types::UnixTime;
use jose::one_time;

/// Seconds of a step ("We RECOMMEND a default time-step size of 30 seconds", §5.2).
const STEP: i64 = 30;
/// Steps that a clock may be away from ours ("We RECOMMEND that at most one time step is allowed as the network delay",
/// §5.2).
const SKEW: i64 = 1;
/// Bytes of a seed: as many as the hash has ("the length of the HMAC output", §5.1 of RFC 4226 asks for 128 bits at least).
const LENGTH: usize = 20;
/// The alphabet of Base32 (RFC 4648 §6).
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What an authenticator app and the server share.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed([u8; LENGTH]);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl Seed {
    /// A new one, made of random bytes.
    pub fn new(random: &[u8; 32]) -> Self {
        let mut seed = [0; LENGTH];
        seed.copy_from_slice(&random[..LENGTH]);
        Seed(seed)
    }

    /// One that was kept; `None` for what is none.
    pub fn from_stored(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Seed)
    }

    /// Its bytes, to be sealed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key as people type it, in Base32.
    pub fn base32(&self) -> String {
        base32(&self.0)
    }

    /// What a QR code holds: `provider` is what the app shows it under, and `account` whose it is.
    pub fn url(&self, provider: &str, account: &str) -> String {
        let (provider, account) = (encoded(provider), encoded(account));
        let label = match account.is_empty() {
            true => provider.clone(),
            false => format!("{provider}:{account}"),
        };
        format!(
            "otpauth://totp/{label}?secret={}&issuer={provider}",
            self.base32()
        )
    }

    /// The code at a moment.
    pub fn code(&self, now: UnixTime) -> String {
        self.code_at(step(now))
    }

    /// The step at which a code is right, of those that are now, compared in constant time; the newest, if it is right at
    /// two.
    pub fn step_of(&self, code: &str, now: UnixTime) -> Option<i64> {
        let now = step(now);
        let mut found = None;
        for step in now - SKEW..=now + SKEW {
            if jose::digest::same(self.code_at(step).as_bytes(), code.as_bytes()) {
                found = Some(step);
            }
        }
        found
    }

    fn code_at(&self, step: i64) -> String {
        one_time::password(&self.0, u64::try_from(step).unwrap_or_default())
    }
}

/// The number of the step that a moment is in.
fn step(now: UnixTime) -> i64 {
    now.0.div_euclid(STEP)
}

pub(super) fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(held >> bits & 31) as usize]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(held << (5 - bits) & 31) as usize]));
    }
    text
}

/// Percent-encoded, but for what every reader takes as it is.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed() -> Seed {
        Seed(*b"12345678901234567890")
    }

    #[test]
    fn base32_is_that_of_rfc_4648() {
        for (bytes, expected) in [
            (&b""[..], ""),
            (b"f", "MY"),
            (b"fo", "MZXQ"),
            (b"foo", "MZXW6"),
            (b"foob", "MZXW6YQ"),
            (b"fooba", "MZXW6YTB"),
            (b"foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes), expected);
        }
    }

    #[test]
    fn a_qr_code_names_the_provider_and_the_account() {
        assert_eq!(
            seed().url("Task & Co: Ä", "ada+x@example.com"),
            "otpauth://totp/Task%20%26%20Co%3A%20%C3%84:ada%2Bx@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Task%20%26%20Co%3A%20%C3%84"
        );
        assert!(seed().url("P", "").starts_with("otpauth://totp/P?secret="));
        assert_eq!(format!("{:?}", seed()), "Seed(…)");
    }
}
