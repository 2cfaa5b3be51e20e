//! What an operator is told of what happened: who did it, when and from where.

use crate::support;
use crate::support::{ANN, CALLBACK, OWNER, Scene};
use acceptance::{App, Json, Redirect};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

const HERE: &str = "127.0.0.1";

fn audit(scene: &Scene, more: &[&str]) -> Vec<Json> {
    let told = scene.cli(&[&["audit"], more].concat());
    told["events"].as_array().expect("events").clone()
}

fn names(events: &[Json]) -> Vec<&str> {
    events
        .iter()
        .filter_map(|event| event["event"].as_str())
        .collect()
}

/// Ann allows an app, which gives its token back; then an operator switches her off.
fn acted() -> (Scene, App) {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read");
    scene.revoke(&app, &tokens.refresh).expect(200);
    let mut browser = scene.browser();
    let denied: Redirect = browser.deny(&scene.question(&app, &[("scope", "tasks:write")]));
    assert_eq!(denied.param("error"), Some("access_denied"));
    scene.cli(&["user", "disable", ANN]);
    (scene, app)
}

#[test]
fn it_tells_who_did_what_and_from_where() {
    let (scene, app) = acted();
    let events = audit(&scene, &[]);
    let expected = [
        ("user.disabled", "operator", false),
        ("consent.denied", "person", true),
        ("session.started", "person", true),
        ("grant.revoked.app", "app", true),
        ("grant.started", "app", true),
        ("consent.given", "person", true),
        ("session.started", "person", true),
        ("app.registered", "operator", false),
        ("user.created", "operator", false),
        ("user.created", "operator", false),
    ];
    assert_eq!(names(&events), expected.map(|(name, ..)| name));
    for (event, (name, kind, has_address)) in events.iter().zip(expected) {
        assert_eq!(event["actor"]["kind"], kind, "{event}");
        let id = match kind {
            "person" => Json::from(scene.ann.as_str()),
            "app" => Json::from(app.client_id.as_str()),
            _ => Json::Null,
        };
        assert_eq!(event["actor"]["id"], id, "{event}");
        let address = if has_address {
            Json::from(HERE)
        } else {
            Json::Null
        };
        assert_eq!(event["address"], address, "{event}");
        let of_app = matches!(name.split('.').next(), Some("consent" | "grant" | "app"));
        if of_app {
            assert_eq!(event["app"], app.client_id.as_str(), "{event}");
        }
        let at = event["at"].as_str().unwrap_or_default();
        assert!(at.len() == 20 && at.ends_with('Z'), "{event}");
    }
    assert_eq!(events[0]["user"], scene.ann.as_str());
    assert_eq!(events[3]["grant"], events[4]["grant"]);
    // A number above 2^53 would be rounded by JavaScript, and by whatever else keeps numbers as it does.
    for (name, id) in [("id", &events[0]["id"]), ("grant", &events[3]["grant"])] {
        let digits = id.as_str().and_then(|id| id.parse::<i64>().ok());
        assert!(digits > Some(1 << 53), "{name}: {id}");
    }

    let text = scene.provider.cli(&["audit"]).stdout;
    let line = text.lines().find(|line| line.contains("consent.given"));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    for told in ["person", &app.client_id, &scene.ann, HERE] {
        assert!(line.contains(told), "{told}: {line}");
    }
    assert!(text.starts_with("ID"), "{text}");
}

#[test]
fn it_is_asked_by_name_by_person_and_by_app() {
    let (scene, app) = acted();
    let sessions = audit(&scene, &["--event", "session"]);
    assert_eq!(names(&sessions), ["session.started", "session.started"]);
    let grants = audit(&scene, &["--event", "grant.revoked"]);
    assert_eq!(names(&grants), ["grant.revoked.app"]);
    let of_ann = audit(&scene, &["--user", ANN, "--event", "user"]);
    assert_eq!(names(&of_ann), ["user.disabled", "user.created"]);
    assert_eq!(audit(&scene, &["--user", &scene.ann]).len(), 8);
    assert_eq!(audit(&scene, &["--app", &app.client_id]).len(), 5);
    scene.cli(&["app", "delete", &app.client_id]);
    let deleted = audit(&scene, &["--limit", "1"]);
    assert_eq!(names(&deleted), ["app.deleted"]);
    assert_eq!(deleted[0]["app"], "#1", "{}", deleted[0]);

    let nothing = scene.provider.cli(&["audit", "--event", "device"]);
    assert_eq!(nothing.code, Some(0));
    assert!(
        nothing.stdout.contains("Nothing of that kind"),
        "{nothing:?}"
    );
    for unknown in ["user.flown", "use", "user.", "%"] {
        let refused = scene.provider.cli(&["audit", "--event", unknown]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        let advice = refused.stderr;
        assert!(
            advice.contains(unknown) && advice.contains("audit --help"),
            "{advice}"
        );
    }
    let help = scene
        .provider
        .command()
        .args(["audit", "--help"])
        .output()
        .expect("help");
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    for name in [
        "user.disabled",
        "grant.revoked.code_replay",
        "database.cut_off",
    ] {
        assert!(help.contains(name), "{name}: {help}");
    }
}

#[test]
fn it_is_read_page_by_page_in_either_direction() {
    let (scene, _) = acted();
    let all: Vec<Json> = audit(&scene, &[])
        .iter()
        .map(|event| event["id"].clone())
        .collect();
    let walk = |flag: &str, start: &str| {
        let (mut walked, mut from) = (Vec::new(), start.to_owned());
        loop {
            let place = [flag, from.as_str()];
            let place = if from.is_empty() { &[][..] } else { &place[..] };
            let page = scene.cli(&[&["audit", "--limit", "3"], place].concat());
            let ids = page["events"].as_array().expect("events").iter();
            walked.extend(ids.map(|event| event["id"].clone()));
            match &page["next"] {
                Json::Null => return walked,
                next => from = next.as_str().expect("text").to_owned(),
            }
        }
    };
    assert_eq!(walk("--before", ""), all);
    let oldest_first: Vec<Json> = all.iter().rev().cloned().collect();
    assert_eq!(walk("--after", "0"), oldest_first);
    let text = scene.provider.cli(&["audit", "--limit", "3"]).stdout;
    assert!(
        text.contains(&format!(
            "More: --before {}",
            all[2].as_str().expect("text")
        )),
        "{text}"
    );
    let text = scene
        .provider
        .cli(&["audit", "--limit", "3", "--after", "0"])
        .stdout;
    assert!(
        text.contains(&format!(
            "More: --after {}",
            oldest_first[2].as_str().expect("text")
        )),
        "{text}"
    );
}

#[test]
fn it_is_followed_as_it_happens() {
    let (scene, _) = acted();
    let mut command = scene.provider.command();
    command
        .arg("audit")
        .arg("--follow")
        .arg("--config")
        .arg(scene.provider.config_path());
    command.args(["--storage", &scene.provider.storage(), "--event", "user"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = child.expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let (next, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        while let Some(Ok(line)) = lines.next() {
            if next.send(line).is_err() {
                return;
            }
        }
    });
    let mut seen = None;
    // It may not have begun when the first of these happens.
    for verb in ["enable", "disable"].iter().cycle().take(20) {
        scene.cli(&["user", verb, ANN]);
        seen = told.recv_timeout(std::time::Duration::from_secs(1)).ok();
        if seen.is_some() {
            break;
        }
    }
    child.kill().expect("it ends");
    child.wait().expect("it has ended");
    let line = seen.expect("a line");
    let event: Json = serde_json::from_str(&line).expect("one JSON document a line");
    assert_eq!(event["user"], scene.ann.as_str(), "{event}");
    assert_eq!(event["actor"]["kind"], "operator", "{event}");
}

#[test]
fn addresses_are_kept_only_where_that_is_wanted() {
    let scene = Scene::plain("[events]\nkeep_addresses = \"0s\"");
    let mut browser = scene.provider.browser();
    browser.sign_up("Bob", "bob@example.com", support::PASSWORD);
    scene
        .provider
        .browser()
        .sign_in("bob@example.com", support::PASSWORD);
    let events = audit(&scene, &["--user", "bob@example.com"]);
    assert_eq!(names(&events), ["session.started", "user.created"]);
    for event in &events {
        assert_eq!(event["address"], Json::Null, "{event}");
        assert_eq!(event["actor"]["kind"], "person", "{event}");
        assert_eq!(event["actor"]["id"], event["user"], "{event}");
    }
}

const WITH_CREDENTIALS: &str = "[test]\nmode = true\n[test.credentials]\nclient_id = \"test_abc\"\n\
    client_secret = \"test_secret_def456\"\nemail = \"try@example.com\"\npassword = \"try things with this\"";

#[test]
fn commands_and_configuration_are_the_operators() {
    let scene = Scene::plain(WITH_CREDENTIALS);
    let new = ["app", "create", "--test", "--owner", OWNER, "--name", "Try"];
    let site = [
        "--homepage",
        "https://try.example",
        "--redirect-uri",
        CALLBACK,
    ];
    let app = scene.cli(&[&new[..], &site].concat());
    let users = app["test_users"].as_array().expect("test users");
    let mut made = vec!["try@example.com", OWNER, ANN];
    made.extend(users.iter().filter_map(|user| user["email"].as_str()));
    assert_eq!(made.len(), 5, "{users:?}");
    let events = audit(&scene, &["--event", "user.created"]);
    assert_eq!(events.len(), made.len());
    for event in events.iter().chain(&audit(&scene, &["--event", "app"])) {
        assert_eq!(event["actor"]["kind"], "operator", "{event}");
    }
}

#[test]
fn a_command_that_changes_nothing_is_no_event() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read");
    scene.cli(&["app", "enable", &app.client_id]);
    assert!(scene.is_active(&app, &tokens.access), "it was on already");
    for _ in 0..2 {
        for verb in ["disable", "enable"] {
            for _ in 0..2 {
                scene.cli(&["user", verb, ANN]);
                scene.cli(&["app", verb, &app.client_id]);
            }
        }
        for _ in 0..2 {
            scene.cli(&["app", "approve", &app.client_id]);
            scene.cli(&["app", "approve-scope", &app.client_id, "admin:all"]);
        }
    }
    let mut told = names(&audit(&scene, &["--after", "0"])).join(" ");
    for (name, times) in [
        ("user.disabled", 2),
        ("user.enabled", 2),
        ("app.disabled", 2),
        ("app.enabled", 2),
        ("app.approved", 1),
        ("app.scopes_approved", 1),
    ] {
        assert_eq!(told.matches(name).count(), times, "{name}: {told}");
        told = told.replace(name, "");
    }
    let [app, user] = ["app", "user"].map(|kind| format!("{kind}."));
    let left = |kind: &str| told.matches(kind).count();
    assert_eq!((left(&app), left(&user)), (1, 2), "{told}");
}
