//! Test credentials that the documentation publishes for everyone (T10).

mod support;

use acceptance::{App, Json, Reply, Setup};
use support::{CALLBACK, Scene, Tokens, assert_page, assert_refused};

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
