//! A whole request to the token endpoint, and of a device to its own.
use crate::ground::{POLICY, STRICT, line, text};
use crate::params::{pairs_of, repeats};
use protocol::Policy;
use protocol::device::DeviceRequest;
use protocol::lookup::Lookup;
use protocol::token::{RawRequest, TokenError, TokenRequest};
use protocol::types::{GrantType, Locator, Scope};

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
    let grant = params.get("grant_type").and_then(GrantType::parse);
    assert!(grant.is_some_and(|grant| policy.allows(grant)), "{grant:?}");
    // What is looked up is what was presented, where its own grant names it.
    let presented = |name| {
        let text = params.get(name).and_then(wire::Presented::parse);
        text.map(|presented| Locator(presented.locator))
    };
    let lookup = match grant.expect("a grant") {
        GrantType::AuthorizationCode => presented("code").map(Lookup::Code),
        GrantType::RefreshToken => presented("refresh_token").map(Lookup::RefreshToken),
        GrantType::DeviceCode => presented("device_code").map(Lookup::Device),
        _ => None,
    };
    assert_eq!(request.lookup(), lookup.unwrap_or(Lookup::Nothing));
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
