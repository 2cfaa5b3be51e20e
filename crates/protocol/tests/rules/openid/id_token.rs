//! ID tokens (Core §2, §3.1.3, §12).
use super::{code, id_token};
use jose::jwt::Audience;
use jose::{Algorithm, base64url};
use protocol::signer::OwnKeys;
use protocol::signing_keys::SigningAlgorithm;
use protocol::testing::{Case, NOW, Verdict, json, scope};
use protocol::token::TokenError;

#[test]
fn it_says_who_signed_in_for_whom_and_when() {
    let sentence = "iss, sub, aud, exp, iat: REQUIRED";
    let claims = id_token(&code());
    assert_eq!(
        claims.iss.as_deref(),
        Some("https://issuer.example"),
        "{sentence}"
    );
    assert_eq!(
        claims.sub.as_deref(),
        Some(&*code().policy.subjects.write(protocol::types::Subject(7)))
    );
    assert_eq!(
        claims.aud,
        Some(Audience::One("app".to_owned())),
        "{sentence}"
    );
    assert_eq!(
        (claims.iat, claims.exp),
        (Some(NOW.0), Some(NOW.0 + 3_600)),
        "{sentence}"
    );
    let told = |name: &str| claims.other.get(name).cloned();
    assert_eq!(told("auth_time"), Some((NOW.0 - 30).into()));
    assert_eq!(told("amr"), Some(serde_json::json!(["pwd"])));
    assert_eq!(told("acr"), Some("pwd".into()));
    assert_eq!(told("sid"), Some("77".into()));
}

#[test]
fn the_nonce_comes_back_unchanged() {
    let sentence = "If present in the Authentication Request, Authorization Servers MUST include a nonce Claim in the \
                    ID Token with the Claim Value being the nonce value sent in the Authentication Request.";
    let told = id_token(&code()).other.get("nonce").cloned();
    assert_eq!(told, Some("n-0S6_WzA2Mj".into()), "{sentence}");
    let without = code().with(|case| {
        let asked = case.code_mut().asked.as_mut().expect("it was asked for");
        asked.authentication.nonce = None;
    });
    assert_eq!(id_token(&without).other.get("nonce"), None, "{sentence}");
}

#[test]
fn at_hash_is_of_the_access_token_beside_it() {
    let sentence = "the base64url encoding of the left-most half of the hash of the octets of the ASCII representation \
                    of the access_token value";
    for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa] {
        let case = code().with(|case| case.client.openid.id_token_algorithm = Some(algorithm));
        let reply = json(&case.clone().answer().reply());
        let hash =
            Algorithm::from(algorithm).hash(reply["access_token"].as_str().unwrap().as_bytes());
        let half = base64url::encode(&hash[..hash.len() / 2]);
        let header = reply["id_token"]
            .as_str()
            .unwrap()
            .split('.')
            .next()
            .unwrap();
        let header = String::from_utf8(base64url::decode(header).unwrap()).unwrap();
        assert!(
            header.contains(&format!("\"alg\":\"{}\"", algorithm.name())),
            "{header}"
        );
        let told = id_token(&case).other.get("at_hash").cloned();
        // Each answer has tokens of its own.
        assert_eq!(
            told.and_then(|told| told.as_str().map(str::len)),
            Some(half.len()),
            "{sentence}"
        );
        let claims = reply["id_token"]
            .as_str()
            .unwrap()
            .split('.')
            .nth(1)
            .unwrap();
        let claims = String::from_utf8(base64url::decode(claims).unwrap()).unwrap();
        assert!(
            claims.contains(&format!("\"at_hash\":\"{half}\"")),
            "{sentence}"
        );
    }
}

#[test]
fn nobody_gets_one_who_did_not_ask() {
    let sentence =
        "If the openid scope value is not present, the behavior is entirely unspecified.";
    let plain = code().with(|case| case.code_mut().code.scope = scope("profile"));
    let off = code().with(|case| case.policy.openid = None);
    for case in [plain, off, Case::code()] {
        let reply = json(&case.answer().reply());
        assert_eq!(reply.get("id_token"), None, "{sentence}");
    }
}

#[test]
fn what_cannot_be_signed_uses_up_nothing() {
    let keyless = code().with(|case| case.signer = OwnKeys::default());
    let decision = keyless.answer();
    let (change, answer) = decision.into_parts();
    assert_eq!(answer.unwrap_err(), TokenError::CannotSign);
    assert!(change.is_none(), "the code can be redeemed later");
    assert_eq!(TokenError::CannotSign.status(), 503);
}

#[test]
fn a_refresh_brings_the_same_sign_in_and_no_nonce() {
    let sentence = "its iss, sub [...], auth_time [...] MUST be the same [...]; its iat Claim MUST represent the time that \
                    the new ID Token is issued; it SHOULD NOT have a nonce Claim";
    let case = Case::refresh().with(|case| {
        case.policy = protocol::Policy::with_openid();
        let facts = case.refresh_mut();
        facts.grant.scope = scope("openid profile");
        facts.asked = Some(Case::asked());
    });
    let (first, later) = (id_token(&code()), id_token(&case));
    assert_eq!(
        (&later.iss, &later.sub, &later.aud),
        (&first.iss, &first.sub, &first.aud),
        "{sentence}"
    );
    assert_eq!(later.iat, Some(NOW.0), "{sentence}");
    let auth_time = case.refresh.as_ref().map(|facts| facts.grant.auth_time.0);
    assert_eq!(
        later
            .other
            .get("auth_time")
            .and_then(serde_json::Value::as_i64),
        auth_time
    );
    assert_eq!(later.other.get("sid"), first.other.get("sid"));
    assert_eq!(later.other.get("nonce"), None, "{sentence}");
    let narrower = case.with(|case| case.set("scope", "profile"));
    assert_eq!(
        json(&narrower.answer().reply()).get("id_token"),
        None,
        "openid was left out"
    );
}

#[test]
fn an_apps_own_token_has_none() {
    let case = Case::code().with(|case| {
        case.policy = protocol::Policy::with_openid();
        for name in ["code", "redirect_uri", "code_verifier"] {
            case.unset(name);
        }
        case.set("grant_type", "client_credentials");
        case.set("scope", "openid");
    });
    assert_eq!(
        json(&case.answer().reply()).get("id_token"),
        None,
        "nobody signed in"
    );
}
