//! The introspection endpoint (RFC 7662).
use super::logged::{Caller, note};
use super::request::BufferedRequest;
use super::revoke::asked_by_client;
use crate::http::error::ApiError;
use crate::http::reply;
use crate::ops::clock;
use crate::ops::connection_uses::UsedToken;
use crate::settle::look_up;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::client_auth::{ClientFault, LetIn};
use protocol::introspect::{holder_wanted, may_introspect};
use protocol::lookup::{Found, TokenKind};
use protocol::request_log::Endpoint;
use protocol::revoke::token_of;
use protocol::token::TokenError;

/// `POST` of a token to be described.
pub(super) async fn introspect(
    State(app): State<App>,
    request: BufferedRequest,
) -> Result<Response, ApiError> {
    let mut caller = Caller::default();
    let answer = answer(&app, &request, &mut caller).await;
    caller.look_in(&app, &request, answer.is_err()).await;
    note(
        &app,
        Endpoint::Introspect,
        request.arrival(),
        caller,
        &answer,
    );
    answer
}

async fn answer(
    app: &App,
    request: &BufferedRequest,
    caller: &mut Caller,
) -> Result<Response, ApiError> {
    let (client, params) = asked_by_client(app, request, LetIn::Active, caller).await?;
    if !may_introspect(&client) {
        let (fault, used_header) = (ClientFault::Method, false);
        return Err(TokenError::InvalidClient { fault, used_header }.into());
    }
    let kind = TokenKind::of(token_of(&params)?, app.policy());
    let mut found = look_up(&app.store, kind.lookup()).await?;
    if let Some(grant) = holder_wanted(&kind, &client, &found, app.policy()) {
        let holder = match app.policy().tells_second_factor() {
            false => Box::pin(app.store.holder(grant)).await?,
            true => Box::pin(app.store.proved_holder(grant)).await?,
        };
        found.held_by(holder);
    }
    if let Some(organization) = found.workspace_wanted(app.policy()) {
        found.in_workspace(Box::pin(app.store.organization_external_id(organization)).await?);
    }
    let (policy, now) = (app.policy(), clock::now());
    let introspection = protocol::introspect::introspect(&kind, &client, &found, policy, now);
    if introspection.active
        && let Found::AccessToken(facts) = &found
        && let Some(used) = UsedToken::of(&facts.token)
    {
        app.connection_uses.note(used, now);
    }
    Ok(reply::json_of(StatusCode::OK, &introspection))
}
