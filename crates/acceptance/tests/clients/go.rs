//! The library for Go, where Go is present.

use crate::device;
use crate::flows::{self, Extras, Refusal};
use crate::provider;
use crate::support::client::{skip_where_absent, tool};
use crate::talk::Library;

/// The program that `./test` compiles; it says `absent` on a machine that has no Go of the age that the library
/// wants, and cannot get one.
fn library(test: &str) -> Option<Library> {
    let program = tool("VALETKEY_TEST_GO", test)?;
    skip_where_absent(program, test).map(Library::program)
}

#[test]
fn x_oauth2_code_and_refresh() {
    let Some(library) = library("x_oauth2_code_and_refresh") else {
        return;
    };
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
fn x_oauth2_client_credentials() {
    let Some(library) = library("x_oauth2_client_credentials") else {
        return;
    };
    flows::client_credentials(&provider(), &library, &["detect", "basic", "post"]);
}

#[test]
fn x_oauth2_device() {
    let Some(library) = library("x_oauth2_device") else {
        return;
    };
    let refused = device::walk(&library, "none");
    assert_eq!(
        refused,
        Refusal::new("*oauth2.RetrieveError", "access_denied")
    );
}
