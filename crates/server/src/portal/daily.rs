//! What a developer may do so often a day.
use super::desk::Desk;
use crate::account::throttle;
use crate::http::error::PageError;
use crate::state::App;
use pages::Problem;
use protocol::accounts::sign_in::Throttled;
use protocol::daily::{Daily, spend as count};
use protocol::events::Act;
use protocol::types::Subject;
use store::{Outcome, StoreError};

/// Counts one more of what they may do, before it is done; `Err` holds how long to wait where there is none left today.
pub(in crate::portal) async fn count_one(
    app: &App,
    person: Subject,
    act: Act,
    daily: Daily,
) -> Result<Result<(), Throttled>, StoreError> {
    let mut retry_after = 1;
    for context in app.tries() {
        let counted = app.store.daily(&daily.key(person)).await?;
        match count(daily, person, counted, context.now) {
            Err(used_up) => {
                retry_after = used_up.retry_after;
                break;
            }
            Ok(counts) => {
                if app.settle_one(counts, act).await? == Outcome::Committed {
                    return Ok(Ok(()));
                }
            }
        }
    }
    Ok(Err(Throttled::after(retry_after)))
}

/// The same at a page; `Err` holds what the form says of it, at this field.
pub(in crate::portal) async fn spend(
    app: &App,
    desk: &Desk,
    daily: Daily,
    field: &str,
) -> Result<Result<(), (Problem, Throttled)>, PageError> {
    let person = desk.facts.person.subject;
    let counted = count_one(app, person, desk.act(app), daily).await?;
    Ok(counted.map_err(|throttled| {
        let sentence = throttle::sentence(throttled, desk.browser.language);
        (Problem::new(field, sentence), throttled)
    }))
}
