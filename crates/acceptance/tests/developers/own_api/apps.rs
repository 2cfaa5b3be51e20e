//! Running apps by our own API.

use super::description::{Agent, app};
use crate::support::assertions::Signer;
use crate::support::{ANN, OWNER, PASSWORD, Scene, assert_refused};
use acceptance::{App, Json, Request, Setup};
use serde_json::json;

/// An app works as soon as it is made.
const OPEN: &str = "[apps]\nregistration = \"open\"";

#[track_caller]
fn text<'a>(value: &'a Json, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn path(app: &Json, rest: &str) -> String {
    format!("/valetkey/apps/{}{rest}", text(app, "client_id"))
}

/// The app with this secret.
fn with_secret(app: &Json, secret: &Json) -> App {
    App {
        client_id: text(app, "client_id").to_owned(),
        client_secret: text(secret, "client_secret").to_owned(),
        json: Json::Null,
    }
}

#[test]
fn an_app_is_made_used_changed_deleted_and_brought_back() {
    let scene = Scene::plain(OPEN);
    let agent = Agent::of(&scene, ANN);
    let made = agent.make("By Program");
    scene.tokens(&with_secret(&made, &made), "tasks:read");
    let shown = agent.get(&path(&made, ""));
    assert_eq!(
        (&shown["name"], &shown["role"]),
        (&"By Program".into(), &"owner".into())
    );
    assert!(shown.get("client_secret").is_none(), "{shown}");
    let changes = json!({ "name": "Renamed", "version": shown["version"] });
    let changed = agent.call("PATCH", &path(&made, ""), Some(&changes));
    assert_eq!(changed.expect(200).json()["name"], "Renamed");
    let stale = agent.call("PATCH", &path(&made, ""), Some(&changes));
    assert_refused(&stale, 409, "conflict");
    assert_eq!(stale.json()["fields"][0]["pointer"], "/version");
    for _ in 0..2 {
        agent.call("DELETE", &path(&made, ""), None).expect(200);
    }
    assert_refused(&agent.call("GET", &path(&made, ""), None), 404, "not_found");
    assert_eq!(agent.get("/valetkey/apps")["apps"], json!([]));
    let deleted = agent.get("/valetkey/deleted-apps");
    assert_eq!(deleted["apps"][0]["client_id"], made["client_id"]);
    for _ in 0..2 {
        agent
            .call("POST", &path(&made, "/restore"), None)
            .expect(200);
    }
    scene.tokens(&with_secret(&made, &made), "tasks:read");
}

#[test]
fn the_page_and_the_api_show_the_same_app() {
    let scene = Scene::plain("");
    let agent = Agent::of(&scene, ANN);
    let made = agent.make("Both Ways");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let page = browser.get("/apps").expect(200).text();
    assert!(page.contains("Both Ways"), "{page}");
    let page = browser.get(&format!("/apps/{}", text(&made, "client_id")));
    assert!(page.expect(200).text().contains("https://app.example/cb"));
}

#[test]
fn lists_come_in_pages() {
    let scene = Scene::plain("");
    let agent = Agent::of(&scene, ANN);
    for number in 0..5 {
        agent.make(&format!("App {number}"));
    }
    let mut seen = Vec::new();
    let mut target = "/valetkey/apps?limit=2".to_owned();
    loop {
        let list = agent.get(&target);
        let apps = list["apps"].as_array().cloned().unwrap_or_default();
        seen.extend(apps.iter().map(|app| text(app, "name").to_owned()));
        match list["next"].as_str() {
            Some(next) => target = format!("/valetkey/apps?limit=2&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["App 4", "App 3", "App 2", "App 1", "App 0"]);
    for bad in [
        "limit=0",
        "limit=x",
        "after=nobody",
        "page=2",
        "limit=1&limit=2",
    ] {
        let refused = agent.call("GET", &format!("/valetkey/apps?{bad}"), None);
        assert_refused(&refused, 400, "invalid_request");
    }
}

#[test]
fn secrets_are_added_rotated_and_revoked() {
    let scene = Scene::plain(OPEN);
    let agent = Agent::of(&scene, ANN);
    let mut new = app("Secrets");
    new["client_credentials"] = true.into();
    let made = agent
        .call("POST", "/valetkey/apps", Some(&new))
        .expect(201)
        .json();
    let secrets = path(&made, "/secrets");
    let works = |secret: &Json| scene.client_credentials(&with_secret(&made, secret)).status == 200;
    let named = json!({ "name": "ci", "days": 30 });
    let added = agent
        .call("POST", &secrets, Some(&named))
        .expect(201)
        .json();
    assert!(works(&made) && works(&added));
    let now = json!({ "overlap_hours": 0 });
    let rotated = agent.call("POST", &format!("{secrets}/rotate"), Some(&now));
    let rotated = rotated.expect(201).json();
    assert!(works(&rotated) && !works(&added) && !works(&made));
    let listed = agent.get(&secrets);
    assert_eq!(
        listed["secrets"].as_array().map(Vec::len),
        Some(1),
        "{listed}"
    );
    assert!(!listed.to_string().contains("client_secret"), "{listed}");
    let last = format!("{secrets}/{}", text(&rotated, "id"));
    assert_refused(&agent.call("DELETE", &last, None), 409, "last_secret");
    agent
        .call("DELETE", &format!("{last}?force=true"), None)
        .expect(200);
    assert!(!works(&rotated));
    assert_refused(&agent.call("DELETE", &last, None), 404, "not_found");
    let log = scene.provider.log();
    for secret in [&made, &added, &rotated] {
        assert!(!log.contains(text(secret, "client_secret")), "in the log");
    }
}

#[test]
fn a_request_that_comes_again_makes_one_app() {
    let scene = Scene::plain("");
    let agent = Agent::of(&scene, ANN);
    let send = |key: &str, name: &str| {
        let request = agent.request("POST", "/valetkey/apps");
        agent.send(request.header("Idempotency-Key", key).json(&app(name)))
    };
    let first = send("one", "Once").expect(201).json();
    let again = send("one", "Once").expect(200).json();
    assert_eq!(again["client_id"], first["client_id"]);
    assert_eq!(again["client_secret"], first["client_secret"]);
    assert_refused(&send("one", "Another"), 409, "idempotency_key_used");
    send("two", "Once").expect(201);
    assert_refused(&send(&"x".repeat(201), "Long"), 400, "invalid_request");
    // Another's key is another key.
    let other = Agent::of(&scene, OWNER);
    let request = other.request("POST", "/valetkey/apps");
    let other = other.send(request.header("Idempotency-Key", "one").json(&app("Once")));
    assert_ne!(other.expect(201).json()["client_id"], first["client_id"]);
}

#[test]
fn what_is_wrong_is_named_with_what_to_do() {
    let scene = Scene::plain("");
    let agent = Agent::of(&scene, ANN);
    let with = |name: &str, value: Json| {
        let mut new = app("Wrong");
        new[name] = value;
        agent.call("POST", "/valetkey/apps", Some(&new))
    };
    for (name, value, pointer) in [
        ("name", json!(""), "/name"),
        ("homepage", json!("http://app.example"), "/homepage"),
        (
            "redirect_uris",
            json!(["https://app.example/cb", "http://app.example/cb"]),
            "/redirect_uris/1",
        ),
        ("redirect_uris", json!([]), "/redirect_uris"),
        ("scopes", json!(["no:such"]), "/scopes"),
        ("scopes", json!(["admin:all"]), "/scopes"),
        ("scopes", json!(["valetkey:apps"]), "/scopes"),
        ("scopes", json!("tasks:read"), "/scopes"),
        ("reasons", json!({ "no/such": "x" }), "/reasons/no~1such"),
        ("kind", json!("secret"), "/kind"),
        ("organization", json!("12"), "/organization"),
        ("test", json!(true), "/test"),
        ("device_code", json!("yes"), "/device_code"),
    ] {
        let refused = with(name, value);
        assert_eq!(refused.status, 400, "{name}: {refused}");
        let told = refused.json();
        assert_eq!(told["fields"][0]["pointer"], pointer, "{told}");
        assert!(text(&told, "next").len() > 10, "{told}");
    }
    let nothing = agent.call("POST", "/valetkey/apps", Some(&json!({})));
    assert_eq!(nothing.json()["fields"][0]["pointer"], "/name");
    let both = agent.call(
        "POST",
        "/valetkey/apps",
        Some(&json!({ "name": "", "homepage": "x" })),
    );
    assert!(
        both.json()["fields"]
            .as_array()
            .is_some_and(|all| all.len() > 1)
    );
    let form = agent
        .request("POST", "/valetkey/apps")
        .form(&[("name", "x")]);
    assert_eq!(agent.send(form).status, 415);
    let cut = agent
        .request("POST", "/valetkey/apps")
        .body("application/json", b"{\"name\":");
    assert_refused(&agent.send(cut), 400, "invalid_request");
}

#[test]
fn a_test_app_is_made_with_its_users() {
    let scene = Scene::plain("[test]\nmode = true");
    let agent = Agent::of(&scene, ANN);
    let mut new = app("On Test");
    new["test"] = true.into();
    let made = agent
        .call("POST", "/valetkey/apps", Some(&new))
        .expect(201)
        .json();
    assert_eq!(made["mode"], "test");
    assert_eq!(
        made["test_users"].as_array().map(Vec::len),
        Some(2),
        "{made}"
    );
}

#[test]
fn a_redirect_uri_is_looked_at_and_requests_are_read() {
    let scene = Scene::plain("");
    let agent = Agent::of(&scene, ANN);
    let made = agent.make("Looked At");
    let check = |uri: &str| agent.get(&path(&made, &format!("/redirect-check?redirect_uri={uri}")));
    assert_eq!(check("https%3A%2F%2Fapp.example%2Fcb")["accepted"], true);
    let slash = check("https%3A%2F%2Fapp.example%2Fcb%2F");
    assert_eq!(slash["accepted"], false);
    assert!(text(&slash, "message").contains("slash"), "{slash}");
    let wrong = App {
        client_secret: "cs_wrong".to_owned(),
        ..with_secret(&made, &made)
    };
    let refused = scene.client_credentials(&wrong);
    let id = refused.member("request_id");
    let log = agent.get(&path(&made, &format!("/log?request_id={id}")));
    assert_eq!(log["requests"][0]["error"], "invalid_client", "{log}");
    let all = agent.get(&path(&made, "/log?endpoint=token&refused=true"));
    assert_eq!(all["requests"][0]["request_id"], id.as_str(), "{all}");
    let refused = agent.call("GET", &path(&made, "/log?status=x"), None);
    assert_refused(&refused, 400, "invalid_request");
}

#[test]
fn who_may_make_no_app_by_page_may_not_here() {
    let scene = Scene::start(Setup::profile("miwa"));
    let refused = Agent::of(&scene, ANN).call("POST", "/valetkey/apps", Some(&app("No")));
    assert_refused(&refused, 403, "registration_closed");
    // An administrator may.
    Agent::of(&scene, OWNER).make("Yes");
}

#[test]
fn pages_of_other_origins_may_call_it_and_no_cookie_is_read() {
    let scene = Scene::plain("");
    let preflight = Request::new("OPTIONS", "/valetkey/apps/x")
        .header("Origin", "https://elsewhere.example")
        .header("Access-Control-Request-Method", "PATCH");
    let reply = scene.api().send(&preflight).expect(204);
    let methods = reply
        .header("Access-Control-Allow-Methods")
        .unwrap_or_default();
    assert!(
        methods.contains("PATCH") && methods.contains("DELETE"),
        "{methods}"
    );
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    assert_refused(&browser.get("/valetkey/apps"), 401, "invalid_token");
}

#[test]
fn an_app_is_made_with_keys_and_they_are_changed() {
    let scene = Scene::plain(OPEN);
    let agent = Agent::of(&scene, ANN);
    let signer = Signer::new("one");
    let mut new = app("Signer");
    new["jwks"] = signer.set();
    new["token_endpoint_auth_signing_algs"] = json!(["ES256"]);
    let made = agent
        .call("POST", "/valetkey/apps", Some(&new))
        .expect(201)
        .json();
    assert_eq!(made["client_secret"], Json::Null, "{made}");
    let shown = agent.get(&path(&made, ""));
    assert_eq!(shown["token_endpoint_auth_method"], "private_key_jwt");
    assert_eq!(shown["jwks"]["keys"][0]["kid"], "one");
    assert_eq!(shown["token_endpoint_auth_signing_algs"], json!(["ES256"]));
    let (id, issuer) = (text(&made, "client_id"), scene.provider.issuer());
    let proves = |signer: &Signer| {
        let assertion = signer.assertion(id, issuer, |_| {});
        let fields = [("grant_type", "refresh_token"), ("refresh_token", "rt_x")];
        let reply = scene.post_asserted("token_endpoint", &assertion, &fields);
        reply.member("error") == "invalid_grant"
    };
    assert!(proves(&signer));
    let add = agent.call("POST", &path(&made, "/secrets"), Some(&json!({})));
    assert_refused(&add, 409, "no_secrets");
    let change = |changes: Json| agent.call("PATCH", &path(&made, ""), Some(&changes));
    let other = Signer::new("two");
    change(json!({ "jwks": other.set() })).expect(200);
    assert!(proves(&other) && !proves(&signer));
    for (changes, pointer) in [
        (json!({ "jwks": { "keys": [] } }), "/jwks"),
        (json!({ "jwks_uri": "http://app.example/" }), "/jwks_uri"),
        (
            json!({ "token_endpoint_auth_method": "client_secret_jwt" }),
            "/token_endpoint_auth_method",
        ),
        (
            json!({ "token_endpoint_auth_signing_algs": ["none"] }),
            "/token_endpoint_auth_signing_algs",
        ),
        (
            json!({ "jwks": other.set(), "jwks_uri": "https://app.example/" }),
            "/jwks",
        ),
    ] {
        let refused = change(changes);
        assert_refused(&refused, 400, "invalid_client_metadata");
        assert_eq!(refused.json()["fields"][0]["pointer"], pointer, "{refused}");
    }
    assert!(proves(&other), "nothing of that changed it");
    let back = change(json!({ "token_endpoint_auth_method": "client_secret_basic" }));
    assert_eq!(back.expect(200).json()["jwks"], Json::Null);
    assert!(!proves(&other));
    agent
        .call("POST", &path(&made, "/secrets"), Some(&json!({})))
        .expect(201);
}

#[test]
fn what_is_registered_for_openid_is_shown_and_changed() {
    let scene = Scene::plain(&format!(
        "{OPEN}\n[openid]\nenabled = true\n[signing]\nalgorithms = [\"ES256\"]"
    ));
    let agent = Agent::of(&scene, ANN);
    let mut new = app("Relying Party");
    let party = json!({
        "post_logout_redirect_uris": ["https://app.example/out"],
        "backchannel_logout_uri": "https://app.example/logout",
        "id_token_signed_response_alg": "ES256",
        "userinfo_signed_response_alg": null,
    });
    new["openid"] = party.clone();
    let made = agent.call("POST", "/valetkey/apps", Some(&new)).expect(201);
    let made = made.json();
    assert_eq!(agent.get(&path(&made, ""))["openid"], party);
    let change = |changes: Json| {
        let changes = json!({ "openid": changes });
        agent.call("PATCH", &path(&made, ""), Some(&changes))
    };
    for (changes, pointer) in [
        (
            json!({ "id_token_signed_response_alg": "none" }),
            "/openid/id_token_signed_response_alg",
        ),
        (
            json!({ "id_token_signed_response_alg": "RS256" }),
            "/openid/id_token_signed_response_alg",
        ),
        (
            json!({ "backchannel_logout_uri": "x" }),
            "/openid/backchannel_logout_uri",
        ),
        (
            json!({ "post_logout_redirect_uris": ["x"] }),
            "/openid/post_logout_redirect_uris",
        ),
    ] {
        let refused = change(changes).expect(400);
        assert_eq!(refused.json()["fields"][0]["pointer"], pointer, "{refused}");
    }
    assert_eq!(
        agent.get(&path(&made, ""))["openid"],
        party,
        "nothing of that changed it"
    );
    let none = change(json!({})).expect(200).json();
    assert_eq!(none["openid"]["post_logout_redirect_uris"], json!([]));
}

/// An app whose tokens are all bound to keys can be made so in one call.
#[test]
fn an_app_is_made_with_its_tokens_bound_to_keys() {
    let scene = Scene::plain(OPEN);
    let agent = Agent::of(&scene, ANN);
    let mut sent = app("Bound");
    sent["dpop_bound_access_tokens"] = true.into();
    sent["client_credentials"] = true.into();
    let made = agent.call("POST", "/valetkey/apps", Some(&sent));
    let made = made.expect(201).json();
    assert_eq!(made["dpop_bound_access_tokens"], true, "{made}");
    let refused = scene.client_credentials(&with_secret(&made, &made));
    assert_refused(&refused, 400, "invalid_dpop_proof");
}
