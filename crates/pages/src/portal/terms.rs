//! The terms for developers: what is to be accepted, and what was.
use crate::{Frame, HOSTILE, Text, link};
use askama::Template;
use askama::filters::HtmlSafe;

/// The tick by which a developer accepts them.
pub const DEVELOPER_TERMS: &str = "developer-terms";

/// Terms that are to be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsAsked {
    /// Where they can be read.
    pub url: String,
    /// What the operator calls this version of them; empty: nothing.
    pub version: String,
}

impl TermsAsked {
    pub(super) fn href(&self) -> Option<&str> {
        link::web_address(&self.url)
    }
}

/// The tick on a form.
#[derive(Template)]
#[template(path = "portal/terms_tick.html")]
pub(super) struct TermsTick<'a> {
    pub(super) frame: &'a Frame,
    pub(super) asked: &'a TermsAsked,
    pub(super) problem: Option<&'a Text>,
}

impl HtmlSafe for TermsTick<'_> {}

pub(super) fn usual() -> TermsAsked {
    TermsAsked {
        url: "https://tasks.example/terms".to_owned(),
        version: "2026-11-21".to_owned(),
    }
}

pub(super) fn hostile() -> TermsAsked {
    TermsAsked {
        url: HOSTILE.to_owned(),
        version: HOSTILE.to_owned(),
    }
}
