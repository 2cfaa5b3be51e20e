//! Secrets of an app: making another, one in place of all, and revoking one.
use super::show::{Said, page};
use crate::http::error::PageError;
use crate::http::form::{Posted, WholeForm};
use crate::http::reply;
use crate::ops::clock;
use crate::portal::desk::{Desk, trail};
use crate::portal::once::OnceMint;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::portal::{AppPage, SECRET_DAYS, TypedSecret, app_href};
use pages::{Problem, Speak, Text};
use protocol::Params;
use protocol::apps::ManagedApp;
use protocol::apps::secrets::{self, Issued, SecretError};
use protocol::decision::Decision;
use protocol::types::{Client, Language, Lifetime, Locator, Role, Side};
use store::Outcome;

/// Another secret.
pub(crate) struct AddSecretForm {
    client_id: String,
    from: SecretFormOf,
    name: String,
    /// How many days it works; none: until it is revoked.
    days: Option<u32>,
    password: String,
}

/// A secret in place of all.
pub(crate) struct RotateForm {
    client_id: String,
    from: SecretFormOf,
    overlap: String,
    password: String,
}

/// From which page a form for a secret came: it makes one, and of the app that the page showed.
struct SecretFormOf {
    once: String,
    version: i64,
}

impl SecretFormOf {
    fn read(params: &Params) -> Self {
        SecretFormOf {
            once: params.text("once"),
            version: params.number("version"),
        }
    }
}

/// A secret that shall work no more.
pub(crate) struct RevokeForm {
    client_id: String,
    secret: Option<Locator>,
}

impl WholeForm for AddSecretForm {
    const PATH: &'static str = AppPage::ADD_SECRET;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        AddSecretForm {
            client_id: params.text("app"),
            from: SecretFormOf::read(params),
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
            from: SecretFormOf::read(params),
            overlap: params.text("overlap"),
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

/// `POST`: makes another secret, and shows it. Posted twice, it is one.
pub(super) async fn add(
    State(app): State<App>,
    posted: Posted<AddSecretForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    let days = form.days.filter(|days| SECRET_DAYS.contains(days));
    let typed = TypedSecret {
        name: form.name.clone(),
        days,
        ..TypedSecret::default()
    };
    if let Some(problem) = unproved(&app, &desk, stale, "secret-password", form.password).await? {
        return again(&app, desk, &managed, typed, problem).await;
    }
    let now = clock::now();
    let new = secrets::NewSecret {
        name: form.name,
        expires_at: days.map(|days| now.plus(Lifetime::from_days(days))),
    };
    let decide =
        |client: &Client, mint: &OnceMint<'_>| secrets::add(client, new.clone(), now, mint);
    issued(&app, desk, managed, (form.from, decide), typed, None).await
}

/// `POST`: makes a secret in place of all, and shows it. Posted twice, it is one.
pub(super) async fn rotate(
    State(app): State<App>,
    posted: Posted<RotateForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    let language = desk.browser.language;
    let overlap: Option<u32> = form.overlap.trim().parse().ok();
    let typed = TypedSecret {
        overlap: Some(form.overlap),
        ..TypedSecret::default()
    };
    let Some(overlap) = overlap else {
        let problem = said_of(SecretError::Overlap, language);
        return again(&app, desk, &managed, typed, problem).await;
    };
    if let Some(problem) = unproved(&app, &desk, stale, "rotate-password", form.password).await? {
        return again(&app, desk, &managed, typed, problem).await;
    }
    let now = clock::now();
    let until = now.plus(Lifetime::from_minutes(
        overlap.min(secrets::MAX_OVERLAP) * 60,
    ));
    let zone = app.zone_of(&desk.facts.preferences);
    let until = Text::of_others(zone.moment(until, language));
    let until = (overlap > 0).then_some(until);
    let decide = |client: &Client, mint: &OnceMint<'_>| {
        secrets::rotate(client, String::new(), overlap, now, mint)
    };
    issued(&app, desk, managed, (form.from, decide), typed, until).await
}

/// `POST`: revokes a secret. Posted twice, it is revoked.
pub(super) async fn revoke(
    State(app): State<App>,
    posted: Posted<RevokeForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    let none = TypedSecret::default;
    if let Some(stale) = stale {
        return again(&app, desk, &managed, none(), stale).await;
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
            return again(&app, desk, &managed, none(), said_of(error, language)).await;
        }
    };
    if let Some(transition) = transition {
        let act = desk.act(&app);
        if app.settle_one(transition, act).await? == Outcome::Conflict {
            let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
            let stale = Problem::new("", language.text("app-stale"));
            return again(&app, desk, &managed, none(), stale).await;
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
    typed: TypedSecret,
    problem: Problem,
) -> Result<Response, PageError> {
    let said = Said {
        secret: typed,
        problems: vec![problem],
        ..Said::default()
    };
    page(app, desk, managed, said).await
}

/// Settles a new secret, and shows it once it is stored. A form that came twice is told so, on the page with the secrets:
/// what it made is shown to nobody again.
async fn issued(
    app: &App,
    desk: Desk,
    mut managed: ManagedApp,
    (from, decide): (
        SecretFormOf,
        impl Fn(&Client, &OnceMint<'_>) -> Decision<Issued, SecretError>,
    ),
    typed: TypedSecret,
    others_until: Option<Text>,
) -> Result<Response, PageError> {
    let language = desk.browser.language;
    let stale = || Problem::new("", language.text("app-stale"));
    let subject = desk.facts.person.subject;
    for _ in app.tries() {
        let client = managed.client();
        let way = format!("secret of {}", client.id);
        let mint = OnceMint::of(app, &way, &from.once, subject);
        let (transition, issued) = match decide(client, &mint) {
            // What it made and somebody revoked since is not made again.
            Decision::Granted { .. } if client.version != from.version => {
                return again(app, desk, &managed, typed, stale()).await;
            }
            Decision::Granted { transition, reply } => (transition, reply),
            Decision::Refused {
                error: SecretError::Twice,
                ..
            } => {
                let href = app_href(&client.id);
                return Ok(reply::see_other(&format!("{href}?done=secret-twice")));
            }
            Decision::Refused { error, .. } => {
                return again(app, desk, &managed, typed, said_of(error, language)).await;
            }
        };
        if super::show::settled(app, transition, desk.act(app)).await? == Outcome::Committed {
            return Ok(told_once(app, &desk, client, issued, others_until));
        }
        managed = desk.app(app, &client.id.clone(), Role::Developer).await?;
    }
    again(app, desk, &managed, typed, stale()).await
}

/// The page with the secret, which is shown nowhere else.
fn told_once(
    app: &App,
    desk: &Desk,
    client: &Client,
    issued: Issued,
    others_until: Option<Text>,
) -> Response {
    let page = pages::portal::NewSecret {
        frame: desk.browser.front_frame(app),
        trail: trail(app),
        app: client.name.clone(),
        client_id: client.id.clone(),
        secret: Some(issued.text),
        is_new: false,
        only_people: false,
        is_test: client.side == Side::Test,
        next: None,
        others_until,
        test_users: Vec::new(),
    };
    reply::page(StatusCode::OK, &page, None)
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
        | SecretError::Twice
        | SecretError::Expiry => ("", language.text("app-stale")),
    };
    Problem::new(field, sentence)
}
