//! Libraries for Python.

use super::{
    GOODBYE, SCOPE, assert_goodbye, assert_identity, assert_info, assert_question,
    assert_refreshed, confidential, foreign_nonce, provider, sign_in, site, with_foreign_nonce,
};
use crate::flows::Refusal;
use crate::support::client::tool;
use crate::talk::Library;
use acceptance::Redirect;

fn library(script: &str) -> Library {
    Library::script(tool("VALETKEY_TEST_PYTHON"), &format!("python/{script}"))
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn authlib_signs_in_and_out() {
    let library = library("authlib_in_flask_openid.py");
    let scene = provider();
    let mut site = site(&scene, &library, "/callback");
    let login = site.browser.get("/login").expect(302);
    let target = site.question_of(&login);
    let question = Redirect::parse(login.location().unwrap_or_default());
    assert_question(&question);
    assert_eq!(question.param("scope"), Some(SCOPE));
    let mut browser = scene.browser();
    let back = browser.authorize(&target);
    let said = site.come_back(&back.location).expect(200).json();
    assert_identity(
        &scene,
        &site.app,
        &said["identity"],
        question.param("nonce"),
    );
    assert_info(&scene, &said["info"]);
    let mut renewed = site.browser.get("/renew").expect(200).json();
    assert_info(&scene, &renewed["info"]);
    renewed["identity"] = said["identity"].clone();
    assert_refreshed(&scene, &site.app, &renewed);
    let logout = site.browser.get("/logout").expect(302);
    let link = logout.location().unwrap_or_default();
    assert_goodbye(&scene, &mut browser, link, GOODBYE);

    let login = site.browser.get("/login").expect(302);
    let question = Redirect::parse(login.location().unwrap_or_default());
    let back = scene.browser().authorize(&foreign_nonce(&scene, &question));
    let refused = site.come_back(&back.location).expect(403).json();
    assert_eq!(
        Refusal::of(&refused),
        Refusal::new("InvalidClaimError", "invalid_claim"),
    );
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn social_core_signs_in() {
    let library = library("with_social_core_openid.py");
    let scene = provider();
    let app = confidential(&scene);
    for auth in ["basic", "post"] {
        sign_in(&scene, &library, &app, auth).end();
    }
    let refused = with_foreign_nonce(&scene, &library, &app, "basic");
    assert_eq!(refused, Refusal::new("AuthResponseError", "nonce_mismatch"));
}
