//! A request for review, with everything that is looked at.
use super::desk::Admin;
use crate::http::error::{PageError, PageFault};
use crate::http::form::Query;
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::pending::app_card;
use crate::ops::clock::Zone;
use crate::portal::reviewed::Seen;
use crate::portal::talk::{Reads, sayings, scopes};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::admin::{LookedAt, RequestPage};
use pages::{Problem, Speak, Text, part_text};
use protocol::apps::review::Snapshot;
use protocol::types::{AcceptedTerms, Language, Locator};

/// `GET`: the page. It changes nothing, however often a mail's link is followed.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Path(id): Path<String>,
    Query(params): Query,
) -> Result<Response, PageError> {
    let admin = Admin::of(browser, &app)?;
    let seen = seen(&app, id.parse().ok()).await?;
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

/// The request with this id.
///
/// # Errors
/// That there is no such page.
pub(super) async fn seen(app: &App, id: Option<i64>) -> Result<Seen, PageError> {
    let found = Seen::of(app, Locator(id.unwrap_or_default())).await?;
    Ok(found.ok_or(PageFault::NotFound)?)
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
    let Seen { talk, client, .. } = seen;
    let request = &talk.request;
    let status = match (said.problems.is_empty(), said.conflict) {
        (true, _) => StatusCode::OK,
        (false, true) => StatusCode::CONFLICT,
        (false, false) => StatusCode::BAD_REQUEST,
    };
    let told = (&zone, language);
    let terms = match &app.config.developers.terms {
        Some(_) => {
            let own = app.store.accepted_terms(request.asked_by).await?;
            Some(accepted(own.last(), told))
        }
        None => None,
    };
    let page = RequestPage {
        terms,
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

/// What a developer accepted of the terms last.
fn accepted(last: Option<&AcceptedTerms>, (zone, language): (&Zone, Language)) -> Text {
    let Some(last) = last else {
        return language.text("terms-of-developer-none");
    };
    let time = zone.moment(last.accepted_at, language);
    match last.terms.version.as_str() {
        "" => language.text_of("terms-of-developer", &[("time", &time)]),
        version => language.text_of(
            "terms-of-developer-version",
            &[("version", &version), ("time", &time)],
        ),
    }
}
