//! Sealing at rest: under keys that the server has, for what it must be able to read again (AES-256-GCM). The newest
//! key seals, all open. What is sealed is bound to what it is for and to the row it is in, so it opens nowhere else.
use crate::keyed::joined;
use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::fmt;

/// The first byte of everything sealed: the format below.
const VERSION: u8 = 1;
const ID: usize = 8;
const NONCE: usize = 12;

const SEALS: &[&[u8]] = &[b"valetkey sealing at rest v1"];
const NAMES: &[&[u8]] = &[b"valetkey sealing key id v1"];

/// What a prepared key is marked with.
const NEXT: &str = "next";

/// A key's name, which follows from the key and tells nothing of it: 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; ID]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Bytes that were sealed: version, id of the key, nonce, ciphertext and tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Read back from storage.
    pub fn from_stored(bytes: Vec<u8>) -> Self {
        Sealed(bytes)
    }

    /// As it is stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key that sealed it; `None` when this was never sealed here.
    pub fn key(&self) -> Option<KeyId> {
        self.parts().map(|(id, ..)| id)
    }

    fn parts(&self) -> Option<(KeyId, &[u8], &[u8])> {
        let rest = self.0.strip_prefix(&[VERSION])?;
        let (id, rest) = rest.split_first_chunk::<ID>()?;
        let (nonce, body) = rest.split_at_checked(NONCE)?;
        Some((KeyId(*id), nonce, body))
    }
}

/// Why something sealed was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unopened {
    /// It has not the form of anything sealed.
    Malformed,
    /// The key that sealed it is not among ours.
    UnknownKey(KeyId),
    /// It was changed, or sealed for another purpose or row.
    Altered,
}

impl fmt::Display for Unopened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unopened::Malformed => f.write_str("it is not sealed as this version does it"),
            Unopened::UnknownKey(id) => {
                write!(f, "it was sealed under the key {id}, which is not here")
            }
            Unopened::Altered => f.write_str("it was altered, or belongs elsewhere"),
        }
    }
}

impl std::error::Error for Unopened {}

/// What is wrong with the text of keys. It never holds a part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysFault {
    /// There is no key that seals.
    None,
    /// The key of this number, from 1, is not 32 bytes in base64.
    NotAKey(usize),
    /// The key of this number was there before.
    Twice(usize),
}

impl fmt::Display for KeysFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeysFault::None => f.write_str("there is no key in it"),
            KeysFault::NotAKey(at) => write!(f, "its key {at} is not 32 bytes in base64"),
            KeysFault::Twice(at) => write!(f, "its key {at} was there before"),
        }
    }
}

impl std::error::Error for KeysFault {}

/// Keys as their file has them: in base64, one a line or with commas between, the newest last. One behind the word
/// `next` opens and does not seal yet. `#` begins a comment.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys(Vec<Key>);

#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    secret: [u8; 32],
    is_next: bool,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({} keys)", self.0.len())
    }
}

impl Keys {
    /// One new key.
    pub fn new() -> Self {
        Keys(vec![Key::new(false)])
    }

    /// Reads them.
    ///
    /// # Errors
    /// [`KeysFault`].
    pub fn parse(text: &str) -> Result<Self, KeysFault> {
        let lines = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default());
        let words = lines.flat_map(|line| line.split([' ', '\t', ',', '\r']));
        let mut keys: Vec<Key> = Vec::new();
        let mut is_next = false;
        for word in words.filter(|word| !word.is_empty()) {
            if word == NEXT && !is_next {
                is_next = true;
                continue;
            }
            let at = keys.len() + 1;
            let secret = secret(word).ok_or(KeysFault::NotAKey(at))?;
            if keys.iter().any(|key| key.secret == secret) {
                return Err(KeysFault::Twice(at));
            }
            keys.push(Key { secret, is_next });
            is_next = false;
        }
        match keys.iter().any(|key| !key.is_next) {
            true if !is_next => Ok(Keys(keys)),
            true => Err(KeysFault::NotAKey(keys.len() + 1)),
            false => Err(KeysFault::None),
        }
    }

    /// As their file has them.
    pub fn to_text(&self) -> String {
        let line = |key: &Key| {
            let mark = if key.is_next { "next " } else { "" };
            format!("{mark}{}\n", URL_SAFE_NO_PAD.encode(key.secret))
        };
        self.0.iter().map(line).collect()
    }

    /// Whether a key is prepared.
    pub fn has_next(&self) -> bool {
        self.0.iter().any(|key| key.is_next)
    }

    /// Prepares a new key: it opens, and seals after the next rotation.
    pub fn prepare(&mut self) {
        self.0.push(Key::new(true));
    }

    /// Has another key seal: the prepared one, or a new one.
    pub fn rotate(&mut self) {
        let mut key = match self.0.iter().position(|key| key.is_next) {
            Some(at) => self.0.remove(at),
            None => Key::new(false),
        };
        key.is_next = false;
        self.0.push(key);
    }

    /// The keys, ready to seal and open.
    pub fn ring(&self) -> KeyRing {
        let keys = self.0.iter().map(|key| RingKey::of(&key.secret));
        KeyRing {
            seals: self.0.iter().rposition(|key| !key.is_next).unwrap_or(0),
            next: self.0.iter().map(|key| key.is_next).collect(),
            keys: keys.collect(),
        }
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self::new()
    }
}

impl Key {
    fn new(is_next: bool) -> Self {
        Key {
            secret: crate::random::bytes(),
            is_next,
        }
    }
}

/// Base64 of either alphabet, with padding or without.
fn secret(word: &str) -> Option<[u8; 32]> {
    let word = word
        .trim_end_matches('=')
        .replace('+', "-")
        .replace('/', "_");
    URL_SAFE_NO_PAD.decode(word).ok()?.try_into().ok()
}

/// What a key is to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It seals, and opens.
    Seals,
    /// It opens what was sealed under it.
    Opens,
    /// It opens, and seals after the next rotation.
    Next,
}

/// Keys to seal and open with.
pub struct KeyRing {
    keys: Vec<RingKey>,
    next: Vec<bool>,
    seals: usize,
}

struct RingKey {
    id: KeyId,
    key: RandomizedNonceKey,
}

impl RingKey {
    fn of(secret: &[u8; 32]) -> Self {
        let derived = Salt::new(HKDF_SHA256, b"valetkey").extract(secret);
        let [key, name] = [SEALS, NAMES].map(|info| expand(&derived, info));
        let mut id = [0; ID];
        id.copy_from_slice(&name[..ID]);
        RingKey {
            id: KeyId(id),
            key: RandomizedNonceKey::new(&AES_256_GCM, &key).expect("32 bytes are an AES-256 key"),
        }
    }
}

fn expand(derived: &Prk, info: &[&[u8]]) -> [u8; 32] {
    let mut bytes = [0; 32];
    derived
        .expand(info, HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut bytes))
        .expect("32 bytes are a valid HKDF length");
    bytes
}

impl KeyRing {
    /// Seals `plain` for a purpose and the row `id`.
    pub fn seal(&self, purpose: &str, id: &[u8], plain: &[u8]) -> Sealed {
        let RingKey { id: name, key } = &self.keys[self.seals];
        let mut body = plain.to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(bound(*name, purpose, id)), &mut body)
            .expect("AES-GCM seals less than 64 GiB");
        Sealed([&[VERSION], &name.0[..], nonce.as_ref(), &body].concat())
    }

    /// Opens what was sealed for the same purpose and row.
    ///
    /// # Errors
    /// [`Unopened`].
    pub fn open(&self, purpose: &str, id: &[u8], sealed: &Sealed) -> Result<Vec<u8>, Unopened> {
        let (name, nonce, body) = sealed.parts().ok_or(Unopened::Malformed)?;
        let found = self.keys.iter().find(|key| key.id == name);
        let found = found.ok_or(Unopened::UnknownKey(name))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unopened::Malformed)?;
        let mut body = body.to_vec();
        let aad = Aad::from(bound(name, purpose, id));
        let opened = found.key.open_in_place(nonce, aad, &mut body);
        let length = opened.map_err(|_| Unopened::Altered)?.len();
        body.truncate(length);
        Ok(body)
    }

    /// The key that seals.
    pub fn seals(&self) -> KeyId {
        self.keys[self.seals].id
    }

    /// All keys, as they stand in their file.
    pub fn states(&self) -> impl Iterator<Item = (KeyId, KeyState)> {
        let state = |at: usize| match self.next[at] {
            true => KeyState::Next,
            false if at == self.seals => KeyState::Seals,
            false => KeyState::Opens,
        };
        let keys = self.keys.iter().enumerate();
        keys.map(move |(at, key)| (key.id, state(at)))
    }
}

/// What a sealed value is bound to; parts cannot run together.
fn bound(key: KeyId, purpose: &str, id: &[u8]) -> Vec<u8> {
    joined(&[&[VERSION], &key.0, purpose.as_bytes(), id])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_for_its_own_purpose_and_row_only() {
        let ring = Keys::new().ring();
        let sealed = ring.seal("totp", b"7", b"seed");
        assert_eq!(ring.open("totp", b"7", &sealed).unwrap(), b"seed");
        for (purpose, id) in [
            ("totp", &b"8"[..]),
            ("tot", b"p7"),
            ("webhook", b"7"),
            ("", b""),
        ] {
            assert_eq!(
                ring.open(purpose, id, &sealed),
                Err(Unopened::Altered),
                "{purpose}"
            );
        }
        assert!(!sealed.as_bytes().windows(4).any(|part| part == b"seed"));
        assert_ne!(ring.seal("totp", b"7", b"seed"), sealed);
    }

    #[test]
    fn no_byte_can_be_changed_and_no_end_cut_off() {
        let ring = Keys::new().ring();
        let sealed = ring.seal("p", b"1", b"plain text");
        for at in 0..sealed.0.len() {
            let mut bent = sealed.clone();
            bent.0[at] ^= 1;
            assert!(ring.open("p", b"1", &bent).is_err(), "{at}");
            let short = Sealed(sealed.0[..at].to_vec());
            assert!(ring.open("p", b"1", &short).is_err(), "{at}");
        }
        let empty = Sealed::from_stored(Vec::new());
        assert_eq!(
            (empty.key(), ring.open("p", b"1", &empty)),
            (None, Err(Unopened::Malformed))
        );
    }

    #[test]
    fn the_newest_seals_and_all_open() {
        let mut keys = Keys::new();
        let first = keys.ring();
        let old = first.seal("p", b"1", b"x");
        keys.rotate();
        let second = keys.ring();
        assert_ne!(first.seals(), second.seals());
        assert_eq!(old.key(), Some(first.seals()));
        assert_eq!(second.open("p", b"1", &old).unwrap(), b"x");
        let new = second.seal("p", b"1", b"x");
        assert_eq!(new.key(), Some(second.seals()));
        assert_eq!(
            first.open("p", b"1", &new),
            Err(Unopened::UnknownKey(second.seals()))
        );
        let states: Vec<_> = second.states().collect();
        assert_eq!(
            states,
            [
                (first.seals(), KeyState::Opens),
                (second.seals(), KeyState::Seals)
            ]
        );
    }

    #[test]
    fn a_prepared_key_opens_first_and_seals_after_the_rotation() {
        let mut keys = Keys::new();
        keys.prepare();
        assert!(keys.has_next());
        let prepared = Keys::parse(&keys.to_text()).unwrap().ring();
        assert_eq!(prepared.seals(), keys.ring().seals());
        let (next, state) = prepared.states().last().unwrap();
        assert_eq!(state, KeyState::Next);
        let before = prepared.seals();
        keys.rotate();
        let rotated = keys.ring();
        assert_eq!(rotated.seals(), next);
        assert!(!keys.has_next() && rotated.states().count() == 2);
        let new = rotated.seal("p", b"1", b"x");
        assert_eq!(prepared.open("p", b"1", &new).unwrap(), b"x");
        assert_ne!(before, next);
    }

    #[test]
    fn keys_are_read_as_they_are_written_and_as_others_write_them() {
        let mut keys = Keys::new();
        keys.rotate();
        keys.prepare();
        assert_eq!(Keys::parse(&keys.to_text()).unwrap(), keys);
        let raw = [0xfb; 32];
        let padded = base64::engine::general_purpose::STANDARD.encode(raw);
        let url = URL_SAFE_NO_PAD.encode(raw);
        assert!(padded.contains('+') && padded.ends_with('='));
        let other = URL_SAFE_NO_PAD.encode([1; 32]);
        let read = |text: &str| Keys::parse(text).unwrap().ring().seals();
        assert_eq!(
            read(&format!("# old\n{other}\r\n{padded} # new\n")),
            read(&url)
        );
        assert_eq!(read(&format!("{other},{url}")), read(&url));
    }

    #[test]
    fn what_is_no_key_is_told_by_its_number_and_never_shown() {
        let key = URL_SAFE_NO_PAD.encode([1; 32]);
        for (text, fault) in [
            (String::new(), KeysFault::None),
            ("# nothing".to_owned(), KeysFault::None),
            (format!("next {key}"), KeysFault::None),
            ("secret".to_owned(), KeysFault::NotAKey(1)),
            (format!("{key} {}", &key[1..]), KeysFault::NotAKey(2)),
            (format!("{key}\nnext"), KeysFault::NotAKey(2)),
            (format!("{key}\nnext next {key}"), KeysFault::NotAKey(2)),
            (format!("{key}\n{key}="), KeysFault::Twice(2)),
        ] {
            assert_eq!(Keys::parse(&text), Err(fault), "{text}");
            assert!(!fault.to_string().contains("secret"));
        }
        assert_eq!(format!("{:?}", Keys::new()), "Keys(1 keys)");
    }
}
