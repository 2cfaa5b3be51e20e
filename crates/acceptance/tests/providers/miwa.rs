//! miwa: what its documentation says, numbered M1–M5.

use crate::support::{Scene, Tokens, assert_refused};
use acceptance::{App, Setup, target};

pub(super) const CALLBACK: &str = "https://example.com/callback";

/// An app, and a code for it.
fn code(scene: &Scene) -> (App, String) {
    let app = scene.confidential(CALLBACK);
    let code = code_for(scene, &app);
    (app, code)
}

/// A code from the documented link, which Ann allows.
#[track_caller]
pub(super) fn code_for(scene: &Scene, app: &App) -> String {
    let link = target(
        "/oauth2/authorize",
        &[
            ("client_id", &app.client_id),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("scope", "identify"),
        ],
    );
    let answer = scene.browser().authorize(&link);
    assert!(
        answer
            .location
            .starts_with("https://example.com/callback?code=")
    );
    assert_eq!(answer.param("state"), None, "none was sent");
    answer.code()
}

#[test]
fn m1_the_link_needs_no_state() {
    let (_, code) = code(&Scene::profile("miwa"));
    assert!(code.len() > 40, "a code cannot be guessed");
}

#[test]
fn m2_every_parameter_of_the_exchange_is_required() {
    let scene = Scene::profile("miwa");
    let (app, code) = code(&scene);
    let all = [
        ("client_id", app.client_id.as_str()),
        ("client_secret", app.client_secret.as_str()),
        ("code", &code),
        ("grant_type", "authorization_code"),
        ("redirect_uri", CALLBACK),
    ];
    for left_out in ["code", "grant_type", "redirect_uri"] {
        let fields: Vec<_> = all
            .iter()
            .copied()
            .filter(|(name, _)| *name != left_out)
            .collect();
        let reply = scene.api().post_form("/api/oauth2/token", &fields);
        assert_refused(&reply, 400, "invalid_request");
    }
    for left_out in ["client_id", "client_secret"] {
        let fields: Vec<_> = all
            .iter()
            .copied()
            .filter(|(name, _)| *name != left_out)
            .collect();
        let reply = scene.api().post_form("/api/oauth2/token", &fields);
        assert_refused(&reply, 401, "invalid_client");
    }
    let elsewhere = scene.api().post_form("/oauth2/token", &all);
    assert_eq!(
        elsewhere.status, 404,
        "the token endpoint has another prefix"
    );
    let tokens = Tokens::of(&scene.api().post_form("/api/oauth2/token", &all));
    assert!(!tokens.refresh.is_empty());
}

#[test]
fn m3_access_lives_an_hour_and_both_tokens_are_new_at_each_refresh() {
    let scene = Scene::profile("miwa");
    let (app, code) = code(&scene);
    let reply = scene.redeem(&app, &code, &[("redirect_uri", CALLBACK)]);
    assert_eq!(reply.json()["expires_in"], 3_600);
    let first = Tokens::of(&reply);
    let about = scene.introspect(&app, &first.refresh);
    let lifetime = about["exp"].as_i64().unwrap_or(0) - about["iat"].as_i64().unwrap_or(0);
    assert!(
        (604_799..=604_801).contains(&lifetime),
        "seven days, not {lifetime} s"
    );
    let reply = scene.refresh(&app, &first.refresh);
    assert_eq!(reply.json()["expires_in"], 3_600);
    let second = Tokens::of(&reply);
    assert_ne!(first.access, second.access);
    assert_ne!(first.refresh, second.refresh);
}

#[test]
fn m4_an_app_gets_a_token_without_user_interaction() {
    let scene = Scene::profile("miwa");
    let reply = scene.client_credentials(&scene.machine());
    assert_eq!(reply.json()["expires_in"], 3_600, "{reply}");
    assert!(!Tokens::of(&reply).access.is_empty());
}

#[test]
fn m4_the_scopes_are_listed() {
    let scene = Scene::profile("miwa");
    assert_eq!(
        scene.metadata["scopes_supported"],
        serde_json::json!(["identify", "guilds:read"])
    );
}

#[test]
fn m5_revocation_is_off_as_documented_and_can_be_switched_on() {
    let off = Scene::profile("miwa");
    assert_eq!(off.metadata.get("revocation_endpoint"), None);
    let on =
        Scene::start(Setup::profile("miwa").with("[paths]\nrevoke = [\"/api/oauth2/revoke\"]"));
    let (app, code) = code(&on);
    let tokens = Tokens::of(&on.redeem(&app, &code, &[("redirect_uri", CALLBACK)]));
    assert_eq!(on.revoke(&app, &tokens.access).status, 200);
    assert!(!on.is_active(&app, &tokens.access));
}
