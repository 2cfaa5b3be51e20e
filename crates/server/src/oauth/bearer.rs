//! The bearer token that an endpoint of ours is called with (RFC 6750 §2.1).
use crate::http::error::ApiError;
use crate::http::request::authorization;
use crate::ops::connection_uses::UsedToken;
use crate::state::AppState;
use axum::http::HeaderMap;
use protocol::facts::AccessFacts;
use protocol::lookup::TokenKind;
use protocol::token_info::BearerError;
use protocol::types::Locator;
use store::StoreError;
use wire::{Presented, bearer};

/// An access token of ours, and what is on record about it.
pub(crate) struct Bearer {
    pub(crate) presented: Presented,
    pub(crate) facts: Option<AccessFacts>,
}

impl Bearer {
    /// What is noted of its use, if it works.
    pub(crate) fn used(&self) -> Option<UsedToken> {
        UsedToken::of(&self.facts.as_ref()?.token)
    }
}

/// Reads the token that a request is made with; `None` when it can be none of ours.
///
/// # Errors
/// When there is no token in the request, or the store fails.
pub(crate) async fn read(
    app: &AppState,
    headers: &HeaderMap,
    realm: &'static str,
) -> Result<Option<Bearer>, ApiError> {
    let text = bearer::parse(authorization(headers));
    let text = text.map_err(|fault| refused(realm, fault))?;
    Ok(of_text(app, text).await?)
}

/// The same, of a token's text.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn of_text(app: &AppState, text: &str) -> Result<Option<Bearer>, StoreError> {
    let Some(presented) = TokenKind::access_token(text, app.policy()) else {
        return Ok(None);
    };
    let facts = app.store.access_token(Locator(presented.locator)).await?;
    Ok(Some(Bearer { presented, facts }))
}

/// The refusal of a token that does not open `realm`.
pub(crate) fn refused(realm: &'static str, error: impl Into<BearerError>) -> ApiError {
    let error = error.into();
    ApiError::Bearer { realm, error }
}
