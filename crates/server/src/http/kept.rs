//! A form of somebody whose session has ended since: what they typed stays in their browser's page while they sign in beside
//! it, and is shown to nobody else.
use super::error::{PageError, PageFault};
use super::reply;
use super::session::BrowserContext;
use crate::interaction::continuation::OwnPage;
use crate::state::AppState;
use axum::http::StatusCode;
use pages::portal::KeptForm;
use protocol::Params;

/// That whoever is signed in is the one to whom the form was shown, as far as it tells that.
///
/// # Errors
/// The page that keeps what was typed, where nobody is signed in; that the form is somebody else's.
pub(super) fn for_its_reader(
    app: &AppState,
    browser: &BrowserContext,
    path: &str,
    fields: &Params,
) -> Result<(), PageError> {
    let Some(reader) = browser.reader_of(app, fields.get("nonce")) else {
        return Ok(());
    };
    match &browser.session {
        Some(facts) if facts.person.subject == reader => Ok(()),
        Some(_) => Err(PageFault::OfAnother.into()),
        None => {
            // A password is typed anew.
            let kept = fields.names().filter(|name| !name.contains("password"));
            let page = KeptForm {
                frame: browser.frame(app),
                sign_in: OwnPage::Apps.sign_in(),
                action: path.to_owned(),
                fields: kept
                    .map(|name| (name.to_owned(), fields.text(name)))
                    .collect(),
            };
            let page = reply::page(StatusCode::FORBIDDEN, &page, None);
            Err(PageError::instead(page))
        }
    }
}
