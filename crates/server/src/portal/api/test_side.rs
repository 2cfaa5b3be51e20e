//! The test side of an app, and its switch.
use super::caller::Caller;
use super::fault::{not_found, refused};
use super::view::{TestSideView, TestUserView};
use crate::http::error::ApiError;
use crate::http::reply;
use crate::portal::managed::app_of;
use crate::portal::test_switch::{Switched, switch};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::apps::test_side::MAX_PEOPLE;
use protocol::apps::{ManagedApp, delete};
use protocol::types::{Role, Side};

/// The live app of this id, for what takes this role.
async fn live(
    app: &App,
    caller: &Caller,
    client_id: &str,
    role: Role,
) -> Result<ManagedApp, ApiError> {
    let live = app_of(app, caller.hand(), client_id, role).await?;
    match live.client().side == Side::Live && app.policy().test_mode {
        true => Ok(live),
        false => Err(not_found("test side")),
    }
}

/// `GET`: whether it is on, and with whom it can be tried.
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Result<Response, ApiError> {
    let live = live(&app, &caller, &client_id, Role::Viewer).await?;
    shown(&app, &live, TestSideView::default()).await
}

/// `told`: what is shown once.
async fn shown(app: &App, live: &ManagedApp, told: TestSideView) -> Result<Response, ApiError> {
    let test = app.store.test_side(live.client().no).await?;
    let people = match &test {
        Some(test) => app.store.people_of_test_app(test.no, MAX_PEOPLE).await?,
        None => Vec::new(),
    };
    let view = TestSideView {
        on: test.is_some(),
        client_id: test.map(|test| test.id.clone()),
        people: people.into_iter().map(|person| person.email).collect(),
        ..told
    };
    Ok(reply::json_of(StatusCode::OK, &view))
}

/// `POST`: switches it on. Once more, it is on.
pub(super) async fn on(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Result<Response, ApiError> {
    let live = live(&app, &caller, &client_id, Role::Developer).await?;
    let told = match switch(&app, &live, caller.act(&app)).await? {
        Ok(Switched::Back) => TestSideView::default(),
        Ok(Switched::Made { secret, users, .. }) => TestSideView {
            client_secret: secret,
            test_users: users
                .into_iter()
                .map(|user| TestUserView {
                    email: user.email,
                    password: user.password,
                })
                .collect(),
            ..TestSideView::default()
        },
        Err(error) => return Err(refused("no_test_side", error.sentence())),
    };
    shown(&app, &live, told).await
}

/// `DELETE`: switches it off. Once more, it is off.
pub(super) async fn off(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Result<Response, ApiError> {
    let live = live(&app, &caller, &client_id, Role::Developer).await?;
    if let Some(test) = app.store.test_side(live.client().no).await? {
        app.settle_one(delete(&test), caller.act(&app)).await?;
    }
    shown(&app, &live, TestSideView::default()).await
}
