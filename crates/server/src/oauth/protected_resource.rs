//! What the APIs say about themselves (RFC 9728), hosted here.
use crate::http::error::Refusal;
use crate::http::reply;
use crate::oauth::endpoints::documentation;
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use protocol::protected_resource::{NAME, at};

/// The document of the API that the path and the host are of.
pub(super) async fn document(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let policy = &app.config.policy;
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(|authority| authority.as_str()));
    let path = uri.path().strip_prefix(NAME).unwrap_or_default();
    let resource = at(policy, host.unwrap_or_default(), path).ok_or(Refusal::NotFound)?;
    let pages = documentation(&app.config);
    let mut response = reply::json_of(StatusCode::OK, &resource.document(policy, pages.as_deref()));
    let headers = response.headers_mut();
    headers.remove(header::PRAGMA);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    // One path may be several APIs'.
    headers.insert(header::VARY, HeaderValue::from_static("Host"));
    Ok(response)
}
