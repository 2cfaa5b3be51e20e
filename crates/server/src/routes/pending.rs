//! Pending authorization requests, and the forms people post while one waits.
use super::problem::{self, Problem, back_to, link};
use crate::clock;
use crate::reply;
use crate::request::{RequestId, Whole, is_form};
use crate::state::App;
use crate::visitor::Visitor;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use pages::AppCard;
use protocol::Params;
use protocol::accounts::people::MAX_NAME;
use protocol::authorize::{
    self, AuthorizationFault, AuthorizationRequest, Handle, InteractionFault, ShownError,
};
use protocol::consent::Answer;
use protocol::facts::InteractionFacts;
use protocol::types::Client;
use protocol::types::text::{isolated, shortened};
use std::sync::Arc;

/// A request that waits for a person, checked anew against the app as it is now.
pub(crate) struct Pending {
    pub(crate) handle: String,
    pub(crate) facts: InteractionFacts,
    pub(crate) request: AuthorizationRequest,
}

/// A request that nobody can answer any more.
pub(crate) struct Over {
    pub(crate) handle: String,
    /// The app, as far as it is known still.
    pub(crate) client: Option<Arc<Client>>,
    /// The request's parameters, as long as they are kept.
    request: Option<String>,
    /// The request, when it was answered.
    answered: Option<InteractionFacts>,
}

/// Why there is nothing to answer.
pub(crate) enum Nothing {
    /// It is over.
    Over(Box<Over>),
    /// The page to show instead: no longer valid, or nothing can be read.
    Page(Response),
}

/// Loads a pending request by its handle. `client_id` names its app, as forms do: it is told even when the request
/// itself is forgotten.
///
/// # Errors
/// [`Nothing`].
pub(crate) async fn find(
    app: &App,
    handle: &str,
    client_id: Option<&str>,
    id: RequestId,
) -> Result<Pending, Nothing> {
    let unavailable = |error| Nothing::Page(problem::unavailable(app, &error, id));
    let facts = match Handle::parse(handle) {
        Some(presented) => {
            let facts = app.store.interaction(presented.locator()).await;
            let facts = facts.map_err(unavailable)?;
            let client = facts.as_ref().and_then(|facts| facts.client.clone());
            match presented.resume(facts, app.policy(), clock::now()) {
                Ok((facts, request)) => {
                    return Ok(Pending {
                        handle: handle.to_owned(),
                        facts,
                        request,
                    });
                }
                Err(InteractionFault::Unknown) => None,
                Err(InteractionFault::Expired(facts) | InteractionFault::Answered(facts)) => {
                    Some(*facts)
                }
                Err(InteractionFault::Refused(fault)) => {
                    return Err(Nothing::Page(refused(app, fault, client.as_deref(), id)));
                }
            }
        }
        None => None,
    };
    let client = match (&facts, client_id) {
        (Some(facts), _) => facts.client.clone(),
        (None, Some(client_id)) => app.store.client(client_id).await.map_err(unavailable)?,
        (None, None) => None,
    };
    Err(Nothing::Over(Box::new(Over::new(
        app, handle, facts, client,
    ))))
}

impl Over {
    fn new(
        app: &App,
        handle: &str,
        facts: Option<InteractionFacts>,
        client: Option<Arc<Client>>,
    ) -> Self {
        Over {
            handle: handle.to_owned(),
            client: client.filter(|client| app.policy().serves(client)),
            request: facts
                .as_ref()
                .map(|facts| facts.interaction.request.clone()),
            answered: facts.filter(|facts| facts.interaction.answered_at.is_some()),
        }
    }

    /// What the same form is answered that brings the same answer again: the same place, as long as nobody has been
    /// there; `None` when this is another answer, or too late.
    pub(crate) async fn repeated(
        &self,
        app: &App,
        visitor: &Visitor,
        nonce: &str,
        allowed: bool,
    ) -> Option<Response> {
        let facts = self.answered.as_ref()?;
        let interaction = &facts.interaction;
        let params = Params::from_form(interaction.request.as_bytes()).ok()?;
        let request = authorize::check(params, facts.client.clone(), app.policy()).ok()?;
        let code = match interaction.code {
            Some(id) => match app.store.code(id).await {
                Ok(code) => code,
                Err(error) => return Some(problem::unavailable(app, &error, visitor.id)),
            },
            None => None,
        };
        let (answer, issued) = (Answer { interaction, nonce }, code.as_ref());
        let moment = (app.policy(), clock::now());
        let url = answer.repeated(&request, allowed, issued.map(|facts| &facts.code), moment)?;
        Some(match issued.is_some_and(|facts| facts.redeemed) {
            true => self.connected(app, visitor),
            false => reply::see_other(&url),
        })
    }

    /// The app has what it asked for already.
    fn connected(&self, app: &App, visitor: &Visitor) -> Response {
        let name = self.client.as_ref().map(|client| isolated(&client.name));
        let name = name.unwrap_or_else(|| "The app".to_owned());
        Problem {
            status: StatusCode::OK,
            title: "Connected",
            sentence: &format!("{name} has what you allowed. You can close this page."),
            code: None,
            details: Vec::new(),
            next: back_to(self.client.as_deref(), |name| format!("Go to {name}")),
        }
        .page_for(app, visitor)
    }

    /// The page that says so, and where to go on.
    pub(crate) fn page(&self, app: &App, visitor: &Visitor) -> Response {
        match (&self.answered, &self.client) {
            (Some(_), Some(client)) => self.answered(app, client, visitor),
            (Some(_), None) => problem::shown(app, &ShownError::UnknownClient, None, visitor.id),
            (None, _) => self.expired(app, visitor),
        }
    }

    fn expired(&self, app: &App, visitor: &Visitor) -> Response {
        let signed_in = match visitor.session {
            Some(_) => "You are signed in. ",
            None => "",
        };
        let name = self.client.as_ref().map(|client| isolated(&client.name));
        let sentence = match name {
            Some(name) => format!(
                "{signed_in}{name} waited too long for an answer, so nothing was allowed. Start again."
            ),
            None => format!(
                "{signed_in}Nothing was allowed. Go back to the app that sent you here and start again."
            ),
        };
        let next = match (&self.client, self.again(app)) {
            (Some(_), Some(again)) => link("Start again", &again),
            _ => back_to(self.client.as_deref(), |_| "Start again".to_owned()),
        };
        Problem {
            status: StatusCode::BAD_REQUEST,
            title: "This request has expired",
            sentence: &sentence,
            code: None,
            details: Vec::new(),
            next,
        }
        .page_for(app, visitor)
    }

    /// A second answer, or the back button: the same request can be started again from what is kept of it.
    fn answered(&self, app: &App, client: &Client, visitor: &Visitor) -> Response {
        Problem {
            status: StatusCode::CONFLICT,
            title: "You have already answered this request",
            sentence: &format!(
                "Your answer went to {}. If something went wrong there, ask again.",
                isolated(&client.name)
            ),
            code: None,
            details: Vec::new(),
            next: link(
                "Start this request again",
                &self.again(app).unwrap_or_default(),
            ),
        }
        .page_for(app, visitor)
    }

    /// The request once more.
    fn again(&self, app: &App) -> Option<String> {
        let path = app.config.paths.authorize.first()?;
        Some(format!("{path}?{}", self.request.as_ref()?))
    }
}

/// Answers a request that failed its checks.
pub(crate) fn refused(
    app: &App,
    fault: AuthorizationFault,
    client: Option<&Client>,
    id: RequestId,
) -> Response {
    match fault {
        AuthorizationFault::Shown(error) => problem::shown(app, &error, client, id),
        AuthorizationFault::Redirected(error) => {
            let mut response = reply::see_other(&error.url(app.policy()));
            let fault = reply::Fault::of(&error.error);
            response.extensions_mut().insert(fault);
            response
        }
    }
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
    let own = crate::endpoints::origin(&app.config.issuer);
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
