//! A whole request to the token endpoint, and of a device to its own.
use crate::ground::{POLICY, STRICT, line, text};
use crate::params::{pairs_of, repeats};
use protocol::Policy;
use protocol::device::DeviceRequest;
use protocol::token::{GrantRequest, RawRequest, TokenError, TokenRequest};
use protocol::types::{GrantType, Scope};

/// `Authorization`, `Content-Type` and query, a line each (an empty one is not sent), then the body.
pub(crate) fn token_request(data: &[u8]) {
    let (authorization, rest) = line(data);
    let (content_type, rest) = line(rest);
    let (query, body) = line(rest);
    let header = |data| text(data).filter(|text| !text.is_empty());
    let raw = RawRequest {
        authorization: header(authorization),
        content_type: header(content_type),
        query: header(query),
        body,
    };
    for policy in [&*POLICY, &*STRICT] {
        match TokenRequest::parse(&raw, policy) {
            Ok(request) => accepted(&raw, &request, policy),
            Err(error) => refused(&error),
        }
        match DeviceRequest::parse(&raw, policy) {
            Ok(request) => {
                let params = raw.params(policy).expect("they were read");
                let named = params
                    .get("scope")
                    .and_then(|scope| Scope::parse(scope).ok());
                let named = named.filter(|scope| !scope.is_empty());
                assert_eq!(request.scope, named);
            }
            Err(error) => refused(&error),
        }
    }
}

fn accepted(raw: &RawRequest<'_>, request: &TokenRequest, policy: &Policy) {
    let params = raw.params(policy).expect("they were read");
    let pairs = pairs_of(params.to_form().as_bytes()).expect("they read back");
    assert!(!repeats(&pairs), "a repeated parameter gets through");
    assert!(raw.query.is_none() || policy.tokens.bodies.query);
    assert!(
        raw.authorization.is_none() || params.get("client_secret").is_none(),
        "two methods"
    );
    assert!(
        params
            .get("client_id")
            .is_none_or(|id| id == request.credentials.client_id)
    );
    let grant = params.get("grant_type");
    let (name, text) = presented(&request.grant);
    assert_eq!(grant, Some(name));
    if let Some((parameter, text)) = text {
        assert_eq!(params.get(parameter), Some(text));
    }
}

/// The `grant_type` of a request, and the parameter that was taken for one of our texts, with it.
fn presented(grant: &GrantRequest) -> (&'static str, Option<(&'static str, &str)>) {
    let (grant, name, presented) = match grant {
        GrantRequest::AuthorizationCode(code) => {
            (GrantType::AuthorizationCode, "code", code.code.as_ref())
        }
        GrantRequest::RefreshToken(refresh) => (
            GrantType::RefreshToken,
            "refresh_token",
            refresh.token.as_ref(),
        ),
        GrantRequest::DeviceCode(code) => (GrantType::DeviceCode, "device_code", code.as_ref()),
        GrantRequest::ClientCredentials { .. } => (GrantType::ClientCredentials, "", None),
    };
    (
        grant.as_str(),
        presented.map(|presented| (name, presented.text())),
    )
}

/// A refusal is one of RFC 6749 §5.2 and keeps to its characters.
fn refused(error: &TokenError) {
    let code = error.code(&POLICY.errors);
    assert!(
        [
            "invalid_request",
            "invalid_client",
            "invalid_scope",
            "unsupported_grant_type",
        ]
        .contains(&code),
        "{code} before anything was looked up"
    );
    assert_eq!(
        error.status(),
        if code == "invalid_client" { 401 } else { 400 }
    );
    let description = error.description();
    let fits = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
    assert!(
        !description.is_empty() && description.chars().all(fits),
        "{description:?}"
    );
}
