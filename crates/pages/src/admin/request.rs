//! A request for review, with everything that is looked at.
use super::REQUESTS;
use crate::field::{Field, Problems, problem_of};
use crate::review::{
    AskedFor, AskedScope, Saying, Talk, hostile_scopes, hostile_talk, sample_scopes, sample_talk,
    state,
};
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, link, samples, samples::pages};
use askama::Template;
use protocol::apps::review::ReviewState;
use protocol::types::Language;

pages!(RequestPage);

/// The page of a request. Its form goes to [`JUDGE`](Self::JUDGE) with `nonce`, `request`, `version`, `text`, `password`
/// where it is asked, and `verdict`: `approve`, `refuse` or `ask_back`.
#[derive(Clone, Debug, Template)]
#[template(path = "admin/request.html")]
pub struct RequestPage {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the form is ours.
    pub nonce: String,
    /// The request's id.
    pub id: String,
    /// Which version of it is shown.
    pub version: i64,
    /// Where it stands.
    pub state: ReviewState,
    /// The name of its app, as it is now.
    pub app: String,
    /// The app's client id.
    pub client_id: String,
    /// The app's picture.
    pub logo_url: Option<String>,
    /// What its developer accepted of the terms for developers; `None`: there are none.
    pub terms: Option<Text>,
    /// When it was asked.
    pub asked: Text,
    /// Whether the app as a whole is to be looked at.
    pub whole: bool,
    /// Restricted scopes that are asked for.
    pub scopes: Vec<AskedScope>,
    /// The app as it was when it was asked.
    pub looked_at: Vec<LookedAt>,
    /// What was said.
    pub talk: Vec<Saying>,
    /// What was typed.
    pub text: String,
    /// Whether the password is asked.
    pub asks_password: bool,
    /// What was just done.
    pub notice: Option<Text>,
    /// What is wrong, by field.
    pub problems: Vec<Problem>,
}

/// A part of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookedAt {
    /// What it is called.
    pub label: Text,
    /// What it was; several lines where there are several.
    pub was: String,
    /// What it is by now, if that is something else.
    pub now: Option<String>,
}

impl LookedAt {
    /// The address, where it is one of a page.
    fn href(&self) -> Option<&str> {
        link::web_address(&self.was).filter(|_| !self.was.contains('\n'))
    }
}

impl RequestPage {
    /// Judges the request.
    pub const JUDGE: &str = "/admin/requests/judge";

    fn list_href(&self) -> &'static str {
        REQUESTS
    }

    fn summary(&self) -> Problems<'_> {
        Problems {
            frame: &self.frame,
            problems: &self.problems,
            fields: &["text", "password"],
        }
    }

    fn problem(&self, field: &str) -> Option<&Text> {
        problem_of(&self.problems, field)
    }

    fn state(&self) -> (Text, &'static str) {
        state(self.state, self.frame.language)
    }

    fn is_changed(&self) -> bool {
        self.state.is_open() && self.looked_at.iter().any(|part| part.now.is_some())
    }

    fn asked_for(&self) -> AskedFor<'_> {
        AskedFor {
            frame: &self.frame,
            whole: self.whole,
            scopes: &self.scopes,
        }
    }

    fn password_field(&self) -> Field<'_> {
        Field {
            id: "password",
            label: self.frame.text("app-your-password"),
            kind: "password",
            autocomplete: "current-password",
            hint: Some(self.frame.text("app-your-password-hint")),
            problem: self.problem("password"),
            ..Field::default()
        }
    }
}

impl Page for RequestPage {
    const NAME: &'static str = "request";
    const ASKS_PASSWORD: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = usual(language);
        let changed = RequestPage {
            looked_at: vec![part(
                language.text("app-name"),
                "Task Board",
                Some("Acme Tasks"),
            )],
            problems: vec![
                Problem::new("", language.text("request-changed")),
                Problem::new("text", language.text("review-text-wrong")),
                Problem::new("password", language.text("app-wrong-password")),
            ],
            ..usual.clone()
        };
        let decided = RequestPage {
            state: ReviewState::Approved,
            asks_password: false,
            notice: Some(language.text("request-done-approved")),
            ..usual.clone()
        };
        vec![usual, changed, decided, hostile(language)]
    }
}

fn part(label: Text, was: &str, now: Option<&str>) -> LookedAt {
    LookedAt {
        label,
        was: was.to_owned(),
        now: now.map(str::to_owned),
    }
}

fn usual(language: Language) -> RequestPage {
    RequestPage {
        frame: samples::signed_in_frame(language),
        nonce: "nonce-1".to_owned(),
        id: "1".to_owned(),
        version: 1,
        state: ReviewState::Open,
        app: "Task Board".to_owned(),
        client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
        logo_url: None,
        terms: Some(language.text_of("terms-of-developer", &[("time", &"2026-11-21 09:14 UTC")])),
        asked: Text::of_others("2026-11-21 09:14 UTC"),
        whole: true,
        scopes: sample_scopes(),
        looked_at: vec![
            part(language.text("app-name"), "Task Board", None),
            part(
                language.text("app-homepage"),
                "https://board.example.org/oauth/callback",
                None,
            ),
        ],
        talk: sample_talk(),
        text: String::new(),
        asks_password: true,
        notice: None,
        problems: Vec::new(),
    }
}

fn hostile(language: Language) -> RequestPage {
    let text = || HOSTILE.to_owned();
    RequestPage {
        frame: samples::hostile_frame(language),
        nonce: text(),
        id: text(),
        app: text(),
        client_id: text(),
        logo_url: Some(text()),
        asked: Text::of_others(HOSTILE),
        scopes: hostile_scopes(),
        looked_at: vec![LookedAt {
            label: Text::of_others(HOSTILE),
            was: text(),
            now: Some(text()),
        }],
        talk: hostile_talk(),
        text: text(),
        notice: Some(Text::of_others(HOSTILE)),
        problems: vec![Problem::new("text", Text::of_others(HOSTILE))],
        ..usual(language)
    }
}
