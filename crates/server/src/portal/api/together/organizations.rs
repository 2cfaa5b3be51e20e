//! Organizations, and who belongs to them.
use super::super::caller::Caller;
use super::super::fault::{
    conflict, invalid, no_invitation, no_organization, organization as refused, spent,
};
use super::super::sent::Sent;
use super::view::{
    NewInvitation, NewRole, OrganizationRow, OrganizationView, OrganizationsView, OwnInvitation,
};
use crate::http::error::ApiError;
use crate::http::reply;
use crate::ops::clock;
use crate::portal::daily::count_one;
use crate::portal::managed::seat_in;
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::daily::Daily;
use protocol::organizations::{
    self, OrganizationError, Seat, accept as join, decline as not_join, invitations_of,
};
use protocol::transition::OrganizationChange;
use protocol::types::{Locator, Subject};
use store::Outcome;

/// `GET`: those that the person belongs to, and those that they are asked to join.
pub(super) async fn list(State(app): State<App>, caller: Caller) -> Result<Response, ApiError> {
    let own = app.store.memberships(caller.person.subject).await?;
    let invitations = match invitations_of(&caller.person) {
        Some(key) => app.store.invitations_to(&key, clock::now()).await?,
        None => Vec::new(),
    };
    let invitations = invitations.iter();
    let view = OrganizationsView {
        organizations: own.iter().map(OrganizationRow::of).collect(),
        invitations: invitations
            .map(|(open, name)| OwnInvitation::of(open, name))
            .collect(),
    };
    Ok(reply::json_of(StatusCode::OK, &view))
}

async fn seat(app: &App, caller: &Caller, id: &str) -> Result<Seat, ApiError> {
    let seat = seat_in(app, caller.hand(), id).await;
    seat.map_err(no_organization)
}

/// `GET`: one of them.
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let seat = seat(&app, &caller, &id).await?;
    Ok(reply::json_of(StatusCode::OK, &OrganizationView::of(&seat)))
}

/// Makes a change, if there is one, and shows the organization as it is then.
async fn settled(
    app: &App,
    caller: &Caller,
    id: &str,
    change: Result<Option<OrganizationChange>, OrganizationError>,
) -> Result<Response, ApiError> {
    if let Some(change) = change.map_err(refused)?
        && app.settle_one(change.into(), caller.act(app)).await? == Outcome::Conflict
    {
        return Err(conflict());
    }
    match seat_in(app, caller.hand(), id).await {
        Ok(seat) => Ok(reply::json_of(StatusCode::OK, &OrganizationView::of(&seat))),
        Err(why) => Err(no_organization(why)),
    }
}

/// `POST`: asks somebody to join.
pub(super) async fn invite(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Sent(new): Sent<NewInvitation>,
) -> Result<Response, ApiError> {
    let seat = seat(&app, &caller, &id).await?;
    let (mails, now) = (app.config.mail.is_some(), clock::now());
    let change = seat.invite(&new.email, new.role.into(), mails, now, &app.mint);
    let change = change.map_err(refused)?;
    let (person, act) = (caller.person.subject, caller.act(&app));
    if let Err(throttled) = count_one(&app, person, act, Daily::Invitation).await? {
        return Err(spent(throttled));
    }
    settled(&app, &caller, &id, Ok(Some(change))).await
}

/// `DELETE`: takes an invitation back. Once more, it is taken back.
pub(super) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path((id, invitation)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let seat = seat(&app, &caller, &id).await?;
    let invitation = invitation.parse().map(Locator).unwrap_or(Locator(0));
    let change = match seat.withdraw(invitation) {
        Err(OrganizationError::Unknown) => Ok(None),
        change => change.map(Some),
    };
    settled(&app, &caller, &id, change).await
}

fn member(id: &str) -> Result<Subject, ApiError> {
    let id = id.parse().map(Subject);
    id.map_err(|_| refused(OrganizationError::Unknown))
}

/// `PATCH`: lets a member do more, or less.
pub(super) async fn set_role(
    State(app): State<App>,
    caller: Caller,
    Path((id, who)): Path<(String, String)>,
    Sent(new): Sent<NewRole>,
) -> Result<Response, ApiError> {
    let seat = seat(&app, &caller, &id).await?;
    let change = seat.set_role(member(&who)?, new.role.into());
    settled(&app, &caller, &id, change).await
}

/// `DELETE`: takes a member out, or leaves.
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((id, who)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let seat = seat(&app, &caller, &id).await?;
    let change = seat.remove(member(&who)?, &app.mint).map_err(refused)?;
    match app.settle_one(change.into(), caller.act(&app)).await? {
        Outcome::Committed => Ok(reply::done()),
        Outcome::Conflict => Err(conflict()),
    }
}

/// `POST`: joins by an invitation.
pub(super) async fn accept(
    State(app): State<App>,
    caller: Caller,
    Path(invitation): Path<String>,
) -> Result<Response, ApiError> {
    let id = invitation.parse().map(Locator);
    let found = match id {
        Ok(id) => app.store.invitation(id).await?,
        Err(_) => None,
    };
    let (open, _) = found.ok_or_else(no_invitation)?;
    let members = app.store.organization_size(open.organization).await?;
    let change = match join(&open, &caller.person, members, clock::now()) {
        Ok(change) => change,
        Err(OrganizationError::Unknown) => return Err(no_invitation()),
        Err(error) => return Err(refused(error)),
    };
    if app.settle_one(change.into(), caller.act(&app)).await? == Outcome::Conflict {
        return Err(no_invitation());
    }
    let id = organizations::public_id(open.organization);
    let seat = seat(&app, &caller, &id).await?;
    Ok(reply::json_of(StatusCode::OK, &OrganizationView::of(&seat)))
}

/// `POST`: does not join.
pub(super) async fn decline(
    State(app): State<App>,
    caller: Caller,
    Path(invitation): Path<String>,
) -> Result<Response, ApiError> {
    let id = invitation.parse().map(Locator);
    let id = id.map_err(|_| invalid("", "the id of an invitation is a number"))?;
    let found = app.store.invitation(id).await?;
    let (open, _) = found.ok_or_else(no_invitation)?;
    let change = not_join(&open, &caller.person).map_err(|_| no_invitation())?;
    app.settle_one(change.into(), caller.act(&app)).await?;
    Ok(reply::done())
}
