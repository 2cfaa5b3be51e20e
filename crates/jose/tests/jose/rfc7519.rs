//! JSON Web Token.
use crate::vectors::{RFC7515_ES256, RFC7515_P256};
use crate::{ALL, compact, public, set};
use jose::json::JsonFault;
use jose::jws::{self, JwsFault};
use jose::jwt::{self, Audience, Claims, Expected, JwtFault};
use jose::{Algorithm, KeySet, SigningAlgorithm, SigningKey};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://auth.example";

const EXPECTED: Expected<'static> = Expected {
    algorithms: &[Algorithm::Es256],
    types: &["at+jwt"],
    untyped: false,
    issuer: Some(ISSUER),
    audience: Some("api"),
    leeway: 10,
};

fn claims() -> Claims {
    Claims {
        iss: Some(ISSUER.to_owned()),
        sub: Some("ada".to_owned()),
        aud: Some(Audience::One("api".to_owned())),
        exp: Some(NOW + 60),
        nbf: Some(NOW),
        iat: Some(NOW),
        jti: Some("1".to_owned()),
        other: [("scope".to_owned(), "read".into())].into_iter().collect(),
    }
}

fn key() -> (SigningKey, KeySet) {
    let key = SigningKey::generate(SigningAlgorithm::Es256);
    let keys = set([key.verifying().unwrap()]);
    (key, keys)
}

/// What becomes of claims that differ from the right ones.
fn fault(change: impl FnOnce(&mut Claims)) -> Option<JwtFault> {
    let (key, keys) = key();
    let mut claims = claims();
    change(&mut claims);
    jwt::verify(&jwt::sign(&key, "at+jwt", &claims), &keys, &EXPECTED, NOW).err()
}

/// What becomes of claims in this spelling.
fn parsed(text: &str) -> Result<Claims, JwtFault> {
    Claims::parse(text.as_bytes())
}

mod section_4_claims {
    use super::*;

    #[test]
    fn what_is_signed_is_read_back() {
        let (key, keys) = key();
        let text = jwt::sign(&key, "at+jwt", &claims());
        assert_eq!(jwt::verify(&text, &keys, &EXPECTED, NOW), Ok(claims()));
        let mut bare = Claims {
            exp: Some(1),
            ..Claims::default()
        };
        assert_eq!(parsed(&bare.json()), Ok(bare.clone()));
        bare.aud = Some(Audience::List(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(parsed(&bare.json()), Ok(bare));
    }

    #[test]
    fn names_are_unique() {
        let fault = JwtFault::Claims(JsonFault::Repeated);
        assert_eq!(parsed(r#"{"sub":"a","sub":"b"}"#), Err(fault));
        assert_eq!(parsed(r#"{"sub":"a","x":{"y":1,"y":1}}"#), Err(fault));
        assert_eq!(parsed("[]"), Err(JwtFault::Claims(JsonFault::NotAnObject)));
    }

    #[test]
    fn claims_have_their_types() {
        for (name, text) in [
            ("iss", r#"{"iss":1}"#),
            ("sub", r#"{"sub":["ada"]}"#),
            ("jti", r#"{"jti":null}"#),
            ("aud", r#"{"aud":{"a":1}}"#),
            ("aud", r#"{"aud":["a",1]}"#),
            ("aud", r#"{"aud":null}"#),
            ("exp", r#"{"exp":"1800000000"}"#),
            ("exp", r#"{"exp":null}"#),
            ("exp", r#"{"exp":1e300}"#),
            ("nbf", r#"{"nbf":true}"#),
            ("iat", r#"{"iat":[]}"#),
            ("exp", r#"{"exp":18446744073709551615}"#),
        ] {
            assert_eq!(parsed(text), Err(JwtFault::Malformed(name)), "{text}");
        }
        assert_eq!(
            parsed(r#"{"exp":1.9,"nbf":-1.5,"iat":1e9}"#).map(|c| (c.exp, c.nbf, c.iat)),
            Ok((Some(1), Some(-2), Some(1_000_000_000)))
        );
    }

    #[test]
    fn iss_is_the_one_that_is_expected() {
        assert_eq!(
            fault(|c| c.iss = Some("https://auth.example/".to_owned())),
            Some(JwtFault::Issuer)
        );
        assert_eq!(fault(|c| c.iss = None), Some(JwtFault::Missing("iss")));
    }

    #[test]
    fn aud_names_who_reads_it() {
        let list = |own: &[&str]| {
            Some(Audience::List(
                own.iter().map(|s| (*s).to_owned()).collect(),
            ))
        };
        assert_eq!(fault(|c| c.aud = list(&["other", "api"])), None);
        assert_eq!(
            fault(|c| c.aud = list(&["other"])),
            Some(JwtFault::Audience)
        );
        assert_eq!(fault(|c| c.aud = list(&[])), Some(JwtFault::Audience));
        assert_eq!(
            fault(|c| c.aud = Some(Audience::One("API".to_owned()))),
            Some(JwtFault::Audience)
        );
        assert_eq!(fault(|c| c.aud = None), Some(JwtFault::Missing("aud")));
    }

    #[test]
    fn exp_ends_it() {
        assert_eq!(fault(|c| c.exp = Some(NOW - 9)), None);
        assert_eq!(fault(|c| c.exp = Some(NOW - 10)), Some(JwtFault::Expired));
        assert_eq!(fault(|c| c.exp = Some(i64::MIN)), Some(JwtFault::Expired));
        assert_eq!(fault(|c| c.exp = Some(i64::MAX)), None);
        assert_eq!(fault(|c| c.exp = None), Some(JwtFault::Missing("exp")));
    }

    #[test]
    fn nbf_and_iat_are_not_ahead() {
        assert_eq!(fault(|c| c.nbf = Some(NOW + 10)), None);
        assert_eq!(fault(|c| c.nbf = Some(NOW + 11)), Some(JwtFault::NotYet));
        assert_eq!(fault(|c| c.iat = Some(NOW + 10)), None);
        assert_eq!(fault(|c| c.iat = Some(NOW + 11)), Some(JwtFault::Future));
        assert_eq!(fault(|c| (c.nbf, c.iat) = (None, None)), None);
    }
}

mod section_5_header {
    use super::*;

    #[test]
    fn typ_is_the_one_that_is_expected() {
        let (key, keys) = key();
        let verify = |typ: &str, expected: &Expected<'_>| {
            jwt::verify(&jwt::sign(&key, typ, &claims()), &keys, expected, NOW).err()
        };
        assert_eq!(verify("application/AT+JWT", &EXPECTED), None);
        for other in ["JWT", "logout+jwt", ""] {
            assert_eq!(
                verify(other, &EXPECTED),
                Some(JwsFault::Type.into()),
                "{other}"
            );
        }
        let any = Expected {
            types: &[],
            ..EXPECTED
        };
        assert_eq!(verify("anything", &any), None);
    }

    #[test]
    fn one_without_typ_is_taken_only_where_that_is_said() {
        let keys = set([public(RFC7515_P256)]);
        let loose = Expected {
            issuer: Some("joe"),
            audience: None,
            untyped: true,
            ..EXPECTED
        };
        let then = 1_300_819_380 - 1;
        assert_eq!(jwt::verify(RFC7515_ES256, &keys, &loose, then).err(), None);
        let late = jwt::verify(RFC7515_ES256, &keys, &loose, then + 11);
        assert_eq!(late, Err(JwtFault::Expired));
        let strict = Expected {
            untyped: false,
            ..loose
        };
        let untyped = jwt::verify(RFC7515_ES256, &keys, &strict, then);
        assert_eq!(untyped, Err(JwsFault::Type.into()));
    }

    #[test]
    fn cty_says_that_it_is_nested() {
        for cty in ["JWT", "jwt", "application/jwt"] {
            let text = compact(&format!(r#"{{"alg":"ES256","cty":"{cty}"}}"#), b"x", b"x");
            let read = jwt::verify(&text, &KeySet::default(), &EXPECTED, NOW);
            assert_eq!(read, Err(JwsFault::Nested.into()), "{cty}");
        }
    }
}

mod section_7_2_validation {
    use super::*;

    #[test]
    fn claims_are_not_read_before_the_signature_was_verified() {
        let (key, _) = key();
        let other = set([SigningKey::generate(SigningAlgorithm::Es256)
            .verifying()
            .unwrap()]);
        let text = jws::sign(&key, "at+jwt", b"no claims");
        assert_eq!(
            jwt::verify(&text, &other, &EXPECTED, NOW),
            Err(JwsFault::NoKey.into())
        );
        let own = set([key.verifying().unwrap()]);
        let malformed = JwtFault::Claims(JsonFault::Malformed);
        assert_eq!(jwt::verify(&text, &own, &EXPECTED, NOW), Err(malformed));
    }

    #[test]
    fn algorithms_are_those_that_are_allowed() {
        let (key, keys) = key();
        let text = jwt::sign(&key, "at+jwt", &claims());
        for algorithms in [&[][..], &[Algorithm::EdDsa, Algorithm::Es384]] {
            let expected = Expected {
                algorithms,
                ..EXPECTED
            };
            let read = jwt::verify(&text, &keys, &expected, NOW);
            assert_eq!(read, Err(JwsFault::Algorithm.into()));
        }
        let expected = Expected {
            algorithms: ALL,
            ..EXPECTED
        };
        assert!(jwt::verify(&text, &keys, &expected, NOW).is_ok());
    }
}

/// No fault says anything of what was refused.
#[test]
fn a_fault_holds_no_part_of_the_token() {
    let (key, keys) = key();
    let mut secret = claims();
    secret.iss = Some("s3cret".to_owned());
    let text = jwt::sign(&key, "at+jwt", &secret);
    let fault = jwt::verify(&text, &keys, &EXPECTED, NOW).unwrap_err();
    assert_eq!(fault.to_string(), "it is of another issuer");
    assert!(!format!("{fault:?} {key:?} {keys:?}").contains("s3cret"));
}
