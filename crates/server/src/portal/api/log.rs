//! What an app's requests were told, and what a redirect URI would be.
use super::caller::Caller;
use super::fault::invalid;
use super::sent::Asked;
use super::view::{CheckedView, RequestView, RequestsView};
use crate::http::error::ApiError;
use crate::http::reply;
use crate::portal::apps::{checked, write_down};
use crate::portal::managed::app_of;
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::Params;
use protocol::request_log::{Endpoint, RequestId};
use protocol::types::{Language, Locator, Role, Side};
use store::RequestQuery;

/// Requests on one page.
const PAGE: usize = 100;

/// What the list may be narrowed by.
pub(super) const FILTERS: [&str; 7] = [
    "request_id",
    "before",
    "endpoint",
    "status",
    "error",
    "mode",
    "refused",
];

/// `GET`: the requests that are kept.
pub(super) async fn requests(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let params = asked.of(&FILTERS)?;
    let managed = app_of(&app, caller.hand(), &client_id, Role::Viewer).await?;
    let client = managed.client();
    let query = query(&params)?;
    write_down(&app, client).await?;
    let mut found = match params.get("request_id") {
        Some(id) => {
            let id = RequestId::parse(id);
            let id = id.ok_or_else(|| invalid("", "request_id has 16 hexadecimal digits"))?;
            app.store
                .logged_request(client.no, id)
                .await?
                .into_iter()
                .collect()
        }
        None => {
            app.store
                .logged_requests(client.no, &query, PAGE + 1)
                .await?
        }
    };
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| more);
    let view = |request| RequestView::of(request, app.policy());
    let shown = RequestsView {
        next: next.map(|last| last.id.0.to_string()),
        requests: found.iter().map(view).collect(),
        kept: app.request_log.is_kept(),
    };
    Ok(reply::json_of(StatusCode::OK, &shown))
}

/// What is asked for; what cannot be read is told.
fn query(params: &Params) -> Result<RequestQuery, ApiError> {
    fn read<T>(
        params: &Params,
        name: &str,
        what: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let Some(text) = params.get(name) else {
            return Ok(None);
        };
        let wrong = || invalid("", format!("{name} is {what}"));
        parse(text).map(Some).ok_or_else(wrong)
    }
    let side = |text: &str| {
        [Side::Live, Side::Test]
            .into_iter()
            .find(|side| side.as_str() == text)
    };
    let number = |text: &str| text.parse().ok().map(Locator);
    let refused = |text: &str| text.parse::<bool>().ok();
    Ok(RequestQuery {
        before: read(params, "before", "the next of the page before", number)?,
        endpoint: read(
            params,
            "endpoint",
            "the name of an endpoint",
            Endpoint::parse,
        )?,
        status: read(params, "status", "an HTTP status", |text| text.parse().ok())?,
        error: params
            .get("error")
            .map(|code| code.chars().take(40).collect()),
        side: read(params, "mode", "live or test", side)?,
        only_refused: read(params, "refused", "true or false", refused)?.unwrap_or(false),
    })
}

/// `GET`: what is said of a redirect URI.
pub(super) async fn redirect(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let params = asked.of(&["redirect_uri"])?;
    let managed = app_of(&app, caller.hand(), &client_id, Role::Viewer).await?;
    let sent = params.get("redirect_uri");
    let sent = sent.ok_or_else(|| invalid("", "redirect_uri is missing"))?;
    let looked = checked(managed.client(), sent, app.policy(), Language::English);
    let view = CheckedView {
        redirect_uri: looked.sent,
        accepted: looked.accepted,
        nearest: looked.registered,
        message: looked.sentence.to_string(),
    };
    Ok(reply::json_of(StatusCode::OK, &view))
}
