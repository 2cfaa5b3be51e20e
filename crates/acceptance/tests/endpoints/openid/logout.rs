//! Logout: module by module what the suite's plans *RP-initiated* and *back-channel* look at.
use super::{app, id_token, provider, signed_in, verified, walked};
use crate::support::{ANN, OWNER, PASSWORD, Scene, form_to, within};
use acceptance::{App, Browser, Reply, target};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const BACK: &str = "http://localhost:9876/signed-out";

fn end(scene: &Scene, pairs: &[(&str, &str)]) -> String {
    target(&scene.endpoint("end_session_endpoint"), pairs)
}

/// Whether somebody is signed in.
fn is_signed_in(browser: &mut Browser) -> bool {
    browser.open("/account").text().contains(ANN)
}

#[track_caller]
fn assert_wrong_link(reply: &Reply) {
    assert_eq!(reply.status, 400, "{reply}");
    assert!(reply.location().is_none(), "{reply}");
    assert!(
        reply.text().contains("This sign-out link is not right"),
        "{reply}"
    );
}

#[test]
fn rp_initiated_logout() {
    let scene = provider();
    let app = app(&scene);
    let mut browser = signed_in(&scene);
    let hint = walked(&scene, &mut browser, &app, &[("scope", "openid")]).member("id_token");
    let sent = browser.get(&end(
        &scene,
        &[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", BACK),
            ("state", "a b&c"),
        ],
    ));
    assert_eq!(
        sent.location(),
        Some("http://localhost:9876/signed-out?state=a+b%26c")
    );
    assert!(!is_signed_in(&mut browser));
    let silent = scene.question(&app, &[("scope", "openid"), ("prompt", "none")]);
    let silent = browser.get(&silent);
    assert!(
        silent
            .location()
            .is_some_and(|own| own.contains("login_required")),
        "{silent}"
    );
    // Nobody is signed in any more, and the app is believed all the same.
    let again = browser.get(&end(
        &scene,
        &[("id_token_hint", &hint), ("post_logout_redirect_uri", BACK)],
    ));
    assert_eq!(again.location(), Some(BACK), "no state was sent");
}

#[test]
fn rp_initiated_logout_by_post() {
    let scene = provider();
    let app = app(&scene);
    let mut browser = signed_in(&scene);
    let hint = walked(&scene, &mut browser, &app, &[("scope", "openid")]).member("id_token");
    let path = scene.endpoint("end_session_endpoint");
    let sent = browser.post_form(
        &path,
        &[("id_token_hint", &hint), ("post_logout_redirect_uri", BACK)],
    );
    assert_eq!(sent.status, 303, "{sent}");
    let sent = browser.get(sent.location().expect("it comes back by GET"));
    assert_eq!(sent.location(), Some(BACK));
    assert!(!is_signed_in(&mut browser));
}

#[test]
fn bad_and_query_added_post_logout_redirect_uri() {
    let scene = provider();
    let app = app(&scene);
    let mut browser = signed_in(&scene);
    let hint = walked(&scene, &mut browser, &app, &[("scope", "openid")]).member("id_token");
    for uri in [
        "http://localhost:9876/signed-out/",
        "http://localhost:9876/signed-out?foo=bar",
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
    ] {
        let refused = browser.get(&end(
            &scene,
            &[("id_token_hint", &hint), ("post_logout_redirect_uri", uri)],
        ));
        assert_wrong_link(&refused);
        assert!(is_signed_in(&mut browser), "{uri}");
    }
}

#[test]
fn modified_bad_and_no_id_token_hint() {
    let scene = provider();
    let app = app(&scene);
    let mut browser = signed_in(&scene);
    let hint = walked(&scene, &mut browser, &app, &[("scope", "openid")]).member("id_token");
    let payload = hint.split('.').nth(1).expect("a payload");
    let modified = format!("eyJhbGciOiJub25lIn0.{payload}.");
    for bad in [&modified, "x", &hint[..hint.len() - 8]] {
        let refused = browser.get(&end(
            &scene,
            &[("id_token_hint", bad), ("post_logout_redirect_uri", BACK)],
        ));
        assert_wrong_link(&refused);
    }
    let without = browser.get(&end(
        &scene,
        &[("post_logout_redirect_uri", BACK), ("state", "s")],
    ));
    assert_wrong_link(&without);
    assert!(without.text().contains("id_token_hint"), "{without}");
    // Its developer is told in the language of the page.
    let german = browser.get(&end(
        &scene,
        &[("id_token_hint", "x"), ("ui_locales", "de")],
    ));
    assert_eq!(german.status, 400, "{german}");
    let says = "id_token_hint ist kein ID-Token dieses Anbieters";
    assert!(german.text().contains(says), "{german}");
    assert!(is_signed_in(&mut browser));
}

#[test]
fn no_params_only_state_and_no_post_logout_redirect_uri() {
    let scene = provider();
    let app = app(&scene);
    for pairs in [&[][..], &[("state", "s")]] {
        let mut browser = signed_in(&scene);
        let asked = browser.get(&end(&scene, pairs)).expect(200);
        assert!(is_signed_in(&mut browser), "a link signs nobody out");
        let done = browser
            .submit(&form_to(&asked, "/sign-out"), &[])
            .expect(200);
        assert!(done.text().contains("You are signed out"), "{done}");
        assert!(!is_signed_in(&mut browser));
    }
    let mut browser = signed_in(&scene);
    let hint = walked(&scene, &mut browser, &app, &[("scope", "openid")]).member("id_token");
    let done = browser
        .get(&end(&scene, &[("id_token_hint", &hint), ("state", "s")]))
        .expect(200);
    assert!(done.text().contains("You are signed out"), "{done}");
    assert!(!is_signed_in(&mut browser));
}

#[test]
fn who_is_not_meant_is_asked_first() {
    let scene = provider();
    let app = app(&scene);
    let mut ann = signed_in(&scene);
    let hint = walked(&scene, &mut ann, &app, &[("scope", "openid")]).member("id_token");
    let mut owner = scene.provider.browser();
    owner.sign_in(OWNER, PASSWORD);
    let link = end(
        &scene,
        &[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", BACK),
            ("state", "s"),
        ],
    );
    let asked = owner.get(&link).expect(200);
    assert!(
        asked.text().contains("sent you here to sign out"),
        "{asked}"
    );
    let form = form_to(&asked, "/sign-out");
    let forged = owner.submit(
        &form,
        &[("post_logout_redirect_uri", "https://evil.example/")],
    );
    assert!(forged.location().is_none(), "{forged}");
    owner.sign_in(OWNER, PASSWORD);
    let asked = owner.get(&link).expect(200);
    let sent = owner.submit(&form_to(&asked, "/sign-out"), &[]);
    assert_eq!(
        sent.location(),
        Some("http://localhost:9876/signed-out?state=s")
    );
    assert!(is_signed_in(&mut ann), "that was another browser");
    // An app that only says who it is sends nobody on by itself.
    let named = end(
        &scene,
        &[
            ("client_id", &app.client_id),
            ("post_logout_redirect_uri", BACK),
        ],
    );
    let page = owner.get(&named).expect(200);
    assert!(
        page.text().contains(BACK),
        "the person goes on by themselves: {page}"
    );
}

/// An app that is told of logouts: what it was posted.
fn listener() -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let (told, hears) = channel();
    std::thread::spawn(move || {
        for (at, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            let mut text = String::new();
            let mut part = [0; 4_096];
            while !text.contains("logout_token=") {
                match stream.read(&mut part) {
                    Ok(read) if read > 0 => text.push_str(&String::from_utf8_lossy(&part[..read])),
                    _ => break,
                }
            }
            // It has a bad moment first.
            let status = if at == 0 {
                "503 Service Unavailable"
            } else {
                "200 OK"
            };
            let answer =
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes());
            let _ = told.send(text);
        }
    });
    (port, hears)
}

/// Has an app told of logouts, here.
fn told_of_logouts(scene: &Scene, app: &App) -> Receiver<String> {
    let (port, hears) = listener();
    let uri = format!("http://127.0.0.1:{port}/logout");
    let uri = ["--backchannel-logout-uri", &uri];
    scene.cli(&[&["app", "update", &app.client_id], &uri[..]].concat());
    hears
}

#[track_caller]
fn heard(hears: &Receiver<String>) -> String {
    let told = hears.recv_timeout(Duration::from_secs(20));
    told.expect("it is told")
}

#[test]
fn backchannel_rp_initiated_logout_and_the_end_of_a_session_by_the_operator() {
    let scene = provider();
    let app = app(&scene);
    let hears = told_of_logouts(&scene, &app);
    let mut browser = signed_in(&scene);
    let tokens = walked(&scene, &mut browser, &app, &[("scope", "openid")]);
    let sid = verified(&scene, &tokens.member("id_token")).1["sid"].clone();
    browser.sign_out();
    let (first, second) = (heard(&hears), heard(&hears));
    assert!(first.starts_with("POST /logout HTTP/1.1"), "{first}");
    assert!(
        first
            .to_lowercase()
            .contains("content-type: application/x-www-form-urlencoded")
    );
    let token = |text: &str| {
        text.split("logout_token=")
            .nth(1)
            .expect("a token")
            .trim()
            .to_owned()
    };
    let (head, claims) = verified(&scene, &token(&second));
    assert_eq!(head["typ"], "logout+jwt");
    assert_eq!((&claims["sid"], &claims["sub"]), (&sid, &json!(scene.ann)));
    assert_eq!(
        (&claims["aud"], &claims["iss"]),
        (&json!(app.client_id), &json!(scene.provider.issuer()))
    );
    assert_eq!(
        claims["events"],
        json!({ "http://schemas.openid.net/event/backchannel-logout": {} })
    );
    assert!(claims["nonce"].is_null() && claims["jti"].is_string());
    let retried = verified(&scene, &token(&first)).1;
    assert_eq!(retried["jti"], claims["jti"], "the same one once more");

    let mut elsewhere = signed_in(&scene);
    let sid = id_token(&scene, &mut elsewhere, &app, &[("scope", "openid")])["sid"].clone();
    scene.cli(&["session", "end", ANN, "--all"]);
    let claims = verified(&scene, &token(&heard(&hears))).1;
    assert_eq!(claims["sid"], sid, "also where the operator ends it");
    assert!(within(Duration::from_secs(5), || {
        let audit = scene.cli(&["audit", "--event", "app.told_of_logout"]);
        audit.to_string().matches("app.told_of_logout").count() >= 2
    }));
}

#[test]
fn whoever_signs_in_again_is_not_signed_out() {
    let scene = provider();
    let app = app(&scene);
    let hears = told_of_logouts(&scene, &app);
    let mut browser = signed_in(&scene);
    id_token(&scene, &mut browser, &app, &[("scope", "openid")]);
    id_token(
        &scene,
        &mut browser,
        &app,
        &[("scope", "openid"), ("prompt", "login")],
    );
    let told = hears.recv_timeout(Duration::from_secs(3));
    assert!(told.is_err(), "{told:?}");
    // It would have been heard.
    browser.sign_out();
    heard(&hears);
}
