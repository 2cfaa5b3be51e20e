//! The page where people type the code of a device that has no browser.

use askama::Template;

use crate::field::Field;
use crate::{Frame, HOSTILE, Page, Speak, Text, samples, samples::pages};
use protocol::types::Language;

pages!(DeviceCode);

/// The page where the code is typed: `POST /device/code` with `nonce` and `user_code`.
#[derive(Clone, Debug, Template)]
#[template(path = "device_code.html")]
pub struct DeviceCode {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the form is ours.
    pub nonce: String,
    /// What was typed before, or came with the address.
    pub user_code: String,
    /// Why the last code led nowhere.
    pub problem: Option<Text>,
}

impl DeviceCode {
    /// Where its form goes: the code is looked up.
    pub const LOOK_UP: &str = "/device/code";

    /// Whether the address brought the code, as a QR code does.
    fn came_with_code(&self) -> bool {
        !self.user_code.is_empty() && self.problem.is_none()
    }

    fn code_field(&self) -> Field<'_> {
        Field {
            id: "user_code",
            label: self.frame.text("device-code"),
            kind: "text",
            autocomplete: "off",
            value: &self.user_code,
            shares_problem: self.problem.is_some(),
            autofocus: self.user_code.is_empty() && self.problem.is_none(),
            ..Field::default()
        }
    }
}

impl Page for DeviceCode {
    const NAME: &'static str = "device-code";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = Self {
            frame: samples::signed_in_frame(language),
            nonce: "nonce-1".to_owned(),
            user_code: String::new(),
            problem: None,
        };
        let complete = Self {
            user_code: "WDJB-MJHT".to_owned(),
            ..usual.clone()
        };
        let wrong = Self {
            problem: Some(language.text("device-nowhere")),
            ..complete.clone()
        };
        let hostile = Self {
            frame: samples::hostile_frame(language),
            nonce: HOSTILE.to_owned(),
            user_code: HOSTILE.to_owned(),
            problem: Some(Text::of_others(HOSTILE)),
        };
        vec![usual, complete, wrong, hostile]
    }
}
