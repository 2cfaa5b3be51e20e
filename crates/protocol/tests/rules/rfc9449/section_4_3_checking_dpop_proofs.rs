//! §4.3 Checking DPoP Proofs, with §4.2 DPoP Proof JWT Syntax.
use super::proofs::{
    ENDPOINT, KEY, OTHER, answered, claim, claims, fault, headed, header, of_type, proof_of,
    signed, with,
};
use jose::{Digest, SigningAlgorithm, SigningKey};
use protocol::client_auth::AuthenticatedClient;
use protocol::dpop::{Offered, holding};
use protocol::testing::{Case, NONCE_KEY, NOW};
use protocol::token::TokenError;
use protocol::transition::AssertionChange;
use serde_json::{Value, json};
use wire::dpop::ProofFault;

/// What must be remembered of a proof.
fn used(proof: &str) -> (Digest, i64) {
    let case = Case::code();
    let offered = Offered {
        proof: Ok(proof),
        method: "POST",
        path: "/oauth2/token",
    };
    let key = jose::keyed::Key::new(&NONCE_KEY);
    let client: AuthenticatedClient = case.authenticated();
    let (_, change) = holding(client, &offered, &key, &case.context()).expect("a good proof");
    let AssertionChange::Use { key, until, .. } = change;
    (key, until.0)
}

#[test]
fn there_is_one_header() {
    let sentence = "There is not more than one DPoP HTTP request header field.";
    let case = Case::code();
    let key = jose::keyed::Key::new(&NONCE_KEY);
    let offered = Offered {
        proof: Err(ProofFault::Several),
        method: "POST",
        path: "/oauth2/token",
    };
    let error = holding(case.authenticated(), &offered, &key, &case.context());
    let error = error.expect_err(sentence);
    assert_eq!(error, TokenError::Proof(ProofFault::Several));
    assert_eq!(
        (error.status(), error.code(&case.policy.errors)),
        (400, "invalid_dpop_proof")
    );
    // Two values that something on the way joined are no proof either.
    let two = format!("{}, {}", with(|_| {}), with(|_| {}));
    assert_eq!(fault(&two), ProofFault::Malformed, "{sentence}");
}

#[test]
fn it_is_a_single_well_formed_jwt() {
    let sentence = "The DPoP HTTP request header field value is a single and well-formed JWT.";
    let good = with(|_| {});
    assert!(answered(&good).is_ok());
    let parts: Vec<&str> = good.split('.').collect();
    for bad in [
        String::new(),
        "x".to_owned(),
        good.replace('.', "~"),
        format!("{}..{}", parts[0], parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        "e30.e30.e30.e30.e30".to_owned(),
        format!(" {good}"),
        format!("{good}{}", "A".repeat(9_000)),
    ] {
        assert_eq!(fault(&bad), ProofFault::Malformed, "{sentence} {bad}");
    }
}

#[test]
fn all_required_claims_are_contained() {
    let sentence = "All required claims per Section 4.2 are contained in the JWT.";
    for name in ["htm", "htu"] {
        for value in [
            None,
            Some(json!(7)),
            Some(json!(["POST"])),
            Some(Value::Null),
        ] {
            assert_eq!(fault(&claim(name, value)), ProofFault::Claims, "{sentence}");
        }
    }
    assert_eq!(fault(&with(|own| own.jti = None)), ProofFault::Claims);
    assert_eq!(
        fault(&with(|own| own.jti = Some(String::new()))),
        ProofFault::Claims
    );
    assert_eq!(fault(&with(|own| own.iat = None)), ProofFault::Claims);
}

#[test]
fn its_type_is_that_of_proofs() {
    let sentence = "The typ JOSE Header Parameter has the value dpop+jwt.";
    for typ in ["JWT", "at+jwt", "client-authentication+jwt", "dpop"] {
        assert_eq!(fault(&of_type(typ)), ProofFault::Type, "{sentence}");
        assert_eq!(
            fault(&headed(|own| own["typ"] = typ.into())),
            ProofFault::Type
        );
    }
    let without = headed(|own| {
        own.as_object_mut().expect("a header").remove("typ");
    });
    assert_eq!(fault(&without), ProofFault::Type, "{sentence}");
    // A media type may be written out, in letters of any case (RFC 7515 §4.1.9).
    assert!(answered(&headed(|own| own["typ"] = "application/DPOP+jwt".into())).is_ok());
}

#[test]
fn its_algorithm_is_asymmetric() {
    let sentence = "The alg JOSE Header Parameter indicates a registered asymmetric digital signature algorithm […], is not \
                    none, is supported by the application, and is acceptable per local policy.";
    for alg in ["none", "None", "HS256", "HS512", "ES256K", ""] {
        let bad = headed(|own| own["alg"] = alg.into());
        assert_eq!(fault(&bad), ProofFault::Algorithm, "{sentence} {alg}");
    }
    for algorithm in SigningAlgorithm::ALL {
        let key = SigningKey::generate(algorithm);
        assert!(
            answered(&proof_of(&key, |_| {})).is_ok(),
            "{}",
            algorithm.name()
        );
    }
    // The key of one kind with the algorithm of another.
    for alg in ["RS256", "PS256", "EdDSA", "ES384"] {
        let bad = headed(|own| own["alg"] = alg.into());
        assert_eq!(fault(&bad), ProofFault::Key, "{alg}");
    }
}

#[test]
fn its_own_key_made_its_signature() {
    let sentence = "The JWT signature verifies with the public key contained in the jwk JOSE Header Parameter.";
    let stolen = signed(&OTHER, &header(&KEY), &claims());
    assert_eq!(fault(&stolen), ProofFault::Signature, "{sentence}");
    let good = with(|_| {});
    let (signed, _) = good.rsplit_once('.').expect("three parts");
    let (_, other) = stolen.rsplit_once('.').expect("three parts");
    assert_eq!(fault(&format!("{signed}.{other}")), ProofFault::Signature);
    for other in ["kid", "jku", "x5u", "x5c"] {
        let without = headed(|own| {
            own.as_object_mut().expect("a header").remove("jwk");
            own[other] = "https://app.example/keys".into();
        });
        assert_eq!(
            fault(&without),
            ProofFault::Key,
            "a key is in the proof, not {other}"
        );
    }
    for jwk in [json!("x"), json!({}), json!([]), Value::Null] {
        assert_eq!(fault(&headed(|own| own["jwk"] = jwk)), ProofFault::Key);
    }
}

#[test]
fn its_key_has_no_private_part() {
    let sentence = "The jwk JOSE Header Parameter does not contain a private key.";
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let bad = headed(|own| own["jwk"][member] = "AQAB".into());
        assert_eq!(fault(&bad), ProofFault::PrivateKey, "{sentence} {member}");
    }
    let shared = headed(|own| own["jwk"] = json!({ "kty": "oct", "k": "c2VjcmV0" }));
    assert_eq!(fault(&shared), ProofFault::PrivateKey, "{sentence}");
}

#[test]
fn it_is_for_the_method_of_the_request() {
    let sentence = "The htm claim matches the HTTP method of the current request.";
    for other in ["GET", "post", "PUT", ""] {
        assert_eq!(
            fault(&claim("htm", Some(other.into()))),
            ProofFault::Method,
            "{sentence}"
        );
    }
}

#[test]
fn it_is_for_the_uri_of_the_request() {
    let sentence = "The htu claim matches the HTTP URI value for the HTTP request in which the JWT was received, ignoring any \
                    query and fragment parts.";
    let taken = |uri: &str| answered(&claim("htu", Some(uri.into()))).is_ok();
    for same in [
        format!("{ENDPOINT}?grant_type=x"),
        format!("{ENDPOINT}#fragment"),
        "HTTPS://Issuer.EXAMPLE:443/oauth2/token".to_owned(),
        "https://issuer.example/%6fauth2/./x/../token".to_owned(),
    ] {
        assert!(taken(&same), "{sentence} {same}");
    }
    for other in [
        "https://issuer.example/oauth2/revoke",
        "https://issuer.example/oauth2/token/",
        "http://issuer.example/oauth2/token",
        "https://issuer.example:8443/oauth2/token",
        "https://issuer.example.evil.example/oauth2/token",
        "https://issuer.example@evil.example/oauth2/token",
        "/oauth2/token",
        "https://issuer.example",
        "",
    ] {
        let bad = claim("htu", Some(other.into()));
        assert_eq!(fault(&bad), ProofFault::Uri, "{sentence} {other}");
    }
}

#[test]
fn it_is_of_this_moment() {
    let sentence = "The creation time of the JWT, as determined by either the iat claim or a server managed timestamp via the \
                    nonce claim, is within an acceptable window";
    let made = |after: i64| with(|own| own.iat = Some(NOW.0 + after));
    for near in [-89, -10, 0, 10, 30] {
        assert!(answered(&made(near)).is_ok(), "{sentence} {near}");
    }
    for far in [-3_600, -90, 31, 3_600, 1 << 40, -(1 << 60)] {
        assert_eq!(fault(&made(far)), ProofFault::Time, "{sentence} {far}");
    }
    // Whatever else it says of its time is kept to.
    assert_eq!(
        fault(&with(|own| own.exp = Some(NOW.0 - 30))),
        ProofFault::Time
    );
    assert_eq!(
        fault(&with(|own| own.nbf = Some(NOW.0 + 31))),
        ProofFault::Time
    );
    assert!(
        answered(&with(
            |own| (own.exp, own.nbf) = (Some(NOW.0 - 10), Some(NOW.0 + 10))
        ))
        .is_ok()
    );
}

#[test]
fn claims_that_are_not_known_are_passed_over() {
    let sentence = "To improve interoperability, the DPoP proof may contain other claims";
    for (name, value) in [
        ("ath", json!("x")),
        ("nonce", json!("x")),
        ("planet", json!({})),
    ] {
        assert!(
            answered(&claim(name, Some(value))).is_ok(),
            "{sentence} {name}"
        );
    }
}

#[test]
fn a_proof_is_remembered_by_its_key_and_its_name_until_it_works_no_more() {
    let sentence = "servers can store, in the context of the target URI, the jti value of each DPoP proof for the time window \
                    in which the respective DPoP proof JWT would be accepted (§11.1)";
    let (first, until) = used(&with(|_| {}));
    assert_eq!(until, NOW.0 + 90, "{sentence}");
    assert_eq!(
        used(&with(|own| own.iat = Some(NOW.0 + 30))),
        (first, NOW.0 + 120)
    );
    assert_ne!(
        used(&with(|own| own.jti = Some("another".to_owned()))).0,
        first
    );
    assert_ne!(
        used(&proof_of(&OTHER, |_| {})).0,
        first,
        "another may use the same name"
    );
}
