//! What a program is told whose request is not answered as it asked.
use super::error::{ApiError, BodyFault, Told, ToldBody};
use super::reply::{self, Fault};
use super::request::RequestId;
use crate::ops::limits::Exceeded;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use protocol::Policy;
use protocol::policy::ErrorAliases;
use protocol::protected_resource;
use protocol::register::RegistrationError;
use protocol::token::TokenError;
use protocol::token_info::BearerError;
use wire::bearer;

/// The answer, with what its status asks for.
pub(super) fn response(policy: &Policy, error: &ApiError, id: RequestId) -> Response {
    let aliases = &policy.errors;
    match error {
        ApiError::Store(error) => {
            let (code, description) = reply::UNAVAILABLE;
            let status = StatusCode::SERVICE_UNAVAILABLE;
            reply::because_of(error, reply::plain_error(status, code, description, id))
        }
        ApiError::Token(error) => token_error(error, aliases, id),
        ApiError::Bearer { realm, error } => bearer_error(realm, *error, policy, id),
        ApiError::Told(told) => told_error(told, id),
        ApiError::Registration(error) => registration_error(error, id),
        ApiError::NoRoom => no_room(id),
        ApiError::Limited(exceeded) => api_limited(exceeded, id),
        ApiError::Body(fault) => body_fault(*fault, id),
        ApiError::MediaType(advice) => reply::plain_error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "invalid_request",
            advice,
            id,
        ),
        ApiError::UnprovedReport => unproved_report(id),
        ApiError::UnprovedLogin => unproved_login(id),
        ApiError::Report(fault) => reply::plain_error(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            fault.sentence(),
            id,
        ),
    }
}

/// What a service is answered that reports without the secret. Some send it only once they were asked.
fn unproved_report(id: RequestId) -> Response {
    let sentence = "send the secret of mail.bounces as a bearer token, or as the password of Basic";
    let mut response = reply::plain_error(StatusCode::UNAUTHORIZED, "invalid_client", sentence, id);
    let challenge = HeaderValue::from_static("Basic realm=\"mail bounces\"");
    reply::challenge(&mut response, challenge);
    response
}

/// What the company's own login is answered that shows no secret of its own.
fn unproved_login(id: RequestId) -> Response {
    let told = Told {
        status: 401,
        code: "invalid_client",
        message: "the call shows no secret of login.handoff".to_owned(),
        next: "send the secret of login.handoff as Authorization: Bearer",
        fields: Vec::new(),
        retry_after: None,
    };
    let mut response = told_error(&told, id);
    let challenge = HeaderValue::from_static("Bearer realm=\"login\"");
    reply::challenge(&mut response, challenge);
    response
}

/// What a client proves itself by at the token endpoint and its neighbours.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"token endpoint\"");

/// An error of the token endpoint and its neighbours. "The server generating a 401 response MUST send a
/// WWW-Authenticate header field" (RFC 9110 §15.5.2), wherever the client put its secret; Basic is the one scheme
/// there is.
fn token_error(error: &TokenError, aliases: &ErrorAliases, id: RequestId) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = reply::plain_error(status, error.code(aliases), &error.description(), id);
    if status == StatusCode::UNAUTHORIZED {
        reply::challenge(&mut response, CHALLENGE);
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response = reply::retry_after(response, 1);
    }
    response.extensions_mut().insert(Fault(error.cause()));
    response
}

/// What endpoints that take a bearer token answer when it does not open them, with the challenge that says why
/// (RFC 6750 §3) and where the provider says what it is as a resource (RFC 9728 §5.1).
fn bearer_error(realm: &str, error: BearerError, policy: &Policy, id: RequestId) -> Response {
    let aliases = &policy.errors;
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let code = error.code(aliases);
    let mut response = reply::plain_error(status, code, error.description(), id);
    let code_attribute = error.challenge(aliases).map(|code| ("error", code));
    let document = protected_resource::url_of(&policy.issuer);
    let document = document.as_deref().map(|url| ("resource_metadata", url));
    let scope = error.scope().map(|scope| ("scope", scope));
    let attributes: Vec<_> = [code_attribute, scope, document]
        .into_iter()
        .flatten()
        .collect();
    let challenge = match error.wants_proof() {
        false => bearer::challenge(realm, &attributes),
        true => bearer::dpop_challenge(realm, &attributes),
    };
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        reply::challenge(&mut response, challenge);
    }
    response.extensions_mut().insert(Fault(code.to_owned()));
    response
}

/// Why our own API does nothing.
fn told_error(told: &Told, id: RequestId) -> Response {
    let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = ToldBody {
        error: told.code.to_owned(),
        error_description: protocol::token::printable(&told.message),
        request_id: id.to_string(),
        next: Some(told.next),
        fields: Some(told.fields.clone()),
    };
    let mut response = reply::json_of(status, &body);
    response
        .extensions_mut()
        .insert(Fault(told.code.to_owned()));
    match told.retry_after {
        Some(seconds) => reply::retry_after(response, seconds),
        None => response,
    }
}

/// What an app is answered that registers itself beside too many others.
fn no_room(id: RequestId) -> Response {
    let sentence = "too many apps registered themselves of late: use one that is registered, or try again later";
    let status = StatusCode::TOO_MANY_REQUESTS;
    let mut response = reply::plain_error(status, "temporarily_unavailable", sentence, id);
    response
        .extensions_mut()
        .insert(Fault("too many introductions".to_owned()));
    reply::retry_after(response, 600)
}

/// What an app is answered that asks too often, or shows too many wrong secrets.
fn api_limited(exceeded: &Exceeded, id: RequestId) -> Response {
    let (status, code) = (StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable");
    let response = reply::plain_error(status, code, &exceeded.sentence(), id);
    reply::limited(response, exceeded)
}

fn registration_error(error: &RegistrationError, id: RequestId) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let advice = protocol::token::printable(&error.sentence);
    let mut response = reply::plain_error(status, error.code(), &advice, id);
    response
        .extensions_mut()
        .insert(Fault(error.code().to_owned()));
    response
}

fn body_fault(fault: BodyFault, id: RequestId) -> Response {
    let (status, sentence) = match fault {
        BodyFault::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is larger than 64 KiB",
        ),
        BodyFault::Incomplete => (StatusCode::BAD_REQUEST, "the body did not arrive whole"),
    };
    reply::plain_error(status, "invalid_request", sentence, id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::connection::has_what_its_status_asks_for;
    use protocol::client_auth::ClientFault;

    #[test]
    fn a_program_is_told_what_the_status_asks_for() {
        let policy = Policy::for_tests();
        let client = |used_header| TokenError::InvalidClient {
            fault: ClientFault::Unknown,
            used_header,
        };
        let bearer = |error| ApiError::Bearer {
            realm: "api",
            error,
        };
        let mut errors = vec![
            client(true).into(),
            client(false).into(),
            ApiError::UnprovedReport,
            ApiError::UnprovedLogin,
            ApiError::NoRoom,
        ];
        errors.extend(BearerError::EVERYWHERE.map(bearer));
        errors.extend([BearerError::Bound, BearerError::Unbound].map(bearer));
        for error in errors {
            let told = response(&policy, &error, RequestId::next());
            assert!(told.status().is_client_error(), "{error:?}");
            assert!(has_what_its_status_asks_for(&told), "{error:?}");
        }
    }
}
