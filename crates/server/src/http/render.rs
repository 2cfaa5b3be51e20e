//! Writes what is answered when a request is not answered as it asked: as a page or as JSON, with the id under which it
//! is in the log. Every answer passes here, so those of the libraries get our form too.
use super::error::{ApiError, BodyFault, PageFault, Refusal, Unwritten};
use super::notice::{PlainPage, back_to, link};
use super::reply::{self, Fault};
use super::request::{Reader, RequestId};
use crate::ops::hasher::HashFault;
use crate::state::AppState;
use axum::body::{Body, HttpBody};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use pages::{Text, path};
use protocol::authorize::{AuthorizationFault, ShownError};
use protocol::policy::ErrorAliases;
use protocol::register::RegistrationError;
use protocol::token::TokenError;
use protocol::token_info::BearerError;
use protocol::types::Client;
use protocol::types::text::{isolated, shortened};
use store::StoreError;
use wire::bearer;

/// Most characters that are shown of an address somebody sent.
const SENT: usize = 300;

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
        _ if status.is_client_error() => Refusal::Request(status, "it cannot be answered"),
        _ => Refusal::Request(StatusCode::INTERNAL_SERVER_ERROR, "the server failed"),
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
            "there is no such endpoint; see /.well-known/oauth-authorization-server",
            id,
        ),
        (Refusal::Method, true) => sorry(
            StatusCode::METHOD_NOT_ALLOWED,
            "This address is not a page",
            "It takes requests of another kind. Go back and try again.",
        )
        .page(app, reader),
        (Refusal::Method, false) => reply::plain_error(
            StatusCode::METHOD_NOT_ALLOWED,
            "invalid_request",
            "this endpoint takes another method; the Allow header names it",
            id,
        ),
        (Refusal::Request(status, description), true) => {
            let sentence = format!("What was wrong: {description}. Go back and try again.");
            PlainPage {
                code: Some(code(status)),
                ..sorry(status, "This request was not accepted", &sentence)
            }
            .page(app, reader)
        }
        (Refusal::Request(status, description), false) => {
            reply::plain_error(status, code(status), description, id)
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
fn sorry(status: StatusCode, title: &str, sentence: &str) -> PlainPage<'static> {
    PlainPage {
        status,
        title: Text::of_others(title),
        sentence: Text::of_others(sentence),
        code: None,
        details: Vec::new(),
        next: link(Text::of_others("Your account"), path::ACCOUNT),
    }
}

/// A form that is not looked at.
fn unread(status: StatusCode, sentence: &str) -> PlainPage<'static> {
    PlainPage {
        code: Some(code(status)),
        ..sorry(status, "The form could not be read", sentence)
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
        PageFault::ForeignForm => sorry(
            StatusCode::FORBIDDEN,
            "This form came from another site",
            "For your safety it was not accepted. Go back to the app and start again.",
        ),
        PageFault::Unreadable(sentence) => unread(StatusCode::BAD_REQUEST, sentence),
        PageFault::Body(BodyFault::TooLarge) => unread(
            StatusCode::PAYLOAD_TOO_LARGE,
            "It is larger than any form of ours.",
        ),
        PageFault::Body(BodyFault::Incomplete) => {
            unread(StatusCode::BAD_REQUEST, "It did not arrive whole.")
        }
        PageFault::Authorization(fault, client) => {
            return authorization_fault(app, fault, client.as_deref(), reader);
        }
    };
    problem.page(app, reader)
}

/// Many passwords are hashed already.
fn busy(app: &AppState, reader: Reader) -> Response {
    let problem = sorry(
        StatusCode::TOO_MANY_REQUESTS,
        "Please try again in a moment",
        reply::BUSY,
    );
    reply::retry_after(problem.page(app, reader), reply::BUSY_FOR)
}

/// The storage does not answer.
fn unavailable(app: &AppState, error: &StoreError, reader: Reader) -> Response {
    let problem = sorry(
        StatusCode::SERVICE_UNAVAILABLE,
        "Please try again in a moment",
        "The server cannot read or store anything just now. Nothing of what you did was lost half-way: \
         go back, and do it again.",
    );
    reply::because_of(error, problem.page(app, reader))
}

fn not_found(app: &AppState, reader: Reader) -> Response {
    sorry(
        StatusCode::NOT_FOUND,
        "There is nothing here",
        "The address may be mistyped, or this provider has switched the feature off.",
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
        AuthorizationFault::Shown(error) => shown(app, error, client, reader),
        AuthorizationFault::Redirected(error) => {
            let mut response = reply::see_other(&error.url(app.policy()));
            let fault = Fault(error.error.cause());
            response.extensions_mut().insert(fault);
            response
        }
    }
}

/// An authorization request that cannot be answered to an app. The person is told what it means to them, the
/// app's developer what is wrong.
fn shown(app: &AppState, error: &ShownError, client: Option<&Client>, reader: Reader) -> Response {
    let mut details = vec![("What is wrong".to_owned(), error.sentence())];
    if let ShownError::RedirectUri {
        sent: Some(sent), ..
    } = error
    {
        // A sentence in place of an address could be read as ours.
        if sent.bytes().all(|byte| byte.is_ascii_graphic()) {
            details.push(("The link asks to go to".to_owned(), shortened(sent, SENT)));
        }
    }
    let name = client.map(|client| isolated(&client.name));
    let sentence = match error {
        ShownError::RedirectUri { .. } => {
            let name = name.as_deref().unwrap_or("The app");
            &format!(
                "{name} sent you here with a return address that is not its own, so nothing was sent back. \
                 Tell the people who make it."
            )
        }
        ShownError::InactiveClient(_) => {
            let name = name.as_deref().unwrap_or("This app");
            &format!(
                "{name} may not be used at the moment, so nothing was allowed or sent. \
                 Ask the people who make it."
            )
        }
        ShownError::Params(_)
        | ShownError::ContentType
        | ShownError::ClientMissing
        | ShownError::Repeated(_)
        | ShownError::UnknownClient => {
            "The link that brought you here is incomplete or wrong, so nothing was allowed or sent. \
             Go back to the app and try again; if that does not help, tell the people who make it."
        }
    };
    let problem = PlainPage {
        status: StatusCode::BAD_REQUEST,
        title: Text::of_others("This sign-in link does not work"),
        sentence: Text::of_others(sentence),
        code: Some(error.code(app.policy())),
        details,
        next: back_to(client, |name| format!("Go to {name}")),
    };
    let mut response = problem.page(app, reader);
    response
        .extensions_mut()
        .insert(Fault(error.cause(app.policy())));
    response
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
        ApiError::Bearer { realm, error } => bearer_error(realm, *error, aliases, id),
        ApiError::Registration(error) => registration_error(error, id),
        ApiError::Body(fault) => body_fault(*fault, id),
        ApiError::MediaType(advice) => reply::plain_error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "invalid_request",
            advice,
            id,
        ),
    }
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
    response.extensions_mut().insert(Fault(error.cause()));
    response
}

/// What endpoints that take a bearer token answer when it does not open them, with the challenge that says why
/// (RFC 6750 §3).
fn bearer_error(
    realm: &str,
    error: BearerError,
    aliases: &ErrorAliases,
    id: RequestId,
) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let code = error.code(aliases);
    let mut response = reply::plain_error(status, code, error.description(), id);
    let code_attribute = error.challenge(aliases).map(|code| ("error", code));
    let attributes: Vec<_> = [code_attribute, error.scope().map(|scope| ("scope", scope))]
        .into_iter()
        .flatten()
        .collect();
    if let Ok(challenge) = HeaderValue::from_str(&bearer::challenge(realm, &attributes)) {
        reply::challenge(&mut response, challenge);
    }
    response.extensions_mut().insert(Fault(code.to_owned()));
    response
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
