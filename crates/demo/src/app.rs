//! The demo app: a third party that knows nothing of the provider but its public endpoints. It walks the code
//! flow with PKCE and shows each step.
use super::api;
use super::board::{Demo, DemoState, Settings, Step, Visit, frame, tasks_of};
use super::client::{Answer, Client};
use super::form;
use super::mail;
use super::reply;
use super::screen::Television;
use super::tasks::Tasks;
use super::television;
use super::your_app;
use axum::Router;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jose::Digest;
use pages::{DemoError, DemoHome, DemoResult, DemoStep, DemoTask, DemoYourApp};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Requests that one browser may have under way.
const MAX_REQUESTS: usize = 10;

/// The routes of the demo app and of the task API.
pub fn router(settings: Settings) -> Router {
    let demo = Arc::new(DemoState {
        settings,
        client: Client::new(),
        tasks: Tasks::new(),
        television: Television::new(),
        visits: Mutex::new(BTreeMap::new()),
    });
    Router::new()
        .route("/", get(home))
        .route("/login", get(login))
        .route("/callback", get(callback))
        .route("/tasks", get(show))
        .route("/refresh", post(refresh))
        .route("/revoke", post(revoke))
        .route("/tv", get(television::watch).post(television::restart))
        .route("/mail", get(mail::show))
        .route(DemoYourApp::PATH, get(your_app::show))
        .route("/v1/tasks", get(api::list).post(api::add))
        .route("/assets/{name}", get(stylesheet))
        .fallback(async || nothing_here(StatusCode::NOT_FOUND))
        .method_not_allowed_fallback(async || nothing_here(StatusCode::METHOD_NOT_ALLOWED))
        .layer(from_fn_with_state(demo.clone(), at_its_name))
        .with_state(demo)
}

/// Leads a browser that came by an address to the name that the app is registered under: cookies and redirect URIs are that
/// name's.
async fn at_its_name(State(demo): State<Demo>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let by_address = ["127.0.0.1", "[::1]"]
        .iter()
        .any(|own| host.starts_with(own));
    let path = request.uri().path_and_query();
    let path = path.map_or("/", axum::http::uri::PathAndQuery::as_str);
    match by_address && request.method() == Method::GET && !path.starts_with("/v1/") {
        true => reply::see_other(&format!("{}{path}", demo.settings.base)),
        false => next.run(request).await,
    }
}

fn nothing_here(status: StatusCode) -> Response {
    let (error, description) = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            ("method_not_allowed", "This is asked for in another way.")
        }
        _ => ("not_found", "The demo app has no such page."),
    };
    let page = DemoError {
        frame: frame(),
        error: error.to_owned(),
        description: description.to_owned(),
    };
    reply::page(status, &page)
}

async fn stylesheet() -> Response {
    let mut response = Response::new(pages::stylesheet().1.into());
    let css = header::HeaderValue::from_static("text/css; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, css);
    response
}

async fn home(State(demo): State<Demo>) -> Response {
    let page = DemoHome {
        frame: frame(),
        scopes: demo.settings.scopes.split(' ').map(str::to_owned).collect(),
        provider: demo.settings.provider.clone(),
    };
    reply::page(StatusCode::OK, &page)
}

fn random() -> String {
    URL_SAFE_NO_PAD.encode(jose::random::bytes::<32>())
}

async fn login(State(demo): State<Demo>, headers: HeaderMap) -> Response {
    let (state, verifier) = (random(), random());
    let (id, mut visit) = demo
        .visit(&headers)
        .unwrap_or_else(|| (random(), Visit::default()));
    let challenge = Digest::of(verifier.as_bytes()).base64url();
    let redirect_uri = demo.redirect_uri();
    let query = form::written(&[
        ("response_type", "code"),
        ("client_id", &demo.settings.client_id),
        ("redirect_uri", &redirect_uri),
        ("scope", &demo.settings.scopes),
        ("state", &state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    if visit.requests.len() == MAX_REQUESTS {
        visit.requests.remove(0);
    }
    visit.requests.push((state, verifier));
    let mut response = reply::see_other(&format!("{}?{}", demo.settings.authorization, query));
    let name = demo.cookie_name();
    reply::set_cookie(
        &mut response,
        &format!("{name}={id}; Path=/; HttpOnly; SameSite=Lax"),
    );
    demo.remember(id, visit);
    response
}

/// Enough of a secret to recognise it, and no more. A token's beginning tells its kind, its end is a checksum.
fn shortened(secret: &str) -> String {
    let head: String = secret.chars().take(5).collect();
    let tail: String = secret
        .chars()
        .skip(secret.chars().count().saturating_sub(4))
        .collect();
    format!("{head}…{tail}")
}

fn failed(error: &str, description: &str) -> Response {
    let page = DemoError {
        frame: frame(),
        error: error.to_owned(),
        description: description.to_owned(),
    };
    reply::page(StatusCode::BAD_REQUEST, &page)
}

async fn callback(
    State(demo): State<Demo>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    let param = |name: &str| form::value(query.as_bytes(), name);
    let Some((id, mut visit)) = demo.visit(&headers) else {
        return failed(
            "unknown_browser",
            "This browser did not start a sign-in here.",
        );
    };
    let own = |(state, _): &&(String, String)| param("state").as_ref() == Some(state);
    let Some((state, verifier)) = visit.requests.iter().find(own).cloned() else {
        return failed(
            "wrong_state",
            "The answer does not belong to a request this browser made.",
        );
    };
    // RFC 9207 §2.4: an answer of another issuer is not ours.
    if param("iss").as_ref() != Some(&demo.settings.issuer) {
        return failed(
            "wrong_issuer",
            "The answer does not come from the provider that was asked.",
        );
    }
    if let Some(error) = param("error") {
        return failed(&error, &param("error_description").unwrap_or_default());
    }
    let code = param("code").unwrap_or_default();
    visit.steps = vec![asked(&demo, &state, &verifier, &code)];
    let redirect_uri = demo.redirect_uri();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", &verifier),
    ];
    let shown = format!(
        "POST {}\nAuthorization: Basic …\n\ngrant_type=authorization_code&code={}&redirect_uri={redirect_uri}&code_verifier={}",
        demo.settings.token,
        shortened(&code),
        shortened(&verifier)
    );
    take_tokens(
        &demo,
        id,
        visit,
        &fields,
        "The app traded the code for tokens",
        shown,
    )
    .await
}

/// The first step, as it was.
fn asked(demo: &Demo, state: &str, verifier: &str, code: &str) -> Step {
    let settings = &demo.settings;
    let challenge = Digest::of(verifier.as_bytes()).base64url();
    Step {
        title: "The app sent your browser to the provider, and the provider sent it back",
        request: format!(
            "GET {}?response_type=code&client_id={}&redirect_uri={}&scope={}&state={}&code_challenge={}&code_challenge_method=S256",
            settings.authorization,
            settings.client_id,
            demo.redirect_uri(),
            settings.scopes,
            shortened(state),
            shortened(&challenge)
        ),
        response: format!(
            "GET {}?code={}&state={}&iss={}",
            demo.redirect_uri(),
            shortened(code),
            shortened(state),
            settings.issuer
        ),
    }
}

/// Asks the token endpoint, then the API, and goes to the result.
async fn take_tokens(
    demo: &Demo,
    id: String,
    mut visit: Visit,
    fields: &[(&str, &str)],
    title: &'static str,
    request: String,
) -> Response {
    let answer = demo
        .client
        .post_form(&demo.settings.token, demo.credential(), fields)
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return failed("provider_unreachable", &format!("{error:#}")),
    };
    visit.steps.push(Step {
        title,
        request,
        response: shown(&answer),
    });
    let text = |name: &str| answer.json[name].as_str().unwrap_or_default().to_owned();
    if answer.status != StatusCode::OK {
        return failed(&text("error"), &text("error_description"));
    }
    visit.access_token = text("access_token");
    visit.refresh_token = text("refresh_token");
    call_api(demo, &mut visit).await;
    demo.remember(id, visit);
    reply::see_other("/tasks")
}

async fn call_api(demo: &Demo, visit: &mut Visit) {
    let url = format!("{}/v1/tasks", demo.settings.base);
    let answer = demo.client.get_bearer(&url, &visit.access_token).await;
    let (response, tasks) = match &answer {
        Ok(answer) => (shown(answer), tasks_of(&answer.json)),
        Err(error) => (format!("{error:#}"), Vec::new()),
    };
    visit.tasks = tasks;
    visit.steps.push(Step {
        title: "The app called the API with the access token",
        request: format!(
            "GET {url}\nAuthorization: Bearer {}",
            shortened(&visit.access_token)
        ),
        response,
    });
}

/// An answer as it may be shown: tokens shortened.
fn shown(answer: &Answer) -> String {
    let mut json = answer.json.clone();
    for name in ["access_token", "refresh_token"] {
        if let Some(Value::String(secret)) = json.get_mut(name) {
            *secret = shortened(secret);
        }
    }
    let body = serde_json::to_string_pretty(&json).unwrap_or_default();
    match json {
        Value::Null => answer.status.to_string(),
        _ => format!("{}\n{body}", answer.status),
    }
}

async fn show(State(demo): State<Demo>, headers: HeaderMap) -> Response {
    let Some((id, visit)) = demo
        .visit(&headers)
        .filter(|(_, visit)| !visit.steps.is_empty())
    else {
        return reply::see_other("/");
    };
    let step = |step: Step| DemoStep {
        title: step.title.to_owned(),
        request: step.request,
        response: step.response,
    };
    let page = DemoResult {
        frame: frame(),
        tasks: visit
            .tasks
            .into_iter()
            .map(|(title, done)| DemoTask { title, done })
            .collect(),
        steps: visit.steps.into_iter().map(step).collect(),
        nonce: nonce(&id),
    };
    reply::page(StatusCode::OK, &page)
}

/// Proves that a form came from a page that was shown to this browser.
fn nonce(id: &str) -> String {
    Digest::of(format!("nonce {id}").as_bytes()).base64url()
}

/// The visit behind a form of the result page.
fn own_visit(demo: &Demo, headers: &HeaderMap, body: &[u8]) -> Option<(String, Visit)> {
    let (id, visit) = demo.visit(headers)?;
    (form::value(body, "nonce")? == nonce(&id)).then_some((id, visit))
}

async fn refresh(
    State(demo): State<Demo>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Response {
    let Some((id, visit)) = own_visit(&demo, &headers, &body) else {
        return reply::see_other("/");
    };
    let token = visit.refresh_token.clone();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token.as_str()),
    ];
    let shown = format!(
        "POST {}\nAuthorization: Basic …\n\ngrant_type=refresh_token&refresh_token={}",
        demo.settings.token,
        shortened(&token)
    );
    take_tokens(
        &demo,
        id,
        visit,
        &fields,
        "The app traded the refresh token for new ones",
        shown,
    )
    .await
}

async fn revoke(State(demo): State<Demo>, headers: HeaderMap, body: axum::body::Bytes) -> Response {
    let Some((id, mut visit)) = own_visit(&demo, &headers, &body) else {
        return reply::see_other("/");
    };
    let token = visit.refresh_token.clone();
    let answer = demo
        .client
        .post_form(
            &demo.settings.revocation,
            demo.credential(),
            &[("token", &token)],
        )
        .await;
    visit.steps.push(Step {
        title: "The app gave its key back",
        request: format!(
            "POST {}\nAuthorization: Basic …\n\ntoken={}",
            demo.settings.revocation,
            shortened(&token)
        ),
        response: match &answer {
            Ok(answer) => shown(answer),
            Err(error) => format!("{error:#}"),
        },
    });
    call_api(&demo, &mut visit).await;
    demo.remember(id, visit);
    reply::see_other("/tasks")
}
