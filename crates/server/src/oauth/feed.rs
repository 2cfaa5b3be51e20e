//! The revocation feed: APIs that keep introspection answers are told which to forget.
use super::logged::Caller;
use super::request::BufferedRequest;
use super::token::authenticated;
use crate::http::error::ApiError;
use crate::http::reply::{self, Unlogged};
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::Params;
use protocol::client_auth::{AuthenticatedClient, LetIn};
use protocol::revocations::{Cursor, FeedFacts, FeedRequest, Start, may_follow, reply};
use std::time::Duration;
use store::StoreError;
use wire::FeedReply;

/// Lines in one answer, at most; the next request goes on.
const LINES: usize = 1_000;

/// `GET` of what was revoked since `cursor`, held for `wait` milliseconds while there is nothing.
pub(super) async fn revocations(
    State(app): State<App>,
    request: BufferedRequest,
) -> Result<Response, ApiError> {
    let client = follower(&app, &request).await?;
    let asked = FeedRequest::parse(request.parts.uri.query())?;
    let told = match asked.from {
        Start::After(cursor) => hold(&app, &client, cursor, asked.wait).await?,
        from => now(&app, &client, from == Start::Nowhere).await?,
    };
    let mut response = reply::json_of(StatusCode::OK, &told);
    if !told.is_news() {
        response.extensions_mut().insert(Unlogged);
    }
    Ok(response)
}

/// The resource server that asks. Its credentials come in the header: the URL is no place for a secret.
async fn follower(app: &App, request: &BufferedRequest) -> Result<AuthenticatedClient, ApiError> {
    let credentials = request.raw().credentials(&Params::default())?;
    let mut caller = Caller::default();
    let caller = (&mut caller, request.address);
    let client = authenticated(app, &credentials, LetIn::Active, caller).await?;
    may_follow(&client)?;
    Ok(client)
}

/// Where the feed stands.
async fn now(app: &App, client: &AuthenticatedClient, gap: bool) -> Result<FeedReply, StoreError> {
    app.store.poll_changes().await?;
    let facts = app.store.revocations(None, LINES).await?;
    let facts = facts.ok_or(StoreError::Overloaded)?;
    let facts = FeedFacts { gap, ..facts };
    Ok(reply(facts, client.side, app.policy()))
}

/// What came after `cursor`, now or within `wait`. Lines that take nothing away are stepped over. Every answer is
/// of the moment at which it is given: an API trusts what it keeps because it was told that there is nothing new.
async fn hold(
    app: &App,
    client: &AuthenticatedClient,
    mut cursor: Cursor,
    wait: Duration,
) -> Result<FeedReply, StoreError> {
    let end = tokio::time::sleep(wait);
    tokio::pin!(end);
    let mut moved = app.store.feed_moved();
    let place = (!wait.is_zero())
        .then(|| app.long_polls.place(client.no))
        .flatten();
    let mut over = place.is_none();
    loop {
        app.store.poll_changes().await?;
        // From here on a new line is noticed, also one that comes between the reading and the waiting.
        moved.mark_unchanged();
        let Some(facts) = app.store.revocations(Some(cursor), LINES).await? else {
            return now(app, client, true).await;
        };
        let moved_on = facts.cursor != cursor;
        cursor = facts.cursor;
        let told = reply(facts, client.side, app.policy());
        if over || told.is_news() {
            return Ok(told);
        }
        if moved_on {
            continue;
        }
        tokio::select! {
            _ = moved.changed() => {}
            () = &mut end => over = true,
            () = app.stopping.begun() => over = true,
        }
    }
}
