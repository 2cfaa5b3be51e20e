//! Authorization server metadata (RFC 8414).
use crate::app::App;
use crate::reply;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

/// The paths for an issuer: inserted before its path as RFC 8414 §3.1 asks. There is no `openid-configuration`: under
/// that name a client expects the members that OpenID Connect requires, and stops where they are missing.
pub(crate) fn paths(issuer: &str) -> Vec<String> {
    let path = issuer[crate::app::origin(issuer).len()..].trim_end_matches('/');
    vec![format!("/.well-known/oauth-authorization-server{path}")]
}

/// The document.
pub(crate) async fn metadata(State(app): State<App>) -> Response {
    let mut response = reply::json(StatusCode::OK, app.metadata.clone());
    let headers = response.headers_mut();
    headers.remove(header::PRAGMA);
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::paths;

    #[test]
    fn only_under_the_name_of_this_standard() {
        for (issuer, path) in [
            ("https://h.example", ""),
            ("https://h.example/", ""),
            ("https://h.example/t", "/t"),
        ] {
            let name = "/.well-known/oauth-authorization-server";
            assert_eq!(paths(issuer), [format!("{name}{path}")]);
        }
    }
}
