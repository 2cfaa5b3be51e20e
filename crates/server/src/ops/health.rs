//! Whether the server lives, and whether it can do its work.
use crate::http::reply::{self, Unlogged};
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// The process answers.
pub(crate) async fn live(State(app): State<App>) -> Response {
    well(&app, r#"{"status":"ok"}"#)
}

/// A probe that went well is worth no line in the log, unless somebody asks for them.
fn well(app: &App, body: &'static str) -> Response {
    let mut response = reply::json(StatusCode::OK, body);
    if !app.config.log.health {
        response.extensions_mut().insert(Unlogged);
    }
    response
}

/// The storage reads and its writer runs.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    match app.store.ready().await {
        Ok(()) => well(
            &app,
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
