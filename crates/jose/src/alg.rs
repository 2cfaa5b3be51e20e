//! The signature algorithms of JOSE that we know (RFC 7518 §3, RFC 8037 §3.1), and the keys that they are for.
//! There is no `none` and no HMAC among them: neither can be allowed by mistake.

use aws_lc_rs::digest;

/// A signature algorithm, as `alg` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// Ed25519.
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256 and a salt as long as its digest.
    Ps256,
    /// RSASSA-PSS with SHA-384 and a salt as long as its digest.
    Ps384,
    /// RSASSA-PSS with SHA-512 and a salt as long as its digest.
    Ps512,
}

impl Algorithm {
    /// All that we verify.
    pub const ALL: [Algorithm; 10] = [
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::Es512,
        Algorithm::EdDsa,
        Algorithm::Rs256,
        Algorithm::Rs384,
        Algorithm::Rs512,
        Algorithm::Ps256,
        Algorithm::Ps384,
        Algorithm::Ps512,
    ];

    /// Its registered name.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Es256 => "ES256",
            Algorithm::Es384 => "ES384",
            Algorithm::Es512 => "ES512",
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Rs256 => "RS256",
            Algorithm::Rs384 => "RS384",
            Algorithm::Rs512 => "RS512",
            Algorithm::Ps256 => "PS256",
            Algorithm::Ps384 => "PS384",
            Algorithm::Ps512 => "PS512",
        }
    }

    /// The algorithm of this name, which is case-sensitive.
    pub fn named(name: &str) -> Option<Self> {
        Algorithm::ALL.into_iter().find(|own| own.name() == name)
    }

    /// The hash that it signs; what OpenID Connect takes the left half of (`at_hash`, Core §3.1.3.6). Ed25519 has SHA-512
    /// inside.
    pub fn hash(self, bytes: &[u8]) -> Vec<u8> {
        let hash = match self {
            Algorithm::Es256 | Algorithm::Rs256 | Algorithm::Ps256 => &digest::SHA256,
            Algorithm::Es384 | Algorithm::Rs384 | Algorithm::Ps384 => &digest::SHA384,
            Algorithm::Es512 | Algorithm::Rs512 | Algorithm::Ps512 | Algorithm::EdDsa => {
                &digest::SHA512
            }
        };
        digest::digest(hash, bytes).as_ref().to_vec()
    }

    /// The only kind of key that it works with.
    pub fn key_type(self) -> KeyType {
        match self {
            Algorithm::Es256 => KeyType::P256,
            Algorithm::Es384 => KeyType::P384,
            Algorithm::Es512 => KeyType::P521,
            Algorithm::EdDsa => KeyType::Ed25519,
            Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => KeyType::Rsa,
            Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Ps512 => KeyType::Rsa,
        }
    }
}

/// A kind of key: `kty`, and the curve if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// A point on P-256.
    P256,
    /// A point on P-384.
    P384,
    /// A point on P-521.
    P521,
    /// A key of Ed25519.
    Ed25519,
    /// An RSA modulus and exponent.
    Rsa,
}

impl KeyType {
    /// The algorithms that a key of this kind may be used with.
    pub fn algorithms(self) -> impl Iterator<Item = Algorithm> {
        let fits = move |algorithm: &Algorithm| algorithm.key_type() == self;
        Algorithm::ALL.into_iter().filter(fits)
    }
}

/// An algorithm that we sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
}

impl SigningAlgorithm {
    /// All that we sign with.
    pub const ALL: [SigningAlgorithm; 4] = [
        SigningAlgorithm::Es256,
        SigningAlgorithm::EdDsa,
        SigningAlgorithm::Rs256,
        SigningAlgorithm::Ps256,
    ];

    /// The algorithm of this name, if we sign with it.
    pub fn named(name: &str) -> Option<Self> {
        let named = |own: &SigningAlgorithm| own.name() == name;
        SigningAlgorithm::ALL.into_iter().find(named)
    }

    /// Its registered name.
    pub fn name(self) -> &'static str {
        Algorithm::from(self).name()
    }
}

impl From<SigningAlgorithm> for Algorithm {
    fn from(signing: SigningAlgorithm) -> Self {
        match signing {
            SigningAlgorithm::Es256 => Algorithm::Es256,
            SigningAlgorithm::EdDsa => Algorithm::EdDsa,
            SigningAlgorithm::Rs256 => Algorithm::Rs256,
            SigningAlgorithm::Ps256 => Algorithm::Ps256,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_registry_and_nothing_else() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
        }
        for other in [
            "none", "None", "HS256", "es256", "ES256 ", "ES256K", "RSA-OAEP", "",
        ] {
            assert_eq!(Algorithm::named(other), None, "{other}");
        }
    }

    #[test]
    fn every_algorithm_is_for_one_kind_of_key() {
        for algorithm in Algorithm::ALL {
            assert!(
                algorithm
                    .key_type()
                    .algorithms()
                    .any(|own| own == algorithm)
            );
        }
        assert_eq!(KeyType::Rsa.algorithms().count(), 6);
        assert_eq!(KeyType::P521.algorithms().count(), 1);
    }
}
