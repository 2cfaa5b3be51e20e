//! Authorization server metadata (RFC 8414) at all spellings that clients try.
use crate::app::App;
use crate::reply;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

/// The paths for an issuer: inserted before its path as RFC 8414 §3.1 asks, in the OIDC name too, and
/// appended to it as OpenID Connect Discovery asks.
pub(crate) fn paths(issuer: &str) -> Vec<String> {
    let path = issuer[crate::app::origin(issuer).len()..].trim_end_matches('/');
    let mut paths = vec![
        format!("/.well-known/oauth-authorization-server{path}"),
        format!("/.well-known/openid-configuration{path}"),
    ];
    if !path.is_empty() {
        paths.push(format!("{path}/.well-known/openid-configuration"));
    }
    paths
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
    reply::with_cors(response)
}

#[cfg(test)]
mod tests {
    use super::paths;

    #[test]
    fn all_three_spellings_of_an_issuer_with_a_path() {
        assert_eq!(
            paths("https://h.example/t"),
            [
                "/.well-known/oauth-authorization-server/t",
                "/.well-known/openid-configuration/t",
                "/t/.well-known/openid-configuration",
            ]
        );
        assert_eq!(paths("https://h.example").len(), 2);
    }
}
