//! What a sign-in is worth: apps ask with their words, the company is told in its own, and what it reached is told to apps.
use super::{ada, app_of, call, challenge_of, company, way_back};
use crate::support::{Scene, consent_form, outlive_a_second};
use acceptance::{App, Browser, Json, Redirect, Reply};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

const SENTENCE: &str = "the authorization server SHOULD consider the requested acr value as necessary for successfully \
                        fulfilling the request";
const ON: &str = "[login.handoff]\nacr = { two = \"gold\" }\n\
                  [openid]\nenabled = true\nacr = \"one\"\nsecond_factor_acr = \"two\"";

/// Sends a browser away; the challenge, and what it says is asked.
fn asked(
    scene: &Scene,
    app: &App,
    browser: &mut Browser,
    pairs: &[(&str, &str)],
) -> (String, Json) {
    let first = [("scope", "openid tasks:read"), ("prompt", "login")];
    let all = [&first[..], pairs].concat();
    let challenge = challenge_of(&browser.open(&scene.question(app, &all)));
    let told = call(
        scene,
        "/login/challenge",
        &json!({ "challenge": challenge }),
    );
    let told = told.expect(200).json();
    (challenge, told["acr_values"].clone())
}

fn says(scene: &Scene, challenge: &str, acr: &str, amr: &Json) -> Reply {
    let mut body = ada(challenge);
    body["acr"] = acr.into();
    body["amr"] = amr.clone();
    call(scene, "/login/accept", &body)
}

/// What the app is told, once it was let in.
fn told(scene: &Scene, app: &App, browser: &mut Browser, reply: Reply) -> (Json, Json) {
    let page = browser.open(&way_back(reply));
    let back = match page.location() {
        Some(_) => page,
        None => browser.submit(&consent_form(&page), &[("answer", "allow")]),
    };
    let back = Redirect::parse(back.location().unwrap_or_default());
    let given = scene.redeem(app, &back.code(), &[]).expect(200);
    let token = given.member("id_token");
    let payload = token.split('.').nth(1).expect("a JWT");
    let bytes = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    let claims: Json = serde_json::from_slice(&bytes).expect("JSON");
    (claims["acr"].clone(), claims["amr"].clone())
}

#[test]
fn a_wish_is_told_in_the_companys_words_and_answered_with_what_was_reached() {
    let scene = company(ON);
    let app = app_of(&scene);
    let mut browser = scene.provider.browser();
    for (pairs, expected) in [
        (&[][..], Json::Null),
        (&[("acr_values", "three")], Json::Null),
        (&[("acr_values", "one")], json!(["one"])),
        (&[("acr_values", "three two")], json!(["gold"])),
        // Any will do.
        (&[("acr_values", "two one")], Json::Null),
    ] {
        let (_, told) = asked(&scene, &app, &mut browser, pairs);
        assert_eq!(told, expected, "{pairs:?}");
    }
    let wish = json!({ "id_token": { "acr": { "values": ["two"] } } }).to_string();
    let (challenge, _) = asked(&scene, &app, &mut browser, &[("claims", &wish)]);
    for (acr, amr) in [("two", json!(["pwd"])), ("one", json!(["pwd", "mfa"]))] {
        let reply = says(&scene, &challenge, acr, &amr);
        assert_eq!(reply.status, 400, "{reply}");
        assert!(reply.text().contains("/acr"), "{reply}");
    }
    let reply = says(&scene, &challenge, "one", &json!(["pwd"]));
    let reached = told(&scene, &app, &mut browser, reply);
    assert_eq!(reached, (json!("one"), json!(["pwd"])));
}

#[test]
fn what_is_necessary_is_reached_or_the_app_is_told_that_it_was_not() {
    let scene = company(ON);
    let app = app_of(&scene);
    let mut browser = scene.provider.browser();
    let essential = json!({ "id_token": { "acr": { "essential": true, "values": ["two"] } } });
    let essential = essential.to_string();
    for pairs in [[("acr_values", "two")], [("claims", essential.as_str())]] {
        outlive_a_second();
        let (challenge, asks) = asked(&scene, &app, &mut browser, &pairs);
        assert_eq!(asks, json!(["gold"]));
        let reply = says(&scene, &challenge, "one", &json!(["pwd"]));
        let reply = browser.open(&way_back(reply));
        let back = Redirect::parse(reply.location().unwrap_or_default());
        let error = Some("unmet_authentication_requirements");
        assert_eq!(back.param("error"), error, "{SENTENCE}");
        outlive_a_second();
        let (challenge, _) = asked(&scene, &app, &mut browser, &pairs);
        let reply = says(&scene, &challenge, "gold", &json!(["pwd", "hwk"]));
        let reached = told(&scene, &app, &mut browser, reply);
        let amr = json!(["pwd", "hwk", "mfa"]);
        assert_eq!(reached, (json!("two"), amr), "{SENTENCE}");
    }
}
