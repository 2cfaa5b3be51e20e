//! A person's own page.

use askama::Template;

use crate::field::{Field, Problems, problem_of};
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, samples, samples::pages};
use protocol::types::{Language, Session};

pages!(Account);

/// A person's own page. Its forms are [`CHANGE_PASSWORD`](Self::CHANGE_PASSWORD) (`nonce`, `current`, `new`),
/// [`RENAME`](Self::RENAME) (`nonce`, `name`), [`CHANGE_EMAIL`](Self::CHANGE_EMAIL) (`nonce`, `new-email`,
/// `email-password`), [`PROVE_EMAIL`](Self::PROVE_EMAIL) (`nonce`), [`END_SESSION`](Self::END_SESSION) (`nonce`,
/// `session`), [`END_OTHER_SESSIONS`](Self::END_OTHER_SESSIONS) (`nonce`), [`END_ALL_SESSIONS`](Self::END_ALL_SESSIONS) (`nonce`, `whose`) and `POST /sign-out` (`nonce`).
#[derive(Clone, Debug, Template)]
#[template(path = "account.html")]
pub struct Account {
    /// What is around the page.
    pub frame: Frame,
    /// Name of the person.
    pub name: String,
    /// Email address of the person.
    pub email: String,
    /// Whether the address is proved.
    pub email_proved: bool,
    /// Whether name, address and password are kept here, and not by the company's own login.
    pub kept_here: bool,
    /// Whether a second factor of theirs is proved here, and not at the company's own login.
    pub second_here: bool,
    /// Whether there are other providers, with which people can sign in.
    pub has_providers: bool,
    /// What is wrong with mail to the address, in a sentence.
    pub mail_trouble: Option<Text>,
    /// Whether mails are sent, so that addresses can be proved and changed.
    pub sends_mail: bool,
    /// The language that the person chose, in words.
    pub language: Text,
    /// Their time zone.
    pub zone: Text,
    /// What was typed into the form for another address.
    pub new_email: String,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// Whose account it is, for a form that comes when the session is over.
    pub whose: String,
    /// Where the person is signed in: one page of it.
    pub sessions: Vec<SessionLine>,
    /// Address of the next page of sessions.
    pub next_page: Option<String>,
    /// What was just done.
    pub notice: Option<Text>,
    /// What is wrong, by field: `name`, `new-email`, `email-password`, `current`, `new` or "".
    pub problems: Vec<Problem>,
    /// Fewest characters of a password.
    pub min_password: usize,
}

/// One browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLine {
    /// What `POST /account/sessions/end` gets as `session`.
    pub id: String,
    /// The browser in words.
    pub browser: Text,
    /// When it signed in, in words.
    pub started: Text,
    /// When it was last used, in words.
    pub active: Text,
    /// Whether it is the one that shows the page.
    pub current: bool,
}

/// What a browser is called, from what it calls itself.
#[must_use]
pub fn browser_text(session: &Session, language: Language) -> Text {
    match session.browser_and_system() {
        (Some(browser), Some(system)) => {
            language.text_of("browser-on", &[("browser", &browser), ("system", &system)])
        }
        (Some(name), None) | (None, Some(name)) => Text::of_others(name),
        (None, None) => language.text("browser-unknown"),
    }
}

impl Account {
    /// Where its form for another password goes.
    pub const CHANGE_PASSWORD: &str = "/account/password";
    /// Where its form for another name goes.
    pub const RENAME: &str = "/account/name";
    /// Where its form for another address goes.
    pub const CHANGE_EMAIL: &str = "/account/email";
    /// Where the link is asked for that proves the address.
    pub const PROVE_EMAIL: &str = "/account/email/prove";
    /// Signs one browser out.
    pub const END_SESSION: &str = "/account/sessions/end";
    /// Signs every browser out but this one.
    pub const END_OTHER_SESSIONS: &str = "/account/sessions/end-others";
    /// Signs every browser out.
    pub const END_ALL_SESSIONS: &str = "/account/sessions/end-all";

    fn summary(&self) -> Problems<'_> {
        Problems {
            frame: &self.frame,
            problems: &self.problems,
            fields: &["name", "new-email", "email-password", "current", "new"],
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
            ..Field::default()
        }
    }

    fn new_email_field(&self) -> Field<'_> {
        Field {
            id: "new-email",
            label: self.frame.text("account-email-label"),
            kind: "email",
            autocomplete: "email",
            value: &self.new_email,
            problem: problem_of(&self.problems, "new-email"),
            ..Field::default()
        }
    }

    fn email_password_field(&self) -> Field<'_> {
        Field {
            id: "email-password",
            label: self.frame.text("label-current-password"),
            kind: "password",
            autocomplete: "current-password",
            problem: problem_of(&self.problems, "email-password"),
            ..Field::default()
        }
    }

    fn current_field(&self) -> Field<'_> {
        Field {
            id: "current",
            label: self.frame.text("label-current-password"),
            kind: "password",
            autocomplete: "current-password",
            problem: problem_of(&self.problems, "current"),
            ..Field::default()
        }
    }

    fn new_field(&self) -> Field<'_> {
        Field {
            id: "new",
            label: self.frame.text("label-new-password"),
            kind: "password",
            autocomplete: "new-password",
            at_least: Some(self.min_password),
            hint: Some(self.frame.password_hint(self.min_password)),
            problem: problem_of(&self.problems, "new"),
            ..Field::default()
        }
    }
}

impl Page for Account {
    const NAME: &'static str = "account";
    const ASKS_PASSWORD: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = usual(language);
        let changed = Account {
            notice: Some(language.text("account-done-password")),
            sessions: usual.sessions[..1].to_vec(),
            next_page: None,
            ..usual.clone()
        };
        let unproved = Account {
            email_proved: false,
            ..usual.clone()
        };
        let bounced = Account {
            mail_trouble: Some(language.text("account-trouble-bounce")),
            ..usual.clone()
        };
        let without_mail = Account {
            sends_mail: false,
            ..usual.clone()
        };
        let kept_elsewhere = Account {
            kept_here: false,
            second_here: false,
            has_providers: false,
            sends_mail: false,
            ..usual.clone()
        };
        let from_provider = Account {
            has_providers: true,
            ..kept_elsewhere.clone()
        };
        let failed = Account {
            problems: vec![
                Problem::new("current", language.text("account-wrong-password")),
                Problem::new(
                    "new",
                    language.text_of("fault-password-short", &[("min", &12)]),
                ),
            ],
            ..usual.clone()
        };
        let empty = Account {
            name: String::new(),
            sessions: Vec::new(),
            next_page: None,
            ..usual.clone()
        };
        vec![
            usual,
            changed,
            unproved,
            bounced,
            without_mail,
            kept_elsewhere,
            from_provider,
            failed,
            empty,
            hostile(language),
        ]
    }
}

fn usual(language: Language) -> Account {
    let session = |id: &str, browser: &str, started: &str, current| SessionLine {
        id: id.to_owned(),
        browser: language.text_of("browser-on", &[("browser", &browser), ("system", &"Linux")]),
        started: Text::of_others(started),
        active: Text::of_others("2026-11-21 09:20 UTC"),
        current,
    };
    Account {
        frame: samples::signed_in_frame(language),
        name: "Ada Lovelace".to_owned(),
        email: "ada@example.com".to_owned(),
        kept_here: true,
        second_here: true,
        has_providers: true,
        email_proved: true,
        mail_trouble: None,
        sends_mail: true,
        language: Text::of_others(language.own_name()),
        zone: Text::of_others("Europe/Berlin"),
        new_email: String::new(),
        nonce: "nonce-1".to_owned(),
        whose: "1.proof".to_owned(),
        sessions: vec![
            session("s1", "Firefox", "2026-11-21 09:14 UTC", true),
            session("s2", "Safari", "2026-11-18 22:40 UTC", false),
            session("s3", "Chrome", "2026-11-02 11:05 UTC", false),
        ],
        next_page: Some("/account?after=s3".to_owned()),
        notice: None,
        problems: Vec::new(),
        min_password: 12,
    }
}

fn hostile(language: Language) -> Account {
    Account {
        frame: samples::hostile_frame(language),
        name: HOSTILE.to_owned(),
        email: HOSTILE.to_owned(),
        kept_here: true,
        second_here: true,
        has_providers: true,
        email_proved: false,
        mail_trouble: Some(Text::of_others(HOSTILE)),
        sends_mail: true,
        language: Text::of_others(HOSTILE),
        zone: Text::of_others(HOSTILE),
        new_email: HOSTILE.to_owned(),
        nonce: HOSTILE.to_owned(),
        whose: HOSTILE.to_owned(),
        sessions: vec![SessionLine {
            id: HOSTILE.to_owned(),
            browser: Text::of_others(HOSTILE.repeat(3)),
            started: Text::of_others(HOSTILE),
            active: Text::of_others(HOSTILE),
            current: false,
        }],
        next_page: Some(HOSTILE.to_owned()),
        notice: Some(Text::of_others(HOSTILE)),
        problems: vec![
            Problem::new("new", Text::of_others(HOSTILE)),
            Problem::new(HOSTILE, Text::of_others(HOSTILE)),
        ],
        min_password: 8,
    }
}
