//! Token text: `prefix` + locator + secret + checksum.
//!
//! The locator (8 bytes) is the id of the token's row, the secret is 32 random bytes; both together are
//! 54 base64url characters. The checksum is CRC-32 over all that precedes it, as six base62 characters:
//! secret scanners recognise a token by it and the server drops garbage without a read.
//!
//! One that is bound to a key (RFC 9449) has `~` and the thumbprint of that key before its checksum. What is stored is the
//! digest of the whole text, so nobody can change the thumbprint or take it away, and nothing else is stored of it.
use crate::dpop::Thumbprint;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jose::Digest;
use jose::jws::Unverified;
use jose::jwt::Claims;

/// The `typ` of an access token that is a JWT (RFC 9068 §2.1).
pub const JWT_TYPE: &str = "at+jwt";

const BODY_CHARS: usize = 54;
const CHECK_CHARS: usize = 6;
/// What stands before the thumbprint of a key; no other part of a token has it.
const BOUND_MARK: u8 = b'~';
/// The mark and the thumbprint.
const BOUND_CHARS: usize = 44;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The text of a token made here. It is a secret: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenText(String);

impl TokenText {
    /// The text for row `locator` with these secret bytes.
    pub fn new(prefix: &str, locator: i64, secret: &[u8; 32]) -> Self {
        TokenText::bound_to(None, prefix, locator, secret)
    }

    /// The same, of a token that is bound to a key.
    pub fn bound_to(
        key: Option<&Thumbprint>,
        prefix: &str,
        locator: i64,
        secret: &[u8; 32],
    ) -> Self {
        let mut raw = [0; 40];
        raw[..8].copy_from_slice(&locator.to_be_bytes());
        raw[8..].copy_from_slice(secret);
        let mut text = String::with_capacity(prefix.len() + BODY_CHARS + CHECK_CHARS);
        text.push_str(prefix);
        URL_SAFE_NO_PAD.encode_string(raw, &mut text);
        if let Some(key) = key {
            text.push(char::from(BOUND_MARK));
            text.push_str(&key.text());
        }
        push_checksum(&mut text);
        TokenText(text)
    }

    /// The text of a token that was signed: its `jti` names its row.
    pub fn of_jwt(jwt: String) -> Self {
        TokenText(jwt)
    }

    /// The text, to be sent to its owner and nowhere else.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored: the SHA-256 of the whole text.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl std::fmt::Debug for TokenText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenText(…)")
    }
}

/// A token as somebody presented it: where to look, and what must be there.
#[derive(Clone)]
pub struct Presented {
    /// The id of its row.
    pub locator: i64,
    /// The SHA-256 of its text.
    pub digest: Digest,
    text: String,
    prefix_len: u32,
    is_bound: bool,
}

impl Presented {
    /// Reads a token's text; `None` for anything that no server of ours can have made.
    pub fn parse(text: &str) -> Option<Self> {
        let (head, check) = text.as_bytes().split_last_chunk::<CHECK_CHARS>()?;
        let mark = head.len().checked_sub(BOUND_CHARS);
        let mark = mark.filter(|at| head[*at] == BOUND_MARK);
        let (own, bound) = head.split_at(mark.unwrap_or(head.len()));
        let (prefix, body) = own.split_last_chunk::<BODY_CHARS>()?;
        // Of the rest, decoding and the checksum leave no other characters either.
        let plain = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'-';
        if !prefix.iter().all(plain) || checksum(head) != *check {
            return None;
        }
        if let [_, key @ ..] = bound {
            Thumbprint::parse(std::str::from_utf8(key).ok()?)?;
        }
        let mut raw = [0; 40];
        let written = URL_SAFE_NO_PAD.decode_slice(body, &mut raw).ok()?;
        let locator = i64::from_be_bytes(raw[..8].try_into().ok()?);
        (written == raw.len() && locator > 0).then(|| Presented {
            locator,
            digest: Digest::of(text.as_bytes()),
            text: text.to_owned(),
            prefix_len: prefix.len() as u32,
            is_bound: mark.is_some(),
        })
    }

    /// Reads an access token that is a JWT (RFC 9068): its type must say so, and its `jti` names a row. Nothing in it is
    /// proved by that. Whose digest stands in the row is the text that was signed, letter by letter.
    pub fn parse_jwt(text: &str) -> Option<Self> {
        let read = Unverified::parse(text).ok()?;
        if !read.header().is_type(JWT_TYPE) {
            return None;
        }
        let claims = Claims::parse(read.payload()).ok()?;
        let locator = i64::try_from(from_base62(claims.jti.as_deref()?)?).ok()?;
        (locator > 0).then(|| Presented {
            locator,
            digest: Digest::of(text.as_bytes()),
            text: text.to_owned(),
            prefix_len: 0,
            is_bound: claims.other.contains_key("cnf"),
        })
    }

    /// Whether the token says that it is bound to a key (RFC 9449 §6): then it works for who proves to hold that.
    pub fn is_bound(&self) -> bool {
        self.is_bound
    }

    /// The key that it says it is bound to; of one that is bound, `None` is no key that anybody holds.
    pub fn key(&self) -> Option<Thumbprint> {
        if !self.is_bound {
            return None;
        }
        let head = self.text.len().checked_sub(CHECK_CHARS)?;
        let at = head.checked_sub(BOUND_CHARS)?;
        if self.text.as_bytes()[at] == BOUND_MARK {
            return Thumbprint::parse(&self.text[at + 1..head]);
        }
        let read = Unverified::parse(&self.text).ok()?;
        let claims = Claims::parse(read.payload()).ok()?;
        key_of(&claims)
    }

    /// What stands before the locator, such as `at_`; nothing in a JWT.
    pub fn prefix(&self) -> &str {
        &self.text[..self.prefix_len as usize]
    }

    /// The text as presented: the secret under which a reply is sealed for it.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Debug for Presented {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Presented({}…, locator {})", self.prefix(), self.locator)
    }
}

/// The key that a JWT says it is bound to (`cnf.jkt`, RFC 9449 §6.1).
pub fn key_of(claims: &Claims) -> Option<Thumbprint> {
    let jkt = claims.other.get("cnf")?.get("jkt")?;
    Thumbprint::parse(jkt.as_str()?)
}

/// A secret without a row of its own (a client secret): prefix, 43 random characters, checksum.
pub fn secret_text(prefix: &str, secret: &[u8; 32]) -> String {
    let mut text = String::from(prefix);
    URL_SAFE_NO_PAD.encode_string(secret, &mut text);
    push_checksum(&mut text);
    text
}

fn push_checksum(text: &mut String) {
    for byte in checksum(text.as_bytes()) {
        text.push(char::from(byte));
    }
}

fn checksum(text: &[u8]) -> [u8; CHECK_CHARS] {
    let mut rest = crc32fast::hash(text);
    let mut out = [b'0'; CHECK_CHARS];
    for place in out.iter_mut().rev() {
        *place = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    out
}

/// Writes a positive id in base62, most significant digit first.
pub fn base62(mut id: u64) -> String {
    // 62^11 is above 2^64.
    let mut digits = [0; 11];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = BASE62[(id % 62) as usize];
        id /= 62;
        if id == 0 {
            return String::from_utf8_lossy(&digits[first..]).into_owned();
        }
    }
}

/// Reads what [`base62`] wrote; `None` for other characters, leading zeros or overflow.
pub fn from_base62(text: &str) -> Option<u64> {
    if text.is_empty() || (text.len() > 1 && text.starts_with('0')) {
        return None;
    }
    text.bytes().try_fold(0u64, |id, byte| {
        let digit = BASE62.iter().position(|b| *b == byte)? as u64;
        id.checked_mul(62)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back() {
        let text = TokenText::new("at_", 1 << 40, &[9; 32]);
        let seen = Presented::parse(text.as_str()).unwrap();
        assert_eq!((seen.locator, seen.prefix()), (1 << 40, "at_"));
        assert_eq!(seen.digest, text.digest());
        assert_eq!(text.as_str().len(), 3 + 54 + 6);
        assert!(!format!("{text:?}{seen:?}").contains(&text.as_str()[10..20]));
    }

    #[test]
    fn one_changed_character_is_garbage() {
        let text = TokenText::new("at_", 7, &[1; 32]).as_str().to_owned();
        for at in 0..text.len() {
            let mut bent = text.clone().into_bytes();
            bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).unwrap();
            assert!(Presented::parse(&bent).is_none(), "{bent}");
        }
        for garbage in ["", "at_", "é".repeat(40).as_str(), &"A".repeat(60)] {
            assert!(Presented::parse(garbage).is_none());
        }
        let negative = TokenText::new("at_", -1, &[1; 32]);
        assert!(Presented::parse(negative.as_str()).is_none());
    }

    #[test]
    fn a_token_says_to_which_key_it_is_bound_and_nobody_can_change_that() {
        let key = Thumbprint::parse("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I").unwrap();
        let text = TokenText::bound_to(Some(&key), "at_", 1 << 40, &[9; 32]);
        let seen = Presented::parse(text.as_str()).unwrap();
        assert_eq!((seen.locator, seen.prefix()), (1 << 40, "at_"));
        assert!(seen.is_bound() && seen.key() == Some(key));
        assert_eq!(text.as_str().len(), 3 + 54 + 44 + 6);
        let free = TokenText::new("at_", 1 << 40, &[9; 32]);
        let free = Presented::parse(free.as_str()).unwrap();
        assert!(!free.is_bound() && free.key().is_none());
        assert_ne!(
            free.digest, seen.digest,
            "without its key it is another token"
        );
        let text = text.as_str();
        for at in 0..text.len() {
            let mut bent = text.to_owned().into_bytes();
            bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).unwrap();
            assert!(Presented::parse(&bent).is_none(), "{bent}");
        }
        // The last bits of 43 characters say nothing: there is one spelling.
        let mut other = text[..text.len() - 7].to_owned();
        other.push('J');
        push_checksum(&mut other);
        assert!(Presented::parse(&other).is_none());
    }

    #[test]
    fn a_jwt_says_to_which_key_it_is_bound() {
        let key = jose::SigningKey::generate(jose::SigningAlgorithm::EdDsa);
        let made = |cnf: &str| {
            let claims = format!(r#"{{"jti":"7"{cnf}}}"#);
            let text = jose::jws::sign(&key, "at+jwt", claims.as_bytes());
            let seen = Presented::parse_jwt(&text).unwrap();
            (seen.is_bound(), seen.key().map(|key| key.text()))
        };
        let jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
        assert_eq!(made(""), (false, None));
        let bound = made(&format!(r#","cnf":{{"jkt":"{jkt}"}}"#));
        assert_eq!(bound, (true, Some(jkt.to_owned())));
        // Bound to what nobody here can prove: it works for nobody.
        for other in [r#","cnf":{}"#, r#","cnf":null"#, r#","cnf":{"jkt":"x"}"#] {
            assert_eq!(made(other), (true, None), "{other}");
        }
    }

    #[test]
    fn a_jwt_is_an_access_token_by_its_type_alone_and_names_its_row() {
        let key = jose::SigningKey::generate(jose::SigningAlgorithm::EdDsa);
        let made = |typ: &str, claims: &str| jose::jws::sign(&key, typ, claims.as_bytes());
        let claims = format!(r#"{{"jti":"{}"}}"#, base62(1 << 40));
        for typ in ["at+jwt", "application/at+jwt", "AT+JWT"] {
            let text = made(typ, &claims);
            let seen = Presented::parse_jwt(&text).unwrap();
            assert_eq!((seen.locator, seen.prefix()), (1 << 40, ""));
            assert_eq!(seen.digest, TokenText::of_jwt(text).digest());
        }
        for typ in ["JWT", "logout+jwt", "client-authentication+jwt", ""] {
            assert!(Presented::parse_jwt(&made(typ, &claims)).is_none(), "{typ}");
        }
        for claims in [
            "{}",
            r#"{"jti":"0"}"#,
            r#"{"jti":7}"#,
            r#"{"jti":"a-b"}"#,
            "x",
        ] {
            assert!(Presented::parse_jwt(&made("at+jwt", claims)).is_none());
        }
        assert!(Presented::parse(&made("at+jwt", &claims)).is_none());
        assert!(Presented::parse_jwt("at_x").is_none());
    }

    #[test]
    fn base62_reads_back() {
        for id in [0, 1, 61, 62, 1 << 62, u64::MAX] {
            assert_eq!(from_base62(&base62(id)), Some(id));
        }
        for bad in ["", "01", "a-b", "zzzzzzzzzzzzzzzz"] {
            assert_eq!(from_base62(bad), None);
        }
    }
}
