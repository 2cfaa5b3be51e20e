//! A client that holds a key, and one proof that is right in every way.
use jose::jwt::{self, Claims};
use jose::{SigningAlgorithm, SigningKey};
use protocol::testing::{Case, NOW, Verdict, bound_text};
use protocol::token::{TokenError, TokenReply};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use wire::dpop::{ProofFault, Thumbprint};

pub(crate) const TYP: &str = "dpop+jwt";
pub(crate) const ENDPOINT: &str = "https://issuer.example/oauth2/token";

/// The key that most tests hold, and another.
pub(crate) static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::generate(SigningAlgorithm::Es256));
pub(crate) static OTHER: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::generate(SigningAlgorithm::Es256));

/// The public key as a header has it: nothing but what makes it one.
pub(crate) fn jwk(key: &SigningKey) -> Map<String, Value> {
    let mut members = key.public().members();
    for name in ["use", "alg", "kid"] {
        members.remove(name);
    }
    members
}

pub(crate) fn thumbprint(key: &SigningKey) -> Thumbprint {
    Thumbprint::parse(&key.public().thumbprint()).expect("a thumbprint")
}

pub(crate) fn claims() -> Claims {
    let other = [("htm", "POST"), ("htu", ENDPOINT)];
    Claims {
        jti: Some("-BwC3ESc6acc2lTc".to_owned()),
        iat: Some(NOW.0),
        other: other
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .into_iter()
            .collect(),
        ..Claims::default()
    }
}

/// A JWS with this header over these claims, signed by a key.
pub(crate) fn signed(key: &SigningKey, header: &Value, claims: &Claims) -> String {
    let part = |text: &str| jose::base64url::encode(text.as_bytes());
    let text = format!("{}.{}", part(&header.to_string()), part(&claims.json()));
    let signature = key.sign(text.as_bytes());
    format!("{text}.{}", jose::base64url::encode(&signature))
}

pub(crate) fn header(key: &SigningKey) -> Value {
    json!({ "typ": TYP, "alg": key.algorithm().name(), "jwk": jwk(key) })
}

/// The proof of a key with one change of its claims.
pub(crate) fn proof_of(key: &SigningKey, change: impl FnOnce(&mut Claims)) -> String {
    let mut claims = claims();
    change(&mut claims);
    signed(key, &header(key), &claims)
}

pub(crate) fn with(change: impl FnOnce(&mut Claims)) -> String {
    proof_of(&KEY, change)
}

/// The proof with another value of a claim, or without it.
pub(crate) fn claim(name: &str, value: Option<Value>) -> String {
    with(|claims| match value {
        Some(value) => {
            claims.other.insert(name.to_owned(), value);
        }
        None => {
            claims.other.remove(name);
        }
    })
}

/// The proof with one change of its header.
pub(crate) fn headed(change: impl FnOnce(&mut Value)) -> String {
    let mut header = header(&KEY);
    change(&mut header);
    signed(&KEY, &header, &claims())
}

/// A case whose request has a proof.
pub(crate) fn proved(case: Case, proof: &str) -> Case {
    case.with(|case| case.proof = Some(proof.to_owned()))
}

/// A proof of the usual form by a key, at the token endpoint.
pub(crate) fn by(key: &SigningKey, case: Case) -> Case {
    proved(case, &proof_of(key, |_| {}))
}

pub(crate) fn answered(proof: &str) -> Result<TokenReply, TokenError> {
    proved(Case::code(), proof).answer().into_parts().1
}

/// Why a proof is not taken.
#[track_caller]
pub(crate) fn fault(proof: &str) -> ProofFault {
    match answered(proof) {
        Err(TokenError::Proof(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

/// The case with a code that is bound to a key.
pub(crate) fn bound_code(key: &SigningKey) -> Case {
    Case::code().with(|case| {
        let text = bound_text(&thumbprint(key), "ac_", case.code_mut().code.id);
        case.code_mut().code.digest = text.digest();
        case.set("code", text.as_str());
    })
}

/// The case with a refresh token that is bound to a key.
pub(crate) fn bound_refresh(key: &SigningKey) -> Case {
    Case::refresh().with(|case| {
        let text = bound_text(&thumbprint(key), "rt_", case.refresh_mut().token.id);
        case.refresh_mut().token.digest = text.digest();
        case.set("refresh_token", text.as_str());
    })
}

/// The error of a case, and that nothing comes of it.
#[track_caller]
pub(crate) fn refused(case: &Case) -> TokenError {
    assert!(case.answer().change().is_none());
    let error = case.answer().error();
    assert_eq!(error.status(), 400);
    error
}

/// A JWT of another kind by the key.
pub(crate) fn of_type(typ: &str) -> String {
    jwt::sign(&KEY, typ, &claims())
}
