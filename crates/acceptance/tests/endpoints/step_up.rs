//! A second factor that an app or an API asks for: `acr` and `amr` tell it, and a request that asks for it leads to it (RFC
//! 9470, OpenID Connect Core §3.1.2.1 and §5.5.1.1).
use crate::support::phone::{STEP, newcomer, send_code, with_second_step};
use crate::support::tasks_api::Stage;
use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, Scene, Tokens, consent_form, form_to, outlive_a_second,
};
use acceptance::{App, AppSpec, Browser, Json, Redirect, Reply};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

const TWO: &str = "urn:example:two";
const ONE: &str = "urn:example:one";
const TASKS: &str = "https://tasks.example";
const SETTINGS: &str = r#"
[openid]
enabled = true
acr = "urn:example:one"
second_factor_acr = "urn:example:two"
[scopes."tasks:delete"]
sentence = "Delete your tasks"
[scopes.identity]
sentence = "See who you are"
[[api]]
identifier = "https://tasks.example"
scopes = ["tasks:read", "tasks:write", "tasks:delete"]
token = "jwt"
[[api]]
identifier = "https://people.example"
scopes = ["identity"]
"#;

fn scene() -> Scene {
    Scene::plain(SETTINGS)
}

/// What a JWT says; who signed it is looked at elsewhere.
fn claims(jwt: &str) -> Json {
    let payload = jwt.split('.').nth(1).expect("a JWT");
    let bytes = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Allows what a browser is asked, if it is asked; the answer of the token endpoint.
#[track_caller]
fn allowed(scene: &Scene, browser: &mut Browser, app: &App, page: Reply) -> Reply {
    let back = match page.location() {
        Some(_) => page,
        None => browser.submit(&consent_form(&page), &[("answer", "allow")]),
    };
    let back = Redirect::parse(
        back.location()
            .unwrap_or_else(|| panic!("no redirect: {back}")),
    );
    scene.redeem(app, &back.code(), &[]).expect(200)
}

#[test]
fn acr_values_are_necessary_and_what_was_proved_is_told() {
    let sentence = "the authorization server SHOULD consider the requested acr value as necessary for successfully fulfilling the \
                    request";
    let scene = scene();
    let (app, api) = (scene.confidential(CALLBACK), scene.resource_server());
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let scope = ("scope", "openid tasks:read identity");
    let page = browser.open(&scene.question(&app, &[scope]));
    let first = allowed(&scene, &mut browser, &app, page);
    let told = claims(&first.member("id_token"));
    assert_eq!((&told["acr"], &told["amr"]), (&json!(ONE), &json!(["pwd"])));
    // Nobody may be asked, and somebody would have to be.
    let pairs = [scope, ("acr_values", TWO), ("prompt", "none")];
    let reply = browser.get(&scene.question(&app, &pairs));
    let back = Redirect::parse(reply.location().expect("to the app"));
    assert_eq!(back.param("error"), Some("login_required"), "{sentence}");
    let page = browser.open(&scene.question(&app, &[scope, ("acr_values", TWO)]));
    let (phone, page) = newcomer(&mut browser, &page);
    let second = allowed(&scene, &mut browser, &app, page);
    let told = claims(&second.member("id_token"));
    let amr = json!(["pwd", "otp", "mfa"]);
    assert_eq!(
        (&told["acr"], &told["amr"]),
        (&json!(TWO), &amr),
        "{sentence}"
    );
    for (answer, acr) in [(&first, ONE), (&second, TWO)] {
        let seen = scene.introspect(&api, &answer.member("access_token"));
        assert_eq!(seen["acr"], acr, "{seen}");
        // "Their values are fixed": a refresh says the same.
        let renewed = scene
            .refresh(&app, &answer.member("refresh_token"))
            .expect(200);
        let seen = scene.introspect(&api, &renewed.member("access_token"));
        assert_eq!(seen["acr"], acr, "{seen}");
    }
    // With it she is not asked again, nobody has to be; and of two that would do, it is told.
    for values in [
        TWO,
        &format!("{ONE} {TWO}"),
        &format!("{TWO} urn:example:none"),
    ] {
        let pairs = [scope, ("acr_values", values), ("prompt", "none")];
        let page = browser.get(&scene.question(&app, &pairs));
        let answer = allowed(&scene, &mut browser, &app, page);
        assert_eq!(claims(&answer.member("id_token"))["acr"], TWO, "{values}");
    }
    // Who asks for the lesser alone is told that, for another value would be challenged again.
    let page = browser.get(&scene.question(&app, &[scope, ("acr_values", ONE)]));
    let answer = allowed(&scene, &mut browser, &app, page);
    let told = claims(&answer.member("id_token"));
    assert_eq!((&told["acr"], &told["amr"]), (&json!(ONE), &amr));
    assert_eq!(
        scene.introspect(&api, &answer.member("access_token"))["acr"],
        ONE
    );
    drop(phone);
}

#[test]
fn an_essential_acr_leads_to_the_second_step_and_one_that_nothing_meets_is_refused() {
    let sentence = "If this is an Essential Claim and the requirement cannot be met, then the Authorization Server MUST treat \
                    that outcome as a failed authentication attempt.";
    let scene = scene();
    let app = scene.confidential(CALLBACK);
    let (_, phone, _) = with_second_step(&scene, ANN, PASSWORD);
    let asked = |acr: &str| {
        let claims = json!({ "id_token": { "acr": { "essential": true, "values": [acr] } } });
        let claims = claims.to_string();
        scene.question(&app, &[("scope", "openid tasks:read"), ("claims", &claims)])
    };
    let mut browser = scene.browser();
    let page = browser.open(&asked(TWO));
    let typed = [("email", ANN), ("password", PASSWORD)];
    let reply = browser.submit(&form_to(&page, "/sign-in"), &typed);
    let page = browser.follow(reply).expect(200);
    let reply = send_code(&mut browser, &page, STEP, &phone.code());
    let page = browser.follow(reply);
    let answer = allowed(&scene, &mut browser, &app, page);
    assert_eq!(claims(&answer.member("id_token"))["acr"], TWO, "{sentence}");
    let reply = browser.get(&asked("urn:example:three"));
    let back = Redirect::parse(reply.location().expect("to the app"));
    let error = Some("unmet_authentication_requirements");
    assert_eq!(back.param("error"), error, "{sentence}");
}

#[test]
fn a_jwt_tells_it_without_openid_connect_and_max_age_asks_for_both_again() {
    let scene = scene();
    let app = scene.confidential(CALLBACK);
    let (mut browser, phone, _) = with_second_step(&scene, ANN, PASSWORD);
    let scope = ("scope", "tasks:read");
    let page = browser.open(&scene.question(&app, &[scope]));
    let answer = allowed(&scene, &mut browser, &app, page);
    let told = claims(&answer.member("access_token"));
    assert_eq!(told["acr"], TWO, "{told}");
    outlive_a_second();
    let page = browser.open(&scene.question(&app, &[scope, ("acr_values", TWO), ("max_age", "0")]));
    let typed = [("email", ANN), ("password", PASSWORD)];
    let reply = browser.submit(&form_to(&page, "/sign-in"), &typed);
    let page = browser.follow(reply).expect(200);
    let reply = send_code(&mut browser, &page, STEP, &phone.code());
    let page = browser.follow(reply);
    let anew = allowed(&scene, &mut browser, &app, page);
    let anew = claims(&anew.member("access_token"));
    assert_eq!(anew["acr"], TWO);
    assert!(anew["auth_time"].as_i64() >= told["auth_time"].as_i64());
    let mut olive = scene.provider.browser();
    olive.sign_in(OWNER, PASSWORD);
    let page = olive.open(&scene.question(&app, &[scope]));
    let answer = allowed(&scene, &mut olive, &app, page);
    assert_eq!(claims(&answer.member("access_token"))["acr"], ONE);
}

#[test]
fn an_api_asks_for_a_second_factor_and_the_app_brings_it() {
    let sentence = "A client receiving a challenge from the resource server carrying the \
                    insufficient_user_authentication error code SHOULD parse the WWW-Authenticate header for acr_values and max_age \
                    and use them, if present, in constructing an authorization request.";
    let settings = json!({ "audience": TASKS, "leeway": 0, "delete_acr": TWO });
    let stage = Stage::of(scene(), settings);
    let scene = &stage.scene;
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let scope = "tasks:read tasks:write tasks:delete";
    let weak = scene.tokens_of(&mut browser, &app, scope).access;
    let task = json!({ "title": "x" });
    let made = stage
        .tasks
        .call("POST", "/v1/tasks", &weak, Some(&task))
        .expect(201);
    let path = format!("/v1/tasks/{}", made.json()["id"]);
    let refused = stage.tasks.call("DELETE", &path, &weak, None).expect(401);
    let challenge = refused.header("WWW-Authenticate").unwrap_or_default();
    assert!(
        challenge.contains("error=\"insufficient_user_authentication\""),
        "{challenge}"
    );
    let values = challenge.split("acr_values=\"").nth(1);
    let values = values
        .and_then(|rest| rest.split('"').next())
        .expect("acr_values");
    assert_eq!(values, TWO, "{sentence}");
    let page = browser.open(&scene.question(&app, &[("scope", scope), ("acr_values", values)]));
    let (_, page) = newcomer(&mut browser, &page);
    let strong = Tokens::of(&allowed(scene, &mut browser, &app, page));
    let reply = stage.tasks.call("DELETE", &path, &strong.access, None);
    assert!(reply.status < 300, "{sentence}: {reply}");
    // Nor does a refresh of the weaker grant become stronger.
    let made = stage
        .tasks
        .call("POST", "/v1/tasks", &weak, Some(&task))
        .expect(201);
    let path = format!("/v1/tasks/{}", made.json()["id"]);
    stage.tasks.call("DELETE", &path, &weak, None).expect(401);
}

#[test]
fn where_it_has_no_name_nobody_asks_for_it() {
    let scene = Scene::plain("[openid]\nenabled = true\nacr = \"urn:example:one\"");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    let pairs = [("scope", "openid tasks:read"), ("acr_values", TWO)];
    let code = browser.authorize(&scene.question(&app, &pairs)).code();
    let answer = scene.redeem(&app, &code, &[]).expect(200);
    assert_eq!(
        claims(&answer.member("id_token"))["acr"],
        ONE,
        "a wish, as before"
    );
    let metadata = scene
        .api()
        .get("/.well-known/openid-configuration")
        .expect(200)
        .json();
    assert_eq!(metadata["acr_values_supported"], json!([ONE]));
}

#[test]
fn what_a_device_is_given_tells_how_its_person_signed_in() {
    let sentence = "acr: Authentication Context Class Reference. String specifying an authentication context class reference \
                    value that identifies the authentication context class that was satisfied by the user-authentication event \
                    performed.";
    let scene = Scene::plain(&format!("[grants]\ndevice_code = true\n{SETTINGS}"));
    let app = scene.app(&AppSpec {
        name: "Living Room TV",
        grants: &["device_code", "refresh_token"],
        public: true,
        ..AppSpec::default()
    });
    let api = scene.resource_server();
    let mut ann = scene.browser();
    ann.sign_in(ANN, PASSWORD);
    let (mut olive, ..) = with_second_step(&scene, OWNER, PASSWORD);
    let one = (&mut ann, ONE, json!(["pwd"]));
    let two = (&mut olive, TWO, json!(["pwd", "otp", "mfa"]));
    for (browser, acr, amr) in [one, two] {
        let given = allowed_on_a_device(&scene, &app, browser, "openid tasks:read identity");
        let told = claims(&given.member("id_token"));
        assert_eq!(
            (&told["acr"], &told["amr"]),
            (&json!(acr), &amr),
            "{sentence}"
        );
        let renewed = scene.refresh(&app, &given.member("refresh_token"));
        for answer in [&given, &renewed.expect(200)] {
            let seen = scene.introspect(&api, &answer.member("access_token"));
            assert_eq!(seen["acr"], acr, "{sentence}: {seen}");
            assert_eq!(seen["auth_time"], told["auth_time"], "{seen}");
        }
        // Without OpenID Connect a JWT says the same.
        let plain = allowed_on_a_device(&scene, &app, browser, "tasks:read");
        assert_eq!(
            claims(&plain.member("access_token"))["acr"],
            acr,
            "{sentence}"
        );
    }
}

/// What a device is given whose code is typed in a browser, and allowed.
fn allowed_on_a_device(scene: &Scene, app: &App, browser: &mut Browser, scope: &str) -> Reply {
    let asking = scene.endpoint("device_authorization_endpoint");
    let codes = scene.api().post_form_as(&asking, app, &[("scope", scope)]);
    let codes = codes.expect(200);
    let page = browser.open("/device").expect(200);
    let typed = [("user_code", &*codes.member("user_code"))];
    let page = browser
        .submit(&form_to(&page, "/device/code"), &typed)
        .expect(200);
    let form = form_to(&page, "/device/answer");
    browser.submit(&form, &[("answer", "allow")]).expect(200);
    let pairs = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", &*codes.member("device_code")),
    ];
    scene
        .api()
        .post_form_as(&scene.token(), app, &pairs)
        .expect(200)
}
