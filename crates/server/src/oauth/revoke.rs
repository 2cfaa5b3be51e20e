//! The revocation endpoint (RFC 7009).
use super::logged::{Caller, note};
use super::request::BufferedRequest;
use super::token::authenticated;
use crate::http::error::ApiError;
use crate::http::reply;
use crate::settle::look_up;
use crate::state::{App, AppState};
use axum::extract::State;
use axum::response::Response;
use protocol::client_auth::{AuthenticatedClient, LetIn};
use protocol::lookup::TokenKind;
use protocol::params::Params;
use protocol::request_log::Endpoint;
use protocol::revoke::token_of;
use protocol::token::TokenError;
use store::StoreError;

/// `POST` of a token to be revoked. 200 only when that is durable.
pub(super) async fn revoke(
    State(app): State<App>,
    request: BufferedRequest,
) -> Result<Response, ApiError> {
    let mut caller = Caller::default();
    let answer = answer(&app, &request, &mut caller).await;
    caller.look_in(&app, &request, answer.is_err()).await;
    note(&app, Endpoint::Revoke, request.arrival(), caller, &answer);
    answer
}

async fn answer(
    app: &App,
    request: &BufferedRequest,
    caller: &mut Caller,
) -> Result<Response, ApiError> {
    let (client, params) = asked_by_client(app, request, LetIn::Drafts, caller).await?;
    let kind = TokenKind::of(token_of(&params)?, app.policy());
    let found = look_up(&app.store, kind.lookup()).await?;
    let decision = protocol::revoke::revoke(&kind, &client, found);
    let answer = app.settle(decision, app.act_now(request.address)).await?;
    // Revoking has no guard to lose.
    answer.ok_or(StoreError::Overloaded)??;
    Ok(reply::done())
}

/// The authenticated client of a request, and its parameters.
///
/// # Errors
/// When they cannot be read, the client is not authenticated, or the store fails.
pub(super) async fn asked_by_client(
    app: &AppState,
    request: &BufferedRequest,
    let_in: LetIn,
    caller: &mut Caller,
) -> Result<(AuthenticatedClient, Params), ApiError> {
    let raw = request.raw();
    let params = raw.params(app.policy()).map_err(TokenError::from)?;
    let (credentials, from) = (raw.credentials(&params)?, request.address);
    let client = authenticated(app, &credentials, let_in, (caller, from)).await?;
    Ok((client, params))
}
