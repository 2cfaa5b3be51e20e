//! The page that makes an account.

use askama::Template;

use crate::field::{Field, Problems, problem_of};
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, link, path, samples, samples::pages};
use protocol::types::Language;

pages!(SignUp);

/// The page that makes an account: `POST /sign-up` with `nonce`, `request`,
/// `app`, `name`, `email`, `password`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_up.html")]
pub struct SignUp {
    /// What is around the page.
    pub frame: Frame,
    /// Handle of the pending authorization, sent back as `request`.
    pub request: Option<String>,
    /// Client id of the app that waits, sent back as `app`.
    pub client_id: Option<String>,
    /// Proof that the form is ours, sent back as `nonce`.
    pub nonce: String,
    /// The name that was typed before.
    pub name: String,
    /// The email address that was typed before.
    pub email: String,
    /// The app that waits for the account.
    pub app_name: Option<String>,
    /// What is wrong, by field: `name`, `email`, `password` or "".
    pub problems: Vec<Problem>,
    /// Fewest characters of a password.
    pub min_password: usize,
}

impl SignUp {
    fn summary(&self) -> Problems<'_> {
        Problems {
            frame: &self.frame,
            problems: &self.problems,
            fields: &["name", "email", "password"],
        }
    }

    fn name_field(&self) -> Field<'_> {
        Field {
            id: "name",
            label: self.frame.text("label-name"),
            kind: "text",
            autocomplete: "name",
            value: &self.name,
            problem: problem_of(&self.problems, "name"),
            autofocus: self.problems.is_empty(),
            ..Field::default()
        }
    }

    fn email_field(&self) -> Field<'_> {
        Field {
            id: "email",
            label: self.frame.text("label-email"),
            kind: "email",
            autocomplete: "email",
            value: &self.email,
            problem: problem_of(&self.problems, "email"),
            ..Field::default()
        }
    }

    fn password_field(&self) -> Field<'_> {
        Field {
            id: "password",
            label: self.frame.text("label-password"),
            kind: "password",
            autocomplete: "new-password",
            at_least: Some(self.min_password),
            hint: Some(self.frame.password_hint(self.min_password)),
            problem: problem_of(&self.problems, "password"),
            ..Field::default()
        }
    }

    fn sign_in_href(&self) -> String {
        link::with_request(path::SIGN_IN, self.request.as_deref())
    }
}

impl Page for SignUp {
    const NAME: &'static str = "sign-up";
    const ASKS_PASSWORD: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = Self {
            frame: samples::frame(language),
            request: Some("Zm9v-req_1".to_owned()),
            client_id: Some("app_1".to_owned()),
            nonce: "nonce-1".to_owned(),
            name: String::new(),
            email: String::new(),
            app_name: Some("Task Board".to_owned()),
            problems: Vec::new(),
            min_password: 12,
        };
        let alone = Self {
            request: None,
            client_id: None,
            app_name: None,
            ..usual.clone()
        };
        let failed = Self {
            email: "ada@example".to_owned(),
            problems: vec![
                Problem::new("name", language.text("fault-name-length")),
                Problem::new("email", language.text("fault-email")),
                Problem::new(
                    "password",
                    language.text_of("fault-password-short", &[("min", &12)]),
                ),
            ],
            ..usual.clone()
        };
        let refused = Self {
            name: samples::long_name(),
            email: format!("{}@example.com", "long".repeat(30)),
            problems: vec![Problem::new(
                "",
                language.text_of("throttled", &[("minutes", &15)]),
            )],
            ..usual.clone()
        };
        let branded = Self {
            frame: samples::branded_frame(language),
            ..usual.clone()
        };
        let hostile = Self {
            frame: samples::hostile_frame(language),
            request: Some(HOSTILE.to_owned()),
            client_id: Some(HOSTILE.to_owned()),
            nonce: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
            email: HOSTILE.to_owned(),
            app_name: Some(HOSTILE.to_owned()),
            problems: vec![
                Problem::new("email", Text::of_others(HOSTILE)),
                Problem::new(HOSTILE, Text::of_others(HOSTILE)),
            ],
            min_password: 8,
        };
        vec![usual, alone, failed, refused, branded, hostile]
    }
}
