//! Apps that register themselves (RFC 7591), and manage that (RFC 7592).

use crate::support::assertions::KeyHost;
use crate::support::introductions::{OPEN, metadata};
use crate::support::{Scene, Tokens, assert_refused, within};
use acceptance::{App, Json, Reply, Request, Url};
use serde_json::json;
use std::time::Duration;

const CALLBACK: &str = "http://localhost:8787/callback";

fn scene() -> Scene {
    Scene::plain(OPEN)
}

fn id(reply: &Reply) -> String {
    reply.member("client_id")
}

/// One that has a secret, and is therefore its own.
fn confidential() -> Json {
    let mut sent = metadata();
    sent["token_endpoint_auth_method"] = "client_secret_post".into();
    sent["redirect_uris"] = json!(["https://talk.example/callback"]);
    sent
}

/// Where a registration is managed, and by which token.
fn management(reply: &Reply) -> (String, String) {
    let uri = Url::parse(&reply.member("registration_client_uri")).expect("a URL");
    (uri.target(), reply.member("registration_access_token"))
}

#[test]
fn an_app_registers_itself_and_its_person_ticks_each_scope() {
    let scene = scene();
    let reply = scene.register(&metadata()).expect(201);
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    let told = reply.json();
    for (name, value) in metadata().as_object().expect("members") {
        assert_eq!(&told[name], value, "{told}");
    }
    assert!(told["client_secret"].is_null() && told["registration_access_token"].is_null());
    let pkce = acceptance::Pkce::random();
    let mut browser = scene.browser();
    let page = browser.authorize_until_consent(&scene.asks(&id(&reply), CALLBACK, &pkce));
    let text = page.text();
    assert!(
        text.contains("type=\"checkbox\"") && !text.contains(" checked>"),
        "{page}"
    );
    assert!(text.contains("registered itself"), "{page}");
    let tokens = Tokens::of(&scene.walk(&id(&reply), CALLBACK));
    let again = scene.refresh_public(&id(&reply), &tokens.refresh);
    assert_ne!(Tokens::of(&again).refresh, tokens.refresh, "it rotates");
}

#[test]
fn what_is_wrong_is_told_by_its_code() {
    let scene = scene();
    let with = |name: &str, value: Json| {
        let mut sent = metadata();
        sent[name] = value;
        scene.register(&sent)
    };
    for uri in [
        "javascript:alert(1)",
        "https://a.example/#x",
        "http://a.example/cb",
        "data:,x",
    ] {
        let reply = with("redirect_uris", json!([uri]));
        assert_refused(&reply, 400, "invalid_redirect_uri");
        assert!(!reply.to_string().contains(uri), "{reply}");
    }
    let none = with("redirect_uris", json!([]));
    assert_refused(&none, 400, "invalid_redirect_uri");
    for (name, value) in [
        ("token_endpoint_auth_method", json!("magic")),
        ("client_name", json!("x".repeat(81))),
        ("client_uri", json!("javascript:alert(1)")),
        ("jwks", json!({ "keys": "x" })),
        ("grant_types", json!(["client_credentials"])),
    ] {
        let mut sent = metadata();
        sent[name] = value;
        if name == "jwks" {
            sent["token_endpoint_auth_method"] = "private_key_jwt".into();
        }
        assert_refused(&scene.register(&sent), 400, "invalid_client_metadata");
    }
    // 10,000 names, and a megabyte.
    let mut many = metadata();
    for at in 0..10_000 {
        many[format!("client_name#{at}")] = "x".into();
    }
    scene.register(&many).expect(413);
    let large = with("software_id", "x".repeat(1_000_000).into());
    large.expect(413);
    let path = scene.endpoint("registration_endpoint");
    let form = scene.api().post_form(&path, &[("client_name", "x")]);
    assert_eq!(form.status, 415, "{form}");
    let bad = Request::post(&path).body("application/json", b"{\"a\":1,\"a\":2}");
    assert_refused(&scene.api().send(&bad), 400, "invalid_client_metadata");
    scene.api().get(&path).expect(405);
}

#[test]
fn the_same_is_answered_by_one_app_that_nobody_can_take_over() {
    let scene = scene();
    let first = scene.register(&metadata()).expect(201);
    let mut turned = metadata();
    turned["redirect_uris"] = json!([CALLBACK]);
    let all = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| id(&scene.register(&turned).expect(201))))
            .collect();
        let all = tries.into_iter().map(|one| one.join().expect("an answer"));
        all.collect::<Vec<_>>()
    });
    assert!(all.iter().all(|one| *one == id(&first)), "{all:?}");
    // One that calls itself so and leads elsewhere is another app.
    let mut evil = metadata();
    evil["redirect_uris"] = json!(["https://evil.example/cb"]);
    let evil = scene.register(&evil).expect(201);
    assert_ne!(id(&evil), id(&first));
    let pkce = acceptance::Pkce::random();
    let question = scene.asks(&id(&first), "https://evil.example/cb", &pkce);
    let page = scene.browser().open(&question).expect(400);
    assert!(page.text().contains("invalid_redirect_uri"), "{page}");
    let path = format!("{}/{}", scene.endpoint("registration_endpoint"), id(&first));
    for token in ["rg_x", "at_x"] {
        let put = Request::new("PUT", &path).bearer(token).json(&metadata());
        assert_refused(&scene.api().send(&put), 401, "invalid_token");
    }
    // An app of somebody's that was reviewed keeps its name.
    let own = scene.confidential("https://board.example/cb");
    scene.cli(&["app", "approve", &own.client_id]);
    let mut named = metadata();
    let shown = scene.cli(&["app", "show", &own.client_id]);
    named["client_name"] = shown["name"].clone();
    let taken = || scene.register(&named).status == 400;
    assert!(within(Duration::from_secs(2), taken));
}

#[test]
fn a_registration_is_read_replaced_and_ended_by_its_token() {
    let scene = scene();
    let reply = scene.register(&confidential()).expect(201);
    let told = reply.json();
    assert_eq!(told["client_secret_expires_at"], 0, "{told}");
    let (path, token) = management(&reply);
    let read = scene.api().get_bearer(&path, &token).expect(200);
    assert_eq!(read.member("client_id"), id(&reply));
    assert_eq!(read.member("registration_access_token"), token);
    assert!(read.json()["client_secret"].is_null());
    for bad in [Request::get(&path), Request::get(&path).bearer("rg_x")] {
        let refused = scene.api().send(&bad).expect(401);
        assert!(refused.header("WWW-Authenticate").is_some());
    }
    let other = scene.register(&confidential()).expect(201);
    assert_ne!(id(&other), id(&reply), "each has its own secret");
    scene
        .api()
        .get_bearer(&management(&other).0, &token)
        .expect(401);
    let put = |change: &dyn Fn(&mut Json)| {
        let mut sent = confidential();
        sent["client_id"] = id(&reply).into();
        change(&mut sent);
        scene
            .api()
            .send(&Request::new("PUT", &path).bearer(&token).json(&sent))
    };
    let changed =
        put(&|sent| sent["redirect_uris"] = json!(["https://talk.example/two"])).expect(200);
    assert_eq!(
        changed.json()["redirect_uris"],
        json!(["https://talk.example/two"])
    );
    let bad = put(&|sent| sent["redirect_uris"] = json!(["javascript:x"]));
    assert_refused(&bad, 400, "invalid_redirect_uri");
    let bad = put(&|sent| sent["client_id"] = "another".into());
    assert_refused(&bad, 400, "invalid_client_metadata");
    // What an administrator switched off stays off.
    scene.cli(&["app", "disable", &id(&reply)]);
    let off = || put(&|_| {}).status == 403;
    assert!(within(Duration::from_secs(2), off));
    scene.cli(&["app", "enable", &id(&reply)]);
    let on = || put(&|_| {}).status == 200;
    assert!(within(Duration::from_secs(2), on));
    let app = App {
        client_id: id(&reply),
        client_secret: reply.member("client_secret"),
        json: Json::Null,
    };
    let code = [("grant_type", "authorization_code"), ("code", "ac_x")];
    let known = scene.api().post_form_as(&scene.token(), &app, &code);
    assert_refused(&known, 400, "invalid_grant");
    let gone = scene
        .api()
        .send(&Request::new("DELETE", &path).bearer(&token));
    assert_eq!((gone.status, gone.text().len()), (204, 0), "{gone}");
    scene.api().get_bearer(&path, &token).expect(401);
    let forgotten = scene.api().post_form_as(&scene.token(), &app, &code);
    assert_refused(&forgotten, 401, "invalid_client");
}

#[test]
fn an_initial_token_is_shown_where_it_is_asked_for() {
    let secret = "mQ4bq9kPzV1tY7dR3xW6sN8u";
    let scene = Scene::plain(&format!(
        "[introductions]\nregistration = \"token\"\ninitial_token = \"{secret}\"\n[grants]\nclient_credentials = true"
    ));
    let path = scene.endpoint("registration_endpoint");
    let by = |token: Option<&str>, sent: &Json| {
        let request = Request::post(&path).json(sent);
        scene.api().send(&match token {
            Some(token) => request.bearer(token),
            None => request,
        })
    };
    for bad in [None, Some("x"), Some("mQ4bq9kPzV1tY7dR3xW6sN8v")] {
        let refused = by(bad, &metadata()).expect(401);
        assert!(refused.header("WWW-Authenticate").is_some());
        assert!(!refused.to_string().contains(secret));
    }
    by(Some(secret), &metadata()).expect(201);
    let mut machine = confidential();
    machine["grant_types"] = json!(["client_credentials"]);
    let reply = by(Some(secret), &machine).expect(201);
    let app = App {
        client_id: id(&reply),
        client_secret: reply.member("client_secret"),
        json: Json::Null,
    };
    scene.client_credentials(&app).expect(200);
    assert!(!scene.provider.log().contains(secret));
}

#[test]
fn a_sector_is_looked_at() {
    let scene = Scene::plain(&format!(
        "{OPEN}\n[openid]\nenabled = true\n[signing]\nalgorithms = [\"ES256\"]"
    ));
    let host = KeyHost::of(&json!([CALLBACK, "https://talk.example/more"]));
    let mut sent = metadata();
    sent["sector_identifier_uri"] = host.url().into();
    scene.register(&sent).expect(201);
    host.publish(&json!(["https://talk.example/more"]), "max-age=0");
    sent["client_name"] = "Another".into();
    assert_refused(&scene.register(&sent), 400, "invalid_client_metadata");
    sent["sector_identifier_uri"] = "https://10.0.0.1/uris.json".into();
    assert_refused(&scene.register(&sent), 400, "invalid_client_metadata");
}

#[test]
fn where_it_is_off_there_is_nothing() {
    let scene = Scene::plain("");
    for member in [
        "registration_endpoint",
        "client_id_metadata_document_supported",
    ] {
        assert!(scene.metadata[member].is_null(), "{member}");
    }
    scene
        .api()
        .send(&Request::post("/oauth2/register").json(&metadata()))
        .expect(404);
}

#[test]
fn many_that_nobody_uses_fill_no_table_and_lock_nobody_out() {
    let scene = Scene::plain(&format!("{OPEN}\nmost_unused = 6\nmost_unused_of_one = 3"));
    let called = |name: String, version: usize| {
        let mut sent = metadata();
        sent["client_name"] = name.into();
        sent["software_version"] = version.to_string().into();
        scene.register(&sent)
    };
    let known = scene.register(&metadata()).expect(201);
    Tokens::of(&scene.walk(&id(&known), CALLBACK));
    for version in 0..3 {
        called("Flood".to_owned(), version).expect(201);
    }
    let full = called("Flood".to_owned(), 3);
    assert_refused(&full, 429, "temporarily_unavailable");
    assert!(full.header("Retry-After").is_some());
    for at in 0..3 {
        called(format!("Wave {at}"), 0).expect(201);
    }
    called("Drop".to_owned(), 0).expect(429);
    // What is there and in use goes on.
    let again = scene.register(&metadata()).expect(201);
    assert_eq!(id(&again), id(&known));
    Tokens::of(&scene.walk(&id(&known), CALLBACK));
}

#[test]
fn one_that_nobody_used_is_forgotten_and_told_so() {
    let scene = Scene::plain(&format!("{OPEN}\nunused = \"2s\""));
    let used = scene.register(&metadata()).expect(201);
    Tokens::of(&scene.walk(&id(&used), CALLBACK));
    let mut other = confidential();
    other["client_name"] = "Passer-by".into();
    let unused = scene.register(&other).expect(201);
    let (path, token) = management(&unused);
    let gone = || scene.api().get_bearer(&path, &token).status == 401;
    assert!(within(Duration::from_secs(15), gone));
    let app = App {
        client_id: id(&unused),
        client_secret: unused.member("client_secret"),
        json: Json::Null,
    };
    let fields = [("grant_type", "authorization_code"), ("code", "ac_x")];
    let reply = scene.api().post_form_as(&scene.token(), &app, &fields);
    assert_refused(&reply, 401, "invalid_client");
    assert_eq!(id(&scene.register(&metadata()).expect(201)), id(&used));
}
