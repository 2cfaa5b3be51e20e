//! Examples of JOSE (RFC 7520 §4).
use crate::vectors::{
    RFC7520_ES512, RFC7520_P521, RFC7520_PRIVATE_RSA, RFC7520_PS384, RFC7520_RS256, RFC7520_RSA,
};
use crate::{public, set};
use jose::jws::Unverified;
use jose::{Algorithm, SigningAlgorithm, SigningKey};

const PAYLOAD: &str = "It\u{2019}s a dangerous business, Frodo, going out your door. You step onto the road, and if \
    you don't keep your feet, there\u{2019}s no knowing where you might be swept off to.";

fn holds(text: &str, key: &str, algorithm: Algorithm) {
    let read = Unverified::parse(text).unwrap();
    let verified = read.verify(&set([public(key)]), &[algorithm]).unwrap();
    assert_eq!(verified.payload(), PAYLOAD.as_bytes());
}

#[test]
fn section_4_1_rs256() {
    holds(RFC7520_RS256, RFC7520_RSA, Algorithm::Rs256);
}

#[test]
fn section_4_1_rs256_is_made_the_same() {
    let key =
        SigningKey::from_jwk(SigningAlgorithm::Rs256, RFC7520_PRIVATE_RSA.as_bytes()).unwrap();
    let (signed, signature) = RFC7520_RS256.rsplit_once('.').unwrap();
    assert_eq!(
        jose::base64url::encode(&key.sign(signed.as_bytes())),
        signature
    );
    assert_eq!(key.kid(), "bilbo.baggins@hobbiton.example");
}

#[test]
fn section_4_2_ps384() {
    holds(RFC7520_PS384, RFC7520_RSA, Algorithm::Ps384);
}

#[test]
fn section_4_3_es512() {
    holds(RFC7520_ES512, RFC7520_P521, Algorithm::Es512);
}
