//! The requests for review, in a list.
use super::desk::Admin;
use crate::http::error::PageError;
use crate::http::form::Query;
use crate::http::reply;
use crate::http::session::BrowserContext;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::Text;
use pages::admin::{REQUESTS, RequestRow, Requests};
use protocol::apps::review::ReviewState;
use protocol::types::Locator;
use store::ReviewQuery;

/// Requests on one page of the list.
const PAGE: usize = 25;

/// `GET`: the list; without a state, those that wait for an administrator.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let admin = Admin::of(browser, &app)?;
    let state = match params.get("state") {
        Some("all") => None,
        Some(state) => Some(ReviewState::parse(state).unwrap_or(ReviewState::Open)),
        None => Some(ReviewState::Open),
    };
    let after = params.get("after").and_then(|id| id.parse().ok());
    let query = ReviewQuery {
        state,
        after: after.map(Locator),
        limit: PAGE + 1,
    };
    let mut found = app.store.reviews(query).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| more);
    let named = state.map_or("all", ReviewState::as_str);
    let browser = admin.desk.browser;
    let zone = app.zone_of(&admin.desk.facts.preferences);
    let page = Requests {
        state,
        next_page: next.map(|last| format!("{REQUESTS}?state={named}&after={}", last.request.id.0)),
        requests: found
            .iter()
            .map(|listed| RequestRow {
                id: listed.request.id.0.to_string(),
                app: listed.name.clone(),
                state: listed.request.state,
                whole: listed.request.whole,
                scopes: listed.request.scopes.names().map(str::to_owned).collect(),
                asked: Text::of_others(zone.moment(listed.request.created_at, browser.language)),
            })
            .collect(),
        frame: browser.front_frame(&app),
    };
    Ok(reply::page(StatusCode::OK, &page, None))
}
