//! Which answers pages of other origins may read: those of endpoints that look at no cookie, every one of them, so
//! that a browser app can tell a refusal from a broken network.
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use pages::path;

/// A device posts where people read: only the former is open.
const SHARED: &str = path::DEVICE;
/// Where providers tell about themselves (RFC 8615).
const WELL_KNOWN: &str = "/.well-known";
/// Most bytes of a preflight's answer, and thereby of what it may ask for.
const MOST: usize = 4_096;

/// The paths of the endpoints without cookies.
pub(crate) struct Open {
    own: Vec<String>,
    shared: String,
}

impl Open {
    /// Those of the endpoints at `paths`, and whatever is asked for where providers tell about themselves.
    pub(crate) fn of<'a>(prefix: &str, paths: impl Iterator<Item = &'a str>) -> Self {
        let about = ["", prefix].map(|prefix| format!("{prefix}{WELL_KNOWN}"));
        Open {
            own: paths.map(str::to_owned).chain(about).collect(),
            shared: format!("{prefix}{SHARED}"),
        }
    }

    /// Whether an answer to a request for `path`, or for something below one of the endpoints, may be read.
    pub(crate) fn covers(&self, method: &Method, path: &str) -> bool {
        self.own
            .iter()
            .any(|own| match path.strip_prefix(own.as_str()) {
                Some("") => {
                    *own != self.shared || *method == Method::POST || *method == Method::OPTIONS
                }
                Some(below) => below.starts_with('/') && *own != self.shared,
                None => false,
            })
    }
}

/// Lets any origin read an answer, without cookies.
pub(crate) fn allow(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(
            "*, WWW-Authenticate, Retry-After, Allow, X-Request-Id, DPoP-Nonce",
        ),
    );
}

/// The answer to `OPTIONS` of an endpoint that takes `methods`. Tracing libraries add headers to every request, and
/// where there are no cookies a header can do no harm: all that are asked for are allowed.
pub(crate) fn preflight(asked: &HeaderMap, methods: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    if let Ok(allowed) = HeaderValue::from_str(&allowed_headers(asked)) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    }
    for (name, value) in [
        (header::ALLOW, methods),
        (header::ACCESS_CONTROL_ALLOW_METHODS, methods),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
        (
            header::VARY,
            "Access-Control-Request-Method, Access-Control-Request-Headers",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The names that a preflight asks for, as far as they are names; and the two that every endpoint knows.
fn allowed_headers(asked: &HeaderMap) -> String {
    let mut allowed = "authorization, content-type".to_owned();
    let lines = asked.get_all(header::ACCESS_CONTROL_REQUEST_HEADERS).iter();
    for name in lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b',')) {
        let Ok(name) = HeaderName::from_bytes(name.trim_ascii()) else {
            continue;
        };
        let known = name == header::AUTHORIZATION || name == header::CONTENT_TYPE;
        if !known && allowed.len() + name.as_str().len() < MOST {
            allowed.push_str(", ");
            allowed.push_str(name.as_str());
        }
    }
    allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_allowed() {
        let mut asked = HeaderMap::new();
        assert_eq!(allowed_headers(&asked), "authorization, content-type");
        let name = header::ACCESS_CONTROL_REQUEST_HEADERS;
        asked.append(&name, "traceparent, DPoP,content-type".parse().unwrap());
        asked.append(
            &name,
            "not a name, \"x\", mcp-protocol-version".parse().unwrap(),
        );
        asked.append(&name, HeaderValue::from_bytes(b"Zo\xeb, x-last").unwrap());
        assert_eq!(
            allowed_headers(&asked),
            "authorization, content-type, traceparent, dpop, mcp-protocol-version, x-last"
        );
        let long = vec!["x-header"; 1_000].join(",");
        asked.append(&name, long.parse().unwrap());
        assert!(allowed_headers(&asked).len() < MOST + 10);
    }

    #[test]
    fn machines_are_open_and_pages_are_not() {
        let token = "/oauth2/token";
        let open = Open::of("", [token, SHARED].into_iter());
        for (path, is_open) in [
            (token.to_owned(), true),
            (format!("{token}/below"), true),
            (format!("{token}x"), false),
            ("/.well-known/openid-configuration".to_owned(), true),
            (SHARED.to_owned(), false),
            ("/device/code".to_owned(), false),
            ("/oauth2/authorize".to_owned(), false),
            ("/sign-in".to_owned(), false),
        ] {
            assert_eq!(open.covers(&Method::GET, &path), is_open, "{path}");
        }
        assert!(open.covers(&Method::POST, SHARED));
        assert!(!open.covers(&Method::POST, "/device/code"));
    }
}
