//! The pages that rest on reading a mailbox: asking for a mail, and what its link leads to.

use askama::Template;

use crate::field::{Field, Problems, problem_of};
use crate::passkeys::PasskeyAsk;
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, link, path, samples, samples::pages};
use protocol::types::Language;

pages!(AskAddress, ChoosePassword, ConfirmLink);

/// What a mail is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// A new account: `POST /sign-up`.
    SignUp,
    /// A new password: `POST /recover`.
    Recovery,
}

/// The page that asks for an address to send a mail to: `nonce`, `request`, `app`, `email`.
#[derive(Clone, Debug, Template)]
#[template(path = "ask_address.html")]
pub struct AskAddress {
    /// What is around the page.
    pub frame: Frame,
    /// For what.
    pub asks: Asks,
    /// Handle of the pending authorization, sent back as `request`.
    pub request: Option<String>,
    /// Client id of the app that waits, sent back as `app`.
    pub client_id: Option<String>,
    /// Proof that the form is ours, sent back as `nonce`.
    pub nonce: String,
    /// The address that was typed before.
    pub email: String,
    /// The app that waits.
    pub app_name: Option<String>,
    /// What is wrong: `email` or "".
    pub problems: Vec<Problem>,
}

impl AskAddress {
    fn summary(&self) -> Problems<'_> {
        Problems {
            frame: &self.frame,
            problems: &self.problems,
            fields: &["email"],
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
            autofocus: self.problems.is_empty(),
            ..Field::default()
        }
    }

    fn title(&self) -> Text {
        match self.asks {
            Asks::SignUp => self.frame.text("sign-up-title"),
            Asks::Recovery => self.frame.text("recover-title"),
        }
    }

    fn action(&self) -> &'static str {
        match self.asks {
            Asks::SignUp => path::SIGN_UP,
            Asks::Recovery => path::RECOVER,
        }
    }

    fn sign_in_href(&self) -> String {
        link::with_request(path::SIGN_IN, self.request.as_deref())
    }
}

impl Page for AskAddress {
    const NAME: &'static str = "ask-address";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = AskAddress {
            frame: samples::frame(language),
            asks: Asks::SignUp,
            request: Some("Zm9v-req_1".to_owned()),
            client_id: Some("app_1".to_owned()),
            nonce: "nonce-1".to_owned(),
            email: String::new(),
            app_name: Some("Task Board".to_owned()),
            problems: Vec::new(),
        };
        let recovery = AskAddress {
            asks: Asks::Recovery,
            email: "ada@example.com".to_owned(),
            app_name: None,
            ..usual.clone()
        };
        let failed = AskAddress {
            email: format!("{}@example", "long".repeat(30)),
            problems: vec![Problem::new("email", language.text("fault-email"))],
            ..usual.clone()
        };
        let hostile = AskAddress {
            frame: samples::hostile_frame(language),
            request: Some(HOSTILE.to_owned()),
            client_id: Some(HOSTILE.to_owned()),
            nonce: HOSTILE.to_owned(),
            email: HOSTILE.to_owned(),
            app_name: Some(HOSTILE.to_owned()),
            problems: vec![
                Problem::new("email", Text::of_others(HOSTILE)),
                Problem::new("", Text::of_others(HOSTILE)),
            ],
            ..usual.clone()
        };
        vec![usual, recovery, failed, hostile]
    }
}

/// The page behind a link for a new account (`POST /link/join` with `nonce`, `link`, `name`, `password`) or a new
/// password (`POST /link/password` with `nonce`, `link`, `password`, and `code`, `proved` or `earlier`).
#[derive(Clone, Debug, Template)]
#[template(path = "choose_password.html")]
pub struct ChoosePassword {
    /// What is around the page.
    pub frame: Frame,
    /// The link, sent back as `link`.
    pub link: String,
    /// Proof that the form is ours, sent back as `nonce`.
    pub nonce: String,
    /// The address that the link has proved.
    pub email: String,
    /// The name that was typed, for a new account.
    pub name: Option<String>,
    /// What goes with it, for an account whose address nobody had proved.
    pub notice: Option<Text>,
    /// Whether a code of their second factor is asked for too.
    pub asks_code: bool,
    /// What asks for a passkey in its place.
    pub passkey: Option<PasskeyAsk>,
    /// That one was proved already, sent back as `proved`.
    pub proved: Option<String>,
    /// Whether a password from before may be typed, sent back as `earlier`, which takes back second factors.
    pub asks_earlier: bool,
    /// What is wrong, by field: `name`, `password`, `code`, `earlier` or "".
    pub problems: Vec<Problem>,
    /// Fewest characters of a password.
    pub min_password: usize,
}

impl ChoosePassword {
    /// Makes the account that a link was sent for.
    pub const JOIN: &str = "/link/join";
    /// Sets the password that a link was sent for.
    pub const CHOOSE: &str = "/link/password";

    fn summary(&self) -> Problems<'_> {
        let fields: &[&str] = match self.name {
            Some(_) => &["name", "password"],
            None if self.asks_code => &["password", "code"],
            None if self.asks_earlier => &["password", "earlier"],
            None => &["password"],
        };
        Problems {
            frame: &self.frame,
            problems: &self.problems,
            fields,
        }
    }

    fn name_field<'a>(&'a self, name: &'a str) -> Field<'a> {
        Field {
            id: "name",
            label: self.frame.text("label-name"),
            kind: "text",
            autocomplete: "name",
            value: name,
            problem: problem_of(&self.problems, "name"),
            autofocus: self.problems.is_empty(),
            ..Field::default()
        }
    }

    fn title(&self) -> Text {
        match self.name {
            Some(_) => self.frame.text("link-join-title"),
            None => self.frame.text("link-password-title"),
        }
    }

    fn password_field(&self) -> Field<'_> {
        Field {
            id: "password",
            label: if self.name.is_some() {
                self.frame.text("label-password")
            } else {
                self.frame.text("label-new-password")
            },
            kind: "password",
            autocomplete: "new-password",
            at_least: Some(self.min_password),
            hint: Some(self.frame.password_hint(self.min_password)),
            problem: problem_of(&self.problems, "password"),
            autofocus: self.name.is_none() && self.problems.is_empty(),
            ..Field::default()
        }
    }

    fn earlier_field(&self) -> Field<'_> {
        Field {
            id: "earlier",
            label: self.frame.text("link-earlier-password"),
            kind: "password",
            autocomplete: "current-password",
            hint: Some(self.frame.text("link-earlier-hint")),
            optional: true,
            problem: problem_of(&self.problems, "earlier"),
            ..Field::default()
        }
    }

    fn code_field(&self) -> Field<'_> {
        Field {
            id: "code",
            label: self.frame.text("link-password-code"),
            kind: "text",
            autocomplete: "one-time-code",
            problem: problem_of(&self.problems, "code"),
            ..Field::default()
        }
    }

    /// Samples with a second factor, which is proved or taken back.
    fn samples_of_second_factors(&self, language: Language) -> Vec<Self> {
        let with_code = ChoosePassword {
            asks_code: true,
            problems: vec![Problem::new("code", language.text("second-wrong"))],
            ..self.clone()
        };
        let by_passkey = ChoosePassword {
            asks_code: true,
            passkey: Some(PasskeyAsk::sample(PasskeyAsk::NEW_PASSWORD)),
            ..self.clone()
        };
        let proved = ChoosePassword {
            proved: Some("1.device.2.tag".to_owned()),
            ..self.clone()
        };
        let restored = ChoosePassword {
            notice: Some(language.text("link-restored")),
            asks_earlier: true,
            problems: vec![Problem::new("earlier", language.text("link-wrong-earlier"))],
            ..self.clone()
        };
        vec![with_code, by_passkey, proved, restored]
    }
}

impl Page for ChoosePassword {
    const NAME: &'static str = "choose-password";
    const ASKS_PASSWORD: bool = true;
    const PASSKEYS: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let join = ChoosePassword {
            frame: samples::frame(language),
            link: "ml_1".to_owned(),
            nonce: "nonce-1".to_owned(),
            email: "ada@example.com".to_owned(),
            name: Some(String::new()),
            notice: None,
            asks_code: false,
            asks_earlier: false,
            passkey: None,
            proved: None,
            problems: Vec::new(),
            min_password: 12,
        };
        let recover = ChoosePassword {
            name: None,
            ..join.clone()
        };
        let taken_over = ChoosePassword {
            notice: Some(language.text("link-taken")),
            ..recover.clone()
        };
        let failed = ChoosePassword {
            name: Some(samples::long_name()),
            email: format!("{}@example.com", "long".repeat(30)),
            problems: vec![
                Problem::new("name", language.text("fault-name-length")),
                Problem::new(
                    "password",
                    language.text_of("fault-password-short", &[("min", &12)]),
                ),
            ],
            ..join.clone()
        };
        let hostile = ChoosePassword {
            frame: samples::hostile_frame(language),
            link: HOSTILE.to_owned(),
            nonce: HOSTILE.to_owned(),
            email: HOSTILE.to_owned(),
            name: Some(HOSTILE.to_owned()),
            notice: Some(Text::of_others(HOSTILE)),
            asks_code: false,
            asks_earlier: false,
            passkey: Some(PasskeyAsk::hostile(PasskeyAsk::NEW_PASSWORD)),
            proved: Some(HOSTILE.to_owned()),
            problems: vec![
                Problem::new("password", Text::of_others(HOSTILE)),
                Problem::new("", Text::of_others(HOSTILE)),
            ],
            min_password: 8,
        };
        let second = recover.samples_of_second_factors(language);
        [
            vec![join, recover, taken_over],
            second,
            vec![failed, hostile],
        ]
        .concat()
    }
}

/// What a link does where no password is typed: `POST /link/confirm` with `nonce`, `link` and `without` of `password`.
#[derive(Clone, Debug)]
pub struct Otherwise {
    /// What happens.
    pub sentence: Text,
    /// Words on the button.
    pub label: Text,
}

/// The page behind a link that proves an address for an account, in a browser that is not signed in to it:
/// `POST /link/confirm` with `nonce`, `link`, `password`. Where nothing is asked, a [`Notice`](crate::Notice) posts the
/// same.
#[derive(Clone, Debug, Template)]
#[template(path = "confirm_link.html")]
pub struct ConfirmLink {
    /// What is around the page.
    pub frame: Frame,
    /// The link, sent back as `link`.
    pub link: String,
    /// Proof that the form is ours, sent back as `nonce`.
    pub nonce: String,
    /// What it does, in a few words.
    pub title: Text,
    /// What happens.
    pub sentence: Text,
    /// What the person of the account is called.
    pub name: String,
    /// The address that the account has now.
    pub email: String,
    /// Words on the button.
    pub label: Text,
    /// What it does without a password.
    pub otherwise: Option<Otherwise>,
    /// What is wrong: `password` or "".
    pub problems: Vec<Problem>,
}

impl ConfirmLink {
    /// Where the form goes.
    pub const ACTION: &'static str = "/link/confirm";

    fn summary(&self) -> Problems<'_> {
        Problems {
            frame: &self.frame,
            problems: &self.problems,
            fields: &["password"],
        }
    }

    fn password_field(&self) -> Field<'_> {
        Field {
            id: "password",
            label: match self.otherwise {
                Some(_) => self.frame.text("link-earlier-password"),
                None => self.frame.text("link-account-password"),
            },
            kind: "password",
            autocomplete: "current-password",
            problem: problem_of(&self.problems, "password"),
            autofocus: self.problems.is_empty(),
            ..Field::default()
        }
    }
}

impl Page for ConfirmLink {
    const NAME: &'static str = "confirm-link";
    const ASKS_PASSWORD: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = ConfirmLink {
            frame: samples::frame(language),
            link: "ml_1".to_owned(),
            nonce: "nonce-1".to_owned(),
            title: language.text("link-proof-title"),
            sentence: language.text_of("link-proof", &[("email", &"ada@example.com")]),
            name: "Ada Lovelace".to_owned(),
            email: "ada@example.com".to_owned(),
            label: language.text("link-proof-button"),
            otherwise: None,
            problems: Vec::new(),
        };
        let takes_back = ConfirmLink {
            title: language.text("link-not-you-title"),
            sentence: language.text("link-takes-back"),
            label: language.text("link-takes-back-button"),
            otherwise: Some(Otherwise {
                sentence: language.text("link-ends-otherwise"),
                label: language.text("link-ends-button"),
            }),
            ..usual.clone()
        };
        let failed = ConfirmLink {
            problems: vec![Problem::new(
                "password",
                language.text("link-wrong-password"),
            )],
            name: samples::long_name(),
            email: format!("{}@example.com", "long".repeat(30)),
            ..usual.clone()
        };
        let text = || HOSTILE.to_owned();
        let hostile = ConfirmLink {
            frame: samples::hostile_frame(language),
            link: text(),
            nonce: text(),
            title: Text::of_others(HOSTILE),
            sentence: Text::of_others(HOSTILE),
            name: text(),
            email: text(),
            label: Text::of_others(HOSTILE),
            otherwise: Some(Otherwise {
                sentence: Text::of_others(HOSTILE),
                label: Text::of_others(HOSTILE),
            }),
            problems: vec![
                Problem::new("password", Text::of_others(HOSTILE)),
                Problem::new("", Text::of_others(HOSTILE)),
            ],
        };
        vec![usual, failed, takes_back, hostile]
    }
}
