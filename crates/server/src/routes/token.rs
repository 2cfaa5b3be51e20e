//! The token endpoint (RFC 6749 §3.2): parse, load, decide, settle. No rule and no SQL here.
use crate::app::{App, AppState};
use crate::reply;
use crate::request::Whole;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::client_auth::{AuthenticatedClient, Credentials, authenticate};
use protocol::grants::{
    authorization_code::redeem, client_credentials::issue, device_code::poll, refresh_token::rotate,
};
use protocol::token::{GrantRequest, TokenError, TokenReply, TokenRequest, client_error};
use protocol::types::Locator;
use store::StoreError;

/// `POST` of a token request.
pub(crate) async fn token(State(app): State<App>, request: Whole) -> Response {
    let outcome = answer(&app, &request).await;
    let response = match outcome {
        Ok(Ok(TokenReply(body))) => reply::json(StatusCode::OK, body),
        Ok(Err(error)) => reply::token_error(&error, &app.policy().errors, request.id),
        Err(error) => reply::unavailable(&error, request.id),
    };
    reply::with_cors(response)
}

async fn answer(app: &App, request: &Whole) -> Result<Result<TokenReply, TokenError>, StoreError> {
    let token_request = match TokenRequest::parse(&request.raw(), app.policy()) {
        Ok(token_request) => token_request,
        Err(error) => return Ok(Err(error)),
    };
    let used_header = request.raw().authorization.is_some();
    let client = match authenticated(app, &token_request.credentials, used_header).await? {
        Ok(client) => client,
        Err(error) => return Ok(Err(error)),
    };
    for context in app.tries() {
        let decision = match &token_request.grant {
            GrantRequest::AuthorizationCode(code) => {
                let facts = match &code.code {
                    Some(presented) => app.store.code(Locator(presented.locator)).await?,
                    None => None,
                };
                redeem(code, &client, facts, &context)
            }
            GrantRequest::RefreshToken(refresh) => {
                let facts = match &refresh.token {
                    Some(presented) => app.store.refresh_token(Locator(presented.locator)).await?,
                    None => None,
                };
                rotate(refresh, &client, facts, &context)
            }
            GrantRequest::ClientCredentials { scope } => issue(scope.as_ref(), &client, &context),
            GrantRequest::DeviceCode(presented) => {
                let facts = match presented {
                    Some(presented) => app.store.device(Locator(presented.locator)).await?,
                    None => None,
                };
                poll(presented.as_ref(), &client, facts, &context)
            }
        };
        if let Some(answer) = app.settle(decision, context.now).await? {
            return Ok(answer);
        }
    }
    Err(StoreError::Overloaded)
}

/// The client behind credentials, at every endpoint that asks for them.
///
/// # Errors
/// [`StoreError`] outside, the refusal inside.
pub(crate) async fn authenticated(
    app: &AppState,
    credentials: &Credentials,
    used_header: bool,
) -> Result<Result<AuthenticatedClient, TokenError>, StoreError> {
    let client = app.store.client(&credentials.client_id).await?;
    let client = client.filter(|client| app.policy().serves(client));
    Ok(authenticate(credentials, client).map_err(|fault| client_error(fault, used_header)))
}
