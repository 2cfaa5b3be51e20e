//! The library for Go, where Go is present.

use crate::device;
use crate::flows::{self, Extras, Refusal};
use crate::provider;
use crate::support::client::tool;
use crate::talk::Library;

/// The program that `./test` compiles where there is a Go of the age that the library wants.
fn library() -> Library {
    Library::program(tool("VALETKEY_TEST_GO"))
}

#[test]
#[cfg_attr(not(has_go), ignore = "needs Go: see ./test")]
fn x_oauth2_code_and_refresh() {
    let library = library();
    let scene = provider();
    let (app, public) = (flows::confidential(&scene), flows::public(&scene));
    for (auth, app) in [
        ("detect", &app),
        ("basic", &app),
        ("post", &app),
        ("detect", &public),
    ] {
        let replay = flows::code(&scene, &library, app, auth, Extras::default());
        assert_eq!(
            replay,
            Refusal::new("*oauth2.RetrieveError", "invalid_grant")
        );
    }
}

#[test]
#[cfg_attr(not(has_go), ignore = "needs Go: see ./test")]
fn x_oauth2_client_credentials() {
    let library = library();
    flows::client_credentials(&provider(), &library, &["detect", "basic", "post"]);
}

#[test]
#[cfg_attr(not(has_go), ignore = "needs Go: see ./test")]
fn x_oauth2_device() {
    let library = library();
    let refused = device::walk(&library, "none");
    assert_eq!(
        refused,
        Refusal::new("*oauth2.RetrieveError", "access_denied")
    );
}
