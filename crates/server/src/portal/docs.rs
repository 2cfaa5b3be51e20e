//! The developer pages: written at the first visit, the same for everyone, without cookies.
use super::offer::{path_of, write};
use crate::http::error::Refusal;
use crate::http::reply;
use crate::state::App;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;

/// One of them.
pub(crate) async fn show(
    State(app): State<App>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let pages = app
        .developer_pages
        .get_or_init(|| write(&app.config, &app.brand.shown));
    let alias = app.config.developers.aliases.get(uri.path());
    let path = alias.map_or_else(|| uri.path().to_owned(), |chapter| path_of(*chapter));
    let page_at = |path: &str| pages.iter().find(|page| page.path == path);
    let Some(page) = page_at(&path) else {
        // Typed with a slash at its end, it is meant all the same.
        let meant = path.strip_suffix('/').and_then(page_at);
        return match meant {
            Some(meant) => Ok(reply::see_other(&meant.path)),
            None => Err(Refusal::NotFound),
        };
    };
    let mut response = reply::document_that_copies(page.media_type, page.text.clone());
    if is_known(&headers, &page.tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    let headers = response.headers_mut();
    // They are in English alone.
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static("en"));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    if let Ok(tag) = HeaderValue::from_str(&page.tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Whether the asker has the page of this tag (RFC 9110 §13.1.2); proxies mark tags as weak.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    tags.any(|known| {
        let known = known.trim_ascii();
        known.strip_prefix(b"W/").unwrap_or(known) == tag.as_bytes()
    })
}
