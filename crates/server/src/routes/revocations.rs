//! The revocation feed: APIs that keep introspection answers are told which to forget.
use super::token::authenticated;
use crate::app::App;
use crate::reply::{self, Unlogged};
use crate::request::Whole;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::Params;
use protocol::client_auth::AuthenticatedClient;
use protocol::revocations::{Cursor, FeedFacts, FeedReply, FeedRequest, Start, may_follow, reply};
use protocol::token::TokenError;
use std::time::Duration;
use store::StoreError;

/// Lines in one answer, at most; the next request goes on.
const LINES: usize = 1_000;

/// `GET` of what was revoked since `cursor`, held for `wait` milliseconds while there is nothing.
pub(crate) async fn revocations(State(app): State<App>, request: Whole) -> Response {
    match answer(&app, &request).await {
        Ok(Ok(told)) => {
            let mut response = reply::json_of(StatusCode::OK, &told);
            if !told.is_news() {
                response.extensions_mut().insert(Unlogged);
            }
            response
        }
        Ok(Err(error)) => reply::token_error(&error, &app.policy().errors, request.id),
        Err(error) => reply::unavailable(&error, request.id),
    }
}

async fn answer(app: &App, request: &Whole) -> Result<Result<FeedReply, TokenError>, StoreError> {
    let client = match follower(app, request).await? {
        Ok(client) => client,
        Err(error) => return Ok(Err(error)),
    };
    let asked = match FeedRequest::parse(request.parts.uri.query()) {
        Ok(asked) => asked,
        Err(error) => return Ok(Err(error)),
    };
    let facts = match asked.from {
        Start::Now => now(app, false).await?,
        Start::Nowhere => now(app, true).await?,
        Start::After(cursor) => after(app, &client, cursor, asked.wait).await?,
    };
    Ok(Ok(reply(facts, app.policy())))
}

/// The resource server that asks. Its credentials come in the header: the URL is no place for a secret.
async fn follower(
    app: &App,
    request: &Whole,
) -> Result<Result<AuthenticatedClient, TokenError>, StoreError> {
    let raw = request.raw();
    let credentials = match raw.credentials(&Params::default()) {
        Ok(credentials) => credentials,
        Err(error) => return Ok(Err(error)),
    };
    let client = authenticated(app, &credentials, true).await?;
    Ok(client.and_then(|client| may_follow(&client).map(|()| client)))
}

/// Where the feed stands.
async fn now(app: &App, gap: bool) -> Result<FeedFacts, StoreError> {
    let facts = app.store.revocations(None, LINES).await?;
    let facts = facts.ok_or(StoreError::Overloaded)?;
    Ok(FeedFacts { gap, ..facts })
}

/// What came after `cursor`, now or within `wait`.
async fn after(
    app: &App,
    client: &AuthenticatedClient,
    cursor: Cursor,
    wait: Duration,
) -> Result<FeedFacts, StoreError> {
    // From here on a new line is noticed, also one that comes between the reading and the waiting.
    let mut moved = app.store.feed_moved();
    moved.mark_unchanged();
    let told = app.store.revocations(Some(cursor), LINES).await?;
    let nothing_new = |facts: &FeedFacts| facts.cursor == cursor;
    match told {
        None => return now(app, true).await,
        Some(facts) if !nothing_new(&facts) || wait.is_zero() => return Ok(facts),
        Some(facts) => {
            let Some(_place) = app.held.place(client.no) else {
                return Ok(facts);
            };
            tokio::select! {
                _ = moved.changed() => {}
                () = tokio::time::sleep(wait) => return Ok(facts),
                () = app.held.stopped() => return Ok(facts),
            }
        }
    }
    match app.store.revocations(Some(cursor), LINES).await? {
        Some(facts) => Ok(facts),
        None => now(app, true).await,
    }
}
