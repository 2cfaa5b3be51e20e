//! What endpoints that take a bearer token answer when it does not open them (RFC 6750 §3).
use crate::reply::{self, Fault};
use crate::request::{RequestId, authorization};
use crate::state::AppState;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use jose::Presented;
use jose::bearer::{self, BearerFault};
use protocol::facts::AccessFacts;
use protocol::token_info::BearerError;
use protocol::types::Locator;
use store::StoreError;

/// An access token of ours, and what is on record about it.
pub(crate) struct Bearer {
    pub(crate) presented: Presented,
    pub(crate) facts: Option<AccessFacts>,
}

/// Reads the token that a request is made with; `None` when it can be none of ours.
///
/// # Errors
/// [`StoreError`] outside; inside, why there is no token in the request.
pub(crate) async fn read(
    app: &AppState,
    headers: &HeaderMap,
) -> Result<Result<Option<Bearer>, BearerFault>, StoreError> {
    let text = match bearer::parse(authorization(headers)) {
        Ok(text) => text,
        Err(fault) => return Ok(Err(fault)),
    };
    let presented = Presented::parse(text)
        .filter(|presented| app.policy().is_access_prefix(presented.prefix()));
    let Some(presented) = presented else {
        return Ok(Ok(None));
    };
    let facts = app.store.access_token(Locator(presented.locator)).await?;
    Ok(Ok(Some(Bearer { presented, facts })))
}

/// Refuses a request, with the challenge that says why (§3).
pub(crate) fn refused(
    app: &AppState,
    realm: &str,
    error: impl Into<BearerError>,
    id: RequestId,
) -> Response {
    let error = error.into();
    let aliases = &app.policy().errors;
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::UNAUTHORIZED);
    let code = error.code(aliases);
    let mut response = reply::plain_error(status, code, error.description(), id);
    let code_attribute = error.challenge(aliases).map(|code| ("error", code));
    let attributes: Vec<_> = [code_attribute, error.scope().map(|scope| ("scope", scope))]
        .into_iter()
        .flatten()
        .collect();
    if let Ok(challenge) = HeaderValue::from_str(&bearer::challenge(realm, &attributes)) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response.extensions_mut().insert(Fault(code.to_owned()));
    response
}
