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
        };
        vec![
            page(samples::signed_in_frame(language), "nonce-1"),
            page(samples::frame(language), ""),
            page(samples::hostile_frame(language), HOSTILE),
        ]
    }
}
