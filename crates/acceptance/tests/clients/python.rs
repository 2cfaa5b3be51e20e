//! Libraries for Python.

use crate::device;
use crate::flows::{self, Extras, Refusal};
use crate::provider;
use crate::sites::Site;
use crate::support::client::tool;
use crate::talk::Library;

fn library(script: &str) -> Library {
    Library::script(tool("VALETKEY_TEST_PYTHON"), &format!("python/{script}"))
}

fn requests_oauthlib() -> Library {
    library("with_requests_oauthlib.py")
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn requests_oauthlib_code_and_refresh() {
    let library = requests_oauthlib();
    let scene = provider();
    let app = flows::confidential(&scene);
    for auth in ["basic", "post"] {
        let replay = flows::code(&scene, &library, &app, auth, Extras::default());
        assert_eq!(replay, Refusal::new("InvalidGrantError", "invalid_grant"));
    }
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn requests_oauthlib_public_app() {
    let library = requests_oauthlib();
    let scene = provider();
    let app = flows::public(&scene);
    let replay = flows::code(&scene, &library, &app, "none", Extras::default());
    assert_eq!(replay, Refusal::new("InvalidGrantError", "invalid_grant"));
    // Without `include_client_id` there is an empty secret in the header, which is no way to authenticate.
    let refused = flows::spoilt(&scene, &library, &app, "basic_without_secret", |back| {
        back.location
    });
    assert_eq!(
        refused,
        Refusal::new("InvalidClientError", "invalid_client")
    );
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn requests_oauthlib_checks_the_callback() {
    let library = requests_oauthlib();
    let scene = provider();
    let app = flows::confidential(&scene);
    let forged = flows::spoilt(&scene, &library, &app, "basic", flows::wrong_state);
    assert_eq!(
        forged,
        Refusal::new("MismatchingStateError", "mismatching_state")
    );
    let denied = flows::denied(&scene, &library, "basic");
    assert_eq!(denied, Refusal::new("AccessDeniedError", "access_denied"));
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn requests_oauthlib_client_credentials() {
    let library = requests_oauthlib();
    flows::client_credentials(&provider(), &library, &["basic", "post"]);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn requests_oauthlib_device() {
    let library = requests_oauthlib();
    let refused = device::walk(&library, "none");
    assert_eq!(refused, Refusal::new("AccessDeniedError", "access_denied"));
}

fn authlib() -> Library {
    library("with_authlib.py")
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn authlib_code_refresh_and_revocation() {
    let library = authlib();
    let scene = provider();
    let revokes = Extras { revokes: true };
    let (app, public) = (flows::confidential(&scene), flows::public(&scene));
    for (auth, app) in [("basic", &app), ("post", &app), ("none", &public)] {
        let replay = flows::code(&scene, &library, app, auth, revokes);
        assert_eq!(replay, Refusal::new("OAuthError", "invalid_grant"));
    }
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn authlib_checks_the_callback() {
    let library = authlib();
    let scene = provider();
    let app = flows::confidential(&scene);
    let forged = flows::spoilt(&scene, &library, &app, "basic", flows::wrong_state);
    assert_eq!(
        forged,
        Refusal::new("MismatchingStateException", "mismatching_state")
    );
    // It does not see the error in a callback without a code, but asks for a token of the app's own.
    let denied = flows::denied(&scene, &library, "basic");
    assert_eq!(denied, Refusal::new("OAuthError", "unauthorized_client"));
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn authlib_client_credentials() {
    let library = authlib();
    flows::client_credentials(&provider(), &library, &["basic", "post"]);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn authlib_device() {
    let library = authlib();
    let refused = device::walk(&library, "none");
    assert_eq!(refused, Refusal::new("OAuthError", "access_denied"));
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn authlib_in_flask_code_and_refresh() {
    let library = library("authlib_in_flask.py");
    let scene = provider();
    let mut site = Site::start(&scene, &library, "basic", "/callback");
    let used = site.log_in_and_renew();
    assert_eq!(
        site.replay(&used),
        Refusal::new("OAuthError", "invalid_grant")
    );
    let forged = site.come_back(&used.location).expect(403);
    assert_eq!(
        Refusal::of(&forged.json()),
        Refusal::new("MismatchingStateError", "mismatching_state")
    );
    let mut site = Site::start(&scene, &library, "basic", "/callback");
    let denied = site.deny().expect(403);
    assert_eq!(
        Refusal::of(&denied.json()),
        Refusal::new("OAuthError", "access_denied")
    );
}

fn social_core() -> Library {
    library("with_social_core.py")
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn social_core_code_and_refresh() {
    let library = social_core();
    let scene = provider();
    let (app, public) = (flows::confidential(&scene), flows::public(&scene));
    for (auth, app) in [("post", &app), ("basic", &app), ("post", &public)] {
        let replay = flows::code(&scene, &library, app, auth, Extras::default());
        assert_eq!(replay, Refusal::new("AuthCredentialError", "invalid_grant"));
    }
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn social_core_checks_the_callback() {
    let library = social_core();
    let scene = provider();
    let app = flows::confidential(&scene);
    let forged = flows::spoilt(&scene, &library, &app, "post", flows::wrong_state);
    assert_eq!(
        forged,
        Refusal::new("AuthSessionError", "session_context_missing")
    );
    let denied = flows::denied(&scene, &library, "post");
    assert_eq!(denied, Refusal::new("AuthCanceled", "access_denied"));
}

/// It puts the token into the URL, where logs and proxies see it.
#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn social_core_revocation_is_refused() {
    let library = social_core();
    let scene = provider();
    let app = flows::confidential(&scene);
    let refused = flows::refused(&scene, &library, &app, "revocation");
    assert_eq!(
        refused,
        Refusal::new("AuthConfigurationError", "invalid_request")
    );
}
