//! Fields that no form and no operation has: on each of them that there is, none sets anything.

use super::routes::{filled, nonce, routes};
use super::{Developer, FIELDS, OPENID, found, open};
use crate::own_api::attacks::operations;
use crate::own_api::{access, signed_in};
use crate::support::behind::read;
use crate::support::{ANN, OWNER, PASSWORD, Scene};
use acceptance::Request;
use serde_json::json;

/// What is forged, as what somebody would have it.
const FORGED: [(&str, &str); 19] = [
    ("owner", "1"),
    ("admin", "true"),
    ("status", "active"),
    ("reviewed", "true"),
    ("reviewed_at", "1"),
    ("approved", "admin:all"),
    ("approved_scopes", "admin:all"),
    ("client_id", "mine"),
    ("client_secret", "cs_mine"),
    ("documented", "true"),
    ("resource_server", "true"),
    ("live_of", "1"),
    ("test_app", "1"),
    ("subject", "1"),
    ("verified_at", "1"),
    ("publisher", "Valetkey"),
    ("introduction", "x"),
    ("cutoff", "1"),
    ("__proto__", "x"),
];

/// What they would have changed: of apps and of people.
fn facts(scene: &Scene) -> Vec<String> {
    let or_none = |column: &str| format!("COALESCE(CAST({column} AS TEXT), '-')");
    let of_apps = format!(
        "SELECT no || ' ' || id || ' ' || owner || ' ' || documented || ' ' || resource_server || ' ' || approved \
         || ' ' || introduction || ' ' || {} || ' ' || {} FROM clients ORDER BY no",
        or_none("reviewed_at"),
        or_none("live_of")
    );
    let of_people = format!(
        "SELECT subject || ' ' || admin || ' ' || email || ' ' || {} || ' ' || {} FROM people ORDER BY subject",
        or_none("verified_at"),
        or_none("test_app")
    );
    [read(scene, &of_apps), read(scene, &of_people)].concat()
}

#[track_caller]
fn is_as_before(scene: &Scene, before: &[String], what: &str) {
    let now = facts(scene);
    for fact in before {
        assert!(now.contains(fact), "{what}: {fact} is not among {now:#?}");
    }
    for new in now.iter().filter(|fact| !before.contains(fact)) {
        assert!(!new.contains("admin:all"), "{what}: {new}");
        assert!(!new.contains("mine"), "{what}: {new}");
    }
}

#[test]
fn no_form_sets_what_it_does_not_ask_for() {
    let scene = open(&format!(
        "{OPENID}\n[test]\nmode = true\n[accounts]\nworkspaces = true"
    ));
    let (mut ann, mut admin) = (Developer::ann(&scene), Developer::of(&scene, OWNER));
    let acme = found(&mut ann, "Board Makers");
    let app = ann.register(&[]);
    let (anns, admins) = (nonce(&mut ann), nonce(&mut admin));
    let before = facts(&scene);
    let mut tried = 0;
    for route in routes().into_iter().filter(|route| route.is_form) {
        let (somebody, nonce) = match route.subject {
            "administrator" => (&mut admin, &admins),
            _ => (&mut ann, &anns),
        };
        let usual = [
            ("nonce", &**nonce),
            ("once", "assigned"),
            ("kind", "confidential"),
            ("app", &*app.client_id),
            ("organization", &*acme),
            ("version", "1"),
            ("confirm", "x"),
            ("overlap", "0"),
            ("role", "viewer"),
            ("email", "new@example.com"),
            ("domain", "example.com"),
            ("standing", "trusted"),
            ("wish", "judge"),
            ("answer", "Hello"),
            ("password", PASSWORD),
        ];
        let mut all: Vec<(&str, &str)> = FIELDS.to_vec();
        all.extend(usual);
        if route.path.ends_with("/logo") {
            // What comes with a file is read as far as such a form goes.
            all.retain(|(name, _)| ["nonce", "app", "organization"].contains(name));
            all.extend(&FORGED[..2]);
        } else {
            all.extend(FORGED);
        }
        let told = somebody.browser.send(filled(route.path, &all));
        assert!(told.status < 500, "{}: {told}", route.path);
        is_as_before(&scene, &before, route.path);
        tried += 1;
    }
    assert!(tried > 40, "{tried}");
}

#[test]
fn no_operation_sets_what_it_does_not_describe() {
    let scene = open(&format!("{OPENID}\n[test]\nmode = true"));
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Board Makers");
    let app = ann.register(&[]);
    let token = signed_in(&scene, ANN);
    let described = scene.api().get("/valetkey/openapi.json").expect(200).json();
    let before = facts(&scene);
    let mut refused = 0;
    for (method, path) in operations(&scene) {
        if ["GET", "DELETE"].contains(&&*method) || path.ends_with("/logo") {
            continue;
        }
        let own = path.replace("{client_id}", &app.client_id);
        let own = own.replace("{organization_id}", &acme);
        let target = own.split('/').map(|part| match part.starts_with('{') {
            true => "1",
            false => part,
        });
        let target: Vec<&str> = target.collect();
        let target = target.join("/");
        let reads = described["paths"][&path][method.to_lowercase()]["requestBody"].is_object();
        for (name, value) in FORGED {
            let body = json!({ name: value });
            let request = Request::new(&method, &target).bearer(access(&token));
            let told = scene.api().send(&request.json(&body));
            assert!(told.status < 500, "{method} {target} {name}: {told}");
            // It may be for others, or about what is not there.
            if reads && ![403, 404].contains(&told.status) {
                assert_eq!(told.status, 400, "{method} {target} {name}: {told}");
                refused += 1;
            }
            is_as_before(&scene, &before, &target);
        }
    }
    assert!(refused > 5 * FORGED.len(), "{refused}");
}
