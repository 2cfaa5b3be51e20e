//! The revocation endpoint (RFC 7009).
use super::token::authenticated;
use crate::app::{App, AppState};
use crate::clock;
use crate::reply;
use crate::request::Whole;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::client_auth::AuthenticatedClient;
use protocol::params::Params;
use protocol::revoke::{TokenFacts, TokenKind, token_of};
use protocol::token::TokenError;
use protocol::types::Locator;
use store::StoreError;

/// `POST` of a token to be revoked. 200 only when that is durable.
pub(crate) async fn revoke(State(app): State<App>, request: Whole) -> Response {
    let response = match answer(&app, &request).await {
        Ok(Ok(())) => reply::json(StatusCode::OK, ""),
        Ok(Err(error)) => reply::token_error(&error, &app.policy().errors, request.id),
        Err(error) => reply::unavailable(&error, request.id),
    };
    reply::with_cors(response)
}

async fn answer(app: &App, request: &Whole) -> Result<Result<(), TokenError>, StoreError> {
    let (client, params) = match asked_by_client(app, request).await? {
        Ok(asked) => asked,
        Err(error) => return Ok(Err(error)),
    };
    let kind = match token_of(&params) {
        Ok(token) => TokenKind::of(token, app.policy()),
        Err(error) => return Ok(Err(error)),
    };
    let facts = facts(app, &kind).await?;
    let decision = protocol::revoke::revoke(&kind, &client, facts);
    let answer = app.settle(decision, clock::now()).await?;
    // Revoking has no guard to lose.
    answer.ok_or(StoreError::Overloaded)
}

/// The authenticated client of a request and its parameters.
///
/// # Errors
/// [`StoreError`] outside, the refusal inside.
pub(crate) async fn asked_by_client(
    app: &AppState,
    request: &Whole,
) -> Result<Result<(AuthenticatedClient, Params), TokenError>, StoreError> {
    let raw = request.raw();
    let params = match raw.params(app.policy()) {
        Ok(params) => params,
        Err(fault) => return Ok(Err(fault.into())),
    };
    let credentials = match raw.credentials(&params) {
        Ok(credentials) => credentials,
        Err(error) => return Ok(Err(error)),
    };
    let client = authenticated(app, &credentials, raw.authorization.is_some()).await?;
    Ok(client.map(|client| (client, params)))
}

/// What is on record about a token.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn facts(app: &AppState, kind: &TokenKind) -> Result<TokenFacts, StoreError> {
    Ok(match kind {
        TokenKind::Access(presented) => {
            let facts = app.store.access_token(Locator(presented.locator)).await?;
            facts.map_or(TokenFacts::None, |facts| {
                TokenFacts::Access(Box::new(facts))
            })
        }
        TokenKind::Refresh(presented) => {
            let facts = app.store.refresh_token(Locator(presented.locator)).await?;
            facts.map_or(TokenFacts::None, |facts| {
                TokenFacts::Refresh(Box::new(facts))
            })
        }
        TokenKind::Unknown => TokenFacts::None,
    })
}
