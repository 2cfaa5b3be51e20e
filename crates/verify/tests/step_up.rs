//! A route that asks for a recent sign-in, or for a way of signing in (RFC 9470).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod provider;

use axum::Router;
use axum::routing::get;
use jose::SigningAlgorithm::Es256;
use provider::{Provider, get_with, now, status, until};
use serde_json::{Value, json};
use std::time::Duration;
use verify::{Require, Verifier};

fn api(verifier: &Verifier, layer: impl FnOnce(Require) -> Require) -> Router {
    let layer = layer(verifier.require("tasks:read"));
    Router::new().route("/", get(|| async {}).layer(layer))
}

async fn challenged(api: &Router, token: &str) -> (u16, String, Value) {
    let response = get_with(api, &[&format!("Bearer {token}")]).await;
    let (head, body) = response.into_parts();
    let challenge = head.headers["www-authenticate"]
        .to_str()
        .unwrap()
        .to_owned();
    let body = axum::body::to_bytes(body, 10_000).await.unwrap();
    (
        head.status.as_u16(),
        challenge,
        serde_json::from_slice(&body).unwrap(),
    )
}

#[tokio::test]
async fn an_old_sign_in_is_challenged_with_the_age_that_will_do() {
    let sentence = "max_age: This value indicates the allowable elapsed time in seconds since the last active \
                    authentication event associated with the access token.";
    let provider = Provider::start().await;
    let verifier = provider.verifier().await;
    let api = api(&verifier, |layer| layer.max_age(Duration::from_secs(300)));
    let recent = provider.token_with(json!({ "auth_time": now() - 250 }));
    assert_eq!(status(&api, &recent).await, 200, "{sentence}");
    for changes in [json!({ "auth_time": now() - 302 }), json!({})] {
        let token = provider.token_with(changes);
        for _ in ["asked", "kept"] {
            let (status, challenge, body) = challenged(&api, &token).await;
            assert_eq!(status, 401, "{sentence}");
            assert!(
                challenge.contains("error=\"insufficient_user_authentication\""),
                "{challenge}"
            );
            assert!(challenge.ends_with(", max_age=\"300\""), "{challenge}");
            assert!(!challenge.contains("acr_values="), "{challenge}");
            assert_eq!(body["error"], "insufficient_user_authentication");
        }
    }
}

#[tokio::test]
async fn another_way_of_signing_in_is_challenged_with_those_that_will_do() {
    let sentence = "acr_values: A space-separated string listing the authentication context class reference values in \
                    order of preference. The protected resource requires one of these values";
    let provider = Provider::start().await;
    let verifier = provider.verifier().await;
    let api = api(&verifier, |layer| {
        layer.acr("urn:mfa phr").max_age(Duration::from_secs(5))
    });
    for acr in ["phr", "urn:mfa"] {
        let token = provider.token_with(json!({ "acr": acr, "auth_time": now() }));
        assert_eq!(status(&api, &token).await, 200, "{sentence}");
    }
    for acr in [json!("pwd"), json!("urn:mfa phr"), Value::Null] {
        let token = provider.token_with(json!({ "acr": acr, "auth_time": now() }));
        let (status, challenge, _) = challenged(&api, &token).await;
        assert_eq!(status, 401, "{sentence}");
        assert!(
            challenge.ends_with(", acr_values=\"urn:mfa phr\", max_age=\"5\""),
            "{challenge}"
        );
        assert_eq!(challenge.matches("acr_values=").count(), 1, "{challenge}");
    }
}

#[tokio::test]
async fn a_missing_scope_is_told_first_and_a_token_that_does_not_work_as_ever() {
    let provider = Provider::start().await;
    let verifier = provider.verifier().await;
    let api = api(&verifier, |layer| layer.max_age(Duration::ZERO));
    let (status, challenge, _) = challenged(&api, &provider.token("other")).await;
    assert_eq!(status, 403);
    assert!(
        challenge.contains("insufficient_scope") && !challenge.contains("max_age"),
        "{challenge}"
    );
    let (status, challenge, _) = challenged(&api, "unknown").await;
    assert_eq!(status, 401);
    assert!(
        challenge.contains("invalid_token") && !challenge.contains("max_age"),
        "{challenge}"
    );
}

#[tokio::test]
async fn a_jwt_says_itself_when_its_person_signed_in() {
    let sentence = "the auth_time and acr claims (per Section 2.2.1 of [RFC9068]) are used to convey the time and context";
    let provider = Provider::start().await;
    provider.rotate(Es256);
    let mut settings = provider.reading();
    settings.revocations = None;
    let verifier = Verifier::start(settings).unwrap();
    let api = api(&verifier, |layer| {
        layer.max_age(Duration::from_secs(60)).acr("phr")
    });
    let good = provider.jwt(json!({ "auth_time": now(), "acr": "phr" }));
    assert_eq!(status(&api, &good).await, 200, "{sentence}");
    for changes in [json!({ "acr": "phr" }), json!({ "auth_time": now() })] {
        let (status, challenge, _) = challenged(&api, &provider.jwt(changes)).await;
        assert_eq!(status, 401, "{sentence}");
        assert!(
            challenge.contains("insufficient_user_authentication"),
            "{challenge}"
        );
    }
    assert_eq!(provider.asked(), 0);
}

#[tokio::test]
async fn an_app_that_acts_for_itself_signed_nobody_in() {
    let provider = Provider::start().await;
    let verifier = provider.verifier().await;
    until(|| verifier.status().fresh).await;
    let api = api(&verifier, |layer| {
        layer.max_age(Duration::from_secs(86_400))
    });
    let own = provider.token_with(json!({ "sub": "app", "grant_id": null }));
    assert_eq!(challenged(&api, &own).await.0, 401);
}
