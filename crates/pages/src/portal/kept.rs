//! A form that came when its session was over, kept until whoever typed it is signed in again.
use crate::{Frame, HOSTILE, Page, samples, samples::pages};
use askama::Template;
use protocol::types::Language;

pages!(KeptForm);

/// Says that somebody is signed out, and keeps what they typed: signing in opens beside it, and the same form is posted
/// again from here.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/kept.html")]
pub struct KeptForm {
    /// What is around the page.
    pub frame: Frame,
    /// The way to sign in.
    pub sign_in: String,
    /// Where the form is posted to.
    pub action: String,
    /// Its fields, but for passwords.
    pub fields: Vec<(String, String)>,
}

impl Page for KeptForm {
    const NAME: &'static str = "kept-form";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = KeptForm {
            frame: samples::frame(language),
            sign_in: "/sign-in?request=apps".to_owned(),
            action: "/apps/new".to_owned(),
            fields: [("nonce", "nonce-1"), ("name", "Task Board")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
        };
        let hostile = KeptForm {
            frame: samples::hostile_frame(language),
            fields: vec![
                ("nonce".to_owned(), HOSTILE.to_owned()),
                (HOSTILE.to_owned(), HOSTILE.to_owned()),
            ],
            ..usual.clone()
        };
        let branded = KeptForm {
            frame: samples::branded_frame(language),
            ..usual.clone()
        };
        vec![usual, branded, hostile]
    }
}
