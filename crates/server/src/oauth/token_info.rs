//! Token info: `GET` with the bearer token itself.
use super::bearer::{self, Bearer};
use super::logged::{Caller, note};
use super::possession::ProofHeader;
use crate::http::error::ApiError;
use crate::http::reply;
use crate::http::request::Arrival;
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use protocol::request_log::Endpoint;
use protocol::token_info::{BearerError, TokenInfo, describe, holder_wanted};
use protocol::types::Side;
use serde::Serialize;

const REALM: &str = "token info";

/// The documented shape; `mode` is there on the test side only, `organization` where access was given for one.
#[derive(Serialize)]
struct Body<'a> {
    client_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    scopes: &'a [String],
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'a str>,
}

/// Describes the token that the request is made with.
pub(super) async fn token_info(
    State(app): State<App>,
    headers: HeaderMap,
    proof: ProofHeader,
    arrival: Arrival,
) -> Result<Response, ApiError> {
    let mut caller = Caller::default();
    let answer = answer(&app, (&headers, &proof), &mut caller).await;
    note(&app, Endpoint::TokenInfo, arrival, caller, &answer);
    answer
}

async fn answer(
    app: &App,
    request: (&HeaderMap, &ProofHeader),
    caller: &mut Caller,
) -> Result<Response, ApiError> {
    let mut bearer = bearer::read(app, request, REALM).await?;
    if let Some(bearer) = &bearer {
        caller.brings(&bearer.presented, bearer.facts.as_ref());
    }
    if let Some(facts) = bearer.as_mut().and_then(|bearer| bearer.facts.as_mut())
        && let Some(grant) = holder_wanted(facts, app.policy())
    {
        facts.holder = Box::pin(app.store.holder(grant)).await?.map(Box::new);
    }
    let (now, used) = (clock::now(), bearer.as_ref().and_then(Bearer::used));
    let info =
        bearer.and_then(|bearer| describe(&bearer.presented, bearer.facts, app.policy(), now));
    let invalid = || bearer::refused(REALM, BearerError::Invalid);
    let info = info.ok_or_else(invalid)?;
    if let Some(used) = used {
        app.connection_uses.note(used, now);
    }
    Ok(found(&info))
}

fn found(info: &TokenInfo) -> Response {
    let body = Body {
        client_id: &info.client_id,
        user_id: info.user_id.as_deref(),
        scopes: &info.scopes,
        expires_at: clock::rfc3339(info.expires_at),
        organization: info.organization.as_deref(),
        mode: (info.side == Side::Test).then(|| info.side.as_str()),
    };
    reply::json_of(StatusCode::OK, &body)
}
