//! Changing an app, deleting it, bringing it back.
use super::apps::{authentication, scope};
use super::caller::Caller;
use super::fault::{conflict, name_is_gone, not_found, wrong};
use super::sent::Sent;
use super::view::{AppChanges, DeletedView, app_view};
use crate::http::error::ApiError;
use crate::http::reply;
use crate::ops::clock;
use crate::portal::managed::{app_of, deleted, restored};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::apps::{AppUpdate, Editor, RESTORABLE, RestoreError, delete, update};
use protocol::types::{Asks, Client, Reasons, Role, UnixTime};
use store::Outcome;

/// `PATCH`: changes what the body names.
pub(super) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
    Sent(changes): Sent<AppChanges>,
) -> Result<Response, ApiError> {
    let managed = app_of(&app, caller.hand(), &client_id, Role::Developer).await?;
    let client = managed.client();
    let uris = changes.redirect_uris.clone().unwrap_or_default();
    let mut changes = changes.into_rule(client)?;
    if let Some(name) = &changes.name {
        changes.namesake = app.store.has_namesake_of(client, name).await?;
    }
    let decision = update(client, changes, Editor::Owner, app.policy());
    let settled = app.settle(decision, caller.act(&app)).await?;
    settled
        .ok_or_else(conflict)?
        .map_err(|errors| wrong(&errors, &uris))?;
    let managed = app_of(&app, caller.hand(), &client_id, Role::Viewer).await?;
    let view = app_view(&app, managed.client(), managed.role()).await?;
    Ok(reply::json_of(StatusCode::OK, &view))
}

impl AppChanges {
    fn into_rule(self, client: &Client) -> Result<AppUpdate, ApiError> {
        let scopes = match (self.every_scope, &self.scopes) {
            (Some(true), _) => Some(None),
            (_, Some(names)) => Some(Some(scope("/scopes", names)?)),
            (_, None) => None,
        };
        let optional = self.optional_scopes.as_ref();
        let optional = optional.map(|names| scope("/optional_scopes", names));
        let reasons = self.reasons.as_ref().map(|all| {
            let mut reasons = Reasons::default();
            all.iter()
                .for_each(|(name, reason)| reasons.set(name, reason));
            reasons
        });
        let asks = Asks {
            optional: optional
                .transpose()?
                .unwrap_or_else(|| client.asks.optional.clone()),
            reasons: reasons.unwrap_or_else(|| client.asks.reasons.clone()),
        };
        Ok(AppUpdate {
            version: self.version,
            name: self.name,
            homepage: self.homepage,
            description: self.description,
            privacy_policy: self.privacy_policy,
            terms: self.terms,
            support: self.support,
            contact: self.contact,
            redirect_uris: self.redirect_uris,
            authentication: authentication(
                self.token_endpoint_auth_method,
                self.jwks,
                self.jwks_uri,
                self.token_endpoint_auth_signing_algs,
            ),
            logo: None,
            scopes,
            asks: (asks != client.asks).then_some(asks),
            openid: self.openid.map(|own| own.into_party()).transpose()?,
            device_code: self.device_code,
            client_credentials: self.client_credentials,
            dpop_bound: self.dpop_bound_access_tokens,
            namesake: false,
        })
    }
}

/// `DELETE`: deletes the app. Once more, it is deleted.
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Result<Response, ApiError> {
    if let Some((client, at)) = deleted(&app, caller.hand(), &client_id).await? {
        return Ok(gone(&client, at));
    }
    let managed = app_of(&app, caller.hand(), &client_id, Role::Owner).await?;
    let change = delete(managed.client());
    app.settle_one(change, caller.act(&app)).await?;
    Ok(gone(managed.client(), clock::now()))
}

fn gone(client: &Client, at: UnixTime) -> Response {
    let view = DeletedView {
        client_id: client.id.clone(),
        name: client.name.clone(),
        restorable_until: clock::rfc3339(at.plus(RESTORABLE)),
    };
    reply::json_of(StatusCode::OK, &view)
}

/// `POST`: brings the app back. Once more, it is back.
pub(super) async fn bring_back(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Result<Response, ApiError> {
    if let Some((client, at)) = deleted(&app, caller.hand(), &client_id).await? {
        match restored(&app, (&client, at), caller.act(&app)).await? {
            Ok(Outcome::Conflict) => return Err(conflict()),
            Ok(_) => {}
            Err(RestoreError::Gone) => return Err(not_found("app")),
            Err(RestoreError::Name(error)) => return Err(name_is_gone(&error)),
        }
    }
    let managed = app_of(&app, caller.hand(), &client_id, Role::Owner).await?;
    let view = app_view(&app, managed.client(), managed.role()).await?;
    Ok(reply::json_of(StatusCode::OK, &view))
}
