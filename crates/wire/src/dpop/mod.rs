//! Proofs of possession (RFC 9449): a token that is bound to a key works for who proves to hold that key. What makes a
//! proof good is the same for the provider and for an API; remembering which were used is not, and is for each to do.
mod nonce;
mod target;

pub use nonce::Nonces;
pub use target::Target;

use jose::jws::{JwsFault, Unverified};
use jose::jwt::{Claims, JwtFault};
use jose::{Algorithm, Digest, KeyFault, VerifyingKey, base64url, digest};

/// The scheme of `Authorization` (§7.1).
pub const SCHEME: &str = "DPoP";
/// The `typ` of a proof (§4.2).
pub const PROOF_TYPE: &str = "dpop+jwt";
/// The algorithms of proofs that are taken: all that are verified here, and each of them is asymmetric.
pub const ALGORITHMS: [Algorithm; 10] = Algorithm::ALL;
/// For how long after it says that it was made a proof is taken, in seconds.
pub const LIFETIME: i64 = 60;
/// How far clocks may be apart, in seconds.
pub const LEEWAY: i64 = 30;

/// Longest proof that is read, in bytes: one with an RSA key of 8192 bits has less than 4,500.
const LONGEST: usize = 8 * 1_024;

/// The names of [`ALGORITHMS`] with spaces between, as the `algs` of a challenge has them (§7.1).
pub fn algs() -> String {
    ALGORITHMS.map(Algorithm::name).join(" ")
}

/// The thumbprint of the key that something is bound to (`jkt`, §6.1; RFC 7638, SHA-256).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thumbprint(Digest);

impl Thumbprint {
    /// Reads 43 characters in base64url; `None` for every text that is no thumbprint.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = base64url::decode(text).filter(|_| text.len() == 43)?;
        Digest::from_stored(&bytes).map(Thumbprint)
    }

    /// The 43 characters.
    pub fn text(&self) -> String {
        self.0.base64url()
    }
}

/// Why a proof proves nothing (§4.3). Nothing here holds a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofFault {
    /// There is none, where one is needed.
    Missing,
    /// There is more than one, or the header cannot be read.
    Several,
    /// It is no signed JWT.
    Malformed,
    /// It says that it is a token of another kind.
    Type,
    /// It is not signed, or by an algorithm that is not taken.
    Algorithm,
    /// It has no public key that can be used, or one of another kind than its algorithm.
    Key,
    /// It gives away a private key, or is made with a shared one.
    PrivateKey,
    /// Its own key did not make its signature.
    Signature,
    /// Its claims cannot be read, or one that must be there is missing.
    Claims,
    /// It is for another method.
    Method,
    /// It is for another URI.
    Uri,
    /// It is not of this moment: too old, or of the future.
    Time,
    /// It is not about the access token that it came with (`ath`).
    Token,
    /// It lacks a nonce of ours, or has one that is too old.
    Nonce,
    /// It was used before.
    Replayed,
}

impl ProofFault {
    /// All of them.
    pub const ALL: [ProofFault; 15] = [
        Self::Missing,
        Self::Several,
        Self::Malformed,
        Self::Type,
        Self::Algorithm,
        Self::Key,
        Self::PrivateKey,
        Self::Signature,
        Self::Claims,
        Self::Method,
        Self::Uri,
        Self::Time,
        Self::Token,
        Self::Nonce,
        Self::Replayed,
    ];

    /// The name of the error: the same at the token endpoint (§5, §8) and of an API (§7.1, §9).
    pub fn code(self) -> &'static str {
        match self {
            Self::Nonce => "use_dpop_nonce",
            _ => "invalid_dpop_proof",
        }
    }

    /// What to tell the developer.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Missing => "a DPoP proof is needed: send one in the DPoP header",
            Self::Several => "send one DPoP header with one proof",
            Self::Malformed => "the DPoP proof is not a signed JWT in compact form",
            Self::Type => "the typ of the DPoP proof must be dpop+jwt",
            Self::Algorithm => {
                "sign the DPoP proof by an algorithm of dpop_signing_alg_values_supported"
            }
            Self::Key => {
                "the jwk in the header of the DPoP proof must be a public key that fits its alg"
            }
            Self::PrivateKey => {
                "the jwk of the DPoP proof has private members: that key is known now, so make another and send its public part"
            }
            Self::Signature => "the DPoP proof is not signed by the key in its jwk",
            Self::Claims => "the DPoP proof lacks a claim: it has jti, htm, htu and iat",
            Self::Method => "htm of the DPoP proof must be the method of the request",
            Self::Uri => {
                "htu of the DPoP proof must be the URI of the request, without query and fragment"
            }
            Self::Time => "iat of the DPoP proof must be the present moment: set the clock",
            Self::Token => {
                "ath of the DPoP proof must be the SHA-256 of the access token in base64url"
            }
            Self::Nonce => "use the nonce in the DPoP-Nonce header: make a new proof with it",
            Self::Replayed => "the DPoP proof was used before: make a new one for each request",
        }
    }
}

impl From<JwtFault> for ProofFault {
    fn from(fault: JwtFault) -> Self {
        match fault {
            JwtFault::Jws(JwsFault::Unsecured | JwsFault::Algorithm) => Self::Algorithm,
            JwtFault::Jws(JwsFault::Type) => Self::Type,
            JwtFault::Jws(JwsFault::NoKey | JwsFault::TooManyKeys) => Self::Key,
            JwtFault::Jws(JwsFault::Signature) => Self::Signature,
            JwtFault::Jws(
                JwsFault::TooLong
                | JwsFault::Malformed
                | JwsFault::Encrypted
                | JwsFault::Detached
                | JwsFault::Nested
                | JwsFault::Header(_)
                | JwsFault::Member(_)
                | JwsFault::Critical,
            ) => Self::Malformed,
            JwtFault::Claims(_)
            | JwtFault::Malformed(_)
            | JwtFault::Missing(_)
            | JwtFault::Issuer
            | JwtFault::Audience => Self::Claims,
            JwtFault::Expired | JwtFault::NotYet | JwtFault::Future => Self::Time,
        }
    }
}

impl From<JwsFault> for ProofFault {
    fn from(fault: JwsFault) -> Self {
        JwtFault::from(fault).into()
    }
}

impl From<KeyFault> for ProofFault {
    fn from(fault: KeyFault) -> Self {
        match fault {
            KeyFault::Private => Self::PrivateKey,
            _ => Self::Key,
        }
    }
}

/// The request that a proof must be about.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its URI, and others by which the same is reached.
    pub targets: &'a [Target],
    /// The access token that it is made with; `None` where there is none yet.
    pub token: Option<&'a str>,
    /// Who gives nonces, if a proof must have one.
    pub nonces: Option<&'a Nonces<'a>>,
}

/// A proof that is good, if it was not used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// The key that is held.
    pub key: Thumbprint,
    /// By what it is known that it was used: the digest of the key and of its `jti`.
    pub name: Digest,
    /// From when on it works no more by itself, in Unix seconds, and need not be remembered.
    pub until: i64,
}

impl Proof {
    /// Judges the value of a `DPoP` header at `now`, in Unix seconds: every check of §4.3 but whether it was used before.
    ///
    /// # Errors
    /// What the fault says.
    pub fn read(text: &str, expected: &Expected<'_>, now: i64) -> Result<Self, ProofFault> {
        if text.len() > LONGEST {
            return Err(ProofFault::Malformed);
        }
        let unverified = Unverified::parse(text)?;
        let header = unverified.header();
        if !header.is_type(PROOF_TYPE) {
            return Err(ProofFault::Type);
        }
        let members = header.member("jwk").and_then(|jwk| jwk.as_object());
        let key = VerifyingKey::read(members.ok_or(ProofFault::Key)?)?;
        let verified = unverified.verify_by(&key, &ALGORITHMS)?;
        let claims = Claims::parse(verified.payload())?;
        let thumbprint = key.jwk().thumbprint();
        let until = check(&claims, expected, now)?;
        let jti = claims.jti.filter(|jti| !jti.is_empty());
        let jti = jti.ok_or(ProofFault::Claims)?;
        Ok(Proof {
            key: Thumbprint::parse(&thumbprint).ok_or(ProofFault::Key)?,
            name: Digest::of(format!("proof {thumbprint} {jti}").as_bytes()),
            until,
        })
    }
}

/// Until when the proof with these claims works, if it does.
fn check(claims: &Claims, expected: &Expected<'_>, now: i64) -> Result<i64, ProofFault> {
    let text = |name: &str| claims.other.get(name).map(|value| value.as_str());
    let must = |name: &str| text(name).flatten().ok_or(ProofFault::Claims);
    let (method, uri) = (must("htm")?, must("htu")?);
    let made = claims.iat.ok_or(ProofFault::Claims)?;
    if method != expected.method {
        return Err(ProofFault::Method);
    }
    if !expected.targets.iter().any(|target| target.is(uri)) {
        return Err(ProofFault::Uri);
    }
    if let Some(token) = expected.token {
        let own = Digest::of(token.as_bytes()).base64url();
        let told = text("ath").flatten().ok_or(ProofFault::Token)?;
        if !digest::same(told.as_bytes(), own.as_bytes()) {
            return Err(ProofFault::Token);
        }
    }
    // What it says of its time beyond what it must is kept to.
    let times = Claims {
        exp: claims.exp,
        nbf: claims.nbf,
        ..Claims::default()
    };
    times.check_times(now, LEEWAY)?;
    match expected.nonces {
        // "as determined by either the iat claim or a server managed timestamp via the nonce claim" (§4.3).
        Some(nonces) => {
            let nonce = text("nonce").flatten().ok_or(ProofFault::Nonce)?;
            nonces.end_of(nonce, now).ok_or(ProofFault::Nonce)
        }
        None => {
            let until = made.saturating_add(LIFETIME + LEEWAY);
            let is_now = made <= now.saturating_add(LEEWAY) && now < until;
            is_now.then_some(until).ok_or(ProofFault::Time)
        }
    }
}
