//! A small task API, as an API company would have it: it asks the provider about each token.
use super::board::Demo;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use wire::bearer;

/// `GET /v1/tasks`, scope `tasks:read`.
pub(crate) async fn list(State(demo): State<Demo>, headers: HeaderMap) -> Response {
    match authorize(&demo, &headers, "tasks:read").await {
        Ok(()) => Json(demo.tasks.all()).into_response(),
        Err(response) => response,
    }
}

#[derive(Deserialize)]
struct NewTask {
    title: String,
}

/// `POST /v1/tasks` with `{"title": …}`, scope `tasks:write`.
pub(crate) async fn add(State(demo): State<Demo>, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(response) = authorize(&demo, &headers, "tasks:write").await {
        return response;
    }
    match serde_json::from_slice::<NewTask>(&body) {
        Ok(task) if (1..=200).contains(&task.title.chars().count()) => {
            match demo.tasks.add(&task.title) {
                true => (StatusCode::CREATED, Json(demo.tasks.all())).into_response(),
                false => (StatusCode::CONFLICT, "this demo keeps 100 tasks\n").into_response(),
            }
        }
        _ => (StatusCode::BAD_REQUEST, "send {\"title\": \"…\"}\n").into_response(),
    }
}

/// Lets a request through whose token is active and has the scope (RFC 6750 §3.1).
async fn authorize(demo: &Demo, headers: &HeaderMap, scope: &str) -> Result<(), Response> {
    let header = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = bearer::parse(header).map_err(|_| challenge(StatusCode::UNAUTHORIZED, &[]))?;
    let credential = (
        demo.settings.api_id.as_str(),
        demo.settings.api_secret.as_str(),
    );
    let answer = demo
        .client
        .post_form(
            &demo.settings.introspection,
            credential,
            &[("token", token)],
        )
        .await
        .map_err(|_| (StatusCode::BAD_GATEWAY, "the provider does not answer\n").into_response())?;
    if answer.json["active"] != true {
        return Err(challenge(
            StatusCode::UNAUTHORIZED,
            &[("error", "invalid_token")],
        ));
    }
    let granted = answer.json["scope"].as_str().unwrap_or_default();
    match granted.split(' ').any(|name| name == scope) {
        true => Ok(()),
        false => Err(challenge(
            StatusCode::FORBIDDEN,
            &[("error", "insufficient_scope"), ("scope", scope)],
        )),
    }
}

fn challenge(status: StatusCode, attributes: &[(&str, &str)]) -> Response {
    let value = bearer::challenge("tasks", attributes);
    let error = attributes
        .first()
        .map_or("missing_token", |(_, error)| error);
    let mut response = (status, Json(serde_json::json!({ "error": error }))).into_response();
    if let Ok(value) = HeaderValue::from_str(&value) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, value);
    }
    response
}
