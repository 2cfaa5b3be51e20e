//! Userinfo (OpenID Connect Core §5.3): what a token may learn of its person.
use super::bearer::{self, Bearer};
use super::logged::{Caller, note};
use super::possession::ProofHeader;
use super::request::BufferedRequest;
use crate::http::error::ApiError;
use crate::http::reply;
use crate::http::request::{Arrival, is_form};
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use protocol::Params;
use protocol::openid::userinfo::{UserInfo, open};
use protocol::request_log::Endpoint;
use protocol::token::{RequestFault, TokenError};
use protocol::token_info::BearerError;

const REALM: &str = "userinfo";

/// `GET` with the token in the header.
pub(super) async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    proof: ProofHeader,
    arrival: Arrival,
) -> Result<Response, ApiError> {
    let bearer = bearer::read(&app, (&headers, &proof), REALM).await;
    answer(&app, arrival, bearer).await
}

/// `POST`, the same, or with the token in the form (RFC 6750 §2.2).
pub(super) async fn post(
    State(app): State<App>,
    request: BufferedRequest,
) -> Result<Response, ApiError> {
    let bearer = posted(&app, &request).await;
    answer(&app, request.arrival(), bearer).await
}

async fn posted(app: &App, request: &BufferedRequest) -> Result<Option<Bearer>, ApiError> {
    let headers = &request.parts.headers;
    if !is_form(headers) || headers.contains_key(header::AUTHORIZATION) {
        let proof = ProofHeader::of(&request.parts);
        return bearer::read(app, (headers, &proof), REALM).await;
    }
    let params = Params::from_form(&request.body);
    let params = params.map_err(|fault| TokenError::from(RequestFault::Params(fault)))?;
    if let Some(name) = params.repeated() {
        return Err(TokenError::from(RequestFault::Repeated(name.to_owned())).into());
    }
    let missing = || bearer::refused(REALM, BearerError::Missing);
    let text = params.get("access_token").ok_or_else(missing)?;
    bearer::posted(app, text, REALM).await
}

/// Answers, and notes for the app what it was told.
async fn answer(
    app: &App,
    arrival: Arrival,
    bearer: Result<Option<Bearer>, ApiError>,
) -> Result<Response, ApiError> {
    let mut caller = Caller::default();
    if let Ok(Some(bearer)) = &bearer {
        caller.brings(&bearer.presented, bearer.facts.as_ref());
    }
    let answer = match bearer {
        Ok(bearer) => told(app, bearer).await,
        Err(error) => Err(error),
    };
    note(app, Endpoint::UserInfo, arrival, caller, &answer);
    answer
}

async fn told(app: &App, bearer: Option<Bearer>) -> Result<Response, ApiError> {
    let refused = |error| bearer::refused(REALM, error);
    let bearer = bearer.ok_or_else(|| refused(BearerError::Invalid))?;
    let (now, used) = (clock::now(), bearer.used());
    let opened = open(&bearer.presented, bearer.facts, app.policy(), now);
    let opened = opened.map_err(refused)?;
    if let Some(used) = used {
        app.connection_uses.note(used, now);
    }
    let about = app.store.about(opened.subject).await?;
    let about = about.ok_or_else(|| refused(BearerError::Invalid))?;
    match opened.answer(&about, &app.context()) {
        Some(UserInfo::Plain(json)) => Ok(reply::json(StatusCode::OK, json)),
        Some(UserInfo::Signed(jwt)) => {
            let mut response = reply::json(StatusCode::OK, jwt);
            let jwt = HeaderValue::from_static("application/jwt");
            response.headers_mut().insert(header::CONTENT_TYPE, jwt);
            Ok(response)
        }
        None => Err(TokenError::CannotSign.into()),
    }
}
