//! What a person takes with them, and the end of their account.

use askama::Template;
use protocol::types::Language;

use crate::field::{Field, Problems, problem_of};
use crate::portal::{app_href, organization_href};
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, samples, samples::pages};

pages!(OwnData);

/// A person's own data: a document of all that is known of them by `POST` [`EXPORT`](Self::EXPORT) (`nonce`,
/// `export-password`), and the end of the account by `POST` [`DELETE`](Self::DELETE) (`nonce`, `confirm`,
/// `delete-password`).
#[derive(Clone, Debug, Template)]
#[template(path = "own_data.html")]
pub struct OwnData {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// Email address of the person, which they type to confirm.
    pub email: String,
    /// Whether the password is asked.
    pub asks_password: bool,
    /// What was typed to confirm.
    pub confirm: String,
    /// Browsers that are signed out.
    pub sessions: usize,
    /// Apps that lose what they were allowed.
    pub connections: usize,
    /// Apps of their own that end.
    pub apps: usize,
    /// Some of these, with their client ids.
    pub some_apps: Vec<Named>,
    /// Organizations that would have no owner, with their ids: as long as there is one, nothing is deleted.
    pub left_without_owner: Vec<Named>,
    /// Days after which the addresses in events are erased.
    pub address_days: usize,
    /// What is wrong, by field: `export-password`, `confirm`, `delete-password` or "".
    pub problems: Vec<Problem>,
}

/// Something with an id and a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl OwnData {
    /// Where it is.
    pub const PATH: &str = "/account/data";
    /// Where the document is asked for.
    pub const EXPORT: &str = "/account/data/export";
    /// Where the account is deleted.
    pub const DELETE: &str = "/account/data/delete";

    fn summary(&self) -> Problems<'_> {
        Problems {
            frame: &self.frame,
            problems: &self.problems,
            fields: &["export-password", "confirm", "delete-password"],
        }
    }

    fn app(one: &Named) -> String {
        app_href(&one.id)
    }

    fn organization(one: &Named) -> String {
        organization_href(&one.id)
    }

    fn confirm_field(&self) -> Field<'_> {
        Field {
            id: "confirm",
            label: self
                .frame
                .text_of("data-confirm", &[("email", &self.email)]),
            kind: "email",
            autocomplete: "off",
            value: &self.confirm,
            problem: problem_of(&self.problems, "confirm"),
            ..Field::default()
        }
    }

    fn password_field<'a>(&'a self, id: &'a str) -> Field<'a> {
        Field {
            id,
            label: self.frame.text("label-current-password"),
            kind: "password",
            autocomplete: "current-password",
            problem: problem_of(&self.problems, id),
            ..Field::default()
        }
    }
}

impl Page for OwnData {
    const NAME: &'static str = "own-data";
    const ASKS_PASSWORD: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let named = |id: &str, name: &str| Named {
            id: id.to_owned(),
            name: name.to_owned(),
        };
        let usual = OwnData {
            frame: samples::signed_in_frame(language),
            nonce: "nonce-1".to_owned(),
            email: "ada@example.com".to_owned(),
            asks_password: true,
            confirm: String::new(),
            sessions: 3,
            connections: 12,
            apps: 2,
            some_apps: vec![
                named("h9XW2pQ0nT4kLr7sVbYc1a", "Task Board"),
                named("k2Lr7sVbYc1ah9XW2pQ0nT", "tasks-cli"),
            ],
            left_without_owner: Vec::new(),
            address_days: 30,
            problems: Vec::new(),
        };
        let little = OwnData {
            asks_password: false,
            sessions: 1,
            connections: 0,
            apps: 0,
            some_apps: Vec::new(),
            address_days: 0,
            ..usual.clone()
        };
        let last_owner = OwnData {
            left_without_owner: vec![named("7", "Acme Tasks"), named("8", "Board Makers Ltd")],
            ..usual.clone()
        };
        let failed = OwnData {
            confirm: "ben@example.com".to_owned(),
            problems: vec![
                Problem::new("confirm", language.text("data-not-confirmed")),
                Problem::new("delete-password", language.text("account-wrong-password")),
            ],
            ..usual.clone()
        };
        let hostile = OwnData {
            frame: samples::hostile_frame(language),
            nonce: HOSTILE.to_owned(),
            email: HOSTILE.to_owned(),
            confirm: HOSTILE.to_owned(),
            some_apps: vec![named(HOSTILE, HOSTILE)],
            problems: vec![Problem::new("export-password", Text::of_others(HOSTILE))],
            ..last_owner.clone()
        };
        vec![usual, little, last_owner, failed, hostile]
    }
}
