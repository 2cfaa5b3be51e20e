//! What a provider is sent: the authorization request by the browser, the code by us.
use super::{Departure, Metadata, Provider};
use crate::Params;
use crate::types::UnixTime;
use base64::{Engine, engine::general_purpose::STANDARD};
use jose::SigningKey;
use jose::jwt::{Audience, Claims};
use jose::keyed::Key;

/// How long an assertion of ours may be used.
const ASSERTION_LIFE: i64 = 60;

/// What an app that waits wants of the sign-in, and what it says of its person.
#[derive(Debug, Clone, Copy, Default)]
pub struct Question<'a> {
    /// Whether the person must prove now who they are.
    pub anew: bool,
    /// How long ago they may have done so, in seconds.
    pub max_age: Option<i64>,
    /// Who it may be.
    pub login_hint: Option<&'a str>,
    /// The languages that the person reads.
    pub ui_locales: Option<&'a str>,
}

/// Where the browser is sent (OpenID Connect Core §3.1.2.1; RFC 6749 §4.1.1, RFC 7636 §4.3).
pub fn authorization_url(
    provider: &Provider,
    metadata: &Metadata,
    (departure, key): (&Departure, &Key),
    question: Question<'_>,
    redirect_uri: &str,
) -> String {
    let (scope, state) = (provider.scopes.join(" "), departure.write(key));
    let (challenge, nonce) = (departure.challenge(key), departure.nonce(key));
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", provider.client_id.as_str()),
        ("redirect_uri", redirect_uri),
        ("scope", &scope),
        ("state", &state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let max_age = question.max_age.map(|age| age.to_string());
    if provider.is_openid() {
        pairs.push(("nonce", &nonce));
        pairs.extend(question.anew.then_some(("prompt", "login")));
        pairs.extend(max_age.as_deref().map(|age| ("max_age", age)));
        pairs.extend(question.login_hint.map(|hint| ("login_hint", hint)));
        pairs.extend(question.ui_locales.map(|locales| ("ui_locales", locales)));
    }
    pairs.retain(|(_, value)| !value.is_empty());
    with_query(&metadata.authorization, &Params::from_pairs(pairs))
}

/// Where a person signs out at a provider too (OpenID Connect RP-Initiated Logout §2); `None` where it has no such place.
pub fn sign_out_url(provider: &Provider, metadata: &Metadata, back: &str) -> Option<String> {
    let pairs = [
        ("client_id", provider.client_id.as_str()),
        ("post_logout_redirect_uri", back),
    ];
    let place = metadata.end_session.as_deref()?;
    Some(with_query(place, &Params::from_pairs(pairs)))
}

fn with_query(place: &str, params: &Params) -> String {
    let mark = if place.contains('?') { '&' } else { '?' };
    format!("{place}{mark}{}", params.to_form())
}

/// What we prove ourselves by at a provider.
#[derive(Clone, Copy)]
pub enum ClientProof<'a> {
    /// A secret.
    Secret(&'a str),
    /// A key, by an assertion that it signs (`private_key_jwt`).
    Key(&'a SigningKey),
}

/// What is sent to the token endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenCall {
    /// The form.
    pub form: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
}

/// The call that redeems a code (RFC 6749 §4.1.3, RFC 7636 §4.5; OpenID Connect Core §9 for how we prove ourselves).
/// `jti` names an assertion.
pub fn token_call(
    provider: &Provider,
    metadata: &Metadata,
    (code, verifier, redirect_uri): (&str, &str, &str),
    proof: ClientProof<'_>,
    (now, jti): (UnixTime, String),
) -> TokenCall {
    let id = provider.client_id.as_str();
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", verifier),
        ("client_id", id),
    ];
    let mut authorization = None;
    let assertion;
    match proof {
        ClientProof::Secret(secret) if metadata.by_header => {
            authorization = Some(basic(id, secret));
        }
        ClientProof::Secret(secret) => pairs.push(("client_secret", secret)),
        ClientProof::Key(key) => {
            assertion = assert_client(id, &metadata.token, key, (now, jti));
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            pairs.push(("client_assertion_type", kind));
            pairs.push(("client_assertion", &assertion));
        }
    }
    TokenCall {
        form: Params::from_pairs(pairs).to_form(),
        authorization,
    }
}

/// "encoded using the application/x-www-form-urlencoded encoding algorithm" (RFC 6749 §2.3.1), each by itself.
fn basic(id: &str, secret: &str) -> String {
    let encoded = |text: &str| {
        let form = Params::from_pairs([("v", text)]).to_form();
        form.split_once('=')
            .map_or_else(String::new, |(_, text)| text.to_owned())
    };
    let both = format!("{}:{}", encoded(id), encoded(secret));
    format!("Basic {}", STANDARD.encode(both))
}

/// "aud … The Audience SHOULD be the URL of the Authorization Server's Token Endpoint" (OpenID Connect Core §9).
fn assert_client(id: &str, to: &str, key: &SigningKey, (now, jti): (UnixTime, String)) -> String {
    let claims = Claims {
        iss: Some(id.to_owned()),
        sub: Some(id.to_owned()),
        aud: Some(Audience::One(to.to_owned())),
        exp: Some(now.0 + ASSERTION_LIFE),
        iat: Some(now.0),
        jti: Some(jti),
        ..Claims::default()
    };
    jose::jwt::sign(key, "JWT", &claims)
}
