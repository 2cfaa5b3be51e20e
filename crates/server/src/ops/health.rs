//! Whether the server lives, and whether it can do its work.
use crate::http::reply;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// The process answers.
pub(crate) async fn live() -> Response {
    reply::json(StatusCode::OK, r#"{"status":"ok"}"#)
}

/// The storage reads and its writer runs.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    match app.store.ready().await {
        Ok(()) => reply::json(
            StatusCode::OK,
            r#"{"status":"ok","checks":[{"name":"storage","status":"ok"}]}"#,
        ),
        Err(error) => {
            app.outage.note(&error);
            reply::json(
                StatusCode::SERVICE_UNAVAILABLE,
                r#"{"status":"failing","checks":[{"name":"storage","status":"failing"}]}"#,
            )
        }
    }
}
