//! Test mode: a side for trying things beside the live one, and nothing that crosses (T10).

use crate::support::{ANN, OWNER, PLAIN, Scene, Tokens, assert_page, assert_refused, within};
use acceptance::{App, AppSpec, Browser, Json, Setup};
use std::time::Duration;

const ON: &str = "[test]\nmode = true\n[grants]\ndevice_code = true";
const BACK: &str = "https://app.example/cb";

pub(crate) fn scene() -> Scene {
    Scene::start(Setup::toml(PLAIN).with(ON))
}

/// A test app with its users, as `app create --test` makes them.
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) users: Vec<(String, String)>,
}

impl TestApp {
    pub(crate) fn create(scene: &Scene, more: &[&str]) -> Self {
        let args = [
            "app",
            "create",
            "--test",
            "--owner",
            OWNER,
            "--name",
            "Sandbox App",
            "--homepage",
            "https://app.example",
            "--redirect-uri",
            BACK,
        ];
        let made = scene.cli(&[&args, more].concat());
        let text = |value: &Json, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let user = |user: &Json| (text(user, "email"), text(user, "password"));
        TestApp {
            app: App {
                client_id: text(&made, "client_id"),
                client_secret: text(&made, "client_secret"),
                json: made.clone(),
            },
            users: made["test_users"]
                .as_array()
                .into_iter()
                .flatten()
                .map(user)
                .collect(),
        }
    }

    pub(crate) fn every_grant(scene: &Scene) -> Self {
        let grants = [
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "device_code",
        ];
        let more: Vec<&str> = grants.iter().flat_map(|grant| ["--grant", grant]).collect();
        Self::create(scene, &more)
    }

    pub(crate) fn browser(&self, scene: &Scene) -> Browser {
        let (email, password) = &self.users[0];
        scene.provider.browser_of(email, password)
    }

    /// The whole walk of a test user.
    pub(crate) fn tokens(&self, scene: &Scene) -> Tokens {
        scene.tokens_of(&mut self.browser(scene), &self.app, "tasks:read")
    }
}

/// An authorization request of `app`.
pub(crate) fn question(scene: &Scene, app: &App) -> String {
    scene.question(app, &[("scope", "tasks:read")])
}

/// A code for `app`.
pub(crate) fn code(scene: &Scene, browser: &mut Browser, app: &App) -> String {
    browser.authorize(&question(scene, app)).code()
}

pub(crate) fn live(scene: &Scene) -> App {
    scene.app(&AppSpec {
        redirect_uris: &[BACK],
        grants: &[
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "device_code",
        ],
        ..AppSpec::default()
    })
}

#[test]
fn t10_everything_of_a_test_app_is_marked() {
    let scene = scene();
    let test = TestApp::every_grant(&scene);
    assert!(test.app.client_id.starts_with("test_"), "{:?}", test.app);
    assert!(test.app.client_secret.starts_with("test_"));
    assert_eq!(test.users.len(), 2);
    let mut browser = test.browser(&scene);
    let code = code(&scene, &mut browser, &test.app);
    assert!(code.starts_with("test_"), "{code}");
    let reply = scene.redeem(&test.app, &code, &[]);
    let tokens = Tokens::of(&reply);
    assert!(tokens.access.starts_with("test_at_"), "{}", tokens.access);
    assert!(tokens.refresh.starts_with("test_rt_"), "{}", tokens.refresh);
    let refreshed = Tokens::of(&scene.refresh(&test.app, &tokens.refresh));
    assert!(refreshed.access.starts_with("test_at_") && refreshed.refresh.starts_with("test_rt_"));
    let own = scene.client_credentials(&test.app);
    assert!(own.member("access_token").starts_with("test_at_"), "{own}");
    let shown = scene.cli(&["app", "show", &test.app.client_id]);
    assert_eq!(shown["mode"], "test");
    let users = scene.cli(&["user", "list"]);
    let mode = |email: &str| {
        let users = users["users"].as_array().expect("a list");
        users
            .iter()
            .find(|user| user["email"] == email)
            .expect("listed")["mode"]
            .clone()
    };
    assert_eq!(
        (mode(&test.users[0].0), mode(ANN)),
        ("test".into(), "live".into())
    );
}

#[test]
fn t10_nothing_of_the_live_side_is_marked() {
    let scene = scene();
    let app = live(&scene);
    let tokens = scene.tokens(&app, "tasks:read");
    for text in [
        &app.client_id,
        &app.client_secret,
        &tokens.access,
        &tokens.refresh,
    ] {
        assert!(!text.starts_with("test_"), "{text}");
    }
    let info = scene
        .api()
        .get_bearer(&scene.endpoint("token_info_endpoint"), &tokens.access);
    assert_eq!(info.expect(200).json().get("mode"), None);
}

#[test]
fn t10_sign_in_says_that_it_is_a_test() {
    let scene = scene();
    let test = TestApp::create(&scene, &[]);
    let question = question(&scene, &test.app);
    let page = test.browser(&scene).open(&question);
    assert!(page.text().contains("This app is in test mode"), "{page}");
    assert!(page.text().contains(">Test mode<"), "{page}");
    assert!(!page.text().contains("/sign-up"), "{page}");
    let mut browser = test.browser(&scene);
    let page = browser.authorize_until_consent(&question);
    assert!(page.text().contains(">Test mode<"), "{page}");
    let account = browser.open("/account").expect(200);
    assert!(account.text().contains(">Test mode<"), "{account}");
    let plain = scene.browser().open("/sign-in");
    assert!(!plain.text().contains(">Test mode<"), "{plain}");
}

#[test]
fn t10_token_info_says_which_side() {
    let scene = scene();
    let test = TestApp::create(&scene, &[]);
    let tokens = test.tokens(&scene);
    let path = scene.endpoint("token_info_endpoint");
    let info = scene
        .api()
        .get_bearer(&path, &tokens.access)
        .expect(200)
        .json();
    assert_eq!(info["mode"], "test");
    let unmarked = tokens.access.trim_start_matches("test_");
    assert_refused(
        &scene.api().get_bearer(&path, unmarked),
        401,
        "invalid_token",
    );
}

#[test]
fn t10_consent_is_remembered_on_its_own_side_only() {
    let scene = scene();
    let test = TestApp::create(&scene, &[]);
    test.tokens(&scene);
    let mut browser = test.browser(&scene);
    browser.sign_in(&test.users[0].0, &test.users[0].1);
    let again = browser.get(&question(&scene, &test.app));
    assert!(
        again.location().unwrap_or_default().contains("code=test_"),
        "{again}"
    );
    let live = browser.open(&question(&scene, &live(&scene))).expect(200);
    assert!(live.text().contains("action=\"/sign-in\""), "{live}");
}

#[test]
fn t10_more_test_users_are_made_for_an_app() {
    let scene = scene();
    let test = TestApp::create(&scene, &[]);
    let file = scene.provider.folder().join("password");
    std::fs::write(&file, "a third one to try").expect("write a password");
    let create = |email: &str, id: &str| {
        let file = file.to_string_lossy().into_owned();
        scene.provider.cli(&[
            "user",
            "create",
            "--email",
            email,
            "--name",
            "Cem",
            "--test-app",
            id,
            "--password-file",
            &file,
        ])
    };
    assert_eq!(create("cem@users.test", &test.app.client_id).code, Some(0));
    let mut browser = scene
        .provider
        .browser_of("cem@users.test", "a third one to try");
    scene.tokens_of(&mut browser, &test.app, "tasks:read");
    let refused = create("dan@users.test", &live(&scene).client_id);
    assert!(refused.stderr.contains("is no test app"), "{refused:?}");
    let own = scene.provider.cli(&[
        "app",
        "create",
        "--owner",
        "cem@users.test",
        "--name",
        "x",
        "--homepage",
        "https://app.example",
        "--redirect-uri",
        BACK,
    ]);
    assert!(
        own.stderr.contains("a test user cannot answer for an app"),
        "{own:?}"
    );
}

#[test]
fn t10_with_the_app_go_its_users() {
    let scene = scene();
    let test = TestApp::create(&scene, &[]);
    let tokens = test.tokens(&scene);
    scene.cli(&["app", "delete", &test.app.client_id]);
    let path = scene.endpoint("token_info_endpoint");
    let info = || scene.api().get_bearer(&path, &tokens.access);
    assert!(within(Duration::from_secs(1), || info().status == 401));
    assert_refused(&info(), 401, "invalid_token");
    let (email, password) = &test.users[0];
    let refused = scene.browser().try_sign_in(email, password);
    assert_eq!(refused.status, 403, "switched off: {refused}");
}

#[test]
fn t10_switched_off_there_is_no_test_side() {
    let mut scene = scene();
    let test = TestApp::every_grant(&scene);
    let tokens = test.tokens(&scene);
    scene.provider.stop();
    scene.provider.env("VALETKEY_TEST__MODE", "false");
    scene.provider.start();
    assert_refused(&scene.client_credentials(&test.app), 401, "invalid_client");
    assert_refused(
        &scene.refresh(&test.app, &tokens.refresh),
        401,
        "invalid_client",
    );
    let path = scene.endpoint("token_info_endpoint");
    assert_refused(
        &scene.api().get_bearer(&path, &tokens.access),
        401,
        "invalid_token",
    );
    assert_page(&scene.browser().get(&scene.question(&test.app, &[])), 400);
    let refused = scene.provider.cli(&[
        "app",
        "create",
        "--test",
        "--owner",
        OWNER,
        "--name",
        "x",
        "--homepage",
        "https://app.example",
        "--redirect-uri",
        BACK,
    ]);
    assert!(
        refused.stderr.contains("test mode is switched off"),
        "{refused:?}"
    );
}

#[test]
fn t10_an_operator_is_told_that_a_token_waits_for_test_mode() {
    let mut scene = scene();
    let test = TestApp::every_grant(&scene);
    let tokens = test.tokens(&scene);
    let own = scene.client_credentials(&test.app).member("access_token");
    let inspect = |scene: &Scene, token: &str, more: &[&str]| {
        let file = scene.provider.secret_file(token);
        let args = [&["token", "inspect", "--token-file", &file], more].concat();
        scene.provider.cli(&args)
    };
    for token in [&tokens.access, &tokens.refresh, &own] {
        let works = inspect(&scene, token, &["--json"]).json();
        assert_eq!(works["active"], true, "{works}");
    }
    scene.provider.stop();
    scene.provider.env("VALETKEY_TEST__MODE", "false");
    for token in [&tokens.access, &tokens.refresh, &own] {
        let told = inspect(&scene, token, &["--json"]);
        assert_eq!(told.code, Some(3), "{told:?}");
        let parsed: Json = serde_json::from_str(&told.stdout).expect("JSON");
        assert_eq!(parsed["active"], false, "{parsed}");
        let why = "test mode, which is switched off here";
        let reason = parsed["reason"].as_str().unwrap_or_default();
        assert!(reason.contains(why), "{parsed}");
        let told = inspect(&scene, token, &[]);
        assert_eq!(told.code, Some(3), "{told:?}");
        assert!(told.stdout.contains(why), "{told:?}");
    }
}
