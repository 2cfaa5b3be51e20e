//! Counting attempts that are limited: signing in, signing up, changing a password.
use crate::state::App;
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
