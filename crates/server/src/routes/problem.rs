//! Pages that say what went wrong and what to do next.
use crate::reply::{self, Fault};
use crate::request::{RequestId, wants_page};
use crate::state::App;
use crate::visitor::{Visitor, bare_frame};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use pages::{Frame, Next, Notice};
use protocol::authorize::ShownError;
use protocol::types::Client;
use protocol::types::text::shortened;
use store::StoreError;

/// Most characters that are shown of an address somebody sent.
const SENT: usize = 300;

/// What a page says.
pub(crate) struct Problem<'a> {
    pub(crate) status: StatusCode,
    pub(crate) title: &'a str,
    pub(crate) sentence: &'a str,
    pub(crate) code: Option<&'a str>,
    pub(crate) details: Vec<(String, String)>,
    pub(crate) next: Option<Next>,
}

impl Problem<'_> {
    /// The page.
    pub(crate) fn page(self, app: &App, id: RequestId) -> Response {
        self.in_frame(bare_frame(app, id))
    }

    /// The page, which says who is signed in.
    pub(crate) fn page_for(self, app: &App, visitor: &Visitor) -> Response {
        self.in_frame(visitor.frame(app))
    }

    fn in_frame(self, frame: Frame) -> Response {
        let notice = Notice {
            frame,
            title: self.title.to_owned(),
            sentence: self.sentence.to_owned(),
            code: self.code.map(str::to_owned),
            details: self.details,
            next: self.next,
        };
        let mut response = reply::page(self.status, &notice, None);
        response
            .extensions_mut()
            .insert(Fault(self.title.to_owned()));
        response
    }
}

/// A link to go on with.
pub(crate) fn link(label: &str, href: &str) -> Option<Next> {
    Some(Next {
        label: label.to_owned(),
        href: href.to_owned(),
        post: None,
    })
}

/// The storage does not answer.
pub(crate) fn unavailable(app: &App, error: &StoreError, id: RequestId) -> Response {
    let problem = Problem {
        status: StatusCode::SERVICE_UNAVAILABLE,
        title: "Please try again in a moment",
        sentence: "The server cannot read or store anything just now. Nothing of what you did was lost half-way: \
                   go back, and do it again.",
        code: None,
        details: Vec::new(),
        next: link("Your account", "/account"),
    };
    reply::because_of(error, problem.page(app, id))
}

/// A link to the app's own site; to the person's account when nobody knows where that is.
pub(crate) fn back_to(client: Option<&Client>, label: impl FnOnce(&str) -> String) -> Option<Next> {
    let is_web = |client: &&Client| {
        let homepage = &client.homepage;
        homepage.starts_with("https://") || homepage.starts_with("http://")
    };
    match client.filter(is_web) {
        Some(client) => link(&label(&client.name), &client.homepage),
        None => link("Your account", "/account"),
    }
}

/// An authorization request that cannot be answered to an app. The person is told what it means to them, the
/// app's developer what is wrong.
pub(crate) fn shown(
    app: &App,
    error: &ShownError,
    client: Option<&Client>,
    id: RequestId,
) -> Response {
    let mut details = vec![("For the app's developer".to_owned(), error.sentence())];
    if let ShownError::RedirectUri {
        sent: Some(sent), ..
    } = error
    {
        // A sentence in place of an address could be read as ours.
        if sent.bytes().all(|byte| byte.is_ascii_graphic()) {
            details.push(("The link asks to go to".to_owned(), shortened(sent, SENT)));
        }
    }
    let sentence = match error {
        ShownError::RedirectUri { .. } => {
            "The app sent you here with a return address that is not its own, so nothing was sent back. \
             Tell the people who make the app."
        }
        ShownError::InactiveClient(_) => {
            "This app may not be used at the moment. Nothing was allowed or sent."
        }
        _ => {
            "The link that brought you here is incomplete or wrong, so nothing was allowed or sent. \
             Go back to the app and try again; if that does not help, tell the people who make it."
        }
    };
    let problem = Problem {
        status: StatusCode::BAD_REQUEST,
        title: "This sign-in link does not work",
        sentence,
        code: Some(error.code(app.policy())),
        details,
        next: back_to(client, |name| format!("Go to {name}")),
    };
    let mut response = problem.page(app, id);
    response.extensions_mut().insert(Fault::of(error));
    response
}

/// A form that did not come from our own page.
pub(crate) fn foreign_form(app: &App, id: RequestId) -> Response {
    Problem {
        status: StatusCode::FORBIDDEN,
        title: "This form came from another site",
        sentence: "For your safety it was not accepted. Go back to the app and start again.",
        code: None,
        details: Vec::new(),
        next: link("Your account", "/account"),
    }
    .page(app, id)
}

/// A form that cannot be read.
pub(crate) fn unreadable_form(app: &App, sentence: &str, id: RequestId) -> Response {
    Problem {
        status: StatusCode::BAD_REQUEST,
        title: "The form could not be read",
        sentence,
        code: Some("invalid_request"),
        details: Vec::new(),
        next: link("Your account", "/account"),
    }
    .page(app, id)
}

/// A page that does not exist.
pub(crate) fn page_not_found(app: &App, id: RequestId) -> Response {
    Problem {
        status: StatusCode::NOT_FOUND,
        title: "There is nothing here",
        sentence: "The address may be mistyped, or this provider has switched the feature off.",
        code: None,
        details: Vec::new(),
        next: link("Your account", "/account"),
    }
    .page(app, id)
}

/// What no route answers: a page for a browser, JSON for anything else.
pub(crate) async fn not_found(
    State(app): State<App>,
    id: RequestId,
    headers: HeaderMap,
) -> Response {
    nowhere(&app, wants_page(&headers), id)
}

fn nowhere(app: &App, page: bool, id: RequestId) -> Response {
    match page {
        true => page_not_found(app, id),
        false => reply::plain_error(
            StatusCode::NOT_FOUND,
            "not_found",
            "there is no such endpoint; see /.well-known/oauth-authorization-server",
            id,
        ),
    }
}

/// A request that is refused as a whole: a page for a browser, JSON for anything else.
pub(crate) fn refused(
    app: &App,
    status: StatusCode,
    description: &str,
    page: bool,
    id: RequestId,
) -> Response {
    let code = match status.is_server_error() {
        true => "server_error",
        false => "invalid_request",
    };
    if !page {
        return reply::plain_error(status, code, description, id);
    }
    Problem {
        status,
        title: "This request was not accepted",
        sentence: &format!("What was wrong: {description}. Go back and try again."),
        code: Some(code),
        details: Vec::new(),
        next: link("Your account", "/account"),
    }
    .page(app, id)
}

/// Our own answer in place of one that a library gave. The libraries read the path alone for us: what they cannot
/// read leads nowhere.
pub(crate) fn in_place_of(app: &App, theirs: Response, page: bool, id: RequestId) -> Response {
    let status = theirs.status();
    let mut response = match status {
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND => nowhere(app, page, id),
        _ if status.is_client_error() => refused(app, status, "it cannot be answered", page, id),
        _ => refused(
            app,
            StatusCode::INTERNAL_SERVER_ERROR,
            "the server failed",
            page,
            id,
        ),
    };
    if let Some(allowed) = theirs.headers().get(header::ALLOW) {
        response
            .headers_mut()
            .insert(header::ALLOW, allowed.clone());
    }
    response
}

/// `HEAD` where a `GET` decides something: a link preview or a monitor must not.
pub(crate) async fn decides_nothing(
    State(app): State<App>,
    id: RequestId,
    headers: HeaderMap,
) -> Response {
    let mut response = method_not_allowed(State(app), id, headers).await;
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
    response
}

/// A route asked by another method than it has; `Allow` names those it has.
pub(crate) async fn method_not_allowed(
    State(app): State<App>,
    id: RequestId,
    headers: HeaderMap,
) -> Response {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    if !wants_page(&headers) {
        let description = "this endpoint takes another method; the Allow header names it";
        return reply::plain_error(status, "invalid_request", description, id);
    }
    Problem {
        status,
        title: "This address is not a page",
        sentence: "It takes requests of another kind. Go back and try again.",
        code: None,
        details: Vec::new(),
        next: link("Your account", "/account"),
    }
    .page(&app, id)
}
