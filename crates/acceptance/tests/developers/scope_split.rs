//! A scope that is divided while people have allowed it: what they allowed, they are not asked for again; what is more,
//! they are.

use crate::support::{CALLBACK, Scene};
use acceptance::{App, Reply};
use std::fs;

/// What whoever allowed `tasks:write` meets when the app asks for this; the code is used by nobody.
#[track_caller]
fn asked(scene: &Scene, app: &App, scope: &str) -> Reply {
    let mut browser = scene.browser();
    browser.authorize_until_consent(&scene.question(app, &[("scope", scope)]))
}

#[track_caller]
fn is_asked(scene: &Scene, app: &App, scope: &str) -> bool {
    let reply = asked(scene, app, scope);
    match (reply.status, reply.location()) {
        (200, _) => {
            assert!(
                crate::support::form_to(&reply, "/consent")
                    .value("nonce")
                    .is_some()
            );
            true
        }
        (303, Some(to)) => {
            assert!(to.starts_with(CALLBACK) && to.contains("code="), "{reply}");
            false
        }
        _ => panic!("neither: {reply}"),
    }
}

/// Changes the configuration, which a server takes up that starts again.
fn write_only(scene: &Scene, from: &str, to: &str) {
    let path = scene.provider.config_path();
    let text = fs::read_to_string(&path).expect("the file");
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replacen(from, to, 1)).expect("the new file");
}

/// The same, which the server takes up at once.
fn write(scene: &Scene, from: &str, to: &str) {
    write_only(scene, from, to);
    let told = scene.provider.cli(&["config", "reload"]);
    assert_eq!(told.code, Some(0), "{told:?}");
}

const WRITE: &str = "[scopes.\"tasks:write\"]";
const PARTS: &str = "[scopes.\"tasks:add\"]\nsentence = \"Add tasks\"\nrisk = \"write\"\npart_of = [\"tasks:write\"]\n\
     [scopes.\"tasks:delete\"]\nsentence = \"Delete tasks\"\nrisk = \"delete\"\n";

#[test]
fn people_are_asked_for_more_and_not_for_a_part_of_what_they_allowed() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let api = scene.resource_server();
    let tokens = scene.tokens_of(&mut scene.browser(), &app, "tasks:write");
    assert!(!is_asked(&scene, &app, "tasks:write"));
    write(&scene, WRITE, &format!("{PARTS}{WRITE}"));
    // The part is given for what was allowed, with no question; what it was not divided into is asked for.
    assert!(!is_asked(&scene, &app, "tasks:add"));
    assert!(!is_asked(&scene, &app, "tasks:write tasks:add"));
    assert!(is_asked(&scene, &app, "tasks:delete"));
    assert!(is_asked(&scene, &app, "tasks:add tasks:delete"));
    let part = scene.tokens_of(&mut scene.browser(), &app, "tasks:add");
    assert_eq!(scene.introspect(&api, &part.access)["scope"], "tasks:add");
    // Tokens of before are neither more nor less than they were.
    let before = scene.introspect(&api, &tokens.access);
    assert_eq!(before["scope"], "tasks:write");
    // Without the line it is a scope like any other, and was never allowed by itself to somebody else.
    let bob = scene.confidential(CALLBACK);
    assert!(is_asked(&scene, &bob, "tasks:add"), "of each app apart");
    write(&scene, "part_of = [\"tasks:write\"]\n", "");
    assert!(is_asked(&scene, &app, "tasks:delete"));
    let refreshed = scene.refresh(&app, &tokens.refresh).expect(200);
    assert_eq!(refreshed.member("scope"), "tasks:write", "{refreshed}");
}

#[test]
fn a_scope_is_divided_by_a_server_that_starts_again() {
    let mut scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens_of(&mut scene.browser(), &app, "tasks:write");
    write_only(&scene, WRITE, &format!("{PARTS}{WRITE}"));
    scene.provider.restart();
    assert!(!is_asked(&scene, &app, "tasks:write"));
    assert!(!is_asked(&scene, &app, "tasks:add"));
    assert!(is_asked(&scene, &app, "tasks:delete"));
    let refreshed = scene.refresh(&app, &tokens.refresh).expect(200);
    assert_eq!(refreshed.member("scope"), "tasks:write", "{refreshed}");
    // What was given as a part is not the whole: that is more, and asked for.
    let other = scene.confidential(CALLBACK);
    scene.tokens_of(&mut scene.browser(), &other, "tasks:add");
    scene.provider.restart();
    assert!(!is_asked(&scene, &other, "tasks:add"));
    assert!(is_asked(&scene, &other, "tasks:write"));
    assert!(is_asked(&scene, &other, "tasks:add tasks:write"));
}

/// An app whose own scopes grow asks again, for what is new; one that asks for less does not.
#[test]
fn whose_scopes_grow_asks_again_and_whose_shrink_does_not() {
    let mut scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    scene.tokens_of(&mut scene.browser(), &app, "tasks:read");
    for _ in 0..2 {
        assert!(!is_asked(&scene, &app, "tasks:read"));
        let asked = asked(&scene, &app, "tasks:read tasks:write");
        let form = crate::support::form_to(&asked.expect(200), "/consent");
        assert!(form.value("nonce").is_some());
        scene.provider.restart();
    }
    scene.tokens_of(&mut scene.browser(), &app, "tasks:read tasks:write");
    scene.provider.restart();
    assert!(!is_asked(&scene, &app, "tasks:read tasks:write"));
    assert!(!is_asked(&scene, &app, "tasks:write"));
}
