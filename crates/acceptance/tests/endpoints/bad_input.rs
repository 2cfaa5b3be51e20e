//! Malformed requests at every endpoint: the right status and code, advice, and never a fault of ours.

use crate::support::{CALLBACK, Scene, assert_refused, assert_well, form_post, within};
use acceptance::{Api, App, Request};

/// One request of the table: what is wrong with it, the request, status and error code.
type Case = (&'static str, Request, u16, &'static str);

/// A request that has the wrong form.
fn bad(what: &'static str, request: Request) -> Case {
    (what, request, 400, "invalid_request")
}

/// A request of nobody that can be told.
fn nobody(what: &'static str, request: Request) -> Case {
    (what, request, 401, "invalid_client")
}

/// Sends each and checks its refusal.
#[track_caller]
fn assert_each_refused(api: &Api, cases: Vec<Case>) {
    for (what, request, status, error) in cases {
        let reply = api.send(&request);
        assert_eq!(reply.status, status, "{what}: {reply}");
        assert_refused(&reply, status, error);
        let id = reply.header("X-Request-Id").unwrap_or_default();
        assert_eq!(reply.member("request_id"), id, "{what}: {reply}");
        assert_eq!(id.len(), 16, "{what}: {reply}");
        assert_eq!(
            reply.header("Content-Type"),
            Some("application/json"),
            "{what}"
        );
    }
}

/// The forms that nothing can be read from; `start` holds what else the endpoint wants.
fn undecodable(target: &str, start: &str) -> Vec<Case> {
    let with = |end: &[u8]| form_post(target, &[start.as_bytes(), b"&x=", end].concat());
    let many = "&a=1".repeat(80);
    vec![
        bad("a bad escape", with(b"identify%bot")),
        bad("half an escape", with(b"%4")),
        bad("bad UTF-8", with(b"\xff\xfe")),
        bad("escaped bad UTF-8", with(b"%ff")),
        bad("NUL", with(b"a%00b")),
        bad("raw NUL", with(b"a\0b")),
        bad("too many parameters", with(many.as_bytes())),
        bad(
            "another content type",
            Request::post(target).body("text/plain", start.as_bytes()),
        ),
        bad(
            "a file upload",
            Request::post(target).body("multipart/form-data; boundary=x", b"--x--"),
        ),
        bad(
            "parameters in the URL",
            form_post(&format!("{target}?a=1"), start.as_bytes()),
        ),
        (
            "an oversized body",
            with(&vec![b'x'; 70 * 1024]),
            413,
            "invalid_request",
        ),
    ]
}

/// The ways to prove badly who one is; `start` holds what else the endpoint wants.
fn unproven(target: &str, start: &str, app: &App) -> Vec<Case> {
    let with = |end: &str| form_post(target, format!("{start}&{end}").as_bytes());
    let header = |value: &str| form_post(target, start.as_bytes()).header("Authorization", value);
    let (id, secret) = (app.client_id.as_str(), app.client_secret.as_str());
    let both = with(&format!("client_secret={secret}")).basic(id, secret);
    let two = with("client_id=other").basic(id, secret);
    let twice = header("Basic eDp5").header("Authorization", "Basic eDp5");
    vec![
        nobody("no credentials", form_post(target, start.as_bytes())),
        nobody("an unknown app", with("client_id=nobody&client_secret=x")),
        nobody(
            "a wrong secret",
            with(&format!("client_id={id}&client_secret=x")),
        ),
        nobody("no secret", with(&format!("client_id={id}"))),
        nobody(
            "a long id",
            with(&format!("client_id={}", "x".repeat(9000))),
        ),
        nobody("no base64", header("Basic !!!")),
        nobody("no colon", header("Basic eHg=")),
        nobody("bytes that are no text", header("Basic //8=")),
        nobody("an empty header", header("")),
        nobody("a bearer token", header("Bearer at_x")),
        nobody("two headers", twice),
        bad("header and body", both),
        bad("two apps", two),
        bad(
            "the id twice",
            with(&format!(
                "client_id={id}&client_id={id}&client_secret={secret}"
            )),
        ),
    ]
}

#[test]
fn the_token_endpoint_refuses_what_it_cannot_read() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let start = format!(
        "grant_type=authorization_code&code=x&client_id={}&client_secret={}",
        app.client_id, app.client_secret
    );
    assert_each_refused(&scene.api(), undecodable(&scene.token(), &start));
    assert_each_refused(
        &scene.api(),
        unproven(&scene.token(), "grant_type=authorization_code&code=x", &app),
    );
    assert_well(&scene);
}

#[test]
fn the_token_endpoint_refuses_what_it_cannot_grant() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let with = |text: &str| {
        form_post(&scene.token(), text.as_bytes()).basic(&app.client_id, &app.client_secret)
    };
    let long = format!("grant_type=authorization_code&code={}", "x".repeat(60_000));
    let cases = vec![
        bad("nothing", with("")),
        bad("no grant type", with("code=x")),
        (
            "an unknown grant type",
            with("grant_type=password&username=a&password=b"),
            400,
            "unsupported_grant_type",
        ),
        bad(
            "a grant type twice",
            with("grant_type=authorization_code&grant_type=authorization_code&code=x"),
        ),
        bad("no code", with("grant_type=authorization_code")),
        bad("an empty code", with("grant_type=authorization_code&code=")),
        bad(
            "a code twice",
            with("grant_type=authorization_code&code=x&code=y"),
        ),
        (
            "garbage for a code",
            with("grant_type=authorization_code&code=%F0%9F%94%91"),
            400,
            "invalid_grant",
        ),
        ("a long code", with(&long), 400, "invalid_grant"),
        (
            "a short verifier",
            with("grant_type=authorization_code&code=x&code_verifier=abc"),
            400,
            "invalid_grant",
        ),
        bad("no refresh token", with("grant_type=refresh_token")),
        (
            "garbage for a refresh token",
            with("grant_type=refresh_token&refresh_token=rt_x"),
            400,
            "invalid_grant",
        ),
        (
            "a grant it may not use",
            with("grant_type=client_credentials"),
            400,
            "unauthorized_client",
        ),
        (
            "a scope no one has",
            with("grant_type=refresh_token&refresh_token=x&scope=%22"),
            400,
            "invalid_scope",
        ),
        bad(
            "JSON",
            Request::post(&scene.token()).body("application/json", b"{}"),
        ),
    ];
    assert_each_refused(&scene.api(), cases);
    assert_well(&scene);
}

#[test]
fn json_that_is_no_object_of_strings_is_refused() {
    let scene = Scene::plain("[token]\nbodies = [\"form\", \"json\"]");
    let post = |body: &str| Request::post(&scene.token()).body("application/json", body.as_bytes());
    let deep = "[".repeat(60_000);
    let bodies = [
        "{",
        "[]",
        "null",
        "\"x\"",
        "1",
        "{\"grant_type\":1}",
        "{\"grant_type\":[\"x\"]}",
        "{}x",
        "{\"grant_type\":\"\\u0000\"}",
        "{\"grant_type\":\"\\ud800\"}",
        "{\"code\":\"1\",\"code\":\"1\"}",
        &deep,
    ];
    for body in bodies {
        assert_refused(&scene.api().send(&post(body)), 400, "invalid_request");
    }
    assert_refused(
        &scene.api().send(&post("{\"grant_type\":\"x\"}")),
        401,
        "invalid_client",
    );
    assert_well(&scene);
}

#[test]
fn revocation_and_introspection_refuse_what_they_cannot_read() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    for name in ["revocation_endpoint", "introspection_endpoint"] {
        let target = scene.endpoint(name);
        let start = format!(
            "token=at_x&client_id={}&client_secret={}",
            app.client_id, app.client_secret
        );
        assert_each_refused(&scene.api(), undecodable(&target, &start));
        assert_each_refused(&scene.api(), unproven(&target, "token=at_x", &app));
        let with = |text: &str| {
            form_post(&target, text.as_bytes()).basic(&app.client_id, &app.client_secret)
        };
        let cases = vec![
            bad("no token", with("token_type_hint=access_token")),
            bad("an empty token", with("token=")),
            bad("a token twice", with("token=a&token=b")),
        ];
        assert_each_refused(&scene.api(), cases);
        for fine in [
            "token=at_x",
            "token=%F0%9F%94%91",
            "token=x&token_type_hint=nonsense",
        ] {
            scene.api().send(&with(fine)).expect(200);
        }
    }
    let public = scene.public(CALLBACK);
    let asked = scene.api().post_form_as(
        &scene.endpoint("introspection_endpoint"),
        &public,
        &[("token", "x")],
    );
    assert_refused(&asked, 401, "invalid_client");
    assert_well(&scene);
}

#[test]
fn nobody_revokes_or_reads_the_token_of_another_app() {
    let scene = Scene::plain("");
    let (app, other) = (scene.confidential(CALLBACK), scene.confidential(CALLBACK));
    let tokens = scene.tokens(&app, "tasks:read");
    for token in [&tokens.access, &tokens.refresh] {
        assert_eq!(
            scene.introspect(&other, token).to_string(),
            r#"{"active":false}"#
        );
        assert_eq!(scene.revoke(&other, token).status, 400);
        assert!(scene.is_active(&app, token));
    }
    assert_refused(
        &scene.refresh(&other, &tokens.refresh),
        400,
        "invalid_grant",
    );
    let code = scene.allow(&app, &[]).code();
    assert_refused(&scene.redeem(&other, &code, &[]), 400, "invalid_grant");
    scene.redeem(&app, &code, &[]).expect(200);
    scene.refresh(&app, &tokens.refresh).expect(200);
}

#[test]
fn the_log_says_in_words_what_was_wrong() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let thief = App {
        client_secret: "another".to_owned(),
        ..app.clone()
    };
    scene.client_credentials(&thief).expect(401);
    scene.redeem(&app, "ac_garbage", &[]).expect(400);
    let scopes = [("scope", "no:such"), ("state", "s")];
    scene.browser().get(&scene.question(&app, &scopes));
    scene.browser().get("/oauth2/authorize?client_id=nobody");
    let told = [
        "invalid_client: the secret is none of the app's",
        "invalid_grant: the code or token is not on record",
        "invalid_scope: scope holds a name that is no scope here",
        "invalid_request: No app with this client_id is registered here",
    ];
    let all_told = || {
        let log = scene.provider.log();
        told.iter().all(|told| log.contains(told))
    };
    assert!(
        within(std::time::Duration::from_secs(2), all_told),
        "{}",
        scene.provider.log()
    );
}
