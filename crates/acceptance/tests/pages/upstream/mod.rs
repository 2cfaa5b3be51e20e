//! People who sign in at other providers.
mod attacks;
mod linking;
mod packages;
mod plain;
mod provider;
mod second_factor;

use crate::support::{CALLBACK, PLAIN, Scene, consent_form};
use acceptance::{Browser, Json, Redirect, Reply, Setup};
use provider::Elsewhere;
use serde_json::json;

/// A provider at which people can sign in with these tables.
#[track_caller]
fn with(tables: &str) -> Scene {
    Scene::start(Setup::toml(PLAIN).with(tables))
}

/// One with another that is right in every way.
#[track_caller]
fn acme() -> (Elsewhere, Scene) {
    let elsewhere = Elsewhere::start();
    let scene = with(&elsewhere.table("acme", "domains = [\"acme.example\"]\nsign_out = true"));
    (elsewhere, scene)
}

/// Where a browser is sent.
#[track_caller]
fn away(reply: &Reply) -> Redirect {
    let location = reply.location();
    Redirect::parse(location.unwrap_or_else(|| panic!("no redirect: {reply}")))
}

/// The browser goes there from the sign-in page; where it is sent.
#[track_caller]
fn leave(browser: &mut Browser, id: &str) -> Redirect {
    away(&browser.get(&format!("/sign-in/with/{id}")))
}

/// The whole way.
#[track_caller]
fn sign_in(elsewhere: &Elsewhere, browser: &mut Browser, id: &str) -> Reply {
    let away = leave(browser, id);
    browser.open(&elsewhere.sign_in(&away))
}

#[track_caller]
fn assert_nobody(page: &Reply, browser: &mut Browser) {
    assert!((400..500).contains(&page.status), "{page}");
    assert_eq!(browser.get("/account").status, 303, "somebody is signed in");
}

fn people(scene: &Scene) -> Vec<Json> {
    let listed = scene.cli(&["user", "list"]);
    listed["users"].as_array().expect("a list").clone()
}

#[test]
fn a_button_leads_there_and_back_to_the_app() {
    let (elsewhere, scene) = acme();
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.provider.browser();
    let page =
        browser.open(&scene.question(&app, &[("scope", "tasks:read"), ("ui_locales", "de")]));
    let text = page.text();
    assert!(
        text.contains("Mit \u{2068}ACME\u{2069} anmelden") || text.contains("Mit ACME anmelden"),
        "{text}"
    );
    let href = text
        .split("href=\"")
        .find(|rest| rest.starts_with("/sign-in/with/acme"));
    let href = href
        .and_then(|rest| rest.split('"').next())
        .expect("a button");
    let away = away(&browser.get(&acceptance::unescape(href)));
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "us"),
        ("scope", "openid email profile"),
        ("code_challenge_method", "S256"),
        ("ui_locales", "de"),
    ] {
        assert_eq!(away.param(name), Some(value), "{}", away.location);
    }
    assert_eq!(away.param("prompt"), None);
    assert_ne!(away.param("nonce"), away.param("state"));
    let page = browser.open(&elsewhere.sign_in(&away));
    let reply = browser.submit(&consent_form(&page), &[("answer", "allow")]);
    let code = self::away(&reply).code();
    scene.redeem(&app, &code, &[]).expect(200);
    // What proves us went where it belongs: the secret, encoded, in the header, and the verifier in the form.
    let ways = elsewhere.ways();
    let (_, head, body) = ways
        .asked
        .iter()
        .find(|(path, ..)| path == "/token")
        .expect("a call");
    let shown = head
        .lines()
        .find_map(|line| line.split_once("Basic "))
        .expect("a header")
        .1;
    use base64::{Engine, engine::general_purpose::STANDARD};
    let shown = String::from_utf8(STANDARD.decode(shown.trim()).expect("base64")).expect("text");
    assert_eq!(shown, "us:shh+%26+more");
    assert!(
        body.contains("code_verifier=") && !body.contains("shh"),
        "{body}"
    );
}

#[test]
fn an_account_is_made_once_and_called_what_they_are_called_there() {
    let (elsewhere, scene) = acme();
    let mut browser = scene.provider.browser();
    let page = sign_in(&elsewhere, &mut browser, "acme").expect(200).text();
    assert!(
        page.contains("Ada Lovelace") && page.contains("ada@acme.example"),
        "{page}"
    );
    assert!(
        !page.contains("name=\"current\""),
        "no password here: {page}"
    );
    elsewhere.ways().user["name"] = "Ada Byron".into();
    let page = sign_in(&elsewhere, &mut scene.provider.browser(), "acme");
    assert!(page.expect(200).text().contains("Ada Byron"));
    assert_eq!(people(&scene).len(), 3, "the two of the scene, and Ada");
    // The same browser, with the page loaded twice.
    let away = leave(&mut browser, "acme");
    let back = elsewhere.sign_in(&away);
    browser.open(&back).expect(200);
    let twice = browser.get(&back);
    assert_eq!(
        (twice.status, twice.location()),
        (303, Some("/account")),
        "{twice}"
    );
}

/// An address of theirs is hinted, so nobody has to press anything.
#[track_caller]
fn led(browser: &mut Browser, asked: &str) -> Reply {
    let mut reply = browser.get(asked);
    while reply
        .location()
        .is_some_and(|to| !to.starts_with("http://127"))
    {
        let to = reply.location().expect("a way").to_owned();
        let to = acceptance::Url::parse(&to).map_or(to, |url| url.target());
        reply = browser.get(&to);
    }
    reply
}

/// Whoever takes `prompt=login` out of the address gets no further, where the provider says when people signed in.
#[test]
fn a_sign_in_anew_is_proved_where_the_provider_can_say_so() {
    let (elsewhere, scene) = acme();
    elsewhere.ways().metadata = json!({ "claims_supported": ["sub", "auth_time"] });
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.provider.browser();
    let wishes = [("prompt", "login"), ("login_hint", "ada@acme.example")];
    let asked = scene.question(&app, &wishes);
    let away = away(&led(&mut browser, &asked));
    assert_eq!(away.param("max_age"), Some("0"), "{}", away.location);
    for said in [
        json!({}),
        json!({ "auth_time": crate::support::assertions::now() - 600 }),
    ] {
        elsewhere.ways().says = said;
        let away = self::away(&led(&mut browser, &asked));
        let page = browser.open(&elsewhere.sign_in(&away));
        assert_nobody(&page, &mut browser);
    }
    elsewhere.ways().says = json!({ "auth_time": crate::support::assertions::now() });
    let away = self::away(&led(&mut browser, &asked));
    consent_form(&browser.open(&elsewhere.sign_in(&away)));
}

#[test]
fn what_is_asked_of_the_sign_in_is_passed_on_and_obeyed() {
    let (elsewhere, scene) = acme();
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.provider.browser();
    let asked = scene.question(
        &app,
        &[
            ("prompt", "login"),
            ("max_age", "60"),
            ("login_hint", "ada@acme.example"),
        ],
    );
    let reply = led(&mut browser, &asked);
    let away = away(&reply);
    for (name, value) in [
        ("prompt", "login"),
        ("max_age", "60"),
        ("login_hint", "ada@acme.example"),
    ] {
        assert_eq!(away.param(name), Some(value), "{}", away.location);
    }
    // "If this parameter is sent, the ID Token returned MUST include an auth_time": it does not.
    let page = browser.open(&elsewhere.sign_in(&away));
    assert_nobody(&page, &mut browser);
    // It is from before.
    let again = |browser: &mut Browser| self::away(&browser.open(&asked));
    elsewhere.ways().says = json!({ "auth_time": crate::support::assertions::now() - 600 });
    let away = again(&mut browser);
    let page = browser.open(&elsewhere.sign_in(&away));
    assert!(page.text().contains("sign in again"), "{page}");
    assert_nobody(&page, &mut browser);
    let away = again(&mut browser);
    elsewhere.ways().says =
        json!({ "auth_time": crate::support::assertions::now(), "amr": ["pwd", "otp"] });
    let page = browser.open(&elsewhere.sign_in(&away));
    consent_form(&page);
}

#[test]
fn an_address_of_theirs_that_is_typed_leads_there() {
    let (_, scene) = acme();
    let mut browser = scene.provider.browser();
    let page = browser.try_sign_in("Ada@ACME.example", "whatever it is there");
    assert!(page.text().contains("/sign-in/with/acme"), "{page}");
    let page = browser.try_sign_in("ada@elsewhere.example", "whatever it is there");
    assert_eq!(page.status, 401, "{page}");
}

#[test]
fn who_signs_out_may_sign_out_there_too() {
    let (elsewhere, scene) = acme();
    let mut browser = scene.provider.browser();
    sign_in(&elsewhere, &mut browser, "acme").expect(200);
    let page = browser.sign_out().text();
    assert!(
        page.contains(&format!("{}/end?client_id=us", elsewhere.issuer())),
        "{page}"
    );
    // Who signed in here is not sent there.
    let mut own = scene.browser();
    own.sign_in(crate::support::ANN, crate::support::PASSWORD);
    let page = own.sign_out().text();
    assert!(!page.contains("/end?"), "{page}");
}

#[test]
fn test_users_are_not_sent_there() {
    let elsewhere = Elsewhere::start();
    let tables = elsewhere.table("acme", "domains = [\"acme.example\"]");
    let scene = with(&format!("[test]\nmode = true\n{tables}"));
    let made = scene.cli(&[
        "app",
        "create",
        "--test",
        "--owner",
        crate::support::OWNER,
        "--name",
        "Sandbox App",
        "--homepage",
        "https://app.example",
        "--redirect-uri",
        CALLBACK,
    ]);
    let made = acceptance::App {
        client_id: made["client_id"].as_str().expect("an id").to_owned(),
        client_secret: String::new(),
        json: made,
    };
    let mut browser = scene.provider.browser();
    let page = browser.open(&scene.question(&made, &[]));
    assert!(!page.text().contains("/sign-in/with/"), "{page}");
    let form = crate::support::form_to(&page, "/sign-in");
    let request = form
        .fields
        .iter()
        .find(|field| field.name == "request")
        .expect("a handle");
    let reply = browser.get(&format!("/sign-in/with/acme?request={}", request.value));
    assert!(
        reply
            .location()
            .is_some_and(|to| to.starts_with("/sign-in?")),
        "{reply}"
    );
}
