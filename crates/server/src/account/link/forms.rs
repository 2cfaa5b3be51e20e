//! What forms of these pages have in common: how they are read, and shown again.
use super::followed::Followed;
use super::page::{Typed, page};
use crate::account::throttle;
use crate::http::form::{Form, Posted};
use crate::http::session::BrowserContext;
use crate::state::App;
use axum::response::Response;
use pages::{Problem, Text};
use protocol::Params;
use protocol::accounts::sign_in::Throttled;

/// A field of a form; empty where it is missing.
pub(super) fn field(fields: &Params, name: &str) -> String {
    fields.get(name).unwrap_or_default().to_owned()
}

/// The form, and what is wrong with one that does not prove itself.
pub(super) fn posted<F: Form<Page = F>>(
    app: &App,
    posted: Posted<F>,
) -> (BrowserContext, F, Vec<Problem>) {
    match posted {
        Posted::Current(browser, form) => (browser, form, Vec::new()),
        Posted::OutOfDate(browser, form) => {
            let stale = Problem::new("", browser.distrust(app, "link-stale"));
            (browser, form, vec![stale])
        }
    }
}

/// What is wrong with a field, and whether it was tried too often.
pub(super) type Wrong = (Text, Option<Throttled>);

/// The form again, with what is wrong with a field.
pub(super) fn shown(
    app: &App,
    browser: BrowserContext,
    followed: &Followed,
    text: &str,
    field: &'static str,
    (sentence, throttled): Wrong,
) -> Response {
    let typed = Typed::with(vec![Problem::new(field, sentence)]);
    let form = page(app, browser, followed, text, typed);
    match throttled {
        Some(throttled) => throttle::refuse(form, throttled),
        None => form,
    }
}
