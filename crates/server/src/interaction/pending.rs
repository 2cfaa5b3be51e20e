//! Pending authorization requests.
use crate::http::error::{PageError, PageFault};
use crate::http::notice::{PlainPage, back_to, link};
use crate::http::session::BrowserContext;
use crate::http::to_app::to_app;
use crate::ops::clock;
use crate::state::App;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{AppCard, Speak, Text, path};
use protocol::accounts::people::MAX_NAME;
use protocol::authorize::{
    self, AuthorizationError, AuthorizationFault, AuthorizationRequest, Handle, InteractionFault,
    Moment, ShownError,
};
use protocol::consent::Answer;
use protocol::facts::InteractionFacts;
use protocol::introduce::shows_logo;
use protocol::types::text::{isolated, shortened};
use protocol::types::{Client, Language};
use protocol::{Params, Policy};
use std::sync::Arc;
use store::StoreError;

/// A request that waits for a person, checked anew against the app as it is now.
pub(crate) struct Pending {
    pub(crate) handle: String,
    pub(crate) facts: InteractionFacts,
    pub(crate) request: AuthorizationRequest,
}

impl Pending {
    /// That it is looked at now.
    pub(crate) fn moment(&self) -> Moment {
        Moment {
            now: clock::now(),
            since: Some(self.facts.interaction.id.time()),
        }
    }
}

/// What the app is told that wants nobody asked.
pub(crate) fn refused(request: &AuthorizationRequest, error: AuthorizationError) -> PageError {
    let fault = AuthorizationFault::Redirected(Box::new(request.refused(error)));
    PageFault::Authorization(fault, Some(request.client.clone())).into()
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

/// What is behind a handle.
pub(crate) enum Found {
    /// A request that waits.
    Pending(Box<Pending>),
    /// One that waits no more, or never did.
    Over(Box<Over>),
}

/// Loads a request by its handle. `client_id` names its app, as forms do: it is told even when the request itself is
/// forgotten. From here on the browser is spoken to in the language that the app asked for.
///
/// # Errors
/// When the app may not ask any more, or the store fails.
pub(crate) async fn find(
    app: &App,
    handle: &str,
    client_id: Option<&str>,
    browser: &mut BrowserContext,
) -> Result<Found, PageError> {
    let facts = match Handle::parse(handle) {
        None => None,
        Some(presented) => {
            let facts = app.store.interaction(presented.locator()).await?;
            if let Some(facts) = &facts {
                browser.speak(asked_for(&facts.interaction.request));
            }
            let client = facts.as_ref().and_then(|facts| facts.client.clone());
            let person = browser.session.as_ref().map(|session| &session.person);
            match presented.resume(facts, person, &app.context()) {
                Ok((facts, request)) => {
                    return Ok(Found::Pending(Box::new(Pending {
                        handle: handle.to_owned(),
                        facts,
                        request,
                    })));
                }
                Err(InteractionFault::Unknown) => None,
                Err(InteractionFault::Expired(facts) | InteractionFault::Answered(facts)) => {
                    Some(*facts)
                }
                Err(InteractionFault::Refused(fault)) => {
                    return Err(PageFault::Authorization(fault, client).into());
                }
            }
        }
    };
    let client = match (&facts, client_id) {
        (Some(facts), _) => facts.client.clone(),
        (None, Some(client_id)) => app.store.client(client_id).await?,
        (None, None) => None,
    };
    let over = Over::new(app, handle, facts, client);
    Ok(Found::Over(Box::new(over)))
}

/// The language that a request asks for, in the form that it is kept in.
fn asked_for(request: &str) -> Option<Language> {
    let params = Params::from_form(request.as_bytes()).ok()?;
    Language::of_ui_locales(params.get("ui_locales")?)
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
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn repeated(
        &self,
        app: &App,
        browser: &BrowserContext,
        nonce: &str,
        allowed: bool,
    ) -> Result<Option<Response>, StoreError> {
        let Some((facts, request)) = self.answered_request(app, browser) else {
            return Ok(None);
        };
        let interaction = &facts.interaction;
        let issued = match interaction.code {
            Some(id) => app.store.code(id).await?,
            None => None,
        };
        let answer = Answer {
            interaction,
            nonce,
            organization: None,
        };
        let (code, moment) = (
            issued.as_ref().map(|facts| &facts.code),
            (app.policy(), clock::now()),
        );
        let again = answer.repeated(&request, allowed, code, moment);
        Ok(
            again.map(|again| match issued.is_some_and(|facts| facts.redeemed) {
                true => self.connected(app, browser),
                false => to_app(app, again, &request.client, browser.reader()),
            }),
        )
    }

    /// The request that was answered, if it would be taken again.
    fn answered_request(
        &self,
        app: &App,
        browser: &BrowserContext,
    ) -> Option<(&InteractionFacts, AuthorizationRequest)> {
        let facts = self.answered.as_ref()?;
        let person = browser.session.as_ref().map(|session| &session.person);
        let params = Params::from_form(facts.interaction.request.as_bytes()).ok()?;
        let request =
            authorize::check_for(params, facts.client.clone(), person, &app.context()).ok()?;
        Some((facts, request))
    }

    /// The app has what it asked for already.
    fn connected(&self, app: &App, browser: &BrowserContext) -> Response {
        let language = browser.language;
        let name = self.name();
        let name = name.unwrap_or_else(|| language.text("notice-some-app"));
        PlainPage {
            status: StatusCode::OK,
            cause: None,
            title: language.text("connected-title"),
            sentence: language.text_of("connected", &[("app", &name)]),
            code: None,
            details: Vec::new(),
            next: back_to(self.client.as_deref(), language, |name| {
                language.text_of("notice-go-to", &[("app", &name)])
            }),
        }
        .page_for(app, browser)
    }

    /// The app's name, for a sentence.
    fn name(&self) -> Option<Text> {
        let client = self.client.as_ref()?;
        Some(Text::of_others(isolated(&client.name)))
    }

    /// The page that says so, and where to go on.
    ///
    /// # Errors
    /// When there is no such app any more.
    pub(crate) fn page(&self, app: &App, browser: &BrowserContext) -> Result<Response, PageError> {
        match (&self.answered, &self.client) {
            (Some(_), Some(client)) => Ok(self.answered(app, client, browser)),
            (Some(_), None) => Err(ShownError::UnknownClient.into()),
            (None, _) => Ok(self.expired(app, browser)),
        }
    }

    fn expired(&self, app: &App, browser: &BrowserContext) -> Response {
        let language = browser.language;
        let sentence = match self.name() {
            Some(name) => language.text_of("expired-of-app", &[("app", &name)]),
            None => language.text("expired"),
        };
        let sentence = match browser.session {
            Some(_) => language.text("expired-signed-in").then(&sentence),
            None => sentence,
        };
        let start_again = language.text("notice-start-again");
        let next = match (&self.client, self.again(app)) {
            (Some(_), Some(again)) => link(start_again, &again),
            _ => back_to(self.client.as_deref(), language, |_| start_again),
        };
        PlainPage {
            status: StatusCode::BAD_REQUEST,
            cause: Some("This request has expired"),
            title: language.text("expired-title"),
            sentence,
            code: None,
            details: Vec::new(),
            next,
        }
        .page_for(app, browser)
    }

    /// A second answer, or the back button: the same request can be started again from what is kept of it.
    fn answered(&self, app: &App, client: &Client, browser: &BrowserContext) -> Response {
        let language = browser.language;
        let name = isolated(&client.name);
        PlainPage {
            status: StatusCode::CONFLICT,
            cause: Some("You have already answered this request"),
            title: language.text("answered-title"),
            sentence: language.text_of("answered", &[("app", &name)]),
            code: None,
            details: Vec::new(),
            next: link(
                language.text("answered-again"),
                &self.again(app).unwrap_or_default(),
            ),
        }
        .page_for(app, browser)
    }

    /// The request once more.
    fn again(&self, app: &App) -> Option<String> {
        let path = app.config.paths.authorize.first()?;
        Some(format!("{path}?{}", self.request.as_ref()?))
    }
}

/// The app as people see it.
pub(crate) fn app_card(client: &Client, policy: &Policy) -> AppCard {
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
        logo_url: client
            .logo
            .filter(|_| shows_logo(client, policy))
            .map(|digest| {
                let version = &digest.base64url()[..8];
                path::logo(&client.id, version)
            }),
        publisher: shortened(&client.publisher, MAX_NAME),
        publisher_logo: None,
        domains: Vec::new(),
        homepage: client.homepage.clone(),
        homepage_host: host.split(['/', '?']).next().unwrap_or_default().to_owned(),
        reviewed: client.reviewed_at.is_some(),
    }
}
