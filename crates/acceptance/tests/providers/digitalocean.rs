//! DigitalOcean: what its documentation says, numbered D2–D5, D7 and D8 (D6 is `digitalocean_app.rs`).

use crate::support::{
    ANN, PASSWORD, Scene, assert_page, assert_refused, consent_form, form_to, outlive_a_second,
};
use acceptance::{App, AppSpec, Json, Pkce, Reply, Request, Setup, target};

pub(super) const BACK: &str = "https://dropletbook.com/callback";
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn scene() -> Scene {
    Scene::profile("digitalocean")
}

fn droplet_book(scene: &Scene) -> App {
    scene.app(&AppSpec {
        name: "Thedropletbook App",
        redirect_uris: &[BACK],
        ..AppSpec::default()
    })
}

/// The documented link.
pub(super) fn link(app: &App) -> String {
    target(
        "/v1/oauth/authorize",
        &[
            ("response_type", "code"),
            ("client_id", &app.client_id),
            ("redirect_uri", BACK),
            ("scope", "read"),
        ],
    )
}

/// A POST with everything in the query string and no body, as documented.
pub(super) fn post_query(scene: &Scene, path: &str, pairs: &[(&str, &str)]) -> Reply {
    scene.api().send(&Request::post(&target(path, pairs)))
}

/// The documented exchange.
pub(super) fn exchange(scene: &Scene, app: &App, code: &str) -> Reply {
    post_query(
        scene,
        "/v1/oauth/token",
        &[
            ("client_id", &app.client_id),
            ("client_secret", &app.client_secret),
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
        ],
    )
}

#[test]
fn d2_the_prompt_names_app_access_and_address() {
    let scene = scene();
    let app = droplet_book(&scene);
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let page = browser.open(&link(&app)).expect(200);
    for named in [
        "Thedropletbook App",
        "See your droplets, domains and account",
        ANN,
        "is also told your name and e-mail address",
        "Allow",
        "Deny",
    ] {
        assert!(page.text().contains(named), "{named} is not on {page}");
    }
    let button = "value=\"allow\">Authorize Application</button>";
    assert!(page.text().contains(button), "{page}");
    let form = consent_form(&page);
    let back = browser.submit(&form, &[("answer", "allow")]);
    let location = back.location().unwrap_or_default();
    assert!(location.starts_with(&format!("{BACK}?code=")), "{location}");
    assert!(!location.contains("state="), "{location}");
}

#[test]
fn d2_whoever_is_signed_in_is_not_asked_to_sign_in() {
    let scene = scene();
    let app = droplet_book(&scene);
    let mut browser = scene.browser();
    let page = browser.get(&link(&app));
    let to = page.location().unwrap_or_default();
    assert!(to.contains("/sign-in?request="), "{page}");
    browser.sign_in(ANN, PASSWORD);
    let page = browser.get(&link(&app));
    let to = page.location().unwrap_or_default();
    assert!(to.contains("/consent?request="), "{page}");
}

#[test]
fn d3_every_parameter_is_in_the_query_string() {
    let scene = scene();
    let app = droplet_book(&scene);
    let code = scene.browser().authorize(&link(&app)).code();
    exchange(&scene, &app, &code).expect(200);
    let log = scene.provider.log();
    assert!(
        !log.contains(&code) && !log.contains(&app.client_secret),
        "a secret of the URL is in the log"
    );
}

#[test]
fn d3_both_printed_addresses_give_tokens() {
    let scene = scene();
    let app = scene.machine();
    for path in ["/token", "/v1/oauth/token"] {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", &*app.client_id),
            ("client_secret", &app.client_secret),
        ];
        let told = post_query(&scene, path, &fields).expect(200);
        assert!(!told.member("access_token").is_empty(), "{path}: {told}");
    }
    // One of them is published.
    let published = scene.token();
    assert!(published.ends_with("/v1/oauth/token"), "{published}");
}

#[test]
fn d3_no_parameter_stands_in_query_and_body() {
    let scene = scene();
    let app = droplet_book(&scene);
    let code = scene.browser().authorize(&link(&app)).code();
    let twice = Request::post(&target("/v1/oauth/token", &[("code", &code)])).form(&[
        ("client_id", &app.client_id),
        ("client_secret", &app.client_secret),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
    ]);
    assert_refused(&scene.api().send(&twice), 400, "invalid_request");
    let missing = post_query(
        &scene,
        "/v1/oauth/token",
        &[
            ("client_id", &app.client_id),
            ("client_secret", &app.client_secret),
            ("grant_type", "authorization_code"),
            ("code", &code),
        ],
    );
    assert_refused(&missing, 400, "invalid_request");
    exchange(&scene, &app, &code).expect(200);
}

/// The documented members of a token response, but for the tokens.
pub(super) fn documented(reply: &Json) -> Json {
    let mut rest = reply.clone();
    let object = rest.as_object_mut().expect("an object");
    for token in ["access_token", "refresh_token"] {
        let text = object.remove(token).expect("both tokens");
        assert!(text.as_str().is_some_and(|text| text.len() > 60));
    }
    rest
}

#[test]
fn d4_the_answer_tells_number_name_and_address() {
    let scene = scene();
    let app = droplet_book(&scene);
    let code = scene.browser().authorize(&link(&app)).code();
    let reply = exchange(&scene, &app, &code).expect(200);
    let text = reply.text();
    let order = ["\"scope\"", "\"uid\"", "\"info\"", "\"name\"", "\"email\""];
    let places = order.map(|member| text.find(member).expect(member));
    assert!(places.is_sorted(), "as documented: {text}");
    let reply = reply.json();
    let uid: u64 = scene.ann.parse().expect("ids are numbers");
    let expected = serde_json::json!({
        "token_type": "bearer",
        "expires_in": 2_592_000,
        "scope": "read",
        "uid": uid,
        "info": { "name": "Ann Example", "email": ANN },
    });
    assert_eq!(documented(&reply), expected);
    assert!(uid < 1 << 53);
    let info = scene.api().get_bearer(
        &scene.endpoint("token_info_endpoint"),
        reply["access_token"].as_str().unwrap_or_default(),
    );
    assert_eq!(info.expect(200).json()["user_id"], scene.ann);
    // A refresh answers in the same shape, and tells what is true now.
    let refreshed = scene.refresh(&app, reply["refresh_token"].as_str().unwrap_or_default());
    assert_eq!(documented(&refreshed.expect(200).json()), expected);
    // An app's own token has no person to tell of.
    let own = scene
        .client_credentials(&scene.machine())
        .expect(200)
        .json();
    assert_eq!((own.get("uid"), own.get("info")), (None, None));
}

#[test]
fn d5_a_challenge_is_recorded_and_a_mismatch_denied() {
    let scene = scene();
    let app = scene.public(BACK);
    let pkce = Pkce::random();
    let question = format!(
        "{}&code_challenge={}&code_challenge_method=S256",
        link(&app),
        pkce.challenge
    );
    let redeem = |code: &str, verifier: &str| {
        post_query(
            &scene,
            "/v1/oauth/token",
            &[
                ("client_id", &app.client_id),
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", BACK),
                ("code_verifier", verifier),
            ],
        )
    };
    let code = scene.browser().authorize(&question).code();
    assert_refused(
        &redeem(&code, &Pkce::random().verifier),
        400,
        "invalid_grant",
    );
    redeem(&code, &pkce.verifier).expect(200);
    let without = scene.browser().authorize(&link(&app));
    assert_eq!(
        without.param("error"),
        Some("invalid_request"),
        "public apps need PKCE"
    );
}

#[test]
fn d7_the_documented_device_request_is_answered() {
    let scene = scene();
    let app = scene.app(&AppSpec {
        name: "Living Room TV",
        grants: &["device_code", "refresh_token"],
        public: true,
        ..AppSpec::default()
    });
    let reply = scene
        .api()
        .post_form("/device", &[("client_id", &app.client_id)])
        .expect(200);
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    let codes = reply.json();
    assert_eq!(
        (&codes["interval"], &codes["expires_in"]),
        (&10.into(), &1600.into())
    );
    let user_code = codes["user_code"].as_str().unwrap_or_default();
    let (head, tail) = user_code.split_once('-').unwrap_or_default();
    assert_eq!((head.len(), tail.len()), (4, 4), "{user_code}");
    let uri = codes["verification_uri"].as_str().unwrap_or_default();
    assert_eq!(uri, format!("{}/device", scene.provider.issuer()));
    let poll = || {
        post_query(
            &scene,
            "/v1/oauth/token",
            &[
                ("grant_type", DEVICE_GRANT),
                (
                    "device_code",
                    codes["device_code"].as_str().unwrap_or_default(),
                ),
                ("client_id", &app.client_id),
            ],
        )
    };
    assert_refused(&poll(), 400, "authorization_pending");
    assert_refused(&poll(), 400, "slow_down");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let page = browser.open("/device").expect(200);
    let page = browser.submit(&form_to(&page, "/device/code"), &[("user_code", user_code)]);
    let form = form_to(&page.expect(200), "/device/answer");
    browser.submit(&form, &[("answer", "allow")]).expect(200);
    let reply = poll().expect(200).json();
    assert_eq!(
        (&reply["token_type"], &reply["scope"]),
        (&"bearer".into(), &"read".into())
    );
    assert_eq!(reply["info"]["email"], ANN);
    assert_refused(&poll(), 400, "invalid_grant");
}

#[test]
fn d7_the_device_grant_can_be_switched_off() {
    // Command lines sign in to our own API on the same page.
    let off = "[grants]\ndevice_code = false\n[portal]\napi = false";
    let scene = Scene::start(Setup::profile("digitalocean").with(off));
    assert!(
        scene
            .metadata
            .get("device_authorization_endpoint")
            .is_none()
    );
    assert!(
        !scene.metadata["grant_types_supported"]
            .to_string()
            .contains("device_code")
    );
    let gone = scene.api().post_form("/device", &[("client_id", "x")]);
    assert_refused(&gone, 404, "not_found");
    assert_page(&scene.browser().get("/device"), 404);
    let poll = [
        ("grant_type", DEVICE_GRANT),
        ("device_code", "x"),
        ("client_id", "x"),
    ];
    let refused = scene.api().post_form("/v1/oauth/token", &poll);
    assert_refused(&refused, 400, "unsupported_grant_type");
}

#[test]
fn d8_an_expired_token_is_an_invalid_request() {
    let setup = Setup::profile("digitalocean").with("[token.lifetimes]\naccess = \"1s\"");
    let scene = Scene::start(setup);
    let app = droplet_book(&scene);
    let code = scene.browser().authorize(&link(&app)).code();
    let reply = exchange(&scene, &app, &code).expect(200);
    outlive_a_second();
    let info = scene.endpoint("token_info_endpoint");
    for token in [reply.member("access_token").as_str(), "garbage"] {
        let refused = scene.api().get_bearer(&info, token);
        assert_refused(&refused, 401, "invalid_request");
        let challenge = refused.header("WWW-Authenticate").unwrap_or_default();
        assert!(
            challenge.contains("error=\"invalid_request\""),
            "{challenge}"
        );
    }
}

#[test]
fn d8_the_name_is_that_of_the_rfc_unless_the_profile_says_otherwise() {
    let setup = Setup::profile("appexample");
    let scene = Scene::start(setup);
    let refused = scene
        .api()
        .get_bearer(&scene.endpoint("token_info_endpoint"), "garbage");
    assert_refused(&refused, 401, "invalid_token");
}

#[test]
fn d8_a_refresh_is_all_in_the_query_string() {
    let scene = scene();
    let app = droplet_book(&scene);
    let code = scene.browser().authorize(&link(&app)).code();
    let first = exchange(&scene, &app, &code).expect(200);
    let refreshed = post_query(
        &scene,
        "/v1/oauth/token",
        &[
            ("grant_type", "refresh_token"),
            ("client_id", &app.client_id),
            ("client_secret", &app.client_secret),
            ("refresh_token", &first.member("refresh_token")),
        ],
    );
    let refreshed = refreshed.expect(200);
    assert_ne!(
        refreshed.member("access_token"),
        first.member("access_token")
    );
    assert_ne!(
        refreshed.member("refresh_token"),
        first.member("refresh_token")
    );
}
