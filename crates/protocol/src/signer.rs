//! What signs in the provider's name, as rules see it.
use crate::signing_keys::SigningAlgorithm;
use crate::types::UnixTime;
use jose::jwt::{self, Claims, Expected, JwtFault};
use jose::{Algorithm, KeySet, SigningKey};
use std::sync::Arc;

/// How far the clocks of this provider's nodes may be apart, in seconds.
const LEEWAY: i64 = 10;

/// The provider's own keys. Rules are given one, so tests can give their own.
pub trait Signer: Send + Sync {
    /// The JWT of these claims, of this `typ`, by the key of this algorithm that signs now; `None` where none does.
    fn sign(&self, algorithm: SigningAlgorithm, typ: &str, claims: &Claims) -> Option<String>;

    /// What a JWT says that one of the keys signed, whether it still signs or not.
    ///
    /// # Errors
    /// [`JwtFault`], also where it is of another type or time.
    fn read(&self, text: &str, wanted: Wanted<'_>, now: UnixTime) -> Result<Claims, JwtFault>;
}

/// Which of the provider's JWTs is read.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// What `typ` must be.
    pub typ: &'a str,
    /// Who must have issued it: the provider itself.
    pub issuer: &'a str,
    /// Whether one whose time is over is taken too.
    pub expired: bool,
}

/// Keys that were opened.
#[derive(Debug, Default, Clone)]
pub struct OwnKeys {
    /// Those that sign, one of an algorithm at most.
    pub signing: Vec<Arc<SigningKey>>,
    /// Those that verify: whatever is published.
    pub published: Arc<KeySet>,
}

impl Signer for OwnKeys {
    fn sign(&self, algorithm: SigningAlgorithm, typ: &str, claims: &Claims) -> Option<String> {
        let mut keys = self.signing.iter();
        let key = keys.find(|key| key.algorithm() == algorithm)?;
        Some(jwt::sign(key, typ, claims))
    }

    fn read(&self, text: &str, wanted: Wanted<'_>, now: UnixTime) -> Result<Claims, JwtFault> {
        let signs = SigningAlgorithm::ALL.map(Algorithm::from);
        let types = [wanted.typ];
        let expected = Expected {
            algorithms: &signs,
            types: &types,
            untyped: false,
            issuer: Some(wanted.issuer),
            audience: None,
            leeway: if wanted.expired { i64::MAX } else { LEEWAY },
        };
        jwt::verify(text, &self.published, &expected, now.0)
    }
}
