//! The authorization request, the way back (RFC 9207, RFC 9700) and the code's (RFC 6749, RFC 7636).
use super::{BROWSER, ISSUER, SIGNER, departure, document, hub, key, metadata, provider};
use protocol::Params;
use protocol::testing::NOW;
use protocol::types::UnixTime;
use protocol::upstream::{
    ClientProof, Metadata, Question, ReturnFault, Returned, TokenFault, Tokens, authorization_url,
    code_of, sign_out_url, token_call,
};

const BACK: &str = "https://id.example/sign-in/with/acme/return";

fn asked(url: &str) -> Params {
    let (_, query) = url.split_once('?').expect("a query");
    Params::from_form(query.as_bytes()).expect("parameters")
}

#[test]
fn the_request_binds_the_answer_to_the_browser() {
    let departure = departure();
    let question = Question {
        anew: true,
        max_age: Some(0),
        login_hint: Some("ada@acme.example"),
        ui_locales: Some("de"),
    };
    let sent = (&departure, &key());
    let url = authorization_url(&provider(), &metadata(), sent, question, BACK);
    assert!(url.starts_with(&format!("{ISSUER}/authorize?")), "{url}");
    let params = asked(&url);
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "us"),
        ("redirect_uri", BACK),
        ("scope", "openid email"),
        ("code_challenge_method", "S256"),
        ("code_challenge", &departure.challenge(&key())),
        ("nonce", &departure.nonce(&key())),
        ("prompt", "login"),
        ("max_age", "0"),
        ("login_hint", "ada@acme.example"),
        ("ui_locales", "de"),
    ] {
        assert_eq!(params.get(name), Some(value), "{name}");
    }
    // What opens the code is in none of it.
    assert!(!url.contains(&departure.verifier(&key())));
    let url = authorization_url(&hub(), &hub().own_metadata().unwrap(), sent, question, BACK);
    assert!(
        url.starts_with("https://hub.example/authorize?tenant=1&response_type=code"),
        "{url}"
    );
    assert!(asked(&url).get("nonce").is_none() && asked(&url).get("prompt").is_none());
}

fn named(announced: bool) -> Metadata {
    let mut document = document();
    document["authorization_response_iss_parameter_supported"] = announced.into();
    Metadata::parse(document.to_string().as_bytes(), ISSUER, false).expect("metadata")
}

fn judged(pairs: &[(&str, &str)], announced: bool) -> Result<Returned, ReturnFault> {
    let params = Params::from_pairs(pairs.iter().copied());
    let from = ("acme", &named(announced));
    code_of(&params, &departure(), from, Some(BROWSER), NOW)
}

/// "If the value does not match the expected issuer identifier, clients MUST reject the authorization response and MUST NOT
/// proceed with the authorization grant." "If the client receives an authorization response that does not contain the iss
/// parameter […] [and supports it], […] clients MUST reject" (RFC 9207 §2.4).
#[test]
fn an_answer_names_its_issuer() {
    let code = Ok(Returned::Code("c".to_owned()));
    let other = Err(ReturnFault::OtherProvider);
    for announced in [true, false] {
        assert_eq!(judged(&[("code", "c"), ("iss", ISSUER)], announced), code);
        let longer = format!("{ISSUER}/");
        for wrong in ["https://other.example", &longer] {
            assert_eq!(judged(&[("code", "c"), ("iss", wrong)], announced), other);
            // "…for error responses, clients MUST NOT assume that the error originates from the intended authorization server".
            let error = [("error", "access_denied"), ("iss", wrong)];
            assert_eq!(judged(&error, announced), other);
        }
    }
    assert_eq!(judged(&[("code", "c")], true), other);
    assert_eq!(judged(&[("code", "c")], false), code);
}

#[test]
fn an_answer_is_of_this_browser_this_provider_and_this_time() {
    let params = Params::from_pairs([("code", "c"), ("iss", ISSUER)]);
    let (departure, metadata) = (departure(), metadata());
    let judge = |provider, browser, now| {
        code_of(
            &params,
            &departure,
            (provider, &metadata),
            browser,
            UnixTime(now),
        )
    };
    for browser in [None, Some("another")] {
        assert_eq!(
            judge("acme", browser, NOW.0),
            Err(ReturnFault::OtherBrowser)
        );
    }
    assert_eq!(
        judge("hub", Some(BROWSER), NOW.0),
        Err(ReturnFault::OtherProvider)
    );
    assert!(judge("acme", Some(BROWSER), NOW.0 + 599).is_ok());
    assert_eq!(
        judge("acme", Some(BROWSER), NOW.0 + 600),
        Err(ReturnFault::Late)
    );
}

#[test]
fn an_answer_says_one_thing() {
    let malformed = Err(ReturnFault::Malformed);
    assert_eq!(judged(&[("code", "c"), ("code", "d")], false), malformed);
    assert_eq!(
        judged(&[("code", "c"), ("iss", ISSUER), ("iss", ISSUER)], true),
        malformed
    );
    assert_eq!(judged(&[], false), malformed);
    let long = "c".repeat(5_000);
    assert_eq!(judged(&[("code", &long)], false), malformed);
    let denied = judged(&[("error", "access_denied"), ("code", "c")], false);
    assert_eq!(denied, Ok(Returned::Denied));
    let odd = judged(&[("error", "a\u{202e}b")], false);
    assert_eq!(odd, Ok(Returned::Failed("an error".to_owned())));
}

/// "The client identifier is encoded using the "application/x-www-form-urlencoded" encoding algorithm […], and the encoded value
/// is used as the username" (RFC 6749 §2.3.1).
#[test]
fn the_code_is_redeemed_with_a_proof_of_ours() {
    let call = |metadata: &Metadata, proof: ClientProof<'_>| {
        let named = (NOW, "jti-1".to_owned());
        token_call(&provider(), metadata, ("c", "v", BACK), proof, named)
    };
    let by_header = call(&metadata(), ClientProof::Secret("a:b &c"));
    let shown = by_header.authorization.unwrap();
    assert_eq!(shown, "Basic dXM6YSUzQWIrJTI2Yw==");
    assert!(!by_header.form.contains("client_secret"));
    let form = Params::from_form(by_header.form.as_bytes()).unwrap();
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "c"),
        ("code_verifier", "v"),
        ("redirect_uri", BACK),
    ] {
        assert_eq!(form.get(name), Some(value));
    }
    let mut document = document();
    document["token_endpoint_auth_methods_supported"] = serde_json::json!(["client_secret_post"]);
    let posted = Metadata::parse(document.to_string().as_bytes(), ISSUER, false).unwrap();
    let by_form = call(&posted, ClientProof::Secret("a:b &c"));
    assert!(by_form.authorization.is_none() && by_form.form.contains("client_secret=a%3Ab+%26c"));
    let by_key = call(&posted, ClientProof::Key(&SIGNER));
    let form = Params::from_form(by_key.form.as_bytes()).unwrap();
    let assertion = form.get("client_assertion").unwrap();
    let claims = jose::jws::Unverified::parse(assertion).unwrap();
    let claims = String::from_utf8(claims.payload().to_vec()).unwrap();
    for part in [
        "\"iss\":\"us\"",
        "\"sub\":\"us\"",
        "\"jti\":\"jti-1\"",
        &format!("\"aud\":\"{ISSUER}/token\""),
    ] {
        assert!(claims.contains(part), "{claims}");
    }
    assert!(by_key.authorization.is_none() && form.get("client_secret").is_none());
}

#[test]
fn tokens_are_read_strictly() {
    let read =
        |status, text: &str, openid| Tokens::parse(status, text.as_bytes(), openid).map(|_| ());
    let good = "{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"id_token\":\"x.y.z\"}";
    assert_eq!(read(200, good, true), Ok(()));
    let without = "{\"access_token\":\"a\",\"token_type\":\"bearer\"}";
    assert_eq!(read(200, without, false), Ok(()));
    assert_eq!(read(200, without, true), Err(TokenFault::NoIdToken));
    let refused = Err(TokenFault::Refused("invalid_grant".to_owned()));
    assert_eq!(
        read(
            200,
            "{\"error\":\"invalid_grant\",\"access_token\":\"a\"}",
            false
        ),
        refused
    );
    assert!(read(401, good, true).is_err());
    for no_token in [
        "{\"access_token\":\"a\",\"token_type\":\"mac\"}",
        "{\"access_token\":\"a b\",\"token_type\":\"bearer\"}",
        "{\"token_type\":\"bearer\"}",
    ] {
        assert_eq!(read(200, no_token, false), Err(TokenFault::NoToken));
    }
    assert_eq!(read(200, "access_token=a", false), Err(TokenFault::Json));
}

/// RP-Initiated Logout §2: without an ID token, `client_id` says who asks.
#[test]
fn the_way_to_sign_out_there_says_who_asks() {
    assert_eq!(sign_out_url(&provider(), &metadata(), BACK), None);
    let mut document = document();
    document["end_session_endpoint"] = format!("{ISSUER}/end").into();
    let metadata = Metadata::parse(document.to_string().as_bytes(), ISSUER, false).unwrap();
    let url = sign_out_url(&provider(), &metadata, BACK).unwrap();
    let params = asked(&url);
    assert_eq!(params.get("client_id"), Some("us"));
    assert_eq!(params.get("post_logout_redirect_uri"), Some(BACK));
}
