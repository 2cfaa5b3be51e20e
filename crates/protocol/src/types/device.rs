//! Device authorizations (RFC 8628): what a device without a browser asked for, and the code people type.
use crate::types::{ClientRowId, Lifetime, Locator, Scope, Subject, UnixTime};
use jose::Digest;
use std::fmt;

/// Letters of a user code: no vowels, so that it spells nothing, and none that looks like a digit
/// (RFC 8628 §6.1 recommends this set). Eight of twenty are 34.5 bits.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LETTERS: usize = 8;
/// Longest text that is looked at.
const LONGEST: usize = 64;

/// The code that a person types, always in its plain form: eight capitals of the alphabet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct UserCode([u8; LETTERS]);

impl UserCode {
    /// A code from random bytes. A byte above 239 would favour some letters and is passed over; `None` when too
    /// few are left, which 32 bytes make a matter of one in 10^17.
    pub fn from_random(bytes: &[u8]) -> Option<Self> {
        let fair = bytes.iter().filter(|byte| **byte < 240);
        let mut letters = fair.map(|byte| ALPHABET[usize::from(byte % 20)]);
        let mut code = [0; LETTERS];
        for place in &mut code {
            *place = letters.next()?;
        }
        Some(UserCode(code))
    }

    /// Reads what a person typed: small letters, spaces and dashes do not matter ("the authorization server
    /// should ignore … punctuation", §6.1).
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut letters = text
            .chars()
            .filter(|c| {
                !c.is_whitespace() && !"-_.\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}".contains(*c)
            })
            .map(|c| c.to_ascii_uppercase());
        let mut code = [0; LETTERS];
        for place in &mut code {
            let letter = u8::try_from(letters.next()?).ok()?;
            *place = Some(letter).filter(|letter| ALPHABET.contains(letter))?;
        }
        letters.next().is_none().then_some(UserCode(code))
    }

    /// What is stored and looked up. A code is short, so the digest hides it from a glance only; what protects
    /// it is that it lives for minutes and opens nothing by itself.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl fmt::Display for UserCode {
    /// `BCDF-GHJK`, as it is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, letter) in self.0.iter().enumerate() {
            let dash = if at == LETTERS / 2 { "-" } else { "" };
            write!(f, "{dash}{}", char::from(*letter))?;
        }
        Ok(())
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode(…)")
    }
}

/// What a device asked for. Its redemption is the grant with the same id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAuthorization {
    /// The id of its row, and of the grant that its redemption makes.
    pub id: Locator,
    /// SHA-256 of the device code.
    pub digest: Digest,
    /// SHA-256 of the user code.
    pub user_code: Digest,
    /// The app on the device.
    pub client: ClientRowId,
    /// What it asks for.
    pub scope: Scope,
    /// Whether the request named a scope; if not, the token response must (RFC 6749 §5.1).
    pub scope_named: bool,
    /// From then on it is worth nothing.
    pub expires_at: UnixTime,
    /// How often it may ask.
    pub pace: Pace,
    /// What the person said, once they did.
    pub answer: Option<DeviceAnswer>,
}

/// How often a device may ask, and when it last did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The shortest time between two polls; it grows with each one that comes too soon (§3.5).
    pub interval: Lifetime,
    /// The last poll.
    pub polled_at: Option<UnixTime>,
}

/// What a person said to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceAnswer {
    /// They allowed it.
    Allowed {
        /// Made at that moment: what is switched off later is told by it.
        at: Locator,
        /// Who.
        subject: Subject,
        /// The organization that access is given for; `None`: their own account.
        organization: Option<Locator>,
        /// When they had signed in.
        auth_time: UnixTime,
    },
    /// They declined.
    Denied,
}
