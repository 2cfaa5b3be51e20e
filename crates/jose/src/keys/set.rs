//! A set of public keys (RFC 7517 §5).
use crate::alg::Algorithm;
use crate::json::{self, JsonFault};
use crate::jwk::KeyFault;
use crate::keys::VerifyingKey;
use serde_json::{Map, Value};

/// Longest text of a set, in bytes.
const LONGEST_SET: usize = 256 * 1_024;
/// Keys in a set, at most, those that are passed over included.
pub const MOST_KEYS: usize = 100;

/// Public keys that one party publishes.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<VerifyingKey>,
    passed_over: Vec<(usize, KeyFault)>,
}

impl KeySet {
    /// Reads a set. Keys that are not understood, too weak or no keys are passed over (§5) and told of by
    /// [`KeySet::passed_over`]; they make nothing of the rest doubtful. A private key in a set does: the set is refused.
    ///
    /// # Errors
    /// What the fault says of the whole set.
    pub fn parse(text: &[u8]) -> Result<Self, KeyFault> {
        let members = json::object(text, LONGEST_SET)?;
        let keys = members.get("keys").ok_or(KeyFault::Missing("keys"))?;
        let keys = keys.as_array().ok_or(KeyFault::Member("keys"))?;
        if keys.len() > MOST_KEYS {
            return Err(KeyFault::TooManyKeys);
        }
        let mut set = KeySet::default();
        for (at, key) in keys.iter().enumerate() {
            let members = key.as_object().ok_or(JsonFault::NotAnObject)?;
            match VerifyingKey::read(members) {
                Ok(key) => set.keys.push(key),
                Err(KeyFault::Private) => return Err(KeyFault::Private),
                Err(fault) => set.passed_over.push((at, fault)),
            }
        }
        Ok(set)
    }

    /// The keys that can be used.
    pub fn keys(&self) -> &[VerifyingKey] {
        &self.keys
    }

    /// The places, from 0, of those that cannot, and why not.
    pub fn passed_over(&self) -> &[(usize, KeyFault)] {
        &self.passed_over
    }

    /// Those that may have made a signature by `algorithm` and this `kid`: a key fits if it may be used with the
    /// algorithm and is not named otherwise. More than one may have one name.
    pub(crate) fn fitting<'a>(
        &'a self,
        algorithm: Algorithm,
        kid: Option<&'a str>,
    ) -> impl Iterator<Item = &'a VerifyingKey> {
        self.keys.iter().filter(move |key| {
            let other = |(kid, own): (&str, &str)| kid != own;
            key.fits(algorithm) && !kid.zip(key.jwk().kid()).is_some_and(other)
        })
    }

    /// It as JSON.
    pub fn json(&self) -> String {
        let keys = self
            .keys
            .iter()
            .map(|key| Value::Object(key.jwk().members()));
        let members = Map::from_iter([("keys".to_owned(), keys.collect())]);
        Value::Object(members).to_string()
    }
}

impl FromIterator<VerifyingKey> for KeySet {
    fn from_iter<I: IntoIterator<Item = VerifyingKey>>(keys: I) -> Self {
        KeySet {
            keys: keys.into_iter().collect(),
            passed_over: Vec::new(),
        }
    }
}
