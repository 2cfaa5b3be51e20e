//! The picture of an app.
use super::caller::Caller;
use super::fault::{conflict, spent, wrong};
use super::sent::Picture;
use super::view::app_view;
use crate::http::error::ApiError;
use crate::http::picture::PictureFault;
use crate::http::reply;
use crate::portal::managed::app_of;
use crate::portal::picture::{Untaken, taken};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::apps::{AppUpdate, Editor, LogoUpdate, update};
use protocol::types::Role;

/// `PUT`: gives it the picture of the body.
pub(super) async fn set(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
    Picture(file): Picture,
) -> Result<Response, ApiError> {
    app_of(&app, caller.hand(), &client_id, Role::Developer).await?;
    let person = caller.person.subject;
    let drawn = taken(&app, person, caller.act(&app), file).await?;
    let drawn = drawn.map_err(|untaken| match untaken {
        Untaken::Spent(throttled) => spent(throttled),
        Untaken::Fault(fault) => super::fault::invalid("", sentence(fault)),
    })?;
    change(&app, &caller, &client_id, LogoUpdate::Replace(drawn)).await
}

/// `DELETE`: takes it away. Once more, it is gone.
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Result<Response, ApiError> {
    change(&app, &caller, &client_id, LogoUpdate::Remove).await
}

async fn change(
    app: &App,
    caller: &Caller,
    client_id: &str,
    logo: LogoUpdate,
) -> Result<Response, ApiError> {
    let managed = app_of(app, caller.hand(), client_id, Role::Developer).await?;
    let asked = AppUpdate {
        version: Some(managed.client().version),
        logo: Some(logo),
        ..AppUpdate::default()
    };
    let decision = update(managed.client(), asked, Editor::Owner, app.policy());
    let settled = app.settle(decision, caller.act(app)).await?;
    settled
        .ok_or_else(conflict)?
        .map_err(|errors| wrong(&errors, &[]))?;
    let managed = app_of(app, caller.hand(), client_id, Role::Viewer).await?;
    let view = app_view(app, managed.client(), managed.role()).await?;
    Ok(reply::json_of(StatusCode::OK, &view))
}

fn sentence(fault: PictureFault) -> &'static str {
    match fault {
        PictureFault::Kind => "send a PNG, JPEG or WebP picture as the body",
        PictureFault::Animated => "send a picture that does not move",
        PictureFault::Large => "send a picture of at most 4096 pixels in width and height",
        PictureFault::Broken => "this picture cannot be read",
    }
}
