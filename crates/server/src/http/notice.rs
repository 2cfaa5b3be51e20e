//! Pages of a few words: what happened, and what to do next.
use super::reply::{self, Fault};
use super::request::Reader;
use super::session::{BrowserContext, bare_frame};
use crate::state::AppState;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Frame, Next, Notice, Speak, Text, path};
use protocol::types::Client;

/// What a page says.
pub(crate) struct PlainPage<'a> {
    pub(crate) status: StatusCode,
    /// What the log says of it, in English whoever reads the page; none for a page that tells of success.
    pub(crate) cause: Option<&'static str>,
    pub(crate) title: Text,
    pub(crate) sentence: Text,
    pub(crate) code: Option<&'a str>,
    pub(crate) details: Vec<(Text, Text)>,
    pub(crate) next: Option<Next>,
}

impl PlainPage<'_> {
    /// The page.
    pub(crate) fn page(self, app: &AppState, reader: Reader) -> Response {
        self.page_with(app, reader, Vec::new())
    }

    /// The page, with addresses where the app's developer finds out more.
    pub(crate) fn page_with(
        self,
        app: &AppState,
        reader: Reader,
        links: Vec<(Text, String)>,
    ) -> Response {
        self.in_frame(app, bare_frame(app, reader), links)
    }

    /// The page, which says who is signed in.
    pub(crate) fn page_for(self, app: &AppState, browser: &BrowserContext) -> Response {
        self.in_frame(app, browser.frame(app), Vec::new())
    }

    fn in_frame(self, app: &AppState, frame: Frame, links: Vec<(Text, String)>) -> Response {
        let code = self.code.filter(|_| app.config.developers.page);
        let notice = Notice {
            frame,
            title: self.title,
            sentence: self.sentence,
            code: self.code.map(str::to_owned),
            help: code.map(|code| format!("{}/errors#{code}", path::DEVELOPERS)),
            details: self.details,
            links,
            next: self.next,
        };
        let mut response = reply::page(self.status, &notice, None);
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(Fault(cause.to_owned()));
        }
        response
    }
}

/// A link to go on with.
pub(crate) fn link(label: Text, href: &str) -> Option<Next> {
    Some(Next {
        label,
        href: href.to_owned(),
        post: None,
    })
}

/// A link to the person's account.
pub(crate) fn to_account(speaker: impl Speak) -> Option<Next> {
    link(speaker.text("your-account"), path::ACCOUNT)
}

/// A link to the app's own site; to the person's account when nobody knows where that is.
pub(crate) fn back_to(
    client: Option<&Client>,
    speaker: impl Speak,
    label: impl FnOnce(&str) -> Text,
) -> Option<Next> {
    let is_web = |client: &&Client| {
        let homepage = &client.homepage;
        homepage.starts_with("https://") || homepage.starts_with("http://")
    };
    match client.filter(is_web) {
        Some(client) => link(label(&client.name), &client.homepage),
        None => to_account(speaker),
    }
}
