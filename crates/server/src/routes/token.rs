//! The token endpoint (RFC 6749 §3.2): parse, authenticate, look up, decide, settle. No rule and no SQL here.
use crate::reply;
use crate::request::Whole;
use crate::settle::look_up;
use crate::state::{App, AppState};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::client_auth::{AuthenticatedClient, Credentials, authenticate};
use protocol::token::{TokenError, TokenReply, TokenRequest};
use store::StoreError;

/// `POST` of a token request.
pub(crate) async fn token(State(app): State<App>, request: Whole) -> Response {
    let outcome = answer(&app, &request).await;
    match outcome {
        Ok(Ok(TokenReply(body))) => reply::json(StatusCode::OK, body),
        Ok(Err(error)) => reply::token_error(&error, &app.policy().errors, request.id),
        Err(error) => reply::unavailable(&error, request.id),
    }
}

async fn answer(app: &App, request: &Whole) -> Result<Result<TokenReply, TokenError>, StoreError> {
    let asked = match TokenRequest::parse(&request.raw(), app.policy()) {
        Ok(asked) => asked,
        Err(error) => return Ok(Err(error)),
    };
    let client = app.store.client(&asked.credentials.client_id).await?;
    let client = match asked.authenticate(client, app.policy()) {
        Ok(client) => client,
        Err(error) => return Ok(Err(error)),
    };
    for context in app.tries() {
        let found = look_up(&app.store, asked.lookup()).await?;
        let decision = asked.decide(&client, found, &context);
        if let Some(answer) = app
            .settle(decision, app.act(context.now, request.address))
            .await?
        {
            return Ok(answer);
        }
    }
    let contended = asked.when_contended(app.policy());
    contended.map(Err).ok_or(StoreError::Overloaded)
}

/// The client behind credentials, at every other endpoint that asks for them.
///
/// # Errors
/// [`StoreError`] outside, the refusal inside.
pub(crate) async fn authenticated(
    app: &AppState,
    credentials: &Credentials,
) -> Result<Result<AuthenticatedClient, TokenError>, StoreError> {
    let client = app.store.client(&credentials.client_id).await?;
    Ok(authenticate(credentials, client, app.policy()))
}
