//! An assertion that a client signed in place of showing a secret (RFC 7521 §4.2, RFC 7523 §3, RFC 10070).
use super::NOT_PROVED;
use crate::decision::Mint;
use crate::grants::Context;
use crate::policy::Policy;
use crate::transition::AssertionChange;
use crate::types::{Client, ClientKeys, Lifetime, UnixTime};
use jose::jws::{JwsFault, Unverified};
use jose::jwt::{self, Audience, Claims, Expected, JwtFault};
use jose::{Digest, KeySet};

/// The only `client_assertion_type` there is here (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The types that an assertion may say it is of: the one that RFC 10070 made for it, and what others send. One that says
/// nothing is taken too; a token of another kind is not.
const TYPES: [&str; 2] = ["client-authentication+jwt", "JWT"];
/// How far clocks may be apart.
const LEEWAY: Lifetime = Lifetime::from_seconds(30);
/// How far an end may be off, so that what was used need not be remembered for years.
const LONGEST: Lifetime = Lifetime::from_days(1);

/// An assertion that was read. Nothing in it is proved.
#[derive(Clone, PartialEq, Eq)]
pub struct Assertion {
    text: String,
}

impl std::fmt::Debug for Assertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Assertion(…)")
    }
}

/// Why an assertion proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssertionFault {
    /// It is no signed JWT: encrypted, nested, without its payload, or with a header that is not understood.
    Malformed,
    /// It is not signed, or by an algorithm that is not taken, or not taken from this app.
    Algorithm,
    /// It says that it is a token of another kind.
    Type,
    /// Its claims cannot be read, or one that must be there is missing.
    Claims,
    /// `iss`, `sub` and `client_id` do not all name one client.
    Parties,
    /// The keys of the app could not be fetched.
    Unfetched,
    /// No key of the app fits it.
    Key,
    /// None of the keys that fit made its signature.
    Signature,
    /// It is not for this server alone.
    Audience,
    /// It has expired.
    Expired,
    /// It was made in the future, or may not be used yet.
    Future,
    /// Its end is more than a day off.
    LongLived,
    /// It was used before.
    Replayed,
}

impl AssertionFault {
    /// All of them.
    pub const ALL: [AssertionFault; 13] = [
        AssertionFault::Malformed,
        AssertionFault::Algorithm,
        AssertionFault::Type,
        AssertionFault::Claims,
        AssertionFault::Parties,
        AssertionFault::Unfetched,
        AssertionFault::Key,
        AssertionFault::Signature,
        AssertionFault::Audience,
        AssertionFault::Expired,
        AssertionFault::Future,
        AssertionFault::LongLived,
        AssertionFault::Replayed,
    ];

    /// What to tell the developer. What is found without looking the client up is told as it is; all else is alike, also
    /// for a client that there is not: the app's own request log tells more.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Malformed => "client_assertion is not a signed JWT in compact form",
            Self::Type => {
                "client_assertion is a token of another kind: its typ is client-authentication+jwt, JWT, or left out"
            }
            Self::Claims => "client_assertion lacks a claim: it has iss, sub, aud, exp and jti",
            Self::Parties => "iss and sub of client_assertion are the client_id, and no other",
            Self::Algorithm
            | Self::Unfetched
            | Self::Key
            | Self::Signature
            | Self::Audience
            | Self::Expired
            | Self::Future
            | Self::LongLived
            | Self::Replayed => NOT_PROVED,
        }
    }
}

impl From<JwtFault> for AssertionFault {
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
            JwtFault::Claims(_) | JwtFault::Malformed(_) | JwtFault::Missing(_) => Self::Claims,
            JwtFault::Issuer => Self::Parties,
            JwtFault::Audience => Self::Audience,
            JwtFault::Expired => Self::Expired,
            JwtFault::NotYet | JwtFault::Future => Self::Future,
        }
    }
}

impl Assertion {
    /// Reads an assertion, and says which client it claims to be of.
    pub(super) fn read(text: &str) -> Result<(Self, String), AssertionFault> {
        let unverified = Unverified::parse(text).map_err(JwtFault::from)?;
        let header = unverified.header();
        let is_ours = |typ: &&str| header.is_type(typ);
        if header.typ().is_some() && !TYPES.iter().any(is_ours) {
            return Err(AssertionFault::Type);
        }
        let claims = Claims::parse(unverified.payload())?;
        let (Some(iss), Some(sub)) = (claims.iss, claims.sub) else {
            return Err(AssertionFault::Claims);
        };
        if iss != sub {
            return Err(AssertionFault::Parties);
        }
        let text = text.to_owned();
        Ok((Assertion { text }, sub))
    }

    /// Judges it by the keys of the client, and says what must be remembered: that it was used.
    pub(super) fn judge<M: Mint>(
        &self,
        client: &Client,
        (own, keys): (&ClientKeys, &KeySet),
        context: &Context<'_, M>,
    ) -> Result<AssertionChange, AssertionFault> {
        let expected = Expected {
            algorithms: own.allowed(),
            types: &TYPES,
            untyped: true,
            issuer: Some(&client.id),
            audience: None,
            leeway: LEEWAY.seconds(),
        };
        let now = context.now;
        if !own.are_live(now) {
            return Err(AssertionFault::Key);
        }
        let claims = jwt::verify(&self.text, keys, &expected, now.0)?;
        if claims.sub.as_deref() != Some(client.id.as_str()) {
            return Err(AssertionFault::Parties);
        }
        let audience = claims.aud.as_ref().ok_or(AssertionFault::Claims)?;
        if !is_for_us(audience, context.policy) {
            return Err(AssertionFault::Audience);
        }
        let jti = claims.jti.filter(|jti| !jti.is_empty());
        let jti = jti.ok_or(AssertionFault::Claims)?;
        let end = UnixTime(claims.exp.ok_or(AssertionFault::Claims)?);
        if end > now.plus(LONGEST).plus(LEEWAY) {
            return Err(AssertionFault::LongLived);
        }
        let key = format!("assertion {} {jti}", client.no.0);
        Ok(AssertionChange::Use {
            key: Digest::of(key.as_bytes()),
            receipt: context.mint.locator(),
            until: end.plus(LEEWAY),
        })
    }
}

/// The issuer is the only audience (RFC 10070), as a text or as a list of one. Certification has clients that name the token
/// endpoint, or both.
fn is_for_us(audience: &Audience, policy: &Policy) -> bool {
    let is_ours = |own: &String| policy.is_assertion_audience(own);
    match audience {
        Audience::One(own) => is_ours(own),
        Audience::List(all) => match all.as_slice() {
            [] => false,
            [one] => is_ours(one),
            several => policy.conformance.takes_several_audiences() && several.iter().all(is_ours),
        },
    }
}
