//! Test credentials that the documentation publishes for everyone (T10).

use crate::support;
use crate::support::{CALLBACK, Scene, Tokens, assert_page, assert_refused, within};
use acceptance::{App, Json, Reply, Setup};
use std::time::Duration;

const DOCUMENTED: &str = "[test.credentials]\nclient_id = \"test_abc123\"\n\
    client_secret = \"test_secret_def456\"\nemail = \"try@example.com\"\npassword = \"try things with this\"";

fn documented() -> App {
    App {
        client_id: "test_abc123".to_owned(),
        client_secret: "test_secret_def456".to_owned(),
        json: Json::Null,
    }
}

#[test]
fn t10_published_credentials_are_off_unless_the_profile_has_them() {
    let scene = Scene::profile("appexample");
    assert_refused(
        &scene.client_credentials(&documented()),
        401,
        "invalid_client",
    );
    let question = scene.question(&documented(), &[("redirect_uri", CALLBACK)]);
    assert_page(&scene.browser().get(&question), 400);
}

#[test]
fn t10_published_credentials_lead_to_the_own_computer_only() {
    let setup = Setup::profile("appexample").with(DOCUMENTED);
    let scene = Scene::start(setup);
    let app = documented();
    let ask = |uri: &str| {
        let question = scene.question(&app, &[("redirect_uri", uri), ("scope", "tasks:read")]);
        let mut browser = scene
            .provider
            .browser_of("try@example.com", "try things with this");
        browser.open(&question)
    };
    for uri in [
        "http://localhost:5000/oauth/callback",
        "http://127.0.0.1:9/x",
        "http://[::1]/",
    ] {
        assert_eq!(ask(uri).status, 200, "{uri}");
    }
    for uri in [
        "https://app.example/cb",
        "http://localhost.example/cb",
        "http://localhost@evil.example/",
        "http://10.0.0.1/",
        "https://localhost/cb",
        "com.example.app:/cb",
        "http://localhost:5000/#x",
    ] {
        assert_page(&ask(uri), 400);
    }
    let question = scene.question(&app, &[("redirect_uri", CALLBACK), ("scope", "tasks:read")]);
    let mut browser = scene
        .provider
        .browser_of("try@example.com", "try things with this");
    let code = browser.authorize(&question).code();
    let tokens = Tokens::of(&scene.redeem(&app, &code, &[]));
    assert!(tokens.access.starts_with("test_at_"));
    // Everyone has these credentials, so nobody is sent on without being asked.
    let again: Reply = browser.open(&question);
    assert!(again.text().contains("answer"), "{again}");
    let info = scene
        .api()
        .get_bearer(&scene.endpoint("token_info_endpoint"), &tokens.access);
    assert_eq!(info.expect(200).json()["client_id"], "test_abc123");
}

#[test]
fn t10_published_credentials_change_with_the_configuration() {
    let mut scene = Scene::start(Setup::profile("appexample").with(DOCUMENTED));
    scene.client_credentials(&documented()).expect(200);
    scene.provider.stop();
    scene.provider.env(
        "VALETKEY_TEST__CREDENTIALS__CLIENT_SECRET",
        "test_secret_new",
    );
    scene.provider.start();
    assert_refused(
        &scene.client_credentials(&documented()),
        401,
        "invalid_client",
    );
    let new = App {
        client_secret: "test_secret_new".to_owned(),
        ..documented()
    };
    scene.client_credentials(&new).expect(200);
}

/// Whoever signs in with the published password cannot take the test user from the others.
#[test]
fn t10_published_credentials_stay_everyones() {
    let scene = Scene::start(Setup::profile("appexample").with(DOCUMENTED));
    let (email, password) = ("try@example.com", "try things with this");
    let mut browser = scene.provider.browser_of(email, password);
    browser.sign_in(email, password);
    let page = browser.open("/account").expect(200);
    assert!(page.text().contains("everyone’s"), "{page}");
    assert!(
        !page.text().contains("/account/"),
        "no form to change anything: {page}"
    );
    let fields = [("current", password), ("new", "this is mine alone now")];
    assert_page(&browser.post_form("/account/password", &fields), 403);
    assert_page(&browser.post_form("/account/sessions/end-all", &[]), 403);
    // Nor can anyone shut it by wrong passwords.
    for _ in 0..12 {
        let wrong = scene.browser().try_sign_in(email, "not the password");
        assert_eq!(wrong.status, 401, "{wrong}");
    }
    scene.browser().sign_in(email, password);
}

/// What is in the way of the published credentials does not keep the server from starting.
#[test]
fn t10_an_address_that_is_taken_is_told_and_stops_nothing() {
    let taken = DOCUMENTED.replace("try@example.com", support::ANN);
    let mut scene = Scene::profile("appexample");
    scene.provider.stop();
    let config = scene.provider.config_path();
    let before = std::fs::read_to_string(&config).expect("the configuration");
    std::fs::write(&config, format!("{before}\n{taken}")).expect("write it");
    scene.provider.start();
    let told = || scene.provider.log().contains("has an account already");
    assert!(
        within(Duration::from_secs(5), told),
        "{}",
        scene.provider.log()
    );
    scene.browser().sign_in(support::ANN, support::PASSWORD);
}
