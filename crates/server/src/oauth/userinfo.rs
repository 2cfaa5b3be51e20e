//! Userinfo (OpenID Connect Core §5.3): what a token may learn of its person.
use super::bearer;
use super::request::BufferedRequest;
use crate::http::error::ApiError;
use crate::http::reply;
use crate::http::request::is_form;
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use protocol::Params;
use protocol::openid::userinfo::{UserInfo, open};
use protocol::token::{RequestFault, TokenError};
use protocol::token_info::BearerError;

const REALM: &str = "userinfo";

/// `GET` with the token in the header.
pub(super) async fn get(State(app): State<App>, headers: HeaderMap) -> Result<Response, ApiError> {
    let bearer = bearer::read(&app, &headers, REALM).await?;
    answer(&app, bearer).await
}

/// `POST`, the same, or with the token in the form (RFC 6750 §2.2).
pub(super) async fn post(
    State(app): State<App>,
    request: BufferedRequest,
) -> Result<Response, ApiError> {
    let headers = &request.parts.headers;
    if !is_form(headers) || headers.contains_key(header::AUTHORIZATION) {
        let bearer = bearer::read(&app, headers, REALM).await?;
        return answer(&app, bearer).await;
    }
    let params = Params::from_form(&request.body);
    let params = params.map_err(|fault| TokenError::from(RequestFault::Params(fault)))?;
    if let Some(name) = params.repeated() {
        return Err(TokenError::from(RequestFault::Repeated(name.to_owned())).into());
    }
    let missing = || bearer::refused(REALM, BearerError::Missing);
    let text = params.get("access_token").ok_or_else(missing)?;
    let bearer = bearer::of_text(&app, text).await?;
    answer(&app, bearer).await
}

async fn answer(app: &App, bearer: Option<bearer::Bearer>) -> Result<Response, ApiError> {
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
