//! Why a request is not answered as it asked. A handler tells the reason and knows no page for it: [`render`] writes
//! what is answered, in one place for all.
//!
//! [`render`]: crate::http::render
use crate::ops::hasher::HashFault;
use crate::ops::limits::Exceeded;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use protocol::accounts::bounce_report::ReportFault;
use protocol::authorize::{AuthorizationFault, ShownError};
use protocol::params::ParamsFault;
use protocol::register::RegistrationError;
use protocol::token::TokenError;
use protocol::token_info::BearerError;
use protocol::types::Client;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;
use store::StoreError;

/// What the handler of a page answers in place of what it was asked.
#[derive(Debug)]
pub(crate) enum PageError {
    /// A page that says why there is no other.
    Fault(PageFault),
    /// Another page, or the way to it.
    Instead(Box<Response>),
}

/// Why a page is not shown. Written as a page, whatever the browser says that it takes.
#[derive(Debug)]
pub(crate) enum PageFault {
    /// The database does not work.
    Store(StoreError),
    /// A password was not hashed.
    Hash(HashFault),
    /// There is no such page here.
    NotFound,
    /// Whoever asks belongs to the organization, and may do less there.
    Role,
    /// The form is one of the portal's, which has a host of its own.
    AtPortal,
    /// Whoever comes back from signing in has not set out from this browser, or too long ago.
    Astray,
    /// The form was shown to somebody else, in the same browser.
    OfAnother,
    /// The form was posted from another site.
    ForeignForm,
    /// The form or the address cannot be read.
    Unreadable(Unreadable),
    /// The body cannot be read.
    Body(BodyFault),
    /// An authorization request that cannot go on, and the app that it names.
    Authorization(AuthorizationFault, Option<Arc<Client>>),
}

impl PageError {
    /// This answer.
    pub(crate) fn instead(response: Response) -> Self {
        PageError::Instead(Box::new(response))
    }
}

/// Why a machine endpoint refuses. Written as JSON (RFC 6749 §5.2).
#[derive(Debug)]
pub(crate) enum ApiError {
    /// The database does not work.
    Store(StoreError),
    /// As the token endpoint and its neighbours refuse.
    Token(TokenError),
    /// A bearer token is missing or opens nothing here (RFC 6750 §3).
    Bearer {
        /// What it would open.
        realm: &'static str,
        /// Why it does not.
        error: BearerError,
    },
    /// As our own API refuses.
    Told(Box<Told>),
    /// A change of a registration that is not taken.
    Registration(RegistrationError),
    /// Too many apps registered themselves that nobody uses.
    NoRoom,
    /// Too many requests of an app, or wrong secrets.
    Limited(Exceeded),
    /// The body cannot be read.
    Body(BodyFault),
    /// The body has another type than the endpoint takes, and what to do: a sentence.
    MediaType(&'static str),
    /// A report of a service that does not prove itself.
    UnprovedReport,
    /// A call of the company's own login that shows no secret of its own.
    UnprovedLogin,
    /// A report that says nothing to us.
    Report(ReportFault),
}

/// Why our own API does nothing.
#[derive(Debug)]
pub(crate) struct Told {
    /// The HTTP status.
    pub(crate) status: u16,
    /// What programs tell it by.
    pub(crate) code: &'static str,
    /// What is wrong, for people.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) next: &'static str,
    /// Where it is wrong.
    pub(crate) fields: Vec<ToldField>,
    /// Seconds until it is worth trying again, where there were too many.
    pub(crate) retry_after: Option<i64>,
}

/// A member of a body that is wrong.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct ToldField {
    /// Where it is (RFC 6901); empty: the whole.
    pub(crate) pointer: String,
    /// What is wrong.
    pub(crate) message: String,
}

/// The same as it is sent. What refuses a token leaves out the last two.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(crate) struct ToldBody {
    /// What programs tell it by.
    pub(crate) error: String,
    /// What is wrong, for people.
    pub(crate) error_description: String,
    /// The id of the request in the log.
    pub(crate) request_id: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<&'static str>,
    /// Where it is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fields: Option<Vec<ToldField>>,
}

/// Why a form or an address cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is no HTML form.
    Type,
    /// Its parameters cannot be decoded.
    Params(ParamsFault),
    /// Its parts cannot be told apart, or are no text.
    Parts,
    /// A field stands twice.
    Twice,
    /// A session was to be named, and was not.
    Session,
}

/// Why a body cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyFault {
    /// It is larger than any endpoint takes.
    TooLarge,
    /// The connection ended, or spoke no HTTP any more.
    Incomplete,
}

/// Why something is refused before any endpoint is asked. Written as a page for a browser, as JSON for anyone else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nothing is at this path.
    NotFound,
    /// What is at this path takes other methods.
    Method,
    /// It cannot be answered at all.
    Request(Unanswerable),
}

/// Why a request cannot be answered at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unanswerable {
    /// It names no host, or several.
    Host,
    /// Its head is larger than any that is read.
    Head,
    /// It took longer than any may.
    Slow,
    /// Too many came from its address.
    Limited(Exceeded),
    /// What was to be drawn is no user code.
    UserCode,
    /// A library refused it, with this status.
    Other(StatusCode),
    /// A library failed.
    Failed,
}

impl Unanswerable {
    /// The status of the answer.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Host | Self::UserCode => StatusCode::BAD_REQUEST,
            Self::Head => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Limited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Other(status) => status,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What a program is told.
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Host => "the request must have one Host header",
            Self::Head => "the request's head is larger than 32 KiB",
            Self::Slow => "the request took longer than 30 seconds",
            Self::Limited(_) => "too many requests from this address",
            Self::UserCode => "user_code is missing or is no user code",
            Self::Other(_) => "it cannot be answered",
            Self::Failed => "the server failed",
        }
    }
}

/// An error that is not written yet, beside a response that is none.
#[derive(Clone)]
pub(crate) enum Unwritten {
    /// See [`PageFault`].
    Page(Arc<PageFault>),
    /// See [`ApiError`].
    Api(Arc<ApiError>),
    /// See [`Refusal`].
    Any(Refusal),
}

impl IntoResponse for Unwritten {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            PageError::Instead(response) => *response,
            PageError::Fault(fault) => Unwritten::Page(Arc::new(fault)).into_response(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        Unwritten::Api(Arc::new(self)).into_response()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        Unwritten::Any(self).into_response()
    }
}

impl From<PageFault> for PageError {
    fn from(fault: PageFault) -> Self {
        PageError::Fault(fault)
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        PageFault::Store(error).into()
    }
}

impl From<HashFault> for PageError {
    fn from(fault: HashFault) -> Self {
        PageFault::Hash(fault).into()
    }
}

impl From<Unreadable> for PageError {
    fn from(fault: Unreadable) -> Self {
        PageFault::Unreadable(fault).into()
    }
}

impl From<ParamsFault> for PageError {
    fn from(fault: ParamsFault) -> Self {
        Unreadable::Params(fault).into()
    }
}

impl From<BodyFault> for PageError {
    fn from(fault: BodyFault) -> Self {
        PageFault::Body(fault).into()
    }
}

impl From<ShownError> for PageError {
    fn from(error: ShownError) -> Self {
        PageFault::Authorization(AuthorizationFault::Shown(error), None).into()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        ApiError::Store(error)
    }
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        ApiError::Token(error)
    }
}

impl From<RegistrationError> for ApiError {
    fn from(error: RegistrationError) -> Self {
        ApiError::Registration(error)
    }
}

impl From<ReportFault> for ApiError {
    fn from(fault: ReportFault) -> Self {
        ApiError::Report(fault)
    }
}

impl From<BodyFault> for ApiError {
    fn from(fault: BodyFault) -> Self {
        ApiError::Body(fault)
    }
}
