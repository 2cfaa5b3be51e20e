//! The requests for review, in a list.
use super::{REQUESTS, request_href};
use crate::review::state;
use crate::{Frame, HOSTILE, Page, Speak, Text, samples, samples::pages};
use askama::Template;
use protocol::apps::review::ReviewState;
use protocol::types::Language;

pages!(Requests);

/// The list: `?state=` says which, `?after=` is the id of the last one of the page before.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/requests.html")]
pub struct Requests {
    /// What is around the page.
    pub frame: Frame,
    /// Which are shown; `None`: all.
    pub state: Option<ReviewState>,
    /// The requests.
    pub requests: Vec<RequestRow>,
    /// The address of the next page.
    pub next_page: Option<String>,
}

/// A request in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    /// Its id.
    pub id: String,
    /// The name of its app.
    pub app: String,
    /// Where it stands.
    pub state: ReviewState,
    /// Whether the app as a whole is to be looked at.
    pub whole: bool,
    /// Restricted scopes that are asked for.
    pub scopes: Vec<String>,
    /// When it was asked.
    pub asked: Text,
}

impl Requests {
    /// The states that a filter leads to, with what they are called.
    fn filters(&self) -> Vec<(String, Text, bool)> {
        let language = self.frame.language;
        let one = |own: ReviewState| {
            let href = format!("{REQUESTS}?state={}", own.as_str());
            (href, state(own, language).0, self.state == Some(own))
        };
        let all = format!("{REQUESTS}?state=all");
        let all = (all, language.text("requests-all"), self.state.is_none());
        ReviewState::ALL.map(one).into_iter().chain([all]).collect()
    }

    fn state(&self, row: &RequestRow) -> (Text, &'static str) {
        state(row.state, self.frame.language)
    }
}

impl RequestRow {
    fn href(&self) -> String {
        request_href(&self.id)
    }
}

impl Page for Requests {
    const NAME: &'static str = "requests";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let row = |state| RequestRow {
            id: "1".to_owned(),
            app: "Task Board".to_owned(),
            state,
            whole: true,
            scopes: vec!["tasks:read".to_owned()],
            asked: Text::of_others("2026-11-21 09:14 UTC"),
        };
        let usual = Requests {
            frame: samples::signed_in_frame(language),
            state: Some(ReviewState::Open),
            requests: vec![row(ReviewState::Open)],
            next_page: Some(format!("{REQUESTS}?state=open&after=1")),
        };
        let none = Requests {
            requests: Vec::new(),
            next_page: None,
            ..usual.clone()
        };
        let all = Requests {
            state: None,
            requests: ReviewState::ALL.map(row).to_vec(),
            ..usual.clone()
        };
        let hostile = Requests {
            frame: samples::hostile_frame(language),
            requests: vec![RequestRow {
                id: HOSTILE.to_owned(),
                app: HOSTILE.to_owned(),
                scopes: vec![HOSTILE.to_owned()],
                asked: Text::of_others(HOSTILE),
                ..row(ReviewState::Open)
            }],
            ..usual.clone()
        };
        vec![usual, none, all, hostile]
    }
}
