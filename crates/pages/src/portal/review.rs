//! The page on which a developer asks for a review, and talks with whoever looks at the app.
use super::new_app::summary;
use super::{Trail, app_href};
use crate::field::{Problems, problem_of};
use crate::review::{
    AskedFor, AskedScope, Saying, Talk, hostile_scopes, hostile_talk, sample_scopes, sample_talk,
    state,
};
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, samples, samples::pages};
use askama::Template;
use protocol::apps::review::ReviewState;
use protocol::types::Language;

pages!(AppReview);

/// The page of an app's reviews. Its forms carry `nonce` and `app` (the client id): [`ASK`](Self::ASK) (`want-1` and so
/// on, a scope where it is ticked, `what-1` its name, `why-1`, `note`, `last`), [`ANSWER`](Self::ANSWER) (`request`,
/// `version`, `answer`),
/// [`WITHDRAW`](Self::WITHDRAW) (`request`).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/review.html")]
pub struct AppReview {
    /// What is around the page.
    pub frame: Frame,
    /// Where it is.
    pub trail: Trail,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// The app's client id.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// Whether it was not reviewed yet, and only whoever runs it can use it.
    pub draft: bool,
    /// Its requests, the last one first.
    pub requests: Vec<AppRequest>,
    /// What can be asked for; `None`: nothing, or a request is open.
    pub ask: Option<AskFields>,
    /// What was typed as an answer.
    pub answer: String,
    /// What was just done.
    pub notice: Option<Text>,
    /// What is wrong, by field.
    pub problems: Vec<Problem>,
}

/// A request as its developer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRequest {
    /// What its forms carry.
    pub id: String,
    /// The version that is shown.
    pub version: i64,
    /// Where it stands.
    pub state: ReviewState,
    /// When it was asked.
    pub asked: Text,
    /// Whether the app as a whole is to be looked at.
    pub whole: bool,
    /// Restricted scopes that are asked for.
    pub scopes: Vec<AskedScope>,
    /// What was said.
    pub talk: Vec<Saying>,
}

/// The fields of a new request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskFields {
    /// Whether the app as a whole is looked at.
    pub whole: bool,
    /// The restricted scopes that there are.
    pub scopes: Vec<WantedScope>,
    /// What administrators should know.
    pub note: String,
}

/// A restricted scope that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedScope {
    /// Its name.
    pub name: String,
    /// What it allows.
    pub sentence: Text,
    /// Whether it is asked for.
    pub ticked: bool,
    /// Why.
    pub reason: String,
}

/// Where the reviews of an app are.
#[must_use]
pub fn review_href(client_id: &str) -> String {
    format!("{}/review", app_href(client_id))
}

impl AppReview {
    /// Asks for a review.
    pub const ASK: &str = "/apps/review/ask";
    /// Answers an administrator.
    pub const ANSWER: &str = "/apps/review/answer";
    /// Takes a request back.
    pub const WITHDRAW: &str = "/apps/review/withdraw";

    /// The last request that the page shows, for the form of the next.
    fn last(&self) -> &str {
        self.requests.first().map_or("", |last| &last.id)
    }

    fn href(&self) -> String {
        app_href(&self.client_id)
    }

    fn summary(&self) -> Problems<'_> {
        summary(&self.frame, &self.problems)
    }

    fn problem(&self, field: &str) -> Option<&Text> {
        problem_of(&self.problems, field)
    }

    fn why_problem(&self, number: &usize) -> Option<&Text> {
        self.problem(&format!("why-{number}"))
    }

    fn state(&self, request: &AppRequest) -> (Text, &'static str) {
        state(request.state, self.frame.language)
    }

    fn asked_for<'a>(&'a self, request: &'a AppRequest) -> AskedFor<'a> {
        AskedFor {
            frame: &self.frame,
            whole: request.whole,
            scopes: &request.scopes,
        }
    }
}

impl Page for AppReview {
    const NAME: &'static str = "app-review";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let new = AppReview {
            frame: samples::signed_in_frame(language),
            trail: Trail(vec![Text::of_others("Settings")]),
            nonce: "nonce-1".to_owned(),
            client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
            name: "Task Board".to_owned(),
            draft: true,
            requests: Vec::new(),
            ask: Some(ask(true)),
            answer: String::new(),
            notice: None,
            problems: Vec::new(),
        };
        let failed = AppReview {
            problems: vec![
                Problem::new("why-1", language.text("review-why-wrong")),
                Problem::new("note", language.text("review-text-wrong")),
            ],
            requests: vec![request(ReviewState::Refused)],
            ..new.clone()
        };
        let asked_back = AppReview {
            requests: vec![
                request(ReviewState::AskedBack),
                request(ReviewState::Withdrawn),
            ],
            ask: None,
            notice: Some(language.text("review-done-asked")),
            ..new.clone()
        };
        let nothing = AppReview {
            draft: false,
            requests: vec![request(ReviewState::Approved)],
            ask: None,
            ..new.clone()
        };
        vec![new, failed, asked_back, nothing, hostile(language)]
    }
}

fn ask(ticked: bool) -> AskFields {
    AskFields {
        whole: true,
        scopes: vec![WantedScope {
            name: "tasks:write".to_owned(),
            sentence: Text::of_others("Add tasks and change them"),
            ticked,
            reason: String::new(),
        }],
        note: String::new(),
    }
}

fn request(state: ReviewState) -> AppRequest {
    AppRequest {
        id: "1".to_owned(),
        version: 1,
        state,
        asked: Text::of_others("2026-11-21 09:14 UTC"),
        whole: true,
        scopes: sample_scopes(),
        talk: sample_talk(),
    }
}

fn hostile(language: Language) -> AppReview {
    let text = || HOSTILE.to_owned();
    AppReview {
        frame: samples::hostile_frame(language),
        trail: Trail(vec![Text::of_others(HOSTILE)]),
        nonce: text(),
        client_id: text(),
        name: text(),
        draft: true,
        requests: vec![AppRequest {
            id: text(),
            asked: Text::of_others(HOSTILE),
            scopes: hostile_scopes(),
            talk: hostile_talk(),
            ..request(ReviewState::AskedBack)
        }],
        ask: Some(AskFields {
            scopes: vec![WantedScope {
                name: text(),
                sentence: Text::of_others(HOSTILE),
                ticked: true,
                reason: text(),
            }],
            note: text(),
            ..ask(true)
        }),
        answer: text(),
        notice: Some(Text::of_others(HOSTILE)),
        problems: vec![Problem::new("note", Text::of_others(HOSTILE))],
    }
}
