//! Follows the provider's revocation feed.
use crate::server::ended;
use crate::verifier::Inner;
use std::sync::Weak;
use std::time::{Duration, Instant};

/// The longest pause before a feed that does not answer is asked again.
const MAX_PAUSE: Duration = Duration::from_secs(2);
/// The shortest time from one question to the next while there is nothing new, whatever the provider does.
const MIN_TURN: Duration = Duration::from_millis(100);

/// Asks the feed again and again until the verifier is gone. A question is held by the provider for a part of the
/// time that answers are trusted, so that the next answer comes before that has passed.
pub(crate) async fn follow(inner: Weak<Inner>) {
    let mut cursor: Option<String> = None;
    let mut pause = MIN_TURN;
    loop {
        let Some(inner) = inner.upgrade() else {
            return;
        };
        let sent = Instant::now();
        // The first question gets its cursor at once.
        let wait = cursor
            .as_ref()
            .map_or(Duration::ZERO, |_| inner.settings.freshness * 3 / 8);
        let answer = inner.server.revocations(cursor.as_deref(), wait).await;
        let rest = match answer {
            Ok(page) => {
                let moved = cursor.as_deref() != Some(&page.cursor);
                cursor = Some(page.cursor.clone());
                inner.told(ended(page), sent);
                pause = MIN_TURN;
                match moved {
                    true => Duration::ZERO,
                    false => MIN_TURN.saturating_sub(sent.elapsed()),
                }
            }
            Err(fault) => {
                inner.lost(fault);
                let rest = pause;
                pause = (pause * 2).min(MAX_PAUSE);
                rest
            }
        };
        drop(inner);
        tokio::time::sleep(rest).await;
    }
}
