//! Ed25519 in JOSE (RFC 8037, appendix A).
use crate::vectors::{RFC8037_ED25519, RFC8037_EDDSA};
use crate::{public, set};
use jose::jws::Unverified;
use jose::{Algorithm, KeyFault, SigningAlgorithm, SigningKey, VerifyingKey};

#[test]
fn a_2_the_public_key() {
    let key = SigningKey::from_jwk(SigningAlgorithm::EdDsa, RFC8037_ED25519.as_bytes()).unwrap();
    assert_eq!(
        key.public().members()["x"],
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    );
}

#[test]
fn a_3_the_thumbprint() {
    let print = public(RFC8037_ED25519).jwk().thumbprint();
    assert_eq!(print, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn a_4_signing() {
    let key = SigningKey::from_jwk(SigningAlgorithm::EdDsa, RFC8037_ED25519.as_bytes()).unwrap();
    let (signed, signature) = RFC8037_EDDSA.rsplit_once('.').unwrap();
    assert_eq!(
        jose::base64url::encode(&key.sign(signed.as_bytes())),
        signature
    );
}

#[test]
fn a_5_validation() {
    let read = Unverified::parse(RFC8037_EDDSA).unwrap();
    let verified = read.verify(&set([public(RFC8037_ED25519)]), &[Algorithm::EdDsa]);
    assert_eq!(verified.unwrap().payload(), b"Example of Ed25519 signing");
}

#[test]
fn section_2_a_key_has_32_bytes_and_a_curve_for_signatures() {
    let fault = |text: &str| VerifyingKey::parse(text.as_bytes()).unwrap_err();
    let short = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ"}"#;
    assert_eq!(fault(short), KeyFault::Member("x"));
    assert_eq!(
        fault(r#"{"kty":"OKP","crv":"Ed25519"}"#),
        KeyFault::Missing("x")
    );
    assert_eq!(
        fault(r#"{"kty":"OKP","crv":"X25519","x":"AA"}"#),
        KeyFault::Curve
    );
}
