//! Requests for review in the hands of an administrator, by page or by program.
use crate::ops::clock;
use crate::state::App;
use protocol::apps::review::{Conversation, Judged, ReviewError, ReviewState, Reviewer, judge};
use protocol::events::Act;
use protocol::types::{Client, ClientRowId, ClientStatus, Locator, MailAddress, Owner, Subject};
use std::sync::Arc;
use store::{ListedReview, StoreError};

/// A request and its app, as they are now.
pub(in crate::portal) struct Seen {
    pub(in crate::portal) listed: ListedReview,
    pub(in crate::portal) talk: Conversation,
    pub(in crate::portal) client: Arc<Client>,
}

impl Seen {
    /// The request with this id.
    pub(in crate::portal) async fn of(app: &App, id: Locator) -> Result<Option<Self>, StoreError> {
        let Some((listed, talk)) = app.store.review(id).await? else {
            return Ok(None);
        };
        let client = app.store.client(&listed.client_id).await?;
        Ok(client.map(|client| Seen {
            listed,
            talk,
            client,
        }))
    }
}

/// Judges a request, if it is still as it was seen. Twice, it is judged once.
///
/// # Errors
/// When the store fails; inside, why it is not judged.
pub(in crate::portal) async fn settled(
    app: &App,
    by: Reviewer,
    seen: &Seen,
    judged: Judged<'_>,
    act: Act,
) -> Result<Result<(), ReviewError>, StoreError> {
    let to = developer(app, seen.talk.request.asked_by).await?;
    let with = (app.policy(), clock::now(), &app.mint);
    let decision = judge(by, &seen.talk, &seen.client, judged, to.as_ref(), with);
    if let Some(settled) = app.settle(decision, act).await? {
        return Ok(settled);
    }
    // Something was done at the same moment: by this very form, perhaps.
    let Some(seen) = Seen::of(app, seen.talk.request.id).await? else {
        return Ok(Err(ReviewError::Over));
    };
    let decision = judge(by, &seen.talk, &seen.client, judged, to.as_ref(), with);
    let settled = app.settle(decision, act).await?;
    Ok(settled.unwrap_or(Err(ReviewError::Stale)))
}

/// Where the developer reads mail, if that is proved and mail is sent.
async fn developer(app: &App, subject: Subject) -> Result<Option<MailAddress>, StoreError> {
    if app.config.mail.is_none() {
        return Ok(None);
    }
    let person = app.store.person(subject).await?;
    Ok(person.and_then(|person| MailAddress::parse(person.proved_email()?)))
}

/// Where the request for review of an app stands that is pending; nothing where none is open, so that it is a draft.
pub(super) async fn open_review(
    app: &App,
    client: &Client,
) -> Result<Option<&'static str>, StoreError> {
    if client.status != ClientStatus::Pending {
        return Ok(None);
    }
    let last = app.store.reviews_of(client.no, 1).await?;
    let open = last.first().filter(|request| request.state.is_open());
    Ok(open.map(|request| request.state.as_str()))
}

/// Where the requests for review stand of those apps that are pending, on one page of an owner's list.
pub(super) async fn open_reviews(
    app: &App,
    owner: Owner,
    clients: &[Arc<Client>],
) -> Result<Vec<(ClientRowId, ReviewState)>, StoreError> {
    let mut pending = clients
        .iter()
        .filter(|client| client.status == ClientStatus::Pending)
        .map(|client| client.no);
    // Newest first.
    let Some(last) = pending.next() else {
        return Ok(Vec::new());
    };
    let between = (pending.next_back().unwrap_or(last), last);
    app.store.open_reviews(owner, between).await
}
