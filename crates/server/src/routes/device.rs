//! The device authorization endpoint (RFC 8628 §3.1).
use super::token::authenticated;
use crate::reply;
use crate::request::Whole;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::device::{DeviceReply, DeviceRequest, authorize};
use protocol::token::TokenError;
use store::StoreError;

/// `POST` of a device that asks for its codes.
pub(crate) async fn device(State(app): State<App>, request: Whole) -> Response {
    match answer(&app, &request).await {
        Ok(Ok(codes)) => reply::json_of(StatusCode::OK, &codes),
        Ok(Err(error)) => reply::token_error(&error, &app.policy().errors, request.id),
        Err(error) => reply::unavailable(&error, request.id),
    }
}

async fn answer(app: &App, request: &Whole) -> Result<Result<DeviceReply, TokenError>, StoreError> {
    let asked = match DeviceRequest::parse(&request.raw(), app.policy()) {
        Ok(asked) => asked,
        Err(error) => return Ok(Err(error)),
    };
    let client = match authenticated(app, &asked.credentials).await? {
        Ok(client) => client,
        Err(error) => return Ok(Err(error)),
    };
    for context in app.tries() {
        let decision = authorize(asked.scope.as_ref(), &client, &context);
        if let Some(answer) = app
            .settle(decision, app.act(context.now, request.address))
            .await?
        {
            return Ok(answer);
        }
    }
    Err(StoreError::Overloaded)
}
