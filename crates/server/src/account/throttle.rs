//! Counting attempts that are limited: signing in, signing up, changing a password, typing a device's code.
use crate::http::reply;
use crate::state::App;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Speak, Text};
use protocol::accounts::sign_in::{Attempt, Throttled};
use store::{Outcome, StoreError};

/// Counts an attempt, before anything secret is looked at; what is answered is that a limit is reached. A lost guard
/// means that others reached it in the meantime; then the counts are read again.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn admit(app: &App, attempt: &Attempt) -> Result<Option<Throttled>, StoreError> {
    for context in app.tries() {
        let counts = app.store.attempts(&attempt.keys()).await?;
        let count = match attempt.admit(&counts, context.now) {
            Ok(count) => count,
            Err(throttled) => return Ok(Some(throttled)),
        };
        if app.store.settle(count, context.now).await? == Outcome::Committed {
            return Ok(None);
        }
    }
    Ok(Some(Throttled { retry_after: 1 }))
}

/// What the form of an attempt says that was not admitted.
pub(crate) fn sentence(throttled: Throttled, speaker: impl Speak) -> Text {
    match minutes(throttled) {
        minutes @ 121.. => speaker.text_of("throttled-hours", &[("hours", &minutes.div_ceil(60))]),
        minutes => speaker.text_of("throttled", &[("minutes", &minutes)]),
    }
}

fn minutes(throttled: Throttled) -> usize {
    usize::try_from((throttled.retry_after + 59) / 60).unwrap_or(usize::MAX)
}

/// Answers it with that form: too many requests, and when another is worth it (RFC 6585 §4).
pub(crate) fn refuse(mut form: Response, throttled: Throttled) -> Response {
    *form.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    reply::retry_after(form, throttled.retry_after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::types::Language;

    #[test]
    fn the_minutes_that_are_told_are_never_too_few() {
        for (seconds, told) in [
            (1, "Wait 1 minute and"),
            (60, "Wait 1 minute and"),
            (61, "Wait 2 minutes and"),
            (900, "Wait 15 minutes and"),
            (7_201, "Wait 3 hours and"),
            (86_400, "Wait 24 hours and"),
        ] {
            let throttled = Throttled {
                retry_after: seconds,
            };
            let said = sentence(throttled, Language::English);
            assert!(said.as_str().contains(told), "{seconds}: {said}");
        }
    }
}
