//! JWK Thumbprint.
use crate::public;
use crate::vectors::{RFC7515_P256, RFC7638_RSA};
use jose::Digest;

#[test]
fn section_3_1_the_example() {
    let key = public(RFC7638_RSA);
    assert_eq!(
        key.jwk().thumbprint(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

#[test]
fn section_3_2_only_required_members_count_in_the_order_of_their_names() {
    let plain = public(RFC7515_P256).jwk().thumbprint();
    let named = RFC7515_P256.replacen('{', r#"{"kid":"x","alg":"ES256","use":"sig","#, 1);
    assert_eq!(public(&named).jwk().thumbprint(), plain);
    let canonical = r#"{"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    assert_eq!(plain, Digest::of(canonical.as_bytes()).base64url());
}
