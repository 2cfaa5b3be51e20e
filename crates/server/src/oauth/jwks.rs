//! The keys that verify what is signed here (RFC 7517 §5).
use crate::http::error::ApiError;
use crate::http::reply;
use crate::jobs::look_at_signing_keys;
use crate::ops::signing_keys::max_age;
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

/// The set. It may be kept for a while: a key is in it before it signs.
pub(super) async fn jwks(State(app): State<App>) -> Result<Response, ApiError> {
    if app.keys.document().is_none() {
        look_at_signing_keys(&app).await?;
    }
    let document = app.keys.document().unwrap_or_default();
    let mut response = reply::json(StatusCode::OK, document.to_string());
    let headers = response.headers_mut();
    headers.remove(header::PRAGMA);
    let kept = format!("public, max-age={}", max_age(&app.config.signing));
    if let Ok(kept) = HeaderValue::try_from(kept) {
        headers.insert(header::CACHE_CONTROL, kept);
    }
    Ok(response)
}
