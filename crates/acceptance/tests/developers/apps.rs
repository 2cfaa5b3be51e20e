//! Registering apps by the command line: what is refused, and what people see of an app.

use crate::support::{CALLBACK, OWNER, Scene, Tokens, assert_refused, within};
use acceptance::{AppSpec, Finished};
use std::fs;
use std::time::Duration;

/// Tries to register an app with `more` arguments.
#[track_caller]
fn register(scene: &Scene, name: &str, homepage: &str, more: &[&str]) -> Finished {
    let args = [
        "app",
        "create",
        "--owner",
        OWNER,
        "--name",
        name,
        "--homepage",
        homepage,
        "--json",
    ];
    scene.provider.cli(&[&args[..], more].concat())
}

/// Checks that a command refused with a sentence, and that nothing was registered.
#[track_caller]
fn assert_not_registered(scene: &Scene, done: &Finished, what: &str) {
    assert!(done.code.is_some_and(|code| code != 0), "{what}: {done:?}");
    assert!(
        done.stdout.is_empty() && done.stderr.trim().len() > 15,
        "{what}: {done:?}"
    );
    assert!(!done.stderr.contains("panicked"), "{what}: {done:?}");
    let listed = scene.cli(&["app", "list"]).to_string();
    assert!(!listed.contains("client_id"), "{what}: {listed}");
}

#[test]
fn redirect_uris_that_nobody_should_be_sent_to() {
    let scene = Scene::plain("");
    let long = format!("https://x.example/{}", "x".repeat(5000));
    for uri in [
        "",
        "/cb",
        "x.example/cb",
        "https://",
        "https:///cb",
        "https:x.example/cb",
        "https://x.example/cb#f",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://x.example/",
        "myapp:/cb",
        "http://x.example/cb",
        "http://localhost.evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "https://user@x.example/cb",
        "https://x.example/a b",
        "https://x.example/\"",
        "https://x.example/\u{e9}",
        "https://*.x.example/cb",
        "https://x.example:99999/cb",
        "https://x.example:/cb:x@",
        "https://[;x]/cb",
        "https://[::1/cb",
        "https://x.example\\@evil.example/",
        &long,
    ] {
        let done = register(&scene, "X", "https://x.example", &["--redirect-uri", uri]);
        assert_not_registered(&scene, &done, uri);
    }
}

#[test]
fn redirect_uris_that_are_fine() {
    let scene = Scene::plain("");
    for uri in [
        "https://x.example",
        "https://x.example/",
        "https://x.example:8443/cb?tenant=1",
        "http://localhost/cb",
        "http://127.0.0.1:5000/cb",
        "http://[::1]/cb",
        "com.example.app:/cb",
        "com.example.app://cb",
    ] {
        let app = scene.confidential(uri);
        let back = scene.allow(&app, &[("redirect_uri", uri)]);
        assert!(back.location.starts_with(uri), "{uri}: {back:?}");
        scene
            .redeem(&app, &back.code(), &[("redirect_uri", uri)])
            .expect(200);
    }
}

#[test]
fn names_grants_and_scopes_that_make_no_app() {
    let scene = Scene::plain("");
    let long = "x".repeat(600);
    let uri = ["--redirect-uri", CALLBACK];
    for name in ["", "  ", "a\u{7}b", "a\nb", &long] {
        assert_not_registered(
            &scene,
            &register(&scene, name, "https://x.example", &uri),
            name,
        );
    }
    for homepage in [
        "",
        "x.example",
        "javascript:alert(1)",
        "http://x.example",
        "https://u@x.example",
    ] {
        assert_not_registered(&scene, &register(&scene, "X", homepage, &uri), homepage);
    }
    let cases: [&[&str]; 8] = [
        &[],
        &["--grant", "password"],
        &["--scope", "nonsense"],
        &["--description", &long],
        &["--public", "--grant", "client_credentials"],
        &["--public", "--resource-server"],
        &["--logo", "/nowhere.png"],
        &["--owner", "nobody@example.com"],
    ];
    for (at, more) in cases.iter().enumerate() {
        let uri: &[&str] = if at == 0 { &[] } else { &uri };
        assert_not_registered(
            &scene,
            &register(&scene, "X", "https://x.example", &[uri, more].concat()),
            &format!("{more:?}"),
        );
    }
}

#[test]
fn a_logo_is_a_picture_and_is_shown() {
    let scene = Scene::plain("");
    let path = scene.provider.folder().join("logo.png");
    let logo = path.to_str().expect("its path is text");
    for wrong in [&b"<svg onload=alert(1)>"[..], b"", &[0x89; 300 * 1024]] {
        fs::write(&path, wrong).expect("write it");
        let done = register(
            &scene,
            "X",
            "https://x.example",
            &["--redirect-uri", CALLBACK, "--logo", logo],
        );
        assert_not_registered(&scene, &done, "no picture");
    }
    let png = b"\x89PNG\r\n\x1a\n a picture for all that we know";
    fs::write(&path, png).expect("write it");
    let done = register(
        &scene,
        "X",
        "https://x.example",
        &["--redirect-uri", CALLBACK, "--logo", logo],
    )
    .json();
    let target = format!("/apps/{}/logo", done["client_id"].as_str().expect("its id"));
    let reply = scene.api().get(&target).expect(200);
    assert_eq!(
        (reply.header("Content-Type"), &reply.body[..]),
        (Some("image/png"), &png[..])
    );
    assert_eq!(reply.header("X-Content-Type-Options"), Some("nosniff"));
    assert!(
        reply
            .header("Content-Security-Policy")
            .is_some_and(|csp| csp.contains("sandbox"))
    );
    let app = acceptance::App {
        client_id: done["client_id"].as_str().unwrap_or_default().to_owned(),
        client_secret: String::new(),
        json: done,
    };
    let page = scene
        .browser()
        .authorize_until_consent(&scene.question(&app, &[]));
    assert!(
        page.text()
            .contains(&format!("<img class=\"tile\" src=\"{target}")),
        "{page}"
    );
}

#[test]
fn an_app_gets_only_what_it_was_registered_for() {
    let scene = Scene::plain("");
    let only_codes = scene.app(&AppSpec {
        redirect_uris: &[CALLBACK],
        grants: &["authorization_code"],
        scopes: &["tasks:write"],
        ..AppSpec::default()
    });
    // The default scope is not the app's, so a request without scope gets the app's own.
    let code = scene.allow(&only_codes, &[]).code();
    let reply = scene.redeem(&only_codes, &code, &[]).expect(200);
    assert_eq!(reply.member("scope"), "tasks:write");
    assert_eq!(Tokens::of(&reply).refresh, "", "it may not refresh");
    assert_refused(
        &scene.refresh(&only_codes, "rt_x"),
        400,
        "unauthorized_client",
    );
    assert_refused(
        &scene.client_credentials(&only_codes),
        400,
        "unauthorized_client",
    );
    let machine = scene.app(&AppSpec {
        redirect_uris: &[CALLBACK],
        grants: &["client_credentials"],
        ..AppSpec::default()
    });
    let back = scene.allow(&machine, &[]);
    assert_eq!(back.param("error"), Some("unauthorized_client"), "{back:?}");
    assert_refused(
        &scene.redeem(&machine, "x", &[]),
        400,
        "unauthorized_client",
    );
    let public = scene.public(CALLBACK);
    let mut pretender = public.clone();
    pretender.client_secret = "cs_made_up".to_owned();
    assert_refused(&scene.redeem(&pretender, "x", &[]), 401, "invalid_client");
}

/// "Refuse if … scope withdrawn": a refresh gives nothing that the catalogue no longer has.
#[test]
fn a_withdrawn_scope_is_not_refreshed() {
    let mut scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read tasks:write");
    scene.provider.stop();
    let text = fs::read_to_string(scene.provider.config_path()).expect("the configuration");
    let renamed = text.replace("tasks:write", "tasks:change");
    assert_ne!(renamed, text);
    fs::write(scene.provider.config_path(), renamed).expect("write it");
    scene.provider.start();
    let reply = scene.refresh(&app, &tokens.refresh);
    let refused = reply.status == 400
        && ["invalid_scope", "invalid_grant"].contains(&reply.member("error").as_str());
    assert!(refused || reply.member("scope") == "tasks:read", "{reply}");
}

#[test]
fn an_app_waits_for_review_where_the_provider_wants_it() {
    let scene = Scene::plain("[apps]\nregistration = \"review\"");
    let app = scene.confidential(CALLBACK);
    scene.cli(&["app", "approve", &app.client_id]);
    let open = || {
        scene
            .browser()
            .authorize_until_consent(&scene.question(&app, &[]))
            .status
            == 200
    };
    assert!(within(Duration::from_secs(1), open));
    let shown = scene.cli(&["app", "show", &app.client_id]);
    assert_eq!(shown["status"], "active", "{shown}");
}
