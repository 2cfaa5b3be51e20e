//! Pending authorization requests, and the forms people post while one waits.
use super::problem::{self, Problem, link};
use crate::app::App;
use crate::clock;
use crate::reply;
use crate::request::{RequestId, Whole, is_form};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use pages::{AppCard, Page};
use protocol::Params;
use protocol::accounts::people::MAX_NAME;
use protocol::authorize::{
    AuthorizationFault, AuthorizationRequest, Handle, InteractionFault, ShownError,
};
use protocol::facts::InteractionFacts;
use protocol::types::text::{isolated, shortened};
use protocol::types::Client;
use std::sync::Arc;

/// A request that waits for a person, checked anew against the app as it is now.
pub(crate) struct Pending {
    pub(crate) handle: String,
    pub(crate) facts: InteractionFacts,
    pub(crate) request: AuthorizationRequest,
}

/// Loads a pending request by its handle.
///
/// # Errors
/// The page to show instead: expired, answered already, or no longer valid.
pub(crate) async fn load(app: &App, handle: &str, id: RequestId) -> Result<Pending, Response> {
    let Some(presented) = Handle::parse(handle) else {
        return Err(expired(app, id));
    };
    let facts = app.store.interaction(presented.locator()).await;
    let facts = facts.map_err(|error| problem::unavailable(app, &error, id))?;
    match presented.resume(facts, app.policy(), clock::now()) {
        Ok((facts, request)) => Ok(Pending {
            handle: handle.to_owned(),
            facts,
            request,
        }),
        Err(InteractionFault::Unknown | InteractionFault::Expired(_)) => Err(expired(app, id)),
        Err(InteractionFault::Answered(facts)) => Err(answered(app, &facts, id)),
        Err(InteractionFault::Refused(fault)) => Err(refused(app, fault, id)),
    }
}

impl Pending {
    /// Where a form's answer may be redirected to.
    pub(crate) fn form_target(&self) -> String {
        self.request.redirect_uri.form_action_sources()
    }
}

/// Answers a request that failed its checks.
pub(crate) fn refused(app: &App, fault: AuthorizationFault, id: RequestId) -> Response {
    match fault {
        AuthorizationFault::Shown(error) => problem::shown(app, &error, id),
        AuthorizationFault::Redirected(error) => {
            let mut response = reply::see_other(&error.url(app.policy()));
            let fault = reply::Fault::of(&error.error);
            response.extensions_mut().insert(fault);
            response
        }
    }
}

fn expired(app: &App, id: RequestId) -> Response {
    Problem {
        status: StatusCode::BAD_REQUEST,
        title: "This request has expired",
        sentence: "Nothing was allowed. Go back to the app and start again.",
        code: None,
        details: Vec::new(),
        next: link("Your account", "/account"),
    }
    .page(app, id)
}

/// A second answer, or the back button: the same request can be started again from what is kept of it.
fn answered(app: &App, facts: &InteractionFacts, id: RequestId) -> Response {
    let Some(client) = &facts.client else {
        return problem::shown(app, &ShownError::UnknownClient, id);
    };
    let path = app
        .config
        .paths
        .authorize
        .first()
        .map_or("", String::as_str);
    let again = format!("{path}?{}", facts.interaction.request);
    Problem {
        status: StatusCode::CONFLICT,
        title: "You have already answered this request",
        sentence: &format!(
            "Your answer went to {}. If something went wrong there, ask again.",
            isolated(&client.name)
        ),
        code: None,
        details: Vec::new(),
        next: link("Start this request again", &again),
    }
    .page(app, id)
}

/// The app as people see it.
pub(crate) fn app_card(client: &Arc<Client>) -> AppCard {
    let initial = client
        .name
        .chars()
        .next()
        .unwrap_or('?')
        .to_uppercase()
        .to_string();
    let host = client.homepage.split("://").nth(1).unwrap_or_default();
    AppCard {
        name: shortened(&client.name, MAX_NAME),
        initial,
        logo_url: client.logo.map(|digest| {
            let version = &digest.base64url()[..8];
            format!("/apps/{}/logo?v={version}", client.id)
        }),
        publisher: shortened(&client.publisher, MAX_NAME),
        homepage: client.homepage.clone(),
        homepage_host: host.split(['/', '?']).next().unwrap_or_default().to_owned(),
        reviewed: client.reviewed_at.is_some(),
    }
}

/// The fields of a form posted from one of our own pages.
///
/// # Errors
/// The page to show instead: posted from elsewhere, or unreadable.
pub(crate) fn posted(app: &App, whole: &Whole) -> Result<Params, Response> {
    if !is_own_form(app, &whole.parts.headers) {
        return Err(problem::foreign_form(app, whole.id));
    }
    if !is_form(&whole.parts.headers) {
        let sentence = "It is not an HTML form (application/x-www-form-urlencoded).";
        return Err(problem::unreadable_form(app, sentence, whole.id));
    }
    let params = Params::from_form(&whole.body);
    let params =
        params.map_err(|fault| problem::unreadable_form(app, fault.sentence(), whole.id))?;
    match params.repeated() {
        Some(_) => Err(problem::unreadable_form(
            app,
            "A field stands twice.",
            whole.id,
        )),
        None => Ok(params),
    }
}

/// Whether the browser says that a form came from our own pages. `Sec-Fetch-Site` is believed first: our
/// `no-referrer` makes `Origin` be `null` on our own forms. The nonce is checked in any case.
fn is_own_form(app: &App, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let own = crate::app::origin(&app.config.issuer);
    let mut origins = headers.get_all(header::ORIGIN).iter();
    origins.all(|origin| origin == "null" || origin == own)
}

/// The query parameters of a page of ours.
///
/// # Errors
/// The page to show instead.
pub(crate) fn query(app: &App, query: Option<&str>, id: RequestId) -> Result<Params, Response> {
    let params = Params::from_form(query.unwrap_or_default().as_bytes());
    params.map_err(|fault| problem::unreadable_form(app, fault.sentence(), id))
}

/// A path with the handle of the request that it continues.
pub(crate) fn with_handle(path: &str, handle: Option<&str>) -> String {
    match handle {
        Some(handle) => format!("{path}?request={handle}"),
        None => path.to_owned(),
    }
}

/// A page whose forms may lead to the app that waits.
pub(crate) fn page(status: StatusCode, page: &impl Page, pending: Option<&Pending>) -> Response {
    let target = pending.map(Pending::form_target);
    reply::page(status, page, target.as_deref())
}
