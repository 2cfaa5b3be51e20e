//! A small provider on loopback whose every answer a test decides.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use axum::extract::{Query, State};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Form, Json, Router, body::Body};
use jose::{SigningAlgorithm, SigningKey};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tower::ServiceExt;
use verify::{Settings, Token, Verifier};
use wire::TokenText;

/// The issuer of its JWTs.
pub(crate) const ISSUER: &str = "https://auth.example";
/// What names the API.
pub(crate) const API: &str = "https://api.example";

/// What a test may change while it runs.
#[derive(Default)]
pub(crate) struct Answers {
    /// What introspection says of a token; of any other: inactive.
    pub(crate) tokens: Mutex<HashMap<String, Value>>,
    /// How often introspection was asked.
    pub(crate) asked: AtomicUsize,
    /// How long introspection takes, after it has decided on its answer.
    pub(crate) slow: Mutex<Duration>,
    /// Introspection fails.
    pub(crate) broken: AtomicBool,
    /// The feed fails.
    pub(crate) feed_broken: AtomicBool,
    /// The feed does not answer at all.
    pub(crate) feed_silent: AtomicBool,
    /// How often the feed was asked.
    pub(crate) feed_asked: AtomicUsize,
    /// What it signs with; all of them are in its set.
    pub(crate) keys: Mutex<Vec<SigningKey>>,
    /// How often the set was asked for.
    pub(crate) keys_asked: AtomicUsize,
    /// The set is not answered.
    pub(crate) keys_broken: AtomicBool,
    /// What the feed tells, in order; `reset` stands for a reset.
    events: Mutex<Vec<Value>>,
    moved: Notify,
}

/// The provider; it ends when dropped.
pub(crate) struct Provider {
    pub(crate) answers: Arc<Answers>,
    pub(crate) url: String,
    task: JoinHandle<()>,
}

impl Provider {
    pub(crate) async fn start() -> Self {
        let answers = Arc::new(Answers::default());
        let router = Router::new()
            .route("/introspect", post(introspect))
            .route("/revocations", get(revocations))
            .route("/jwks", get(jwks))
            .with_state(answers.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Provider { answers, url, task }
    }

    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::new(&format!("{}/introspect", self.url), "api", "secret");
        settings.revocations = Some(format!("{}/revocations", self.url));
        settings.realm = "tasks".to_owned();
        settings
    }

    /// A verifier whose feed has been heard.
    pub(crate) async fn verifier(&self) -> Verifier {
        let verifier = Verifier::start(self.settings()).unwrap();
        until(|| verifier.status().fresh).await;
        verifier
    }

    /// The settings of an API that reads JWTs, and whose clock is the provider's.
    pub(crate) fn reading(&self) -> Settings {
        let mut settings = self.settings();
        settings.issuer = Some(ISSUER.to_owned());
        settings.audience = Some(API.to_owned());
        settings.jwks = Some(format!("{}/jwks", self.url));
        settings.leeway = Duration::ZERO;
        settings
    }

    /// A verifier that reads JWTs, and has followed the feed long enough to know what became of new ones.
    pub(crate) async fn reader(&self) -> Verifier {
        let verifier = Verifier::start(self.reading()).unwrap();
        until(|| verifier.status().fresh).await;
        let since = now();
        until(|| now() > since + 1).await;
        verifier
    }

    /// Signs with another key from now on. The ones before stay in the set.
    pub(crate) fn rotate(&self, algorithm: SigningAlgorithm) {
        let mut keys = self.answers.keys.lock().unwrap();
        keys.push(SigningKey::generate(algorithm));
    }

    /// The claims of Ann's access token for the app `app` and this API, with changes; `null` takes one away. Introspection
    /// says of it what it says itself.
    pub(crate) fn claims(changes: Value) -> Value {
        static NEXT: AtomicI64 = AtomicI64::new(1_000_000);
        let jti = format!("j{}", NEXT.fetch_add(1, SeqCst));
        let mut claims = json!({
            "iss": ISSUER, "aud": API, "sub": "ann", "client_id": "app", "iat": now(), "exp": now() + 60,
            "jti": jti, "grant_id": format!("g{jti}"), "scope": "tasks:read", "auth_time": now() - 600,
        });
        for (name, value) in changes.as_object().unwrap() {
            match value.is_null() {
                true => drop(claims.as_object_mut().unwrap().remove(name)),
                false => claims[name] = value.clone(),
            }
        }
        claims
    }

    /// A JWT of such claims that the key which signs now made, and that the provider knows.
    pub(crate) fn jwt(&self, changes: Value) -> String {
        let claims = Provider::claims(changes);
        let text = self.sign("at+jwt", &claims);
        let mut answer = claims;
        answer["active"] = json!(true);
        answer["token_type"] = json!("Bearer");
        let mut tokens = self.answers.tokens.lock().unwrap();
        tokens.insert(text.clone(), answer);
        text
    }

    /// What the key that signs now makes of a type and claims.
    pub(crate) fn sign(&self, typ: &str, claims: &Value) -> String {
        let keys = self.answers.keys.lock().unwrap();
        let key = keys.last().expect("a key");
        jose::jws::sign(key, typ, claims.to_string().as_bytes())
    }

    /// A token of Ann's for the app `app` with these scopes and the grant `g`.
    pub(crate) fn token(&self, scope: &str) -> String {
        self.token_with(json!({ "scope": scope }))
    }

    /// A token whose answer differs in these members; `null` takes one away.
    pub(crate) fn token_with(&self, changes: Value) -> String {
        static NEXT: AtomicI64 = AtomicI64::new(1_000_000);
        let id = NEXT.fetch_add(1, SeqCst);
        let mut tokens = self.answers.tokens.lock().unwrap();
        let text = TokenText::new("at_", id, &[7; 32]).as_str().to_owned();
        let mut answer = json!({
            "active": true, "scope": "tasks:read", "client_id": "app", "sub": "ann", "token_type": "Bearer",
            "exp": now() + 60, "iat": now(), "jti": format!("t{id}"), "grant_id": "g",
        });
        for (name, value) in changes.as_object().unwrap() {
            answer[name] = value.clone();
        }
        tokens.insert(text.clone(), answer);
        text
    }

    /// A member of the answer about a token.
    pub(crate) fn member(&self, token: &str, name: &str) -> String {
        self.answers.tokens.lock().unwrap()[token][name]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The token stops working; the feed says nothing of it yet.
    pub(crate) fn kill(&self, token: &str) {
        self.answers.tokens.lock().unwrap().remove(token);
    }

    /// The feed tells an event.
    pub(crate) fn tell(&self, event: Value) {
        self.answers.events.lock().unwrap().push(event);
        self.answers.moved.notify_waiters();
    }

    /// How often introspection was asked.
    pub(crate) fn asked(&self) -> usize {
        self.answers.asked.load(SeqCst)
    }

    /// Nobody listens any more, and open connections end.
    pub(crate) fn stop(&self) {
        self.task.abort();
        // Connections are tasks of their own: they must not answer either.
        self.answers.broken.store(true, SeqCst);
        self.answers.feed_broken.store(true, SeqCst);
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Shared = State<Arc<Answers>>;

async fn introspect(
    State(answers): Shared,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    // Whoever is told that it was asked knows that it has looked.
    let known = answers.tokens.lock().unwrap().get(&form["token"]).cloned();
    let slow = *answers.slow.lock().unwrap();
    answers.asked.fetch_add(1, SeqCst);
    let own = match form["token"].starts_with("test_") {
        true => "Basic dGVzdF9hcGk6c2VjcmV0",
        false => "Basic YXBpOnNlY3JldA==",
    };
    if headers["authorization"] != own {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    tokio::time::sleep(slow).await;
    match answers.broken.load(SeqCst) {
        true => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        false => Json(known.unwrap_or(json!({ "active": false }))).into_response(),
    }
}

async fn jwks(State(answers): Shared) -> Response {
    answers.keys_asked.fetch_add(1, SeqCst);
    if answers.keys_broken.load(SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let keys = answers.keys.lock().unwrap();
    let set: jose::KeySet = keys.iter().map(|key| key.verifying().unwrap()).collect();
    set.json().into_response()
}

async fn revocations(
    State(answers): Shared,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    answers.feed_asked.fetch_add(1, SeqCst);
    assert_eq!(headers["authorization"], "Basic YXBpOnNlY3JldA==");
    if answers.feed_broken.load(SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let wait = Duration::from_millis(query["wait"].parse().unwrap());
    let after: usize = match query.get("cursor") {
        Some(cursor) => cursor.parse().unwrap(),
        None => answers.events.lock().unwrap().len(),
    };
    let told = |answers: &Answers| answers.events.lock().unwrap()[after..].to_vec();
    let moved = answers.moved.notified();
    if told(&answers).is_empty() {
        let _ = tokio::time::timeout(wait, moved).await;
    }
    if answers.feed_silent.load(SeqCst) {
        std::future::pending::<()>().await;
    }
    let mut events = told(&answers);
    let cursor = (after + events.len()).to_string();
    let reset = events.contains(&json!("reset"));
    events.retain(|event| event != "reset");
    Json(json!({ "cursor": cursor, "events": events, "reset": reset })).into_response()
}

/// An API with one route that needs `scopes`; it answers with what it learned of the token.
pub(crate) fn api(verifier: &Verifier, scopes: &str) -> Router {
    let handler = |Extension(token): Extension<Token>| async move {
        Json(json!({
            "client_id": token.client_id(),
            "subject": token.subject(),
            "scopes": token.scopes().collect::<Vec<_>>(),
            "expires_at": token.expires_at(),
            "personal": token.is_personal(),
            "mode": format!("{:?}", token.mode()),
        }))
    };
    Router::new().route("/", get(handler).layer(verifier.require(scopes)))
}

/// A GET with these `Authorization` headers.
pub(crate) async fn get_with(api: &Router, headers: &[&str]) -> Response {
    let mut request = Request::get("/");
    for header in headers {
        request = request.header("Authorization", *header);
    }
    let request = request.body(Body::empty()).unwrap();
    api.clone().oneshot(request).await.unwrap()
}

/// The status of a GET with a token.
pub(crate) async fn status(api: &Router, token: &str) -> u16 {
    get_with(api, &[&format!("Bearer {token}")])
        .await
        .status()
        .as_u16()
}

/// Waits until `done` comes true.
pub(crate) async fn until(mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < deadline, "it does not come true");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Calls the API with a token until it answers so.
pub(crate) async fn until_status(api: &Router, token: &str, expected: u16) {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match status(api, token).await {
            found if found == expected => return,
            found => assert!(Instant::now() < deadline, "{found}, not {expected}"),
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Unix seconds.
#[allow(
    clippy::disallowed_methods,
    reason = "tokens of a test expire by the wall clock"
)]
pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}
