//! What the company's server asks and says, and what is answered when it is wrong.
use super::{SECRET, ada, app_of, call, challenge_of, company, way_back};
use crate::support::{PLAIN, Scene, assert_refused, within};
use acceptance::{Json, Request, Setup};
use serde_json::json;
use std::time::Duration;

const CALLS: [&str; 4] = [
    "/login/challenge",
    "/login/accept",
    "/login/refuse",
    "/login/end-sessions",
];
/// How long a line of the log may take.
const SOON: Duration = Duration::from_secs(5);

/// A challenge that waits, of a browser that came for itself.
fn waiting(scene: &Scene) -> String {
    challenge_of(&scene.provider.browser().open("/sign-in"))
}

#[test]
fn a_challenge_tells_what_the_app_asked() {
    let scene = company("");
    let app = app_of(&scene);
    let asked = [
        ("scope", "tasks:read tasks:write"),
        ("login_hint", "ada@company.example"),
        ("prompt", "login"),
        ("max_age", "3600"),
        ("ui_locales", "de"),
    ];
    let away = scene.provider.browser().open(&scene.question(&app, &asked));
    let body = json!({ "challenge": challenge_of(&away) });
    let told = call(&scene, "/login/challenge", &body).expect(200).json();
    assert_eq!(told["client"]["client_id"], app.client_id.as_str());
    assert_eq!(told["client"]["name"], "Test App", "{told}");
    assert_eq!(told["scopes"], json!(["tasks:read", "tasks:write"]));
    for (name, value) in [
        ("login_hint", "ada@company.example"),
        ("prompt", "login"),
        ("ui_locales", "de"),
    ] {
        assert_eq!(told[name], value, "{told}");
    }
    assert_eq!(told["max_age"], 3600);
    assert!(
        told["signed_in_since"].is_i64() && told["expires_at"].is_i64(),
        "{told}"
    );
    // Whoever came for themselves brings no app.
    let body = json!({ "challenge": waiting(&scene) });
    let told = call(&scene, "/login/challenge", &body).expect(200).json();
    assert!(
        told["client"].is_null() && told["signed_in_since"].is_null(),
        "{told}"
    );
}

#[test]
fn each_call_shows_one_of_the_two_secrets() {
    let scene = company("");
    let body = json!({ "challenge": waiting(&scene) });
    let with = |secret: &str| {
        let request = Request::post("/login/challenge").json(&body).bearer(secret);
        scene.api().send(&request)
    };
    for secret in [SECRET, "the-company-shows-this-secret-0002"] {
        with(secret).expect(200);
    }
    for path in CALLS {
        for request in [
            Request::post(path).json(&body),
            Request::post(path)
                .json(&body)
                .bearer("the-company-shows-this-secret-0003"),
            Request::post(path).json(&body).basic("company", SECRET),
        ] {
            let refused = scene.api().send(&request);
            assert_refused(&refused, 401, "invalid_client");
            assert!(refused.header("WWW-Authenticate").is_some(), "{refused}");
            assert!(refused.member("next").contains("Bearer"), "{refused}");
        }
        let typed = Request::post(path)
            .bearer(SECRET)
            .form(&[("challenge", "x")]);
        let typed = scene.api().send(&typed).expect(415);
        assert!(typed.member("next").contains("application/json"), "{typed}");
    }
    let log = scene.provider.log();
    assert!(!log.contains("shows-this-secret"), "a secret is in the log");
}

#[test]
fn an_answer_is_taken_once_and_again_when_it_is_the_same() {
    let scene = company("");
    let challenge = waiting(&scene);
    let first = way_back(call(&scene, "/login/accept", &ada(&challenge)));
    let again = way_back(call(&scene, "/login/accept", &ada(&challenge)));
    assert_eq!(first, again, "a call that was lost is repeated");
    let mut other = ada(&challenge);
    other["user"]["id"] = "u-2".into();
    let refused = call(&scene, "/login/accept", &other);
    assert_refused(&refused, 409, "answered_challenge");
    let refused = call(&scene, "/login/refuse", &json!({ "challenge": challenge }));
    assert_refused(&refused, 409, "answered_challenge");
}

/// Whatever differs: what was said first is what the ticket signs in with, so a second answer must not seem to be taken.
#[test]
fn another_answer_of_the_same_person_is_another_answer() {
    let scene = company("");
    let mut browser = scene.provider.browser();
    let challenge = challenge_of(&browser.open("/sign-in"));
    let first = way_back(call(&scene, "/login/accept", &ada(&challenge)));
    let differs: [(&str, Json); 7] = [
        ("/user/name", json!("Somebody Else")),
        ("/user/email", json!("else@company.example")),
        ("/user/email_verified", json!(false)),
        ("/user/claims", json!({ "locale": "de" })),
        (
            "/user/organizations",
            json!([{ "id": "o-1", "name": "Acme", "role": "owner" }]),
        ),
        ("/auth_time", json!(1_700_000_000)),
        ("/amr", json!(["pwd"])),
    ];
    for (pointer, value) in differs {
        let mut other = ada(&challenge);
        match pointer.strip_prefix("/user/") {
            Some(name) => other["user"][name] = value,
            None => other[&pointer[1..]] = value,
        }
        let refused = call(&scene, "/login/accept", &other);
        assert_refused(&refused, 409, "answered_challenge");
    }
    // None of it was taken, nor what belongs to it.
    let page = browser.open(&first).expect(200).text();
    assert!(
        page.contains("Ada Lovelace") && page.contains("ada@company.example"),
        "{page}"
    );
    let page = browser.open("/organizations").expect(200).text();
    assert!(!page.contains("Acme"), "{page}");
}

#[test]
fn many_answers_at_once_make_one_account() {
    let scene = company("");
    let challenges: Vec<String> = (0..8).map(|_| waiting(&scene)).collect();
    std::thread::scope(|scope| {
        for challenge in &challenges {
            let scene = &scene;
            scope.spawn(move || way_back(call(scene, "/login/accept", &ada(challenge))));
        }
    });
    let listed = scene.cli(&["user", "list"]);
    let users = listed["users"].as_array().expect("a list");
    let named = users.iter().filter(|user| user["name"] == "Ada Lovelace");
    assert_eq!(named.count(), 1, "{listed}");
}

#[test]
fn what_is_wrong_is_told_and_the_challenge_still_waits() {
    let scene = company("");
    let challenge = waiting(&scene);
    let with = |name: &str, value: Json| {
        let mut body = ada(&challenge);
        body[name] = value;
        body
    };
    let wrong = [
        (with("user", json!({})), "/user/id"),
        (
            with("user", json!({ "id": "1", "emial": "x" })),
            "/user/emial",
        ),
        (with("user", json!({ "id": "local:1" })), "/user/id"),
        (with("auth_time", json!("now")), "/auth_time"),
        (with("amr", json!("pwd")), "/amr"),
        (with("more", json!(1)), "/more"),
    ];
    for (body, pointer) in wrong {
        let refused = call(&scene, "/login/accept", &body);
        assert_eq!(
            (refused.status, refused.member("error")),
            (400, "invalid_request".to_owned())
        );
        assert_eq!(refused.json()["fields"][0]["pointer"], pointer, "{refused}");
        assert!(refused.member("next").len() > 10, "{refused}");
    }
    let empty = call(&scene, "/login/accept", &json!({})).expect(400);
    let both = empty.member("error_description");
    assert!(both.contains("challenge and user are missing"), "{empty}");
    let nobody = call(&scene, "/login/end-sessions", &json!({ "user": "nobody" }));
    assert_eq!(nobody.expect(200).json()["ended"], 0);
    let ahead = call(
        &scene,
        "/login/accept",
        &with("auth_time", json!(9_000_000_000_i64)),
    );
    assert_eq!(
        (ahead.status, ahead.member("error")),
        (400, "invalid_request".to_owned())
    );
    let huge = with("user", json!({ "id": "1", "name": "x".repeat(70_000) }));
    assert_eq!(call(&scene, "/login/accept", &huge).status, 413);
    let unknown = call(&scene, "/login/accept", &ada("lc_AAAA"));
    assert_eq!(
        (unknown.status, unknown.member("error")),
        (404, "unknown_challenge".to_owned())
    );
    way_back(call(&scene, "/login/accept", &ada(&challenge)));
}

#[test]
fn a_request_that_waits_no_more_is_not_signed_in_for() {
    let scene = company("");
    let app = app_of(&scene);
    let mut browser = scene.provider.browser();
    let away = browser.open(&scene.question(&app, &[]));
    let challenge = challenge_of(&away);
    scene.cli(&["app", "disable", &app.client_id]);
    let body = json!({ "challenge": challenge });
    // Another process hears of it a moment later.
    let over = || call(&scene, "/login/challenge", &body).status == 410;
    assert!(within(SOON, over));
    let refused = call(&scene, "/login/accept", &ada(&challenge));
    assert_eq!(
        (refused.status, refused.member("error")),
        (410, "nothing_waits".to_owned())
    );
}

/// Whoever runs the provider is told that a call shows no secret, in one line however many there are, and nothing of what was
/// shown.
#[test]
fn the_log_warns_once_of_calls_that_show_no_secret() {
    let own = "Xq7vK2mZ9tRw4LpB8nHc3FdS6yGj";
    let handoff =
        format!("[login.handoff]\nurl = \"http://localhost:9/login\"\nsecrets = [{own:?}]");
    let scene = Scene::start(Setup::toml(PLAIN).with(&handoff));
    let body = json!({ "challenge": "lc_none" });
    // Nearly right, as one that is half pasted is.
    let shown = [&own[..27], &own.to_lowercase(), "Wd5Jk0VbQz1Ux7Ty3Me9"];
    for path in CALLS {
        let missing = Request::post(path).json(&body);
        scene.api().send(&missing).expect(401);
        for secret in shown {
            let wrong = Request::post(path).json(&body).bearer(secret);
            scene.api().send(&wrong).expect(401);
        }
    }
    // One that shows it is no news.
    let right = Request::post(CALLS[0]).json(&body).bearer(own);
    scene.api().send(&right).expect(404);
    let lines = || -> Vec<Json> {
        let log = scene.provider.log();
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let told = lines.filter(|line: &Json| line["calls"].is_u64());
        told.collect()
    };
    assert!(within(SOON, || !lines().is_empty()), "nothing is told");
    let told = lines();
    // A second minute may have begun meanwhile, and never a third.
    assert!(told.len() <= 2, "{told:?}");
    let first = &told[0];
    assert_eq!(first["level"], "warn", "{first}");
    assert_eq!(
        (&first["path"], &first["client"], &first["calls"]),
        (&json!(CALLS[0]), &json!("127.0.0.1"), &json!(1))
    );
    let message = first["message"].as_str().expect("a sentence");
    assert!(
        message.contains("shows no secret of login.handoff") && message.contains("127.0.0.1"),
        "{message}"
    );
    let log = scene.provider.log();
    for secret in shown.iter().chain(&[own]) {
        let parts = secret.as_bytes().windows(6).map(String::from_utf8_lossy);
        for part in parts {
            assert!(!log.contains(&*part), "a part of a secret is in the log");
        }
    }
}
