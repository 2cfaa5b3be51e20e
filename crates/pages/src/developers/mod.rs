//! The developer pages: what an app has to know of a provider, made from its configuration. The chapters are
//! written in Markdown; people read them as pages, machines as one document.
mod call;
mod chapters;
mod markdown;
mod offer;
mod own;
mod samples;

pub use chapters::{Chapter, chapters, whole};
pub use offer::{
    ApiRow, Apps, Device, Endpoint, Endpoints, ErrorCode, ErrorDescription, ErrorTable, Extra,
    Grants, House, Lives, Offer, Published, Requests, ScopeRow, ScopeTable, TestSide, Tokens,
};

pub use own::{AppRequest, FieldValue, OwnApp, Program, Programs, app_request, programs};
pub(crate) use samples::sample_programs;

use crate::{Frame, Page, samples::pages};
use askama::Template;
use markdown::{Anchor, Rendered, render};
use protocol::types::Language;

pages!(DeveloperPage);

/// A chapter as a page.
#[derive(Clone, Debug, Template)]
#[template(path = "developers/page.html")]
pub struct DeveloperPage {
    /// What is around the page.
    pub frame: Frame,
    /// What the paths of these pages stand behind: a page may have other paths too, and names the one that is its own.
    pub base: String,
    /// All chapters with their places in the table of contents: path and title.
    pub contents: Vec<(&'static str, &'static str)>,
    /// The chapter.
    pub chapter: Chapter,
}

impl DeveloperPage {
    /// Every chapter of an offer, as pages with this frame.
    #[must_use]
    pub fn all(offer: &Offer, frame: &Frame) -> Vec<DeveloperPage> {
        let chapters = chapters(offer);
        let contents: Vec<_> = chapters
            .iter()
            .map(|chapter| (chapter.path, chapter.title))
            .collect();
        let page = |chapter| DeveloperPage {
            frame: frame.clone(),
            base: offer.base.clone(),
            contents: contents.clone(),
            chapter,
        };
        chapters.into_iter().map(page).collect()
    }

    fn rendered(&self) -> Rendered {
        render(&self.chapter.body)
    }

    fn is_current(&self, path: &str) -> bool {
        self.chapter.path == path
    }

    fn next(&self) -> Option<&(&'static str, &'static str)> {
        let mut rest = self.contents.iter();
        rest.find(|(path, _)| self.is_current(path))?;
        rest.next()
    }
}

/// Whether a page is long enough to need a table of its sections.
fn is_worth_listing(anchors: &[Anchor]) -> bool {
    anchors.len() > 2
}

impl Page for DeveloperPage {
    const TRANSLATED: bool = false;
    const NAME: &'static str = "developers";
    const COPIES: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(_: Language) -> Vec<Self> {
        samples::pages()
    }
}
