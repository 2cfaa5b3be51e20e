//! A private key that signs.
use super::der;
use crate::alg::{Algorithm, SigningAlgorithm};
use crate::json::{self, Object};
use crate::jwk::{self, Curve, Jwk, KeyFault, LONGEST_KEY, Material};
use crate::keys::VerifyingKey;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::{KeyRejected, Unspecified};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPairComponents, KeySize};
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};

/// A private key, for one algorithm, parsed once. Nothing shows its private part but [`SigningKey::to_pkcs8`].
pub struct SigningKey {
    pair: Pair,
    algorithm: SigningAlgorithm,
    public: Jwk,
}

enum Pair {
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl SigningKey {
    /// A new key: on P-256, of Ed25519, or RSA of 2048 bits. Its `kid` is its thumbprint.
    ///
    /// # Panics
    /// When the system has no randomness to give.
    pub fn generate(algorithm: SigningAlgorithm) -> Self {
        let pair = match algorithm {
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).map(Pair::Ec)
            }
            SigningAlgorithm::EdDsa => Ed25519KeyPair::generate().map(Pair::Ed25519),
            SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => {
                RsaKeyPair::generate(KeySize::Rsa2048).map(Pair::Rsa)
            }
        };
        let pair = pair.expect("the system's random generator answers");
        SigningKey::of(pair, algorithm).expect("a generated key is strong enough")
    }

    /// An unencrypted private key in PKCS#8 (RFC 5208, RFC 5958), in DER. Its `kid` is its thumbprint.
    ///
    /// # Errors
    /// `Rejected` where it is no such key for this algorithm; `Modulus` or `Exponent` where it is weak.
    pub fn from_pkcs8(algorithm: SigningAlgorithm, der: &[u8]) -> Result<Self, KeyFault> {
        if !der::is_one_sequence(der) {
            return Err(KeyFault::Rejected);
        }
        let pair = match algorithm {
            SigningAlgorithm::Es256 => {
                let own = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
                EcdsaKeyPair::from_pkcs8(own, der).map(Pair::Ec)
            }
            SigningAlgorithm::EdDsa => Ed25519KeyPair::from_pkcs8(der).map(Pair::Ed25519),
            SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => {
                RsaKeyPair::from_pkcs8(der).map(Pair::Rsa)
            }
        };
        SigningKey::of(pair.map_err(|_| KeyFault::Rejected)?, algorithm)
    }

    /// The same, in PEM.
    ///
    /// # Errors
    /// `Pem` where there is none; else as [`SigningKey::from_pkcs8`].
    pub fn from_pem(algorithm: SigningAlgorithm, text: &str) -> Result<Self, KeyFault> {
        let der = der::private_key_of_pem(text).ok_or(KeyFault::Pem)?;
        SigningKey::from_pkcs8(algorithm, &der)
    }

    /// A private key as JSON; its `kid` is its own or its thumbprint.
    ///
    /// # Errors
    /// What the fault says; `Algorithm` where it names another algorithm than this.
    pub fn from_jwk(algorithm: SigningAlgorithm, text: &[u8]) -> Result<Self, KeyFault> {
        let members = json::object(text, LONGEST_KEY)?;
        let public = Jwk::with_private(&members, "sign")?;
        let other = |own: Algorithm| own != algorithm.into();
        if public.algorithm.is_some_and(other) {
            return Err(KeyFault::Algorithm);
        }
        let pair = match (algorithm, &public.material) {
            (SigningAlgorithm::Es256, Material::Ec { curve, x, y }) => ec(*curve, x, y, &members)?,
            (SigningAlgorithm::EdDsa, Material::Ed25519 { x }) => ed25519(x, &members)?,
            (SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256, Material::Rsa { n, e }) => {
                rsa(n, e, &members)?
            }
            (
                SigningAlgorithm::Es256
                | SigningAlgorithm::EdDsa
                | SigningAlgorithm::Rs256
                | SigningAlgorithm::Ps256,
                Material::Ec { .. } | Material::Ed25519 { .. } | Material::Rsa { .. },
            ) => return Err(KeyFault::Algorithm),
        };
        let key = SigningKey::of(pair, algorithm)?;
        Ok(public.kid.into_iter().fold(key, SigningKey::with_kid))
    }

    fn of(pair: Pair, algorithm: SigningAlgorithm) -> Result<Self, KeyFault> {
        let material = pair.public()?;
        let public = Jwk {
            kid: Some(crate::thumbprint::thumbprint(&material)),
            algorithm: Some(algorithm.into()),
            material,
        };
        Ok(SigningKey {
            pair,
            algorithm,
            public,
        })
    }

    /// The same key under another name.
    #[must_use]
    pub fn with_kid(mut self, kid: String) -> Self {
        self.public.kid = Some(kid);
        self
    }

    /// Its name in headers and sets.
    pub fn kid(&self) -> &str {
        self.public.kid.as_deref().unwrap_or_default()
    }

    /// The algorithm that it is for.
    pub fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// Its public part, with `alg` and `kid`.
    pub fn public(&self) -> &Jwk {
        &self.public
    }

    /// What verifies what it signs.
    ///
    /// # Errors
    /// None is known: a key that signs has a public part that is one.
    pub fn verifying(&self) -> Result<VerifyingKey, KeyFault> {
        VerifyingKey::new(self.public.clone())
    }

    /// Its private part in PKCS#8, to be sealed: whoever has these bytes signs in our name.
    pub fn to_pkcs8(&self) -> Vec<u8> {
        let der = match &self.pair {
            Pair::Ec(pair) => pair.to_pkcs8v1().map(|document| document.as_ref().to_vec()),
            Pair::Ed25519(pair) => pair.to_pkcs8v1().map(|document| document.as_ref().to_vec()),
            Pair::Rsa(pair) => {
                AsDer::<Pkcs8V1Der<'_>>::as_der(pair).map(|der| der.as_ref().to_vec())
            }
        };
        der.expect("a parsed key can be written")
    }

    /// The signature of `message`, as JWS has it (RFC 7518 §3.3 to §3.5, RFC 8037 §3.1).
    ///
    /// # Panics
    /// When the system has no randomness to give.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signed = match &self.pair {
            Pair::Ec(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|made| made.as_ref().to_vec()),
            Pair::Ed25519(pair) => pair.try_sign(message).map(|made| made.as_ref().to_vec()),
            Pair::Rsa(pair) => sign_rsa(pair, self.algorithm, message),
        };
        signed.expect("a parsed key signs")
    }
}

impl Pair {
    fn public(&self) -> Result<Material, KeyFault> {
        match self {
            Pair::Ec(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = point
                    .strip_prefix(&[4])
                    .and_then(|both| both.split_at_checked(32))
                    .ok_or(KeyFault::Rejected)?;
                Ok(Material::Ec {
                    curve: Curve::P256,
                    x: x.to_vec(),
                    y: y.to_vec(),
                })
            }
            Pair::Ed25519(pair) => {
                let x = pair.public_key().as_ref().try_into();
                Material::ed25519(x.map_err(|_| KeyFault::Rejected)?)
            }
            Pair::Rsa(pair) => {
                let parts = der::rsa_components(pair.public_key().as_ref());
                let (n, e) = parts.ok_or(KeyFault::Rejected)?;
                Material::rsa(n, e)
            }
        }
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "SigningKey({}, {})",
            self.algorithm.name(),
            self.public.thumbprint()
        )
    }
}

fn sign_rsa(
    pair: &RsaKeyPair,
    algorithm: SigningAlgorithm,
    message: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    let padding = match algorithm {
        SigningAlgorithm::Ps256 => &signature::RSA_PSS_SHA256,
        SigningAlgorithm::Rs256 | SigningAlgorithm::Es256 | SigningAlgorithm::EdDsa => {
            &signature::RSA_PKCS1_SHA256
        }
    };
    let mut made = vec![0; pair.public_modulus_len()];
    pair.sign(padding, &SystemRandom::new(), message, &mut made)?;
    Ok(made)
}

fn refused(_: KeyRejected) -> KeyFault {
    KeyFault::Rejected
}

fn ec(curve: Curve, x: &[u8], y: &[u8], members: &Object) -> Result<Pair, KeyFault> {
    let d = jwk::bytes(members, "d")?;
    if curve != Curve::P256 {
        return Err(KeyFault::Algorithm);
    }
    // The whole width, as RFC 7518 §6.2.2.1 writes it.
    if d.len() != curve.width() {
        return Err(KeyFault::Member("d"));
    }
    let point = [&[4][..], x, y].concat();
    let own = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let pair = EcdsaKeyPair::from_private_key_and_public_key(own, &d, &point);
    pair.map(Pair::Ec).map_err(refused)
}

fn ed25519(x: &[u8], members: &Object) -> Result<Pair, KeyFault> {
    let d = jwk::bytes(members, "d")?;
    if d.len() != 32 {
        return Err(KeyFault::Member("d"));
    }
    let pair = Ed25519KeyPair::from_seed_and_public_key(&d, x);
    pair.map(Pair::Ed25519).map_err(refused)
}

/// A key of two primes with all that makes signing quick (RFC 7518 §6.3.2); such without is refused.
fn rsa(n: &[u8], e: &[u8], members: &Object) -> Result<Pair, KeyFault> {
    if members.contains_key("oth") {
        return Err(KeyFault::Member("oth"));
    }
    let part = |name| jwk::bytes(members, name);
    let components = KeyPairComponents {
        public_key: aws_lc_rs::rsa::PublicKeyComponents {
            n: n.to_vec(),
            e: e.to_vec(),
        },
        d: part("d")?,
        p: part("p")?,
        q: part("q")?,
        dP: part("dp")?,
        dQ: part("dq")?,
        qInv: part("qi")?,
    };
    let pair = RsaKeyPair::from_components(&components);
    pair.map(Pair::Rsa).map_err(refused)
}
