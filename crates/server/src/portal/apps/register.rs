//! Registering an app.
use super::fields;
use super::list::{new_button, why};
use super::scopes::{self, Chosen, choice};
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Posted, Query, WholeForm};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::ops::clock;
use crate::portal::desk::{Desk, trail};
use crate::portal::managed::{
    asks_restricted, developed, neighbours, organization, standing, unaccepted,
};
use crate::portal::once::OnceMint;
use crate::state::App;
use crate::test_side::make_users;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use config::AppOwners;
use pages::portal::{AppFields, DEVELOPER_TERMS, NewSecret, TermsAsked};
use pages::{Problem, Speak};
use protocol::Params;
use protocol::apps::developers::accept_terms;
use protocol::apps::may_register;
use protocol::decision::Decision;
use protocol::register::{
    Neighbours, NewApp, NewAuthentication, Registered, Registrar, RegistrationErrors, register,
};
use protocol::types::{ClientKind, ClientStatus, GrantType, Membership, ScopeFault, Side};
use store::Outcome;

/// A new app.
pub(crate) struct NewAppForm {
    once: String,
    organization: String,
    fields: AppFields,
    scopes: Result<Option<Chosen>, ScopeFault>,
    public: bool,
    test: bool,
    /// Whether the terms for developers are accepted, and which version of them the form showed.
    terms: Option<String>,
    password: String,
}

impl WholeForm for NewAppForm {
    const PATH: &'static str = pages::portal::NewApp::PATH;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        NewAppForm {
            once: params.text("once"),
            organization: params.text("organization"),
            fields: fields::read(params),
            scopes: scopes::read(params),
            public: params.get("kind") == Some("public"),
            test: params.get("side") == Some("test"),
            terms: params
                .get(DEVELOPER_TERMS)
                .map(|_| params.text("terms-version")),
            password: params.text("password"),
        }
    }
}

impl NewAppForm {
    fn empty() -> Self {
        Self::read(&Params::default())
    }

    fn chosen(&self) -> Chosen {
        let chosen = self.scopes.clone().ok().flatten();
        chosen.unwrap_or_else(Chosen::nothing)
    }

    fn side(&self) -> Side {
        match self.test {
            true => Side::Test,
            false => Side::Live,
        }
    }

    fn new_app(
        &self,
        desk: &Desk,
        organization: Option<Membership>,
        status: ClientStatus,
        app: &App,
    ) -> NewApp {
        let wanted = |on: Option<bool>, grant| {
            (on == Some(true) && app.policy().allows(grant)).then_some(grant)
        };
        let usual = [GrantType::AuthorizationCode, GrantType::RefreshToken];
        let usual = usual
            .into_iter()
            .filter(|grant| app.policy().allows(*grant));
        let more = [
            wanted(self.fields.device, GrantType::DeviceCode),
            wanted(self.fields.own_behalf, GrantType::ClientCredentials),
        ];
        let chosen = self.chosen();
        NewApp {
            name: self.fields.name.clone(),
            homepage: self.fields.homepage.clone(),
            description: self.fields.description.clone(),
            links: fields::links(&self.fields),
            owner: desk.facts.person.clone(),
            organization,
            kind: match self.public {
                true => ClientKind::Public,
                false => ClientKind::Confidential,
            },
            authentication: NewAuthentication::default(),
            redirect_uris: self.fields.redirect_uris.clone(),
            grants: Some(usual.chain(more.into_iter().flatten()).collect()),
            scopes: chosen.scopes,
            asks: chosen.asks,
            resource_server: false,
            dpop_bound: self.fields.bound,
            openid: protocol::types::RelyingParty::default(),
            reviewed: false,
            status,
            logo: None,
            side: self.side(),
            by: Registrar::Owner(Neighbours::default()),
        }
    }
}

/// `GET`: the form. `?organization=` is chosen already.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let desk = Desk::of(browser, &app)?;
    let form = NewAppForm {
        organization: params.text("organization"),
        ..NewAppForm::empty()
    };
    page(&app, desk, form, Vec::new()).await
}

/// `POST`: registers the app, and shows its secret. Posted twice, it is one app.
pub(super) async fn submit(
    State(app): State<App>,
    posted: Posted<NewAppForm>,
) -> Result<Response, PageError> {
    let (desk, mut form, stale) = Desk::posted(&app, posted)?;
    let standing = standing(&app, &desk.facts.person).await?;
    let status = match may_register(&desk.facts.person, form.side(), standing, app.policy()) {
        Ok(status) => status,
        Err(_) => return page(&app, desk, form, Vec::new()).await,
    };
    let password = std::mem::take(&mut form.password);
    let mut problems: Vec<_> = stale.into_iter().collect();
    if problems.is_empty() {
        problems.extend(desk.proved(&app, "password", password).await?);
    }
    let terms = unaccepted(&app, &desk.facts.person).await?;
    let wanted = terms.as_ref().map(|terms| &terms.version);
    if wanted.is_some() && form.terms.as_ref() != wanted {
        let sentence = desk.browser.language.text("terms-needed");
        problems.push(Problem::new(DEVELOPER_TERMS, sentence));
    }
    let chosen = form.chosen();
    if form.scopes.is_err() || asks_restricted(&app, chosen.scopes.as_ref(), &chosen.asks) {
        let sentence = desk.browser.language.text("app-scopes-wrong");
        problems.push(Problem::new("", sentence));
    }
    let Ok(organization) = organization(&app, desk.hand(), &form.organization).await? else {
        let sentence = desk.browser.language.text("new-app-organization");
        problems.push(Problem::new("organization", sentence));
        return page(&app, desk, form, problems).await;
    };
    let new = form.new_app(&desk, organization, status, &app);
    for context in app.tries() {
        let by = Registrar::Owner(neighbours(&app, &new).await?);
        let new = NewApp { by, ..new.clone() };
        let mint = OnceMint::of(&app, "new app", &form.once, new.owner.subject);
        let (registered, transition) =
            match register(new.clone(), context.policy, context.now, &mint) {
                Decision::Refused { error, .. } => {
                    if let Some(client_id) = made_before(&app, &form.once, new).await? {
                        return Ok(twice(&client_id));
                    }
                    let found: RegistrationErrors = error;
                    problems.extend(fields::problems(
                        &found,
                        &form.fields,
                        desk.browser.language,
                    ));
                    return page(&app, desk, form, problems).await;
                }
                Decision::Granted { transition, reply } => (reply, transition),
            };
        if !problems.is_empty() {
            return page(&app, desk, form, problems).await;
        }
        // It stands by itself: what is accepted is accepted, whatever becomes of the app.
        if let Some(terms) = &terms {
            let accepted = accept_terms(&desk.facts.person, terms, context.now);
            app.settle_one(accepted, desk.act(&app)).await?;
        }
        let outcome = match transition {
            Some(transition) => app.settle_one(transition, desk.act(&app)).await?,
            None => Outcome::Committed,
        };
        let is_there = app.store.client(&registered.client_id).await?.is_some();
        if outcome == Outcome::Committed || is_there {
            return made(&app, desk, form, registered, outcome).await;
        }
        // Another app was registered at the same moment, or this form made one that is deleted by now.
    }
    let once = String::new();
    let stale = Problem::new("", desk.browser.language.text("app-stale"));
    page(&app, desk, NewAppForm { once, ..form }, vec![stale]).await
}

/// The app that this very form has made already, which may be the last that there was room for.
async fn made_before(app: &App, once: &str, new: NewApp) -> Result<Option<String>, PageError> {
    let by = Registrar::Owner(Neighbours::default());
    let mint = OnceMint::of(app, "new app", once, new.owner.subject);
    let again = register(NewApp { by, ..new }, app.policy(), clock::now(), &mint);
    let Decision::Granted { reply, .. } = again else {
        return Ok(None);
    };
    let known = app.store.client(&reply.client_id).await?;
    Ok(known.map(|client| client.id.clone()))
}

/// The way to the app that a form has made before.
fn twice(client_id: &str) -> Response {
    let href = pages::portal::app_href(client_id);
    reply::see_other(&format!("{href}?done=twice"))
}

/// The page with the secret. A form that came twice is told so, and leads to the one app that it made.
async fn made(
    app: &App,
    desk: Desk,
    form: NewAppForm,
    registered: Registered,
    outcome: Outcome,
) -> Result<Response, PageError> {
    let Registered {
        client_id,
        client_secret,
    } = registered;
    let Some(client) = app.store.client(&client_id).await? else {
        // This form made an app that is deleted by now: the next one makes another.
        let once = String::new();
        let stale = Problem::new("", desk.browser.language.text("app-stale"));
        return page(app, desk, NewAppForm { once, ..form }, vec![stale]).await;
    };
    if outcome == Outcome::Conflict {
        return Ok(twice(&client_id));
    }
    let users = match client.side {
        Side::Live => Vec::new(),
        Side::Test => make_users(&app.store, &app.mint, app.policy(), client.no)
            .await
            .map_err(|_| PageFault::Store(store::StoreError::Overloaded))?,
    };
    let page = NewSecret {
        frame: desk.browser.front_frame(app),
        trail: trail(app),
        app: client.name.clone(),
        client_id,
        secret: client_secret,
        is_new: true,
        only_people: false,
        is_test: client.side == Side::Test,
        next: None,
        others_until: None,
        test_users: users
            .into_iter()
            .map(|user| (user.email, user.password))
            .collect(),
    };
    Ok(reply::page(StatusCode::OK, &page, None))
}

async fn page(
    app: &App,
    desk: Desk,
    form: NewAppForm,
    problems: Vec<Problem>,
) -> Result<Response, PageError> {
    let asks_password = desk.asks_password();
    let organizations = developed(app, &desk.facts.person).await?.into_iter();
    let Desk { mut browser, facts } = desk;
    let language = browser.language;
    let standing = standing(app, &facts.person).await?;
    let registers = may_register(&facts.person, Side::Live, standing, app.policy());
    let status = match (problems.is_empty(), registers) {
        (_, Err(_)) => StatusCode::FORBIDDEN,
        (false, Ok(_)) => StatusCode::BAD_REQUEST,
        (true, Ok(_)) => StatusCode::OK,
    };
    let terms = unaccepted(app, &facts.person).await?;
    let owners = app.config.portal.owners;
    let scopes = choice(app, None, &form.chosen(), language);
    let once = Some(form.once).filter(|once| !once.is_empty());
    let page = pages::portal::NewApp {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        trail: trail(app),
        once: once.unwrap_or_else(crate::http::cookies::random),
        organizations: organizations
            .map(|own| (own.organization.id.0.to_string(), own.organization.name))
            .collect(),
        organization: form.organization,
        person_may: owners == AppOwners::Anyone,
        button: new_button(app, language),
        labels: fields::labels(app),
        scopes,
        fields: fields::shown(app, form.fields),
        public: form.public,
        test: app.policy().test_mode.then_some(form.test),
        closed: registers
            .err()
            .map(|closed| why(closed, &facts.person, language)),
        reviewed: registers == Ok(ClientStatus::Pending),
        terms: terms.map(|terms| TermsAsked {
            url: terms.url,
            version: terms.version,
        }),
        asks_password,
        problems,
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}
