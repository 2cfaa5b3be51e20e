//! A picture that somebody uploads, for an app or an organization.
use super::daily::spend;
use super::desk::Desk;
use crate::http::error::PageError;
use crate::http::picture::{MAX_SIDE, PictureFault, redrawn};
use crate::state::App;
use axum::body::Bytes;
use pages::{Problem, Speak, Text};
use protocol::accounts::sign_in::Throttled;
use protocol::daily::Daily;
use protocol::types::Language;

/// Why a picture is not taken.
pub(super) enum Refused {
    /// What is wrong with it, or with the form.
    Wrong(Problem),
    /// That there were enough today, and how long to wait.
    Spent(Problem, Throttled),
}

/// The picture in a file, drawn anew. `stale`: what is wrong with the form that it came in.
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
    if let Err((problem, wait)) = spend(app, desk, Daily::Upload, "file").await? {
        return Ok(Err(Refused::Spent(problem, wait)));
    }
    let language = desk.browser.language;
    let drawn = redrawn(file.to_vec(), MAX_SIDE).await;
    Ok(drawn.map_err(|fault| Refused::Wrong(Problem::new("file", sentence(fault, language)))))
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
