//! Registering an app.
use super::desk::{Desk, trail};
use super::fields;
use super::list::{new_button, why};
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Form, Posted};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::ops::clock;
use crate::state::App;
use crate::test_side::make_users;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::portal::{AppFields, NewSecret};
use pages::{Problem, Speak};
use protocol::Params;
use protocol::apps::may_register;
use protocol::decision::{Decision, Mint};
use protocol::register::{NewApp, Registered, RegistrationErrors, register};
use protocol::types::{ClientKind, ClientStatus, GrantType, Locator, Side, Subject};
use std::cell::Cell;
use store::Outcome;

/// A new app.
pub(crate) struct NewAppForm {
    once: String,
    fields: AppFields,
    public: bool,
    test: bool,
    password: String,
}

impl Form for NewAppForm {
    const PATH: &'static str = pages::portal::NewApp::PATH;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = Self;

    fn page(params: &Params) -> Self {
        NewAppForm {
            once: params.get("once").unwrap_or_default().to_owned(),
            fields: fields::read(params),
            public: params.get("kind") == Some("public"),
            test: params.get("side") == Some("test"),
            password: params.get("password").unwrap_or_default().to_owned(),
        }
    }

    fn read(params: &Params) -> Self {
        Self::page(params)
    }
}

impl NewAppForm {
    fn empty() -> Self {
        Self::page(&Params::default())
    }

    fn side(&self) -> Side {
        match self.test {
            true => Side::Test,
            false => Side::Live,
        }
    }

    fn new_app(&self, desk: &Desk, status: ClientStatus, app: &App) -> NewApp {
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
        NewApp {
            name: self.fields.name.clone(),
            homepage: self.fields.homepage.clone(),
            description: self.fields.description.clone(),
            links: fields::links(&self.fields),
            owner: desk.facts.person.clone(),
            kind: match self.public {
                true => ClientKind::Public,
                false => ClientKind::Confidential,
            },
            redirect_uris: self.fields.redirect_uris.clone(),
            grants: Some(usual.chain(more.into_iter().flatten()).collect()),
            scopes: None,
            resource_server: false,
            reviewed: false,
            status,
            logo: None,
            side: self.side(),
        }
    }
}

/// `GET`: the form.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
) -> Result<Response, PageError> {
    let desk = Desk::of(browser, &app)?;
    Ok(page(&app, desk, NewAppForm::empty(), Vec::new()))
}

/// `POST`: registers the app, and shows its secret. Posted twice, it is one app.
pub(super) async fn submit(
    State(app): State<App>,
    posted: Posted<NewAppForm>,
) -> Result<Response, PageError> {
    let (desk, mut form, stale) = Desk::posted(&app, posted)?;
    let status = match may_register(
        &desk.facts.person,
        form.side(),
        app.config.mail.is_some(),
        app.policy(),
    ) {
        Ok(status) => status,
        Err(_) => return Ok(page(&app, desk, form, Vec::new())),
    };
    let password = std::mem::take(&mut form.password);
    let mut problems: Vec<_> = stale.into_iter().collect();
    if problems.is_empty() {
        problems.extend(desk.proved(&app, "password", password).await?);
    }
    let mint = OnceMint::of(&app, &form.once, desk.facts.person.subject);
    let new = form.new_app(&desk, status, &app);
    let (registered, transition) = match register(new, app.policy(), clock::now(), &mint) {
        Decision::Refused { error, .. } => {
            let found: RegistrationErrors = error;
            problems.extend(fields::problems(
                &found,
                &form.fields,
                desk.browser.language,
            ));
            return Ok(page(&app, desk, form, problems));
        }
        Decision::Granted { transition, reply } => (reply, transition),
    };
    if !problems.is_empty() {
        return Ok(page(&app, desk, form, problems));
    }
    let act = desk.act(&app);
    let outcome = match transition {
        Some(transition) => app.settle_one(transition, act).await?,
        None => Outcome::Committed,
    };
    made(&app, desk, form, registered, outcome).await
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
        return Ok(page(app, desk, NewAppForm { once, ..form }, vec![stale]));
    };
    if outcome == Outcome::Conflict {
        return Ok(reply::see_other(&format!(
            "{}?done=twice",
            pages::portal::app_href(&client_id)
        )));
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
        others_until: None,
        test_users: users
            .into_iter()
            .map(|user| (user.email, user.password))
            .collect(),
    };
    Ok(reply::page(StatusCode::OK, &page, None))
}

fn page(app: &App, desk: Desk, form: NewAppForm, mut problems: Vec<Problem>) -> Response {
    let asks_password = desk.asks_password();
    let Desk { mut browser, facts } = desk;
    let language = browser.language;
    let registers = may_register(
        &facts.person,
        Side::Live,
        app.config.mail.is_some(),
        app.policy(),
    );
    if let Err(closed) = registers {
        problems = vec![Problem::new("", why(closed, language))];
    }
    let status = match (problems.is_empty(), registers) {
        (_, Err(_)) => StatusCode::FORBIDDEN,
        (false, Ok(_)) => StatusCode::BAD_REQUEST,
        (true, Ok(_)) => StatusCode::OK,
    };
    let once = Some(form.once).filter(|once| !once.is_empty());
    let page = pages::portal::NewApp {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        trail: trail(app),
        once: once.unwrap_or_else(crate::http::cookies::random),
        button: new_button(app, language),
        labels: fields::labels(app),
        fields: fields::shown(app, form.fields),
        public: form.public,
        test: app.policy().test_mode.then_some(form.test),
        reviewed: registers == Ok(ClientStatus::Pending),
        terms: app.config.developers.terms.clone(),
        asks_password,
        problems,
    };
    browser.keep_browser_id(app, reply::page(status, &page, None))
}

/// Random bytes for one form of one person, the same each time that it comes; ids as ever.
struct OnceMint<'a> {
    app: &'a App,
    once: &'a str,
    subject: Subject,
    count: Cell<u8>,
}

impl<'a> OnceMint<'a> {
    fn of(app: &'a App, once: &'a str, subject: Subject) -> Self {
        OnceMint {
            app,
            once,
            subject,
            count: Cell::new(0),
        }
    }
}

impl Mint for OnceMint<'_> {
    fn locator(&self) -> Locator {
        self.app.mint.locator()
    }

    fn secret(&self) -> [u8; 32] {
        let count = self.count.get();
        self.count.set(count + 1);
        let subject = self.subject.0.to_be_bytes();
        let parts: [&[u8]; 4] = [b"new app", self.once.as_bytes(), &subject, &[count]];
        self.app.key.derive(&parts)
    }
}
