//! Writes what is answered when a request is not answered as it asked: as a page or as JSON, with the id under which it
//! is in the log. Every answer passes here, so those of the libraries get our form too.
use super::error::{
    ApiError, BodyFault, PageFault, Refusal, Told, ToldBody, Unanswerable, Unreadable, Unwritten,
};
use super::notice::{PlainPage, link, to_account};
use super::reply::{self, Fault};
use super::request::{Reader, RequestId};
use super::to_app::to_app;
use super::wrong_link;
use crate::oauth::endpoints::{metadata_path, metadata_url};
use crate::ops::hasher::HashFault;
use crate::ops::limits::Exceeded;
use crate::state::AppState;
use axum::body::{Body, HttpBody};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use pages::{Speak, Text, path};
use protocol::Policy;
use protocol::authorize::AuthorizationFault;
use protocol::policy::ErrorAliases;
use protocol::protected_resource;
use protocol::register::RegistrationError;
use protocol::token::TokenError;
use protocol::token_info::BearerError;
use protocol::types::Client;
use store::StoreError;
use wire::bearer;

/// What is known of whoever asks.
#[derive(Clone, Copy)]
pub(crate) struct Asker {
    /// Who reads it.
    pub(crate) reader: Reader,
    /// Whether it shows pages.
    pub(crate) wants_page: bool,
    /// Whether it shows pages and looks for one: what is posted is no page that somebody went to.
    pub(crate) visits: bool,
}

/// The answer as it is sent: an error is written, and what a library answered by itself is said in our form.
pub(crate) fn written(
    app: &AppState,
    mut response: Response,
    method: &Method,
    asker: Asker,
) -> Response {
    let reader = asker.reader;
    let id = reader.id;
    let mut ours = match response.extensions_mut().remove::<Unwritten>() {
        None if is_ours(&response) => return response,
        None => return in_place_of(app, &response, asker),
        Some(Unwritten::Page(fault)) => page_fault(app, &fault, reader),
        Some(Unwritten::Api(error)) => api_error(app, &error, id),
        Some(Unwritten::Any(refusal)) => refused(app, refusal, asker.wants_page, reader),
    };
    // What the router put beside the error: the methods that an endpoint takes.
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    ours.headers_mut().extend(headers.drain());
    with_length(ours, method)
}

/// The length, which the router did not know; a `HEAD` is told no more than that.
fn with_length(mut response: Response, method: &Method) -> Response {
    if let Some(length) = response.body().size_hint().exact() {
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, length.into());
    }
    if *method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

/// Whether an answer was made by our own reply layer, not by the library in front of it.
fn is_ours(response: &Response) -> bool {
    response
        .headers()
        .contains_key(header::X_CONTENT_TYPE_OPTIONS)
}

/// Our own answer in place of one that a library gave. The libraries read the path alone for us: what they cannot
/// read leads nowhere.
fn in_place_of(app: &AppState, theirs: &Response, asker: Asker) -> Response {
    let status = theirs.status();
    let refusal = match status {
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND => Refusal::NotFound,
        _ if status.is_client_error() => Refusal::Request(Unanswerable::Other(status)),
        _ => Refusal::Request(Unanswerable::Failed),
    };
    let mut response = refused(app, refusal, asker.visits, asker.reader);
    if let Some(allowed) = theirs.headers().get(header::ALLOW) {
        response
            .headers_mut()
            .insert(header::ALLOW, allowed.clone());
    }
    response
}

/// What is refused before any endpoint is asked: a page for a browser, JSON for anyone else.
pub(crate) fn refused(app: &AppState, refusal: Refusal, page: bool, reader: Reader) -> Response {
    let id = reader.id;
    match (refusal, page) {
        (Refusal::NotFound, true) => not_found(app, reader),
        (Refusal::NotFound, false) => reply::plain_error(
            StatusCode::NOT_FOUND,
            "not_found",
            &format!(
                "there is no such endpoint; see {}",
                match app.config.has_portal_host() {
                    true => metadata_url(&app.config),
                    false => metadata_path(&app.config),
                }
            ),
            id,
        ),
        (Refusal::Method, true) => sorry(
            reader,
            StatusCode::METHOD_NOT_ALLOWED,
            "This address is not a page",
            (reader.text("no-page-title"), reader.text("no-page")),
        )
        .page(app, reader),
        (Refusal::Method, false) => reply::plain_error(
            StatusCode::METHOD_NOT_ALLOWED,
            "invalid_request",
            "this endpoint takes another method; the Allow header names it",
            id,
        ),
        (Refusal::Request(Unanswerable::Limited(exceeded)), page) => {
            limited(app, &exceeded, page, reader)
        }
        (Refusal::Request(why), true) => unanswered(why, reader).page(app, reader),
        (Refusal::Request(why), false) => {
            let status = why.status();
            reply::plain_error(status, code(status), why.description(), id)
        }
    }
}

fn code(status: StatusCode) -> &'static str {
    match status.is_server_error() {
        true => "server_error",
        false => "invalid_request",
    }
}

/// A page that leads to the person's account.
fn sorry(
    reader: Reader,
    status: StatusCode,
    cause: &'static str,
    (title, sentence): (Text, Text),
) -> PlainPage<'static> {
    PlainPage {
        status,
        cause: Some(cause),
        title,
        sentence,
        code: None,
        details: Vec::new(),
        next: to_account(reader),
    }
}

/// A request that is not looked at.
fn unanswered(why: Unanswerable, reader: Reader) -> PlainPage<'static> {
    let status = why.status();
    let sentence = match why {
        Unanswerable::Host => reader.text("unanswered-host"),
        Unanswerable::Head => reader.text("unanswered-head"),
        Unanswerable::Slow => reader.text("unanswered-slow"),
        Unanswerable::UserCode => reader.text("unanswered-code"),
        Unanswerable::Limited(_) | Unanswerable::Other(_) => reader.text("unanswered-other"),
        Unanswerable::Failed => reader.text("unanswered-failed"),
    };
    let said = (reader.text("unanswered-title"), sentence);
    PlainPage {
        code: Some(code(status)),
        ..sorry(reader, status, "This request was not accepted", said)
    }
}

/// A form that is not looked at.
fn unread(reader: Reader, status: StatusCode, sentence: Text) -> PlainPage<'static> {
    let said = (reader.text("unread-title"), sentence);
    PlainPage {
        code: Some(code(status)),
        ..sorry(reader, status, "The form could not be read", said)
    }
}

fn unreadable(fault: Unreadable, reader: Reader) -> Text {
    match fault {
        Unreadable::Type => reader.text("unread-type"),
        Unreadable::Params(fault) => wrong_link::of_params(fault, reader),
        Unreadable::Parts => reader.text("unread-parts"),
        Unreadable::Twice => reader.text("unread-twice"),
        Unreadable::Session => reader.text("unread-session"),
    }
}

fn page_fault(app: &AppState, fault: &PageFault, reader: Reader) -> Response {
    let id = reader.id;
    let problem = match fault {
        PageFault::Store(error) => return unavailable(app, error, reader),
        PageFault::Hash(HashFault::Busy) => return busy(app, reader),
        PageFault::Hash(fault @ HashFault::Failed(_)) => {
            tracing::error!(request_id = id.as_str(), error = %fault, "{id}: {fault}");
            return unavailable(app, &StoreError::Overloaded, reader);
        }
        PageFault::NotFound => return not_found(app, reader),
        PageFault::Role => sorry(
            reader,
            StatusCode::FORBIDDEN,
            "Your role in the organization does not allow this",
            (reader.text("role-title"), reader.text("role")),
        ),
        PageFault::AtPortal => PlainPage {
            next: link(reader.text("to-portal"), &app.config.portal_base),
            ..sorry(
                reader,
                StatusCode::NOT_FOUND,
                "This form is on the portal's own host",
                (reader.text("at-portal-title"), reader.text("at-portal")),
            )
        },
        PageFault::Astray => PlainPage {
            next: link(reader.text("astray-again"), path::HOME),
            ..sorry(
                reader,
                StatusCode::BAD_REQUEST,
                "This browser is not on its way back from signing in",
                (reader.text("astray-title"), reader.text("astray")),
            )
        },
        PageFault::OfAnother => sorry(
            reader,
            StatusCode::FORBIDDEN,
            "This form was shown to somebody else in the same browser",
            (
                reader.text("form-of-another-title"),
                reader.text("form-of-another"),
            ),
        ),
        PageFault::ForeignForm => sorry(
            reader,
            StatusCode::FORBIDDEN,
            "This form came from another site",
            (
                reader.text("foreign-form-title"),
                reader.text("foreign-form"),
            ),
        ),
        PageFault::Unreadable(fault) => {
            let sentence = unreadable(*fault, reader);
            unread(reader, StatusCode::BAD_REQUEST, sentence)
        }
        PageFault::Body(BodyFault::TooLarge) => {
            let sentence = reader.text("unread-too-large");
            unread(reader, StatusCode::PAYLOAD_TOO_LARGE, sentence)
        }
        PageFault::Body(BodyFault::Incomplete) => {
            let sentence = reader.text("unread-incomplete");
            unread(reader, StatusCode::BAD_REQUEST, sentence)
        }
        PageFault::Authorization(fault, client) => {
            return authorization_fault(app, fault, client.as_deref(), reader);
        }
    };
    problem.page(app, reader)
}

/// Too much was asked for: a page for a browser, JSON for anyone else, and both say when to come again.
fn limited(app: &AppState, exceeded: &Exceeded, page: bool, reader: Reader) -> Response {
    let response = match page {
        true => {
            let seconds = exceeded.seconds as usize;
            let sentence = reader.text_of("limited", &[("seconds", &seconds)]);
            let status = StatusCode::TOO_MANY_REQUESTS;
            let said = (reader.text("later-title"), sentence);
            sorry(reader, status, "Please try again in a moment", said).page(app, reader)
        }
        false => reply::plain_error(
            StatusCode::TOO_MANY_REQUESTS,
            "temporarily_unavailable",
            &exceeded.sentence(),
            reader.id,
        ),
    };
    reply::limited(response, exceeded)
}

/// Many passwords are hashed already.
fn busy(app: &AppState, reader: Reader) -> Response {
    let problem = sorry(
        reader,
        StatusCode::TOO_MANY_REQUESTS,
        "Please try again in a moment",
        (reader.text("later-title"), reader.text("busy")),
    );
    reply::retry_after(problem.page(app, reader), reply::BUSY_FOR)
}

/// The storage does not answer.
fn unavailable(app: &AppState, error: &StoreError, reader: Reader) -> Response {
    let problem = sorry(
        reader,
        StatusCode::SERVICE_UNAVAILABLE,
        "Please try again in a moment",
        (reader.text("later-title"), reader.text("later")),
    );
    reply::because_of(error, problem.page(app, reader))
}

fn not_found(app: &AppState, reader: Reader) -> Response {
    sorry(
        reader,
        StatusCode::NOT_FOUND,
        "There is nothing here",
        (
            reader.text("nothing-here-title"),
            reader.text("nothing-here"),
        ),
    )
    .page(app, reader)
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

fn authorization_fault(
    app: &AppState,
    fault: &AuthorizationFault,
    client: Option<&Client>,
    reader: Reader,
) -> Response {
    match fault {
        AuthorizationFault::Shown(error) => wrong_link::page(app, error, client, reader),
        AuthorizationFault::Redirected(error) => {
            let answer = error.response(app.policy());
            let mut response = match client {
                Some(client) => to_app(app, answer, client, reader),
                None => reply::see_other(answer.location()),
            };
            let fault = Fault(error.error.cause());
            response.extensions_mut().insert(fault);
            response
        }
    }
}

fn api_error(app: &AppState, error: &ApiError, id: RequestId) -> Response {
    let aliases = &app.policy().errors;
    match error {
        ApiError::Store(error) => {
            let (code, description) = reply::UNAVAILABLE;
            let status = StatusCode::SERVICE_UNAVAILABLE;
            reply::because_of(error, reply::plain_error(status, code, description, id))
        }
        ApiError::Token(error) => token_error(error, aliases, id),
        ApiError::Bearer { realm, error } => bearer_error(realm, *error, app.policy(), id),
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
