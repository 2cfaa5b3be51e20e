//! What a person is told who is not signed in.
use crate::account::throttle::{refuse, sentence};
use crate::http::notice::{PlainPage, link};
use crate::http::reply::{self, Fault};
use crate::http::session::BrowserContext;
use crate::ops::upstream::{CallFault, UpstreamProvider};
use crate::state::App;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Speak, Text};
use protocol::accounts::sign_in::Throttled;
use protocol::types::text::isolated;

/// After how many seconds a provider that was away may be asked again.
const AWAY_FOR: i64 = 5;

/// Pages about a provider, for one browser.
pub(super) struct Told<'a> {
    app: &'a App,
    browser: &'a BrowserContext,
    name: String,
}

impl<'a> Told<'a> {
    pub(super) fn new(
        app: &'a App,
        browser: &'a BrowserContext,
        upstream: &UpstreamProvider,
    ) -> Self {
        Told {
            app,
            browser,
            name: isolated(upstream.own.name.in_language(browser.language)),
        }
    }

    fn text(&self, id: &'static str) -> Text {
        let name = &self.name;
        self.browser.language.text_of(id, &[("provider", name)])
    }

    /// That something is wrong with what the provider says, or that it says nothing; and the way to try again.
    pub(super) fn fault(&self, fault: &CallFault, again: &str) -> Response {
        let (id, status, cause) = match fault {
            CallFault::Away(cause) => ("upstream-away", StatusCode::SERVICE_UNAVAILABLE, cause),
            CallFault::Wrong(cause) => ("upstream-wrong", StatusCode::BAD_REQUEST, cause),
            CallFault::NotAnew(cause) => ("upstream-not-anew", StatusCode::BAD_REQUEST, cause),
        };
        let mut page = self.page(status, id, again);
        let cause = format!("sign-in at another provider: {cause}");
        page.extensions_mut().insert(Fault(cause));
        match fault {
            CallFault::Away(_) => reply::retry_after(page, AWAY_FOR),
            CallFault::Wrong(_) | CallFault::NotAnew(_) => page,
        }
    }

    /// That the person was not let in, or that it cannot go on; and the way to try again.
    pub(super) fn refused(&self, id: &'static str, cause: &str, again: &str) -> Response {
        let mut page = self.page(StatusCode::BAD_REQUEST, id, again);
        page.extensions_mut().insert(Fault(cause.to_owned()));
        page
    }

    /// That too many failed from here.
    pub(super) fn throttled(&self, throttled: Throttled, again: &str) -> Response {
        let language = self.browser.language;
        let page = PlainPage {
            status: StatusCode::TOO_MANY_REQUESTS,
            cause: Some("too many sign-ins at other providers failed from here"),
            title: language.text("upstream-not-done-title"),
            sentence: sentence(throttled, language),
            code: None,
            details: Vec::new(),
            next: link(language.text("upstream-again"), again),
        };
        refuse(page.page_for(self.app, self.browser), throttled)
    }

    fn page(&self, status: StatusCode, id: &'static str, again: &str) -> Response {
        let title = match id {
            "upstream-away" => self.text("upstream-away-title"),
            // Who adds one, or proves again who they are, is still signed in.
            _ if self.browser.session.is_some() => {
                self.browser.language.text("upstream-not-done-title")
            }
            _ => self.browser.language.text("upstream-failed-title"),
        };
        let label = match id {
            "upstream-no-account" | "upstream-switched-off" => "upstream-another-way",
            _ => "upstream-again",
        };
        let sentence = match id {
            "upstream-switched-off" => self.browser.language.text("sign-in-disabled"),
            id => self.text(id),
        };
        PlainPage {
            status,
            cause: None,
            title,
            sentence,
            code: None,
            details: Vec::new(),
            next: link(self.browser.language.text(label), again),
        }
        .page_for(self.app, self.browser)
    }

    /// That there is an account here with this address already, to which the person can add the sign-in.
    pub(super) fn held(&self, email: &str, sign_in: &str) -> Response {
        let language = self.browser.language;
        let email = isolated(email);
        PlainPage {
            status: StatusCode::CONFLICT,
            cause: Some("an account here has the address that the provider proved"),
            title: language.text("upstream-held-title"),
            sentence: language.text_of(
                "upstream-held",
                &[("email", &email), ("provider", &self.name)],
            ),
            code: None,
            details: Vec::new(),
            next: link(language.text("upstream-another-way"), sign_in),
        }
        .page_for(self.app, self.browser)
    }
}
