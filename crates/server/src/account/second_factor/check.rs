//! Looks at what was typed for the second factor, and uses it up.
use super::told::tells;
use crate::account::throttle::admit;
use crate::http::error::PageError;
use crate::http::session::BrowserContext;
use crate::ops::clock;
use crate::ops::sealing::SEED;
use crate::state::{App, AppState};
use jose::seal::Sealed;
use protocol::accounts::second_factor::recovery::RecoveryCode;
use protocol::accounts::second_factor::totp::Seed;
use protocol::accounts::second_factor::{
    Authenticator, Second, SecondFactors, Typed, step_of, use_code, use_recovery_code,
};
use protocol::accounts::sign_in::{Attempt, Throttled};
use protocol::daily::{self, Daily};
use protocol::types::{Person, Subject};
use store::Outcome;

/// What is known of what was typed.
pub(in crate::account) enum Checked {
    /// It is right, and used up.
    Right(Second),
    /// It is wrong, or was used before.
    Wrong {
        /// Whether it looks like a recovery code.
        recovery: bool,
    },
    /// Too many were tried.
    Throttled(Throttled),
    /// The seed cannot be opened, so no code can be checked.
    Unreadable,
}

/// Counts an attempt, looks at it, and uses it up.
///
/// # Errors
/// When the store fails.
pub(in crate::account) async fn check(
    app: &App,
    browser: &BrowserContext,
    (person, has): (&Person, &SecondFactors),
    typed: &str,
) -> Result<Checked, PageError> {
    match Typed::read(typed) {
        Some(Typed::Code(code)) => match &has.app {
            Some(own) => check_code(app, browser, (person, own), &code).await,
            None => Ok(Checked::Wrong { recovery: false }),
        },
        Some(Typed::Recovery(code)) => check_recovery(app, browser, person, &code).await,
        None => Ok(Checked::Wrong {
            recovery: typed.chars().any(char::is_alphabetic),
        }),
    }
}

async fn check_code(
    app: &App,
    browser: &BrowserContext,
    (person, has): (&Person, &Authenticator),
    code: &str,
) -> Result<Checked, PageError> {
    let known = browser.known_to(app, person);
    let attempt = Attempt::second_factor(person.subject, &browser.address.source(), known);
    if let Some(throttled) = admit(app, &attempt).await? {
        return Ok(Checked::Throttled(throttled));
    }
    if known.is_none()
        && let Some(throttled) = spend(app, person.subject).await?
    {
        return Ok(Checked::Throttled(throttled));
    }
    let Some(seed) = opened(app, has.subject, has.sealed.clone()) else {
        return Ok(Checked::Unreadable);
    };
    let wrong = Checked::Wrong { recovery: false };
    let Some(step) = step_of(&seed, has, code, clock::now()) else {
        return Ok(wrong);
    };
    let act = app.act_now(browser.address);
    if app.settle_one(use_code(has, step), act).await? == Outcome::Conflict {
        return Ok(wrong);
    }
    app.settle_one(attempt.succeeded(), clock::now()).await?;
    Ok(Checked::Right(Second::Code))
}

async fn check_recovery(
    app: &App,
    browser: &BrowserContext,
    person: &Person,
    code: &RecoveryCode,
) -> Result<Checked, PageError> {
    let attempt = Attempt::recovery_code(&browser.address.source());
    if let Some(throttled) = admit(app, &attempt).await? {
        return Ok(Checked::Throttled(throttled));
    }
    let now = clock::now();
    let change = use_recovery_code(person, code, tells(app, person), now, &app.mint);
    let change = change.in_language(browser.language);
    if app
        .settle_one(change, app.act(now, browser.address))
        .await?
        == Outcome::Conflict
    {
        return Ok(Checked::Wrong { recovery: true });
    }
    app.settle_one(attempt.succeeded(), now).await?;
    Ok(Checked::Right(Second::RecoveryCode))
}

/// Counts one of the codes that browsers may try in a day which the account does not know.
async fn spend(app: &App, subject: Subject) -> Result<Option<Throttled>, PageError> {
    let daily = Daily::SecondFactor;
    for context in app.tries() {
        let counted = app.store.daily(&daily.key(subject)).await?;
        let count = match daily::spend(daily, subject, counted, context.now) {
            Ok(count) => count,
            Err(used_up) => {
                return Ok(Some(Throttled::after(used_up.retry_after)));
            }
        };
        if app.settle_one(count, context.now).await? == Outcome::Committed {
            return Ok(None);
        }
    }
    Ok(Some(Throttled::after(1)))
}

/// The seed of a person's authenticator app; `None` where no key opens it, which is told to the log.
pub(super) fn opened(app: &AppState, subject: Subject, sealed: Vec<u8>) -> Option<Seed> {
    let sealed = Sealed::from_stored(sealed);
    match app.sealing.open(SEED, &subject.0.to_be_bytes(), &sealed) {
        Ok(bytes) => Seed::from_stored(&bytes),
        Err(why) => {
            tracing::error!("the seed of an authenticator app does not open: {why}");
            None
        }
    }
}
