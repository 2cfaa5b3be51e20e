//! Where apps register themselves (RFC 7591 §3), and where each manages its registration (RFC 7592).
use super::bearer;
use super::request::BufferedRequest;
use crate::http::error::ApiError;
use crate::http::reply;
use crate::http::request::{Arrival, authorization, media_type};
use crate::state::{App, AppState};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jose::Digest;
use outbound::{Queue, Wanted};
use protocol::introduce::{
    self, ClientMetadata, Introduced, Known, ManagementError, RegistrationMode, manages, members,
    parse,
};
use protocol::token_info::BearerError;
use protocol::transition::AppChange;
use protocol::types::{Client, GrantType};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

const REALM: &str = "registration";

fn refused() -> ApiError {
    bearer::refused(REALM, BearerError::Invalid)
}

fn told(error: ManagementError) -> ApiError {
    match error {
        ManagementError::Token => refused(),
        ManagementError::Registration(error) => error.into(),
    }
}

/// `POST`: registers an app.
pub(super) async fn register(
    State(app): State<App>,
    request: BufferedRequest,
) -> Result<Response, ApiError> {
    let vouched = shows_initial_token(&app, &request.parts.headers)?;
    check_type(&request)?;
    let (metadata, _) = parse(&request.body, vouched, app.policy())?;
    check_sector(&app, &metadata).await?;
    let called = metadata.called();
    for context in app.tries() {
        let alike = match metadata.shared_digest() {
            Some(digest) => app.store.introduced_alike(&digest).await?,
            None => None,
        };
        let known = Known {
            alike,
            namesake: app.store.has_reviewed_namesake(&called).await?,
        };
        let decision = introduce::register(metadata.clone(), &known, &context);
        let act = app.act(context.now, request.address);
        if let Some(answer) = app.settle(decision, act).await? {
            return Ok(shown(&app, StatusCode::CREATED, &answer?));
        }
        app.store.poll_changes().await?;
    }
    Err(ApiError::NoRoom)
}

/// Whether the request shows the initial access token (RFC 7591 §3).
fn shows_initial_token(app: &AppState, headers: &HeaderMap) -> Result<bool, ApiError> {
    let header = authorization(headers);
    if header.is_none() && app.policy().introductions.registration == RegistrationMode::Open {
        return Ok(false);
    }
    let text = wire::bearer::parse(header).map_err(|fault| bearer::refused(REALM, fault))?;
    let own = app.config.initial_token.as_ref();
    let own = own.map(|token| Digest::of(token.0.as_bytes()));
    match own == Some(Digest::of(text.as_bytes())) {
        true => Ok(true),
        false => Err(refused()),
    }
}

fn check_type(request: &BufferedRequest) -> Result<(), ApiError> {
    let sent = media_type(&request.parts.headers).unwrap_or_default();
    match sent.eq_ignore_ascii_case("application/json") {
        true => Ok(()),
        false => Err(ApiError::MediaType("send the metadata as application/json")),
    }
}

/// Longest list of redirect URIs that is read elsewhere, in bytes, and how long that may take.
const LONGEST_SECTOR: usize = 64 * 1_024;
const WITHIN: Duration = Duration::from_secs(5);

/// Looks at where an app says that it lists its redirect URIs.
async fn check_sector(app: &AppState, metadata: &ClientMetadata) -> Result<(), ApiError> {
    let Some(uri) = metadata.sector() else {
        return Ok(());
    };
    let wanted = Wanted {
        accept: "application/json",
        most_bytes: LONGEST_SECTOR,
        within: WITHIN,
    };
    // What went wrong is in the log.
    let fetching = app.outbound.fetch_in(Queue::Stranger, uri, &wanted);
    let answer = fetching.await.ok();
    let answer = answer.filter(|answer| answer.status == 200);
    let body = answer.as_ref().map(|answer| &*answer.body);
    Ok(metadata.is_sector_of(body)?)
}

/// The app that a registration access token manages, and the token.
async fn managed(
    app: &AppState,
    client_id: &str,
    headers: &HeaderMap,
) -> Result<(Arc<Client>, String), ApiError> {
    let text = wire::bearer::parse(authorization(headers));
    let text = text.map_err(|fault| bearer::refused(REALM, fault))?;
    let found = match app.store.client(client_id).await? {
        Some(client) => {
            let facts = app.store.registration(client.no).await?;
            facts.map(|facts| (client, facts))
        }
        None => None,
    };
    let client = manages(text, found).map_err(told)?;
    Ok((client, text.to_owned()))
}

/// `GET`: the registration (RFC 7592 §2.1).
pub(super) async fn show(
    State(app): State<App>,
    Path(client_id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (client, token) = managed(&app, &client_id, &headers).await?;
    let own = Introduced {
        client,
        secret: None,
        token: Some(token),
    };
    Ok(shown(&app, StatusCode::OK, &own))
}

/// `PUT`: replaces it (§2.2).
pub(super) async fn replace(
    State(app): State<App>,
    Path(client_id): Path<String>,
    request: BufferedRequest,
) -> Result<Response, ApiError> {
    let (mut client, token) = managed(&app, &client_id, &request.parts.headers).await?;
    check_type(&request)?;
    // Whoever vouched for it when it was registered goes on doing so.
    let vouched = client.may_use(GrantType::ClientCredentials);
    let (metadata, sent) = parse(&request.body, vouched, app.policy())?;
    check_sector(&app, &metadata).await?;
    let called = metadata.called();
    for context in app.tries() {
        let namesake = app.store.has_reviewed_namesake(&called).await?;
        let decision = introduce::replace(&client, metadata.clone(), &sent, namesake, &context);
        let act = app.act(context.now, request.address);
        if let Some(answer) = app.settle(decision, act).await? {
            let answer = Introduced {
                token: Some(token),
                ..answer.map_err(told)?
            };
            return Ok(shown(&app, StatusCode::OK, &answer));
        }
        app.store.poll_changes().await?;
        (client, _) = managed(&app, &client_id, &request.parts.headers).await?;
    }
    Err(protocol::apps::when_contended().into())
}

/// `DELETE`: ends it, with all its tokens (§2.3).
pub(super) async fn remove(
    State(app): State<App>,
    Path(client_id): Path<String>,
    arrival: Arrival,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (client, _) = managed(&app, &client_id, &headers).await?;
    let delete = AppChange::Delete { client: client.no };
    app.settle_one(delete.into(), app.act_now(arrival.address))
        .await?;
    let mut response = reply::done();
    *response.status_mut() = StatusCode::NO_CONTENT;
    *response.body_mut() = axum::body::Body::empty();
    response
        .headers_mut()
        .remove(axum::http::header::CONTENT_TYPE);
    Ok(response)
}

/// All that is registered, with what was given along (RFC 7591 §3.2.1, RFC 7592 §3).
fn shown(app: &AppState, status: StatusCode, own: &Introduced) -> Response {
    let mut body: Map<String, Value> = members(&own.client);
    if let Some(secret) = &own.secret {
        body.insert("client_secret".to_owned(), secret.as_str().into());
        body.insert("client_secret_expires_at".to_owned(), 0.into());
    }
    if let (Some(token), Some(path)) = (&own.token, app.config.paths.register.first()) {
        let uri = format!("{}{path}/{}", app.config.base(), own.client.id);
        body.insert("registration_client_uri".to_owned(), uri.into());
        body.insert(
            "registration_access_token".to_owned(),
            token.as_str().into(),
        );
    }
    reply::json_of(status, &body)
}
