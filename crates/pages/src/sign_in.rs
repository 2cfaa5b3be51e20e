//! The sign-in page.

use askama::Template;

use crate::field::Field;
use crate::passkeys::PasskeyAsk;
use crate::sign_ins::{Elsewhere, sample_providers};
use crate::{Frame, HOSTILE, Page, Speak, Text, link, path, samples, samples::pages};
use protocol::types::Language;

pages!(SignIn);

/// The sign-in page: `POST /sign-in` with `nonce`, `request`, `app`, `email`, `password`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// What is around the page.
    pub frame: Frame,
    /// Handle of the pending authorization, sent back as `request`.
    pub request: Option<String>,
    /// Client id of the app that waits, sent back as `app`.
    pub client_id: Option<String>,
    /// Proof that the form is ours, sent back as `nonce`.
    pub nonce: String,
    /// What was typed before.
    pub email: String,
    /// The app that waits for the sign-in.
    pub app_name: Option<String>,
    /// Why the last attempt failed.
    pub problem: Option<Text>,
    /// Something to know first, such as that a session has ended.
    pub notice: Option<Text>,
    /// What asks for a passkey, where people may have them.
    pub passkey: Option<PasskeyAsk>,
    /// Other providers at which people can sign in.
    pub providers: Vec<Elsewhere>,
    /// Whether people may make their own account.
    pub sign_up_allowed: bool,
    /// Whether a mail can be sent to whoever forgot their password.
    pub recovery_allowed: bool,
}

impl SignIn {
    fn email_field(&self) -> Field<'_> {
        Field {
            id: "email",
            label: self.frame.text("label-email"),
            kind: "email",
            autocomplete: match self.passkey {
                Some(_) => "username webauthn",
                None => "username",
            },
            value: &self.email,
            shares_problem: self.problem.is_some(),
            autofocus: self.problem.is_none() && self.email.is_empty(),
            ..Field::default()
        }
    }

    fn password_field(&self) -> Field<'_> {
        Field {
            id: "password",
            label: self.frame.text("label-password"),
            kind: "password",
            autocomplete: "current-password",
            shares_problem: self.problem.is_some(),
            autofocus: self.problem.is_none() && !self.email.is_empty(),
            ..Field::default()
        }
    }

    fn recover_href(&self) -> String {
        link::with_request(path::RECOVER, self.request.as_deref())
    }

    fn sign_up_href(&self) -> String {
        link::with_request(path::SIGN_UP, self.request.as_deref())
    }
}

impl Page for SignIn {
    const NAME: &'static str = "sign-in";
    const ASKS_PASSWORD: bool = true;
    const PASSKEYS: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = Self {
            frame: samples::frame(language),
            request: Some("Zm9v-req_1".to_owned()),
            client_id: Some("app_1".to_owned()),
            nonce: "nonce-1".to_owned(),
            email: String::new(),
            app_name: Some("Task Board".to_owned()),
            problem: None,
            notice: None,
            passkey: Some(PasskeyAsk::sample(PasskeyAsk::SIGN_IN)),
            providers: Vec::new(),
            sign_up_allowed: true,
            recovery_allowed: true,
        };
        let alone = Self {
            frame: samples::branded_test_frame(language),
            request: None,
            client_id: None,
            app_name: None,
            passkey: None,
            sign_up_allowed: false,
            recovery_allowed: false,
            ..usual.clone()
        };
        let failed = Self {
            email: "ada@example.com".to_owned(),
            problem: Some(language.text("sign-in-wrong")),
            ..usual.clone()
        };
        let known = Self {
            email: "ada@example.com".to_owned(),
            app_name: Some(samples::long_name()),
            ..usual.clone()
        };
        let cookies_refused = Self {
            problem: Some(language.text_of("no-cookie", &[("host", &"id.example.com")])),
            ..failed.clone()
        };
        let after_sign_up = Self {
            email: "ada@example.com".to_owned(),
            notice: Some(language.text("sign-in-after-sign-up")),
            ..usual.clone()
        };
        let elsewhere = Self {
            providers: sample_providers(),
            ..usual.clone()
        };
        vec![
            elsewhere,
            usual,
            alone,
            failed,
            known,
            cookies_refused,
            after_sign_up,
            hostile(language),
        ]
    }
}

fn hostile(language: Language) -> SignIn {
    SignIn {
        frame: samples::hostile_frame(language),
        request: Some(HOSTILE.to_owned()),
        client_id: Some(HOSTILE.to_owned()),
        nonce: HOSTILE.to_owned(),
        email: HOSTILE.to_owned(),
        app_name: Some(HOSTILE.to_owned()),
        problem: Some(Text::of_others(HOSTILE)),
        notice: Some(Text::of_others(HOSTILE)),
        passkey: Some(PasskeyAsk::hostile(PasskeyAsk::SIGN_IN)),
        providers: vec![Elsewhere {
            name: HOSTILE.to_owned(),
            href: HOSTILE.to_owned(),
        }],
        sign_up_allowed: true,
        recovery_allowed: true,
    }
}
