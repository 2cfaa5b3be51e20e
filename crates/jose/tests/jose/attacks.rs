//! What an attacker may try with a token or a key.
use crate::vectors::{RFC7515_P521, RFC7515_RSA, RFC7638_RSA};
use crate::{ALL, compact, public, set};
use jose::jws::{self, JwsFault, LONGEST, Unverified};
use jose::{Algorithm, KeyFault, SigningAlgorithm, SigningKey, VerifyingKey, base64url};
use serde_json::json;

fn fault(text: &str) -> Option<JwsFault> {
    Unverified::parse(text).err()
}

mod algorithm_confusion {
    use super::*;

    /// A public key as the secret of an HMAC: no HMAC is known at all.
    #[test]
    fn a_public_key_is_no_shared_secret() {
        for name in ["HS256", "HS384", "HS512"] {
            let text = compact(&format!(r#"{{"alg":"{name}"}}"#), b"{}", &[0; 32]);
            assert_eq!(fault(&text), Some(JwsFault::Algorithm));
        }
    }

    #[test]
    fn none_in_any_spelling_is_refused() {
        for name in ["none", "None", "NONE", "nOnE"] {
            for signature in [&b""[..], b"x"] {
                let text = compact(&format!(r#"{{"alg":"{name}"}}"#), b"{}", signature);
                assert_eq!(fault(&text), Some(JwsFault::Unsecured), "{name}");
            }
        }
        let text = compact(r#"{"alg":"none "}"#, b"{}", b"");
        assert_eq!(fault(&text), Some(JwsFault::Algorithm));
    }

    /// Every key and every algorithm of another type: the key is not even asked.
    #[test]
    fn a_key_is_used_with_its_own_algorithms_only() {
        let keys = [
            (
                SigningKey::generate(SigningAlgorithm::Es256)
                    .verifying()
                    .unwrap(),
                1,
            ),
            (
                SigningKey::generate(SigningAlgorithm::EdDsa)
                    .verifying()
                    .unwrap(),
                1,
            ),
            (public(RFC7515_P521), 1),
            (public(RFC7515_RSA), 6),
            (public(RFC7638_RSA), 1),
        ];
        for (key, count) in keys {
            let fitting = Algorithm::ALL.into_iter().filter(|own| key.fits(*own));
            assert_eq!(fitting.count(), count, "{key:?}");
            for algorithm in Algorithm::ALL.into_iter().filter(|own| !key.fits(*own)) {
                assert!(!key.verify(algorithm, b"x", b"x"));
                let text = compact(&format!(r#"{{"alg":"{}"}}"#, algorithm.name()), b"{}", b"x");
                let read = Unverified::parse(&text).unwrap();
                assert_eq!(read.verify_by(&key, ALL), Err(JwsFault::NoKey));
            }
        }
    }

    #[test]
    fn a_signature_by_one_rsa_algorithm_is_none_by_another() {
        let key = SigningKey::from_jwk(SigningAlgorithm::Rs256, RFC7515_RSA.as_bytes()).unwrap();
        let open = public(RFC7515_RSA);
        let signature = key.sign(b"message");
        for algorithm in Algorithm::ALL {
            let holds = open.verify(algorithm, b"message", &signature);
            assert_eq!(holds, algorithm == Algorithm::Rs256, "{algorithm:?}");
        }
    }
}

mod keys_from_the_token {
    use super::*;

    /// A token that brings the key it was signed with, in every way that there is.
    #[test]
    fn no_key_is_taken_from_a_header() {
        let evil = SigningKey::generate(SigningAlgorithm::Es256);
        let honest = SigningKey::generate(SigningAlgorithm::Es256);
        let keys = set([honest.verifying().unwrap()]);
        for (name, value) in [
            ("jwk", serde_json::Value::Object(evil.public().members())),
            ("jku", json!("http://127.0.0.1:1/keys")),
            ("x5u", json!("http://127.0.0.1:1/certificate")),
            ("x5c", json!(["MIIB"])),
        ] {
            let header = json!({"alg": "ES256", name: value}).to_string();
            let signed = format!(
                "{}.{}",
                base64url::encode(header.as_bytes()),
                base64url::encode(b"{}")
            );
            let text = format!(
                "{signed}.{}",
                base64url::encode(&evil.sign(signed.as_bytes()))
            );
            let read = Unverified::parse(&text).unwrap();
            assert_eq!(read.verify(&keys, ALL), Err(JwsFault::Signature), "{name}");
        }
    }

    #[test]
    fn kid_is_compared_and_nothing_else() {
        let key = SigningKey::generate(SigningAlgorithm::EdDsa);
        let keys = set([key.verifying().unwrap()]);
        for kid in [
            "../../dev/null",
            "' OR 1=1 --",
            "http://127.0.0.1/",
            "",
            "\0",
        ] {
            let named = SigningKey::from_pkcs8(SigningAlgorithm::EdDsa, &key.to_pkcs8()).unwrap();
            let text = jws::sign(&named.with_kid(kid.to_owned()), "x", b"{}");
            let read = Unverified::parse(&text).unwrap();
            assert_eq!(read.header().kid(), Some(kid));
            assert_eq!(read.verify(&keys, ALL), Err(JwsFault::NoKey), "{kid:?}");
        }
        let long = jws::sign(&key.with_kid("k".repeat(257)), "x", b"{}");
        assert_eq!(fault(&long), Some(JwsFault::Member("kid")));
    }
}

mod other_messages {
    use super::*;

    #[test]
    fn detached_nested_and_encrypted_are_refused() {
        let key = SigningKey::generate(SigningAlgorithm::EdDsa);
        let inner = jws::sign(&key, "JWT", b"{}");
        let mut parts = inner.split('.');
        let (header, _, signature) = (parts.next().unwrap(), parts.next(), parts.next().unwrap());
        assert_eq!(
            fault(&format!("{header}..{signature}")),
            Some(JwsFault::Detached)
        );
        let outer = compact(r#"{"alg":"EdDSA","cty":"JWT"}"#, inner.as_bytes(), b"x");
        assert_eq!(fault(&outer), Some(JwsFault::Nested));
        assert_eq!(fault("e30.AA.AA.AA.AA"), Some(JwsFault::Encrypted));
        let sealed = compact(r#"{"alg":"ES256","enc":"A256GCM"}"#, b"{}", b"x");
        assert_eq!(fault(&sealed), Some(JwsFault::Encrypted));
        let packed = compact(r#"{"alg":"ES256","zip":"DEF"}"#, b"{}", b"x");
        assert_eq!(fault(&packed), Some(JwsFault::Encrypted));
    }

    #[test]
    fn what_is_large_or_deep_is_refused_at_once() {
        assert_eq!(fault(&"a".repeat(LONGEST + 1)), Some(JwsFault::TooLong));
        let deep = format!(
            r#"{{"alg":"ES256","a":{}{}}}"#,
            "[".repeat(2_000),
            "]".repeat(2_000)
        );
        let read = fault(&compact(&deep, b"{}", b"x"));
        assert_eq!(read, Some(JwsFault::Header(jose::json::JsonFault::TooDeep)));
        let wide = format!(r#"{{"alg":"ES256","a":"{}"}}"#, "a".repeat(9_000));
        let read = fault(&compact(&wide, b"{}", b"x"));
        assert_eq!(read, Some(JwsFault::Header(jose::json::JsonFault::TooLong)));
    }
}

mod sets {
    use super::*;

    /// Two keys of one name and type: each is tried. One of another type is not.
    #[test]
    fn a_name_may_be_that_of_several_keys() {
        let make = |algorithm| SigningKey::generate(algorithm).with_kid("same".to_owned());
        let (one, two, other) = (
            make(SigningAlgorithm::Es256),
            make(SigningAlgorithm::Es256),
            make(SigningAlgorithm::EdDsa),
        );
        let keys = set([&one, &two, &other].map(|key| key.verifying().unwrap()));
        for key in [&one, &two, &other] {
            let text = jws::sign(key, "x", b"{}");
            assert!(Unverified::parse(&text).unwrap().verify(&keys, ALL).is_ok());
        }
        let stranger = jws::sign(&make(SigningAlgorithm::Es256), "x", b"{}");
        let read = Unverified::parse(&stranger).unwrap();
        assert_eq!(read.verify(&keys, ALL), Err(JwsFault::Signature));
    }

    #[test]
    fn a_stranger_has_eight_keys_tried_at_most() {
        let make = || SigningKey::generate(SigningAlgorithm::EdDsa).with_kid("same".to_owned());
        let signer = make();
        let text = jws::sign(&signer, "x", b"{}");
        let verify = |others: usize| {
            let others = (0..others).map(|_| make().verifying().unwrap());
            let keys = set(others.chain([signer.verifying().unwrap()]));
            Unverified::parse(&text)
                .unwrap()
                .verify(&keys, ALL)
                .map(|_| ())
        };
        assert_eq!(verify(7), Ok(()));
        assert_eq!(verify(8), Err(JwsFault::TooManyKeys));
    }

    /// A key without a name fits any; a name that no key has may be that of a new one.
    #[test]
    fn a_key_without_a_name_fits_any() {
        let nameless = public(RFC7515_RSA);
        let key = SigningKey::from_jwk(SigningAlgorithm::Rs256, RFC7515_RSA.as_bytes()).unwrap();
        let text = jws::sign(&key, "x", b"{}");
        assert!(
            Unverified::parse(&text)
                .unwrap()
                .verify(&set([nameless]), ALL)
                .is_ok()
        );
        let other = SigningKey::generate(SigningAlgorithm::Rs256);
        let text = jws::sign(&other, "x", b"{}");
        let read = Unverified::parse(&text).unwrap();
        assert_eq!(
            read.verify(&set([public(RFC7515_RSA)]), ALL),
            Err(JwsFault::NoKey)
        );
    }
}

mod weak_keys {
    use super::*;
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    fn rsa(n: &[u8], e: &[u8]) -> Option<KeyFault> {
        let key = json!({"kty": "RSA", "n": base64url::encode(n), "e": base64url::encode(e)});
        VerifyingKey::parse(key.to_string().as_bytes()).err()
    }

    fn modulus(bytes: usize) -> Vec<u8> {
        let mut n = vec![0xd3; bytes];
        n[0] = 0x80;
        n
    }

    #[test]
    fn a_modulus_has_2048_to_8192_bits_and_is_odd() {
        let f4 = &[1, 0, 1];
        assert_eq!(rsa(&modulus(256), f4), None);
        assert_eq!(rsa(&modulus(1_024), f4), None);
        assert_eq!(rsa(&modulus(128), f4), Some(KeyFault::Modulus));
        assert_eq!(rsa(&modulus(255), f4), Some(KeyFault::Modulus));
        assert_eq!(rsa(&modulus(1_025), f4), Some(KeyFault::Modulus));
        let mut short = modulus(256);
        short[0] = 0x7f;
        assert_eq!(rsa(&short, f4), Some(KeyFault::Modulus));
        let mut even = modulus(256);
        even[255] = 0xd2;
        assert_eq!(rsa(&even, f4), Some(KeyFault::Modulus));
        assert_eq!(
            rsa(&[&[0], &modulus(256)[..]].concat(), f4),
            Some(KeyFault::Member("n"))
        );
        assert_eq!(rsa(&[], f4), Some(KeyFault::Member("n")));
    }

    #[test]
    fn an_exponent_is_odd_and_neither_small_nor_large() {
        let n = modulus(256);
        for e in [
            &[1][..],
            &[3],
            &[1, 0, 0],
            &[0xff, 0xff],
            &[1, 0, 2],
            &[2, 0, 0, 0, 1],
            &[1; 6],
        ] {
            assert_eq!(rsa(&n, e), Some(KeyFault::Exponent), "{e:?}");
        }
        assert_eq!(rsa(&n, &[0, 1, 0, 1]), Some(KeyFault::Member("e")));
        assert_eq!(rsa(&n, &[]), Some(KeyFault::Member("e")));
        assert_eq!(rsa(&n, &[1, 0, 0, 0, 1]), None);
    }

    /// With such a key a signature by nobody, of which nothing is secret, fits one message in eight or more.
    #[test]
    fn a_key_of_small_order_is_refused() {
        let high = |first: u8| {
            let mut y = [0xff; 32];
            (y[0], y[31]) = (first, 0x7f);
            y
        };
        let low = |first: u8| {
            let mut y = [0; 32];
            y[0] = first;
            y
        };
        let eight = |text: &str| -> [u8; 32] {
            let digits = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap();
            std::array::from_fn(digits)
        };
        let points = [
            low(0),
            low(1),
            eight("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
            eight("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
            high(0xec),
            high(0xed),
            high(0xee),
        ];
        // The point that adds nothing, and the number zero.
        let mut forged = [0; 64];
        forged[0] = 1;
        let (mut forgeries, mut refused) = (0, 0);
        for point in points {
            for sign in [0, 0x80] {
                let mut x = point;
                x[31] |= sign;
                let key = json!({"kty": "OKP", "crv": "Ed25519", "x": base64url::encode(&x)});
                let fault = VerifyingKey::parse(key.to_string().as_bytes()).err();
                assert_eq!(fault, Some(KeyFault::SmallOrder), "{x:02x?}");
                refused += 1;
                let raw = UnparsedPublicKey::new(&ED25519, x);
                let fits = |message: u8| raw.verify(&[message], &forged).is_ok();
                forgeries += usize::from((0..=255).any(fits));
            }
        }
        // The library itself takes those that are spelled as they should be.
        assert!(refused == 14 && forgeries >= 8, "{refused} {forgeries}");
    }

    #[test]
    fn a_point_is_on_its_curve_and_written_in_full() {
        let ec = |x: &[u8], y: &[u8]| {
            let key = json!({"kty": "EC", "crv": "P-256", "x": base64url::encode(x), "y": base64url::encode(y)});
            VerifyingKey::parse(key.to_string().as_bytes()).err()
        };
        assert_eq!(ec(&[1; 32], &[1; 32]), Some(KeyFault::Rejected));
        assert_eq!(ec(&[0; 32], &[0; 32]), Some(KeyFault::Rejected));
        assert_eq!(ec(&[0xff; 32], &[1; 32]), Some(KeyFault::Rejected));
        assert_eq!(ec(&[1; 31], &[1; 32]), Some(KeyFault::Member("x")));
        assert_eq!(ec(&[1; 32], &[1; 33]), Some(KeyFault::Member("y")));
        let other = RFC7515_P521.replace("P-521", "P-384");
        assert_eq!(
            VerifyingKey::parse(other.as_bytes()).unwrap_err(),
            KeyFault::Member("x")
        );
    }
}
