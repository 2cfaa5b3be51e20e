//! Claims in a JWS (RFC 7519). There is no clock here: now is an argument, in Unix seconds.
use crate::alg::Algorithm;
use crate::json::{self, JsonFault, Object};
use crate::jws::{self, JwsFault, LONGEST, Unverified, Verified};
use crate::keys::{KeySet, SigningKey};
use serde_json::Value;

/// Why a JWT is not taken. It never holds a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwtFault {
    /// It is no JWS, or none of ours to take.
    #[error(transparent)]
    Jws(#[from] JwsFault),
    /// Its claims cannot be read.
    #[error("the claims are not read: {0}")]
    Claims(#[from] JsonFault),
    /// A claim has not the form that it must have.
    #[error("the claim `{0}` is malformed")]
    Malformed(&'static str),
    /// A claim that must be there is missing.
    #[error("the claim `{0}` is missing")]
    Missing(&'static str),
    /// It is of another issuer.
    #[error("it is of another issuer")]
    Issuer,
    /// It is for others.
    #[error("it is for another audience")]
    Audience,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
    /// It may not be used yet (`nbf`).
    #[error("it may not be used yet")]
    NotYet,
    /// It says that it will be issued (`iat`).
    #[error("it was issued in the future")]
    Future,
}

/// For whom a JWT is: one text, or a list of them (RFC 7519 §4.1.3). Some profiles allow the first only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// One text.
    One(String),
    /// A list.
    List(Vec<String>),
}

impl Audience {
    /// Whether it names `who`, letter by letter.
    pub fn names(&self, who: &str) -> bool {
        match self {
            Audience::One(own) => own == who,
            Audience::List(own) => own.iter().any(|own| own == who),
        }
    }

    fn read(value: &Value) -> Option<Self> {
        if let Value::Array(items) = value {
            let items = items.iter().map(|item| item.as_str().map(str::to_owned));
            return items.collect::<Option<_>>().map(Audience::List);
        }
        value.as_str().map(|own| Audience::One(own.to_owned()))
    }

    fn value(&self) -> Value {
        match self {
            Audience::One(own) => Value::from(own.as_str()),
            Audience::List(own) => Value::from(own.as_slice()),
        }
    }
}

/// What a JWT says (RFC 7519 §4.1). Times are Unix seconds; what a sender wrote with a fraction is rounded down.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Claims {
    /// Who issued it.
    pub iss: Option<String>,
    /// Whom it is about.
    pub sub: Option<String>,
    /// For whom it is.
    pub aud: Option<Audience>,
    /// From when on it is not taken any more.
    pub exp: Option<i64>,
    /// From when on it may be taken.
    pub nbf: Option<i64>,
    /// When it was issued.
    pub iat: Option<i64>,
    /// Its own name.
    pub jti: Option<String>,
    /// All other claims.
    pub other: Object,
}

impl Claims {
    /// Reads claims.
    ///
    /// # Errors
    /// `Claims` and `Malformed`.
    pub fn parse(payload: &[u8]) -> Result<Self, JwtFault> {
        let mut other = json::object(payload, LONGEST)?;
        let mut take = |name: &str| other.remove(name);
        let (iss, sub, jti) = (take("iss"), take("sub"), take("jti"));
        let (exp, nbf, iat) = (take("exp"), take("nbf"), take("iat"));
        let aud = take("aud");
        let aud = aud.map(|value| Audience::read(&value).ok_or(JwtFault::Malformed("aud")));
        Ok(Claims {
            iss: text(iss, "iss")?,
            sub: text(sub, "sub")?,
            aud: aud.transpose()?,
            exp: time(exp, "exp")?,
            nbf: time(nbf, "nbf")?,
            iat: time(iat, "iat")?,
            jti: text(jti, "jti")?,
            other,
        })
    }

    /// They as JSON.
    pub fn json(&self) -> String {
        let text = |own: &Option<String>| own.as_deref().map(Value::from);
        let time = |own: Option<i64>| own.map(Value::from);
        let named = [
            ("iss", text(&self.iss)),
            ("sub", text(&self.sub)),
            ("aud", self.aud.as_ref().map(Audience::value)),
            ("exp", time(self.exp)),
            ("nbf", time(self.nbf)),
            ("iat", time(self.iat)),
            ("jti", text(&self.jti)),
        ];
        let mut members = self.other.clone();
        let named = named.into_iter();
        members.extend(named.filter_map(|(name, value)| Some((name.to_owned(), value?))));
        Value::Object(members).to_string()
    }

    /// Whether they may be taken now, with clocks that are `leeway` seconds apart at most.
    ///
    /// # Errors
    /// `Expired`, `NotYet`, `Future`.
    pub fn check_times(&self, now: i64, leeway: i64) -> Result<(), JwtFault> {
        let (early, late) = (now.saturating_sub(leeway), now.saturating_add(leeway));
        if self.exp.is_some_and(|exp| early >= exp) {
            return Err(JwtFault::Expired);
        }
        if self.nbf.is_some_and(|nbf| late < nbf) {
            return Err(JwtFault::NotYet);
        }
        if self.iat.is_some_and(|iat| late < iat) {
            return Err(JwtFault::Future);
        }
        Ok(())
    }
}

fn text(value: Option<Value>, name: &'static str) -> Result<Option<String>, JwtFault> {
    match value {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_),
        ) => Err(JwtFault::Malformed(name)),
    }
}

/// A NumericDate (RFC 7519 §2). Beyond what a fraction can say exactly there is no time.
fn time(value: Option<Value>, name: &'static str) -> Result<Option<i64>, JwtFault> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let Some(value) = value else { return Ok(None) };
    if let Some(whole) = value.as_i64() {
        return Ok(Some(whole));
    }
    let fraction = value.as_f64().map(f64::floor);
    let exact = fraction.filter(|seconds| seconds.abs() <= EXACT);
    exact
        .map(|seconds| Some(seconds as i64))
        .ok_or(JwtFault::Malformed(name))
}

/// What a JWT must be to be taken.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The algorithms that are allowed.
    pub algorithms: &'a [Algorithm],
    /// The types that are allowed in `typ`. An empty list allows any, and none.
    pub types: &'a [&'a str],
    /// Whether one without `typ` is taken.
    pub untyped: bool,
    /// Who must have issued it, if that matters.
    pub issuer: Option<&'a str>,
    /// For whom it must be, if that matters.
    pub audience: Option<&'a str>,
    /// How far apart clocks may be, in seconds.
    pub leeway: i64,
}

/// The claims of a JWT that was verified and is as expected. One without `exp` is not taken.
///
/// # Errors
/// What the fault says. Claims are read after the signature was verified.
pub fn verify(
    text: &str,
    keys: &KeySet,
    expected: &Expected<'_>,
    now: i64,
) -> Result<Claims, JwtFault> {
    let unverified = Unverified::parse(text)?;
    let header = unverified.header();
    let typed = match header.typ() {
        None => expected.untyped || expected.types.is_empty(),
        Some(_) => {
            expected.types.is_empty() || expected.types.iter().any(|typ| header.is_type(typ))
        }
    };
    if !typed {
        return Err(JwsFault::Type.into());
    }
    let verified = unverified.verify(keys, expected.algorithms)?;
    check(&verified, expected, now)
}

/// The claims of what was verified by other means, if they are as expected; its type is not looked at.
///
/// # Errors
/// What the fault says.
pub fn check(verified: &Verified, expected: &Expected<'_>, now: i64) -> Result<Claims, JwtFault> {
    let claims = Claims::parse(verified.payload())?;
    if let Some(issuer) = expected.issuer {
        let own = claims.iss.as_deref().ok_or(JwtFault::Missing("iss"))?;
        if own != issuer {
            return Err(JwtFault::Issuer);
        }
    }
    if let Some(audience) = expected.audience {
        let own = claims.aud.as_ref().ok_or(JwtFault::Missing("aud"))?;
        if !own.names(audience) {
            return Err(JwtFault::Audience);
        }
    }
    claims.exp.ok_or(JwtFault::Missing("exp"))?;
    claims.check_times(now, expected.leeway)?;
    Ok(claims)
}

/// The JWT of these claims, of this `typ`.
///
/// # Panics
/// When the system has no randomness to give.
pub fn sign(key: &SigningKey, typ: &str, claims: &Claims) -> String {
    jws::sign(key, typ, claims.json().as_bytes())
}
