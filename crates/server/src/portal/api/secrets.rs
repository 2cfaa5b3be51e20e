//! The secrets of an app.
use super::caller::Caller;
use super::fault::{conflict, invalid, not_found, secret as refused};
use super::sent::{Asked, Sent};
use super::view::{IssuedView, NewSecret, Rotation, SecretView, SecretsView};
use crate::http::error::ApiError;
use crate::http::reply;
use crate::ops::clock;
use crate::portal::managed::app_of;
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::apps::secrets::{self, DEFAULT_OVERLAP, Issued, SecretError};
use protocol::decision::Decision;
use protocol::types::{Lifetime, Locator, Role, StoredSecret};

/// The most days that a secret works which has an end.
const MOST_DAYS: u32 = 3_650;

/// `GET`: those that work.
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Result<Response, ApiError> {
    let managed = app_of(&app, caller.hand(), &client_id, Role::Viewer).await?;
    let client = managed.client();
    let (_, used) = app.store.client_used(client.no).await?;
    let now = clock::now();
    let live = client.secrets.iter().filter(|secret| secret.is_live(now));
    let view = |secret: &StoredSecret| {
        let used = used.iter().find(|(id, ..)| *id == secret.id);
        SecretView::of(secret, used.map(|(_, at, network)| (*at, network.clone())))
    };
    let shown = SecretsView {
        secrets: live.map(view).collect(),
    };
    Ok(reply::json_of(StatusCode::OK, &shown))
}

/// `POST`: adds one.
pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
    Sent(new): Sent<NewSecret>,
) -> Result<Response, ApiError> {
    if new
        .days
        .is_some_and(|days| !(1..=MOST_DAYS).contains(&days))
    {
        return Err(invalid(
            "/days",
            format!("days is a number from 1 to {MOST_DAYS}"),
        ));
    }
    let managed = app_of(&app, caller.hand(), &client_id, Role::Developer).await?;
    let now = clock::now();
    let new = secrets::NewSecret {
        name: new.name,
        expires_at: new.days.map(|days| now.plus(Lifetime::from_days(days))),
    };
    let decision = secrets::add(managed.client(), new, now, &app.mint);
    issued(&app, &caller, decision).await
}

/// `POST`: makes a new one, and gives the others an end.
pub(super) async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
    Sent(asked): Sent<Rotation>,
) -> Result<Response, ApiError> {
    let managed = app_of(&app, caller.hand(), &client_id, Role::Developer).await?;
    let overlap = asked.overlap_hours.unwrap_or(DEFAULT_OVERLAP);
    let now = clock::now();
    let decision = secrets::rotate(managed.client(), asked.name, overlap, now, &app.mint);
    issued(&app, &caller, decision).await
}

async fn issued(
    app: &App,
    caller: &Caller,
    decision: Decision<Issued, SecretError>,
) -> Result<Response, ApiError> {
    let settled = app.settle(decision, caller.act(app)).await?;
    let issued = settled.ok_or_else(conflict)?.map_err(refused)?;
    let view = IssuedView {
        secret: SecretView::of(&issued.stored, None),
        client_secret: issued.text,
    };
    Ok(reply::json_of(StatusCode::CREATED, &view))
}

/// `DELETE`: takes one away at once; the last one that works only with `force=true`.
pub(super) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path((client_id, secret)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, ApiError> {
    let force = match asked.of(&["force"])?.get("force") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(invalid("", "force is true or false")),
    };
    let managed = app_of(&app, caller.hand(), &client_id, Role::Developer).await?;
    let id = secret.parse().map(Locator);
    let id = id.map_err(|_| not_found("secret"))?;
    let decision = secrets::revoke(managed.client(), id, force, clock::now());
    let settled = app.settle(decision, caller.act(&app)).await?;
    settled.ok_or_else(conflict)?.map_err(refused)?;
    Ok(reply::done())
}
