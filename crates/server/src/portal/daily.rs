//! What a developer may do so often a day.
use super::desk::Desk;
use crate::account::throttle;
use crate::http::error::PageError;
use crate::state::App;
use pages::Problem;
use protocol::accounts::sign_in::Throttled;
use protocol::daily::{Daily, spend as count};
use store::Outcome;

/// Counts one more of what they may do, before it is done; `Err` holds what the form says of there being none left today,
/// at this field, and how long to wait.
pub(in crate::portal) async fn spend(
    app: &App,
    desk: &Desk,
    daily: Daily,
    field: &str,
) -> Result<Result<(), (Problem, Throttled)>, PageError> {
    let person = desk.facts.person.subject;
    let mut retry_after = 1;
    for context in app.tries() {
        let counted = app.store.daily(&daily.key(person)).await?;
        match count(daily, person, counted, context.now) {
            Err(used_up) => {
                retry_after = used_up.retry_after;
                break;
            }
            Ok(counts) => {
                if app.settle_one(counts, desk.act(app)).await? == Outcome::Committed {
                    return Ok(Ok(()));
                }
            }
        }
    }
    let throttled = Throttled::after(retry_after);
    let sentence = throttle::sentence(throttled, desk.browser.language);
    Ok(Err((Problem::new(field, sentence), throttled)))
}
