//! Whether an ID token says who signed in (OpenID Connect Core §3.1.3.7).
use super::{Departure, Metadata, Provider};
use crate::types::UnixTime;
use jose::KeySet;
use jose::jws::Unverified;
use jose::jwt::{self, Audience, Claims, Expected, JwtFault};
use jose::keyed::Key;
use serde_json::Value;

/// How far apart the clocks may be, in seconds.
const LEEWAY: i64 = 60;
/// How old a token may be: no older than a way back, in seconds.
const OLDEST: i64 = 600;
/// "It MUST NOT exceed 255 ASCII \[RFC20\] characters in length" (OpenID Connect Core §2, of `sub`).
const LONGEST_SUBJECT: usize = 255;

/// What an ID token proves.
#[derive(Debug, Clone, PartialEq)]
pub struct Proved {
    /// Who it is there.
    pub sub: String,
    /// When they proved it, if the provider says.
    pub auth_time: Option<UnixTime>,
    /// How (RFC 8176).
    pub methods: Vec<String>,
    /// All that it says.
    pub claims: Claims,
}

/// Why an ID token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdTokenFault {
    /// It is not signed as it must be, not of this issuer, not for us, or not of this time.
    Jwt(JwtFault),
    /// It is also for others, whom we do not know.
    Audience,
    /// It was issued to another.
    AuthorizedParty,
    /// It answers another request.
    Nonce,
    /// It is of another access token.
    AccessToken,
    /// It is too old.
    Old,
    /// It names nobody that can be known again.
    Subject,
    /// The person must have signed in lately, and it does not say when they did.
    NoTime,
    /// The person must have signed in lately, and has not.
    NotAnew,
}

impl IdTokenFault {
    /// What the log says of it.
    pub fn cause(&self) -> String {
        match self {
            Self::Jwt(inner) => format!("the ID token is not taken: {inner}"),
            Self::Audience => "the ID token is also for others".to_owned(),
            Self::AuthorizedParty => "the ID token was issued to another party".to_owned(),
            Self::Nonce => "the ID token has another nonce".to_owned(),
            Self::AccessToken => "the ID token is of another access token".to_owned(),
            Self::Old => "the ID token was issued too long ago".to_owned(),
            Self::Subject => "the ID token names nobody".to_owned(),
            Self::NoTime => {
                "the provider was asked when the person signed in, and does not say".to_owned()
            }
            Self::NotAnew => "the person has not signed in anew".to_owned(),
        }
    }
}

impl From<JwtFault> for IdTokenFault {
    fn from(fault: JwtFault) -> Self {
        IdTokenFault::Jwt(fault)
    }
}

impl IdTokenFault {
    /// Whether keys that are fetched anew might have the one that is missing.
    pub fn may_be_rotation(self) -> bool {
        use jose::jws::JwsFault::{NoKey, Signature};
        matches!(self, Self::Jwt(JwtFault::Jws(NoKey | Signature)))
    }
}

/// Verifies an ID token that came with an access token.
///
/// # Errors
/// [`IdTokenFault`].
pub fn verify(
    text: &str,
    access_token: &str,
    (provider, metadata): (&Provider, &Metadata),
    (departure, key): (&Departure, &Key),
    (keys, now): (&KeySet, UnixTime),
) -> Result<Proved, IdTokenFault> {
    let expected = Expected {
        algorithms: &metadata.algorithms,
        types: &["JWT"],
        untyped: true,
        issuer: Some(provider.source()),
        audience: Some(&provider.client_id),
        leeway: LEEWAY,
    };
    let claims = jwt::verify(text, keys, &expected, now.0)?;
    check_parties(&claims, &provider.client_id)?;
    let said = |name: &str| claims.other.get(name).and_then(Value::as_str);
    if said("nonce") != Some(departure.nonce(key).as_str()) {
        return Err(IdTokenFault::Nonce);
    }
    check_access_token(text, access_token, claims.other.get("at_hash"))?;
    let issued = claims.iat.ok_or(JwtFault::Missing("iat"))?;
    if issued < now.0 - OLDEST - LEEWAY {
        return Err(IdTokenFault::Old);
    }
    let sub = claims.sub.clone().ok_or(JwtFault::Missing("sub"))?;
    if sub.is_empty() || sub.len() > LONGEST_SUBJECT || !sub.is_ascii() {
        return Err(IdTokenFault::Subject);
    }
    let auth_time = claims.other.get("auth_time").and_then(Value::as_i64);
    let auth_time = auth_time.map(UnixTime);
    check_time(auth_time, departure)?;
    Ok(Proved {
        sub,
        // Clocks differ by less than the leeway: a sign-in that was asked for is no older than that.
        auth_time: auth_time.map(|at| at.min(now).max(departure.since.unwrap_or(at.min(now)))),
        methods: methods(&claims, provider.trusts_mfa),
        claims,
    })
}

/// We trust no audience but ourselves.
fn check_parties(claims: &Claims, own: &str) -> Result<(), IdTokenFault> {
    if let Some(Audience::List(all)) = &claims.aud
        && all.iter().any(|one| one != own)
    {
        return Err(IdTokenFault::Audience);
    }
    match claims.other.get("azp") {
        None => Ok(()),
        Some(party) if party.as_str() == Some(own) => Ok(()),
        Some(_) => Err(IdTokenFault::AuthorizedParty),
    }
}

/// The left half of the hash of the access token (§3.1.3.8), where it is there.
fn check_access_token(
    text: &str,
    access_token: &str,
    said: Option<&Value>,
) -> Result<(), IdTokenFault> {
    let Some(said) = said else { return Ok(()) };
    let algorithm = Unverified::parse(text).map_err(JwtFault::from)?;
    let hash = algorithm.header().algorithm().hash(access_token.as_bytes());
    let half = jose::base64url::encode(&hash[..hash.len() / 2]);
    match said.as_str() == Some(half.as_str()) {
        true => Ok(()),
        false => Err(IdTokenFault::AccessToken),
    }
}

fn check_time(auth_time: Option<UnixTime>, departure: &Departure) -> Result<(), IdTokenFault> {
    match (auth_time, departure.since) {
        (None, _) if departure.tells_time => Err(IdTokenFault::NoTime),
        (Some(at), Some(since)) if at.0 + LEEWAY < since.0 => Err(IdTokenFault::NotAnew),
        _ => Ok(()),
    }
}

/// Ten at most, of those that can be kept; that there were several factors only where that is believed.
fn methods(claims: &Claims, trusts_mfa: bool) -> Vec<String> {
    let said = claims.other.get("amr").and_then(Value::as_array);
    let texts = said.into_iter().flatten().filter_map(Value::as_str);
    let sound =
        |text: &&str| (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    let believed = |text: &&str| trusts_mfa || *text != "mfa";
    texts
        .filter(sound)
        .filter(believed)
        .take(10)
        .map(str::to_owned)
        .collect()
}
