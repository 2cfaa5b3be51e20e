//! Refusals, as JSON.
use crate::rights::Role;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request with a good token is refused.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The user may not do this.
    Role(Role),
    /// There is no such thing of this user's.
    Missing,
    /// The body is not what is asked for.
    Body(&'static str),
    /// There is no more room.
    Full,
    /// A mistake in the source: a route without the layer.
    NoLayer,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, error, description) = match self {
            Refused::Role(role) => (
                StatusCode::FORBIDDEN,
                "forbidden",
                format!(
                    "your role here is {}, which may not do this: ask an admin",
                    role.name()
                ),
            ),
            Refused::Missing => (
                StatusCode::NOT_FOUND,
                "not_found",
                "you have nothing of that id".to_owned(),
            ),
            Refused::Body(wanted) => (
                StatusCode::BAD_REQUEST,
                "invalid_body",
                format!("send {wanted}"),
            ),
            Refused::Full => (
                StatusCode::CONFLICT,
                "full",
                "this example keeps no more: delete something first".to_owned(),
            ),
            Refused::NoLayer => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "server_error",
                "this route checks no token".to_owned(),
            ),
        };
        let body = json!({ "error": error, "error_description": description });
        (status, Json(body)).into_response()
    }
}
