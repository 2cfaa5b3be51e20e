//! OpenID Connect Core §3.1.3.7, Discovery §4.3 and §9: what a client must check.
use super::{ACCESS, ISSUER, SIGNER, claims, departure, document, key, keys, metadata, provider};
use jose::jwt::{Audience, Claims, JwtFault, sign};
use jose::{Algorithm, SigningAlgorithm, SigningKey};
use protocol::testing::NOW;
use protocol::types::UnixTime;
use protocol::upstream::{
    Departure, IdTokenFault, Metadata, MetadataFault, Profile, ProfileFault, Proved, verify,
};
use serde_json::{Value, json};

fn judged(text: &str, departure: &Departure) -> Result<Proved, IdTokenFault> {
    let (of, own) = ((&provider(), &metadata()), (departure, &key()));
    verify(text, ACCESS, of, own, (&keys(), NOW))
}

fn with(change: impl FnOnce(&mut Claims)) -> Result<Proved, IdTokenFault> {
    let mut claims = claims();
    change(&mut claims);
    judged(&sign(&SIGNER, "JWT", &claims), &departure())
}

fn say(claims: &mut Claims, name: &str, value: Value) {
    claims.other.insert(name.to_owned(), value);
}

#[test]
fn one_that_is_right_says_who_signed_in() {
    let proved = with(|claims| {
        say(claims, "auth_time", (NOW.0 - 60).into());
        say(claims, "amr", json!(["pwd", "otp", "with space", 7]));
    })
    .unwrap();
    assert_eq!(proved.sub, "u-1815");
    assert_eq!(proved.auth_time, Some(UnixTime(NOW.0 - 60)));
    assert_eq!(proved.methods, ["pwd", "otp"]);
}

/// "The Issuer Identifier for the OpenID Provider […] MUST exactly match the value of the iss (issuer) Claim."
#[test]
fn the_issuer_matches_exactly() {
    for issuer in [
        Some("https://login.acme.example/"),
        Some("https://other.example"),
        None,
    ] {
        assert!(
            with(|claims| claims.iss = issuer.map(str::to_owned)).is_err(),
            "{issuer:?}"
        );
    }
}

/// "The Client MUST validate that the aud (audience) Claim contains its client_id value […]. The ID Token MUST be rejected if
/// the ID Token does not list the Client as a valid audience, or if it contains additional audiences not trusted by the Client."
#[test]
fn it_is_for_us_and_for_nobody_else() {
    let list = |all: &[&str]| {
        Some(Audience::List(
            all.iter().map(|&one| one.to_owned()).collect(),
        ))
    };
    assert!(with(|claims| claims.aud = list(&["us"])).is_ok());
    let others = with(|claims| claims.aud = list(&["us", "another"]));
    assert_eq!(others.unwrap_err(), IdTokenFault::Audience);
    let another = with(|claims| claims.aud = Some(Audience::One("another".to_owned())));
    assert_eq!(another.unwrap_err(), IdTokenFault::Jwt(JwtFault::Audience));
    assert!(with(|claims| claims.aud = None).is_err());
}

/// "If an azp (authorized party) Claim is present, the Client SHOULD verify that its client_id is the Claim Value."
#[test]
fn the_authorized_party_is_us() {
    assert!(with(|claims| say(claims, "azp", "us".into())).is_ok());
    for other in [json!("another"), json!(["us"]), Value::Null] {
        let judged = with(|claims| say(claims, "azp", other));
        assert_eq!(judged.unwrap_err(), IdTokenFault::AuthorizedParty);
    }
}

/// "The Client MUST validate the signature of all other ID Tokens according to JWS [JWS] using the algorithm specified in the
/// JWT alg Header Parameter. The Client MUST use the keys provided by the Issuer."
#[test]
fn it_is_signed_by_a_key_of_theirs() {
    let other = SigningKey::generate(SigningAlgorithm::Es256);
    let text = sign(&other, "JWT", &claims());
    let fault = judged(&text, &departure()).unwrap_err();
    assert!(fault.may_be_rotation(), "{fault:?}");
    let part = |text: &str| jose::base64url::encode(text.as_bytes());
    let payload = part(&claims().json());
    for alg in ["none", "HS256", "None"] {
        let header = part(&format!("{{\"alg\":\"{alg}\",\"typ\":\"JWT\"}}"));
        let fault = judged(&format!("{header}.{payload}."), &departure()).unwrap_err();
        assert!(
            !fault.may_be_rotation(),
            "nothing is fetched for {alg}: {fault:?}"
        );
    }
    // An access token (RFC 9068) is none.
    assert!(judged(&sign(&SIGNER, "at+jwt", &claims()), &departure()).is_err());
}

/// "The alg value SHOULD be the default of RS256 or the algorithm sent by the Client": it is one that the provider says it
/// signs by.
#[test]
fn it_is_signed_as_they_say() {
    let mut document = document();
    document["id_token_signing_alg_values_supported"] = json!(["RS256", "none", "HS256"]);
    let metadata = Metadata::parse(document.to_string().as_bytes(), ISSUER, false).unwrap();
    assert_eq!(metadata.algorithms, [Algorithm::Rs256]);
    let (of, own) = ((&provider(), &metadata), (&departure(), &key()));
    let text = sign(&SIGNER, "JWT", &claims());
    assert!(verify(&text, ACCESS, of, own, (&keys(), NOW)).is_err());
    document["id_token_signing_alg_values_supported"] = json!(["none"]);
    let refused = Metadata::parse(document.to_string().as_bytes(), ISSUER, false);
    assert_eq!(refused, Err(MetadataFault::Algorithms));
}

/// "The current time MUST be before the time represented by the exp Claim." "The iat Claim can be used to reject tokens that
/// were issued too far away from the current time."
#[test]
fn it_is_of_this_time_give_or_take_a_minute() {
    for (exp, iat, taken) in [
        (NOW.0 - 59, NOW.0, true),
        (NOW.0 - 60, NOW.0, false),
        (NOW.0 + 60, NOW.0 + 60, true),
        (NOW.0 + 60, NOW.0 + 61, false),
        (NOW.0 + 60, NOW.0 - 660, true),
        (NOW.0 + 60, NOW.0 - 661, false),
    ] {
        let judged = with(|claims| (claims.exp, claims.iat) = (Some(exp), Some(iat)));
        assert_eq!(judged.is_ok(), taken, "{exp} {iat}: {judged:?}");
    }
    assert!(with(|claims| claims.exp = None).is_err());
    assert!(with(|claims| claims.iat = None).is_err());
}

/// "If a nonce value was sent in the Authentication Request, a nonce Claim MUST be present and its value checked to verify that
/// it is the same value as the one that was sent in the Authentication Request."
#[test]
fn the_nonce_is_of_this_departure() {
    let mut other = departure();
    other.provider = "another".to_owned();
    let text = sign(&SIGNER, "JWT", &claims());
    assert_eq!(judged(&text, &other).unwrap_err(), IdTokenFault::Nonce);
    let none = with(|claims| {
        claims.other.remove("nonce");
    });
    assert_eq!(none.unwrap_err(), IdTokenFault::Nonce);
}

/// "If the auth_time Claim was requested, […] the Client SHOULD check the auth_time Claim value and request
/// re-authentication if it determines too much time has elapsed since the last End-User authentication."
#[test]
fn who_must_sign_in_anew_has() {
    let mut anew = departure();
    (anew.since, anew.tells_time) = (Some(NOW), true);
    let at = |time: Option<i64>| {
        let mut claims = claims();
        if let Some(time) = time {
            say(&mut claims, "auth_time", time.into());
        }
        judged(&sign(&SIGNER, "JWT", &claims), &anew)
    };
    assert_eq!(at(None).unwrap_err(), IdTokenFault::NoTime);
    assert_eq!(at(Some(NOW.0 - 61)).unwrap_err(), IdTokenFault::NotAnew);
    // A clock that is a little behind is no earlier sign-in; and none signs in in the future.
    for time in [NOW.0 - 60, NOW.0, NOW.0 + 5_000] {
        assert_eq!(at(Some(time)).unwrap().auth_time, Some(NOW));
    }
    // Without `max_age` the provider need not say when: `prompt=login` is for it to obey.
    anew.tells_time = false;
    let text = sign(&SIGNER, "JWT", &claims());
    assert_eq!(judged(&text, &anew).unwrap().auth_time, None);
}

/// §3.1.3.8: "If the ID Token contains an at_hash Claim, the Client MAY use it to validate the Access Token".
#[test]
fn the_access_token_is_the_one_beside_it() {
    let other = with(|claims| say(claims, "at_hash", "AAAAAAAAAAAAAAAAAAAAAA".into()));
    assert_eq!(other.unwrap_err(), IdTokenFault::AccessToken);
    let none = with(|claims| {
        claims.other.remove("at_hash");
    });
    assert!(none.is_ok());
}

/// §2: sub "MUST NOT exceed 255 ASCII [RFC20] characters in length".
#[test]
fn the_subject_can_be_known_again() {
    for sub in [String::new(), "x".repeat(256), "é".to_owned()] {
        let judged = with(|claims| claims.sub = Some(sub));
        assert_eq!(judged.unwrap_err(), IdTokenFault::Subject);
    }
    assert!(with(|claims| claims.sub = Some("x".repeat(255))).is_ok());
}

/// §5.3.2: "The sub Claim in the UserInfo Response MUST be verified to exactly match the sub Claim in the ID Token; if they do
/// not match, the UserInfo Response values MUST NOT be used."
#[test]
fn userinfo_is_of_the_same_person() {
    let said = |text: &str| Profile::userinfo(text.as_bytes(), "u-1815").map(drop);
    assert_eq!(said("{\"sub\":\"u-1815\"}"), Ok(()));
    for other in [
        "{\"sub\":\"u-1816\"}",
        "{\"sub\":1815}",
        "{\"name\":\"Ada\"}",
    ] {
        assert_eq!(said(other), Err(ProfileFault::OtherPerson));
    }
    for none in [
        "<html></html>",
        "[]",
        "",
        "{\"sub\":\"u-1815\",\"sub\":\"u-1815\"}",
    ] {
        assert_eq!(said(none), Err(ProfileFault::Json), "{none}");
    }
}

/// Discovery §4.3: "The issuer value returned MUST be identical to the Issuer URL that was used as the prefix".
#[test]
fn the_document_is_the_issuers_own() {
    let read = |change: fn(&mut Value)| {
        let mut document = document();
        change(&mut document);
        Metadata::parse(document.to_string().as_bytes(), ISSUER, false)
    };
    assert!(read(|_| ()).is_ok());
    let other = read(|all| all["issuer"] = format!("{ISSUER}/").into());
    assert_eq!(other, Err(MetadataFault::Issuer));
    let plain = read(|all| all["token_endpoint"] = "http://login.acme.example/token".into());
    assert_eq!(plain, Err(MetadataFault::Member("token_endpoint")));
    let none = read(|all| all["jwks_uri"] = Value::Null);
    assert_eq!(none, Err(MetadataFault::Member("jwks_uri")));
    for (text, place) in [
        ("https://a.example", "https://a.example"),
        ("https://a.example/t/", "https://a.example/t"),
    ] {
        assert_eq!(
            Metadata::place(text),
            format!("{place}/.well-known/openid-configuration")
        );
    }
}
