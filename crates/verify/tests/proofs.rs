//! Tokens that are bound to keys (RFC 9449 §7): opaque ones, and JWTs that are read here.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod provider;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use axum::response::Response;
use jose::{Digest, SigningAlgorithm, SigningKey, base64url};
use provider::{Provider, api, get_with, now, status, until};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use tower::ServiceExt;
use verify::{Settings, Verifier};

const ORIGIN: &str = "https://api.example";

/// Who holds a key.
struct Holder(SigningKey);

impl Holder {
    fn new() -> Self {
        Holder(SigningKey::generate(SigningAlgorithm::Es256))
    }

    fn cnf(&self) -> Value {
        json!({ "jkt": self.0.public().thumbprint() })
    }

    /// A proof for a GET of the route with this token, with changes of its claims; `null` takes one away.
    fn proof(&self, token: &str, changes: Value) -> String {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let mut claims = json!({
            "jti": format!("p{}", NEXT.fetch_add(1, SeqCst)), "iat": now(), "htm": "GET",
            "htu": format!("{ORIGIN}/"), "ath": Digest::of(token.as_bytes()).base64url(),
        });
        for (name, value) in changes.as_object().unwrap() {
            match value.is_null() {
                true => drop(claims.as_object_mut().unwrap().remove(name)),
                false => claims[name] = value.clone(),
            }
        }
        let mut jwk = self.0.public().members();
        jwk.remove("use");
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk });
        let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = self.0.sign(signed.as_bytes());
        format!("{signed}.{}", base64url::encode(&signature))
    }
}

fn settings(provider: &Provider) -> Settings {
    let mut settings = provider.settings();
    settings.url = Some(ORIGIN.to_owned());
    settings
}

async fn verifier(settings: Settings) -> Verifier {
    let verifier = Verifier::start(settings).unwrap();
    until(|| verifier.status().fresh).await;
    verifier
}

/// A provider, an API, and a token that is bound to the key of a holder.
async fn scene() -> (Provider, Router, Holder, String) {
    let provider = Provider::start().await;
    let api = api(&verifier(settings(&provider)).await, "tasks:read");
    let holder = Holder::new();
    let token = provider.token_with(json!({ "token_type": "DPoP", "cnf": holder.cnf() }));
    (provider, api, holder, token)
}

async fn sent(api: &Router, authorization: &str, proofs: &[&str]) -> Response {
    let mut request = Request::get("/").header("Authorization", authorization);
    for proof in proofs {
        request = request.header("DPoP", *proof);
    }
    api.clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

async fn held(api: &Router, token: &str, proof: &str) -> u16 {
    let response = sent(api, &format!("DPoP {token}"), &[proof]).await;
    response.status().as_u16()
}

fn challenge(headers: &HeaderMap) -> String {
    headers["www-authenticate"].to_str().unwrap().to_owned()
}

/// That a request is refused with this error, and how it is asked to come again.
async fn refused(api: &Router, authorization: &str, proofs: &[&str], error: &str) -> HeaderMap {
    let response = sent(api, authorization, proofs).await;
    assert_eq!(response.status(), 401, "{error}");
    let headers = response.headers().clone();
    let told = challenge(&headers);
    assert!(told.starts_with("DPoP realm=\"tasks\", "), "{told}");
    assert!(told.contains(&format!("error=\"{error}\"")), "{told}");
    assert!(told.contains("algs=\"ES256 "), "{told}");
    headers
}

#[tokio::test]
async fn a_bound_token_works_for_its_holder_alone() {
    let (provider, api, holder, token) = scene().await;
    for _ in ["asked about", "kept"] {
        assert_eq!(
            held(&api, &token, &holder.proof(&token, json!({}))).await,
            200
        );
        let other = Holder::new().proof(&token, json!({}));
        refused(&api, &format!("DPoP {token}"), &[&other], "invalid_token").await;
        refused(&api, &format!("DPoP {token}"), &[], "invalid_dpop_proof").await;
    }
    assert_eq!(provider.asked(), 1);
    // The scheme in letters of any case.
    let proof = holder.proof(&token, json!({}));
    assert_eq!(
        sent(&api, &format!("dpop {token}"), &[&proof])
            .await
            .status(),
        200
    );
}

#[tokio::test]
async fn a_bound_token_is_no_bearer_token() {
    let (provider, api, holder, token) = scene().await;
    let bearer = format!("Bearer {token}");
    refused(&api, &bearer, &[], "invalid_token").await;
    let proof = holder.proof(&token, json!({}));
    refused(&api, &bearer, &[&proof], "invalid_token").await;
    assert_eq!(
        held(&api, &token, &proof).await,
        200,
        "and no proof was used up"
    );
    refused(&api, &bearer, &[], "invalid_token").await;
    // Nor one of which the provider says that it is bound, in whichever way it says so.
    for changes in [
        json!({ "cnf": holder.cnf() }),
        json!({ "token_type": "DPoP" }),
        json!({ "cnf": { "x5t#S256": "x" } }),
        json!({ "cnf": {} }),
        json!({ "cnf": { "jkt": "x" } }),
    ] {
        let token = provider.token_with(changes);
        refused(&api, &format!("Bearer {token}"), &[], "invalid_token").await;
    }
}

#[tokio::test]
async fn what_is_bound_to_something_else_works_for_nobody() {
    let (provider, api, holder, _) = scene().await;
    for changes in [
        json!({ "token_type": "DPoP" }),
        json!({ "token_type": "DPoP", "cnf": { "jkt": "x" } }),
        json!({ "token_type": "DPoP", "cnf": { "x5t#S256": "x" } }),
    ] {
        let token = provider.token_with(changes);
        let proof = holder.proof(&token, json!({}));
        refused(&api, &format!("DPoP {token}"), &[&proof], "invalid_token").await;
    }
}

#[tokio::test]
async fn a_free_token_is_a_bearer_token() {
    let (provider, api, holder, _) = scene().await;
    let token = provider.token("tasks:read");
    assert_eq!(status(&api, &token).await, 200);
    let proof = holder.proof(&token, json!({}));
    refused(&api, &format!("DPoP {token}"), &[&proof], "invalid_token").await;
    let response = sent(&api, &format!("Bearer {token}"), &[&proof]).await;
    assert_eq!(
        response.status(),
        200,
        "a proof that nobody asked for harms nothing"
    );
}

#[tokio::test]
async fn a_proof_is_for_one_request() {
    let (_provider, api, holder, token) = scene().await;
    let authorization = format!("DPoP {token}");
    let another = Digest::of(b"another token").base64url();
    for (why, changes) in [
        ("for another method", json!({ "htm": "POST" })),
        (
            "for another route",
            json!({ "htu": format!("{ORIGIN}/other") }),
        ),
        (
            "for another host",
            json!({ "htu": "https://other.example/" }),
        ),
        ("for plain http", json!({ "htu": "http://api.example/" })),
        ("for another token", json!({ "ath": another })),
        ("for no token", json!({ "ath": null })),
        ("too old", json!({ "iat": now() - 120 })),
        ("of the future", json!({ "iat": now() + 120 })),
        ("without a name", json!({ "jti": null })),
    ] {
        let proof = holder.proof(&token, changes);
        refused(&api, &authorization, &[&proof], "invalid_dpop_proof").await;
        let response = sent(&api, &authorization, &[&proof]).await;
        assert_eq!(response.status(), 401, "{why}");
    }
    let (one, two) = (
        holder.proof(&token, json!({})),
        holder.proof(&token, json!({})),
    );
    refused(&api, &authorization, &[&one, &two], "invalid_dpop_proof").await;
    assert_eq!(held(&api, &token, &one).await, 200);
    refused(&api, &authorization, &[&one], "invalid_dpop_proof").await;
    let query = holder.proof(&token, json!({ "htu": "https://API.example:443/?page=2" }));
    assert_eq!(held(&api, &token, &query).await, 200, "another spelling");
}

#[tokio::test]
async fn without_knowing_its_url_an_api_takes_none() {
    let provider = Provider::start().await;
    let api = api(&provider.verifier().await, "tasks:read");
    let holder = Holder::new();
    let token = provider.token_with(json!({ "token_type": "DPoP", "cnf": holder.cnf() }));
    let proof = holder.proof(&token, json!({}));
    refused(&api, &format!("DPoP {token}"), &[&proof], "invalid_token").await;
    for wrong in [
        "api.example",
        "https://api.example/",
        "https://api.example?x",
        "ftp://api.example",
    ] {
        let mut settings = provider.settings();
        settings.url = Some(wrong.to_owned());
        assert!(Verifier::start(settings).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn jwts_say_themselves_to_which_key_they_are_bound() {
    let provider = Provider::start().await;
    provider.rotate(SigningAlgorithm::Es256);
    let mut settings = provider.reading();
    settings.url = Some(ORIGIN.to_owned());
    let verifier = verifier(settings).await;
    let since = now();
    until(|| now() > since + 1).await;
    let api = api(&verifier, "tasks:read");
    let holder = Holder::new();
    let token = provider.jwt(json!({ "cnf": holder.cnf() }));
    for _ in ["read", "kept"] {
        assert_eq!(
            held(&api, &token, &holder.proof(&token, json!({}))).await,
            200
        );
        refused(&api, &format!("Bearer {token}"), &[], "invalid_token").await;
        let other = Holder::new().proof(&token, json!({}));
        refused(&api, &format!("DPoP {token}"), &[&other], "invalid_token").await;
    }
    let other = provider.jwt(json!({ "cnf": { "x5t#S256": "x" } }));
    refused(&api, &format!("Bearer {other}"), &[], "invalid_token").await;
    assert_eq!(provider.asked(), 0, "nobody was asked");
}

#[tokio::test]
async fn a_nonce_of_the_api_is_asked_for_and_given() {
    let provider = Provider::start().await;
    let mut settings = settings(&provider);
    settings.dpop_nonces = Some([9; 32]);
    let first = api(&verifier(settings.clone()).await, "tasks:read");
    let second = api(&verifier(settings).await, "tasks:read");
    let holder = Holder::new();
    let token = provider.token_with(json!({ "token_type": "DPoP", "cnf": holder.cnf() }));
    let authorization = format!("DPoP {token}");
    let without = holder.proof(&token, json!({}));
    let told = refused(&first, &authorization, &[&without], "use_dpop_nonce").await;
    let nonce = told["dpop-nonce"].to_str().unwrap().to_owned();
    // Another process of the same API knows it too.
    for api in [&first, &second] {
        let proof = holder.proof(&token, json!({ "nonce": nonce }));
        assert_eq!(held(api, &token, &proof).await, 200);
    }
    let bent = holder.proof(&token, json!({ "nonce": format!("{nonce}x") }));
    refused(&first, &authorization, &[&bent], "use_dpop_nonce").await;
    assert_eq!(
        get_with(&first, &[]).await.headers().get("dpop-nonce"),
        None
    );
}

#[tokio::test]
async fn where_there_is_no_room_for_more_proofs_none_is_taken() {
    let provider = Provider::start().await;
    let mut settings = settings(&provider);
    settings.max_proofs = 1;
    let api = api(&verifier(settings).await, "tasks:read");
    let holder = Holder::new();
    let token = provider.token_with(json!({ "token_type": "DPoP", "cnf": holder.cnf() }));
    assert_eq!(
        held(&api, &token, &holder.proof(&token, json!({}))).await,
        200
    );
    assert_eq!(
        held(&api, &token, &holder.proof(&token, json!({}))).await,
        503
    );
    let free = provider.token("tasks:read");
    assert_eq!(status(&api, &free).await, 200, "others are not concerned");
}

#[test]
fn an_api_that_is_described_says_whether_it_takes_proofs() {
    let told = |url: Option<&str>| {
        let mut settings = Settings::new("https://id.example/introspect", "id", "secret");
        settings.issuer = Some("https://id.example".to_owned());
        settings.audience = Some("https://api.example".to_owned());
        settings.url = url.map(str::to_owned);
        let described = settings.describe("tasks:read").expect("an address");
        let body: bytes::Bytes = described.response().into_body();
        let document: Value = serde_json::from_slice(&body).expect("JSON");
        document["dpop_signing_alg_values_supported"].clone()
    };
    assert_eq!(told(None), Value::Null);
    assert_eq!(told(Some("https://api.example"))[0], "ES256");
}
