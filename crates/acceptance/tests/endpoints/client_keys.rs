//! The keys of apps that authenticate by assertions: registered, or published by the app.

use crate::client_assertions::{OWN, Stage};
use crate::support::assertions::{KeyHost, Signer};
use crate::support::{OWNER, assert_refused, within};
use acceptance::Json;
use serde_json::json;
use std::time::Duration;

#[test]
fn an_app_changes_from_a_secret_to_keys_and_back() {
    let stage = Stage::start("");
    let scene = &stage.scene;
    let machine = scene.machine();
    scene.client_credentials(&machine).expect(200);
    let file = scene.provider.secret_file(&stage.signer.set().to_string());
    let changed = scene.cli(&["app", "update", &machine.client_id, "--jwks", &file]);
    assert_eq!(changed["jwks"]["keys"][0]["kid"], "first", "{changed}");
    let refused = || scene.client_credentials(&machine).status == 401;
    assert!(within(Duration::from_secs(2), refused));
    let assertion = || {
        stage
            .signer
            .assertion(&machine.client_id, stage.issuer(), |_| {})
    };
    stage.taken("its keys", &assertion());
    // Another key in place of it.
    let second = Signer::new("second");
    let file = scene.provider.secret_file(&second.set().to_string());
    scene.cli(&["app", "update", &machine.client_id, "--jwks", &file]);
    stage.soon("the first key", 401, assertion);
    let by_second = || second.assertion(&machine.client_id, stage.issuer(), |_| {});
    stage.taken("the second", &by_second());
    let basic = [
        "app",
        "update",
        &machine.client_id,
        "--auth-method",
        "client_secret_basic",
    ];
    let back = scene.cli(&basic);
    assert_eq!(back["jwks"], Json::Null, "{back}");
    stage.soon("no keys any more", 401, by_second);
    assert_refused(&scene.client_credentials(&machine), 401, "invalid_client");
    let added = scene.cli(&["app", "secret", "add", &machine.client_id]);
    let machine = acceptance::App {
        client_secret: added["client_secret"]
            .as_str()
            .expect("a secret")
            .to_owned(),
        ..machine
    };
    let taken = || scene.client_credentials(&machine).status == 200;
    assert!(within(Duration::from_secs(2), taken));
    let audit = [
        "audit",
        "--event",
        "app.keys_changed",
        "--app",
        &machine.client_id,
    ];
    let told = scene.cli(&audit);
    assert_eq!(told["events"].as_array().map(Vec::len), Some(3), "{told}");
}

#[test]
fn keys_that_are_none_are_refused_where_they_are_registered() {
    let stage = Stage::start("");
    let jwk = stage.signer.jwk();
    let private = json!({ "kty": "OKP", "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" });
    let weak = json!({ "kty": "RSA", "n": format!("{}8", "_".repeat(170)), "e": "AQAB" });
    let many: Vec<Json> = (0..500)
        .map(|_| json!({ "kty": "EC", "crv": "P-256" }))
        .collect();
    for (what, keys, told) in [
        (
            "private parts",
            json!({ "keys": [jwk, private] }),
            "private part",
        ),
        (
            "a shared secret",
            json!({ "keys": [{ "kty": "oct", "k": "c2VjcmV0" }] }),
            "shared secret",
        ),
        ("a weak key", json!({ "keys": [jwk, weak] }), "2048"),
        ("500 keys", json!({ "keys": many }), "too many keys"),
        (
            "one kid twice",
            json!({ "keys": [jwk, Signer::new("first").jwk()] }),
            "same kid",
        ),
        (
            "a point off its curve",
            json!({ "kty": "EC", "crv": "P-256", "x": jwk["y"], "y": jwk["x"] }),
            "no key",
        ),
        ("no key", json!({ "keys": [] }), "no key"),
        ("no set", json!("keys"), "not read"),
    ] {
        let file = stage.scene.provider.secret_file(&keys.to_string());
        let mut args = vec!["app", "create", "--owner", OWNER, "--name", "Signer"];
        args.extend(["--homepage", "https://signer.example", "--jwks", &file]);
        args.extend(OWN);
        let refused = stage.scene.provider.cli(&args);
        assert_eq!(refused.code, Some(1), "{what}: {refused:?}");
        assert!(refused.stderr.contains(told), "{what}: {}", refused.stderr);
        assert!(!refused.stderr.contains("nWGxne"), "{what}");
    }
}

#[test]
fn keys_that_an_app_publishes_are_fetched_kept_and_renewed() {
    let stage = Stage::start("");
    let (first, second) = (Signer::new("one"), Signer::new("two"));
    let host = KeyHost::of(&first.set());
    let app = stage.scene.keyed("--jwks-uri", &host.url(), &OWN);
    let by = |signer: &Signer| signer.assertion(&app, stage.issuer(), |_| {});
    // Those who come at once wait for one fetch.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| stage.taken("at once", &by(&first)));
        }
    });
    assert_eq!(host.asked(), 1);
    stage.taken("kept", &by(&first));
    assert_eq!(host.asked(), 1);
    // A key is rotated behind the URL: its unknown name has the set fetched anew, and the old key works no more.
    host.publish(&second.set(), "max-age=3600");
    stage.taken("the new key", &by(&second));
    assert_eq!(host.asked(), 2);
    stage.refused("the old key", &by(&first));
    for _ in 0..5 {
        stage.refused("a stranger", &by(&Signer::new("three")));
    }
    assert_eq!(host.asked(), 2, "once a minute at most");
    stage.refused("the name alone", &by(&Signer::new("two")));
    stage.taken("still", &by(&second));
    assert_eq!(host.asked(), 2);
}

#[test]
fn who_publishes_an_empty_set_takes_every_key_back() {
    let stage = Stage::start("");
    let signer = Signer::new("one");
    let host = KeyHost::of(&signer.set());
    let app = stage.scene.keyed("--jwks-uri", &host.url(), &OWN);
    let by = |signer: &Signer| signer.assertion(&app, stage.issuer(), |_| {});
    stage.taken("published", &by(&signer));
    host.publish(&json!({ "keys": [] }), "max-age=3600");
    stage.refused("a name that has the set fetched", &by(&Signer::new("two")));
    assert_eq!(host.asked(), 2);
    stage.refused("taken back", &by(&signer));
}

#[test]
fn what_cannot_be_fetched_proves_nothing_and_tells_nothing() {
    let stage = Stage::start("");
    let signer = Signer::new("one");
    let private = {
        let mut jwk = signer.jwk();
        jwk["d"] = "c2VjcmV0".into();
        json!({ "keys": [jwk] }).to_string()
    };
    let twice = json!({ "keys": [signer.jwk(), Signer::new("one").jwk()] }).to_string();
    let many = json!({ "keys": vec![signer.jwk(); 500] }).to_string();
    let ok = |body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let set = signer.set().to_string();
    let elsewhere = KeyHost::of(&signer.set());
    let mut told = Vec::new();
    for (what, answer) in [
        ("a private key", ok(&private)),
        ("one kid twice", ok(&twice)),
        ("500 keys", ok(&many)),
        ("no JSON", ok("<html>")),
        ("nothing", String::new()),
        (
            "404",
            format!(
                "HTTP/1.1 404 Not Found\r\nContent-Length: {}\r\n\r\n{set}",
                set.len()
            ),
        ),
        (
            "a redirect",
            format!(
                "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
                elsewhere.url()
            ),
        ),
    ] {
        let host = KeyHost::of(&signer.set());
        host.answer(&answer);
        let app = stage.scene.keyed("--jwks-uri", &host.url(), &OWN);
        let assertion = signer.assertion(&app, stage.issuer(), |_| {});
        stage.refused(what, &assertion);
        told.push(stage.scene.asserted(&assertion).member("error_description"));
        assert_eq!(host.asked(), 1, "{what}: there is a pause");
    }
    assert_eq!(elsewhere.asked(), 0, "no redirect is followed");
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
}
