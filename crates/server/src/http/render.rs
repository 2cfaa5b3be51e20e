//! Writes what is answered when a request is not answered as it asked: as a page or as JSON, with the id under which it
//! is in the log. Every answer passes here, so those of the libraries get our form too.
use super::api_error;
use super::error::{BodyFault, PageFault, Refusal, Unanswerable, Unreadable, Unwritten};
use super::notice::{PlainPage, link, to_account};
use super::reply::{self, Fault};
use super::request::Reader;
use super::to_app::to_app;
use super::wrong_link;
use crate::oauth::endpoints::{metadata_path, metadata_url};
use crate::ops::hasher::HashFault;
use crate::ops::limits::Exceeded;
use crate::state::AppState;
use axum::body::{Body, HttpBody};
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use pages::{Speak, Text, path};
use protocol::authorize::AuthorizationFault;
use protocol::types::Client;
use store::StoreError;

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
        Some(Unwritten::Api(error)) => api_error::response(app.policy(), &error, id),
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
