//! The device flow (RFC 8628) over HTTP: a device that polls, and a person with a browser elsewhere.

use crate::support;
use crate::support::{
    ANN, OWNER, PASSWORD, PLAIN, Scene, assert_page, assert_refused, assert_well, form_to,
    outlive_a_second, page_request,
};
use crate::throttle::assert_throttled;
use acceptance::{App, AppSpec, Browser, Json, Reply, Request, Setup};
use std::time::Duration;

pub(crate) const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub(crate) fn scene(changes: &str) -> Scene {
    let on = "[grants]\ndevice_code = true\n[device]\ninterval = \"1s\"";
    Scene::start(Setup::toml(PLAIN).with(on).with(changes))
}

pub(crate) fn television(scene: &Scene) -> App {
    scene.app(&AppSpec {
        name: "Living Room TV",
        grants: &["device_code", "refresh_token"],
        public: true,
        ..AppSpec::default()
    })
}

/// What a device was told.
pub(crate) struct Codes(Json);

impl Codes {
    pub(crate) fn ask(scene: &Scene, app: &App, pairs: &[(&str, &str)]) -> Self {
        let path = scene.endpoint("device_authorization_endpoint");
        Codes(
            scene
                .api()
                .post_form_as(&path, app, pairs)
                .expect(200)
                .json(),
        )
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_default()
    }

    pub(crate) fn poll(&self, scene: &Scene, app: &App) -> Reply {
        let pairs = [
            ("grant_type", GRANT),
            ("device_code", self.text("device_code")),
        ];
        scene.api().post_form_as(&scene.token(), app, &pairs)
    }
}

/// Ann's browser, signed in.
pub(crate) fn phone(scene: &Scene) -> Browser {
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    browser
}

/// Types a code on the page.
pub(crate) fn type_code(browser: &mut Browser, code: &str) -> Reply {
    let page = browser.open("/device").expect(200);
    browser.submit(&form_to(&page, "/device/code"), &[("user_code", code)])
}

pub(crate) fn answer(browser: &mut Browser, page: &Reply, word: &str) -> Reply {
    browser.submit(&form_to(page, "/device/answer"), &[("answer", word)])
}

#[test]
fn the_whole_walk() {
    let scene = scene("");
    let app = television(&scene);
    let codes = Codes::ask(&scene, &app, &[("scope", "tasks:read tasks:write")]);
    assert_refused(&codes.poll(&scene, &app), 400, "authorization_pending");
    let mut browser = phone(&scene);
    let page = type_code(&mut browser, &codes.text("user_code").to_lowercase()).expect(200);
    for named in [
        "Living Room TV",
        "See your tasks",
        "Add tasks and change them",
        ANN,
        codes.text("user_code"),
        "in front of you",
    ] {
        assert!(page.text().contains(named), "{named} is not on {page}");
    }
    outlive_a_second();
    assert_refused(&codes.poll(&scene, &app), 400, "authorization_pending");
    let done = answer(&mut browser, &page, "allow").expect(200);
    assert!(done.text().contains("Your device is connected"), "{done}");
    let reply = codes.poll(&scene, &app).expect(200);
    assert_eq!(reply.json()["scope"], "tasks:read tasks:write");
    let api = scene.resource_server();
    let seen = scene.introspect(&api, &reply.member("access_token"));
    assert_eq!(
        (&seen["active"], &seen["sub"]),
        (&true.into(), &scene.ann.as_str().into())
    );
    scene
        .refresh(&app, &reply.member("refresh_token"))
        .expect(200);
    assert_well(&scene);
}

#[test]
fn what_was_shown_is_what_a_device_gets() {
    let scene = scene("");
    let app = television(&scene);
    let codes = Codes::ask(&scene, &app, &[]);
    let mut browser = phone(&scene);
    let page = type_code(&mut browser, codes.text("user_code"));
    scene.cli(&["app", "approve", &app.client_id]);
    let mut again = page.clone();
    let changed = || {
        let shown = type_code(&mut browser, codes.text("user_code"));
        again = answer(&mut browser, &shown, "maybe");
        again.text().contains("Reviewed by")
    };
    assert!(support::within(Duration::from_secs(2), changed));
    for proof in [
        "",
        "x",
        form_to(&page, "/device/answer")
            .value("shown")
            .unwrap_or_default(),
    ] {
        let typed = [("answer", "allow"), ("shown", proof)];
        let refused = browser.submit(&form_to(&again, "/device/answer"), &typed);
        assert_eq!(refused.status, 400, "{refused}");
        assert!(refused.text().contains("has changed since"), "{refused}");
    }
    let done = answer(&mut browser, &again, "allow").expect(200);
    assert!(done.text().contains("is connected"), "{done}");
}

#[test]
fn the_same_answer_posted_twice_is_answered_alike_and_another_is_not() {
    for (given, other, told) in [
        ("allow", "deny", "is connected"),
        ("deny", "allow", "Nothing was allowed"),
    ] {
        let scene = scene("");
        let app = television(&scene);
        let codes = Codes::ask(&scene, &app, &[]);
        let mut browser = phone(&scene);
        let page = type_code(&mut browser, codes.text("user_code"));
        for _ in 0..2 {
            let done = answer(&mut browser, &page, given).expect(200);
            assert!(done.text().contains(told), "{done}");
        }
        let refused = answer(&mut browser, &page, other).expect(409);
        assert!(!refused.text().contains("is connected"), "{refused}");
    }
}

#[test]
fn a_no_is_told_to_the_device() {
    let scene = scene("");
    let app = television(&scene);
    let codes = Codes::ask(&scene, &app, &[]);
    let mut browser = phone(&scene);
    let page = type_code(&mut browser, codes.text("user_code"));
    let done = answer(&mut browser, &page, "deny").expect(200);
    assert!(done.text().contains("Nothing was allowed"), "{done}");
    assert_refused(&codes.poll(&scene, &app), 400, "access_denied");
    let again = type_code(&mut browser, codes.text("user_code"));
    assert_eq!(again.status, 409, "{again}");
}

#[test]
fn an_expired_code_is_told_to_both() {
    let scene = scene("[device]\nlifetime = \"1s\"");
    let app = television(&scene);
    let codes = Codes::ask(&scene, &app, &[]);
    outlive_a_second();
    assert_refused(&codes.poll(&scene, &app), 400, "expired_token");
    let page = type_code(&mut phone(&scene), codes.text("user_code"));
    assert_eq!(page.status, 400);
    assert!(page.text().contains("has expired"), "{page}");
}

#[test]
fn the_complete_address_fills_the_code_in_and_asks_all_the_same() {
    let scene = scene("");
    let app = television(&scene);
    let codes = Codes::ask(&scene, &app, &[]);
    let complete = codes.text("verification_uri_complete");
    let target = complete
        .strip_prefix(scene.provider.issuer())
        .unwrap_or_default();
    // Not signed in: sign-in comes first, and the code is still there afterwards.
    let mut browser = scene.browser();
    let page = browser.open(target).expect(200);
    let sign_in = form_to(&page, "/sign-in");
    let goal = format!("device-{}", codes.text("user_code"));
    assert_eq!(sign_in.value("request"), Some(goal.as_str()));
    let reply = browser.submit(&sign_in, &[("email", ANN), ("password", PASSWORD)]);
    let page = browser.follow(reply).expect(200);
    let form = form_to(&page, "/device/code");
    assert_eq!(form.value("user_code"), Some(codes.text("user_code")));
    assert!(!page.text().contains("/device/answer"), "{page}");
    let page = browser.submit(&form, &[]).expect(200);
    answer(&mut browser, &page, "allow").expect(200);
    codes.poll(&scene, &app).expect(200);
}

#[test]
fn another_account_can_be_used_without_losing_the_code() {
    let scene = scene("");
    let app = television(&scene);
    let codes = Codes::ask(&scene, &app, &[]);
    let mut browser = scene.provider.browser_of(OWNER, PASSWORD);
    browser.sign_in(OWNER, PASSWORD);
    let page = type_code(&mut browser, codes.text("user_code"));
    let reply = browser.submit(&form_to(&page, "/sign-out"), &[]);
    let page = browser.follow(reply);
    let reply = browser.submit(
        &form_to(&page, "/sign-in"),
        &[("email", ANN), ("password", PASSWORD)],
    );
    let page = browser.follow(reply);
    let page = browser.submit(&form_to(&page, "/device/code"), &[]);
    answer(&mut browser, &page, "allow").expect(200);
    let api = scene.resource_server();
    let token = codes.poll(&scene, &app).member("access_token");
    assert_eq!(scene.introspect(&api, &token)["sub"], scene.ann.as_str());
}

#[test]
fn guesses_are_limited() {
    let scene = scene("");
    let app = television(&scene);
    let codes = Codes::ask(&scene, &app, &[]);
    let mut browser = phone(&scene);
    let page = browser.open("/device").expect(200);
    let form = form_to(&page, "/device/code");
    for _ in 0..10 {
        let wrong = browser.submit(&form, &[("user_code", "BBBB-BBBB")]);
        assert_eq!(wrong.status, 400, "{wrong}");
        assert!(wrong.text().contains("leads nowhere"), "{wrong}");
    }
    let right = browser.submit(&form, &[("user_code", codes.text("user_code"))]);
    assert_throttled(&right, "/device/code");
    // Signing in anew is another session, of the same account: 20 more, then none.
    let mut browser = phone(&scene);
    let statuses: Vec<u16> = (0..20)
        .map(|n| {
            if n == 10 {
                browser = phone(&scene);
            }
            type_code(&mut browser, "BBBB-BBBB").status
        })
        .collect();
    assert!(statuses.iter().all(|status| *status == 400), "{statuses:?}");
    assert_eq!(type_code(&mut phone(&scene), "BBBB-BBBB").status, 429);
}

#[test]
fn an_answered_code_gives_no_new_guesses() {
    let scene = scene("");
    let app = television(&scene);
    let codes = Codes::ask(&scene, &app, &[]);
    let mut browser = phone(&scene);
    let page = type_code(&mut browser, codes.text("user_code"));
    answer(&mut browser, &page, "deny").expect(200);
    let mut guess = |code: &str| type_code(&mut browser, code).status;
    for _ in 0..5 {
        assert_eq!(guess("BBBB-BBBB"), 400);
    }
    assert_eq!(guess(codes.text("user_code")), 409);
    for _ in 0..4 {
        assert_eq!(guess("BBBB-BBBB"), 400);
    }
    assert_eq!(guess("BBBB-BBBB"), 429, "the answered code forgot nothing");
}

#[test]
fn the_forms_need_our_own_page() {
    let scene = scene("");
    let app = television(&scene);
    let codes = Codes::ask(&scene, &app, &[]);
    let mut browser = phone(&scene);
    let carried = format!("device-{}", codes.text("user_code"));
    for (path, fields) in [
        ("/device/code", vec![("user_code", codes.text("user_code"))]),
        (
            "/device/answer",
            vec![("request", carried.as_str()), ("answer", "allow")],
        ),
    ] {
        let forged = browser.post_form(path, &fields);
        assert_eq!(forged.status, 400, "{forged}");
        let foreign = Request::post(path)
            .form(&fields)
            .header("Sec-Fetch-Site", "cross-site");
        assert_page(&browser.send(foreign), 403);
    }
    assert_refused(&codes.poll(&scene, &app), 400, "authorization_pending");
    let stranger = scene
        .browser()
        .post_form("/device/code", &[("user_code", "x")]);
    assert!(
        stranger.location().unwrap_or_default().contains("/sign-in"),
        "{stranger}"
    );
}

#[test]
fn a_post_to_the_page_is_the_machines_and_a_get_of_the_endpoint_is_not() {
    let scene = scene("");
    let page = scene.api().send(&page_request("/oauth2/device"));
    assert_page(&page, 405);
    let machine = scene.api().post_form("/device", &[("client_id", "x")]);
    assert_refused(&machine, 405, "invalid_request");
}

#[test]
fn the_device_endpoint_refuses_what_it_cannot_serve() {
    let scene = scene("");
    let path = scene.endpoint("device_authorization_endpoint");
    let post = |pairs: &[(&str, &str)]| scene.api().post_form(&path, pairs);
    assert_refused(&post(&[]), 401, "invalid_client");
    assert_refused(&post(&[("client_id", "nobody")]), 401, "invalid_client");
    let secret = scene.app(&AppSpec {
        grants: &["device_code"],
        ..AppSpec::default()
    });
    assert_refused(
        &post(&[("client_id", &secret.client_id)]),
        401,
        "invalid_client",
    );
    scene.api().post_form_basic(&path, &secret, &[]).expect(200);
    let other = scene.machine();
    let refused = scene.api().post_form_basic(&path, &other, &[]);
    assert_refused(&refused, 400, "unauthorized_client");
    let app = television(&scene);
    let scoped = |scope: &str| post(&[("client_id", &app.client_id), ("scope", scope)]);
    assert_refused(&scoped("nothing"), 400, "invalid_scope");
    assert_refused(&scoped("admin:all"), 400, "invalid_scope");
    let json = Request::post(&path).body("application/json", b"{}");
    assert_refused(&scene.api().send(&json), 400, "invalid_request");
}

#[test]
fn what_is_switched_off_in_between_gets_nothing() {
    let scene = scene("");
    let app = television(&scene);
    let allowed = |browser: &mut Browser| {
        let codes = Codes::ask(&scene, &app, &[]);
        let page = type_code(browser, codes.text("user_code"));
        answer(browser, &page, "allow").expect(200);
        codes
    };
    let mut browser = phone(&scene);
    let codes = allowed(&mut browser);
    scene.cli(&["user", "disable", ANN]);
    assert_refused(&codes.poll(&scene, &app), 400, "invalid_grant");
    scene.cli(&["user", "enable", ANN]);
    // As long as a device waits between two polls.
    outlive_a_second();
    assert_refused(&codes.poll(&scene, &app), 400, "invalid_grant");
    let mut browser = phone(&scene);
    let codes = allowed(&mut browser);
    scene.cli(&["app", "disable", &app.client_id]);
    let path = scene.endpoint("device_authorization_endpoint");
    let known = || scene.api().post_form_as(&path, &app, &[]).status == 401;
    assert!(support::within(Duration::from_secs(1), known));
    assert_refused(&codes.poll(&scene, &app), 401, "invalid_client");
}

#[test]
fn the_code_is_drawn_for_devices_that_cannot() {
    let scene = scene("");
    let drawn = scene
        .api()
        .get("/device/qr.svg?user_code=BCDF-GHJK")
        .expect(200);
    assert_eq!(drawn.header("Content-Type"), Some("image/svg+xml"));
    assert!(drawn.text().contains("<svg"), "{drawn}");
    let other = scene
        .api()
        .get("/device/qr.svg?user_code=BCDF-GHJL")
        .expect(200);
    assert_ne!(drawn.text(), other.text());
    assert_eq!(
        scene.api().get("/device/qr.svg?user_code=%3Cb%3E").status,
        400
    );
    assert_eq!(scene.api().get("/device/qr.svg").status, 400);
}
