//! Grants of apps that may show an assertion or nothing: one that began with an assertion goes on with one, so that a
//! stolen refresh token is worth nothing without the key.
use crate::http::error::ApiError;
use crate::ops::clock;
use crate::state::AppState;
use protocol::client_auth::AuthenticatedClient;
use protocol::lookup::Lookup;
use protocol::token::TokenRequest;
use protocol::transition::IntroductionChange;

/// Notes how a grant begins, or looks how it began.
///
/// # Errors
/// `invalid_client` where an assertion is missing; or the store fails.
pub(super) async fn check(
    app: &AppState,
    asked: &TokenRequest,
    client: &AuthenticatedClient,
) -> Result<(), ApiError> {
    match (asked.lookup(), client.is_by_assertion()) {
        // A grant has the id of the code that it comes of.
        (Lookup::Code(grant) | Lookup::Device(grant), true) => {
            let now = clock::now();
            let until = now.plus(app.policy().tokens.grant);
            let pin = IntroductionChange::Pin { grant, until };
            app.settle_one(pin.into(), now).await?;
        }
        (Lookup::RefreshToken(token), false) => {
            let found = app.store.refresh_token(token).await?;
            if let Some(facts) = found
                && app.store.is_pinned(facts.grant.id).await?
            {
                return Err(asked.unproved().into());
            }
        }
        _ => {}
    }
    Ok(())
}
