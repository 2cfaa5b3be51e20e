//! The page that asks before signing out.

use askama::Template;

use crate::{Frame, HOSTILE, Page, samples, samples::pages};
use protocol::types::Language;

pages!(SignOut);

/// The page that asks before signing out: `POST /sign-out` with `nonce`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_out.html")]
pub struct SignOut {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the form is ours.
    pub nonce: String,
    /// The app that sent the person here, if one did.
    pub app: Option<String>,
    /// What else the form carries.
    pub fields: Vec<(&'static str, String)>,
}

impl Page for SignOut {
    const NAME: &'static str = "sign-out";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let page = |frame, nonce: &str| Self {
            frame,
            nonce: nonce.to_owned(),
            app: None,
            fields: Vec::new(),
        };
        let back = "https://board.example.org/signed-out".to_owned();
        let for_app = |own: Self, app: &str| Self {
            app: Some(app.to_owned()),
            fields: vec![("post_logout_redirect_uri", back.clone())],
            ..own
        };
        vec![
            for_app(
                page(samples::signed_in_frame(language), "nonce-1"),
                "Task Board",
            ),
            for_app(page(samples::hostile_frame(language), HOSTILE), HOSTILE),
            page(samples::signed_in_frame(language), "nonce-1"),
            page(samples::frame(language), ""),
            page(samples::hostile_frame(language), HOSTILE),
        ]
    }
}
