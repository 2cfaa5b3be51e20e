//! People who have an account with the company: they sign in at its own login, and come back.
mod attacks;
mod calls;
mod dead_ends;
mod examples;
mod forms;
mod organizations;
mod worth;

use crate::support::{CALLBACK, PLAIN, Scene, Tokens, consent_form};
use acceptance::{App, Browser, Json, Redirect, Reply, Request, Setup, Url};
use serde_json::json;

/// What the company's server shows.
const SECRET: &str = "the-company-shows-this-secret-0001";
/// Where its login is. Nothing listens there: the tests are the company.
const LOGIN: &str = "http://localhost:9/login?from=api";

const HANDOFF: &str = r#"
[login.handoff]
url = "http://localhost:9/login?from=api"
secrets = ["the-company-shows-this-secret-0001", "the-company-shows-this-secret-0002"]
"#;

/// A provider whose people are the company's.
#[track_caller]
fn company(changes: &str) -> Scene {
    Scene::start(Setup::toml(PLAIN).with(HANDOFF).with(changes))
}

/// A call of the company's server.
fn call(scene: &Scene, path: &str, body: &Json) -> Reply {
    let request = Request::post(path).json(body).bearer(SECRET);
    scene.api().send(&request)
}

/// The challenge that a browser is sent away with.
#[track_caller]
fn challenge_of(reply: &Reply) -> String {
    let location = reply
        .location()
        .unwrap_or_else(|| panic!("no redirect: {reply}"));
    assert!(location.starts_with(LOGIN), "{location}");
    challenge_of_any(reply)
}

/// The same, wherever its login is.
#[track_caller]
fn challenge_of_any(reply: &Reply) -> String {
    let redirect = Redirect::parse(reply.location().unwrap_or_default());
    let challenge = redirect.param("login_challenge");
    challenge.expect("a challenge").to_owned()
}

/// Where the browser is sent back to, as a target here.
#[track_caller]
fn way_back(reply: Reply) -> String {
    let url = reply.expect(200).member("redirect_to");
    Url::parse(&url).expect("a URL").target()
}

/// Says that Ada signed in.
#[track_caller]
fn accept(scene: &Scene, challenge: &str) -> String {
    way_back(call(scene, "/login/accept", &ada(challenge)))
}

fn ada(challenge: &str) -> Json {
    json!({
        "challenge": challenge,
        "user": { "id": "u-1815", "email": "ada@company.example", "email_verified": true, "name": "Ada Lovelace" },
    })
}

fn app_of(scene: &Scene) -> App {
    scene.confidential(CALLBACK)
}

/// Ada lets an app in, as a browser sees it; the redirect to the app.
#[track_caller]
fn let_in(scene: &Scene, browser: &mut Browser, app: &App, pairs: &[(&str, &str)]) -> Redirect {
    let away = browser.open(&scene.question(app, pairs));
    let back = accept(scene, &challenge_of(&away));
    let page = browser.open(&back);
    let reply = browser.submit(&consent_form(&page), &[("answer", "allow")]);
    let location = reply
        .location()
        .unwrap_or_else(|| panic!("no redirect: {reply}"));
    Redirect::parse(location)
}

#[test]
fn one_redirect_and_one_call_sign_somebody_in_who_was_never_here() {
    let scene = company("");
    let app = app_of(&scene);
    let mut browser = scene.provider.browser();
    let code = let_in(&scene, &mut browser, &app, &[("scope", "tasks:read")]).code();
    let tokens = Tokens::of(&scene.redeem(&app, &code, &[]));
    // The API is told the company's own id, wherever it asks.
    let seen = scene.introspect(&scene.resource_server(), &tokens.access);
    assert_eq!(seen["sub"], "u-1815", "{seen}");
    let info = scene.api().get_bearer("/oauth2/token/info", &tokens.access);
    assert_eq!(info.expect(200).json()["user_id"], "u-1815");
    // The next app asks nothing of the company, and the same app asks nothing at all.
    let again = browser.authorize(&scene.question(&app, &[("scope", "tasks:read")]));
    assert!(!again.code().is_empty());
    let page = browser.open("/account").expect(200).text();
    assert!(
        page.contains("Ada Lovelace") && page.contains("ada@company.example"),
        "{page}"
    );
    assert!(
        !page.contains("name=\"current\""),
        "no password here: {page}"
    );
}

#[test]
fn a_person_is_known_by_the_id_and_never_by_the_address() {
    let scene = company("");
    let mut browsers = ["u-1", "u-2"].map(|id| {
        let mut browser = scene.provider.browser();
        let away = browser.open("/sign-in");
        let body = json!({
            "challenge": challenge_of(&away),
            // The owner of an account here has this address.
            "user": { "id": id, "email": crate::support::OWNER, "email_verified": true, "name": id },
        });
        let back = way_back(call(&scene, "/login/accept", &body));
        let page = browser.open(&back).expect(200);
        assert!(page.text().contains(id), "{page}");
        browser
    });
    let listed = scene.cli(&["user", "list"]);
    let with = |address: &str| {
        let users = listed["users"].as_array().expect("a list");
        users.iter().filter(|user| user["email"] == address).count()
    };
    assert_eq!(with(crate::support::OWNER), 3, "{listed}");
    // None of them runs what is the owner's.
    let app = app_of(&scene);
    for browser in &mut browsers {
        let page = browser.open(&format!("/apps/{}", app.client_id));
        assert_eq!(page.status, 404, "{page}");
    }
}

#[test]
fn what_the_company_says_of_a_person_is_refreshed_each_time() {
    let scene = company("");
    let say = |user: &Json| {
        let mut browser = scene.provider.browser();
        let away = browser.open("/sign-in");
        let body = json!({ "challenge": challenge_of(&away), "user": user });
        browser.open(&way_back(call(&scene, "/login/accept", &body)))
    };
    say(
        &json!({ "id": "7", "email": "ada@company.example", "email_verified": true, "name": "Ada Byron" }),
    );
    let page = say(&json!({ "id": "7", "name": "Ada Lovelace" })).text();
    assert!(
        page.contains("Ada Lovelace") && !page.contains("ada@company.example"),
        "{page}"
    );
    let listed = scene.cli(&["user", "list"]);
    let named = |name: &str| {
        let users = listed["users"].as_array().expect("a list");
        users.iter().filter(|user| user["name"] == name).count()
    };
    assert_eq!(
        (named("Ada Lovelace"), named("Ada Byron")),
        (1, 0),
        "{listed}"
    );
}

#[test]
fn whoever_has_an_account_here_is_told_apart_from_all_of_the_companys() {
    let scene = company("accounts = { id = \"number\" }");
    let app = app_of(&scene);
    let asker = scene.resource_server();
    let mut browser = scene.provider.browser();
    let page = browser.open("/sign-in?with=password");
    let form = crate::support::form_to(&page, "/sign-in");
    let typed = [
        ("email", crate::support::ANN),
        ("password", crate::support::PASSWORD),
    ];
    browser.submit(&form, &typed).expect(303);
    let tokens = scene.tokens_of(&mut browser, &app, "tasks:read");
    let seen = scene.introspect(&asker, &tokens.access);
    assert_eq!(seen["sub"], format!("local:{}", scene.ann), "{seen}");
    let own = scene.client_credentials(&scene.machine());
    let seen = scene.introspect(&asker, &own.member("access_token"));
    assert!(
        seen["sub"]
            .as_str()
            .is_some_and(|sub| sub.starts_with("app:")),
        "{seen}"
    );
}

#[test]
fn an_app_that_wants_a_fresh_sign_in_gets_one() {
    let scene = company("");
    let app = app_of(&scene);
    let mut browser = scene.provider.browser();
    let_in(&scene, &mut browser, &app, &[]);
    for wish in [("prompt", "login"), ("max_age", "0")] {
        // Whoever signed in within this second has just done so.
        crate::support::outlive_a_second();
        let away = browser.open(&scene.question(&app, &[wish]));
        let challenge = challenge_of(&away);
        let asked = call(
            &scene,
            "/login/challenge",
            &json!({ "challenge": challenge }),
        );
        let since = asked.expect(200).json()["signed_in_since"].as_i64();
        let since = since.unwrap_or_else(|| panic!("{wish:?}"));
        // Whoever was signed in there long before does not do.
        let mut stale = ada(&challenge);
        stale["auth_time"] = (since - 100).into();
        let refused = call(&scene, "/login/accept", &stale);
        assert_eq!(
            (refused.status, refused.member("error")),
            (409, "stale_login".to_owned())
        );
        let page = browser.open(&accept(&scene, &challenge));
        assert!(
            page.location().is_some_and(|at| at.starts_with(CALLBACK)),
            "{wish:?}: {page}"
        );
    }
}

#[test]
fn nobody_signed_in_and_the_app_is_told() {
    let scene = company("");
    let app = app_of(&scene);
    let mut browser = scene.provider.browser();
    let away = browser.open(&scene.question(&app, &[("state", "s1")]));
    let body = json!({ "challenge": challenge_of(&away) });
    let back = way_back(call(&scene, "/login/refuse", &body));
    let reply = browser.open(&back);
    let redirect = Redirect::parse(reply.location().expect("to the app"));
    assert_eq!(redirect.param("error"), Some("access_denied"));
    assert_eq!(redirect.param("state"), Some("s1"));
    // Whoever came for themselves may try again.
    let away = browser.open("/account");
    let away = browser.follow(away);
    let body = json!({ "challenge": challenge_of(&away) });
    let page = browser.open(&way_back(call(&scene, "/login/refuse", &body)));
    assert_eq!(page.status, 400, "{page}");
    assert!(page.text().contains("href=\"/sign-in\""), "{page}");
}

#[test]
fn signing_out_is_not_undone_by_being_signed_in_there() {
    let scene = company("");
    let mut browser = scene.provider.browser();
    let away = browser.open("/sign-in");
    browser
        .open(&accept(&scene, &challenge_of(&away)))
        .expect(200);
    let reply = browser.sign_out();
    let page = browser.follow(reply).expect(200);
    assert!(page.text().contains("href=\"/sign-in\""), "{page}");
    challenge_of(&browser.open("/sign-in"));
}

#[test]
fn the_company_ends_sessions() {
    let scene = company("");
    let mut browser = scene.provider.browser();
    let away = browser.open("/sign-in");
    browser
        .open(&accept(&scene, &challenge_of(&away)))
        .expect(200);
    for id in ["u-1815", "u-1815", "nobody"] {
        call(&scene, "/login/end-sessions", &json!({ "user": id })).expect(200);
    }
    let away = browser.get("/account");
    assert_eq!(away.status, 303, "{away}");
}

#[test]
fn what_is_ones_own_wants_a_sign_in_that_is_not_old() {
    let scene = company("");
    let mut browser = scene.provider.browser();
    let away = browser.open("/sign-in");
    let mut long_ago = ada(&challenge_of(&away));
    long_ago["auth_time"] = 1_700_000_000.into();
    let back = way_back(call(&scene, "/login/accept", &long_ago));
    browser.open(&back).expect(200);
    let page = browser.open("/account/data").expect(200);
    assert!(!page.text().contains("type=\"password\""), "{page}");
    let form = crate::support::form_to(&page, "/account/data/export");
    let away = browser.submit(&form, &[]);
    let away = browser.follow(away);
    let challenge = challenge_of(&away);
    let stale = call(
        &scene,
        "/login/accept",
        &json!({
            "challenge": challenge, "user": { "id": "u-1815" }, "auth_time": 1_700_000_000,
        }),
    );
    assert_eq!(stale.member("error"), "stale_login");
    browser.open(&accept(&scene, &challenge)).expect(200);
    let page = browser.open("/account/data").expect(200);
    let form = crate::support::form_to(&page, "/account/data/export");
    let document = browser.submit(&form, &[]).expect(200);
    assert!(document.text().contains("Ada Lovelace"), "{document}");
    // What they are called, and their password, is not changed here.
    let page = browser.open("/account").expect(200);
    let nonce = crate::support::form_to(&page, "/sign-out");
    let nonce = nonce.value("nonce").expect("a nonce").to_owned();
    for (path, field) in [("/account/name", "name"), ("/account/password", "new")] {
        let reply = browser.post_form(path, &[("nonce", &nonce), (field, "x")]);
        assert_eq!(reply.status, 404, "{path}: {reply}");
    }
}

#[test]
fn a_portal_on_its_own_host_gets_a_proof_that_is_not_old() {
    let scene = Scene::start(
        Setup::toml(PLAIN)
            .with(HANDOFF)
            .with("hosts = { portal = \"dev.localhost:1\" }"),
    );
    let mut browser = scene.provider.browser();
    // As the portal sends a browser whose person shall prove anew who they are: only the form of it matters here.
    let state = format!(
        "{}.{}.{}.{}",
        "a".repeat(22),
        1_800_000_000,
        "b".repeat(43),
        "apps"
    );
    let away = browser.open(&format!("/sign-in?request=portal.anew-{state}"));
    let body = json!({ "challenge": challenge_of(&away) });
    let told = call(&scene, "/login/challenge", &body).expect(200).json();
    assert!(told["signed_in_since"].is_i64(), "{told}");
}

/// What the company's own login proves is its matter: it is told that a second factor is needed, and what it says counts.
#[test]
fn a_second_factor_is_the_companys_to_prove() {
    let scene = company("[openid]\nenabled = true\nacr = \"one\"\nsecond_factor_acr = \"two\"");
    let app = app_of(&scene);
    let mut browser = scene.provider.browser();
    let code = let_in(
        &scene,
        &mut browser,
        &app,
        &[("scope", "openid tasks:read")],
    )
    .code();
    scene.redeem(&app, &code, &[]).expect(200);
    let pairs = [("scope", "openid tasks:read"), ("acr_values", "two")];
    let say = |browser: &mut Browser, amr: &Json| {
        let away = browser.open(&scene.question(&app, &pairs));
        let challenge = challenge_of(&away);
        let body = json!({ "challenge": challenge });
        let told = call(&scene, "/login/challenge", &body).expect(200).json();
        assert_eq!(told["second_factor"], true, "{told}");
        let mut body = ada(&challenge);
        body["amr"] = amr.clone();
        let back = way_back(call(&scene, "/login/accept", &body));
        let reply = browser.open(&back);
        let location = reply
            .location()
            .unwrap_or_else(|| panic!("no redirect: {reply}"));
        Redirect::parse(location)
    };
    crate::support::outlive_a_second();
    let refused = say(&mut browser, &json!(["pwd"]));
    assert_eq!(
        refused.param("error"),
        Some("unmet_authentication_requirements")
    );
    crate::support::outlive_a_second();
    let code = say(&mut browser, &json!(["pwd", "otp", "mfa"])).code();
    let answer = scene.redeem(&app, &code, &[]).expect(200);
    let seen = scene
        .api()
        .get_bearer("/oauth2/token/info", &answer.member("access_token"));
    seen.expect(200);
    // With it, nobody is sent away again.
    let again = browser.authorize(&scene.question(&app, &pairs));
    assert!(!again.code().is_empty());
}

/// Where everybody needs a second factor, the company's people do too: it is told, and without one nobody is signed in.
#[test]
fn everybodys_second_factor_is_that_of_the_companys_people_too() {
    let mut scene = company("[accounts]\nsecond_factor = \"optional\"");
    let app = app_of(&scene);
    let mut old = scene.provider.browser();
    let_in(&scene, &mut old, &app, &[]);
    let config = scene.provider.config_path();
    let text = std::fs::read_to_string(&config).expect("the configuration");
    let text = text.replace("\"optional\"", "\"required\"");
    std::fs::write(&config, text).expect("write it");
    scene.provider.restart();
    // A session that began without is over, also for an app that was allowed before.
    challenge_of(&old.open(&scene.question(&app, &[])));
    let say = |browser: &mut Browser, away: &Reply, amr: &Json| {
        let challenge = challenge_of(away);
        let body = json!({ "challenge": challenge });
        let told = call(&scene, "/login/challenge", &body).expect(200).json();
        assert_eq!(told["second_factor"], true, "{told}");
        let mut body = ada(&challenge);
        body["amr"] = amr.clone();
        browser.open(&way_back(call(&scene, "/login/accept", &body)))
    };
    let mut browser = scene.provider.browser();
    let away = browser.open(&scene.question(&app, &[]));
    let reply = say(&mut browser, &away, &json!(["pwd"]));
    let refused = Redirect::parse(reply.location().expect("to the app"));
    assert_eq!(
        refused.param("error"),
        Some("unmet_authentication_requirements")
    );
    assert_eq!(browser.get("/account").status, 303, "nobody is signed in");
    // For what is one's own too: a page says so, and leads to the company again.
    let away = browser.open("/sign-in");
    let page = say(&mut browser, &away, &json!(["pwd"]));
    assert_eq!(page.status, 403, "{page}");
    assert!(page.text().contains("second-factor"), "{page}");
    assert_eq!(browser.get("/account").status, 303, "nobody is signed in");
    let away = browser.open("/sign-in?after=second-factor");
    say(&mut browser, &away, &json!(["pwd", "otp", "mfa"])).expect(200);
    let again = browser.authorize(&scene.question(&app, &[]));
    assert!(!again.code().is_empty());
}
