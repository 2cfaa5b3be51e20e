//! Answers: JSON for machines, pages for people, redirects between them. One place for their headers.
use super::request::RequestId;
use crate::ops::limits::Exceeded;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use pages::Page;
use serde::Serialize;
use store::StoreError;

/// Why a request was refused: put beside a response for the log.
#[derive(Clone)]
pub(crate) struct Fault(pub(crate) String);

/// Put beside a response that could not be given because of the database.
#[derive(Clone)]
pub(crate) struct NoStore(pub(crate) StoreError);

/// Put beside a response that is not worth a line in the log.
#[derive(Clone)]
pub(crate) struct Unlogged;

/// Room for most bodies, in bytes.
const BODY: usize = 512;
/// Room for the headers of an answer to a machine, made at once.
const HEADERS: usize = 10;

/// JSON text with `no-store` (RFC 6749 §5.1).
pub(crate) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(HEADERS);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// A value as JSON.
pub(crate) fn json_of(status: StatusCode, value: &impl Serialize) -> Response {
    let mut body = Vec::with_capacity(BODY);
    match serde_json::to_writer(&mut body, value) {
        Ok(()) => json(status, body),
        Err(_) => json(
            StatusCode::INTERNAL_SERVER_ERROR,
            r#"{"error":"server_error"}"#,
        ),
    }
}

/// Adds a nonce for the next proof of possession (RFC 9449 §8).
pub(crate) fn dpop_nonce(response: &mut Response, nonce: &str) {
    if let Ok(nonce) = HeaderValue::from_str(nonce) {
        let name = HeaderName::from_static("dpop-nonce");
        response.headers_mut().insert(name, nonce);
    }
}

/// Success of which there is nothing to tell: an empty object, since some clients parse whatever comes and others
/// take nothing that is not called JSON.
pub(crate) fn done() -> Response {
    json(StatusCode::OK, "{}")
}

/// The members of an error (RFC 6749 §5.2), and the id under which it is in the log.
#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    error_description: &'a str,
    request_id: String,
}

/// An error of a machine endpoint.
pub(crate) fn plain_error(
    status: StatusCode,
    error: &str,
    description: &str,
    id: RequestId,
) -> Response {
    let body = ErrorBody {
        error,
        error_description: description,
        request_id: id.to_string(),
    };
    json_of(status, &body)
}

/// Adds the challenge that every 401 has (RFC 9110 §15.5.2).
pub(crate) fn challenge(response: &mut Response, challenge: HeaderValue) {
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, challenge);
}

/// After how many seconds to come back whose password waits behind those of others.
pub(crate) const BUSY_FOR: i64 = 3;

/// Says after how many seconds another try is worth it.
pub(crate) fn retry_after(mut response: Response, seconds: i64) -> Response {
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, seconds.into());
    response
}

/// Says what was exceeded and when another request is worth it, in `Retry-After` and in the `RateLimit` fields
/// (draft-ietf-httpapi-ratelimit-headers-11 §3, §4).
pub(crate) fn limited(response: Response, exceeded: &Exceeded) -> Response {
    let mut response = retry_after(response, i64::from(exceeded.seconds));
    let (name, budget) = (exceeded.class.name(), exceeded.budget);
    let (quota, window) = (budget.burst(), budget.window());
    let wait = exceeded.seconds;
    for (field, value) in [
        (
            "ratelimit-policy",
            format!("\"{name}\";q={quota};w={window}"),
        ),
        ("ratelimit", format!("\"{name}\";r=0;t={wait}")),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            let field = HeaderName::from_static(field);
            response.headers_mut().insert(field, value);
        }
    }
    let extensions = response.extensions_mut();
    extensions.insert(Fault(format!("limits: {name}")));
    response
}

/// Code and description of a storage failure.
pub(crate) const UNAVAILABLE: (&str, &str) = (
    "temporarily_unavailable",
    "the server cannot store or read just now: try again in a moment",
);

/// Marks a 503 as one of the database: for the client, when to try again; for the log, why.
pub(crate) fn because_of(error: &StoreError, response: Response) -> Response {
    let mut response = retry_after(response, 1);
    let extensions = response.extensions_mut();
    extensions.insert(Fault(format!("store: {error}")));
    extensions.insert(NoStore(error.clone()));
    response
}

/// Said of a page from whose forms the browser may be sent on to an app.
#[derive(Clone, Copy)]
pub(crate) struct LeadsToApp;

/// A page. One that leads to an app has no `form-action`: Chromium applies it to every redirect that follows the
/// form, so it would judge where the app sends the browser next (a private-use scheme, a program on loopback) after
/// the app has its code.
pub(crate) fn page<P: Page>(status: StatusCode, page: &P, leads: Option<LeadsToApp>) -> Response {
    let mut response = document("text/html; charset=utf-8", page.html());
    *response.status_mut() = status;
    let csp = content_security_policy(
        leads,
        P::ASKS_PASSWORD || P::COPIES || P::SUBMITS || P::PASSKEYS,
    );
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(csp),
    );
    headers.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(page.language().tag()),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Whether an answer is one of our pages, which no other origin reads, wherever it was asked for.
pub(crate) fn is_page(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE);
    media_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

/// A text for people, with the headers that keep it from being framed or mistaken for anything else.
pub(crate) fn document(media_type: &'static str, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    let headers = response.headers_mut();
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            content_security_policy(None, false),
        ),
        (header::CONTENT_TYPE, media_type),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The same, with the script that copies what is there to be copied.
pub(crate) fn document_that_copies(media_type: &'static str, text: impl Into<Body>) -> Response {
    let mut response = document(media_type, text);
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(content_security_policy(None, true)),
    );
    response
}

/// A text for people that was rendered once, and is served again and again.
pub(crate) struct RenderedDocument {
    /// Its path.
    pub(crate) path: String,
    /// Its media type.
    pub(crate) media_type: &'static str,
    /// The text.
    pub(crate) text: Bytes,
    /// What names this text in caches.
    pub(crate) tag: String,
}

impl RenderedDocument {
    /// The text at a path.
    pub(crate) fn new(path: String, media_type: &'static str, text: String) -> Self {
        let digest = jose::Digest::of(text.as_bytes());
        let tag: String = digest.as_bytes()[..12]
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        RenderedDocument {
            path,
            media_type,
            tag: format!("\"{tag}\""),
            text: Bytes::from(text),
        }
    }
}

/// Only a page that asks for a password, or shows what is copied, has a script, and that is ours.
fn content_security_policy(leads: Option<LeadsToApp>, has_script: bool) -> &'static str {
    match (leads, has_script) {
        (None, true) => {
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
             form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        }
        (Some(LeadsToApp), true) => {
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
             frame-ancestors 'none'; base-uri 'none'"
        }
        (None, false) => {
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'"
        }
        (Some(LeadsToApp), false) => {
            "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; \
             base-uri 'none'"
        }
    }
}

/// A redirect of a browser: 303, so that a POST is never repeated elsewhere.
pub(crate) fn see_other(location: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let Ok(location) = HeaderValue::from_str(location) else {
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

/// Adds a cookie to a response.
pub(crate) fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
