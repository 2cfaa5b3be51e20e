//! A picture that somebody uploads, for an app or an organization.
use super::daily::count_one;
use super::desk::Desk;
use crate::account::throttle;
use crate::http::error::PageError;
use crate::http::picture::{MAX_SIDE, PictureFault, redrawn};
use crate::state::App;
use axum::body::Bytes;
use pages::{Problem, Speak, Text};
use protocol::accounts::sign_in::Throttled;
use protocol::daily::Daily;
use protocol::events::Act;
use protocol::types::{Language, Subject};
use store::StoreError;

/// Why a picture is not taken.
pub(super) enum Untaken {
    /// What is wrong with it.
    Fault(PictureFault),
    /// There were enough today.
    Spent(Throttled),
}

/// The picture in a file, drawn anew.
///
/// # Errors
/// When the store fails.
pub(super) async fn taken(
    app: &App,
    person: Subject,
    act: Act,
    file: Bytes,
) -> Result<Result<Vec<u8>, Untaken>, StoreError> {
    if let Err(throttled) = count_one(app, person, act, Daily::Upload).await? {
        return Ok(Err(Untaken::Spent(throttled)));
    }
    let drawn = redrawn(file.to_vec(), MAX_SIDE).await;
    Ok(drawn.map_err(Untaken::Fault))
}

/// Why a picture is not taken, on a page.
pub(super) enum Refused {
    /// What is wrong with it, or with the form.
    Wrong(Problem),
    /// That there were enough today, and how long to wait.
    Spent(Problem, Throttled),
}

/// The same at a page. `stale`: what is wrong with the form that it came in.
///
/// # Errors
/// When the store fails.
pub(super) async fn drawn(
    app: &App,
    desk: &Desk,
    stale: Option<Problem>,
    file: Bytes,
) -> Result<Result<Vec<u8>, Refused>, PageError> {
    if let Some(stale) = stale {
        return Ok(Err(Refused::Wrong(stale)));
    }
    let language = desk.browser.language;
    let person = desk.facts.person.subject;
    let taken = taken(app, person, desk.act(app), file).await?;
    Ok(taken.map_err(|untaken| match untaken {
        Untaken::Fault(fault) => Refused::Wrong(Problem::new("file", sentence(fault, language))),
        Untaken::Spent(throttled) => {
            let sentence = throttle::sentence(throttled, language);
            Refused::Spent(Problem::new("file", sentence), throttled)
        }
    }))
}

/// Why a picture is not taken, for people.
pub(super) fn sentence(fault: PictureFault, language: Language) -> Text {
    match fault {
        PictureFault::Kind => language.text("app-logo-kind"),
        PictureFault::Animated => language.text("app-logo-animated"),
        PictureFault::Large => {
            let most = usize::try_from(MAX_SIDE).unwrap_or_default();
            language.text_of("app-logo-large", &[("pixels", &most)])
        }
        PictureFault::Broken => language.text("app-logo-broken"),
    }
}
