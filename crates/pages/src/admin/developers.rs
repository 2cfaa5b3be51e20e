//! Who may register apps where that takes an invitation.
use crate::field::{Field, Problems, problem_of};
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, samples, samples::pages};
use askama::Template;
use protocol::types::Language;

pages!(Developers);

/// Who is invited: `?after=` is the last address of the page before. Its forms carry `nonce`, `email` and, where it is asked,
/// `password`: [`INVITE`](Self::INVITE), [`WITHDRAW`](Self::WITHDRAW).
#[derive(Clone, Debug, Template)]
#[template(path = "admin/developers.html")]
pub struct Developers {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// Whether registering an app takes an invitation; otherwise they count for nothing.
    pub counts: bool,
    /// Who is invited.
    pub invited: Vec<InvitedDeveloperRow>,
    /// The address of the next page.
    pub next_page: Option<String>,
    /// When the page is shown, by which a form that comes twice is known.
    pub shown: i64,
    /// The address that was typed.
    pub email: String,
    /// Whether mail is sent here.
    pub mails: bool,
    /// Whether the password is asked.
    pub asks_password: bool,
    /// What was just done.
    pub notice: Option<Text>,
    /// What is wrong, by field.
    pub problems: Vec<Problem>,
}

/// Somebody who is invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitedDeveloperRow {
    /// Their address.
    pub email: String,
    /// Since when.
    pub since: Text,
}

impl Developers {
    /// Where it is.
    pub const PATH: &str = "/admin/developers";
    /// Invites an address.
    pub const INVITE: &str = "/admin/developers/invite";
    /// Takes an invitation back.
    pub const WITHDRAW: &str = "/admin/developers/withdraw";

    fn summary(&self) -> Problems<'_> {
        Problems {
            frame: &self.frame,
            problems: &self.problems,
            fields: &["email", "password"],
        }
    }

    fn problem(&self, field: &str) -> Option<&Text> {
        problem_of(&self.problems, field)
    }

    fn email_field(&self) -> Field<'_> {
        Field {
            id: "email",
            label: self.frame.text("developers-email"),
            kind: "email",
            autocomplete: "off",
            value: &self.email,
            hint: Some(self.frame.text("developers-email-hint")),
            problem: self.problem("email"),
            ..Field::default()
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

impl Page for Developers {
    const NAME: &'static str = "invited-developers";
    const ASKS_PASSWORD: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let row = |email: &str| InvitedDeveloperRow {
            email: email.to_owned(),
            since: Text::of_others("2026-11-21 09:14 UTC"),
        };
        let usual = Developers {
            frame: samples::signed_in_frame(language),
            nonce: "nonce-1".to_owned(),
            shown: 1_795_000_000,
            counts: true,
            invited: vec![row("ada@example.com"), row("bob@example.com")],
            next_page: Some(format!("{}?after=1", Self::PATH)),
            email: String::new(),
            mails: true,
            asks_password: true,
            notice: Some(language.text("developers-done-invited")),
            problems: Vec::new(),
        };
        let failed = Developers {
            email: "@example".to_owned(),
            notice: None,
            problems: vec![Problem::new(
                "email",
                language.text("developers-email-wrong"),
            )],
            ..usual.clone()
        };
        let none = Developers {
            counts: false,
            invited: Vec::new(),
            next_page: None,
            mails: false,
            asks_password: false,
            notice: None,
            ..usual.clone()
        };
        let hostile = Developers {
            frame: samples::hostile_frame(language),
            nonce: HOSTILE.to_owned(),
            shown: 0,
            invited: vec![InvitedDeveloperRow {
                email: HOSTILE.to_owned(),
                since: Text::of_others(HOSTILE),
            }],
            email: HOSTILE.to_owned(),
            notice: None,
            problems: vec![Problem::new("email", Text::of_others(HOSTILE))],
            ..usual.clone()
        };
        vec![usual, failed, none, hostile]
    }
}
