//! Which answers pages of other origins may read: those of endpoints that look at no cookie, every one of them, so
//! that a browser app can tell a refusal from a broken network.
use crate::ops::limits::Class;
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

/// The paths of the endpoints without cookies, and what requests for them are counted as.
pub(crate) struct Open {
    own: Vec<(String, Door)>,
    shared: String,
}

/// What is known of a request by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Door {
    /// Whether pages of other origins may read the answer.
    pub(crate) open: bool,
    /// What it is counted as.
    pub(crate) class: Class,
}

const PROGRAMS: Door = Door {
    open: true,
    class: Class::Programs,
};

impl Door {
    /// That of all that is no endpoint.
    pub(crate) const OF_PAGES: Door = Door {
        open: false,
        class: Class::Pages,
    };
}

impl Open {
    /// Those of the endpoints at `paths`, and whatever is asked for where providers tell about themselves. `hooks` are asked by
    /// programs too, and no page of another origin reads them; at `registrations` apps register themselves.
    pub(crate) fn of<'a>(
        prefix: &str,
        paths: impl Iterator<Item = &'a str>,
        hooks: impl Iterator<Item = &'a str>,
        registrations: &[String],
    ) -> Self {
        let own_api = format!("{prefix}{}/", path::OWN_API);
        let door = |path: &str| {
            let below = path.strip_prefix(prefix).unwrap_or(path);
            let registers = |own: &String| below.starts_with(own.as_str());
            match path.starts_with(&own_api) || registrations.iter().any(registers) {
                true => Door {
                    class: Class::Api,
                    ..PROGRAMS
                },
                false => PROGRAMS,
            }
        };
        let endpoints = paths.map(|path| (path.to_owned(), door(path)));
        let about = ["", prefix].map(|prefix| (format!("{prefix}{WELL_KNOWN}"), PROGRAMS));
        let hook = Door {
            open: false,
            ..PROGRAMS
        };
        let hooks = hooks.map(|path| (path.to_owned(), hook));
        Open {
            own: endpoints.chain(about).chain(hooks).collect(),
            shared: format!("{prefix}{SHARED}"),
        }
    }

    /// Whether an answer to a request for `path`, or for something below one of the endpoints, may be read, and what the
    /// request is counted as.
    pub(crate) fn door(&self, method: &Method, path: &str) -> Door {
        let own = self.own.iter();
        let mut doors = own.filter(|(own, _)| match path.strip_prefix(own.as_str()) {
            Some("") => {
                *own != self.shared || *method == Method::POST || *method == Method::OPTIONS
            }
            Some(below) => below.starts_with('/') && *own != self.shared,
            None => false,
        });
        doors.next().map_or(Door::OF_PAGES, |(_, door)| *door)
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
        let registrations = ["/oauth2/register".to_owned()];
        let api = format!("{}/apps/{{client_id}}", path::OWN_API);
        let endpoints = [token, SHARED, "/oauth2/register", &api];
        let hooks = ["/mail/bounces"].into_iter();
        let open = Open::of("", endpoints.into_iter(), hooks, &registrations);
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
            assert_eq!(open.door(&Method::GET, &path).open, is_open, "{path}");
        }
        let posted = |path: &str| open.door(&Method::POST, path);
        assert!(posted(SHARED).open && !posted("/device/code").open);
        assert!(!posted("/mail/bounces").open);
        for (path, class) in [
            (token, Class::Programs),
            ("/.well-known/jwks.json", Class::Programs),
            ("/mail/bounces", Class::Programs),
            ("/oauth2/register", Class::Api),
            ("/oauth2/register/an-app", Class::Api),
            ("/sign-in", Class::Pages),
            ("/wp-admin", Class::Pages),
        ] {
            assert_eq!(posted(path).class, class, "{path}");
        }
    }
}
