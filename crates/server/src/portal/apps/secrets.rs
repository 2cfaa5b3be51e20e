//! Secrets of an app: making another, one in place of all, and revoking one.
use super::show::{Said, page};
use crate::http::error::PageError;
use crate::http::form::{Posted, WholeForm};
use crate::http::reply;
use crate::ops::clock;
use crate::portal::desk::{Desk, trail};
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::portal::{AppPage, SECRET_DAYS, app_href};
use pages::{Problem, Speak, Text};
use protocol::Params;
use protocol::apps::ManagedApp;
use protocol::apps::secrets::{self, Issued, SecretError};
use protocol::decision::Decision;
use protocol::types::{Language, Lifetime, Locator, Role, Side};
use store::Outcome;

/// Another secret.
pub(crate) struct AddSecretForm {
    client_id: String,
    name: String,
    /// How many days it works; none: until it is revoked.
    days: Option<u32>,
    password: String,
}

/// A secret in place of all.
pub(crate) struct RotateForm {
    client_id: String,
    overlap: Option<u32>,
    password: String,
}

/// A secret that shall work no more.
pub(crate) struct RevokeForm {
    client_id: String,
    secret: Option<Locator>,
}

impl WholeForm for AddSecretForm {
    const PATH: &'static str = AppPage::ADD_SECRET;

    fn read(params: &Params) -> Self {
        AddSecretForm {
            client_id: params.text("app"),
            name: params.text("secret-name"),
            days: params.text("secret-days").parse().ok(),
            password: params.text("password"),
        }
    }
}

impl WholeForm for RotateForm {
    const PATH: &'static str = AppPage::ROTATE;

    fn read(params: &Params) -> Self {
        RotateForm {
            client_id: params.text("app"),
            overlap: params.text("overlap").trim().parse().ok(),
            password: params.text("password"),
        }
    }
}

impl WholeForm for RevokeForm {
    const PATH: &'static str = AppPage::REVOKE;

    fn read(params: &Params) -> Self {
        RevokeForm {
            client_id: params.text("app"),
            secret: params.text("secret").parse().ok().map(Locator),
        }
    }
}

/// `POST`: makes another secret, and shows it.
pub(super) async fn add(
    State(app): State<App>,
    posted: Posted<AddSecretForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    if let Some(problem) = unproved(&app, &desk, stale, "secret-password", form.password).await? {
        return again(&app, desk, &managed, problem).await;
    }
    let now = clock::now();
    let days = form.days.filter(|days| SECRET_DAYS.contains(days));
    let new = secrets::NewSecret {
        name: form.name,
        expires_at: days.map(|days| now.plus(Lifetime::from_days(days))),
    };
    let decision = secrets::add(managed.client(), new, now, &app.mint);
    issued(&app, desk, &managed, decision, None).await
}

/// `POST`: makes a secret in place of all, and shows it.
pub(super) async fn rotate(
    State(app): State<App>,
    posted: Posted<RotateForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    let language = desk.browser.language;
    let Some(overlap) = form.overlap else {
        let problem = said_of(SecretError::Overlap, language);
        return again(&app, desk, &managed, problem).await;
    };
    if let Some(problem) = unproved(&app, &desk, stale, "rotate-password", form.password).await? {
        return again(&app, desk, &managed, problem).await;
    }
    let now = clock::now();
    let decision = secrets::rotate(managed.client(), String::new(), overlap, now, &app.mint);
    let until = now.plus(Lifetime::from_minutes(
        overlap.min(secrets::MAX_OVERLAP) * 60,
    ));
    let zone = app.zone_of(&desk.facts.preferences);
    let until = Text::of_others(zone.moment(until, language));
    let until = (overlap > 0).then_some(until);
    issued(&app, desk, &managed, decision, until).await
}

/// `POST`: revokes a secret. Posted twice, it is revoked.
pub(super) async fn revoke(
    State(app): State<App>,
    posted: Posted<RevokeForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    if let Some(stale) = stale {
        return again(&app, desk, &managed, stale).await;
    }
    let secret = form.secret.unwrap_or(Locator(0));
    let language = desk.browser.language;
    let transition = match secrets::revoke(managed.client(), secret, false, clock::now()) {
        Decision::Granted { transition, .. } => transition,
        // It is gone, whoever revoked it.
        Decision::Refused {
            error: SecretError::Unknown,
            ..
        } => None,
        Decision::Refused { error, .. } => {
            return again(&app, desk, &managed, said_of(error, language)).await;
        }
    };
    if let Some(transition) = transition {
        let act = desk.act(&app);
        if app.settle_one(transition, act).await? == Outcome::Conflict {
            let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
            let stale = Problem::new("", language.text("app-stale"));
            return again(&app, desk, &managed, stale).await;
        }
    }
    Ok(reply::see_other(&format!(
        "{}?done=revoked",
        app_href(&form.client_id)
    )))
}

/// Why nothing is done yet: the form is out of date, or the password is missing.
async fn unproved(
    app: &App,
    desk: &Desk,
    stale: Option<Problem>,
    field: &str,
    password: String,
) -> Result<Option<Problem>, PageError> {
    match stale {
        Some(stale) => Ok(Some(stale)),
        None => desk.proved(app, field, password).await,
    }
}

async fn again(
    app: &App,
    desk: Desk,
    managed: &ManagedApp,
    problem: Problem,
) -> Result<Response, PageError> {
    let said = Said {
        problems: vec![problem],
        ..Said::default()
    };
    page(app, desk, managed, said).await
}

/// Settles a new secret, and shows it once it is stored.
async fn issued(
    app: &App,
    desk: Desk,
    managed: &ManagedApp,
    decision: Decision<Issued, SecretError>,
    others_until: Option<Text>,
) -> Result<Response, PageError> {
    let language = desk.browser.language;
    let (transition, issued) = match decision {
        Decision::Granted { transition, reply } => (transition, reply),
        Decision::Refused { error, .. } => {
            return again(app, desk, managed, said_of(error, language)).await;
        }
    };
    if let Some(transition) = transition {
        let act = desk.act(app);
        if app.settle_one(transition, act).await? == Outcome::Conflict {
            let managed = desk.app(app, &managed.client().id, Role::Developer).await?;
            let stale = Problem::new("", language.text("app-stale"));
            return again(app, desk, &managed, stale).await;
        }
    }
    let page = pages::portal::NewSecret {
        frame: desk.browser.front_frame(app),
        trail: trail(app),
        app: managed.client().name.clone(),
        client_id: managed.client().id.clone(),
        secret: Some(issued.text),
        is_new: false,
        only_people: false,
        is_test: managed.client().side == Side::Test,
        next: None,
        others_until,
        test_users: Vec::new(),
    };
    Ok(reply::page(StatusCode::OK, &page, None))
}

fn said_of(error: SecretError, language: Language) -> Problem {
    let (field, sentence) = match error {
        SecretError::TooMany => ("", language.text("app-secrets-full")),
        SecretError::Last => ("", language.text("app-secret-last")),
        SecretError::Name => ("secret-name", language.text("app-secret-name-wrong")),
        SecretError::Overlap => ("overlap", language.text("app-rotate-range")),
        SecretError::PublicApp
        | SecretError::Keys
        | SecretError::Documented
        | SecretError::Unknown
        | SecretError::Expiry => ("", language.text("app-stale")),
    };
    Problem::new(field, sentence)
}
