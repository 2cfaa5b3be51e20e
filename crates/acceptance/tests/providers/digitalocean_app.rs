//! DigitalOcean: an app's own service account, with which it changes its registration (D6).

use crate::support;
use crate::support::{Scene, assert_page, assert_refused, within};
use acceptance::{App, AppSpec, Json, Reply, Request, Setup, target};
use std::time::Duration;

const BACK: &str = "https://dropletbook.com/callback";

fn scene() -> Scene {
    Scene::profile("digitalocean")
}

/// The link to a consent for `scope`.
fn link(app: &App, scope: &str) -> String {
    target(
        "/v1/oauth/authorize",
        &[
            ("response_type", "code"),
            ("client_id", &app.client_id),
            ("redirect_uri", BACK),
            ("scope", scope),
        ],
    )
}

#[test]
fn d6_an_app_gets_a_token_of_its_own_by_the_query_string() {
    let scene = scene();
    let app = scene.machine();
    let pairs = [
        ("grant_type", "client_credentials"),
        ("client_id", &app.client_id),
        ("client_secret", &app.client_secret),
    ];
    // The document prints the second path for this grant.
    for path in ["/v1/oauth/token", "/token"] {
        let reply = scene.api().send(&Request::post(&target(path, &pairs)));
        let reply = reply.expect(200).json();
        assert_eq!(reply["token_type"], "bearer");
        assert!(reply.get("refresh_token").is_none());
    }
}

/// A token of the app's own for its registration, and the app.
fn self_managed(scene: &Scene) -> (App, String) {
    let app = scene.app(&AppSpec {
        name: "Thedropletbook App",
        redirect_uris: &[BACK],
        grants: &["authorization_code", "client_credentials"],
        ..AppSpec::default()
    });
    let pairs = [("grant_type", "client_credentials"), ("scope", "app:write")];
    let reply = scene.api().post_form_as(&scene.token(), &app, &pairs);
    (app, reply.expect(200).member("access_token"))
}

fn patch(scene: &Scene, token: &str, changes: &Json) -> Reply {
    let request = Request::new("PATCH", "/v1/app").json(changes).bearer(token);
    scene.api().send(&request)
}

#[test]
fn d6_an_app_reads_and_changes_its_registration() {
    let scene = scene();
    let (app, token) = self_managed(&scene);
    let seen = scene.api().get_bearer("/v1/app", &token).expect(200).json();
    assert_eq!(seen["client_id"], app.client_id);
    assert_eq!(seen["redirect_uris"], serde_json::json!([BACK]));
    assert_eq!(seen["mode"], "live");
    let changes = serde_json::json!({
        "name": "Droplet Book 2",
        "homepage": "https://dropletbook.com/2",
        "description": "All your droplets.",
        "redirect_uris": ["https://dropletbook.com/2/callback"],
    });
    let changed = patch(&scene, &token, &changes).expect(200).json();
    for (name, value) in changes.as_object().expect("an object") {
        assert_eq!(&changed[name], value, "{name}");
    }
    assert_eq!(
        changed,
        scene.api().get_bearer("/v1/app", &token).expect(200).json()
    );
    // The new address works and the old one does not, at once.
    assert_page(&scene.browser().get(&link(&app, "read")), 400);
    let new = link(&app, "read").replace("%2Fcallback", "%2F2%2Fcallback");
    let mut browser = scene.browser();
    let page = browser.authorize_until_consent(&new);
    assert!(page.text().contains("Droplet Book 2"), "{page}");
    // What is not named stays.
    let one = patch(&scene, &token, &serde_json::json!({ "description": "" }));
    let one = one.expect(200).json();
    assert_eq!(
        (&one["name"], &one["description"]),
        (&"Droplet Book 2".into(), &"".into())
    );
}

#[test]
fn d6_the_rules_of_registration_hold_and_nothing_is_half_done() {
    let scene = scene();
    let (_, token) = self_managed(&scene);
    let before = scene.api().get_bearer("/v1/app", &token).expect(200).json();
    for (changes, error) in [
        (
            serde_json::json!({ "redirect_uris": ["http://dropletbook.com/x"] }),
            "invalid_redirect_uri",
        ),
        (
            serde_json::json!({ "redirect_uris": [] }),
            "invalid_redirect_uri",
        ),
        (
            serde_json::json!({ "redirect_uris": "https://a.example" }),
            "invalid_redirect_uri",
        ),
        (
            serde_json::json!({ "name": "ok", "homepage": "javascript:alert(1)" }),
            "invalid_client_metadata",
        ),
        (serde_json::json!({ "name": "" }), "invalid_client_metadata"),
        (
            serde_json::json!({ "name": null }),
            "invalid_client_metadata",
        ),
        (
            serde_json::json!({ "description": "x".repeat(501) }),
            "invalid_client_metadata",
        ),
        (
            serde_json::json!({ "client_secret": "x" }),
            "invalid_request",
        ),
        (
            serde_json::json!({ "resource_server": true }),
            "invalid_request",
        ),
        (serde_json::json!([]), "invalid_request"),
    ] {
        assert_refused(&patch(&scene, &token, &changes), 400, error);
    }
    let form = Request::new("PATCH", "/v1/app")
        .bearer(&token)
        .form(&[("name", "x")]);
    assert_refused(&scene.api().send(&form), 415, "invalid_request");
    assert_eq!(
        before,
        scene.api().get_bearer("/v1/app", &token).expect(200).json()
    );
}

#[test]
fn d6_only_a_token_of_the_app_itself_opens_it() {
    let scene = scene();
    let (app, token) = self_managed(&scene);
    assert_eq!(scene.api().get("/v1/app").status, 401);
    assert_refused(
        &scene.api().get_bearer("/v1/app", "garbage"),
        401,
        "invalid_request",
    );
    let plain = scene.client_credentials(&app).member("access_token");
    let refused = scene.api().get_bearer("/v1/app", &plain);
    assert_refused(&refused, 403, "insufficient_scope");
    let challenge = refused.header("WWW-Authenticate").unwrap_or_default();
    assert!(challenge.contains("scope=\"app:write\""), "{challenge}");
    // A person may have allowed the scope; their token is not the app's all the same.
    let code = scene.browser().authorize(&link(&app, "app:write")).code();
    let redeemed = scene.redeem(&app, &code, &[("redirect_uri", BACK)]);
    let persons = redeemed.expect(200).member("access_token");
    let refused = patch(&scene, &persons, &serde_json::json!({ "name": "x" }));
    assert_refused(&refused, 403, "insufficient_scope");
    scene.revoke(&app, &token).expect(200);
    assert_refused(
        &scene.api().get_bearer("/v1/app", &token),
        401,
        "invalid_request",
    );
}

/// Approves an app, and waits until the server knows.
#[track_caller]
fn approve(scene: &Scene, app: &App, token: &str) {
    scene.cli(&["app", "approve", &app.client_id]);
    let known = || scene.api().get_bearer("/v1/app", token).json()["reviewed"] == true;
    assert!(within(Duration::from_secs(1), known));
}

#[test]
fn d6_a_change_of_what_people_rely_on_takes_the_review_away() {
    let scene = scene();
    let (app, token) = self_managed(&scene);
    approve(&scene, &app, &token);
    let described = patch(
        &scene,
        &token,
        &serde_json::json!({ "description": "More words." }),
    );
    assert_eq!(described.expect(200).json()["reviewed"], true);
    let renamed = patch(
        &scene,
        &token,
        &serde_json::json!({ "name": "Droplet Security" }),
    );
    assert_eq!(renamed.expect(200).json()["reviewed"], false);
    let page = scene.browser().authorize_until_consent(&link(&app, "read"));
    assert!(page.text().contains("Not reviewed"), "{page}");
}

#[test]
fn d6_an_app_that_must_be_reviewed_again_is_told_to_the_operator() {
    let setup = Setup::profile("digitalocean").with("[apps]\nregistration = \"review\"");
    let scene = Scene::start(setup);
    let (app, token) = self_managed(&scene);
    approve(&scene, &app, &token);
    let renamed = patch(&scene, &token, &serde_json::json!({ "name": "Another" }));
    assert_eq!(renamed.expect(200).json()["reviewed"], false);
    let told = scene.cli(&["audit", "--app", &app.client_id, "--limit", "1"]);
    assert_eq!(told["events"][0]["event"], "app.pending", "{told}");
}

#[test]
fn d6_self_management_is_a_path_of_the_profile() {
    let setup = Setup::profile("digitalocean").with("[paths]\napp = []");
    let scene = Scene::start(setup);
    let (_, token) = self_managed(&scene);
    assert_refused(&scene.api().get_bearer("/v1/app", &token), 404, "not_found");
}

#[test]
fn d6_changes_of_one_moment_are_made_one_after_the_other_or_refused() {
    let scene = scene();
    let (app, token) = self_managed(&scene);
    const CHANGES: usize = 40;
    let start = std::sync::Barrier::new(CHANGES);
    let replies: Vec<Reply> = std::thread::scope(|threads| {
        let racers: Vec<_> = (0..CHANGES)
            .map(|at| {
                let (scene, token, start) = (&scene, &token, &start);
                threads.spawn(move || {
                    let changes = serde_json::json!({ "description": format!("Number {at}.") });
                    start.wait();
                    patch(scene, token, &changes)
                })
            })
            .collect();
        let replies = racers
            .into_iter()
            .map(|racer| racer.join().expect("it replies"));
        replies.collect()
    });
    let (changed, refused): (Vec<_>, Vec<_>) =
        replies.iter().partition(|reply| reply.status == 200);
    assert!(!changed.is_empty(), "{}", replies[0]);
    for reply in refused {
        assert_eq!(reply.status, 409, "{reply}");
    }
    // What it says now is what one of those who were told so said.
    let seen = scene.api().get_bearer("/v1/app", &token).expect(200).json();
    let said = changed
        .iter()
        .map(|reply| reply.json()["description"].clone());
    assert!(
        said.into_iter().any(|said| said == seen["description"]),
        "{seen}"
    );
    let args = ["audit", "--event", "app.updated", "--app", &app.client_id];
    let told = scene.cli(&args);
    let told = told["events"].as_array().map_or(0, Vec::len);
    assert_eq!(told, changed.len(), "one event for each change");
    support::assert_well(&scene);
}

/// Of three at once each loses to the other two at most, so the third try is always enough.
#[test]
fn d6_a_change_that_others_came_before_is_decided_again() {
    let scene = scene();
    let (_, token) = self_managed(&scene);
    for round in 0..20 {
        let changes = [
            serde_json::json!({ "name": format!("Name {round}") }),
            serde_json::json!({ "description": format!("Description {round}.") }),
            serde_json::json!({ "homepage": format!("https://{round}.example") }),
        ];
        let start = std::sync::Barrier::new(changes.len());
        std::thread::scope(|threads| {
            for changes in &changes {
                let (scene, token, start) = (&scene, &token, &start);
                threads.spawn(move || {
                    start.wait();
                    let seen = patch(scene, token, changes).expect(200).json();
                    for (member, value) in changes.as_object().expect("an object") {
                        assert_eq!(&seen[member], value, "{seen}");
                    }
                });
            }
        });
        let seen = scene.api().get_bearer("/v1/app", &token).expect(200).json();
        for (member, value) in changes.iter().flat_map(|one| one.as_object().unwrap()) {
            assert_eq!(&seen[member], value, "none undoes another: {seen}");
        }
    }
}
