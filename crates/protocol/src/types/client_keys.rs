//! The keys with which an app signs assertions in place of showing a secret (RFC 7523 §2.2).
use crate::types::UnixTime;
use jose::{Algorithm, KeyFault, KeySet, VerifyingKey, json};
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

/// Longest set of keys that is kept for an app, in bytes.
pub const LONGEST_KEYS: usize = 64 * 1_024;

/// How an app that signs assertions is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKeys {
    /// Where its public keys are.
    pub source: KeySource,
    /// The algorithms that it may sign with; none named: every one that is verified here.
    pub algorithms: Vec<Algorithm>,
    /// From when on they prove nothing: the app has another owner, who has not registered others yet.
    pub ends_at: Option<UnixTime>,
}

/// Where the public keys of an app are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// Registered with it (`jwks`).
    Set(RegisteredKeys),
    /// Published by itself, at this URL (`jwks_uri`).
    Uri(String),
}

impl ClientKeys {
    /// Whether they have not come to their end.
    pub fn are_live(&self, now: UnixTime) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }

    /// The algorithms that it may sign with.
    pub fn allowed(&self) -> &[Algorithm] {
        match self.algorithms.as_slice() {
            [] => &Algorithm::ALL,
            named => named,
        }
    }

    /// The keys that were registered with it, if they are not fetched.
    pub fn set(&self) -> Option<&RegisteredKeys> {
        match &self.source {
            KeySource::Set(own) => Some(own),
            KeySource::Uri(_) => None,
        }
    }

    /// Where its keys are fetched, if they are.
    pub fn uri(&self) -> Option<&str> {
        match &self.source {
            KeySource::Set(_) => None,
            KeySource::Uri(uri) => Some(uri),
        }
    }
}

/// Public keys that were registered, as text and read once.
#[derive(Clone)]
pub struct RegisteredKeys {
    text: Arc<str>,
    set: Arc<KeySet>,
}

impl RegisteredKeys {
    /// Reads a set of public keys (RFC 7517 §5), or one key, strictly: every key in it can be used, and no two have one
    /// name. What is kept is the keys without what else stood beside them.
    ///
    /// # Errors
    /// [`KeySetFault`].
    pub fn register(text: &str) -> Result<Self, KeySetFault> {
        if text.len() > LONGEST_KEYS {
            return Err(KeySetFault::TooLong);
        }
        let members = json::object(text.as_bytes(), LONGEST_KEYS).map_err(KeyFault::from);
        let is_one = members.map_err(KeySetFault::Set)?.contains_key("kty");
        let set = match is_one {
            true => {
                let key = VerifyingKey::parse(text.as_bytes());
                KeySet::from_iter([key.map_err(KeySetFault::Set)?])
            }
            false => KeySet::parse(text.as_bytes()).map_err(KeySetFault::Set)?,
        };
        if let Some((at, fault)) = set.passed_over().first() {
            return Err(KeySetFault::Key(at + 1, *fault));
        }
        told_apart(&set)?;
        if set.keys().is_empty() {
            return Err(KeySetFault::Empty);
        }
        Ok(RegisteredKeys {
            text: set.json().into(),
            set: Arc::new(set),
        })
    }

    /// Reads what was kept. What a later release does not take any more proves nothing.
    pub fn from_stored(text: &str) -> Self {
        RegisteredKeys {
            text: text.into(),
            set: Arc::new(KeySet::parse(text.as_bytes()).unwrap_or_default()),
        }
    }

    /// The set as JSON.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The keys.
    pub fn set(&self) -> &Arc<KeySet> {
        &self.set
    }
}

impl PartialEq for RegisteredKeys {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for RegisteredKeys {}

impl fmt::Debug for RegisteredKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegisteredKeys({})", self.set.keys().len())
    }
}

/// Reads a set that an app publishes. Keys that are not understood or too weak are passed over, as RFC 7517 §5 asks: they
/// may be there for others. An empty set is one: whoever publishes it takes every key back.
///
/// # Errors
/// [`KeySetFault`]: a private key, or two keys of one name.
pub fn published(text: &[u8]) -> Result<KeySet, KeySetFault> {
    let set = KeySet::parse(text).map_err(KeySetFault::Set)?;
    told_apart(&set)?;
    Ok(set)
}

/// Whether no key has the name of another.
fn told_apart(set: &KeySet) -> Result<(), KeySetFault> {
    let mut names = HashSet::new();
    let named = set.keys().iter().filter_map(|key| key.jwk().kid());
    for name in named {
        if !names.insert(name) {
            return Err(KeySetFault::SameName);
        }
    }
    Ok(())
}

/// Why a set of keys is not taken. It never holds a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySetFault {
    /// The whole of it.
    Set(KeyFault),
    /// The key at this place, from 1.
    Key(usize, KeyFault),
    /// Two keys have one `kid`.
    SameName,
    /// There is no key in it that can be used.
    Empty,
    /// It is longer than [`LONGEST_KEYS`].
    TooLong,
}

impl KeySetFault {
    /// What to tell the developer.
    pub fn sentence(self) -> String {
        match self {
            Self::Set(KeyFault::Private) | Self::Key(_, KeyFault::Private) => {
                "a key has its private part with it, or is a shared secret: send public keys alone, and replace this one, for it was shown to others".to_owned()
            }
            Self::Set(fault) => format!("these are no keys that are taken: {fault}"),
            Self::Key(at, fault) => format!("key {at} is not taken: {fault}"),
            Self::SameName => "two keys have the same kid: give each its own".to_owned(),
            Self::Empty => "there is no key in the set that can verify a signature".to_owned(),
            Self::TooLong => "the keys have more than 64 KiB".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jose::{SigningAlgorithm, SigningKey};

    fn key(algorithm: SigningAlgorithm) -> String {
        SigningKey::generate(algorithm).public().json()
    }

    fn named(kid: &str) -> String {
        let key = SigningKey::generate(SigningAlgorithm::Es256)
            .public()
            .json();
        let own = key.rsplit_once(r#""kid":"#).unwrap().1;
        let own = own.split('"').nth(1).unwrap();
        key.replace(own, kid)
    }

    #[test]
    fn a_set_and_one_key_are_read_alike() {
        let one = key(SigningAlgorithm::EdDsa);
        let set = format!(r#"{{"keys":[{one}]}}"#);
        let (one, set) = (
            RegisteredKeys::register(&one),
            RegisteredKeys::register(&set),
        );
        assert_eq!(one.as_ref().unwrap(), set.as_ref().unwrap());
        assert_eq!(
            RegisteredKeys::from_stored(set.unwrap().text()),
            one.unwrap()
        );
        assert!(
            RegisteredKeys::from_stored("no set")
                .set()
                .keys()
                .is_empty()
        );
    }

    #[test]
    fn what_cannot_be_told_apart_or_used_is_refused() {
        let two = format!(r#"{{"keys":[{},{}]}}"#, named("a"), named("a"));
        assert_eq!(RegisteredKeys::register(&two), Err(KeySetFault::SameName));
        assert_eq!(
            published(two.as_bytes()).unwrap_err(),
            KeySetFault::SameName
        );
        let apart = format!(r#"{{"keys":[{},{}]}}"#, named("a"), named("b"));
        assert!(RegisteredKeys::register(&apart).is_ok());
        assert_eq!(
            RegisteredKeys::register(r#"{"keys":[]}"#),
            Err(KeySetFault::Empty)
        );
        let many = vec![named("a"); 500].join(",");
        assert_eq!(
            RegisteredKeys::register(&format!(r#"{{"keys":[{many}]}}"#)),
            Err(KeySetFault::TooLong)
        );
        let small = vec![r#"{"kty":"X"}"#; 500].join(",");
        let small = format!(r#"{{"keys":[{small}]}}"#);
        let many = KeySetFault::Set(KeyFault::TooManyKeys);
        assert_eq!(RegisteredKeys::register(&small), Err(many));
        assert_eq!(published(small.as_bytes()).unwrap_err(), many);
    }

    #[test]
    fn a_private_or_a_shared_key_is_refused_wherever_it_stands() {
        let shared = r#"{"kty":"oct","k":"c2VjcmV0"}"#;
        let private = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#;
        for bad in [shared, private] {
            let set = format!(r#"{{"keys":[{},{bad}]}}"#, named("a"));
            for text in [bad, &set] {
                let fault = RegisteredKeys::register(text).unwrap_err();
                assert_eq!(fault, KeySetFault::Set(KeyFault::Private), "{text}");
                assert!(!fault.sentence().contains("nWGx"));
            }
            assert!(published(set.as_bytes()).is_err());
        }
    }

    #[test]
    fn a_weak_key_is_refused_in_a_registration_and_passed_over_elsewhere() {
        let weak = format!(r#"{{"kty":"RSA","n":"{}8","e":"AQAB"}}"#, "_".repeat(170));
        let set = format!(r#"{{"keys":[{},{weak}]}}"#, named("a"));
        let fault = RegisteredKeys::register(&set).unwrap_err();
        assert_eq!(fault, KeySetFault::Key(2, KeyFault::Modulus));
        assert_eq!(published(set.as_bytes()).unwrap().keys().len(), 1);
        let alone = format!(r#"{{"keys":[{weak}]}}"#);
        assert!(published(alone.as_bytes()).unwrap().keys().is_empty());
    }
}
