//! Pictures of apps that introduced themselves: fetched by the guarded way out when somebody is first sent here by the app, drawn
//! anew, and served from here.
use crate::http::picture::redrawn;
use crate::state::AppState;
use outbound::{Queue, Wanted};
use protocol::events::Act;
use protocol::introduce::{keep_logo, missing_logo};
use protocol::types::Client;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::StoreError;

/// Longest picture that is read, in bytes.
const MOST_BYTES: usize = 256 * 1_024;
/// The widest and highest that is looked at, in pixels: whoever comes has it drawn.
const MOST_SIDE: u32 = 1_024;
/// How long a fetch may take: somebody waits for it.
const WITHIN: Duration = Duration::from_secs(2);
/// After how long one that could not be had is tried again.
const AGAIN: Duration = Duration::from_secs(3_600);

/// The app with its picture, if it is to have one and it can be had. A fault of the picture is none of the request.
///
/// # Errors
/// When the store fails.
pub(super) async fn pictured(
    app: &AppState,
    client: Arc<Client>,
) -> Result<Arc<Client>, StoreError> {
    let Some(uri) = missing_logo(&client, app.policy()) else {
        return Ok(client);
    };
    let now = Instant::now();
    let entry = app.client_logos.entry(&format!("{} {uri}", client.id), now);
    let mut until = entry.lock().await;
    if until.is_some_and(|until| now < until) {
        // Whoever came before may have fetched it.
        return Ok(app.store.client(&client.id).await?.unwrap_or(client));
    }
    *until = Some(now + AGAIN);
    let Some(drawn) = fetched(app, uri).await else {
        return Ok(client);
    };
    let act = Act::by_job(app.context().now);
    if app.settle(keep_logo(&client, drawn), act).await?.is_none() {
        // It was changed meanwhile, and whoever comes next asks again.
        *until = None;
    }
    Ok(app.store.client(&client.id).await?.unwrap_or(client))
}

async fn fetched(app: &AppState, uri: &str) -> Option<Vec<u8>> {
    let wanted = Wanted {
        accept: "image/png, image/webp, image/jpeg",
        most_bytes: MOST_BYTES,
        within: WITHIN,
    };
    // What went wrong is in the log.
    let answer = app
        .outbound
        .fetch_in(Queue::Stranger, uri, &wanted)
        .await
        .ok()?;
    let picture = (answer.status == 200).then(|| answer.body.to_vec())?;
    redrawn(picture, MOST_SIDE).await.ok()
}
