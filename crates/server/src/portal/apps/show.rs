//! The page of one app.
use super::check::checked;
use super::list::{MANY, people_text};
use super::scopes::{Chosen, choice};
use super::{fields, key_lines, offers, openid_shown};
use crate::http::cookies::random;
use crate::http::error::PageError;
use crate::http::form::Query;
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::pending::app_card;
use crate::ops::clock;
use crate::portal::desk::{Desk, trail};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::portal::{AppFields, AppPage, CheckedUri, SecretLine, TestOf, TypedSecret};
use pages::{Problem, Speak, Text};
use protocol::apps::ManagedApp;
use protocol::apps::review::{askable, people_cap};
use protocol::apps::secrets::MAX_SECRETS;
use protocol::events::Act;
use protocol::transition::Transition;
use protocol::types::{Client, ClientKind, Language, Locator, Role, Side, UnixTime};
use store::{Outcome, StoreError};

/// `GET`: the page.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Path(client_id): Path<String>,
    Query(params): Query,
) -> Result<Response, PageError> {
    let desk = Desk::of(browser, &app)?;
    let managed = desk.app(&app, &client_id, Role::Viewer).await?;
    let language = desk.browser.language;
    let said = Said {
        notice: params.get("done").and_then(was_done),
        checked: params
            .get("check")
            .map(|sent| checked(managed.client(), sent, app.policy(), language)),
        ..Said::default()
    };
    page(&app, desk, &managed, said).await
}

/// The secrets that work, as they are shown; `used`: when each was used last, and from which network.
fn secret_lines(
    client: &Client,
    used: &[(Locator, UnixTime, String)],
    time: impl Fn(UnixTime) -> Text,
) -> Vec<SecretLine> {
    let last_used = |id: Locator| {
        let used = used.iter().find(|(own, ..)| *own == id)?;
        Some((time(used.1), used.2.clone()))
    };
    let now = clock::now();
    let live = client.secrets.iter().filter(|secret| secret.is_live(now));
    live.map(|secret| SecretLine {
        id: secret.id.0.to_string(),
        name: secret.name.clone(),
        created: time(secret.created_at),
        last_used: last_used(secret.id),
        expires: secret.expires_at.map(&time),
    })
    .collect()
}

/// Settles what a rule decided, if there is anything to settle.
pub(super) async fn settled(
    app: &App,
    transition: Option<Transition>,
    act: Act,
) -> Result<Outcome, StoreError> {
    match transition {
        Some(transition) => app.settle_one(transition, act).await,
        None => Ok(Outcome::Committed),
    }
}

/// The app whose test side it is.
async fn live_of(app: &App, client: &Client) -> Result<Option<TestOf>, StoreError> {
    let Some(live) = client.live_of else {
        return Ok(None);
    };
    let live = app.store.client_by_no(live).await?;
    Ok(live.map(|live| TestOf {
        client_id: live.id.clone(),
        name: live.name.clone(),
    }))
}

/// Whether it has a test side, where it may have one.
async fn has_test_side(app: &App, client: &Client) -> Result<Option<bool>, StoreError> {
    match app.policy().test_mode && client.side == Side::Live {
        true => Ok(Some(app.store.test_side(client.no).await?.is_some())),
        false => Ok(None),
    }
}

/// What was done, as a message.
fn was_done(what: &str) -> Option<&'static str> {
    match what {
        "saved" => Some("app-done-saved"),
        "revoked" => Some("app-done-revoked"),
        "keys" => Some("app-done-keys"),
        "keys-dropped" => Some("app-done-keys-dropped"),
        "restored" => Some("apps-done-restored"),
        "twice" => Some("new-app-twice"),
        "secret-twice" => Some("app-secret-twice"),
        "offered" => Some("transfer-done-offered"),
        "withdrawn" => Some("transfer-done-withdrawn"),
        "accepted" => Some("transfer-done-accepted"),
        _ => None,
    }
}

/// The same in words: what is saved while somebody looks at the app is not what they approve.
fn notice(id: &'static str, under_review: bool, language: Language) -> Text {
    match (id, under_review) {
        ("app-done-saved", true) => language.text("app-done-saved-in-review"),
        _ => language.text(id),
    }
}

/// What the page shows besides the app.
#[derive(Default)]
pub(super) struct Said {
    /// What was done: a message.
    pub(super) notice: Option<&'static str>,
    /// What was typed into the settings.
    pub(super) typed: Option<AppFields>,
    /// The scopes that were chosen.
    pub(super) scopes: Option<Chosen>,
    /// The set and the URL of keys that were typed.
    pub(super) keys: Option<(String, String)>,
    /// What was typed for OpenID Connect.
    pub(super) openid: Option<openid_shown::Typed>,
    /// What was typed for a secret.
    pub(super) secret: TypedSecret,
    /// A redirect URI that was looked at.
    pub(super) checked: Option<CheckedUri>,
    /// The address that was typed, of whom the app is offered to.
    pub(super) transfer_email: String,
    /// The organization that was chosen to have it.
    pub(super) transfer_organization: String,
    /// What was typed to confirm that it is to be deleted.
    pub(super) confirm: String,
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
}

fn status(said: &Said) -> StatusCode {
    match said.problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    }
}

/// The page, which says what was done, or what is wrong.
pub(super) async fn page(
    app: &App,
    desk: Desk,
    managed: &ManagedApp,
    said: Said,
) -> Result<Response, PageError> {
    let (asks_password, status) = (desk.asks_password(), status(&said));
    let zone = app.zone_of(&desk.facts.preferences);
    let typed = (said.transfer_email, said.transfer_organization);
    let transfer = offers::of_app(app, &desk, managed, typed, &zone).await?;
    let mut browser = desk.browser;
    let (client, language) = (managed.client(), browser.language);
    let time = |at| Text::of_others(zone.moment(at, language));
    let (last_used, secrets_used) = app.store.client_used(client.no).await?;
    let secrets = secret_lines(client, &secrets_used, time);
    let room = match people_cap(client, app.policy()) {
        Some(cap) => Some((cap, app.store.people_of(client.no, cap).await?)),
        None => None,
    };
    let people = app.store.people_of(client.no, MANY + 1).await?;
    let test_of = live_of(app, client).await?;
    let has_test_side = has_test_side(app, client).await?;
    let askable = askable(client, app.policy());
    let last = app.store.reviews_of(client.no, 1).await?;
    let reviews = !askable.is_empty() || !last.is_empty();
    let under_review = last.iter().any(|last| last.state.is_open());
    let chosen = said.scopes.unwrap_or_else(|| Chosen::of(client));
    let page = AppPage {
        nonce: browser.nonce(app, NonceScope::Session),
        once: random(),
        frame: browser.front_frame(app),
        trail: trail(app),
        client_id: client.id.clone(),
        name: client.name.clone(),
        organization: client.organization.map(|_| client.publisher.clone()),
        role: managed.role(),
        logo_url: app_card(client, app.policy()).logo_url,
        transfer,
        version: client.version,
        status: client.status,
        side: client.side,
        reviewed: client.reviewed_at.is_some(),
        created: time(client.created_at),
        last_used: last_used.map(time),
        people: people_text(people, language),
        test_of,
        has_test_side,
        has_log: app.request_log.is_kept(),
        may_add: secrets.len() < MAX_SECRETS,
        typed_secret: said.secret,
        typed_confirm: said.confirm,
        keys: key_lines::shown(app, client, said.keys),
        openid: openid_shown::shown(app, client, said.openid),
        secrets: (client.kind == ClientKind::Confidential && client.keys.is_none())
            .then_some(secrets),
        labels: fields::labels(app),
        fields: fields::shown(app, said.typed.unwrap_or_else(|| fields::of(client))),
        reviews,
        under_review,
        room: room.map(|(cap, people)| {
            let left = cap.saturating_sub(people);
            language.text_of("review-room", &[("left", &left), ("cap", &cap)])
        }),
        scopes: choice(app, Some(client), &chosen, language),
        checked: said.checked,
        mails: app.config.mail.is_some(),
        asks_password,
        notice: said.notice.map(|id| notice(id, under_review, language)),
        problems: said.problems,
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}
