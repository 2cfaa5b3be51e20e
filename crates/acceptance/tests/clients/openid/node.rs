//! Libraries for Node.js.

use super::{
    assert_identity, assert_info, assert_question, foreign_nonce, order, site, with_goodbye,
};
use super::{confidential, provider, provider_below_a_path, public, sign_in, with_foreign_nonce};
use crate::flows::Refusal;
use crate::node::press_sign_in;
use crate::support::client::tool;
use crate::support::{ANN, PASSWORD, Scene};
use crate::talk::Library;
use acceptance::{Redirect, Setup, free_port};
use serde_json::json;

fn library(script: &str) -> Library {
    Library::script(tool("VALETKEY_TEST_NODE"), &format!("node/{script}"))
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn openid_client_signs_in_and_out() {
    let library = library("openid-client_openid.mjs");
    let scene = provider();
    let (app, public) = (confidential(&scene), public(&scene));
    for (auth, app) in [("post", &app), ("basic", &app), ("none", &public)] {
        let mut signed_in = sign_in(&scene, &library, app, auth);
        signed_in.sign_out(&scene);
        signed_in.end();
    }
    let refused = with_foreign_nonce(&scene, &library, &app, "post");
    let expected = Refusal::new("ClientError", "OAUTH_JWT_CLAIM_COMPARISON_FAILED");
    assert_eq!(refused, expected);
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn libraries_find_an_issuer_below_a_path() {
    let scene = provider_below_a_path();
    let app = confidential(&scene);
    for script in ["openid-client_openid.mjs", "oauth4webapi_openid.mjs"] {
        let mut signed_in = sign_in(&scene, &library(script), &app, "basic");
        signed_in.sign_out(&scene);
        signed_in.end();
    }
}

/// ID tokens and userinfo signed by other keys than the usual one, which the app registered and the library is told.
#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn openid_client_takes_the_algorithms_that_its_app_registered() {
    let library = library("openid-client_openid.mjs");
    let scene = provider();
    let app = confidential(&scene);
    for (id_token, userinfo) in [("ES256", "EdDSA"), ("EdDSA", "ES256")] {
        let id = &app.client_id;
        let update = ["app", "update", id, "--id-token-algorithm", id_token];
        let update = [update.as_slice(), &["--userinfo-algorithm", userinfo]].concat();
        let updated = scene.provider.cli(&update);
        assert_eq!(updated.code, Some(0), "{updated:?}");
        let mut signed_in = sign_in(&scene, &library, &app, &format!("{id_token} {userinfo}"));
        signed_in.sign_out(&scene);
        signed_in.end();
    }
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn oauth4webapi_signs_in_and_out() {
    let library = library("oauth4webapi_openid.mjs");
    let scene = provider();
    let (app, public) = (confidential(&scene), public(&scene));
    for (auth, app) in [("basic", &app), ("post", &app), ("none", &public)] {
        let mut signed_in = sign_in(&scene, &library, app, auth);
        signed_in.sign_out(&scene);
        signed_in.end();
    }
    let refused = with_foreign_nonce(&scene, &library, &app, "basic");
    let expected = Refusal::new(
        "OperationProcessingError",
        "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
    );
    assert_eq!(refused, expected);
}

#[test]
#[cfg_attr(not(has_node), ignore = "needs Node.js: see ./test")]
fn auth_core_signs_in() {
    let library = library("auth-core.mjs");
    let scene = provider();
    let mut site = site(&scene, &library, "/auth/callback/valetkey");
    let question = press_sign_in(&mut site);
    assert_question(&Redirect::parse(&format!(
        "{}{question}",
        scene.provider.issuer()
    )));
    let back = site.allow(&question);
    site.come_back(&back.location).expect(302);
    let session = site.browser.get("/auth/session").expect(200).json();
    assert_eq!(session["user"]["name"], "Ann Example", "{session}");
    assert_eq!(session["user"]["email"], ANN, "{session}");

    let question = press_sign_in(&mut site);
    let question = Redirect::parse(&format!("{}{question}", scene.provider.issuer()));
    let back = site.allow(&foreign_nonce(&scene, &question));
    site.come_back(&back.location).expect(302);
    let refused = site.browser.get("/refusals").json();
    let expected = Refusal::new("CallbackRouteError", "OAUTH_JWT_CLAIM_COMPARISON_FAILED");
    assert_eq!(Refusal::of(&refused), expected);
}

/// In a browser of its own, whose person the program plays too.
#[test]
#[cfg_attr(not(has_chromium), ignore = "needs Chromium: see ./test")]
fn oidc_client_ts_signs_in_and_out() {
    let library = library("oidc-client-ts.mjs");
    // Chromium knows no authority of ours.
    let scene = Scene::start(Setup::profile("openid"));
    let port = free_port();
    let [callback, goodbye] =
        ["callback", "goodbye"].map(|path| format!("http://localhost:{port}/{path}"));
    let app = with_goodbye(&scene, scene.public(&callback), &goodbye);
    let told = |flow: &str| {
        let mut order = order(&scene, &app, "none");
        let more = [
            ("flow", json!(flow)),
            ("port", json!(port)),
            ("redirect_uri", json!(callback)),
            ("post_logout_redirect_uri", json!(goodbye)),
            ("chromium", json!(tool("VALETKEY_TEST_CHROMIUM"))),
            ("person", json!({ "email": ANN, "password": PASSWORD })),
        ];
        for (name, value) in more {
            order[name] = value;
        }
        order
    };
    let mut talk = library.start(&scene, &told("sign_in"));
    let said = talk.hear("identity");
    assert_identity(&scene, &app, &said["identity"], Some("of-this-sign-in"));
    assert_info(&scene, &said["info"]);
    assert_info(&scene, &said["refreshed"]);
    talk.say(&json!("go on"));
    assert_eq!(talk.hear("left")["left"], 1);
    talk.say(&json!("go on"));
    talk.hear("done");
    talk.end();

    let mut talk = library.start(&scene, &told("forged"));
    let refusal = Refusal::of(&talk.hear("refused"));
    assert_eq!(
        refusal,
        Refusal::new("Error", "No matching state found in storage")
    );
    talk.end();
}
