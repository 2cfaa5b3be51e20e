//! The revocation endpoint (RFC 7009).
use super::token::authenticated;
use crate::reply;
use crate::request::Whole;
use crate::settle::look_up;
use crate::state::{App, AppState};
use axum::extract::State;
use axum::response::Response;
use protocol::client_auth::AuthenticatedClient;
use protocol::lookup::TokenKind;
use protocol::params::Params;
use protocol::revoke::token_of;
use protocol::token::TokenError;
use store::StoreError;

/// `POST` of a token to be revoked. 200 only when that is durable.
pub(crate) async fn revoke(State(app): State<App>, request: Whole) -> Response {
    match answer(&app, &request).await {
        Ok(Ok(())) => reply::done(),
        Ok(Err(error)) => reply::token_error(&error, &app.policy().errors, request.id),
        Err(error) => reply::unavailable(&error, request.id),
    }
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
    let found = look_up(&app.store, kind.lookup()).await?;
    let decision = protocol::revoke::revoke(&kind, &client, found);
    let answer = app.settle(decision, app.act_now(request.address)).await?;
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
    let client = authenticated(app, &credentials).await?;
    Ok(client.map(|client| (client, params)))
}
