//! What is counted of apps: their requests once they have proved who they are, and wrong secrets before.
use crate::http::error::ApiError;
use crate::http::request::ClientAddr;
use crate::state::AppState;
use protocol::client_auth::AuthenticatedClient;
use protocol::token::TokenError;
use std::time::Instant;

/// Whether a secret of the app that a request names is still compared, before anything is read of the app.
///
/// # Errors
/// When too many from this address were wrong.
pub(super) fn may_try(app: &AppState, id: &str, from: ClientAddr) -> Result<(), ApiError> {
    let tried = app.limits.may_try(&app.config, id, from.0, Instant::now);
    tried.map_err(ApiError::Limited)
}

/// Counts an app that did not prove who it is. Returns what it is told.
#[cold]
pub(super) fn failed(app: &AppState, id: &str, from: ClientAddr, error: TokenError) -> ApiError {
    if matches!(error, TokenError::InvalidClient { .. }) {
        app.limits.failed(&app.config, id, from.0, Instant::now());
    }
    error.into()
}

/// Counts the request of an app that has proved who it is. One that has no secret proves nothing: whoever knows its name
/// could use up its budget, so only their addresses are counted.
///
/// # Errors
/// When it asks too often.
pub(super) fn proved(
    app: &AppState,
    client: &AuthenticatedClient,
    from: ClientAddr,
) -> Result<(), ApiError> {
    if !client.is_proved() {
        return Ok(());
    }
    let asked = app
        .limits
        .proved(&app.config, client.no, from.0, Instant::now);
    asked.map_err(ApiError::Limited)
}
