//! `[signing]`: which keys there are, and their schedule.
use super::{fault, load};
use protocol::signing_keys::SigningAlgorithm::{EdDsa, Es256};

#[test]
fn nothing_is_signed_unless_asked_for() {
    assert_eq!(load("").unwrap().signing.algorithms, []);
    let named = load("[signing]\nalgorithms = [\"ES256\", \"EdDSA\"]").unwrap();
    assert_eq!(named.signing.algorithms, [Es256, EdDsa]);
}

#[test]
fn what_cannot_be_is_told() {
    for (text, expected) in [
        ("algorithms = [\"ES256\", \"ES256\"]", "is listed twice"),
        ("algorithms = [\"none\"]", "none"),
        ("algorithms = [\"HS256\"]", "HS256"),
        ("publish_ahead = \"9m\"", "9m is not between 10m and 30d"),
        ("rotate_after = \"1d\"", "1d is not 0s"),
        ("rotate_after = \"3y\"", "3y is not 0s"),
        ("keep_retired = \"0s\"", "0s is not between"),
    ] {
        let told = fault(&format!("[signing]\n{text}"));
        assert!(told.contains(expected), "{told}");
    }
    assert!(load("[signing]\nrotate_after = \"0s\"").is_ok());
    assert!(load("[signing]\nrotate_after = \"2d\"").is_ok());
}
