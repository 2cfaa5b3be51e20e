//! Private keys: made, kept, brought along.
use crate::vectors::{RFC7515_P256, RFC7515_RSA, RFC8037_ED25519};
use base64::{Engine, engine::general_purpose::STANDARD};
use jose::{KeyFault, SigningAlgorithm, SigningKey};
use serde_json::{Value, json};

/// RFC 8410 §10.3: a private key of Ed25519, and the public key of §10.1 that belongs to it.
const RFC8410_PEM: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    -----END PRIVATE KEY-----\n";
const RFC8410_PUBLIC: &str = "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

fn pem(der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN PRIVATE KEY-----\r\n{}\r\n-----END PRIVATE KEY-----\r\n",
        lines.join("\r\n")
    )
}

/// The fault of a private key with one member changed, or taken away.
fn changed(
    algorithm: SigningAlgorithm,
    key: &str,
    name: &str,
    value: Option<Value>,
) -> Option<KeyFault> {
    let mut key: Value = serde_json::from_str(key).unwrap();
    match value {
        Some(value) => key[name] = value,
        None => drop(key.as_object_mut().unwrap().remove(name)),
    }
    SigningKey::from_jwk(algorithm, key.to_string().as_bytes()).err()
}

#[test]
fn a_key_that_was_kept_is_the_same() {
    for algorithm in SigningAlgorithm::ALL {
        let key = SigningKey::generate(algorithm);
        let der = key.to_pkcs8();
        for again in [
            SigningKey::from_pkcs8(algorithm, &der).unwrap(),
            SigningKey::from_pem(algorithm, &pem(&der)).unwrap(),
        ] {
            assert_eq!(again.public(), key.public());
            assert_eq!(again.kid(), key.public().thumbprint());
            let signature = again.sign(b"message");
            let verifying = key.verifying().unwrap();
            assert!(verifying.verify(algorithm.into(), b"message", &signature));
            assert!(!verifying.verify(algorithm.into(), b"massage", &signature));
        }
    }
}

#[test]
fn no_two_keys_are_the_same() {
    for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::EdDsa] {
        let kid = || SigningKey::generate(algorithm).kid().to_owned();
        assert_ne!(kid(), kid());
    }
}

#[test]
fn pkcs8_as_others_write_it() {
    let key = SigningKey::from_pem(SigningAlgorithm::EdDsa, RFC8410_PEM).unwrap();
    let x = STANDARD.decode(RFC8410_PUBLIC).unwrap();
    assert_eq!(key.public().members()["x"], jose::base64url::encode(&x));
    let around = format!("Bag Attributes\n{RFC8410_PEM}and more");
    assert!(SigningKey::from_pem(SigningAlgorithm::EdDsa, &around).is_ok());
}

#[test]
fn what_is_no_private_key_is_refused() {
    let encrypted = RFC8410_PEM.replace("PRIVATE", "ENCRYPTED PRIVATE");
    for text in [
        "",
        "-----BEGIN PRIVATE KEY-----",
        &encrypted,
        &RFC8410_PEM.replace("MC4C", "M!4C"),
    ] {
        let read = SigningKey::from_pem(SigningAlgorithm::EdDsa, text);
        assert_eq!(read.unwrap_err(), KeyFault::Pem, "{text}");
    }
    let der = SigningKey::generate(SigningAlgorithm::Es256).to_pkcs8();
    for algorithm in [SigningAlgorithm::EdDsa, SigningAlgorithm::Rs256] {
        let read = SigningKey::from_pkcs8(algorithm, &der);
        assert_eq!(read.unwrap_err(), KeyFault::Rejected);
    }
    let longer = [&der[..], &[0]].concat();
    for der in [&der[..der.len() - 1], &longer, &[]] {
        let read = SigningKey::from_pkcs8(SigningAlgorithm::Es256, der);
        assert_eq!(read.unwrap_err(), KeyFault::Rejected);
    }
}

#[test]
fn private_keys_as_json() {
    for (algorithm, text) in [
        (SigningAlgorithm::Es256, RFC7515_P256),
        (SigningAlgorithm::EdDsa, RFC8037_ED25519),
        (SigningAlgorithm::Rs256, RFC7515_RSA),
        (SigningAlgorithm::Ps256, RFC7515_RSA),
    ] {
        let key = SigningKey::from_jwk(algorithm, text.as_bytes()).unwrap();
        assert_eq!(key.kid(), key.public().thumbprint());
        assert!(!key.public().json().contains("\"d\""));
        assert_eq!(changed(algorithm, text, "kid", Some(json!("own"))), None);
        assert_eq!(
            changed(algorithm, text, "alg", Some(json!(algorithm.name()))),
            None
        );
        assert_eq!(
            changed(algorithm, text, "alg", Some(json!("ES384"))),
            Some(KeyFault::Algorithm)
        );
        assert_eq!(
            changed(algorithm, text, "d", None),
            Some(KeyFault::Missing("d"))
        );
        assert_eq!(
            changed(algorithm, text, "key_ops", Some(json!(["verify"]))),
            Some(KeyFault::NotForSignatures)
        );
        assert_eq!(
            changed(algorithm, text, "key_ops", Some(json!(["sign"]))),
            None
        );
    }
    let wrong = SigningKey::from_jwk(SigningAlgorithm::EdDsa, RFC7515_P256.as_bytes());
    assert_eq!(wrong.unwrap_err(), KeyFault::Algorithm);
}

#[test]
fn parts_that_contradict_each_other_are_refused() {
    let other = jose::base64url::encode(&[7; 32]);
    let d = Some(json!(other));
    assert_eq!(
        changed(SigningAlgorithm::Es256, RFC7515_P256, "d", d.clone()),
        Some(KeyFault::Rejected)
    );
    assert_eq!(
        changed(SigningAlgorithm::EdDsa, RFC8037_ED25519, "d", d.clone()),
        Some(KeyFault::Rejected)
    );
    assert_eq!(
        changed(SigningAlgorithm::Rs256, RFC7515_RSA, "d", d),
        Some(KeyFault::Rejected)
    );
    assert_eq!(
        changed(SigningAlgorithm::Rs256, RFC7515_RSA, "p", None),
        Some(KeyFault::Missing("p"))
    );
    assert_eq!(
        changed(SigningAlgorithm::Rs256, RFC7515_RSA, "oth", Some(json!([]))),
        Some(KeyFault::Member("oth"))
    );
    let short = Some(json!(jose::base64url::encode(&[7; 31])));
    assert_eq!(
        changed(SigningAlgorithm::Es256, RFC7515_P256, "d", short.clone()),
        Some(KeyFault::Member("d"))
    );
    assert_eq!(
        changed(SigningAlgorithm::EdDsa, RFC8037_ED25519, "d", short),
        Some(KeyFault::Member("d"))
    );
}

#[test]
fn nothing_shows_the_private_part() {
    let key = SigningKey::from_jwk(SigningAlgorithm::EdDsa, RFC8037_ED25519.as_bytes()).unwrap();
    let shown = format!("{key:?} {:?} {}", key.public(), key.public().json());
    assert!(!shown.contains("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"));
}
