//! Counting attempts that are limited: signing in, signing up, changing a password.
use crate::state::App;
use protocol::accounts::sign_in::{Attempt, Throttled};
use store::{Outcome, StoreError};

/// Counts an attempt, before anything secret is looked at. A lost guard means that others reached the limit
/// in the meantime; then the counts are read again.
///
/// # Errors
/// [`StoreError`] outside; [`Throttled`] inside when a limit is reached.
pub(crate) async fn admit(
    app: &App,
    attempt: &Attempt,
) -> Result<Result<(), Throttled>, StoreError> {
    for context in app.tries() {
        let counts = app.store.attempts(&attempt.keys()).await?;
        let count = match attempt.admit(&counts, context.now) {
            Ok(count) => count,
            Err(throttled) => return Ok(Err(throttled)),
        };
        if app.store.settle(count, context.now).await? == Outcome::Committed {
            return Ok(Ok(()));
        }
    }
    Ok(Err(Throttled { retry_after: 1 }))
}
