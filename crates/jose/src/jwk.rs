//! Public keys as JSON (RFC 7517; RFC 7518 §6, RFC 8037 §2), read strictly.
use crate::alg::{Algorithm, KeyType};
use crate::base64url;
use crate::json::{self, JsonFault, Object};
use serde_json::Value;

/// Longest text of one key, in bytes; an RSA key of 8192 bits with its private members has about 6,500.
pub const LONGEST_KEY: usize = 16 * 1_024;
/// Longest `kid`, in bytes.
pub(crate) const LONGEST_KID: usize = 256;

/// Members that nobody but the owner of a key may know (RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The points of Ed25519 whose order divides eight, in every spelling: their second coordinates modulo 2²⁵⁵ - 19, and
/// those of which it takes the prime away. The sign of the first coordinate makes no difference.
const SMALL_ORDER: [[u8; 32]; 7] = [
    between(0, 0, 0),
    between(1, 0, 0),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    between(0xec, 0xff, 0x7f),
    between(0xed, 0xff, 0x7f),
    between(0xee, 0xff, 0x7f),
];

/// 32 bytes, all but the first and the last of them alike.
const fn between(first: u8, all: u8, last: u8) -> [u8; 32] {
    let mut bytes = [all; 32];
    (bytes[0], bytes[31]) = (first, last);
    bytes
}

/// Why a key is refused. It never holds a part of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Its text cannot be read.
    #[error("the key is not read: {0}")]
    Json(#[from] JsonFault),
    /// A member that such a key must have is missing.
    #[error("the key has no member `{0}`")]
    Missing(&'static str),
    /// A member has not the form that it must have.
    #[error("the member `{0}` of the key is malformed")]
    Member(&'static str),
    /// Its `kty` is none that we verify with.
    #[error("the key is of an unknown type")]
    KeyType,
    /// Its `crv` is none that we verify with.
    #[error("the key is on an unknown curve")]
    Curve,
    /// It is given as a public key and has private members.
    #[error("the key has private members")]
    Private,
    /// Its modulus has less than 2048 or more than 8192 bits, or is even.
    #[error("the RSA modulus is even, below 2048 bits or above 8192")]
    Modulus,
    /// Its public exponent is even, below 65537, or of more than 33 bits.
    #[error("the RSA exponent is even, below 65537 or above 33 bits")]
    Exponent,
    /// It is a point of Ed25519 with which one signature fits many messages.
    #[error("the key of Ed25519 is of small order")]
    SmallOrder,
    /// Its `use` or `key_ops` says that it is not for signatures.
    #[error("the key is not for signatures")]
    NotForSignatures,
    /// Its `alg` is unknown, or for another type of key.
    #[error("the key is for an algorithm that does not fit it")]
    Algorithm,
    /// It is a point that is not on its curve, or its parts contradict each other.
    #[error("the key is no key")]
    Rejected,
    /// It is text that should be PEM with a private key in PKCS#8, and is not.
    #[error("the text holds no private key in PKCS#8")]
    Pem,
    /// A set has more keys than a set may have.
    #[error("there are too many keys in the set")]
    TooManyKeys,
}

/// An elliptic curve of ECDSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
}

impl Curve {
    const ALL: [Curve; 3] = [Curve::P256, Curve::P384, Curve::P521];

    /// Its name in `crv`.
    pub fn name(self) -> &'static str {
        match self {
            Curve::P256 => "P-256",
            Curve::P384 => "P-384",
            Curve::P521 => "P-521",
        }
    }

    /// Bytes of a coordinate, leading zeros included (RFC 7518 §6.2.1.2).
    pub(crate) fn width(self) -> usize {
        match self {
            Curve::P256 => 32,
            Curve::P384 => 48,
            Curve::P521 => 66,
        }
    }
}

/// What makes a public key what it is. Numbers are big-endian.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Material {
    /// A point; its coordinates have the full width of the curve.
    Ec {
        /// The curve.
        curve: Curve,
        /// Its first coordinate.
        x: Vec<u8>,
        /// Its second coordinate.
        y: Vec<u8>,
    },
    /// A key of Ed25519.
    Ed25519 {
        /// Its 32 bytes (RFC 8032 §5.1.5).
        x: [u8; 32],
    },
    /// An RSA key, its numbers without leading zeros.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The public exponent.
        e: Vec<u8>,
    },
}

impl Material {
    /// The kind of key that this is.
    pub fn key_type(&self) -> KeyType {
        match self {
            Material::Ec { curve, .. } => match curve {
                Curve::P256 => KeyType::P256,
                Curve::P384 => KeyType::P384,
                Curve::P521 => KeyType::P521,
            },
            Material::Ed25519 { .. } => KeyType::Ed25519,
            Material::Rsa { .. } => KeyType::Rsa,
        }
    }

    /// From the members of a key, public or private.
    pub(crate) fn read(members: &Object) -> Result<Self, KeyFault> {
        match text(members, "kty")?.ok_or(KeyFault::Missing("kty"))? {
            "EC" => Material::ec(members),
            "OKP" => Material::okp(members),
            "RSA" => Material::rsa(bytes(members, "n")?, bytes(members, "e")?),
            _ => Err(KeyFault::KeyType),
        }
    }

    fn ec(members: &Object) -> Result<Self, KeyFault> {
        let name = text(members, "crv")?.ok_or(KeyFault::Missing("crv"))?;
        let curve = Curve::ALL.into_iter().find(|curve| curve.name() == name);
        let curve = curve.ok_or(KeyFault::Curve)?;
        let coordinate = |name| {
            let bytes = bytes(members, name)?;
            let whole = bytes.len() == curve.width();
            whole.then_some(bytes).ok_or(KeyFault::Member(name))
        };
        let (x, y) = (coordinate("x")?, coordinate("y")?);
        Ok(Material::Ec { curve, x, y })
    }

    fn okp(members: &Object) -> Result<Self, KeyFault> {
        let name = text(members, "crv")?.ok_or(KeyFault::Missing("crv"))?;
        if name != "Ed25519" {
            return Err(KeyFault::Curve);
        }
        let x = bytes(members, "x")?.try_into();
        Material::ed25519(x.map_err(|_| KeyFault::Member("x"))?)
    }

    /// A key of Ed25519, if it is not of small order.
    pub(crate) fn ed25519(x: [u8; 32]) -> Result<Self, KeyFault> {
        let mut y = x;
        y[31] &= 0x7f;
        let weak = SMALL_ORDER.contains(&y);
        (!weak)
            .then_some(Material::Ed25519 { x })
            .ok_or(KeyFault::SmallOrder)
    }

    /// An RSA key, if it is strong enough and its numbers are written as briefly as can be (RFC 7518 §2).
    pub(crate) fn rsa(n: Vec<u8>, e: Vec<u8>) -> Result<Self, KeyFault> {
        let (first, last) = (n.first().copied(), n.last().copied());
        if first.unwrap_or(0) == 0 {
            return Err(KeyFault::Member("n"));
        }
        if e.first().copied().unwrap_or(0) == 0 {
            return Err(KeyFault::Member("e"));
        }
        let bits = n.len() * 8 - first.map_or(0, u8::leading_zeros) as usize;
        if !(2_048..=8_192).contains(&bits) || last.is_none_or(|byte| byte % 2 == 0) {
            return Err(KeyFault::Modulus);
        }
        let number = |bytes: &[u8]| {
            bytes
                .iter()
                .fold(0_u64, |all, byte| all << 8 | u64::from(*byte))
        };
        let fits = e.len() <= 5 && (65_537..1 << 33).contains(&number(&e)) && number(&e) % 2 == 1;
        if !fits {
            return Err(KeyFault::Exponent);
        }
        Ok(Material::Rsa { n, e })
    }
}

/// A public key for signatures, as JSON says it. [`VerifyingKey`](crate::VerifyingKey) is one that was proved to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwk {
    pub(crate) material: Material,
    pub(crate) kid: Option<String>,
    pub(crate) algorithm: Option<Algorithm>,
}

impl Jwk {
    /// Reads one public key. `x5u`, `x5c` and other members that we do not know are passed over and never followed.
    ///
    /// # Errors
    /// What the fault says.
    pub fn parse(text: &[u8]) -> Result<Self, KeyFault> {
        Jwk::read(&json::object(text, LONGEST_KEY)?)
    }

    /// Reads one public key from its members, as a header or a set holds it.
    ///
    /// # Errors
    /// What the fault says.
    pub fn read(members: &Object) -> Result<Self, KeyFault> {
        if PRIVATE.iter().any(|name| members.contains_key(*name)) {
            return Err(KeyFault::Private);
        }
        Jwk::with_private(members, "verify")
    }

    /// Reads the public part of a key, which may have private members. `operation` is what it must be for, if it says.
    pub(crate) fn with_private(members: &Object, operation: &str) -> Result<Self, KeyFault> {
        let material = Material::read(members)?;
        for_signatures(members, operation)?;
        let algorithm = match text(members, "alg")? {
            None => None,
            Some(name) => {
                let named = Algorithm::named(name);
                let fits = named.filter(|own| own.key_type() == material.key_type());
                Some(fits.ok_or(KeyFault::Algorithm)?)
            }
        };
        let kid = text(members, "kid")?;
        if kid.is_some_and(|kid| kid.len() > LONGEST_KID) {
            return Err(KeyFault::Member("kid"));
        }
        let kid = kid.map(str::to_owned);
        Ok(Jwk {
            material,
            kid,
            algorithm,
        })
    }

    /// What makes it what it is.
    pub fn material(&self) -> &Material {
        &self.material
    }

    /// Its name, if it has one. Nothing makes sure that no other key has the same.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The one algorithm that it is for, if it says so.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// Its members, with `use`, and `alg` and `kid` if it has them.
    pub fn members(&self) -> Object {
        let mut members = Object::new();
        let mut say = |name: &str, value: &str| {
            members.insert(name.to_owned(), Value::String(value.to_owned()));
        };
        match &self.material {
            Material::Ec { curve, x, y } => {
                say("kty", "EC");
                say("crv", curve.name());
                say("x", &base64url::encode(x));
                say("y", &base64url::encode(y));
            }
            Material::Ed25519 { x } => {
                say("kty", "OKP");
                say("crv", "Ed25519");
                say("x", &base64url::encode(x));
            }
            Material::Rsa { n, e } => {
                say("kty", "RSA");
                say("n", &base64url::encode(n));
                say("e", &base64url::encode(e));
            }
        }
        say("use", "sig");
        if let Some(algorithm) = self.algorithm {
            say("alg", algorithm.name());
        }
        if let Some(kid) = &self.kid {
            say("kid", kid);
        }
        members
    }

    /// It as JSON.
    pub fn json(&self) -> String {
        Value::Object(self.members()).to_string()
    }
}

/// A member that is text, if it is there.
pub(crate) fn text<'a>(
    members: &'a Object,
    name: &'static str,
) -> Result<Option<&'a str>, KeyFault> {
    let Some(value) = members.get(name) else {
        return Ok(None);
    };
    value.as_str().map(Some).ok_or(KeyFault::Member(name))
}

/// A member that must be there, and is bytes in base64url.
pub(crate) fn bytes(members: &Object, name: &'static str) -> Result<Vec<u8>, KeyFault> {
    let text = text(members, name)?.ok_or(KeyFault::Missing(name))?;
    base64url::decode(text).ok_or(KeyFault::Member(name))
}

/// What a key says that it is for (RFC 7517 §4.2, §4.3).
fn for_signatures(members: &Object, operation: &str) -> Result<(), KeyFault> {
    if text(members, "use")?.is_some_and(|name| name != "sig") {
        return Err(KeyFault::NotForSignatures);
    }
    let Some(operations) = members.get("key_ops") else {
        return Ok(());
    };
    let named = operations.as_array().ok_or(KeyFault::Member("key_ops"))?;
    let names = named
        .iter()
        .map(Value::as_str)
        .collect::<Option<Vec<&str>>>();
    let mut names = names.ok_or(KeyFault::Member("key_ops"))?;
    let is_for = names.contains(&operation);
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(KeyFault::Member("key_ops"));
    }
    is_for.then_some(()).ok_or(KeyFault::NotForSignatures)
}
