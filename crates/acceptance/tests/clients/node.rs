//! Libraries for Node.js.

use crate::flows::{self, Extras, Refusal};
use crate::provider;
use crate::support::client::tool;
use crate::talk::Library;

const REVOKES: Extras = Extras { revokes: true };

fn library(script: &str, test: &str) -> Option<Library> {
    let node = tool("VALETKEY_TEST_NODE", test)?;
    Some(Library::script(node, &format!("node/{script}")))
}

/// A code, with each way to authenticate that a library has; `post` and `basic` for a confidential app, `none`
/// for a public one.
#[track_caller]
fn codes(library: &Library, auths: &[&str], replay: &Refusal) {
    let scene = provider();
    for auth in auths {
        let app = match *auth {
            "none" => flows::public(&scene),
            _ => flows::confidential(&scene),
        };
        assert_eq!(flows::code(&scene, library, &app, auth, REVOKES), *replay);
    }
}

#[test]
fn openid_client_code_refresh_and_revocation() {
    let Some(library) = library(
        "openid-client.mjs",
        "openid_client_code_refresh_and_revocation",
    ) else {
        return;
    };
    let replay = Refusal::new("ResponseBodyError", "invalid_grant");
    codes(&library, &["post", "basic", "none"], &replay);
}

#[test]
fn openid_client_checks_the_callback() {
    let Some(library) = library("openid-client.mjs", "openid_client_checks_the_callback") else {
        return;
    };
    let scene = provider();
    let app = flows::confidential(&scene);
    for spoil in [flows::wrong_state, flows::wrong_issuer] {
        let refusal = flows::spoilt(&scene, &library, &app, "post", spoil);
        assert_eq!(
            refusal,
            Refusal::new("ClientError", "OAUTH_INVALID_RESPONSE")
        );
    }
    let denied = flows::denied(&scene, &library, "post");
    assert_eq!(
        denied,
        Refusal::new("AuthorizationResponseError", "access_denied")
    );
}

#[test]
fn openid_client_client_credentials() {
    let Some(library) = library("openid-client.mjs", "openid_client_client_credentials") else {
        return;
    };
    flows::client_credentials(&provider(), &library, &["post", "basic"]);
}

#[test]
fn oauth4webapi_code_refresh_and_revocation() {
    let Some(library) = library(
        "oauth4webapi.mjs",
        "oauth4webapi_code_refresh_and_revocation",
    ) else {
        return;
    };
    let replay = Refusal::new("ResponseBodyError", "invalid_grant");
    codes(&library, &["basic", "post", "none"], &replay);
}

#[test]
fn oauth4webapi_checks_the_callback() {
    let Some(library) = library("oauth4webapi.mjs", "oauth4webapi_checks_the_callback") else {
        return;
    };
    let scene = provider();
    let app = flows::confidential(&scene);
    for spoil in [flows::wrong_state, flows::wrong_issuer] {
        let refusal = flows::spoilt(&scene, &library, &app, "basic", spoil);
        assert_eq!(
            refusal,
            Refusal::new("OperationProcessingError", "OAUTH_INVALID_RESPONSE")
        );
    }
    let denied = flows::denied(&scene, &library, "basic");
    assert_eq!(
        denied,
        Refusal::new("AuthorizationResponseError", "access_denied")
    );
}

#[test]
fn oauth4webapi_client_credentials() {
    let Some(library) = library("oauth4webapi.mjs", "oauth4webapi_client_credentials") else {
        return;
    };
    flows::client_credentials(&provider(), &library, &["basic", "post"]);
}

#[test]
fn simple_oauth2_code_refresh_and_revocation() {
    let Some(library) = library(
        "simple-oauth2.mjs",
        "simple_oauth2_code_refresh_and_revocation",
    ) else {
        return;
    };
    codes(
        &library,
        &["basic", "post"],
        &Refusal::new("Error", "invalid_grant"),
    );
}

#[test]
fn simple_oauth2_client_credentials() {
    let Some(library) = library("simple-oauth2.mjs", "simple_oauth2_client_credentials") else {
        return;
    };
    flows::client_credentials(&provider(), &library, &["basic", "post"]);
}

#[test]
fn arctic_code_refresh_and_revocation() {
    let Some(library) = library("arctic.mjs", "arctic_code_refresh_and_revocation") else {
        return;
    };
    let replay = Refusal::new("OAuth2RequestError", "invalid_grant");
    codes(&library, &["basic", "none"], &replay);
}
