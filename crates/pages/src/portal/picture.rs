//! The forms that give an app or an organization a picture, and take it away.
use crate::{Frame, Text};
use askama::Template;
use askama::filters::HtmlSafe;

/// They carry `nonce` and what says whose picture it is; the first one `file`.
#[derive(Template)]
#[template(path = "portal/picture.html")]
pub(super) struct PictureForms<'a> {
    pub(super) frame: &'a Frame,
    pub(super) nonce: &'a str,
    /// The field that says whose picture it is, and what is in it.
    pub(super) whose: (&'static str, &'a str),
    pub(super) logo_url: Option<&'a str>,
    /// Where the two go.
    pub(super) paths: (&'static str, &'static str),
    /// Where people see it.
    pub(super) hint: Text,
    pub(super) problem: Option<&'a Text>,
}

impl HtmlSafe for PictureForms<'_> {}
