//! Token info: `GET` with the bearer token itself.
use crate::app::App;
use crate::clock;
use crate::reply::{self, Fault};
use crate::request::{RequestId, authorization};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use jose::Presented;
use jose::bearer::{self, BearerFault};
use protocol::token_info::{TokenInfo, describe};
use protocol::types::Locator;
use serde::Serialize;
use store::StoreError;

const REALM: &str = "token info";

/// The documented shape.
#[derive(Serialize)]
struct Body<'a> {
    client_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    scopes: &'a [String],
    expires_at: String,
}

/// Describes the token that the request is made with.
pub(crate) async fn token_info(
    State(app): State<App>,
    id: RequestId,
    headers: HeaderMap,
) -> Response {
    let response = match bearer::parse(authorization(&headers)) {
        Err(fault) => refused(fault, id),
        Ok(token) => match info(&app, token).await {
            Ok(Some(info)) => found(&info),
            Ok(None) => invalid_token(app.policy().errors.invalid_token(), id),
            Err(error) => reply::unavailable(&error, id),
        },
    };
    reply::with_cors(response)
}

async fn info(app: &App, token: &str) -> Result<Option<TokenInfo>, StoreError> {
    let presented = Presented::parse(token)
        .filter(|presented| presented.prefix() == app.policy().tokens.access_prefix);
    let Some(presented) = presented else {
        return Ok(None);
    };
    let facts = app.store.access_token(Locator(presented.locator)).await?;
    Ok(describe(&presented, facts, app.policy(), clock::now()))
}

fn found(info: &TokenInfo) -> Response {
    let body = Body {
        client_id: &info.client_id,
        user_id: info.user_id.as_deref(),
        scopes: &info.scopes,
        expires_at: clock::rfc3339(info.expires_at),
    };
    reply::json_of(StatusCode::OK, &body)
}

/// "the resource server SHOULD NOT include an error code" when there was no token at all (RFC 6750 §3.1).
fn refused(fault: BearerFault, id: RequestId) -> Response {
    match fault {
        BearerFault::Missing => challenged(
            StatusCode::UNAUTHORIZED,
            "invalid_token",
            "send the access token as Authorization: Bearer",
            &[],
            id,
        ),
        BearerFault::Malformed => challenged(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "the Authorization header holds no bearer token",
            &[("error", "invalid_request")],
            id,
        ),
    }
}

fn invalid_token(error: &str, id: RequestId) -> Response {
    challenged(
        StatusCode::UNAUTHORIZED,
        error,
        "the access token is unknown, expired or revoked: refresh it or start a new authorization",
        &[("error", error)],
        id,
    )
}

fn challenged(
    status: StatusCode,
    error: &str,
    description: &str,
    attributes: &[(&str, &str)],
    id: RequestId,
) -> Response {
    let mut response = reply::plain_error(status, error, description, id);
    if let Ok(challenge) = HeaderValue::from_str(&bearer::challenge(REALM, attributes)) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response.extensions_mut().insert(Fault(error.to_owned()));
    response
}
