//! What endpoints that take a bearer token answer when it does not open them (RFC 6750 §3).
use crate::app::AppState;
use crate::reply::{self, Fault};
use crate::request::{RequestId, authorization};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use jose::Presented;
use jose::bearer::{self, BearerFault};
use protocol::facts::AccessFacts;
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

/// "the resource server SHOULD NOT include an error code" when there was no token at all (§3.1).
pub(crate) fn refused(realm: &str, fault: BearerFault, id: RequestId) -> Response {
    match fault {
        BearerFault::Missing => challenged(
            realm,
            (StatusCode::UNAUTHORIZED, "invalid_token"),
            "send the access token as Authorization: Bearer",
            &[],
            id,
        ),
        BearerFault::Malformed => challenged(
            realm,
            (StatusCode::BAD_REQUEST, "invalid_request"),
            "the Authorization header holds no bearer token",
            &[("error", "invalid_request")],
            id,
        ),
    }
}

/// The token does not work.
pub(crate) fn invalid_token(app: &AppState, realm: &str, id: RequestId) -> Response {
    let error = app.policy().errors.invalid_token();
    challenged(
        realm,
        (StatusCode::UNAUTHORIZED, error),
        "the access token is unknown, expired or revoked: refresh it or start a new authorization",
        &[("error", error)],
        id,
    )
}

/// The token works, but does not open this.
pub(crate) fn insufficient_scope(
    realm: &str,
    scope: &str,
    description: &str,
    id: RequestId,
) -> Response {
    challenged(
        realm,
        (StatusCode::FORBIDDEN, "insufficient_scope"),
        description,
        &[("error", "insufficient_scope"), ("scope", scope)],
        id,
    )
}

fn challenged(
    realm: &str,
    (status, error): (StatusCode, &str),
    description: &str,
    attributes: &[(&str, &str)],
    id: RequestId,
) -> Response {
    let mut response = reply::plain_error(status, error, description, id);
    if let Ok(challenge) = HeaderValue::from_str(&bearer::challenge(realm, attributes)) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response.extensions_mut().insert(Fault(error.to_owned()));
    response
}
