//! The page that shows a secret, once.
use super::{Trail, app_href};
use crate::{Frame, HOSTILE, Page, Text, samples, samples::pages};
use askama::Template;
use protocol::types::Language;

pages!(NewSecret);

/// The page that shows a client id, and a secret that was just made: it is shown nowhere else and never again.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/secret.html")]
pub struct NewSecret {
    /// What is around the page.
    pub frame: Frame,
    /// Where it is.
    pub trail: Trail,
    /// The app's name.
    pub app: String,
    /// Its client id.
    pub client_id: String,
    /// Its secret; `None` for an app that keeps none.
    pub secret: Option<String>,
    /// Whether the app was just made, and not only a secret.
    pub is_new: bool,
    /// Whether nothing but a person to try the app with was made.
    pub only_people: bool,
    /// Whether it is for trying things.
    pub is_test: bool,
    /// The client id of the app whose page comes next, if it is another.
    pub next: Option<String>,
    /// Until when the secrets before it work.
    pub others_until: Option<Text>,
    /// Address and password of each test user that was made with the app.
    pub test_users: Vec<(String, String)>,
}

impl NewSecret {
    fn href(&self) -> String {
        match &self.next {
            Some(live) => super::test_href(live),
            None => app_href(&self.client_id),
        }
    }
}

impl Page for NewSecret {
    const NAME: &'static str = "new-secret";
    const COPIES: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = NewSecret {
            frame: samples::signed_in_frame(language),
            trail: Trail::default(),
            app: "Task Board".to_owned(),
            client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
            secret: Some("cs_0123456789".to_owned()),
            is_new: true,
            only_people: false,
            is_test: false,
            next: None,
            others_until: None,
            test_users: vec![("ada@example.com".to_owned(), "cs_0123456789".to_owned())],
        };
        let rotated = NewSecret {
            is_new: false,
            others_until: Some(Text::of_others("2026-11-21 09:14 UTC")),
            test_users: Vec::new(),
            ..usual.clone()
        };
        let public = NewSecret {
            secret: None,
            test_users: Vec::new(),
            ..usual.clone()
        };
        let people = NewSecret {
            secret: None,
            is_new: false,
            only_people: true,
            is_test: true,
            next: Some("h9XW2pQ0nT4kLr7sVbYc1a".to_owned()),
            ..usual.clone()
        };
        let hostile = NewSecret {
            frame: samples::hostile_frame(language),
            app: HOSTILE.to_owned(),
            client_id: HOSTILE.to_owned(),
            secret: Some(HOSTILE.to_owned()),
            others_until: Some(Text::of_others(HOSTILE)),
            is_new: false,
            test_users: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
            ..usual.clone()
        };
        vec![usual, rotated, public, people, hostile]
    }
}
