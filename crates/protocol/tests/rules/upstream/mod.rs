//! Sign-ins at other providers, as a client of theirs: what is sent, what is taken of their answers, and whose account it is.
mod arrivals;
mod core;
mod returns;

use jose::jwt::{Audience, Claims};
use jose::keyed::Key;
use jose::{Algorithm, KeySet, SigningAlgorithm, SigningKey, VerifyingKey};
use protocol::testing::{Counter, NOW};
use protocol::upstream::{Aim, ClaimNames, Departure, Endpoints, Kind, Metadata, Provider};
use serde_json::json;
use std::sync::LazyLock;

const ISSUER: &str = "https://login.acme.example";
const BROWSER: &str = "what only this browser knows";
const ACCESS: &str = "at-1";

fn key() -> Key {
    Key::new(&[7; 32])
}

static SIGNER: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::generate(SigningAlgorithm::Es256));

fn keys() -> KeySet {
    let key = VerifyingKey::parse(SIGNER.public().json().as_bytes());
    KeySet::from_iter([key.expect("a key")])
}

fn names() -> ClaimNames {
    ClaimNames {
        id: "sub".to_owned(),
        name: "name".to_owned(),
        email: "email".to_owned(),
        email_verified: "email_verified".to_owned(),
    }
}

fn provider() -> Provider {
    Provider {
        trusts_mfa: true,
        id: "acme".to_owned(),
        kind: Kind::OpenId {
            issuer: ISSUER.to_owned(),
        },
        client_id: "us".to_owned(),
        scopes: vec!["openid".to_owned(), "email".to_owned()],
        claims: names(),
        sign_up: true,
    }
}

fn hub() -> Provider {
    Provider {
        kind: Kind::OAuth(Box::new(Endpoints {
            issuer: None,
            authorization: "https://hub.example/authorize?tenant=1".to_owned(),
            token: "https://hub.example/token".to_owned(),
            user: "https://api.hub.example/user".to_owned(),
            emails: None,
        })),
        claims: ClaimNames {
            id: "id".to_owned(),
            ..names()
        },
        ..provider()
    }
}

fn document() -> serde_json::Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": format!("{ISSUER}/authorize"),
        "token_endpoint": format!("{ISSUER}/token"),
        "jwks_uri": format!("{ISSUER}/jwks"),
    })
}

fn metadata() -> Metadata {
    Metadata::parse(document().to_string().as_bytes(), ISSUER, false).expect("metadata")
}

fn departure() -> Departure {
    let aim = Aim::SignIn { onward: None };
    Departure::new(BROWSER, "acme", aim, &Counter::starting_at(NOW))
}

/// The claims of an ID token that is right in every way.
fn claims() -> Claims {
    let mut claims = Claims {
        iss: Some(ISSUER.to_owned()),
        sub: Some("u-1815".to_owned()),
        aud: Some(Audience::One("us".to_owned())),
        exp: Some(NOW.0 + 60),
        iat: Some(NOW.0),
        ..Claims::default()
    };
    let nonce = departure().nonce(&key()).into();
    claims.other.insert("nonce".to_owned(), nonce);
    let hash = Algorithm::Es256.hash(ACCESS.as_bytes());
    let half = jose::base64url::encode(&hash[..16]);
    claims.other.insert("at_hash".to_owned(), half.into());
    claims
}
