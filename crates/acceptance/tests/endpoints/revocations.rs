//! The revocation feed, as an API that keeps introspection answers uses it.

use crate::support;
use crate::support::watch::{until_one_is_held, watched};
use crate::support::{ANN, CALLBACK, PLAIN, Scene, assert_refused, within};
use acceptance::{Api, App, Json, Reply, Request, Setup, free_port, target};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// The feed as `asker` reads it: from a cursor, held for so many milliseconds.
#[track_caller]
fn ask(scene: &Scene, asker: &App, cursor: Option<&str>, wait: u32) -> Reply {
    let wait = wait.to_string();
    let mut pairs = vec![("wait", wait.as_str())];
    pairs.extend(cursor.map(|cursor| ("cursor", cursor)));
    let request = Request::get(&target("/oauth2/revocations", &pairs));
    let request = request.basic(&asker.client_id, &asker.client_secret);
    scene.api().send(&request)
}

/// The cursor of an answer.
fn cursor(answer: &Json) -> String {
    answer["cursor"].as_str().expect("a cursor").to_owned()
}

/// Where the feed stands.
#[track_caller]
fn here(scene: &Scene, asker: &App) -> String {
    let answer = ask(scene, asker, None, 0).expect(200).json();
    assert_eq!(answer["events"], Json::Array(Vec::new()), "{answer}");
    cursor(&answer)
}

/// The next events after `from`, which is moved on.
#[track_caller]
fn next(scene: &Scene, asker: &App, from: &mut String) -> Vec<Json> {
    let deadline = Instant::now() + Duration::from_secs(5);
    while Instant::now() < deadline {
        let answer = ask(scene, asker, Some(from), 2_000).expect(200).json();
        assert_eq!(answer["reset"], Json::Null, "{answer}");
        *from = cursor(&answer);
        let events = answer["events"].as_array().expect("a list");
        if !events.is_empty() {
            return events.clone();
        }
    }
    panic!("no event");
}

/// An event as the feed writes it.
fn event(kind: &str, name: &str, value: &Json) -> Vec<Json> {
    let mut event = serde_json::Map::new();
    event.insert("event".to_owned(), kind.into());
    event.insert(name.to_owned(), value.clone());
    vec![Json::Object(event)]
}

#[test]
fn every_revocation_is_told_by_the_names_of_introspection() {
    let scene = Scene::plain("");
    let api = scene.resource_server();
    let app = scene.confidential(CALLBACK);
    let (one, two, three) = (
        scene.tokens(&app, "tasks:read"),
        scene.tokens(&app, "tasks:read"),
        scene.tokens(&app, "tasks:read"),
    );
    let about = |token: &str| scene.introspect(&api, token);
    let (first, second, third) = (about(&one.access), about(&two.access), about(&three.access));
    assert_ne!(first["jti"], second["jti"]);
    assert_ne!(first["grant_id"], second["grant_id"]);
    let mut from = here(&scene, &api);
    let mut next = || next(&scene, &api, &mut from);

    scene.revoke(&app, &one.access).expect(200);
    assert_eq!(next(), event("token_revoked", "jti", &first["jti"]));
    scene.revoke(&app, &two.refresh).expect(200);
    assert_eq!(
        next(),
        event("grant_revoked", "grant_id", &second["grant_id"])
    );

    // What another process does is told as well.
    let token = scene.provider.secret_file(&three.access);
    scene.cli(&["token", "revoke", "--token-file", &token]);
    assert_eq!(next(), event("token_revoked", "jti", &third["jti"]));
    scene.cli(&["app", "disable", &app.client_id]);
    let id = Json::from(app.client_id.as_str());
    assert_eq!(next(), event("app_cut_off", "client_id", &id));
    scene.cli(&["user", "disable", ANN]);
    let ann = Json::from(scene.ann.as_str());
    assert_eq!(next(), event("user_cut_off", "sub", &ann));
    scene.cli(&["app", "delete", &app.client_id]);
    assert_eq!(next(), event("app_cut_off", "client_id", &id));
}

#[test]
fn a_held_request_is_answered_when_something_happens() {
    let (scene, watch) = watched(Setup::toml(PLAIN));
    let api = scene.resource_server();
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read");
    let from = here(&scene, &api);
    let asked = Instant::now();
    let quiet = ask(&scene, &api, Some(&from), 300).expect(200).json();
    assert_eq!(quiet["events"], Json::Array(Vec::new()), "{quiet}");
    assert!(
        asked.elapsed() >= Duration::from_millis(300),
        "{:?}",
        asked.elapsed()
    );

    let (held, revoked) = std::thread::scope(|scope| {
        let held = scope.spawn(|| {
            let reply = ask(&scene, &api, Some(&from), 10_000).expect(200);
            (reply.json(), Instant::now())
        });
        until_one_is_held(&watch);
        scene.revoke(&app, &tokens.access).expect(200);
        let revoked = Instant::now();
        (held.join().expect("it is answered"), revoked)
    });
    assert_eq!(held.0["events"][0]["event"], "token_revoked");
    let late = held.1.saturating_duration_since(revoked);
    assert!(late < Duration::from_millis(300), "{late:?}");
}

#[test]
fn a_command_is_told_within_a_few_hundred_milliseconds() {
    let (scene, watch) = watched(Setup::toml(PLAIN));
    let api = scene.resource_server();
    let app = scene.confidential(CALLBACK);
    let from = here(&scene, &api);
    std::thread::scope(|scope| {
        let held = scope.spawn(|| {
            (
                ask(&scene, &api, Some(&from), 10_000).expect(200).json(),
                Instant::now(),
            )
        });
        until_one_is_held(&watch);
        scene.cli(&["app", "disable", &app.client_id]);
        // The command's own end is after its commit.
        let (ended, (answer, told)) = (Instant::now(), held.join().expect("it is answered"));
        assert_eq!(answer["events"][0]["event"], "app_cut_off");
        let late = told.saturating_duration_since(ended);
        assert!(late < Duration::from_millis(500), "{late:?}");
    });
}

#[test]
fn a_cursor_that_is_not_of_this_feed_resets() {
    let scene = Scene::plain("");
    let api = scene.resource_server();
    let good = here(&scene, &api);
    let other = Scene::plain("");
    let foreign = here(&other, &other.resource_server());
    for stale in ["garbage", "1.1", &foreign, &format!("9{good}")] {
        let answer = ask(&scene, &api, Some(stale), 5_000).expect(200).json();
        assert_eq!(answer["reset"], true, "{stale}: {answer}");
        // From there it goes on.
        let again = ask(&scene, &api, Some(&cursor(&answer)), 0)
            .expect(200)
            .json();
        assert_eq!(again["reset"], Json::Null, "{again}");
    }
    let after = ask(&scene, &api, Some(&good), 0).expect(200).json();
    assert_eq!(after["reset"], Json::Null, "{after}");
}

#[test]
fn a_cursor_outlives_a_restart() {
    let mut scene = Scene::plain("");
    let api = scene.resource_server();
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read");
    let mut from = here(&scene, &api);
    scene.revoke(&app, &tokens.access).expect(200);
    scene.provider.restart();
    let events = next(&scene, &api, &mut from);
    assert_eq!(events[0]["event"], "token_revoked");
}

#[test]
fn nobody_but_a_resource_server_may_ask() {
    let scene = Scene::plain("");
    let api = scene.resource_server();
    let ordinary = scene.confidential(CALLBACK);
    let public = scene.public(CALLBACK);
    let wrong = App {
        client_secret: "cs_wrong".to_owned(),
        ..api.clone()
    };
    for asker in [&ordinary, &public, &wrong] {
        assert_refused(&ask(&scene, asker, None, 0), 401, "invalid_client");
    }
    // Who proved itself is told what is wrong; nobody else is told what there is.
    let told = |asker| ask(&scene, asker, None, 0).json()["error_description"].to_string();
    let why = "not registered as a resource server";
    assert!(told(&ordinary).contains(why), "{}", told(&ordinary));
    for asker in [&public, &wrong] {
        assert!(!told(asker).contains(why), "{}", told(asker));
    }
    let unnamed = scene.api().get("/oauth2/revocations");
    assert_refused(&unnamed, 401, "invalid_client");
    // A secret in the URL is not read.
    let pairs = [
        ("client_id", api.client_id.as_str()),
        ("client_secret", &api.client_secret),
    ];
    let in_url = scene.api().get(&target("/oauth2/revocations", &pairs));
    assert_refused(&in_url, 401, "invalid_client");
    scene.cli(&["app", "disable", &api.client_id]);
    let refused = || ask(&scene, &api, None, 0).status == 401;
    assert!(support::within(Duration::from_secs(1), refused));
}

#[test]
fn what_cannot_be_read_is_refused() {
    let scene = Scene::plain("");
    let api = scene.resource_server();
    for query in ["wait=soon", "wait=1&wait=1", "cursor=%zz"] {
        let request = Request::get(&format!("/oauth2/revocations?{query}"));
        let reply = scene
            .api()
            .send(&request.basic(&api.client_id, &api.client_secret));
        assert_refused(&reply, 400, "invalid_request");
    }
}

#[test]
fn a_stop_ends_what_is_held() {
    let (mut scene, watch) = watched(Setup::toml(PLAIN));
    let api = scene.resource_server();
    let from = here(&scene, &api);
    let addr = scene.provider.addr();
    let request = Request::get(&target(
        "/oauth2/revocations",
        &[("cursor", &from), ("wait", "15000")],
    ));
    let request = request.basic(&api.client_id, &api.client_secret);
    let held = std::thread::spawn(move || acceptance::send(addr, "localhost", &request));
    until_one_is_held(&watch);
    let stopping = Instant::now();
    assert!(scene.provider.stop().success());
    assert!(
        stopping.elapsed() < Duration::from_secs(3),
        "{:?}",
        stopping.elapsed()
    );
    let reply = held
        .join()
        .expect("it ends")
        .expect("with an answer")
        .expect(200);
    assert!(!cursor(&reply.json()).is_empty(), "{reply}");
}

#[test]
fn one_client_cannot_hold_more_than_its_share_and_is_answered_still() {
    let watched = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let scene = Scene::plain(&format!("[metrics]\nlisten = \"{watched}\""));
    let api = scene.resource_server();
    let other = scene.resource_server();
    let from = here(&scene, &api);
    let addr = scene.provider.addr();
    let pairs = [("cursor", from.as_str()), ("wait", "4000")];
    let request = Request::get(&target("/oauth2/revocations", &pairs));
    let request = request.basic(&api.client_id, &api.client_secret);
    let hold = |_| {
        let request = request.clone();
        std::thread::spawn(move || {
            acceptance::send(addr, "localhost", &request).expect("an answer")
        })
    };
    let held: Vec<_> = (0..64).map(hold).collect();
    let all_held = || {
        let metrics = Api::new(watched, &watched.to_string()).get("/metrics");
        metrics.text().contains("valetkey_feed_requests_held 64\n")
    };
    assert!(within(Duration::from_secs(2), all_held));
    let asked = Instant::now();
    ask(&scene, &api, Some(&from), 4_000).expect(200);
    assert!(
        asked.elapsed() < Duration::from_millis(1_000),
        "not held: {:?}",
        asked.elapsed()
    );
    let asked = Instant::now();
    ask(&scene, &other, Some(&from), 500).expect(200);
    assert!(
        asked.elapsed() >= Duration::from_millis(500),
        "held: {:?}",
        asked.elapsed()
    );
    for one in held {
        one.join().expect("it ends").expect(200);
    }
}

#[test]
fn an_answer_that_tells_nothing_is_not_logged() {
    let scene = Scene::plain("");
    let api = scene.resource_server();
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read");
    let mut from = here(&scene, &api);
    let lines = || scene.provider.log().matches("/oauth2/revocations").count();
    let before = lines();
    for _ in 0..5 {
        ask(&scene, &api, Some(&from), 10).expect(200);
    }
    scene.revoke(&app, &tokens.access).expect(200);
    next(&scene, &api, &mut from);
    assert!(
        support::within(Duration::from_secs(2), || lines() == before + 1),
        "{}",
        scene.provider.log()
    );
}
