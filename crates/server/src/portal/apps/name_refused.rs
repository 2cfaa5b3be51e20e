//! The pages that say that an app stays where it is: it cannot have its name, or its new owner has no room; and what to do.
use crate::http::notice::{PlainPage, link};
use crate::http::session::BrowserContext;
use crate::state::App;
use axum::http::StatusCode;
use axum::response::Response;
use pages::Speak;
use pages::portal::PORTAL;
use protocol::register::{Field, RegistrationError};
use protocol::types::Client;
use protocol::types::text::isolated;

/// What is said where a name stands in the way: the messages, by what is wrong with it.
pub(super) struct NameRefused {
    pub(super) cause: &'static str,
    pub(super) title: &'static str,
    pub(super) taken: &'static str,
    pub(super) provider: &'static str,
    pub(super) mark: &'static str,
}

/// The page.
pub(super) fn refused(
    app: &App,
    client: &Client,
    error: &RegistrationError,
    said: &NameRefused,
    browser: &BrowserContext,
) -> Response {
    let why = match error.field {
        Field::ProvidersName => said.provider,
        Field::ReviewMark => said.mark,
        _ => said.taken,
    };
    stays(app, client, (said.cause, said.title, why), browser)
}

/// The page that says that an app stays where it is: the cause for the log, its title and why, as messages.
pub(super) fn stays(
    app: &App,
    client: &Client,
    (cause, title, why): (&'static str, &'static str, &'static str),
    browser: &BrowserContext,
) -> Response {
    let language = browser.language;
    let name = isolated(&client.name);
    PlainPage {
        status: StatusCode::CONFLICT,
        cause: Some(cause),
        title: language.text(title),
        sentence: language.text_of(
            why,
            &[("app", &name), ("product", &app.config.branding.product)],
        ),
        code: None,
        details: Vec::new(),
        next: link(language.text("app-not-back-apps"), PORTAL),
    }
    .page_for(app, browser)
}
