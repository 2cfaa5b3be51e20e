//! JSON Web Key, with the members of RFC 7518 §6.
use crate::vectors::{RFC7515_P256, RFC7515_RSA, RFC7517_SET, RFC7638_RSA};
use jose::json::JsonFault;
use jose::{Algorithm, Jwk, KeyFault, KeySet, MOST_KEYS, VerifyingKey};
use serde_json::{Value, json};

fn members(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The fault of the key of RFC 7638 with one member changed, or taken away.
fn changed(name: &str, value: Option<Value>) -> Option<KeyFault> {
    let mut key = members(RFC7638_RSA);
    match value {
        Some(value) => key[name] = value,
        None => drop(key.as_object_mut().unwrap().remove(name)),
    }
    VerifyingKey::parse(key.to_string().as_bytes()).err()
}

mod section_4_parameters {
    use super::*;

    #[test]
    fn a_key_is_printed_as_it_was_read() {
        let key = Jwk::parse(RFC7638_RSA.as_bytes()).unwrap();
        assert_eq!(key.kid(), Some("2011-04-29"));
        assert_eq!(key.algorithm(), Some(Algorithm::Rs256));
        let mut printed = members(&key.json());
        assert_eq!(
            printed.as_object_mut().unwrap().remove("use"),
            Some("sig".into())
        );
        assert_eq!(printed, members(RFC7638_RSA));
        assert_eq!(Jwk::parse(key.json().as_bytes()), Ok(key));
    }

    #[test]
    fn kty_is_required_and_names_are_unique() {
        assert_eq!(changed("kty", None), Some(KeyFault::Missing("kty")));
        assert_eq!(changed("kty", Some(json!("rsa"))), Some(KeyFault::KeyType));
        assert_eq!(
            changed("kty", Some(json!(1))),
            Some(KeyFault::Member("kty"))
        );
        let twice = RFC7638_RSA.replacen('{', r#"{"kty":"EC","#, 1);
        assert_eq!(
            Jwk::parse(twice.as_bytes()),
            Err(KeyFault::Json(JsonFault::Repeated))
        );
        assert_eq!(
            Jwk::parse(b"[]"),
            Err(KeyFault::Json(JsonFault::NotAnObject))
        );
    }

    #[test]
    fn use_and_key_ops_are_heeded() {
        assert_eq!(
            changed("use", Some(json!("enc"))),
            Some(KeyFault::NotForSignatures)
        );
        assert_eq!(
            changed("key_ops", Some(json!(["encrypt"]))),
            Some(KeyFault::NotForSignatures)
        );
        assert_eq!(
            changed("key_ops", Some(json!([]))),
            Some(KeyFault::NotForSignatures)
        );
        assert_eq!(
            changed("key_ops", Some(json!(["verify", "verify"]))),
            Some(KeyFault::Member("key_ops"))
        );
        assert_eq!(
            changed("key_ops", Some(json!("verify"))),
            Some(KeyFault::Member("key_ops"))
        );
        assert_eq!(changed("key_ops", Some(json!(["verify"]))), None);
    }

    #[test]
    fn alg_fits_the_key() {
        assert_eq!(
            changed("alg", Some(json!("ES256"))),
            Some(KeyFault::Algorithm)
        );
        assert_eq!(
            changed("alg", Some(json!("HS256"))),
            Some(KeyFault::Algorithm)
        );
        assert_eq!(
            changed("alg", Some(json!("RSA-OAEP"))),
            Some(KeyFault::Algorithm)
        );
        assert_eq!(changed("alg", Some(json!("PS512"))), None);
        let key = Jwk::parse(RFC7638_RSA.as_bytes()).unwrap();
        let key = VerifyingKey::new(key).unwrap();
        assert!(key.fits(Algorithm::Rs256) && !key.fits(Algorithm::Ps256));
    }

    #[test]
    fn certificates_and_addresses_are_passed_over() {
        for name in ["x5u", "x5c", "x5t", "x5t#S256", "anything"] {
            assert_eq!(
                changed(name, Some(json!("https://example.com/evil"))),
                None,
                "{name}"
            );
        }
        assert_eq!(
            changed("kid", Some(json!("k".repeat(257)))),
            Some(KeyFault::Member("kid"))
        );
    }
}

mod section_5_sets {
    use super::*;

    #[test]
    fn the_set_of_appendix_a_1() {
        let set = KeySet::parse(RFC7517_SET.as_bytes()).unwrap();
        assert_eq!(set.keys().len(), 1);
        assert_eq!(set.keys()[0].jwk().kid(), Some("2011-04-29"));
        assert_eq!(set.passed_over(), [(0, KeyFault::NotForSignatures)]);
        let again = KeySet::parse(set.json().as_bytes()).unwrap();
        assert_eq!(again.json(), set.json());
    }

    #[test]
    fn what_is_not_understood_is_passed_over() {
        let keys = json!({"keys": [
            {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"},
            {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"},
            {"kty": "OKP", "crv": "X25519", "x": "AA"},
            {"kty": "RSA", "n": "AQ", "e": "AQAB"},
            {"kid": "no type"},
            members(RFC7638_RSA),
        ]});
        let set = KeySet::parse(keys.to_string().as_bytes()).unwrap();
        assert_eq!(set.keys().len(), 1);
        let faults: Vec<KeyFault> = set.passed_over().iter().map(|(_, fault)| *fault).collect();
        let expected = [
            KeyFault::KeyType,
            KeyFault::Curve,
            KeyFault::Curve,
            KeyFault::Modulus,
            KeyFault::Missing("kty"),
        ];
        assert_eq!(faults, expected);
    }

    #[test]
    fn keys_is_required_and_a_list_of_objects() {
        for (text, fault) in [
            ("{}", KeyFault::Missing("keys")),
            (r#"{"keys":{}}"#, KeyFault::Member("keys")),
            (r#"{"keys":["x"]}"#, KeyFault::Json(JsonFault::NotAnObject)),
            (
                r#"{"keys":[],"keys":[]}"#,
                KeyFault::Json(JsonFault::Repeated),
            ),
        ] {
            assert_eq!(KeySet::parse(text.as_bytes()).unwrap_err(), fault, "{text}");
        }
        assert!(
            KeySet::parse(br#"{"keys":[],"other":1}"#)
                .unwrap()
                .keys()
                .is_empty()
        );
    }

    #[test]
    fn a_set_has_a_bound() {
        let of = |count: usize| json!({"keys": vec![members(RFC7638_RSA); count]}).to_string();
        let most = KeySet::parse(of(MOST_KEYS).as_bytes()).unwrap();
        assert_eq!(most.keys().len(), MOST_KEYS);
        let fault = KeySet::parse(of(500).as_bytes()).unwrap_err();
        assert_eq!(fault, KeyFault::TooManyKeys);
    }
}

mod section_9_security {
    use super::*;

    #[test]
    fn private_members_in_a_public_key_are_refused() {
        for text in [RFC7515_RSA, RFC7515_P256] {
            assert_eq!(Jwk::parse(text.as_bytes()), Err(KeyFault::Private));
            let set = format!(r#"{{"keys":[{RFC7638_RSA},{text}]}}"#);
            assert_eq!(
                KeySet::parse(set.as_bytes()).unwrap_err(),
                KeyFault::Private
            );
        }
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert_eq!(
                changed(name, Some(json!(null))),
                Some(KeyFault::Private),
                "{name}"
            );
        }
        let shared = br#"{"keys":[{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMko"}]}"#;
        assert_eq!(KeySet::parse(shared).unwrap_err(), KeyFault::Private);
    }
}
