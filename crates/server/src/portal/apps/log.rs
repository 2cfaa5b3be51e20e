//! What an app's requests were told: the list, and one of them.
use crate::http::error::PageError;
use crate::http::form::Query;
use crate::http::reply;
use crate::http::session::BrowserContext;
use crate::ops::clock::{self, Zone};
use crate::portal::desk::{Desk, trail};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::portal::{LogFilter, RequestEntry, RequestLog, RequestRow, log_href};
use pages::{Text, path};
use protocol::Params;
use protocol::apps::ManagedApp;
use protocol::events::Act;
use protocol::request_log::{Endpoint, KEPT, LoggedRequest, RequestId};
use protocol::transition::{AppChange, Transition, UsageChange};
use protocol::types::{Client, Language, Locator, Role, Side};
use store::{RequestQuery, StoreError};

/// Requests on one page of the list.
const PAGE: usize = 50;
/// The longest id that is shown again.
const MOST_SOUGHT: usize = 40;

/// `GET`: the list, or the request that `request` names.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Path(client_id): Path<String>,
    Query(params): Query,
) -> Result<Response, PageError> {
    let desk = Desk::of(browser, &app)?;
    let managed = desk.app(&app, &client_id, Role::Viewer).await?;
    write_down(&app, managed.client()).await?;
    let sought = params.get("request").map(str::trim);
    let sought = sought.filter(|text| !text.is_empty());
    let found = match sought.and_then(RequestId::parse) {
        Some(id) => app.store.logged_request(managed.client().no, id).await?,
        None => None,
    };
    match found {
        Some(request) => Ok(entry(&app, &desk, &managed, request)),
        None => list(&app, &desk, &managed, &params, sought).await,
    }
}

/// Writes down what this server has noted of the app, so that its developers need not wait for the minute to end.
pub(in crate::portal) async fn write_down(app: &App, client: &Client) -> Result<(), StoreError> {
    if let Some(batch) = app.request_log.take_of(client.no) {
        let change = Transition::App(AppChange::Usage(UsageChange::LogRequests(Box::new(batch))));
        app.settle_one(change, Act::by_job(clock::now())).await?;
    }
    Ok(())
}

async fn list(
    app: &App,
    desk: &Desk,
    managed: &ManagedApp,
    params: &Params,
    sought: Option<&str>,
) -> Result<Response, PageError> {
    let client = managed.client();
    let filter = filter_of(params);
    let before = params.get("before").and_then(|text| text.parse().ok());
    let query = RequestQuery {
        before: before.map(Locator),
        endpoint: filter.endpoint,
        status: filter.status,
        error: filter.error.clone(),
        side: filter.side,
        only_refused: filter.only_refused,
    };
    let mut found = app
        .store
        .logged_requests(client.no, &query, PAGE + 1)
        .await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| more);
    let zone = app.zone_of(&desk.facts.preferences);
    let language = desk.browser.language;
    let since = clock::now().minus(KEPT);
    let counts = app.store.request_counts(client.no, since).await?;
    let page = RequestLog {
        frame: desk.browser.front_frame(app),
        trail: trail(app),
        client_id: client.id.clone(),
        name: client.name.clone(),
        side: client.side,
        kept: app.request_log.is_kept(),
        sought: sought.map(|text| text.chars().take(MOST_SOUGHT).collect()),
        counts: counts
            .into_iter()
            .map(|(endpoint, granted, refused)| (endpoint, count(granted), count(refused)))
            .collect(),
        errors: app.store.logged_errors(client.no).await?,
        has_modes: app.policy().test_mode,
        next_page: next.map(|last| next_page(&client.id, &filter, last)),
        filter,
        requests: found
            .iter()
            .map(|request| row(request, &zone, language))
            .collect(),
    };
    let status = match sought {
        Some(_) => StatusCode::NOT_FOUND,
        None => StatusCode::OK,
    };
    Ok(reply::page(status, &page, None))
}

fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// What the list is narrowed to. What cannot be read narrows nothing.
fn filter_of(params: &Params) -> LogFilter {
    let status = params.get("status").unwrap_or_default();
    LogFilter {
        endpoint: params.get("endpoint").and_then(Endpoint::parse),
        only_refused: status == "refused",
        status: status.parse().ok().filter(|one| (100..600).contains(one)),
        error: params
            .get("error")
            .filter(|code| !code.is_empty())
            .map(|code| code.chars().take(MOST_SOUGHT).collect()),
        side: match params.get("mode") {
            Some("live") => Some(Side::Live),
            Some("test") => Some(Side::Test),
            _ => None,
        },
    }
}

/// The address of the page behind `last`.
fn next_page(client_id: &str, filter: &LogFilter, last: &LoggedRequest) -> String {
    let status = match filter.only_refused {
        true => Some("refused".to_owned()),
        false => filter.status.map(|status| status.to_string()),
    };
    let all = [
        ("endpoint", filter.endpoint.map(|one| one.name().to_owned())),
        ("status", status),
        ("error", filter.error.clone()),
        ("mode", filter.side.map(|side| side.as_str().to_owned())),
        ("before", Some(last.id.0.to_string())),
    ];
    let named = all
        .iter()
        .filter_map(|(name, value)| Some((*name, value.as_deref()?)));
    let query = Params::from_pairs(named).to_form();
    format!("{}?{query}", log_href(client_id))
}

fn entry(app: &App, desk: &Desk, managed: &ManagedApp, request: LoggedRequest) -> Response {
    let client = managed.client();
    let zone = app.zone_of(&desk.facts.preferences);
    let refusal = request.refusal.as_ref();
    let advice = refusal.and_then(|one| one.advice(request.endpoint, app.policy()));
    let developers = app.config.developers.page;
    let help = refusal.filter(|_| developers);
    let page = RequestEntry {
        frame: desk.browser.front_frame(app),
        trail: trail(app),
        client_id: client.id.clone(),
        name: client.name.clone(),
        request: row(&request, &zone, desk.browser.language),
        address: request.address.map(|address| address.to_string()),
        advice: advice.map(|advice| (advice.cause, advice.fix)),
        help: help.map(|one| format!("{}/errors#{}", path::DEVELOPERS, one.code)),
    };
    reply::page(StatusCode::OK, &page, None)
}

fn row(request: &LoggedRequest, zone: &Zone, language: Language) -> RequestRow {
    let refusal = request.refusal.as_ref();
    RequestRow {
        request_id: request.request_id.to_string(),
        time: Text::of_others(zone.second(request.id.time(), language)),
        endpoint: request.endpoint,
        status: request.status,
        side: request.side,
        refusal: refusal.map(|one| (one.code.clone(), one.cause.clone())),
    }
}
