//! JSON Web Signature.
use crate::vectors::{
    RFC7515_ES256, RFC7515_ES512, RFC7515_HS256, RFC7515_NONE, RFC7515_P256, RFC7515_P521,
    RFC7515_RS256, RFC7515_RSA,
};
use crate::{ALL, compact, public, set};
use jose::json::JsonFault;
use jose::jws::{self, JwsFault, Unverified};
use jose::{Algorithm, KeySet, SigningAlgorithm, SigningKey};

const PAYLOAD: &[u8] =
    b"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

fn payload_of(text: &str, key: &str) -> Vec<u8> {
    let read = Unverified::parse(text).unwrap();
    read.verify(&set([public(key)]), ALL)
        .unwrap()
        .payload()
        .to_vec()
}

fn fault(header: &str) -> JwsFault {
    Unverified::parse(&compact(header, b"x", b"x")).unwrap_err()
}

mod appendix_a {
    use super::*;

    #[test]
    fn a_2_rs256() {
        assert_eq!(payload_of(RFC7515_RS256, RFC7515_RSA), PAYLOAD);
    }

    #[test]
    fn a_2_rs256_is_made_the_same() {
        let key = SigningKey::from_jwk(SigningAlgorithm::Rs256, RFC7515_RSA.as_bytes()).unwrap();
        let (signed, signature) = RFC7515_RS256.rsplit_once('.').unwrap();
        assert_eq!(
            jose::base64url::encode(&key.sign(signed.as_bytes())),
            signature
        );
    }

    #[test]
    fn a_3_es256() {
        assert_eq!(payload_of(RFC7515_ES256, RFC7515_P256), PAYLOAD);
    }

    #[test]
    fn a_4_es512() {
        assert_eq!(payload_of(RFC7515_ES512, RFC7515_P521), b"Payload");
    }

    #[test]
    fn a_1_and_a_5_are_never_read() {
        assert_eq!(Unverified::parse(RFC7515_HS256), Err(JwsFault::Algorithm));
        assert_eq!(Unverified::parse(RFC7515_NONE), Err(JwsFault::Unsecured));
    }
}

mod section_4_1_header {
    use super::*;

    #[test]
    fn alg_is_required_and_known() {
        for header in [
            r#"{}"#,
            r#"{"alg":1}"#,
            r#"{"alg":null}"#,
            r#"{"alg":["ES256"]}"#,
        ] {
            assert_eq!(fault(header), JwsFault::Member("alg"), "{header}");
        }
        for name in ["HS256", "es256", "ES256K", "", "RS1"] {
            let header = format!(r#"{{"alg":"{name}"}}"#);
            assert_eq!(fault(&header), JwsFault::Algorithm, "{name}");
        }
    }

    #[test]
    fn crit_demands_what_is_not_understood() {
        for crit in [
            r#"["exp"]"#,
            r#"["b64"]"#,
            "[]",
            r#"["alg"]"#,
            r#""exp""#,
            "null",
            "[1]",
        ] {
            let header = format!(r#"{{"alg":"ES256","exp":1,"crit":{crit}}}"#);
            assert_eq!(fault(&header), JwsFault::Critical, "{crit}");
        }
        assert_eq!(fault(r#"{"alg":"ES256","b64":false}"#), JwsFault::Critical);
    }

    #[test]
    fn names_are_unique() {
        for header in [
            r#"{"alg":"none","alg":"ES256"}"#,
            r#"{"alg":"ES256","x":{"a":1,"a":2}}"#,
            r#"{"alg":"ES256","al\u0067":"ES256"}"#,
        ] {
            assert_eq!(
                fault(header),
                JwsFault::Header(JsonFault::Repeated),
                "{header}"
            );
        }
    }

    #[test]
    fn other_members_are_passed_over() {
        let header = r#"{"alg":"ES256","anything":{"a":[1]}}"#;
        let text = compact(header, b"x", b"x");
        let read = Unverified::parse(&text).unwrap();
        assert!(read.header().member("anything").is_some());
        assert_eq!(read.header().algorithm(), Algorithm::Es256);
    }

    #[test]
    fn members_that_are_text_are_text() {
        for (name, header) in [
            ("kid", r#"{"alg":"ES256","kid":1}"#),
            ("typ", r#"{"alg":"ES256","typ":null}"#),
            ("cty", r#"{"alg":"ES256","cty":[]}"#),
        ] {
            assert_eq!(fault(header), JwsFault::Member(name), "{header}");
        }
    }

    #[test]
    fn typ_is_a_media_type_that_may_be_shortened() {
        let is = |typ: &str| {
            let text = compact(&format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#), b"x", b"x");
            Unverified::parse(&text).unwrap().header().is_type("at+jwt")
        };
        assert!(
            is("at+jwt") && is("AT+JWT") && is("application/at+jwt") && is("Application/At+Jwt")
        );
        assert!(!is("jwt") && !is("text/at+jwt") && !is("at+jwt ") && !is(""));
    }
}

mod section_5_messages {
    use super::*;

    #[test]
    fn it_is_three_parts_in_base64url() {
        let (signed, signature) = RFC7515_ES256.rsplit_once('.').unwrap();
        let (header, payload) = signed.split_once('.').unwrap();
        for text in [
            String::new(),
            "..".to_owned(),
            header.to_owned(),
            format!("{header}.{payload}"),
            format!("{header}.{payload}.{signature}.{signature}"),
            format!("{RFC7515_ES256}="),
            format!("{RFC7515_ES256}\n"),
            format!(" {RFC7515_ES256}"),
            format!("{header}=.{payload}.{signature}"),
            format!("{header}. {payload}.{signature}"),
            format!("{header}.{payload}.{}+", &signature[1..]),
            format!(
                "{{\"payload\":\"{payload}\",\"protected\":\"{header}\",\"signature\":\"{signature}\"}}"
            ),
        ] {
            let read = Unverified::parse(&text);
            let refused = matches!(read, Err(JwsFault::Malformed | JwsFault::Header(_)));
            assert!(refused, "{text}: {read:?}");
        }
        let encrypted = format!("{RFC7515_ES256}.a.b");
        assert_eq!(Unverified::parse(&encrypted), Err(JwsFault::Encrypted));
    }

    #[test]
    fn another_spelling_of_the_signature_is_none() {
        // The last character stands for four bits; the two below are free to whoever reads loosely.
        let loose = RFC7515_ES256.strip_suffix('Q').unwrap().to_owned() + "R";
        assert_eq!(Unverified::parse(&loose), Err(JwsFault::Malformed));
    }

    #[test]
    fn every_part_is_signed() {
        let key = SigningKey::generate(SigningAlgorithm::EdDsa);
        let keys = set([key.verifying().unwrap()]);
        let text = jws::sign(&key, "x", b"one");
        let (signed, signature) = text.rsplit_once('.').unwrap();
        let (header, _) = signed.split_once('.').unwrap();
        let other = jose::base64url::encode(b"two");
        let moved = jose::base64url::encode(
            format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, key.kid()).as_bytes(),
        );
        let verify = |text: &str| {
            Unverified::parse(text)
                .unwrap()
                .verify(&keys, ALL)
                .map(|_| ())
        };
        assert_eq!(verify(&text), Ok(()));
        assert_eq!(
            verify(&format!("{header}.{other}.{signature}")),
            Err(JwsFault::Signature)
        );
        let payload = signed.split_once('.').unwrap().1;
        assert_eq!(
            verify(&format!("{moved}.{payload}.{signature}")),
            Err(JwsFault::Signature)
        );
        assert_eq!(verify(&format!("{signed}.")), Err(JwsFault::Signature));
        assert_eq!(
            verify(&format!("{signed}.{}", &signature[..40])),
            Err(JwsFault::Signature)
        );
    }

    #[test]
    fn an_empty_set_verifies_nothing() {
        let read = Unverified::parse(RFC7515_ES256).unwrap();
        assert_eq!(read.verify(&KeySet::default(), ALL), Err(JwsFault::NoKey));
    }
}

/// What we make is read back, with every algorithm that we sign with.
#[test]
fn section_5_1_what_is_signed_is_verified() {
    for algorithm in SigningAlgorithm::ALL {
        let key = SigningKey::generate(algorithm);
        let text = jws::sign(&key, "at+jwt", b"\x00any bytes\xff");
        let read = Unverified::parse(&text).unwrap();
        assert_eq!(read.header().kid(), Some(key.kid()));
        assert!(read.header().is_type("at+jwt"));
        let only = [algorithm.into()];
        let verified = read
            .verify(&set([key.verifying().unwrap()]), &only)
            .unwrap();
        assert_eq!(verified.payload(), b"\x00any bytes\xff", "{algorithm:?}");
    }
}
