//! An app's own registration: `GET` and `PATCH` with a token of its own.
use super::bearer::{self, Bearer};
use super::possession::ProofHeader;
use super::request::BufferedRequest;
use crate::http::error::ApiError;
use crate::http::reply;
use crate::http::request::{ClientAddr, media_type};
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use protocol::apps::{AppUpdate, Editor, update, when_contended};
use protocol::register::RegistrationErrors;
use protocol::self_management::{AccessFault, app_of, parse};
use protocol::token_info::BearerError;
use protocol::types::{Client, GrantType, RedirectUri};
use serde::Serialize;
use std::sync::Arc;

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
pub(super) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    proof: ProofHeader,
) -> Result<Response, ApiError> {
    Ok(shown(&*authorized(&app, (&headers, &proof)).await?))
}

/// `PATCH`: changes what the body names.
pub(super) async fn change(
    State(app): State<App>,
    request: BufferedRequest,
) -> Result<Response, ApiError> {
    let proof = ProofHeader::of(&request.parts);
    let client = authorized(&app, (&request.parts.headers, &proof)).await?;
    let media_type = media_type(&request.parts.headers).unwrap_or_default();
    let is_json = |own: &&str| media_type.eq_ignore_ascii_case(own);
    let mut types = ["application/json", "application/merge-patch+json"].iter();
    if !types.any(is_json) {
        return Err(ApiError::MediaType("send the changes as application/json"));
    }
    let changes = parse(&request.body)?;
    Ok(shown(
        &settled(&app, client, changes, request.address).await?,
    ))
}

/// The app whose token the request is made with.
async fn authorized(
    app: &App,
    request: (&HeaderMap, &ProofHeader),
) -> Result<Arc<Client>, ApiError> {
    let invalid = || bearer::refused(REALM, BearerError::Invalid);
    let bearer = bearer::read(app, request, REALM).await?;
    let Bearer { presented, facts } = bearer.ok_or_else(invalid)?;
    app_of(&presented, facts, app.policy(), clock::now()).map_err(|fault| match fault {
        AccessFault::InvalidToken => invalid(),
        AccessFault::InsufficientScope => bearer::refused(REALM, BearerError::InsufficientScope),
    })
}

/// Decides and settles; a lost guard means that the app was changed meanwhile, and is read again.
async fn settled(
    app: &App,
    client: Arc<Client>,
    changes: AppUpdate,
    from: ClientAddr,
) -> Result<Client, ApiError> {
    let mut client = client;
    for context in app.tries() {
        let mut changes = changes.clone();
        if let Some(name) = &changes.name {
            changes.namesake = app.store.has_namesake_of(&client, name).await?;
        }
        let decision = update(&client, changes, Editor::App, context.policy);
        if let Some(answer) = app.settle(decision, app.act(context.now, from)).await? {
            return Ok(answer.map_err(RegistrationErrors::into_first)?);
        }
        // A command may have changed it just now.
        app.store.poll_changes().await?;
        match app.store.client_by_no(client.no).await? {
            // What was authorized was an app that may act.
            Some(now) if now.is_active() => client = now,
            _ => break,
        }
    }
    Err(when_contended().into())
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
