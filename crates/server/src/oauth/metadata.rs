//! Authorization server metadata (RFC 8414).
use crate::http::reply;
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

/// The document.
pub(super) async fn metadata(State(app): State<App>) -> Response {
    let mut response = reply::json(StatusCode::OK, app.metadata.clone());
    let headers = response.headers_mut();
    headers.remove(header::PRAGMA);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    response
}
