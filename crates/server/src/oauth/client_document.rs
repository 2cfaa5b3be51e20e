//! Apps whose `client_id` is the URL of a document about them: it is fetched by the guarded way out when somebody is sent
//! here by the app, and kept for a while.
use crate::http::error::PageError;
use crate::state::AppState;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use outbound::{Queue, Wanted};
use protocol::authorize::ShownError;
use protocol::events::Act;
use protocol::introduce::{
    DocumentFault, HostStanding, LONGEST_DOCUMENT, Read, check_client_url, introduce, read,
};
use protocol::types::Client;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::StoreError;
use wire::cache_control::max_age;

/// How long a document is kept whose answer says nothing, and the bounds of what an answer may say.
const USUAL: Duration = Duration::from_secs(600);
const LEAST: Duration = Duration::from_secs(60);
const MOST: Duration = Duration::from_secs(86_400);
/// How long a fetch may take.
const WITHIN: Duration = Duration::from_secs(5);

/// The app that is known by the document at a URL. `None`: its host is blocked, or none are known here.
///
/// # Errors
/// When the document says nothing that is taken, or the store fails.
pub(crate) async fn known(app: &AppState, url: &str) -> Result<Option<Arc<Client>>, PageError> {
    let policy = &app.policy().introductions;
    if !policy.documents {
        return Ok(app.store.client(url).await?);
    }
    check_client_url(url, policy.loopback).map_err(|fault| told(DocumentFault::Url(fault)))?;
    let standing = policy.standing(url);
    if standing == HostStanding::Blocked {
        return Ok(None);
    }
    let now = Instant::now();
    let entry = app.client_documents.entry(url, now);
    // Whoever comes behind many others of a host that does not answer, waits no longer than for the host.
    let Ok(mut until) = tokio::time::timeout(WITHIN, entry.lock()).await else {
        return Err(told(DocumentFault::Unreachable));
    };
    let before = app.store.client(url).await?;
    if until.is_some_and(|until| now < until) && before.is_some() {
        return Ok(before);
    }
    let queue = match before.is_some() || standing == HostStanding::Trusted {
        true => Queue::Known,
        false => Queue::Stranger,
    };
    // "The authorization server MUST NOT cache error responses": nothing of a fault is kept.
    *until = None;
    let (document, kept) = fetched(app, url, queue).await.map_err(told)?;
    let client = settled(app, url, document).await?;
    *until = Some(now + kept.unwrap_or(USUAL).clamp(LEAST, MOST));
    Ok(Some(client))
}

fn told(fault: DocumentFault) -> PageError {
    ShownError::Document(Box::new(fault)).into()
}

async fn fetched(
    app: &AppState,
    url: &str,
    queue: Queue,
) -> Result<(Read, Option<Duration>), DocumentFault> {
    let wanted = Wanted {
        accept: "application/json",
        most_bytes: LONGEST_DOCUMENT,
        within: WITHIN,
    };
    // What went wrong is in the log.
    let answer = app.outbound.fetch_in(queue, url, &wanted).await;
    let answer = answer.map_err(|_| DocumentFault::Unreachable)?;
    if answer.status != 200 {
        return Err(DocumentFault::Unreachable);
    }
    let media_type = answer.headers.get(CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let document = read(url, media_type, &answer.body, app.policy())?;
    let lines = answer.headers.get_all(CACHE_CONTROL).iter();
    let kept = max_age(lines.filter_map(|line| line.to_str().ok()));
    Ok((document, kept))
}

/// The app as the document says it is. A lost guard means that it was changed meanwhile, or that there is no room.
async fn settled(app: &AppState, url: &str, document: Read) -> Result<Arc<Client>, PageError> {
    for context in app.tries() {
        let before = app.store.client(url).await?;
        let decision = introduce(
            document.clone(),
            before.as_ref(),
            context.policy,
            context.now,
        );
        match app.settle(decision, Act::by_job(context.now)).await? {
            Some(answer) => answer.map_err(told)?,
            None => {
                app.store.poll_changes().await?;
                continue;
            }
        }
        if let Some(client) = app.store.client(url).await? {
            return Ok(client);
        }
    }
    match app.store.client(url).await? {
        Some(_) => Err(StoreError::Overloaded.into()),
        None => Err(told(DocumentFault::Full)),
    }
}
