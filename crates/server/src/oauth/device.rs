//! The device authorization endpoint (RFC 8628 §3.1).
use super::logged::{Caller, note};
use super::request::BufferedRequest;
use super::token::authenticated;
use crate::http::error::ApiError;
use crate::http::reply;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::client_auth::authenticate_draft;
use protocol::device::{DeviceRequest, authorize};
use protocol::request_log::Endpoint;
use store::StoreError;

/// `POST` of a device that asks for its codes.
pub(super) async fn device(
    State(app): State<App>,
    request: BufferedRequest,
) -> Result<Response, ApiError> {
    let mut caller = Caller::default();
    let answer = answer(&app, &request, &mut caller).await;
    caller.look_in(&app, &request, answer.is_err()).await;
    note(&app, Endpoint::Device, request.arrival(), caller, &answer);
    answer
}

async fn answer(
    app: &App,
    request: &BufferedRequest,
    caller: &mut Caller,
) -> Result<Response, ApiError> {
    let asked = DeviceRequest::parse(&request.raw(), app.policy())?;
    let client = authenticated(app, &asked.credentials, authenticate_draft, caller).await?;
    for context in app.tries() {
        let decision = authorize(asked.scope.as_ref(), &client, &context);
        let act = app.act(context.now, request.address);
        if let Some(codes) = app.settle(decision, act).await? {
            return Ok(reply::json_of(StatusCode::OK, &codes?));
        }
    }
    Err(StoreError::Overloaded.into())
}
