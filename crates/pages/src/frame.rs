//! What every page has around its content.

use crate::Brand;
use crate::brand::leads_out;
use crate::text::{Arguments, Html, Speak, Text};
use protocol::types::Language;

/// What every page has around its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The language of the page.
    pub language: Language,
    /// Name of the provider, as its users know it.
    pub product: String,
    /// Id of this request, shown small in the footer so that people can quote it.
    pub request_id: String,
    /// Email address of the signed-in person.
    pub signed_in_as: Option<String>,
    /// What else the page shows of the provider's brand.
    pub brand: Brand,
    /// Whether this is the test side, which gets a small marker.
    pub test_side: bool,
    /// Whether the footer links the developer pages: not while an app waits for an answer.
    pub developers: bool,
    /// Where whoever signed in a while ago proves that it is still them, before what takes that: on a portal that asks for no
    /// password itself.
    pub confirm: Option<String>,
    /// Where developers get help: `https:` or `mailto:`. It stands wherever the developer pages are linked, on them, and
    /// where a page tells a developer of an error.
    pub developer_support: Option<String>,
}

/// What templates say with the frame of their page.
impl Frame {
    pub(crate) fn text(&self, id: &'static str) -> Text {
        self.language.text(id)
    }

    pub(crate) fn text_of(&self, id: &'static str, arguments: Arguments<'_>) -> Text {
        self.language.text_of(id, arguments)
    }

    pub(crate) fn html_of(&self, id: &'static str, arguments: Arguments<'_>) -> Html {
        self.language.html_of(id, arguments)
    }

    /// Where developers get help: the words of the link, and its address. An address for mail is shown as it is, so that it
    /// can be read and copied too.
    pub(crate) fn help_for_developers(&self) -> Option<(&str, &str)> {
        let href = self.developer_support.as_deref();
        let href = href.filter(|href| leads_out(href))?;
        let shown = href
            .trim_start_matches("mailto:")
            .trim_start_matches("https://");
        let shown = shown.split(['?', '#']).next().unwrap_or_default();
        Some((shown.trim_end_matches('/'), href))
    }

    /// The title of a page in the browser's title bar: whether something is wrong is said first.
    pub(crate) fn title(&self, title: Text, wrong: bool) -> Text {
        match wrong {
            true => self.text_of("title-problem", &[("title", &title)]),
            false => title,
        }
    }

    /// What stands under a field for a new password.
    pub(crate) fn password_hint(&self, at_least: usize) -> Text {
        self.text_of("password-hint", &[("count", &at_least)])
    }
}
