//! Signed text: JWS in its compact serialization (RFC 7515). No other is read.
use crate::alg::Algorithm;
use crate::base64url;
use crate::json::{self, JsonFault, Object};
use crate::jwk::LONGEST_KID;
use crate::keys::{KeySet, SigningKey, VerifyingKey};
use serde_json::Value;

/// Longest JWS that is read, in bytes.
pub const LONGEST: usize = 64 * 1_024;
/// Longest header, in bytes of JSON. One that carries its key has less than 2,000.
const LONGEST_HEADER: usize = 8 * 1_024;
/// Signatures that are tried for one JWS, at most: what a stranger may have us compute.
const MOST_TRIES: usize = 8;

/// Why something is not a JWS that we take. It never holds a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsFault {
    /// It is longer than what is read here.
    #[error("it is too long")]
    TooLong,
    /// It is not three parts in base64url with points between.
    #[error("it is not three parts in base64url")]
    Malformed,
    /// It has the five parts of something encrypted (RFC 7516).
    #[error("it is encrypted")]
    Encrypted,
    /// Its payload is not in it (RFC 7515, appendix F).
    #[error("its payload is not in it")]
    Detached,
    /// Its payload is another JWT (RFC 7519 §5.2).
    #[error("it is nested")]
    Nested,
    /// Its header cannot be read.
    #[error("its header is not read: {0}")]
    Header(JsonFault),
    /// A member of its header is missing, or has not the form that it must have.
    #[error("the member `{0}` of its header is missing or malformed")]
    Member(&'static str),
    /// It says that it is not signed.
    #[error("it is not signed")]
    Unsecured,
    /// Its `alg` is none that we know, or none that is allowed here.
    #[error("its algorithm is not allowed")]
    Algorithm,
    /// It says that something must be understood that we do not (RFC 7515 §4.1.11).
    #[error("it demands an extension")]
    Critical,
    /// Its `typ` is not what is expected here.
    #[error("it is of another type")]
    Type,
    /// No key is of its name, type and algorithm.
    #[error("no key fits")]
    NoKey,
    /// More keys fit than are tried.
    #[error("too many keys fit")]
    TooManyKeys,
    /// No key that fits made its signature.
    #[error("its signature is wrong")]
    Signature,
}

/// What a JWS says of itself. Before the signature was verified, somebody said it.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    algorithm: Algorithm,
    members: Object,
}

impl Header {
    fn parse(text: &[u8]) -> Result<Self, JwsFault> {
        let members = json::object(text, LONGEST_HEADER).map_err(JwsFault::Header)?;
        // We understand no extension, `b64` (RFC 7797) included; so whatever must be understood is not.
        if members.contains_key("crit") || members.contains_key("b64") {
            return Err(JwsFault::Critical);
        }
        if members.contains_key("enc") || members.contains_key("zip") {
            return Err(JwsFault::Encrypted);
        }
        let named = text_of(&members, "alg")?.ok_or(JwsFault::Member("alg"))?;
        if named.eq_ignore_ascii_case("none") {
            return Err(JwsFault::Unsecured);
        }
        let algorithm = Algorithm::named(named).ok_or(JwsFault::Algorithm)?;
        if text_of(&members, "kid")?.is_some_and(|kid| kid.len() > LONGEST_KID) {
            return Err(JwsFault::Member("kid"));
        }
        text_of(&members, "typ")?;
        if text_of(&members, "cty")?.is_some_and(|cty| is_media_type(cty, "JWT")) {
            return Err(JwsFault::Nested);
        }
        Ok(Header { algorithm, members })
    }

    /// Its `alg`.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.members.get("kid").and_then(Value::as_str)
    }

    /// Its `typ`.
    pub fn typ(&self) -> Option<&str> {
        self.members.get("typ").and_then(Value::as_str)
    }

    /// Whether its `typ` is this; letters of any case are the same, and `application/` may be left out
    /// (RFC 7515 §4.1.9).
    pub fn is_type(&self, typ: &str) -> bool {
        self.typ().is_some_and(|own| is_media_type(own, typ))
    }

    /// Another member. `jku`, `jwk`, `x5u` and `x5c` are such: nothing here takes a key from them. Who does so for a proof
    /// of possession knows that the key is the sender's own choice.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }
}

fn is_media_type(own: &str, typ: &str) -> bool {
    let short = |name: &str| {
        let name = name.to_ascii_lowercase();
        match name.strip_prefix("application/") {
            Some(rest) if !rest.contains('/') => rest.to_owned(),
            Some(_) | None => name,
        }
    };
    short(own) == short(typ)
}

fn text_of<'a>(members: &'a Object, name: &'static str) -> Result<Option<&'a str>, JwsFault> {
    let Some(value) = members.get(name) else {
        return Ok(None);
    };
    value.as_str().map(Some).ok_or(JwsFault::Member(name))
}

/// A JWS that was read. Nothing in it is proved.
#[derive(Debug, Clone, PartialEq)]
pub struct Unverified<'a> {
    header: Header,
    signed: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Unverified<'a> {
    /// Reads a JWS.
    ///
    /// # Errors
    /// What the fault says.
    pub fn parse(text: &'a str) -> Result<Self, JwsFault> {
        if text.len() > LONGEST {
            return Err(JwsFault::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(JwsFault::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(JwsFault::Malformed)?;
        match payload.matches('.').count() {
            0 => {}
            2 => return Err(JwsFault::Encrypted),
            _ => return Err(JwsFault::Malformed),
        }
        let bytes = |part: &str| base64url::decode(part).ok_or(JwsFault::Malformed);
        let (header, signature) = (Header::parse(&bytes(header)?)?, bytes(signature)?);
        if payload.is_empty() {
            return Err(JwsFault::Detached);
        }
        Ok(Unverified {
            header,
            signed,
            payload: bytes(payload)?,
            signature,
        })
    }

    /// What it says of itself: what helps to find the key.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What anybody may have written: whose keys to look for, and nothing that is acted on.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// What it says, if a key of the set made its signature. Of one name, each key that fits is tried, eight at most.
    ///
    /// # Errors
    /// `Algorithm` before any key is looked at; `NoKey` where a set that was fetched anew might have one.
    pub fn verify(self, keys: &KeySet, allowed: &[Algorithm]) -> Result<Verified, JwsFault> {
        self.allow(allowed)?;
        let fitting = || keys.fitting(self.header.algorithm, self.header.kid());
        let count = fitting().count();
        if count > MOST_TRIES {
            return Err(JwsFault::TooManyKeys);
        }
        if fitting().any(|key| self.is_by(key)) {
            return Ok(self.proved());
        }
        // A key that has no name fits any; the one that is named may be in a newer set.
        let kid = self.header.kid();
        let known = |key: &VerifyingKey| kid.is_none() || key.jwk().kid() == kid;
        Err(match fitting().any(known) {
            true => JwsFault::Signature,
            false => JwsFault::NoKey,
        })
    }

    /// What it says, if this key made its signature, whatever its name.
    ///
    /// # Errors
    /// `Algorithm`, `NoKey` where the key is for another algorithm, `Signature`.
    pub fn verify_by(
        self,
        key: &VerifyingKey,
        allowed: &[Algorithm],
    ) -> Result<Verified, JwsFault> {
        self.allow(allowed)?;
        if !key.fits(self.header.algorithm) {
            return Err(JwsFault::NoKey);
        }
        if !self.is_by(key) {
            return Err(JwsFault::Signature);
        }
        Ok(self.proved())
    }

    fn allow(&self, allowed: &[Algorithm]) -> Result<(), JwsFault> {
        let allowed = allowed.contains(&self.header.algorithm);
        allowed.then_some(()).ok_or(JwsFault::Algorithm)
    }

    fn is_by(&self, key: &VerifyingKey) -> bool {
        key.verify(
            self.header.algorithm,
            self.signed.as_bytes(),
            &self.signature,
        )
    }

    fn proved(self) -> Verified {
        Verified {
            header: self.header,
            payload: self.payload,
        }
    }
}

/// What a JWS says whose signature was verified; nothing else makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    header: Header,
    payload: Vec<u8>,
}

impl Verified {
    /// What it says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What was signed.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }
}

/// The JWS of a payload, with `alg`, `kid` and this `typ` in its header.
///
/// # Panics
/// When the system has no randomness to give.
pub fn sign(key: &SigningKey, typ: &str, payload: &[u8]) -> String {
    let text = |value: &str| Value::from(value).to_string();
    let (algorithm, kid, typ) = (key.algorithm().name(), text(key.kid()), text(typ));
    let header = format!(r#"{{"alg":"{algorithm}","kid":{kid},"typ":{typ}}}"#);
    let mut out = String::with_capacity((header.len() + payload.len()) * 4 / 3 + 352);
    base64url::encode_onto(header.as_bytes(), &mut out);
    out.push('.');
    base64url::encode_onto(payload, &mut out);
    let signature = key.sign(out.as_bytes());
    out.push('.');
    base64url::encode_onto(&signature, &mut out);
    out
}
