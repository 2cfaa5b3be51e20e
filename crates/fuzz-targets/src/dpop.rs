//! Proofs of possession: anything as a proof, and as the URI that one is for.
use crate::ground::text;
use percent_encoding::percent_decode_str;
use std::sync::LazyLock;
use url::Url;
use wire::dpop::{Expected, Proof, Target};

static TARGET: LazyLock<Target> =
    LazyLock::new(|| Target::new("https://issuer.example", "/oauth2/token").expect("a target"));

/// Nothing that nobody signed is a proof; a URI that is taken for ours leads to us by another parser too.
pub(crate) fn dpop(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let expected = Expected {
        method: "POST",
        targets: std::slice::from_ref(&TARGET),
        token: None,
        nonces: None,
    };
    Proof::read(text, &expected, 1).expect_err("nobody signed it");
    if !TARGET.is(text) {
        return;
    }
    let url = Url::parse(text).expect("it was read");
    assert_eq!(
        (url.scheme(), url.host_str()),
        ("https", Some("issuer.example"))
    );
    assert_eq!(
        (url.port(), url.username(), url.password()),
        (None, "", None)
    );
    let path = percent_decode_str(url.path()).decode_utf8();
    assert_eq!(path.expect("text"), "/oauth2/token");
}
