//! The token endpoint (RFC 6749 §3.2): parse, authenticate, look up, decide, settle. No rule and no SQL here.
use super::assertion::proved;
use super::logged::{Caller, note};
use super::request::BufferedRequest;
use crate::http::error::ApiError;
use crate::http::reply;
use crate::http::request::ClientAddr;
use crate::ops::clock;
use crate::ops::connection_uses::UsedToken;
use crate::settle::look_up;
use crate::state::{App, AppState};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::Transition;
use protocol::client_auth::{
    AuthenticatedClient, Credentials, LetIn, authenticate, authenticate_draft,
};
use protocol::request_log::Endpoint;
use protocol::token::{TokenReply, TokenRequest};
use store::StoreError;

/// `POST` of a token request.
pub(super) async fn token(
    State(app): State<App>,
    request: BufferedRequest,
) -> Result<Response, ApiError> {
    let mut caller = Caller::default();
    let answer = answer(&app, &request, &mut caller).await;
    caller.look_in(&app, &request, answer.is_err()).await;
    note(&app, Endpoint::Token, request.arrival(), caller, &answer);
    answer
}

async fn answer(
    app: &App,
    request: &BufferedRequest,
    caller: &mut Caller,
) -> Result<Response, ApiError> {
    let asked = TokenRequest::parse(&request.raw(), app.policy())?;
    let client = app.store.client(&asked.credentials.client_id).await?;
    let now = clock::now();
    caller.claims(client.as_deref());
    let client = match asked.credentials.is_assertion() {
        false => asked.authenticate(client, app.policy(), now)?,
        // Few come so, and what that takes is not to be carried along by all.
        true => {
            let (credentials, from) = (&asked.credentials, request.address);
            Box::pin(proved(app, credentials, client, LetIn::Drafts, from)).await?
        }
    };
    caller.is(&client);
    app.last_used.note(&client, request.address, now);
    for context in app.tries() {
        let found = look_up(&app.store, asked.lookup()).await?;
        let (used, settled) = {
            let decision = asked.decide(&client, found, &context);
            let given = decision.granted().and_then(Transition::access_token);
            let used = given.and_then(UsedToken::of);
            let act = app.act(context.now, request.address);
            (used, app.settle(decision, act))
        };
        if let Some(answer) = settled.await? {
            let TokenReply(body) = answer?;
            if let Some(used) = used {
                app.connection_uses.note(used, context.now);
            }
            return Ok(reply::json(StatusCode::OK, body));
        }
    }
    Err(match asked.when_contended(app.policy()) {
        Some(error) => error.into(),
        None => StoreError::Overloaded.into(),
    })
}

/// The client behind credentials, at other endpoints that ask for them; `caller` is told as soon as it is known.
///
/// # Errors
/// When it is not authenticated, or the store fails.
pub(super) async fn authenticated(
    app: &AppState,
    credentials: &Credentials,
    let_in: LetIn,
    (caller, from): (&mut Caller, ClientAddr),
) -> Result<AuthenticatedClient, ApiError> {
    let client = app.store.client(&credentials.client_id).await?;
    caller.claims(client.as_deref());
    let client = match (credentials.is_assertion(), let_in) {
        (false, LetIn::Active) => authenticate(credentials, client, app.policy(), clock::now())?,
        (false, LetIn::Drafts) => {
            authenticate_draft(credentials, client, app.policy(), clock::now())?
        }
        (true, let_in) => Box::pin(proved(app, credentials, client, let_in, from)).await?,
    };
    caller.is(&client);
    Ok(client)
}
