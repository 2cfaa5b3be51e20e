//! What our own API does not do: for another person, with another token, and with what it did not ask for.

use super::access;
use super::description::{Agent, app};
use super::{GRANT, allowed, ours, signed_in};
use crate::support::proofs::Holder;
use crate::support::{ANN, CALLBACK, OWNER, PASSWORD, Scene, assert_refused, outlive, within};
use acceptance::{App, Json, Reply, Request};
use serde_json::json;
use std::time::Duration;

/// Every operation there is: method and path.
pub(crate) fn operations(scene: &Scene) -> Vec<(String, String)> {
    let described = scene.api().get("/valetkey/openapi.json").expect(200).json();
    let mut all = Vec::new();
    for (path, place) in described["paths"].as_object().expect("paths") {
        for (method, operation) in place.as_object().expect("operations") {
            // What needs no token says so.
            if operation["operationId"].is_string() && operation["security"].is_null() {
                all.push((method.to_uppercase(), path.clone()));
            }
        }
    }
    assert!(all.len() >= 12, "{all:?}");
    all
}

/// A request for one of them, with these ids.
pub(crate) fn request(method: &str, path: &str, (client_id, secret_id): (&str, &str)) -> Request {
    let path = path.replace("{client_id}", client_id);
    let path = path.replace("{secret_id}", secret_id);
    let others = ["organization", "invitation", "member", "transfer", "review"];
    let path = others.iter().fold(path, |path, other| {
        path.replace(&format!("{{{other}_id}}"), "1")
    });
    assert!(
        !path.contains('{'),
        "an id of which this test knows nothing: {path}"
    );
    let target = match path.ends_with("redirect-check") {
        true => format!("{path}?redirect_uri=https%3A%2F%2Fapp.example%2Fcb"),
        false => path,
    };
    match (method, target.ends_with("/logo")) {
        ("PUT", true) => Request::new(method, &target).body("image/png", b"no picture"),
        _ => Request::new(method, &target),
    }
}

/// A request for each of them.
fn requests(scene: &Scene, client_id: &str, secret_id: &str) -> Vec<Request> {
    let all = operations(scene).into_iter();
    all.map(|(method, path)| request(&method, &path, (client_id, secret_id)))
        .collect()
}

fn id_of(app: &Json) -> &str {
    app["client_id"].as_str().unwrap_or_default()
}

/// RFC 9449 §7: of a program that holds a key nobody else can use the token.
#[test]
fn a_bound_token_opens_our_api_with_its_proof_alone() {
    let (scene, holder) = (Scene::plain(""), Holder::new());
    let code = allowed(&scene, ANN);
    let fields = [("grant_type", GRANT), ("device_code", code.as_str())];
    let reply = scene.proved(&ours(), &fields, &scene.proof(&holder));
    assert_eq!(reply.member("token_type"), "DPoP", "{reply}");
    let token = reply.member("access_token");
    let url = format!("{}/valetkey/apps", scene.provider.issuer());
    let call = |scheme: &str, proof: &str| {
        let request = Request::get("/valetkey/apps?limit=1")
            .header("Authorization", &format!("{scheme} {token}"))
            .header("DPoP", proof);
        scene.api().send(&request)
    };
    let proof = holder.proof_of(&token, "GET", &url);
    call("DPoP", &proof).expect(200);
    let other = Holder::new().proof_of(&token, "GET", &url);
    for (scheme, proof, error) in [
        ("DPoP", proof, "invalid_dpop_proof"),
        ("DPoP", other, "invalid_token"),
        (
            "Bearer",
            holder.proof_of(&token, "GET", &url),
            "invalid_token",
        ),
    ] {
        let refused = call(scheme, &proof);
        assert_eq!(refused.status, 401, "{refused}");
        assert_eq!(refused.member("error"), error, "{refused}");
    }
}

#[test]
fn the_apps_of_others_are_not_there() {
    let scene = Scene::plain("");
    let owner = Agent::of(&scene, OWNER);
    let made = owner.make("Of Others");
    let secrets = owner.get(&format!("/valetkey/apps/{}/secrets", id_of(&made)));
    let secret = secrets["secrets"][0]["id"].as_str().unwrap_or_default();
    let token = signed_in(&scene, ANN);
    let ann = Agent::with(&scene, access(&token));
    let mut tried = 0;
    for request in requests(&scene, id_of(&made), secret) {
        if !request.target().contains(id_of(&made)) {
            continue;
        }
        let refused = ann.send(request.bearer(access(&token)));
        assert_refused(&refused, 404, "not_found");
        assert!(!refused.text().contains("Of Others"), "{refused}");
        tried += 1;
    }
    assert!(tried >= 10, "{tried}");
    assert_eq!(ann.get("/valetkey/apps")["apps"], json!([]));
    let after = format!("/valetkey/apps?after={}", id_of(&made));
    assert_refused(&ann.call("GET", &after, None), 400, "invalid_request");
    // Nothing has changed.
    let now = owner.get(&format!("/valetkey/apps/{}", id_of(&made)));
    assert_eq!(now["version"], made["version"]);
    // Nor is one of the provider itself.
    for id in ["valetkey-cli", "nobody"] {
        let target = format!("/valetkey/apps/{id}");
        assert_refused(&ann.call("GET", &target, None), 404, "not_found");
    }
}

#[test]
fn no_other_token_opens_it() {
    let scene = Scene::plain("[test]\nmode = true\n[grants]\ndevice_code = true");
    let client = scene.confidential(CALLBACK);
    let of_an_app = scene.tokens(&client, "tasks:read").access;
    let machine = scene
        .client_credentials(&scene.machine())
        .member("access_token");
    let refresh = signed_in(&scene, ANN);
    let refresh = refresh["refresh_token"].as_str().unwrap_or_default();
    let ours = signed_in(&scene, ANN);
    let cut = &access(&ours)[..access(&ours).len() - 1];
    for (token, status, error) in [
        (of_an_app.as_str(), 403, "insufficient_scope"),
        (&machine, 403, "insufficient_scope"),
        (refresh, 401, "invalid_token"),
        (cut, 401, "invalid_token"),
        ("x", 401, "invalid_token"),
    ] {
        for request in requests(&scene, &client.client_id, "1") {
            let refused = scene.api().send(&request.bearer(token));
            assert_refused(&refused, status, error);
            assert!(refused.header("WWW-Authenticate").is_some(), "{refused}");
        }
    }
    for request in requests(&scene, &client.client_id, "1") {
        assert_refused(&scene.api().send(&request), 401, "invalid_token");
    }
}

#[test]
fn a_token_of_the_test_side_opens_nothing() {
    let scene = Scene::plain("[test]\nmode = true");
    let text = |value: &Json, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let args = [
        "app",
        "create",
        "--test",
        "--owner",
        OWNER,
        "--name",
        "Test Robot",
    ];
    let pages = [
        "--homepage",
        "https://app.example",
        "--redirect-uri",
        CALLBACK,
    ];
    let made = scene.cli(&[&args[..], &pages].concat());
    let app = App {
        client_id: text(&made, "client_id"),
        client_secret: text(&made, "client_secret"),
        json: Json::Null,
    };
    scene.cli(&["app", "approve-scope", &app.client_id, "valetkey:apps"]);
    let user = &made["test_users"][0];
    let mut browser = scene
        .provider
        .browser_of(&text(user, "email"), &text(user, "password"));
    // The server hears of it within a second.
    outlive(2);
    let token = scene.tokens_of(&mut browser, &app, "valetkey:apps").access;
    assert!(token.starts_with("test_"), "{token}");
    for request in requests(&scene, &app.client_id, "1") {
        let refused = scene.api().send(&request.bearer(&token));
        assert_refused(&refused, 403, "insufficient_scope");
    }
}

#[test]
fn a_token_that_ended_opens_nothing() {
    let scene = Scene::plain("[token.lifetimes]\naccess = \"2s\"");
    let token = signed_in(&scene, ANN);
    let ask = |token: &str| -> Reply { scene.api().get_bearer("/valetkey/apps", token) };
    ask(access(&token)).expect(200);
    outlive(3);
    assert_refused(&ask(access(&token)), 401, "invalid_token");
}

#[test]
fn a_token_that_was_revoked_opens_nothing() {
    let scene = Scene::plain("");
    let token = signed_in(&scene, ANN);
    let agent = Agent::with(&scene, access(&token));
    agent.get("/valetkey/apps");
    let path = scene.endpoint("revocation_endpoint");
    let fields = [("token", access(&token))];
    scene
        .api()
        .post_form_as(&path, &super::ours(), &fields)
        .expect(200);
    let refused = agent.call("GET", "/valetkey/apps", None);
    assert_refused(&refused, 401, "invalid_token");
    // Nor for somebody who was switched off.
    let token = signed_in(&scene, ANN);
    scene.cli(&["user", "disable", ANN]);
    let ended = || {
        scene
            .api()
            .get_bearer("/valetkey/apps", access(&token))
            .status
            == 401
    };
    assert!(within(Duration::from_secs(3), ended));
}

#[test]
fn nothing_is_set_that_was_not_offered() {
    let scene = Scene::plain("");
    let agent = Agent::of(&scene, ANN);
    let made = agent.make("Plain");
    let target = format!("/valetkey/apps/{}", id_of(&made));
    for (name, value) in [
        ("status", json!("active")),
        ("reviewed", json!(true)),
        ("reviewed_at", json!("2026-01-01T00:00:00Z")),
        ("approved_scopes", json!(["admin:all"])),
        ("resource_server", json!(true)),
        ("owner", json!("user_1")),
        ("client_id", json!("59174eb5c8c8")),
        ("client_secret", json!("x")),
        ("secrets", json!([])),
        ("publisher", json!("Somebody Else")),
        ("documented", json!(true)),
        ("grants", json!(["client_credentials"])),
        ("__proto__", json!({})),
    ] {
        let mut new = app("Assigned");
        new[name] = value.clone();
        let changes = json!({ name: value });
        for refused in [
            agent.call("POST", "/valetkey/apps", Some(&new)),
            agent.call("PATCH", &target, Some(&changes)),
        ] {
            assert_refused(&refused, 400, "invalid_request");
            let told = refused.json();
            assert_eq!(told["fields"][0]["pointer"], format!("/{name}"), "{told}");
        }
    }
    let refused = agent.call("PATCH", &target, Some(&json!({ "scopes": ["admin:all"] })));
    assert_eq!(refused.json()["fields"][0]["pointer"], "/scopes");
    assert_eq!(agent.get(&target)["version"], made["version"]);
    assert_eq!(
        agent.get("/valetkey/apps")["apps"].as_array().map(Vec::len),
        Some(1)
    );
}

/// A browser of somebody who is signed in sends no token along, so a page of a stranger can do nothing in their name.
#[test]
fn a_form_of_another_site_does_nothing() {
    let scene = Scene::plain("");
    let agent = Agent::of(&scene, ANN);
    let made = agent.make("Stays");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let target = format!("/valetkey/apps/{}/secrets/rotate", id_of(&made));
    let forged = Request::post(&target).header("Origin", "https://evil.example");
    assert_refused(&browser.send(forged.form(&[])), 401, "invalid_token");
    assert_eq!(
        agent.get(&format!("/valetkey/apps/{}", id_of(&made)))["version"],
        made["version"]
    );
}
