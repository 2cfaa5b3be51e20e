//! An app's own registration: `GET` and `PATCH` with a token of its own.
use super::bearer::{self, Bearer};
use crate::clock;
use crate::reply::{self, Fault};
use crate::request::{ClientAddr, RequestId, Whole, media_type};
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use protocol::register::RegistrationError;
use protocol::self_management::{AccessFault, Changes, app_of, update, when_contended};
use protocol::token_info::BearerError;
use protocol::types::{Client, GrantType, RedirectUri};
use serde::Serialize;
use std::sync::Arc;
use store::StoreError;

const REALM: &str = "app";

/// A registration as its app sees it.
#[derive(Serialize)]
struct Body<'a> {
    client_id: &'a str,
    name: &'a str,
    homepage: &'a str,
    description: &'a str,
    redirect_uris: Vec<&'a str>,
    grant_types: Vec<&'static str>,
    scopes: Option<Vec<&'a str>>,
    status: &'static str,
    reviewed: bool,
    mode: &'static str,
    created_at: String,
}

/// `GET`: the registration.
pub(crate) async fn show(State(app): State<App>, id: RequestId, headers: HeaderMap) -> Response {
    match authorized(&app, &headers, id).await {
        Ok(client) => shown(&client),
        Err(response) => response,
    }
}

/// `PATCH`: changes what the body names.
pub(crate) async fn change(State(app): State<App>, whole: Whole) -> Response {
    let client = match authorized(&app, &whole.parts.headers, whole.id).await {
        Ok(client) => client,
        Err(response) => return response,
    };
    let media_type = media_type(&whole.parts.headers).unwrap_or_default();
    let is_json = |own: &&str| media_type.eq_ignore_ascii_case(own);
    let mut types = ["application/json", "application/merge-patch+json"].iter();
    if !types.any(is_json) {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let advice = "send the changes as application/json";
        return reply::plain_error(status, "invalid_request", advice, whole.id);
    }
    let changes = match Changes::parse(&whole.body) {
        Ok(changes) => changes,
        Err(error) => return wrong(&error, whole.id),
    };
    match settled(&app, client, changes, whole.address).await {
        Ok(Ok(client)) => shown(&client),
        Ok(Err(error)) => wrong(&error, whole.id),
        Err(error) => reply::unavailable(&error, whole.id),
    }
}

/// The app whose token the request is made with.
async fn authorized(
    app: &App,
    headers: &HeaderMap,
    id: RequestId,
) -> Result<Arc<Client>, Response> {
    let bearer = bearer::read(app, headers).await;
    let bearer = bearer.map_err(|error| reply::unavailable(&error, id))?;
    let bearer = bearer.map_err(|fault| bearer::refused(app, REALM, fault, id))?;
    let invalid = || bearer::refused(app, REALM, BearerError::Invalid, id);
    let Bearer { presented, facts } = bearer.ok_or_else(invalid)?;
    app_of(&presented, facts, app.policy(), clock::now()).map_err(|fault| match fault {
        AccessFault::InvalidToken => invalid(),
        AccessFault::InsufficientScope => {
            bearer::refused(app, REALM, BearerError::InsufficientScope, id)
        }
    })
}

/// Decides and settles; a lost guard means that the app was changed meanwhile, and is read again.
async fn settled(
    app: &App,
    client: Arc<Client>,
    changes: Changes,
    from: ClientAddr,
) -> Result<Result<Client, RegistrationError>, StoreError> {
    let mut client = client;
    for context in app.tries() {
        let decision = update(&client, changes.clone(), context.policy);
        if let Some(answer) = app.settle(decision, app.act(context.now, from)).await? {
            return Ok(answer);
        }
        // A command may have changed it just now.
        app.store.poll_changes().await?;
        match app.store.client_by_no(client.no).await? {
            // What was authorized was an app that may act.
            Some(now) if now.is_active() => client = now,
            _ => break,
        }
    }
    Ok(Err(when_contended()))
}

fn shown(client: &Client) -> Response {
    let body = Body {
        client_id: &client.id,
        name: &client.name,
        homepage: &client.homepage,
        description: &client.description,
        redirect_uris: client
            .redirect_uris
            .iter()
            .map(RedirectUri::as_str)
            .collect(),
        grant_types: client
            .grants
            .iter()
            .copied()
            .map(GrantType::as_str)
            .collect(),
        scopes: client
            .scopes
            .as_ref()
            .map(|scopes| scopes.names().collect()),
        status: client.status.as_str(),
        reviewed: client.reviewed_at.is_some(),
        mode: client.side.as_str(),
        created_at: clock::rfc3339(client.created_at),
    };
    reply::json_of(StatusCode::OK, &body)
}

fn wrong(error: &RegistrationError, id: RequestId) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let advice = protocol::token::printable(&error.sentence);
    let mut response = reply::plain_error(status, error.code(), &advice, id);
    response
        .extensions_mut()
        .insert(Fault(error.code().to_owned()));
    response
}
