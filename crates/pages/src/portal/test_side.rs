//! The page of an app's test side.
use super::new_app::{password, summary};
use super::{Trail, app_href};
use crate::field::{Field, Problems, problem_of};
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, samples, samples::pages};
use askama::Template;
use protocol::types::Language;

pages!(TestSidePage);

/// The page of an app's test side. Its forms carry `nonce` and `app` (the client id of the live app):
/// [`ON`](Self::ON) (where it is asked, `password`), [`OFF`](Self::OFF), [`ADD`](Self::ADD) (`once`),
/// [`REMOVE`](Self::REMOVE) (`person`).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/test_side.html")]
pub struct TestSidePage {
    /// What is around the page.
    pub frame: Frame,
    /// Where it is.
    pub trail: Trail,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// What the form for a person carries, so that it makes one however often it comes.
    pub once: String,
    /// The client id of the live app.
    pub client_id: String,
    /// The name that both have.
    pub name: String,
    /// The test side; `None` while it is off.
    pub on: Option<TestSideOn>,
    /// Whether whoever looks may change anything.
    pub changes: bool,
    /// Whether passwords are asked.
    pub asks_password: bool,
    /// What was just done.
    pub notice: Option<Text>,
    /// What is wrong, by field.
    pub problems: Vec<Problem>,
}

/// A test side that is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestSideOn {
    /// Its own client id.
    pub client_id: String,
    /// Those it is tried with.
    pub people: Vec<TestPerson>,
    /// Whether there is room for another.
    pub may_add: bool,
}

/// Somebody whom an app is tried with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestPerson {
    /// What the form carries that removes them.
    pub id: String,
    /// Their address.
    pub email: String,
    /// What they are called.
    pub name: String,
}

/// The address of an app's test side.
#[must_use]
pub fn test_href(client_id: &str) -> String {
    format!("{}/test", app_href(client_id))
}

impl TestSidePage {
    /// Switches it on.
    pub const ON: &str = "/apps/test/on";
    /// Switches it off.
    pub const OFF: &str = "/apps/test/off";
    /// Makes another person to try the app with.
    pub const ADD: &str = "/apps/test/people/add";
    /// Removes one.
    pub const REMOVE: &str = "/apps/test/people/remove";

    fn href(&self) -> String {
        app_href(&self.client_id)
    }

    fn summary(&self) -> Problems<'_> {
        summary(&self.frame, &self.problems)
    }

    fn password_field(&self) -> Field<'_> {
        Field {
            problem: problem_of(&self.problems, "password"),
            ..password(&self.frame, &self.problems)
        }
    }
}

impl Page for TestSidePage {
    const NAME: &'static str = "test-side";
    const ASKS_PASSWORD: bool = true;
    const COPIES: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let on = TestSidePage {
            frame: samples::signed_in_frame(language),
            trail: Trail(vec![Text::of_others("Settings")]),
            nonce: "nonce-1".to_owned(),
            once: "once-1".to_owned(),
            client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
            name: "Task Board".to_owned(),
            on: Some(TestSideOn {
                client_id: "test_h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
                people: vec![TestPerson {
                    id: "1".to_owned(),
                    email: "ada@example.com".to_owned(),
                    name: "Ada Lovelace".to_owned(),
                }],
                may_add: true,
            }),
            changes: true,
            asks_password: true,
            notice: Some(language.text("test-side-done-on")),
            problems: Vec::new(),
        };
        let off = TestSidePage {
            on: None,
            notice: None,
            problems: vec![Problem::new(
                "password",
                language.text("app-wrong-password"),
            )],
            ..on.clone()
        };
        let full = TestSidePage {
            on: on.on.clone().map(|on| TestSideOn {
                may_add: false,
                people: Vec::new(),
                ..on
            }),
            notice: None,
            ..on.clone()
        };
        let viewer = TestSidePage {
            changes: false,
            on: None,
            notice: None,
            ..on.clone()
        };
        let hostile = TestSidePage {
            frame: samples::hostile_frame(language),
            trail: Trail(vec![Text::of_others(HOSTILE)]),
            nonce: HOSTILE.to_owned(),
            once: HOSTILE.to_owned(),
            client_id: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
            on: Some(TestSideOn {
                client_id: HOSTILE.to_owned(),
                people: vec![TestPerson {
                    id: HOSTILE.to_owned(),
                    email: HOSTILE.to_owned(),
                    name: HOSTILE.to_owned(),
                }],
                may_add: true,
            }),
            notice: Some(Text::of_others(HOSTILE)),
            ..on.clone()
        };
        vec![on, off, full, viewer, hostile]
    }
}
