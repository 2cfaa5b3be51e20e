//! Test mode: what would cross to the other side, and does not (T10).

use crate::support::{ANN, PASSWORD, Tokens, assert_refused, form_to};
use crate::test_mode::{TestApp, code, live, question, scene};
use acceptance::{App, Browser, Json};

#[test]
fn t10_a_real_account_is_never_granted_to_a_test_app() {
    let scene = scene();
    let test = TestApp::create(&scene, &[]);
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let page = browser.open(&question(&scene, &test.app)).expect(200);
    let form = form_to(&page, "/sign-in");
    assert!(!page.text().contains("/consent\""), "{page}");
    let refused = browser.submit(&form, &[("email", ANN), ("password", PASSWORD)]);
    assert_eq!(refused.status, 403, "{refused}");
    assert!(
        refused.text().contains("none of its test users"),
        "{refused}"
    );
    let handle = form.value("request").unwrap_or_default();
    let page = browser.get(&format!("/consent?request={handle}"));
    assert!(
        page.location().unwrap_or_default().starts_with("/sign-in"),
        "{page}"
    );
}

#[test]
fn t10_a_form_of_another_account_cannot_answer() {
    let scene = scene();
    let test = TestApp::create(&scene, &[]);
    let app = live(&scene);
    let page = scene
        .provider
        .browser_of(ANN, PASSWORD)
        .open(&question(&scene, &test.app));
    let handle = form_to(&page, "/sign-in")
        .value("request")
        .unwrap_or_default()
        .to_owned();
    let mut browser = scene.browser();
    let page = browser.authorize_until_consent(&question(&scene, &app));
    let form = form_to(&page, "/consent");
    let answer = browser.submit(&form, &[("request", &handle), ("answer", "allow")]);
    let to = answer.location().unwrap_or_default();
    assert!(to.starts_with("/sign-in"), "{answer}");
}

#[test]
fn t10_a_test_user_is_never_granted_to_another_app() {
    let scene = scene();
    let test = TestApp::create(&scene, &[]);
    let other = TestApp::create(&scene, &[]);
    let app = live(&scene);
    let (email, password) = &test.users[0];
    for app in [&app, &other.app] {
        let question = question(&scene, app);
        let mut browser = scene.provider.browser_of(email, password);
        let page = browser.open(&question);
        let form = form_to(&page, "/sign-in");
        let refused = browser.submit(&form, &[("email", email), ("password", password)]);
        assert_eq!(refused.status, 403, "{refused}");
        browser.sign_in(email, password);
        let page = browser.open(&question).expect(200);
        assert!(!page.text().contains("/consent\""), "{page}");
    }
}

#[test]
fn t10_a_device_of_one_side_meets_no_person_of_the_other() {
    let scene = scene();
    let test = TestApp::every_grant(&scene);
    let app = live(&scene);
    let path = scene.endpoint("device_authorization_endpoint");
    let ask = |app: &App| scene.api().post_form_as(&path, app, &[]).expect(200).json();
    let type_code = |browser: &mut Browser, codes: &Json| {
        let page = browser.open("/device").expect(200);
        let typed = codes["user_code"].as_str().unwrap_or_default();
        browser.submit(&form_to(&page, "/device/code"), &[("user_code", typed)])
    };
    let mut ann = scene.browser();
    ann.sign_in(ANN, PASSWORD);
    assert_eq!(type_code(&mut ann, &ask(&test.app)).status, 403);
    let mut tester = test.browser(&scene);
    tester.sign_in(&test.users[0].0, &test.users[0].1);
    assert_eq!(type_code(&mut tester, &ask(&app)).status, 403);
    let codes = ask(&test.app);
    assert!(
        codes["device_code"]
            .as_str()
            .is_some_and(|code| code.starts_with("test_dc_"))
    );
    let page = type_code(&mut tester, &codes).expect(200);
    tester
        .submit(&form_to(&page, "/device/answer"), &[("answer", "allow")])
        .expect(200);
    let poll = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        (
            "device_code",
            codes["device_code"].as_str().unwrap_or_default(),
        ),
    ];
    let crossed = scene.api().post_form_as(&scene.token(), &app, &poll);
    assert_refused(&crossed, 400, "invalid_grant");
    let reply = scene.api().post_form_as(&scene.token(), &test.app, &poll);
    assert!(Tokens::of(&reply).access.starts_with("test_at_"));
}

#[test]
fn t10_ids_and_secrets_do_not_cross() {
    let scene = scene();
    let test = TestApp::every_grant(&scene);
    let app = live(&scene);
    let mixed = |id: &str, secret: &str| {
        let mixed = App {
            client_id: id.to_owned(),
            client_secret: secret.to_owned(),
            json: Json::Null,
        };
        assert_refused(&scene.client_credentials(&mixed), 401, "invalid_client");
    };
    mixed(&test.app.client_id, &app.client_secret);
    mixed(&app.client_id, &test.app.client_secret);
    mixed(&format!("test_{}", app.client_id), &app.client_secret);
    mixed(
        test.app.client_id.trim_start_matches("test_"),
        &test.app.client_secret,
    );
    mixed(
        &test.app.client_id,
        test.app.client_secret.trim_start_matches("test_"),
    );
}

#[test]
fn t10_codes_and_refresh_tokens_do_not_cross() {
    let scene = scene();
    let test = TestApp::create(&scene, &[]);
    let app = live(&scene);
    let test_code = code(&scene, &mut test.browser(&scene), &test.app);
    let crossed = scene.redeem(&app, &test_code, &[]);
    assert_refused(&crossed, 400, "invalid_grant");
    let unmarked = test_code.trim_start_matches("test_");
    let bent = scene.redeem(&test.app, unmarked, &[]);
    assert_refused(&bent, 400, "invalid_grant");
    let tokens = Tokens::of(&scene.redeem(&test.app, &test_code, &[]));
    let live_code = code(&scene, &mut scene.browser(), &app);
    let crossed = scene.redeem(&test.app, &live_code, &[]);
    assert_refused(&crossed, 400, "invalid_grant");
    let live_tokens = Tokens::of(&scene.redeem(&app, &live_code, &[]));
    assert_refused(&scene.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    assert_refused(
        &scene.refresh(&test.app, &live_tokens.refresh),
        400,
        "invalid_grant",
    );
    let unmarked = tokens.refresh.trim_start_matches("test_");
    assert_refused(&scene.refresh(&test.app, unmarked), 400, "invalid_grant");
    Tokens::of(&scene.refresh(&test.app, &tokens.refresh));
    Tokens::of(&scene.refresh(&app, &live_tokens.refresh));
}

#[test]
fn t10_introspection_and_revocation_do_not_cross() {
    let scene = scene();
    let test = TestApp::create(&scene, &[]);
    let app = live(&scene);
    let api = scene.resource_server();
    let test_api = TestApp::create(&scene, &["--resource-server"]).app;
    let (tested, lived) = (test.tokens(&scene), scene.tokens(&app, "tasks:read"));
    assert!(!scene.is_active(&api, &tested.access));
    assert!(!scene.is_active(&test_api, &lived.access));
    assert!(!scene.is_active(&app, &tested.access));
    let seen = scene.introspect(&test_api, &tested.access);
    assert_eq!(
        (&seen["active"], &seen["mode"]),
        (&true.into(), &"test".into())
    );
    let seen = scene.introspect(&api, &lived.access);
    assert_eq!((&seen["active"], seen.get("mode")), (&true.into(), None));
    assert!(!scene.is_active(&test_api, tested.access.trim_start_matches("test_")));
    for (stranger, token) in [(&app, &tested), (&test.app, &lived)] {
        assert_refused(&scene.revoke(stranger, &token.access), 400, "invalid_grant");
        assert_refused(
            &scene.revoke(stranger, &token.refresh),
            400,
            "invalid_grant",
        );
    }
    assert!(scene.is_active(&test_api, &tested.access) && scene.is_active(&api, &lived.access));
    scene.revoke(&test.app, &tested.refresh).expect(200);
    assert!(!scene.is_active(&test_api, &tested.access) && scene.is_active(&api, &lived.access));
}
