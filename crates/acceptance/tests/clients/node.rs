//! Libraries for Node.js.

use crate::device;
use crate::flows::{self, Extras, Refusal};
use crate::provider;
use crate::sites::Site;
use crate::support::client::tool;
use crate::talk::Library;

const REVOKES: Extras = Extras { revokes: true };

fn library(script: &str) -> Library {
    Library::script(tool("VALETKEY_TEST_NODE"), &format!("node/{script}"))
}

/// A code, with each way to authenticate that a library has; `post` and `basic` for a confidential app, `none`
/// for a public one.
#[track_caller]
fn codes(library: &Library, auths: &[&str], replay: &Refusal) {
    let scene = provider();
    for auth in auths {
        let app = match *auth {
            "none" => flows::public(&scene),
            "key" => flows::keyed(&scene),
            _ => flows::confidential(&scene),
        };
        assert_eq!(flows::code(&scene, library, &app, auth, REVOKES), *replay);
    }
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn openid_client_code_refresh_and_revocation() {
    let library = library("openid-client.mjs");
    let replay = Refusal::new("ResponseBodyError", "invalid_grant");
    codes(&library, &["post", "basic", "key", "none"], &replay);
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn openid_client_proves_its_key() {
    flows::bound(&library("openid-client_dpop.mjs"));
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn oauth4webapi_proves_its_key() {
    flows::bound(&library("oauth4webapi_dpop.mjs"));
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn openid_client_checks_the_callback() {
    let library = library("openid-client.mjs");
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
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn openid_client_client_credentials() {
    let library = library("openid-client.mjs");
    flows::client_credentials(&provider(), &library, &["post", "basic", "key"]);
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn openid_client_device() {
    let library = library("openid-client.mjs");
    let refused = device::walk(&library, "post");
    assert_eq!(refused, Refusal::new("ResponseBodyError", "access_denied"));
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn oauth4webapi_code_refresh_and_revocation() {
    let library = library("oauth4webapi.mjs");
    let replay = Refusal::new("ResponseBodyError", "invalid_grant");
    codes(&library, &["basic", "post", "key", "none"], &replay);
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn oauth4webapi_checks_the_callback() {
    let library = library("oauth4webapi.mjs");
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
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn oauth4webapi_client_credentials() {
    let library = library("oauth4webapi.mjs");
    flows::client_credentials(&provider(), &library, &["basic", "post", "key"]);
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn oauth4webapi_device() {
    let library = library("oauth4webapi.mjs");
    let refused = device::walk(&library, "basic");
    assert_eq!(refused, Refusal::new("ResponseBodyError", "access_denied"));
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn simple_oauth2_code_refresh_and_revocation() {
    let library = library("simple-oauth2.mjs");
    codes(
        &library,
        &["basic", "post"],
        &Refusal::new("Error", "invalid_grant"),
    );
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn simple_oauth2_client_credentials() {
    let library = library("simple-oauth2.mjs");
    flows::client_credentials(&provider(), &library, &["basic", "post"]);
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn arctic_code_refresh_and_revocation() {
    let library = library("arctic.mjs");
    let replay = Refusal::new("OAuth2RequestError", "invalid_grant");
    codes(&library, &["basic", "none"], &replay);
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn passport_oauth2_code_and_refresh() {
    let library = library("passport-oauth2.mjs");
    let scene = provider();
    let mut site = Site::start(&scene, &library, "post", "/callback");
    let used = site.log_in_and_renew();
    assert_eq!(
        site.replay(&used),
        Refusal::new("TokenError", "invalid_grant")
    );
    // A state that was used up already, and a person who says no.
    site.come_back(&used.location).expect(403);
    let mut site = Site::start(&scene, &library, "post", "/callback");
    site.deny().expect(401);
}

/// Presses the button of the provider on the sign-in page of Auth.js; returns the authorization request.
#[track_caller]
pub(crate) fn press_sign_in(site: &mut Site<'_>) -> String {
    let csrf = site
        .browser
        .get("/auth/csrf")
        .expect(200)
        .member("csrfToken");
    let fields = [("csrfToken", csrf.as_str())];
    let login = site.browser.post_form("/auth/signin/valetkey", &fields);
    site.question_of(&login.expect(302))
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn auth_core_code() {
    let library = library("auth-core.mjs");
    let scene = provider();
    for auth in ["basic", "post"] {
        let mut site = Site::start(&scene, &library, auth, "/auth/callback/valetkey");
        let question = press_sign_in(&mut site);
        let back = site.allow(&question);
        site.come_back(&back.location).expect(302);
        let session = site.browser.get("/auth/session").expect(200).json();
        assert_eq!(session["user"]["name"], scene.ann.as_str(), "{session}");
        assert_eq!(site.check(&session).len(), 1, "{session}");
    }
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn auth_core_checks_the_callback() {
    let library = library("auth-core.mjs");
    let scene = provider();
    let mut site = Site::start(&scene, &library, "basic", "/auth/callback/valetkey");
    for name in ["state", "iss"] {
        let question = press_sign_in(&mut site);
        let back = site.allow(&question);
        let value = back.param(name).expect("it is there").to_owned();
        let spoilt = back
            .location
            .replace(&acceptance::encode(&value), "somebody-elses");
        site.come_back(&spoilt).expect(302);
        let refused = site.browser.get("/refusals").json();
        let expected = Refusal::new("CallbackRouteError", "OAUTH_INVALID_RESPONSE");
        assert_eq!(Refusal::of(&refused), expected, "{name}");
    }
}

/// Every answer of ours says who answers (RFC 9207), which the library compares with an issuer of its own making
/// where it was told none.
#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn auth_core_wants_the_issuer() {
    let library = library("auth-core.mjs");
    let scene = provider();
    let mut site = Site::start(
        &scene,
        &library,
        "without_issuer",
        "/auth/callback/valetkey",
    );
    let question = press_sign_in(&mut site);
    let back = site.allow(&question);
    site.come_back(&back.location).expect(302);
    let refused = site.browser.get("/refusals").json();
    let expected = Refusal::new("CallbackRouteError", "OAUTH_INVALID_RESPONSE");
    assert_eq!(Refusal::of(&refused), expected);
}
