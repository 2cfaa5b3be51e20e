//! The introspection endpoint (RFC 7662).
use super::revoke::asked_by_client;
use crate::clock;
use crate::reply;
use crate::request::Whole;
use crate::settle::look_up;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::client_auth::ClientFault;
use protocol::introspect::may_introspect;
use protocol::lookup::TokenKind;
use protocol::revoke::token_of;
use protocol::token::TokenError;
use store::StoreError;

/// `POST` of a token to be described.
pub(crate) async fn introspect(State(app): State<App>, request: Whole) -> Response {
    match answer(&app, &request).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => reply::token_error(&error, &app.policy().errors, request.id),
        Err(error) => reply::unavailable(&error, request.id),
    }
}

async fn answer(app: &App, request: &Whole) -> Result<Result<Response, TokenError>, StoreError> {
    let (caller, params) = match asked_by_client(app, request).await? {
        Ok(asked) => asked,
        Err(error) => return Ok(Err(error)),
    };
    if !may_introspect(&caller) {
        let (fault, used_header) = (ClientFault::Method, false);
        return Ok(Err(TokenError::InvalidClient { fault, used_header }));
    }
    let kind = match token_of(&params) {
        Ok(token) => TokenKind::of(token, app.policy()),
        Err(error) => return Ok(Err(error)),
    };
    let found = look_up(&app.store, kind.lookup()).await?;
    let (policy, now) = (app.policy(), clock::now());
    let introspection = protocol::introspect::introspect(&kind, &caller, &found, policy, now);
    Ok(Ok(reply::json_of(StatusCode::OK, &introspection)))
}
