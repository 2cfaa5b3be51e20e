//! The page of errors: what the server answers stands on it, word for word.

use crate::support::guide::Guide;
use crate::support::{CALLBACK, Scene};
use acceptance::{App, AppSpec, Json, Pkce, Redirect, Reply, Request};

const ERRORS: &str = "/developers/errors";

/// What a refusal says.
#[track_caller]
fn said(reply: &Reply) -> (String, String) {
    assert!(reply.status >= 400, "{reply}");
    (reply.member("error"), reply.member("error_description"))
}

#[test]
fn errors_on_the_wire_are_on_the_page_word_for_word() {
    let scene = Scene::plain("[token.errors]\nredirect_mismatch = \"invalid_redirect_uri\"");
    let page = Guide::of(&scene).text(ERRORS);
    for (code, description) in wire_errors(&scene) {
        assert!(page.contains(&code), "{code}: {page}");
        assert!(
            page.contains(&format!("“{description}”")),
            "{code}: {description}: {page}"
        );
    }
}

/// Errors of every kind, provoked one by one: code and description.
fn wire_errors(scene: &Scene) -> Vec<(String, String)> {
    let api = scene.api();
    let app = scene.confidential(CALLBACK);
    let token = scene.token();
    let ask = |form: &[(&str, &str)]| said(&api.post_form_as(&token, &app, form));
    let mut errors = vec![
        ask(&[]),
        ask(&[("grant_type", "authorization_code")]),
        ask(&[("grant_type", "refresh_token")]),
        ask(&[("grant_type", "refresh_token"), ("refresh_token", "rt_x")]),
        ask(&[("grant_type", "client_credentials")]),
        ask(&[("grant_type", "password")]),
        ask(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", "rt_x"),
            ("scope", "a,b"),
        ]),
        said(&api.post_form(&token, &[("grant_type", "refresh_token")])),
        said(&api.post_form(
            &token,
            &[
                ("client_id", "nobody"),
                ("grant_type", "client_credentials"),
            ],
        )),
        said(&api.post_form_basic(&token, &app, &[("client_secret", "x")])),
        said(&api.post_json(&token, &Json::Null)),
        said(&api.send(&Request::post(&format!("{token}?code=x")).basic(&app.client_id, "x"))),
        said(&api.get_bearer("/oauth2/token/info", "at_x")),
        said(&api.get("/oauth2/token/info")),
        said(&api.send(&Request::get("/oauth2/token/info").header("Authorization", "Bearer a b"))),
    ];
    errors.extend(code_errors(scene));
    errors.extend(sent_back(scene));
    errors
}

/// Errors that need a code or a scope.
fn code_errors(scene: &Scene) -> Vec<(String, String)> {
    let app = scene.confidential(CALLBACK);
    let pkce = Pkce::random();
    let asked = [
        ("redirect_uri", CALLBACK),
        ("code_challenge", pkce.challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let code = scene.allow(&app, &asked).code();
    let elsewhere = [
        ("redirect_uri", "http://localhost:9876/x"),
        ("code_verifier", pkce.verifier.as_str()),
    ];
    let machine = scene.app(&AppSpec {
        grants: &["client_credentials"],
        scopes: &["tasks:write"],
        ..AppSpec::default()
    });
    let scope = |app: &App, scope: &str| {
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        said(&scene.api().post_form_as(&scene.token(), app, &form))
    };
    vec![
        said(&scene.redeem(&app, &code, &[])),
        said(&scene.redeem(&app, &code, &elsewhere)),
        scope(&machine, "no-such-scope"),
        scope(&machine, "tasks:read"),
        scope(&scene.machine(), "admin:all"),
    ]
}

/// Errors that come to the redirect URI.
fn sent_back(scene: &Scene) -> Vec<(String, String)> {
    let app = scene.public(CALLBACK);
    let error = |pairs: &[(&str, &str)]| {
        let reply = scene.browser().get(&scene.question(&app, pairs));
        let back = Redirect::parse(reply.location().expect("sent back"));
        let param = |name| back.param(name).unwrap_or_default().to_owned();
        (param("error"), param("error_description"))
    };
    vec![
        error(&[]),
        error(&[("response_mode", "fragment")]),
        error(&[("request", "x")]),
        error(&[("code_challenge", "x"), ("code_challenge_method", "plain")]),
        error(&[("code_challenge", "x"), ("code_challenge_method", "S256")]),
        error(&[("state", &"x".repeat(5_000))]),
    ]
}
