//! §3: what an assertion is, and what is none.
use super::signed::{KEY, TYP, app, claims, fault, fault_of, judged, keys_of, taken, with};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jose::jwt::{self, Audience};
use jose::{Algorithm, Digest, SigningAlgorithm, SigningKey, jws};
use protocol::Policy;
use protocol::client_auth::AssertionFault;
use protocol::policy::Conformance;
use protocol::testing::NOW;
use protocol::transition::AssertionChange;
use protocol::types::{Client, ClientKeys, ClientRowId, KeySource, UnixTime};

/// A JWS with this header over the usual claims, signed by the key of the app.
fn headed(header: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", part(header), part(&claims().json()));
    let signature = KEY.sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn iss_and_sub_are_the_client_id() {
    let issuer = "The JWT MUST contain an \"iss\" (issuer) claim";
    let subject =
        "For client authentication, the subject MUST be the \"client_id\" of the OAuth client.";
    assert_eq!(
        fault(&with(|own| own.iss = None)),
        AssertionFault::Claims,
        "{issuer}"
    );
    assert_eq!(
        fault(&with(|own| own.sub = None)),
        AssertionFault::Claims,
        "{subject}"
    );
    for other in ["another", "", "APP"] {
        let iss = with(|own| own.iss = Some(other.to_owned()));
        assert_eq!(fault(&iss), AssertionFault::Parties, "{issuer}");
        let sub = with(|own| own.sub = Some(other.to_owned()));
        assert_eq!(fault(&sub), AssertionFault::Parties, "{subject}");
    }
}

#[test]
fn the_audience_is_the_issuer_and_nothing_else() {
    let sentence = "The authorization server MUST reject any JWT that does not contain its own identity as the intended audience.";
    let list = |all: &[&str]| {
        let all = all.iter().map(|own| (*own).to_owned()).collect();
        with(|own| own.aud = Some(Audience::List(all)))
    };
    let one = |own: &str| with(|claims| claims.aud = Some(Audience::One(own.to_owned())));
    let (issuer, endpoint) = (
        "https://issuer.example",
        "https://issuer.example/oauth2/token",
    );
    assert!(taken(&one(issuer)) && taken(&list(&[issuer])));
    assert_eq!(
        fault(&with(|own| own.aud = None)),
        AssertionFault::Claims,
        "{sentence}"
    );
    for other in [
        one(endpoint),
        one("https://issuer.example/"),
        one("https://ISSUER.example"),
        one("app"),
        one(""),
        list(&[]),
        list(&[issuer, issuer]),
        list(&[issuer, endpoint]),
        list(&[issuer, "https://other.example"]),
        list(&[endpoint]),
    ] {
        assert_eq!(fault(&other), AssertionFault::Audience, "{sentence}");
    }
    // OpenID Connect Core §9: "The Audience SHOULD be the URL of the Authorization Server's Token Endpoint."
    let policy = Policy {
        conformance: Conformance::OidcCert,
        ..Policy::for_tests()
    };
    for good in [
        one(issuer),
        one(endpoint),
        list(&[endpoint]),
        list(&[issuer, endpoint]),
    ] {
        assert!(judged(&good, &app(), &policy).is_ok());
    }
    for other in [
        list(&[issuer, "https://other.example"]),
        list(&[]),
        one("app"),
    ] {
        let fault = fault_of(judged(&other, &app(), &policy));
        assert_eq!(fault, AssertionFault::Audience);
    }
}

#[test]
fn it_has_an_end_that_is_to_come_and_near() {
    let must = "The JWT MUST contain an \"exp\" (expiration time) claim";
    let passed = "The authorization server MUST reject any JWT with an expiration time that has passed, subject to allowable clock skew between systems.";
    let far = "the authorization server may reject JWTs with an \"exp\" claim value that is unreasonably far in the future";
    let ends = |at: i64| with(|own| own.exp = Some(NOW.0 + at));
    assert_eq!(
        fault(&with(|own| own.exp = None)),
        AssertionFault::Claims,
        "{must}"
    );
    for (at, taken_then) in [
        (1, true),
        (-10, true),
        (-29, true),
        (-30, false),
        (-300, false),
    ] {
        assert_eq!(taken(&ends(at)), taken_then, "{at}: {passed}");
    }
    assert_eq!(fault(&ends(-300)), AssertionFault::Expired);
    assert!(taken(&ends(86_400)));
    assert_eq!(fault(&ends(2 * 86_400)), AssertionFault::LongLived, "{far}");
    assert_eq!(
        fault(&with(|own| own.exp = Some(i64::MAX))),
        AssertionFault::LongLived
    );
}

#[test]
fn clocks_may_be_ten_seconds_apart_and_not_a_minute() {
    let sentence = "\"nbf\" (not before) claim that identifies the time before which the token MUST NOT be accepted for processing";
    for (ahead, taken_then) in [
        (0, true),
        (8, true),
        (10, true),
        (61, false),
        (3_600, false),
    ] {
        let nbf = with(|own| own.nbf = Some(NOW.0 + ahead));
        let iat = with(|own| own.iat = Some(NOW.0 + ahead));
        assert_eq!(taken(&nbf), taken_then, "nbf {ahead}: {sentence}");
        assert_eq!(taken(&iat), taken_then, "iat {ahead}");
    }
    let iat = with(|own| own.iat = Some(NOW.0 + 61));
    assert_eq!(fault(&iat), AssertionFault::Future);
    assert!(taken(&with(|own| own.iat = None)), "it MAY contain iat");
}

#[test]
fn each_has_a_name_of_its_own_and_is_remembered_until_its_end() {
    let sentence = "The authorization server MAY ensure that JWTs are not replayed by maintaining the set of used \"jti\" values";
    assert_eq!(
        fault(&with(|own| own.jti = None)),
        AssertionFault::Claims,
        "{sentence}"
    );
    let empty = with(|own| own.jti = Some(String::new()));
    assert_eq!(fault(&empty), AssertionFault::Claims);
    let policy = Policy::for_tests();
    let used = |assertion: &str, client: &Client| -> (Digest, UnixTime) {
        let AssertionChange::Use { key, until, .. } =
            judged(assertion, client, &policy).expect("it is right");
        (key, until)
    };
    let first = used(&with(|_| {}), &app());
    assert!(
        first.1 > UnixTime(NOW.0 + 60),
        "also as long as clocks may be apart"
    );
    let again = used(&with(|own| own.exp = Some(NOW.0 + 90)), &app());
    assert_eq!(first.0, again.0, "the name counts, and not the text");
    let other = used(&with(|own| own.jti = Some("2".to_owned())), &app());
    assert_ne!(first.0, other.0);
    let others = Client {
        no: ClientRowId(2),
        ..app()
    };
    assert_ne!(
        first.0,
        used(&with(|_| {}), &others).0,
        "of each app by itself"
    );
}

#[test]
fn the_signature_is_by_a_key_of_the_app() {
    let sentence = "The authorization server MUST reject JWTs with an invalid signature or MAC.";
    let stranger = SigningKey::generate(SigningAlgorithm::Es256);
    let foreign = jwt::sign(&stranger, TYP, &claims());
    assert_eq!(fault(&foreign), AssertionFault::Key, "{sentence}");
    let named = stranger.with_kid(KEY.kid().to_owned());
    let forged = jwt::sign(&named, TYP, &claims());
    assert_eq!(fault(&forged), AssertionFault::Signature, "{sentence}");
    let (head, signature) = {
        let good = with(|_| {});
        let at = good.rfind('.').expect("three parts");
        (good[..at].to_owned(), good[at + 1..].to_owned())
    };
    assert_eq!(fault(&format!("{head}.")), AssertionFault::Signature);
    let changed = head.replace("eyJ", "eyK");
    assert_eq!(
        fault(&format!("{changed}.{signature}")),
        AssertionFault::Malformed
    );
    let other = with(|own| own.jti = Some("2".to_owned()));
    let other = other.rsplit_once('.').expect("three parts").0;
    assert_eq!(
        fault(&format!("{other}.{signature}")),
        AssertionFault::Signature
    );
}

#[test]
fn the_algorithm_is_one_of_the_app_and_of_its_key() {
    let only = |algorithms: &[Algorithm], key: &SigningKey| Client {
        keys: Some(Box::new(ClientKeys {
            source: KeySource::Set(keys_of(key)),
            algorithms: algorithms.to_vec(),
            ends_at: None,
        })),
        ..app()
    };
    let policy = Policy::for_tests();
    let eddsa = SigningKey::generate(SigningAlgorithm::EdDsa);
    let assertion = jwt::sign(&eddsa, TYP, &claims());
    for own in [
        &[][..],
        &[Algorithm::EdDsa],
        &[Algorithm::Es256, Algorithm::EdDsa],
    ] {
        assert!(judged(&assertion, &only(own, &eddsa), &policy).is_ok());
    }
    let fault = fault_of(judged(
        &assertion,
        &only(&[Algorithm::Es256], &eddsa),
        &policy,
    ));
    assert_eq!(fault, AssertionFault::Algorithm);
    // A key that says that it is for PS256 is not used with RS256, whatever the header says.
    let ps256 = SigningKey::generate(SigningAlgorithm::Ps256);
    let rs256 = SigningKey::from_pkcs8(SigningAlgorithm::Rs256, &ps256.to_pkcs8());
    let rs256 = rs256
        .expect("the same key")
        .with_kid(ps256.kid().to_owned());
    let assertion = jwt::sign(&rs256, TYP, &claims());
    let fault = fault_of(judged(&assertion, &only(&[], &ps256), &policy));
    assert_eq!(fault, AssertionFault::Key);
}

#[test]
fn keys_that_came_to_their_end_prove_nothing() {
    let ends = |at: i64| {
        let mut client = app();
        client.keys.as_mut().expect("keys").ends_at = Some(UnixTime(NOW.0 + at));
        client
    };
    let policy = Policy::for_tests();
    assert!(judged(&with(|_| {}), &ends(1), &policy).is_ok());
    for at in [0, -1] {
        let fault = fault_of(judged(&with(|_| {}), &ends(at), &policy));
        assert_eq!(fault, AssertionFault::Key);
    }
}

#[test]
fn none_and_shared_secrets_are_no_signatures() {
    for alg in [
        "none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "ES256K", "dir", "",
    ] {
        let header = format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, KEY.kid());
        assert_eq!(fault(&headed(&header)), AssertionFault::Algorithm, "{alg}");
    }
    // The public key taken for a shared secret: algorithm confusion.
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed = format!(
        "{}.{}",
        part(r#"{"alg":"HS256","typ":"JWT"}"#),
        part(&claims().json())
    );
    let key = jose::keyed::Key::new(KEY.public().json().as_bytes());
    let tag = key.tag(&[signed.as_bytes()]);
    assert_eq!(fault(&format!("{signed}.{tag}")), AssertionFault::Algorithm);
    assert_eq!(
        fault(&headed(r#"{"typ":"JWT"}"#)),
        AssertionFault::Malformed
    );
}

#[test]
fn the_type_is_that_of_an_assertion_or_says_nothing() {
    let sentence =
        "the authorization server MUST reject a JWT that is not valid in all other respects";
    for typ in [
        TYP,
        "JWT",
        "jwt",
        "application/client-authentication+jwt",
        "CLIENT-authentication+JWT",
    ] {
        assert!(
            taken(&jws::sign(&KEY, typ, claims().json().as_bytes())),
            "{typ}"
        );
    }
    assert!(taken(&headed(r#"{"alg":"ES256"}"#)), "RFC 7523 has no type");
    for typ in [
        "at+jwt",
        "logout+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "application/at+jwt",
        "JOSE",
        "",
    ] {
        let other = jws::sign(&KEY, typ, claims().json().as_bytes());
        assert_eq!(fault(&other), AssertionFault::Type, "{typ}: {sentence}");
    }
}

#[test]
fn what_must_be_understood_and_is_not_refuses_it() {
    for header in [
        r#"{"alg":"ES256","crit":["exp"],"exp":1}"#,
        r#"{"alg":"ES256","crit":[]}"#,
        r#"{"alg":"ES256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"ES256","b64":false}"#,
        r#"{"alg":"ES256","zip":"DEF"}"#,
        r#"{"alg":"ES256","alg":"none"}"#,
        r#"{"alg":"ES256","cty":"JWT"}"#,
        r#"{"alg":["ES256"]}"#,
        "[]",
        "",
    ] {
        assert_eq!(
            fault(&headed(header)),
            AssertionFault::Malformed,
            "{header}"
        );
    }
}

#[test]
fn nested_detached_encrypted_and_json_forms_are_refused() {
    let good = with(|_| {});
    let parts: Vec<&str> = good.split('.').collect();
    let nested = jws::sign(&KEY, TYP, good.as_bytes());
    assert_eq!(
        fault(&nested),
        AssertionFault::Claims,
        "its payload is no object"
    );
    for bad in [
        format!("{}..{}", parts[0], parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{good}.a.b"),
        format!(
            r#"{{"protected":"{}","payload":"{}","signature":"{}"}}"#,
            parts[0], parts[1], parts[2]
        ),
        format!(" {good}"),
        format!("{good}="),
        String::from("..."),
    ] {
        assert_eq!(fault(&bad), AssertionFault::Malformed, "{bad}");
    }
}

#[test]
fn a_key_that_the_assertion_brings_along_is_never_used() {
    let own = SigningKey::generate(SigningAlgorithm::Es256);
    let jwk = own.public().json();
    for (member, value) in [
        ("jwk", jwk.as_str()),
        ("jku", r#""http://127.0.0.1:1/jwks.json""#),
        ("x5u", r#""http://127.0.0.1:1/cert.pem""#),
        ("x5c", r#"["MIIB"]"#),
    ] {
        let header = format!(
            r#"{{"alg":"ES256","kid":"{}","{member}":{value}}}"#,
            own.kid()
        );
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", part(&header), part(&claims().json()));
        let signature = URL_SAFE_NO_PAD.encode(own.sign(signed.as_bytes()));
        let fault = fault(&format!("{signed}.{signature}"));
        assert_eq!(fault, AssertionFault::Key, "{member}");
        // Beside a key of the app they say nothing.
        let beside = format!(r#"{{"alg":"ES256","{member}":{value}}}"#);
        assert!(taken(&headed(&beside)), "{member}");
    }
}

#[test]
fn claims_are_read_strictly() {
    let raw = |payload: &str| jws::sign(&KEY, TYP, payload.as_bytes());
    let good = claims().json();
    for (from, to) in [
        (r#""sub":"app""#, r#""sub":["app"]"#),
        (r#""sub":"app""#, r#""sub":"app","sub":"app""#),
        (r#""jti":"1""#, r#""jti":1"#),
        (r#""exp":"#, r#""exp":"soon","x":"#),
        (r#""aud":"https://issuer.example""#, r#""aud":{}"#),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good);
        assert_eq!(fault(&raw(&bad)), AssertionFault::Claims, "{to}");
    }
    assert_eq!(fault(&raw("[]")), AssertionFault::Claims);
}
