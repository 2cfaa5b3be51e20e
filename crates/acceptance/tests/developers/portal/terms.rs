//! The terms for developers: accepted before the first app, written down, and asked again when they change.

use super::{APPS, Developer, NEW, names, open, registered, says};
use crate::own_api::{access, signed_in};
use crate::support::{ANN, OWNER, form_to};
use acceptance::{Json, Request};
use serde_json::json;

const TERMS: &str = "/apps/terms";
const URL: &str = "https://example.com/developer-terms";

fn under(version: &str) -> String {
    format!(
        "[apps]\nregistration = \"open\"\n[developers]\nterms = \"{URL}\"\nterms_version = \"{version}\""
    )
}

/// What somebody accepted, as the operator sees it.
fn accepted(scene: &crate::support::Scene, email: &str) -> Vec<String> {
    let shown = scene.cli(&["user", "show", email]);
    let all = shown["developer_terms"].as_array().expect("a list").iter();
    all.map(|own| own["version"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn whoever_makes_an_app_accepts_the_terms_and_again_when_they_change() {
    let mut scene = open(&under("one"));
    let mut ann = Developer::ann(&scene);
    let refused = ann.try_register(&[]);
    names(&refused, "developer-terms");
    assert!(refused.text().contains(URL), "{refused}");
    assert_eq!(form_to(&refused, NEW).value("name"), Some("Task Board"));
    // A version that the form did not show is none that was read.
    let form = ann.blank();
    let other = [("developer-terms", "accepted"), ("terms-version", "zero")];
    names(&ann.send(&form, &other), "developer-terms");
    assert_eq!(registered(&scene), 0);
    assert!(accepted(&scene, ANN).is_empty());
    ann.register(&[("developer-terms", "accepted")]);
    assert_eq!(accepted(&scene, ANN), ["one"]);
    let list = ann.browser.open(APPS);
    says(&list, "You accepted the terms for developers, version one");
    assert!(!list.text().contains(TERMS), "{list}");
    // They are not asked again.
    let form = ann.blank();
    assert_eq!(form.value("terms-version"), None);
    ann.register(&[]);
    let path = scene.provider.config_path();
    let config = std::fs::read_to_string(&path).expect("the configuration");
    let config = config.replace("terms_version = \"one\"", "terms_version = \"two\"");
    std::fs::write(path, config).expect("write the configuration");
    scene.provider.restart();
    let mut ann = Developer::ann(&scene);
    names(&ann.try_register(&[]), "developer-terms");
    let list = ann.browser.open(APPS);
    says(&list, "The terms for developers are others");
    let accept = form_to(&list, TERMS);
    let done = ann.browser.submit(&accept, &[]).expect(303);
    says(&ann.browser.follow(done), "The terms are accepted.");
    ann.browser.submit(&accept, &[]).expect(303);
    assert_eq!(accepted(&scene, ANN), ["one", "two"]);
    ann.register(&[]);
    let told = scene.cli(&["audit", "--event", "developer.terms_accepted"]);
    assert_eq!(told["events"].as_array().map(Vec::len), Some(2), "{told}");
}

#[test]
fn a_program_accepts_them_by_the_version_that_was_read() {
    let scene = open(&under("one"));
    let tokens = signed_in(&scene, ANN);
    let call = |method: &str, path: &str, body: Json| {
        let request = Request::new(method, path).bearer(access(&tokens));
        let request = match method {
            "GET" => request,
            _ => request.json(&body),
        };
        scene.api().send(&request)
    };
    let new = json!({ "name": "Board", "homepage": "https://board.example",
                      "redirect_uris": ["https://board.example/cb"] });
    let refused = call("POST", "/valetkey/apps", new.clone()).expect(403);
    assert_eq!(refused.member("error"), "terms_not_accepted", "{refused}");
    assert!(refused.text().contains(URL), "{refused}");
    let told = call("GET", "/valetkey/terms", Json::Null)
        .expect(200)
        .json();
    assert_eq!(told["version"], "one");
    assert_eq!(told["accepted_at"], Json::Null);
    call("POST", "/valetkey/terms", json!({ "version": "zero" })).expect(400);
    for _ in 0..2 {
        let done = call("POST", "/valetkey/terms", json!({ "version": "one" }));
        assert!(done.expect(200).json()["accepted_at"].is_string());
    }
    call("POST", "/valetkey/apps", new).expect(201);
    assert_eq!(accepted(&scene, ANN), ["one"]);
}

#[test]
fn whoever_looks_at_a_request_sees_what_its_developer_accepted() {
    let changes = under("one").replace("\"open\"", "\"review\"");
    let scene = open(&changes);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[("developer-terms", "accepted")]);
    super::reviews::ask_for_all(&mut ann, &app).expect(303);
    let mut admin = Developer::of(&scene, OWNER);
    let (_, page) = super::reviews::only_request(&mut admin);
    says(&page, "version one accepted at");
}
