//! The device authorization endpoint (RFC 8628 §3.1).
use super::logged::{Caller, note};
use super::request::BufferedRequest;
use super::token::authenticated;
use crate::http::error::ApiError;
use crate::http::reply;
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::client_auth::LetIn;
use protocol::device::{DeviceRequest, authorize};
use protocol::events::Act;
use protocol::own_api::{CLIENT_ID, register};
use protocol::request_log::Endpoint;
use protocol::types::text::shortened;
use store::StoreError;

/// Most characters of the provider's name in that of our own app.
const MAX: usize = 60;

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

/// The same for our own API, whose app is made when somebody asks for it for the first time.
pub(super) async fn own(
    State(app): State<App>,
    request: BufferedRequest,
) -> Result<Response, ApiError> {
    if app.store.client(CLIENT_ID).await?.is_none() {
        let name = format!(
            "{} command line",
            shortened(&app.config.branding.product, MAX)
        );
        let app_of_ours = register(name, app.policy(), clock::now());
        // One that was deleted is not made again, and of two who make it one does.
        app.settle_one(app_of_ours, Act::by_job(clock::now()))
            .await?;
    }
    device(State(app), request).await
}

async fn answer(
    app: &App,
    request: &BufferedRequest,
    caller: &mut Caller,
) -> Result<Response, ApiError> {
    let asked = DeviceRequest::parse(&request.raw(), app.policy())?;
    let caller = (caller, request.address);
    let client = authenticated(app, &asked.credentials, LetIn::Drafts, caller).await?;
    for context in app.tries() {
        let decision = authorize((asked.scope.as_ref(), &asked.resources), &client, &context);
        let act = app.act(context.now, request.address);
        if let Some(codes) = app.settle(decision, act).await? {
            return Ok(reply::json_of(StatusCode::OK, &codes?));
        }
    }
    Err(StoreError::Overloaded.into())
}
