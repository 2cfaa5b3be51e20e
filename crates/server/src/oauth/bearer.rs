//! The access token that an endpoint of ours is called with (RFC 6750 §2.1), or one that is bound to a key (RFC 9449 §7.1).
use super::possession::{self, ProofHeader};
use crate::http::error::ApiError;
use crate::http::request::authorization;
use crate::ops::connection_uses::UsedToken;
use crate::state::AppState;
use axum::http::HeaderMap;
use protocol::dpop::fits;
use protocol::facts::AccessFacts;
use protocol::lookup::TokenKind;
use protocol::token_info::BearerError;
use protocol::types::Locator;
use store::StoreError;
use wire::bearer::Scheme;
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
    (headers, proof): (&HeaderMap, &ProofHeader),
    realm: &'static str,
) -> Result<Option<Bearer>, ApiError> {
    let sent = bearer::parse_either(authorization(headers));
    let (scheme, text) = sent.map_err(|fault| refused(realm, fault))?;
    let Some(bearer) = of_text(app, text).await? else {
        return Ok(None);
    };
    fits(scheme, &bearer.presented).map_err(|error| refused(realm, error))?;
    if scheme == Scheme::Dpop {
        let token = (&bearer.presented, bearer.facts.as_ref());
        let passed = Box::pin(possession::passed(app, token, proof)).await?;
        passed.map_err(|error| refused(realm, error))?;
    }
    Ok(Some(bearer))
}

/// The same, of a token that stood in a form: no proof comes with it.
///
/// # Errors
/// When it is one that needs a proof, or the store fails.
pub(crate) async fn posted(
    app: &AppState,
    text: &str,
    realm: &'static str,
) -> Result<Option<Bearer>, ApiError> {
    let bearer = of_text(app, text).await?;
    if let Some(bearer) = &bearer {
        fits(Scheme::Bearer, &bearer.presented).map_err(|error| refused(realm, error))?;
    }
    Ok(bearer)
}

async fn of_text(app: &AppState, text: &str) -> Result<Option<Bearer>, StoreError> {
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
