//! A request for review, with everything that is looked at.
use super::desk::Admin;
use crate::http::error::{PageError, PageFault};
use crate::http::form::Query;
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::pending::app_card;
use crate::portal::talk::{Reads, sayings, scopes};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::admin::{LookedAt, RequestPage};
use pages::{Problem, Speak, Text, part_text};
use protocol::apps::review::{Conversation, Snapshot};
use protocol::types::{Client, Language, Locator};
use std::sync::Arc;

/// `GET`: the page. It changes nothing, however often a mail's link is followed.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Path(id): Path<String>,
    Query(params): Query,
) -> Result<Response, PageError> {
    let admin = Admin::of(browser, &app)?;
    let seen = Seen::of(&app, id.parse().ok()).await?;
    let notice = params.get("done").and_then(|what| match what {
        "approved" => Some("request-done-approved"),
        "refused" => Some("request-done-refused"),
        "asked" => Some("request-done-asked"),
        _ => None,
    });
    let said = Said {
        notice,
        ..Said::default()
    };
    page(&app, admin, &seen, said).await
}

/// A request and its app, as they are now.
pub(super) struct Seen {
    pub(super) talk: Conversation,
    pub(super) client: Arc<Client>,
}

impl Seen {
    /// The request with this id.
    ///
    /// # Errors
    /// That there is no such page.
    pub(super) async fn of(app: &App, id: Option<i64>) -> Result<Self, PageError> {
        let id = Locator(id.unwrap_or_default());
        let (listed, talk) = app.store.review(id).await?.ok_or(PageFault::NotFound)?;
        let client = app.store.client(&listed.client_id).await?;
        let client = client.ok_or(PageFault::NotFound)?;
        Ok(Seen { talk, client })
    }
}

/// What the page shows besides the request.
#[derive(Default)]
pub(super) struct Said {
    pub(super) notice: Option<&'static str>,
    pub(super) text: String,
    pub(super) problems: Vec<Problem>,
    /// Whether what was looked at is not what there is.
    pub(super) conflict: bool,
}

/// The page, which says what was done, or what is wrong.
pub(super) async fn page(
    app: &App,
    admin: Admin,
    seen: &Seen,
    said: Said,
) -> Result<Response, PageError> {
    let asks_password = admin.desk.asks_password();
    let mut browser = admin.desk.browser;
    let language = browser.language;
    let zone = app.zone_of(&admin.desk.facts.preferences);
    let Seen { talk, client } = seen;
    let request = &talk.request;
    let status = match (said.problems.is_empty(), said.conflict) {
        (true, _) => StatusCode::OK,
        (false, true) => StatusCode::CONFLICT,
        (false, false) => StatusCode::BAD_REQUEST,
    };
    let told = (&zone, language);
    let page = RequestPage {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        id: request.id.0.to_string(),
        version: request.version,
        state: request.state,
        app: client.name.clone(),
        client_id: client.id.clone(),
        logo_url: app_card(client, app.policy()).logo_url,
        asked: Text::of_others(zone.moment(request.created_at, language)),
        whole: request.whole,
        scopes: scopes(app, request, language),
        looked_at: looked_at(&request.snapshot, &Snapshot::of(client), language),
        talk: sayings(app, &talk.messages, Reads::Administrator, told).await?,
        text: said.text,
        asks_password,
        notice: said.notice.map(|id| language.text(id)),
        problems: said.problems,
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}

/// The parts of the app that were looked at, with what they are by now; what is empty and stayed so is left out.
fn looked_at(was: &Snapshot, now: &Snapshot, language: Language) -> Vec<LookedAt> {
    let both = was.parts().zip(now.parts());
    both.filter(|((_, was), (_, now))| !was.is_empty() || was != now)
        .map(|((part, was), (_, now))| LookedAt {
            label: part_text(part, language),
            was: was.to_owned(),
            now: (was != now).then(|| now.to_owned()),
        })
        .collect()
}
