//! What holds of every answer, whichever endpoint is asked.

use crate::support;
use crate::support::{
    ANN, CALLBACK, PASSWORD, Scene, assert_page, assert_refused, assert_well, form_post, handle_of,
    page_request, within,
};
use acceptance::{Reply, Request, Setup};
use serde_json::json;
use std::time::Duration;

/// A cookie of a neighbour on the parent domain, and a header that a proxy filled in.
const FOREIGN: &[u8] = b"name=Zo\xeb; x=\"\xff;";

/// Sends a request whose head has bytes that are no text.
fn send_bytes(scene: &Scene, request: &Request, name: &str, value: &[u8]) -> Reply {
    let host = scene.provider.addr().to_string();
    let bytes = request.bytes(&host);
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = bytes.split_at(end.expect("a head"));
    let line = [b"\r\n", name.as_bytes(), b": ", value].concat();
    scene.api().send_raw(&[head, &line, body].concat())
}

#[test]
fn foreign_bytes_in_a_shared_header_take_nothing_away() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let cookies = browser.cookies.header().expect("signed in");
    let account = page_request("/account").header("Cookie", &cookies);
    let both = page_request("/account");
    let line = [FOREIGN, cookies.as_bytes(), b"; z=\xc3\xab"].concat();
    for reply in [
        send_bytes(&scene, &account, "Cookie", FOREIGN),
        send_bytes(&scene, &both, "Cookie", &line),
        send_bytes(&scene, &account, "User-Agent", b"Zo\xeb"),
        send_bytes(&scene, &account, "Accept", b"x/\xff"),
    ] {
        assert_eq!(reply.status, 200, "{reply}");
        assert!(reply.text().contains(ANN), "{reply}");
    }
    // The form is read beside such a cookie too, and its nonce is found.
    let page = scene.provider.browser().open("/sign-in");
    assert_eq!(page.status, 200);
    let mut fresh = scene.provider.browser();
    let form = support::form_to(&fresh.open("/sign-in"), "/sign-in");
    let cookies = fresh.cookies.header().expect("the form's cookie");
    let filled = form.filled(&[("email", ANN), ("password", PASSWORD)]);
    let fields: Vec<_> = filled
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let line = [FOREIGN, cookies.as_bytes()].concat();
    let reply = send_bytes(
        &scene,
        &Request::post("/sign-in").form(&fields),
        "Cookie",
        &line,
    );
    assert_eq!(reply.status, 303, "{reply}");
    // An origin that is no text is not ours.
    let form = form_post("/sign-in", b"a=b");
    let reply = send_bytes(&scene, &form, "Origin", b"http://zo\xeb");
    assert_eq!(reply.status, 403, "{reply}");
    // The type of a body is told by what stands before its parameters.
    let app = scene.confidential(CALLBACK);
    let post = Request::post(&scene.token())
        .raw_body(b"grant_type=refresh_token&refresh_token=x")
        .basic(&app.client_id, &app.client_secret);
    let media_type = b"application/x-www-form-urlencoded; charset=\xeb";
    let reply = send_bytes(&scene, &post, "Content-Type", media_type);
    assert_refused(&reply, 400, "invalid_grant");
    assert_well(&scene);
}

/// The endpoints that look at no cookie, each with a method that it takes.
fn machines(scene: &Scene) -> Vec<(String, &'static str)> {
    vec![
        (scene.token(), "POST"),
        (scene.endpoint("revocation_endpoint"), "POST"),
        (scene.endpoint("introspection_endpoint"), "POST"),
        (scene.endpoint("token_info_endpoint"), "GET"),
        (scene.endpoint("revocations_endpoint"), "GET"),
        ("/.well-known/oauth-authorization-server".to_owned(), "GET"),
    ]
}

/// Checks that a page of another origin may read an answer.
#[track_caller]
fn assert_open(reply: &Reply, what: &str) {
    let allowed = reply.header("Access-Control-Allow-Origin");
    assert_eq!(allowed, Some("*"), "{what}: {reply}");
    let exposed = reply.header("Access-Control-Expose-Headers");
    let exposed = exposed.unwrap_or_default().to_ascii_lowercase();
    for name in ["www-authenticate", "retry-after", "x-request-id"] {
        assert!(exposed.contains(name), "{what}: {exposed}");
    }
    let credentials = reply.header("Access-Control-Allow-Credentials");
    assert!(credentials.is_none(), "{what}: {reply}");
}

#[test]
fn a_preflight_allows_the_headers_asked_for() {
    let scene = Scene::plain("");
    let asked = "traceparent, x-app-version,mcp-protocol-version, DPoP";
    for (target, method) in machines(&scene) {
        let preflight = Request::new("OPTIONS", &target)
            .header("Origin", "https://spa.example")
            .header("Access-Control-Request-Method", method)
            .header("Access-Control-Request-Headers", asked)
            .header("Access-Control-Request-Headers", "x-second, \"no name\"");
        let reply = scene.api().send(&preflight).expect(204);
        assert_open(&reply, &target);
        let allowed = reply.header("Access-Control-Allow-Headers");
        let allowed = allowed.unwrap_or_default().to_ascii_lowercase();
        for name in [
            "authorization",
            "content-type",
            "dpop",
            "x-second",
            "traceparent",
        ] {
            let mut names = allowed.split(", ");
            assert!(
                names.any(|own| own == name),
                "{target}: {name} in {allowed}"
            );
        }
        assert!(!allowed.contains("no name"), "{allowed}");
        let methods = reply.header("Access-Control-Allow-Methods");
        assert!(methods.unwrap_or_default().contains(method), "{reply}");
        let vary = reply.header("Vary").unwrap_or_default();
        assert!(vary.contains("Access-Control-Request-Headers"), "{vary}");
    }
}

#[test]
fn every_answer_of_a_machine_is_open() {
    let scene = Scene::plain("");
    let large = vec![b'x'; 70 * 1024];
    for (target, method) in machines(&scene) {
        let cases = [
            ("as it is", Request::new(method, &target)),
            (
                "too large",
                Request::new(method, &target).body("text/plain", &large),
            ),
            ("another method", Request::new("DELETE", &target)),
            ("below", Request::get(&format!("{target}/below"))),
            ("a slash", Request::post(&format!("{target}/"))),
            (
                "another type",
                Request::new(method, &target).body("text/plain", b"x"),
            ),
            (
                "two hosts",
                Request::new(method, &target)
                    .header("Host", "a")
                    .header("Host", "b"),
            ),
        ];
        for (what, request) in cases {
            let reply = scene.api().send(&request);
            assert_open(&reply, &format!("{what}: {method} {target}"));
        }
    }
    for target in [
        "/sign-in",
        "/consent",
        "/account",
        "/nowhere",
        "/apps/x/logo",
    ] {
        let reply = scene.api().send(&page_request(target));
        let allowed = reply.header("Access-Control-Allow-Origin");
        assert!(allowed.is_none(), "{target}: {reply}");
    }
    assert_well(&scene);
}

#[test]
fn every_401_has_a_challenge() {
    let scene = Scene::profile("digitalocean");
    let app = scene.confidential(CALLBACK);
    let wrong = [
        ("client_id", app.client_id.as_str()),
        ("client_secret", "wrong"),
        ("grant_type", "refresh_token"),
        ("refresh_token", "x"),
        ("token", "x"),
    ];
    let mut targets = vec![
        scene.token(),
        scene.endpoint("device_authorization_endpoint"),
    ];
    for name in ["revocation_endpoint", "introspection_endpoint"] {
        targets.extend(
            scene.metadata[name]
                .is_string()
                .then(|| scene.endpoint(name)),
        );
    }
    for target in targets {
        let post = Request::post(&target);
        for request in [
            post.clone().form(&wrong),
            post.clone().form(&[("token", "x")]),
            post.clone()
                .form(&wrong[2..])
                .basic(&app.client_id, "wrong"),
            post.form(&wrong[2..]).bearer("at_x"),
        ] {
            let reply = scene.api().send(&request).expect(401);
            let challenge = reply.header("WWW-Authenticate").unwrap_or_default();
            assert!(challenge.starts_with("Basic realm="), "{target}: {reply}");
        }
    }
    let mut gets = vec![scene.endpoint("token_info_endpoint")];
    let feed = &scene.metadata["revocations_endpoint"];
    gets.extend(
        feed.is_string()
            .then(|| scene.endpoint("revocations_endpoint")),
    );
    for target in gets {
        let reply = scene.api().get(&target).expect(401);
        assert!(
            reply.header("WWW-Authenticate").is_some(),
            "{target}: {reply}"
        );
    }
    let reply = scene
        .provider
        .browser()
        .try_sign_in(ANN, "not her password");
    let challenge = reply
        .expect(401)
        .header("WWW-Authenticate")
        .map(str::to_owned);
    let challenge = challenge.unwrap_or_default();
    assert!(
        !challenge.is_empty() && !challenge.contains("Basic"),
        "{challenge}"
    );
}

#[test]
fn no_answer_bypasses_our_headers() {
    let scene = Scene::start(Setup::profile("digitalocean"));
    for target in ["/apps/%ff/logo", "/assets/%ff", "/nowhere", "/%ff"] {
        assert_page(&scene.api().send(&page_request(target)), 404);
        assert_refused(&scene.api().get(target), 404, "not_found");
    }
    for target in ["/device/qr.svg", "/device/qr.svg?user_code=%ff"] {
        assert_page(&scene.api().send(&page_request(target)), 400);
        assert_refused(&scene.api().get(target), 400, "invalid_request");
    }
    let long = "x".repeat(40 * 1024);
    for (raw, status) in [
        ("NONSENSE\r\n\r\n".to_owned(), 400),
        ("GET /sign in HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), 400),
        (
            format!("GET / HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n"),
            431,
        ),
        (
            "GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(),
            400,
        ),
    ] {
        let reply = scene.api().send_raw(raw.as_bytes());
        assert_refused(&reply, status, "invalid_request");
        assert_eq!(reply.header("X-Content-Type-Options"), Some("nosniff"));
        let id = reply.header("X-Request-Id").unwrap_or_default();
        assert_eq!(reply.member("request_id"), id, "{reply}");
    }
    assert_well(&scene);
}

#[test]
fn the_type_of_a_body_is_what_it_holds() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let tokens = scene.tokens(&app, "tasks:read");
    let page = scene.api().get("/developers").expect(200);
    let tag = format!("\"other\", W/{}", page.header("ETag").expect("a tag"));
    let again = Request::get("/developers").header("If-None-Match", &tag);
    for token in [&tokens.access, "unknown"] {
        let revoked = scene.revoke(&app, token).expect(200);
        assert_eq!(revoked.header("Content-Type"), Some("application/json"));
        assert_eq!(revoked.json(), json!({}), "it is what it says");
    }
    let answers = [
        scene.api().send(&again).expect(304),
        scene.api().get("/").expect(303),
        scene
            .api()
            .send(&Request::new("OPTIONS", &scene.token()))
            .expect(204),
    ];
    for reply in answers {
        assert!(reply.body.is_empty(), "{reply}");
        assert_eq!(reply.header("Content-Type"), None, "{reply}");
    }
}

#[test]
fn head_decides_nothing() {
    let scene = Scene::plain("");
    let app = scene.confidential("https://app.example/callback");
    let mut browser = scene.browser();
    let question = scene.question(&app, &[("scope", "tasks:read")]);
    let page = browser.authorize_until_consent(&question);
    let consent = format!("/consent?request={}", handle_of(&page));
    // Another tab allows it, so that the next GET of either would issue a code.
    browser.clone().authorize(&question).code();
    for target in [consent.as_str(), &question] {
        let reply = browser.send(Request::new("HEAD", target));
        assert_eq!(reply.status, 405, "{target}: {reply}");
        assert_eq!(reply.header("Allow"), Some("GET, POST"), "{reply}");
        assert!(reply.location().is_none(), "{reply}");
    }
    let back = browser.get(&consent).expect(303);
    assert!(
        back.location().is_some_and(|to| to.contains("code=")),
        "{back}"
    );
    for target in ["/sign-in", "/sign-out", "/account", "/", "/health/live"] {
        let reply = browser.send(Request::new("HEAD", target));
        assert!(matches!(reply.status, 200 | 303), "{target}: {reply}");
    }
    assert!(browser.get("/account").expect(200).text().contains(ANN));
}

#[test]
fn what_strangers_say_is_not_told_back() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let stranger = "call-555-0100";
    let basic = |body: &str| {
        form_post(&scene.token(), body.as_bytes()).basic(&app.client_id, &app.client_secret)
    };
    for body in [
        format!("grant_type={stranger}"),
        format!("grant_type=refresh_token&refresh_token=x&scope={stranger}"),
        format!("{stranger}=1&{stranger}=2"),
        format!("grant_type=authorization_code&code={stranger}&redirect_uri={stranger}"),
    ] {
        let reply = scene.api().send(&basic(&body));
        assert_eq!(reply.status, 400, "{reply}");
        assert!(!reply.text().contains("555-0100"), "{reply}");
    }
    for pairs in [
        [("scope", stranger), ("state", "s")],
        [("response_mode", stranger), ("state", "s")],
        [(stranger, "1"), (stranger, "2")],
    ] {
        let back = scene.api().get(&scene.question(&app, &pairs)).expect(303);
        assert!(
            !back.location().unwrap_or_default().contains("555-0100"),
            "{back}"
        );
    }
    let sentence = [("redirect_uri", "Your account is locked: call 555-0100")];
    let page = scene
        .api()
        .send(&page_request(&scene.question(&app, &sentence)));
    assert_page(&page, 400);
    assert!(!page.text().contains("555-0100"), "{page}");
}

#[test]
fn json_without_its_type_is_told_which() {
    for (bodies, named) in [(r#"["form", "json"]"#, true), (r#"["form"]"#, false)] {
        let scene = Scene::plain(&format!("[token]\nbodies = {bodies}"));
        let body = json!({ "grant_type": "refresh_token", "client_id": "x" }).to_string();
        let targets = [
            scene.token(),
            scene.endpoint("revocation_endpoint"),
            scene.endpoint("introspection_endpoint"),
        ];
        for target in targets {
            for request in [
                Request::post(&target).raw_body(body.as_bytes()),
                form_post(&target, body.as_bytes()),
                Request::post(&target).body("text/plain", body.as_bytes()),
                Request::post(&target).body("multipart/form-data; boundary=x", b"--x--"),
            ] {
                let reply = scene.api().send(&request);
                assert_refused(&reply, 400, "invalid_request");
                let advice = reply.member("error_description");
                assert!(
                    advice.contains("application/x-www-form-urlencoded"),
                    "{advice}"
                );
                assert_eq!(advice.contains("application/json"), named, "{advice}");
            }
        }
        let authorize = scene.endpoint("authorization_endpoint");
        let posted = Request::post(&authorize).body("application/json", body.as_bytes());
        let page = scene.api().send(&posted).expect(400);
        assert!(
            page.text().contains("application/x-www-form-urlencoded"),
            "{page}"
        );
    }
}

#[test]
fn a_server_ends_only_when_it_is_told_to_stop() {
    let mut scene = Scene::plain("");
    let pid = scene.provider.pid().expect("it runs");
    let send = |name: &str| {
        let line = format!("kill -{name} {pid}");
        let sent = std::process::Command::new("sh")
            .args(["-c", &line])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "{name}");
    };
    for name in ["HUP", "USR1", "USR2", "PIPE", "HUP"] {
        send(name);
    }
    let told = || scene.provider.log().matches("SIGHUP").count() >= 1;
    assert!(
        within(Duration::from_secs(5), told),
        "{}",
        scene.provider.log()
    );
    assert_well(&scene);
    assert!(scene.provider.stop().success());
    assert!(scene.provider.log().contains("stopped"));
}
