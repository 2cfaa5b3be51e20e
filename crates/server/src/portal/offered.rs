//! Apps that change hands, by page or by program.
use crate::ops::clock;
use crate::portal::managed::{Hand, NotTheirs};
use crate::state::App;
use protocol::apps::transfer::{self, Accepter, TransferError};
use protocol::events::Act;
use protocol::organizations::invitations_of;
use protocol::register::RegistrationError;
use protocol::types::{Client, Locator, Membership, Receiver, Transfer};
use std::sync::Arc;
use store::{Outcome, StoreError};

/// What somebody is offered, with the apps.
pub(in crate::portal) async fn offers(
    app: &App,
    hand: Hand<'_>,
) -> Result<Vec<(Transfer, Arc<Client>)>, StoreError> {
    let key = invitations_of(hand.person).unwrap_or_default();
    let subject = hand.person.subject;
    let mut found = Vec::new();
    for open in app.store.transfers_to(&key, subject, clock::now()).await? {
        if let Some(client) = app.store.client_by_no(open.client).await? {
            found.push((open, client));
        }
    }
    Ok(found)
}

/// Takes an app over; the app as it was. A lost guard means that it was changed, its name taken, or another app
/// taken over just now: it is judged again.
///
/// # Errors
/// [`NotTheirs`]; inside, that there is no such offer any more, or the app and what is wrong with its name, or that there is
/// no room for it.
pub(in crate::portal) async fn accept(
    app: &App,
    hand: Hand<'_>,
    id: Locator,
    act: Act,
) -> Result<Result<Arc<Client>, NotAccepted>, NotTheirs> {
    let person = hand.person;
    for context in app.tries() {
        let Some(open) = app.store.transfer(id).await? else {
            break;
        };
        let Some(client) = app.store.client_by_no(open.client).await? else {
            break;
        };
        let memberships = app.store.memberships(person.subject).await?;
        acts_for(app, hand, &open, &memberships).await?;
        let subject = person.subject;
        let neighbours =
            app.store
                .neighbours_once_accepted(&client, subject, &open.to, context.now);
        let by = Accepter {
            person,
            memberships: &memberships,
            neighbours: neighbours.await?,
        };
        let with = (context.policy, context.now, context.mint);
        let change = match transfer::accept(&client, &open, by, with) {
            Ok(change) => change,
            Err(TransferError::Name(error)) => return Ok(Err(NotAccepted::Name(client, error))),
            Err(TransferError::Full(error)) => {
                return Ok(Err(NotAccepted::Full(client, open.to, error)));
            }
            Err(_) => break,
        };
        if app.settle_one(change, act).await? == Outcome::Committed {
            return Ok(Ok(client));
        }
    }
    Ok(Err(NotAccepted::Gone))
}

/// Why an app is not taken over.
pub(in crate::portal) enum NotAccepted {
    /// There is no such offer any more.
    Gone,
    /// Its new owner could not give it its name.
    Name(Arc<Client>, RegistrationError),
    /// Whoever would run it has as many as they may.
    Full(Arc<Client>, Receiver, RegistrationError),
}

/// Declines an offer. Twice, it is declined.
///
/// # Errors
/// [`NotTheirs`]; inside, that there is no such offer, for anybody whom it was not made to.
pub(in crate::portal) async fn decline(
    app: &App,
    hand: Hand<'_>,
    id: Locator,
    act: Act,
) -> Result<Result<(), TransferError>, NotTheirs> {
    let Some(open) = app.store.transfer(id).await? else {
        return Ok(Err(TransferError::Unknown));
    };
    let memberships = app.store.memberships(hand.person.subject).await?;
    acts_for(app, hand, &open, &memberships).await?;
    match transfer::decline(&open, hand.person, &memberships) {
        Ok(change) => app.settle_one(change, act).await?,
        Err(error) => return Ok(Err(error)),
    };
    Ok(Ok(()))
}

/// That they act for the organization that is to run the app.
async fn acts_for(
    app: &App,
    hand: Hand<'_>,
    open: &Transfer,
    memberships: &[Membership],
) -> Result<(), NotTheirs> {
    let to = |own: &&Membership| open.to == Receiver::Organization(own.organization.id);
    match memberships.iter().find(to) {
        Some(own) => hand.acts_for(app, &own.organization).await,
        None => Ok(()),
    }
}
