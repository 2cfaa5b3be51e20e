//! What is counted of apps: their requests once they have proved who they are, and wrong secrets before.
use crate::http::error::ApiError;
use crate::http::request::ClientAddr;
use crate::state::AppState;
use protocol::client_auth::{AuthenticatedClient, ClientFault};
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

/// Counts a secret that is wrong. Returns what the app is told. Nothing else is counted that proves nothing: an app without a
/// secret has none to guess, and whoever sends it one would shut out its people behind the same address.
#[cold]
pub(super) fn failed(app: &AppState, id: &str, from: ClientAddr, error: TokenError) -> ApiError {
    let is_wrong = |fault| {
        use ClientFault::{OtherSide, Secret, Unknown};
        matches!(fault, Secret | OtherSide | Unknown)
    };
    if matches!(error, TokenError::InvalidClient { fault, .. } if is_wrong(fault)) {
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
