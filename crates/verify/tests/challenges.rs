//! The answers of RFC 6750 §3, and what a handler learns.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod provider;

use axum::body::to_bytes;
use axum::response::Response;
use provider::{Provider, api, get_with, now, status};
use serde_json::{Value, json};
use verify::{Scopes, Settings, Verifier};
use wire::TokenText;

const NO_SUCH: &str =
    "the access token is unknown, expired or revoked: refresh it or start a new authorization";

fn challenge(response: &Response) -> &str {
    let value = response.headers().get("www-authenticate");
    value.map_or("", |value| value.to_str().unwrap())
}

async fn body(response: Response) -> Value {
    let bytes = to_bytes(response.into_body(), 10_000).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn without_a_token_the_challenge_names_no_error() {
    let provider = Provider::start().await;
    let api = api(&provider.verifier().await, "tasks:read");
    for headers in [&[][..], &["Basic YXBpOnNlY3JldA=="]] {
        let response = get_with(&api, headers).await;
        assert_eq!(response.status(), 401);
        assert_eq!(
            challenge(&response),
            r#"Bearer realm="tasks", scope="tasks:read""#
        );
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
    assert_eq!(provider.asked(), 0);
}

#[tokio::test]
async fn a_token_that_does_not_work_is_invalid() {
    let provider = Provider::start().await;
    let verifier = provider.verifier().await;
    let api = api(&verifier, "tasks:read");
    let unknown = TokenText::new("at_", 5, &[1; 32]);
    let expired = provider.token_with(json!({ "exp": now() - 1 }));
    let refresh = provider.token_with(json!({ "token_type": null }));
    for token in [unknown.as_str(), &expired, &refresh, "of-another-make"] {
        let response = get_with(&api, &[&format!("Bearer {token}")]).await;
        assert_eq!(response.status(), 401);
        assert_eq!(
            challenge(&response),
            format!(
                r#"Bearer realm="tasks", error="invalid_token", error_description="{NO_SUCH}", scope="tasks:read""#
            )
        );
        assert_eq!(
            body(response).await,
            json!({ "error": "invalid_token", "error_description": NO_SUCH })
        );
    }
    assert_eq!(
        provider.asked(),
        4,
        "texts of an unknown prefix are asked about"
    );
}

#[tokio::test]
async fn a_text_with_a_wrong_checksum_is_refused_without_a_question() {
    let provider = Provider::start().await;
    let api = api(&provider.verifier().await, "");
    let mut bent = provider.token("tasks:read");
    let last = if bent.ends_with('0') { "1" } else { "0" };
    bent.replace_range(bent.len() - 1.., last);
    assert_eq!(status(&api, &bent).await, 401);
    assert_eq!(status(&api, "at_x").await, 401);
    assert_eq!(provider.asked(), 0);
}

#[tokio::test]
async fn a_token_without_the_scope_is_told_which_it_needs() {
    let provider = Provider::start().await;
    let verifier = provider.verifier().await;
    let token = provider.token("tasks:read tasks:write2");
    for _ in ["asked", "kept"] {
        let response = get_with(
            &api(&verifier, "tasks:read tasks:write"),
            &[&format!("Bearer {token}")],
        )
        .await;
        assert_eq!(response.status(), 403);
        let challenge = challenge(&response);
        assert!(
            challenge.contains(r#"error="insufficient_scope""#),
            "{challenge}"
        );
        assert!(
            challenge.ends_with(r#"scope="tasks:read tasks:write""#),
            "{challenge}"
        );
        assert_eq!(body(response).await["error"], "insufficient_scope");
    }
    assert_eq!(provider.asked(), 1);
    assert_eq!(status(&api(&verifier, "tasks:read"), &token).await, 200);
}

#[tokio::test]
async fn one_of_several_sets_of_scopes_will_do() {
    let provider = Provider::start().await;
    let verifier = provider.verifier().await;
    let layer = verifier.require(Scopes::all("tasks:read tasks:write").or("admin:*"));
    let handler = axum::routing::get(|| async {}).layer(layer);
    let api = axum::Router::new().route("/", handler);
    for (scope, expected) in [
        ("tasks:read tasks:write", 200),
        ("admin:*", 200),
        ("tasks:read", 403),
        ("admin:tasks", 403),
        ("tasks:read admin", 403),
    ] {
        assert_eq!(
            status(&api, &provider.token(scope)).await,
            expected,
            "{scope}"
        );
    }
}

#[tokio::test]
async fn a_malformed_request_is_told_so() {
    let provider = Provider::start().await;
    let api = api(&provider.verifier().await, "");
    let token = format!("Bearer {}", provider.token(""));
    for headers in [
        &["Bearer"][..],
        &["Bearer a b"],
        &["bearer ==="],
        &[&token, &token],
    ] {
        let response = get_with(&api, headers).await;
        assert_eq!(response.status(), 400, "{headers:?}");
        assert!(
            challenge(&response).starts_with(r#"Bearer realm="tasks", error="invalid_request""#)
        );
        assert_eq!(body(response).await["error"], "invalid_request");
    }
    assert_eq!(get_with(&api, &[&token]).await.status(), 200);
}

#[tokio::test]
async fn the_name_of_an_invalid_token_and_the_metadata_can_be_set() {
    let provider = Provider::start().await;
    let mut settings = provider.settings();
    settings.invalid_token = "invalid_request".to_owned();
    settings.resource_metadata =
        Some("https://api.example/.well-known/oauth-protected-resource".to_owned());
    let api = api(&Verifier::start(settings).unwrap(), "");
    let response = get_with(&api, &["Bearer unknown"]).await;
    assert_eq!(response.status(), 401);
    let text = challenge(&response);
    assert!(text.contains(r#"error="invalid_request""#), "{text}");
    assert!(text.ends_with(
        r#"resource_metadata="https://api.example/.well-known/oauth-protected-resource""#
    ));
    assert_eq!(body(response).await["error"], "invalid_request");
}

/// "The "resource" value returned MUST be identical to the protected resource's resource identifier value into which the
/// well-known URI path suffix was inserted to create the URL used to retrieve the metadata." (RFC 9728 §3.3)
#[tokio::test]
async fn an_api_that_is_described_names_the_document_in_its_challenges() {
    let provider = Provider::start().await;
    let mut settings = provider.settings();
    for (issuer, audience) in [
        (None, Some("https://api.example/v1")),
        (Some("https://id.example"), None),
        (Some("https://id.example"), Some("urn:example:api")),
        (Some("https://id.example"), Some("https://api.example/v1?x")),
    ] {
        settings.issuer = issuer.map(str::to_owned);
        settings.audience = audience.map(str::to_owned);
        let fault = settings.describe("tasks:read").unwrap_err().to_string();
        assert!(
            fault.contains("issuer is not set") || fault.contains("not the address"),
            "{fault}"
        );
        assert_eq!(settings.resource_metadata, None);
    }
    settings.issuer = Some("https://id.example/t".to_owned());
    settings.audience = Some("https://api.example/v1".to_owned());
    let document = settings.describe("tasks:read  tasks:write").unwrap();
    assert_eq!(document.path(), "/.well-known/oauth-protected-resource/v1");
    let answer: Response = document.response();
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    let expected = json!({
        "resource": "https://api.example/v1",
        "authorization_servers": ["https://id.example/t"],
        "scopes_supported": ["tasks:read", "tasks:write"],
        "bearer_methods_supported": ["header"],
    });
    assert_eq!(body(answer).await, expected);
    let api = api(&Verifier::start(settings).unwrap(), "tasks:read");
    let url = "https://api.example/.well-known/oauth-protected-resource/v1";
    for headers in [&[][..], &["Bearer unknown"]] {
        let refused = get_with(&api, headers).await;
        assert_eq!(refused.status(), 401);
        assert!(challenge(&refused).ends_with(&format!("resource_metadata=\"{url}\"")));
    }
}

#[tokio::test]
async fn a_handler_learns_who_asks() {
    let provider = Provider::start().await;
    let api = api(&provider.verifier().await, "tasks:read");
    let token = provider.token_with(json!({ "mode": "test", "scope": "tasks:read a" }));
    let learned = body(get_with(&api, &[&format!("Bearer {token}")]).await).await;
    let exp = provider.answers.tokens.lock().unwrap()[&token]["exp"].clone();
    let expected = json!({
        "client_id": "app", "subject": "ann", "scopes": ["tasks:read", "a"], "expires_at": exp,
        "personal": true, "mode": "Test",
    });
    assert_eq!(learned, expected);
    let own = provider.token_with(json!({ "sub": "app", "grant_id": null }));
    let learned = body(get_with(&api, &[&format!("Bearer {own}")]).await).await;
    assert_eq!(
        (&learned["personal"], &learned["mode"]),
        (&json!(false), &json!("Live"))
    );
}

#[tokio::test]
async fn tokens_of_the_test_side_are_asked_about_with_a_credential_of_that_side() {
    let provider = Provider::start().await;
    let live = provider.token("");
    let test = TokenText::new("test_at_", 5, &[1; 32]).as_str().to_owned();
    let mut tokens = provider.answers.tokens.lock().unwrap().clone();
    let mut answer = tokens[&live].clone();
    answer["mode"] = json!("test");
    tokens.insert(test.clone(), answer);
    *provider.answers.tokens.lock().unwrap() = tokens;
    let mut settings = provider.settings();
    let without = api(&Verifier::start(settings.clone()).unwrap(), "");
    assert_eq!(status(&without, &test).await, 503, "this provider minds");
    settings.test_credential = Some(("test_api".to_owned(), "secret".to_owned()));
    let with = api(&Verifier::start(settings).unwrap(), "");
    for (token, mode) in [(&live, "Live"), (&test, "Test")] {
        let learned = body(get_with(&with, &[&format!("Bearer {token}")]).await).await;
        assert_eq!(learned["mode"], mode);
    }
    let bent = test.replacen("test_at_", "test_at_A", 1);
    let before = provider.asked();
    assert_eq!(status(&with, &bent).await, 401);
    assert_eq!(
        provider.asked(),
        before,
        "garbage of either side is told by itself"
    );
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let refused = |change: fn(&mut Settings)| {
        let mut settings = Settings::new("https://auth.example/introspect", "api", "secret");
        change(&mut settings);
        Verifier::start(settings).map(drop).unwrap_err().to_string()
    };
    assert!(refused(|s| s.introspection = "auth.example".to_owned()).contains("not a URL"));
    assert!(
        refused(|s| s.introspection = "http://auth.example/i".to_owned()).contains("not https")
    );
    assert!(
        refused(|s| s.revocations = Some("http://10.0.0.1/r".to_owned())).contains("not https")
    );
    assert!(refused(|s| s.realm = "a\"b".to_owned()).contains("realm"));
    assert!(refused(|s| s.keep = std::time::Duration::from_secs(7_200)).contains("hour"));
    assert!(refused(|s| s.freshness = std::time::Duration::from_secs(2)).contains("1 s"));
    let shown = format!("{:?}", Settings::new("https://a", "api", "very-secret"));
    assert!(!shown.contains("very-secret"), "{shown}");
}
