//! Counting attempts that are limited: signing in, signing up, changing a password, typing a device's code.
use crate::http::reply;
use crate::ops::limits::Class;
use crate::state::App;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Speak, Text};
use protocol::accounts::guesses::{self, Allowance};
use protocol::accounts::sign_in::{Attempt, Throttled};
use protocol::daily::DAY;
use protocol::types::UnixTime;
use std::time::Instant;
use store::{Outcome, StoreError};

/// Counts an attempt, before anything secret is looked at; what is answered is that a limit is reached. A lost guard
/// means that others reached it in the meantime; then the counts are read again.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn admit(app: &App, attempt: &Attempt) -> Result<Option<Throttled>, StoreError> {
    Ok(admit_mail(app, attempt).await?.err())
}

/// The same for a mail; what is answered is whether it is the last to its address for now.
///
/// # Errors
/// [`StoreError`].
pub(crate) async fn admit_mail(
    app: &App,
    attempt: &Attempt,
) -> Result<Result<bool, Throttled>, StoreError> {
    for context in app.tries() {
        let in_all = match guesses(app, attempt, context.now).await? {
            Ok(in_all) => in_all,
            Err(throttled) => return Ok(Err(throttled)),
        };
        let counts = app.store.attempts(&attempt.keys()).await?;
        let count = match attempt.admit(&counts, in_all, context.now) {
            Ok(count) => count,
            Err(throttled) => return Ok(Err(throttled)),
        };
        if app.store.settle(count, context.now).await? == Outcome::Committed {
            return Ok(Ok(attempt.is_last_mail(&counts, context.now)));
        }
    }
    Ok(Err(Throttled::after(1)))
}

/// How many guesses of strangers there may be today, if this is one and if that is limited; or that there were as many. Accounts
/// are counted when the fewest are used up that any provider bears, and then once an hour.
async fn guesses(
    app: &App,
    attempt: &Attempt,
    now: UnixTime,
) -> Result<Result<Option<u32>, Throttled>, StoreError> {
    let allowance = Allowance::of(app.config.limits.guesses, app.config.mail.is_some());
    let (Some(least), Some(of_source)) = (allowance.at_least(), attempt.by_stranger()) else {
        return Ok(Ok(None));
    };
    let counted = app.store.daily(&guesses::key()).await?;
    let own = app.store.daily(&of_source).await?;
    let judge = |most| {
        let in_all = guesses::may_guess(counted, most, now);
        in_all.and_then(|()| guesses::may_guess(own, guesses::share_of(most), now))
    };
    if judge(least).is_ok() {
        return Ok(Ok(Some(least)));
    }
    let most = match allowance {
        Allowance::Any | Allowance::Most(_) => least,
        Allowance::ByAccounts => {
            let known = app.limits.accounts.known(Instant::now());
            let accounts = match known {
                Some(accounts) => accounts,
                None => {
                    let accounts = app.store.accounts_older_than(now.minus(DAY)).await?;
                    app.limits.accounts.know(accounts, Instant::now());
                    accounts
                }
            };
            guesses::most_of(accounts)
        }
    };
    let judged = judge(most);
    if judged.is_err() {
        app.limits.refused(Class::Guesses);
    }
    if guesses::may_guess(counted, most, now).is_err() {
        let since = counted.map_or(0, |counted| counted.since.0);
        if app.limits.accounts.is_news(since) {
            tracing::warn!(
                most,
                "{most} wrong passwords were tried today in browsers that no account knows: until a day after the first \
                 of them, passwords are taken in known browsers alone, and others are told to have a link mailed"
            );
        }
    }
    Ok(judged.map(|()| Some(most)))
}

/// What the form of an attempt says that was not admitted.
pub(crate) fn sentence(throttled: Throttled, speaker: impl Speak) -> Text {
    if throttled.by_strangers {
        let hours = minutes(throttled).div_ceil(60);
        return speaker.text_of("throttled-strangers", &[("hours", &hours)]);
    }
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
            let throttled = Throttled::after(seconds);
            let said = sentence(throttled, Language::English);
            assert!(said.as_str().contains(told), "{seconds}: {said}");
        }
    }
}
