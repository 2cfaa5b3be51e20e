//! A public key that verifies.
use crate::alg::Algorithm;
use crate::json::Object;
use crate::jwk::{Jwk, KeyFault, Material};
use aws_lc_rs::signature::{self, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents};

/// A public key, proved to be one and parsed once. It knows which algorithms it may be used with, so a token cannot have
/// it used with another: that is algorithm confusion.
pub struct VerifyingKey {
    jwk: Jwk,
    parsed: Vec<(Algorithm, ParsedPublicKey)>,
}

impl VerifyingKey {
    /// Proves a key: its point is on its curve.
    ///
    /// # Errors
    /// `Rejected` where it is no key.
    pub fn new(jwk: Jwk) -> Result<Self, KeyFault> {
        let fits = |algorithm: &Algorithm| jwk.algorithm.is_none_or(|own| own == *algorithm);
        let algorithms = jwk.material.key_type().algorithms().filter(fits);
        let parsed = algorithms
            .map(|algorithm| Ok((algorithm, parsed(algorithm, &jwk.material)?)))
            .collect::<Result<_, KeyFault>>()?;
        Ok(VerifyingKey { jwk, parsed })
    }

    /// Reads and proves one public key.
    ///
    /// # Errors
    /// What the fault says.
    pub fn parse(text: &[u8]) -> Result<Self, KeyFault> {
        VerifyingKey::new(Jwk::parse(text)?)
    }

    /// Reads and proves one public key from its members.
    ///
    /// # Errors
    /// What the fault says.
    pub fn read(members: &Object) -> Result<Self, KeyFault> {
        VerifyingKey::new(Jwk::read(members)?)
    }

    /// It as JSON says it.
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Whether it may be used with this algorithm.
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        self.parsed.iter().any(|(own, _)| *own == algorithm)
    }

    /// Whether `signature` is one of `message` by this key and algorithm; `false` for an algorithm that does not fit.
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let own = self.parsed.iter().find(|(own, _)| *own == algorithm);
        own.is_some_and(|(_, key)| key.verify_sig(message, signature).is_ok())
    }
}

impl std::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VerifyingKey({})", self.jwk.thumbprint())
    }
}

/// The key as the library verifies with it. An EC key is checked to be a point on its curve, and not at infinity.
fn parsed(algorithm: Algorithm, material: &Material) -> Result<ParsedPublicKey, KeyFault> {
    let key = match material {
        Material::Ec { x, y, .. } => {
            let point = [&[4][..], x, y].concat();
            let own = match algorithm {
                Algorithm::Es256 => &signature::ECDSA_P256_SHA256_FIXED,
                Algorithm::Es384 => &signature::ECDSA_P384_SHA384_FIXED,
                Algorithm::Es512 => &signature::ECDSA_P521_SHA512_FIXED,
                Algorithm::EdDsa
                | Algorithm::Rs256
                | Algorithm::Rs384
                | Algorithm::Rs512
                | Algorithm::Ps256
                | Algorithm::Ps384
                | Algorithm::Ps512 => return Err(KeyFault::Algorithm),
            };
            ParsedPublicKey::new(own, point)
        }
        Material::Ed25519 { x } => ParsedPublicKey::new(&signature::ED25519, x),
        Material::Rsa { n, e } => {
            let parameters = rsa(algorithm).ok_or(KeyFault::Algorithm)?;
            RsaPublicKeyComponents { n, e }.to_parsed_public_key(parameters)
        }
    };
    key.map_err(|_| KeyFault::Rejected)
}

fn rsa(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        Algorithm::Rs256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Ps256 => Some(&signature::RSA_PSS_2048_8192_SHA256),
        Algorithm::Ps384 => Some(&signature::RSA_PSS_2048_8192_SHA384),
        Algorithm::Ps512 => Some(&signature::RSA_PSS_2048_8192_SHA512),
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 | Algorithm::EdDsa => None,
    }
}
