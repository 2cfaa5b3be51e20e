//! Malformed requests at pages and below the level of endpoints: the right status, advice, and never a fault
//! of ours.

use crate::support;
use crate::support::{
    CALLBACK, Scene, assert_page, assert_refused, assert_well, form_post, page_request,
};
use acceptance::{App, Reply, Request, encode};

/// The authorization requests that are shown to the person, as targets behind the endpoint's path.
fn untrustworthy(app: &App) -> Vec<(&'static str, String)> {
    let start = format!("response_type=code&client_id={}", app.client_id);
    let callback = encode(CALLBACK);
    vec![
        ("nothing at all", String::new()),
        ("no app", "response_type=code".to_owned()),
        ("an empty app", "response_type=code&client_id=".to_owned()),
        (
            "an unknown app",
            format!("response_type=code&client_id=nobody&redirect_uri={callback}"),
        ),
        (
            "an app twice",
            format!("{start}&client_id={}", app.client_id),
        ),
        (
            "another redirect URI",
            format!("{start}&redirect_uri=https%3A%2F%2Fevil.example%2F"),
        ),
        (
            "a redirect URI twice",
            format!("{start}&redirect_uri={callback}&redirect_uri={callback}"),
        ),
        (
            "a redirect URI with a line break",
            format!("{start}&redirect_uri={callback}%0d%0aX-Evil:1"),
        ),
        (
            "a bad escape",
            format!("{start}&redirect_uri={callback}&scope=identify%bot"),
        ),
        (
            "bad UTF-8",
            format!("{start}&redirect_uri={callback}&state=%ff"),
        ),
        ("NUL", format!("{start}&redirect_uri={callback}&state=%00")),
        (
            "too many parameters",
            format!("{start}&redirect_uri={callback}{}", "&a=1".repeat(80)),
        ),
    ]
}

#[test]
fn the_authorization_endpoint_shows_what_it_cannot_send_back() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let path = scene.endpoint("authorization_endpoint");
    for (what, query) in untrustworthy(&app) {
        let got = scene.api().send(&page_request(&format!("{path}?{query}")));
        let posted = scene.api().send(&form_post(&path, query.as_bytes()));
        for reply in [got, posted] {
            assert_eq!(reply.status, 400, "{what}: {reply}");
            assert_page(&reply, 400);
            assert!(
                reply.text().contains("<code>invalid_"),
                "{what} names no code: {reply}"
            );
            assert!(
                !reply.text().contains("evil.example/\""),
                "{what} links to it: {reply}"
            );
        }
    }
    assert_well(&scene);
}

#[test]
fn the_authorization_endpoint_sends_the_rest_back() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let path = scene.endpoint("authorization_endpoint");
    let id = &app.client_id;
    let cases = [
        (format!("client_id={id}&state=s"), "invalid_request"),
        (
            format!("client_id={id}&state=s&response_type=token"),
            "unsupported_response_type",
        ),
        (
            format!("client_id={id}&state=s&response_type=code%20id_token"),
            "unsupported_response_type",
        ),
        (
            format!("client_id={id}&state=s&response_type=code&response_type=code"),
            "invalid_request",
        ),
        (
            format!("client_id={id}&state=s&response_type=code&response_mode=fragment"),
            "invalid_request",
        ),
        (
            format!("client_id={id}&state=s&response_type=code&scope=nonsense"),
            "invalid_scope",
        ),
        (
            format!("client_id={id}&state=s&response_type=code&scope=tasks:read&scope=tasks:read"),
            "invalid_request",
        ),
        (
            format!("client_id={id}&state=s&response_type=code&scope=%0d%0aX-Evil:1"),
            "invalid_scope",
        ),
        (
            format!(
                "client_id={id}&state=s&response_type=code&code_challenge=x&code_challenge_method=S256"
            ),
            "invalid_request",
        ),
        (
            format!("client_id={id}&state=s&response_type=code&code_challenge_method=S256"),
            "invalid_request",
        ),
    ];
    for (query, error) in cases {
        let got = scene.api().get(&format!("{path}?{query}"));
        let posted = scene.api().send(&form_post(&path, query.as_bytes()));
        for reply in [got, posted] {
            let back = sent_back(&reply);
            assert_eq!(back.param("error"), Some(error), "{query}: {back:?}");
            assert_eq!(back.param("state"), Some("s"), "{query}: {back:?}");
            assert_eq!(
                back.param("iss"),
                Some(scene.provider.issuer()),
                "{query}: {back:?}"
            );
            let advice = back.param("error_description").unwrap_or_default();
            assert!(
                advice.bytes().all(|b| (0x20..=0x7e).contains(&b)),
                "{advice:?}"
            );
        }
    }
    let twice = scene.api().get(&format!(
        "{path}?client_id={id}&response_type=code&state=a&state=b"
    ));
    assert_eq!(sent_back(&twice).param("error"), Some("invalid_request"));
    assert_well(&scene);
}

/// The redirect of an error: 303, nowhere cached, no referrer, no CORS.
#[track_caller]
fn sent_back(reply: &Reply) -> acceptance::Redirect {
    assert_eq!(reply.status, 303, "{reply}");
    assert_eq!(reply.header("Cache-Control"), Some("no-store"), "{reply}");
    assert_eq!(
        reply.header("Referrer-Policy"),
        Some("no-referrer"),
        "{reply}"
    );
    assert!(
        reply.header("Access-Control-Allow-Origin").is_none(),
        "{reply}"
    );
    let location = reply.location().unwrap_or_default();
    assert!(location.starts_with(CALLBACK), "{location}");
    acceptance::Redirect::parse(location)
}

#[test]
fn unknown_parameters_are_ignored_and_empty_ones_omitted() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let more = [
        ("nonce", "n"),
        ("prompt", ""),
        ("x", "y"),
        ("scope", ""),
        ("state", ""),
    ];
    let back = scene.allow(&app, &more);
    assert_eq!(back.param("state"), None, "{back:?}");
    scene
        .redeem(&app, &back.code(), &[("x", "y"), ("redirect_uri", "")])
        .expect(200);
}

#[test]
fn a_disabled_app_is_shown_and_refused() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    scene.cli(&["app", "disable", &app.client_id]);
    let shown = || scene.browser().get(&scene.question(&app, &[])).status == 400;
    assert!(support::within(std::time::Duration::from_secs(1), shown));
    assert_page(&scene.browser().get(&scene.question(&app, &[])), 400);
    assert_refused(&scene.redeem(&app, "x", &[]), 401, "invalid_client");
    assert_refused(&scene.revoke(&app, "x"), 401, "invalid_client");
}

#[test]
fn other_methods_are_refused_by_name() {
    let scene = Scene::plain("");
    let machines = [
        "token_endpoint",
        "revocation_endpoint",
        "introspection_endpoint",
    ]
    .map(|name| scene.endpoint(name));
    let mut cases: Vec<(String, &str, &str)> = Vec::new();
    for target in &machines {
        cases.extend(
            ["GET", "PUT", "DELETE", "PATCH", "BREW"]
                .map(|method| (target.clone(), method, "POST")),
        );
    }
    cases.push((scene.endpoint("token_info_endpoint"), "POST", "GET"));
    cases.push((scene.endpoint("authorization_endpoint"), "PUT", "GET"));
    cases.push((scene.endpoint("authorization_endpoint"), "DELETE", "POST"));
    cases.push(("/sign-in".to_owned(), "DELETE", "POST"));
    cases.push(("/consent".to_owned(), "PUT", "GET"));
    cases.push(("/account".to_owned(), "POST", "GET"));
    cases.push((
        "/.well-known/oauth-authorization-server".to_owned(),
        "POST",
        "GET",
    ));
    for (target, method, allowed) in cases {
        let reply = scene.api().send(&Request::new(method, &target));
        assert_eq!(reply.status, 405, "{method} {target}: {reply}");
        let allow = reply.header("Allow").unwrap_or_default();
        assert!(
            allow.contains(allowed) && !allow.contains(method),
            "{method} {target}: {allow:?}"
        );
        assert!(reply.location().is_none(), "{reply}");
        assert!(!reply.body.is_empty(), "{method} {target} says nothing");
    }
    assert_well(&scene);
}

#[test]
fn other_origins_may_call_machines_and_not_pages() {
    let scene = Scene::plain("");
    let app = scene.public(CALLBACK);
    let any = Some("*");
    let from = |request: Request| {
        scene
            .api()
            .send(&request.header("Origin", "https://spa.example"))
    };
    for name in ["token_endpoint", "revocation_endpoint"] {
        let target = scene.endpoint(name);
        let preflight =
            Request::new("OPTIONS", &target).header("Access-Control-Request-Method", "POST");
        let reply = from(preflight.header("Access-Control-Request-Headers", "content-type"));
        assert!(matches!(reply.status, 200 | 204), "{reply}");
        assert_eq!(reply.header("Access-Control-Allow-Origin"), any);
        let headers = reply
            .header("Access-Control-Allow-Headers")
            .unwrap_or_default();
        assert!(
            headers.to_ascii_lowercase().contains("content-type"),
            "{headers}"
        );
        assert!(reply.header("Access-Control-Allow-Credentials").is_none());
        let id = [("client_id", app.client_id.as_str()), ("token", "x")];
        assert_eq!(
            from(Request::post(&target).form(&id)).header("Access-Control-Allow-Origin"),
            any
        );
    }
    let info = from(Request::get(&scene.endpoint("token_info_endpoint")));
    assert_eq!(info.header("Access-Control-Allow-Origin"), any);
    let exposed = info
        .header("Access-Control-Expose-Headers")
        .unwrap_or_default();
    assert!(
        exposed.to_ascii_lowercase().contains("www-authenticate"),
        "{exposed}"
    );
    let authorize = scene.question(&app, &[]);
    for target in [
        authorize.as_str(),
        "/sign-in",
        "/sign-up",
        "/consent?request=x",
    ] {
        let reply = from(page_request(target));
        assert!(
            reply.header("Access-Control-Allow-Origin").is_none(),
            "{target}: {reply}"
        );
    }
}

#[test]
fn pages_refuse_forms_they_cannot_trust_or_read() {
    let scene = Scene::plain("");
    for path in [
        "/sign-in",
        "/sign-up",
        "/sign-out",
        "/consent",
        "/account/password",
        "/account/sessions/end",
        "/account/sessions/end-all",
    ] {
        let foreign = form_post(path, b"a=b").header("Sec-Fetch-Site", "cross-site");
        assert_page(&scene.api().send(&foreign), 403);
        let sibling = form_post(path, b"a=b").header("Sec-Fetch-Site", "same-site");
        assert_page(&scene.api().send(&sibling), 403);
        let foreign = form_post(path, b"a=b").header("Origin", "https://evil.example");
        assert_page(&scene.api().send(&foreign), 403);
        for body in [
            &b"nonce=%zz"[..],
            b"nonce=%ff",
            b"nonce=%00",
            b"nonce=a&nonce=b",
        ] {
            assert_page(&scene.api().send(&form_post(path, body)), 400);
        }
        assert_page(
            &scene
                .api()
                .send(&Request::post(path).body("application/json", b"{}")),
            400,
        );
        let large = scene.api().send(&form_post(path, &vec![b'x'; 70 * 1024]));
        assert_page(&large, 413);
    }
    for target in [
        "/sign-in?request=%zz",
        "/sign-in?request=rq_x",
        "/consent",
        "/consent?request=%ff",
        "/sign-up?request=x",
    ] {
        assert_page(&scene.api().send(&page_request(target)), 400);
    }
    assert_well(&scene);
}

#[test]
fn requests_that_are_hardly_http_are_refused() {
    let scene = Scene::plain("");
    let long = "x".repeat(40 * 1024);
    let cases = [
        format!("GET /sign-in HTTP/1.1\r\nHost: localhost\r\nX-Long: {long}\r\n\r\n"),
        format!("GET /sign-in?{long} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        format!(
            "GET /sign-in HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
            "X-A: b\r\n".repeat(300)
        ),
        "GET /sign in HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        "POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n".to_owned(),
        "NONSENSE\r\n\r\n".to_owned(),
        // RFC 9112 section 3.2: no Host, or two.
        "GET /sign-in HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(),
        "GET /sign-in HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n".to_owned(),
    ];
    for raw in cases {
        let reply = scene.api().send_raw(raw.as_bytes());
        assert!((400..500).contains(&reply.status), "{:.60}: {reply}", raw);
    }
    let chunked = "POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("{:x}\r\n{}\r\n", 70 * 1024, "x".repeat(70 * 1024));
    let reply = scene
        .api()
        .send_raw(format!("{chunked}{chunk}0\r\n\r\n").as_bytes());
    assert_eq!(reply.status, 413, "{reply}");
    assert_well(&scene);
}

#[test]
fn what_is_not_there_is_said_to_be_so() {
    let scene = Scene::plain("");
    for target in [
        "/nowhere",
        "/oauth2/token/",
        "/sign-in//",
        "/%ff",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/apps/nobody/logo",
    ] {
        let reply = scene.api().send(&page_request(target));
        assert_page(&reply, 404);
        let reply = scene
            .api()
            .send(&Request::get(target).header("Accept", "application/json"));
        assert_eq!(reply.status, 404, "{target}: {reply}");
    }
    assert_refused(&scene.api().get("/nowhere"), 404, "not_found");
    assert_well(&scene);
}

/// Whether the server closes a connection on which only `sent` came, within a quarter of a minute.
fn is_closed_on(address: std::net::SocketAddr, sent: &[u8]) -> bool {
    use std::io::{ErrorKind, Read, Write};
    let mut stream = std::net::TcpStream::connect(address).expect("a connection");
    stream.write_all(sent).expect("a request's beginning");
    stream
        .set_read_timeout(Some(std::time::Duration::from_secs(15)))
        .expect("a time limit");
    match stream.read_to_end(&mut Vec::new()) {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

#[test]
fn nobody_holds_a_connection_without_asking() {
    let scene = Scene::plain("");
    let address = scene.provider.addr();
    let silent: [&'static [u8]; 4] = [
        b"",
        b"GET / HT",
        b"PRI * HTTP/2",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    let threads =
        silent.map(|sent| std::thread::spawn(move || (sent, is_closed_on(address, sent))));
    for thread in threads {
        let (sent, closed) = thread.join().expect("no panic");
        assert!(closed, "{:?}", String::from_utf8_lossy(sent));
    }
    assert_well(&scene);
}
