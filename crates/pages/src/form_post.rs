//! The page that brings an answer to an app in a form (OAuth 2.0 Form Post Response Mode).

use askama::Template;

use crate::{Frame, HOSTILE, Page, samples, samples::pages};
use protocol::types::Language;

pages!(FormPost);

/// The page that brings an answer to an app: by itself, or by its button where there is no script.
#[derive(Clone, Debug, Template)]
#[template(path = "form_post.html")]
pub struct FormPost {
    /// What is around the page.
    pub frame: Frame,
    /// The app.
    pub app: String,
    /// Where the form goes: one of its redirect URIs.
    pub action: String,
    /// Its fields.
    pub fields: Vec<(&'static str, String)>,
}

impl Page for FormPost {
    const NAME: &'static str = "form-post";
    const SUBMITS: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let page = |frame, app: &str, code: &str| Self {
            frame,
            app: app.to_owned(),
            action: "https://board.example.org/oauth/callback".to_owned(),
            fields: vec![("code", code.to_owned()), ("state", "8c1f".to_owned())],
        };
        vec![
            page(samples::frame(language), "Task Board", "ac_5Hb"),
            page(samples::branded_frame(language), "Task Board", "ac_5Hb"),
            page(samples::hostile_frame(language), HOSTILE, HOSTILE),
        ]
    }
}
