//! Apps that change hands.
use super::super::caller::Caller;
use super::super::fault::{conflict, invalid, not_found, transfer as refused};
use super::super::sent::Sent;
use super::super::view::app_view;
use super::view::{NewTransfer, TransferView, TransfersView};
use crate::http::error::ApiError;
use crate::http::reply;
use crate::ops::clock;
use crate::portal::managed::app_of;
use crate::portal::offered::{self, NotAccepted};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use protocol::apps::ManagedApp;
use protocol::apps::transfer::{self, TransferError};
use protocol::types::{Locator, MailAddress, Membership, Receiver, Role, Transfer};
use store::Outcome;

/// `POST`: offers an app to somebody, in place of an earlier offer.
pub(super) async fn offer(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
    Sent(new): Sent<NewTransfer>,
) -> Result<Response, ApiError> {
    let managed = app_of(&app, caller.hand(), &client_id, Role::Owner).await?;
    let memberships = app.store.memberships(caller.person.subject).await?;
    let to = receiver(&new, &memberships)?;
    let (mails, now) = (app.config.mail.is_some(), clock::now());
    let change = transfer::offer(&managed, &caller.person, to, mails, now, &app.mint);
    let change = change.map_err(refused)?;
    if app.settle_one(change, caller.act(&app)).await? == Outcome::Conflict {
        return Err(conflict());
    }
    let open = open(&app, &managed).await?.ok_or_else(conflict)?;
    let view = TransferView::of(&open, &client_id, &managed.client().name);
    Ok(reply::json_of(StatusCode::CREATED, &view))
}

fn receiver(new: &NewTransfer, memberships: &[Membership]) -> Result<Receiver, ApiError> {
    match (&new.email, &new.organization) {
        (Some(email), None) => {
            let email = MailAddress::parse(email);
            let email = email.ok_or_else(|| invalid("/email", "this is no e-mail address"))?;
            Ok(Receiver::Address(email))
        }
        (None, Some(id)) => {
            let own = |own: &&Membership| own.organization.id.0.to_string() == *id;
            let own = memberships.iter().find(own);
            let sentence = "name an organization that you belong to";
            let own = own.ok_or_else(|| invalid("/organization", sentence))?;
            Ok(Receiver::Organization(own.organization.id))
        }
        (None, None) | (Some(_), Some(_)) => Err(invalid("", "send email or organization")),
    }
}

async fn open(app: &App, managed: &ManagedApp) -> Result<Option<Transfer>, ApiError> {
    let client = managed.client().no;
    Ok(app.store.transfer_of(client, clock::now()).await?)
}

/// `GET`: the offer of an app that is open.
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Result<Response, ApiError> {
    let managed = app_of(&app, caller.hand(), &client_id, Role::Owner).await?;
    let open = open(&app, &managed).await?;
    let open = open.ok_or_else(|| not_found("offer"))?;
    let view = TransferView::of(&open, &client_id, &managed.client().name);
    Ok(reply::json_of(StatusCode::OK, &view))
}

/// `DELETE`: takes the offer back. Once more, it is taken back.
pub(super) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(client_id): Path<String>,
) -> Result<Response, ApiError> {
    let managed = app_of(&app, caller.hand(), &client_id, Role::Owner).await?;
    if let Some(open) = open(&app, &managed).await? {
        let change = transfer::withdraw(&managed, &open).map_err(refused)?;
        app.settle_one(change, caller.act(&app)).await?;
    }
    Ok(reply::done())
}

/// `GET`: what is offered to the person.
pub(super) async fn list(State(app): State<App>, caller: Caller) -> Result<Response, ApiError> {
    let offers = offered::offers(&app, caller.hand()).await?;
    let transfers = offers
        .iter()
        .map(|(open, client)| TransferView::of(open, &client.id, &client.name));
    let view = TransfersView {
        transfers: transfers.collect(),
    };
    Ok(reply::json_of(StatusCode::OK, &view))
}

fn named(id: &str) -> Result<Locator, ApiError> {
    let id = id.parse().map(Locator);
    id.map_err(|_| refused(TransferError::Unknown))
}

/// `POST`: takes an app over.
pub(super) async fn accept(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let accepted = offered::accept(&app, caller.hand(), named(&id)?, caller.act(&app)).await?;
    let client = accepted.map_err(|why| {
        refused(match why {
            NotAccepted::Gone => TransferError::Unknown,
            NotAccepted::Name(_, error) => TransferError::Name(error),
            NotAccepted::Full(.., error) => TransferError::Full(error),
        })
    })?;
    let managed = app_of(&app, caller.hand(), &client.id, Role::Viewer).await?;
    let view = app_view(&app, managed.client(), managed.role()).await?;
    Ok(reply::json_of(StatusCode::OK, &view))
}

/// `POST`: declines an offer.
pub(super) async fn decline(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let declined = offered::decline(&app, caller.hand(), named(&id)?, caller.act(&app)).await?;
    declined.map_err(refused)?;
    Ok(reply::done())
}
