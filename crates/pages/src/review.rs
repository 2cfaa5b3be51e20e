//! What developers and administrators both see of a request for review: what was asked, and what was said.
use crate::{Frame, HOSTILE, Speak, Text};
use askama::Template;
use askama::filters::HtmlSafe;
use protocol::apps::review::{Part, ReviewState};
use protocol::types::Language;

/// A restricted scope that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedScope {
    /// Its name.
    pub name: String,
    /// What it allows; empty for one that is no more.
    pub sentence: Text,
    /// Why it is asked for, in the developer's words.
    pub reason: String,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// Who.
    pub who: Text,
    /// When.
    pub when: Text,
    /// What, in their words.
    pub text: String,
}

/// What was said about a request, in order.
#[derive(Template)]
#[template(path = "parts/talk.html")]
pub(crate) struct Talk<'a>(pub(crate) &'a [Saying]);

impl HtmlSafe for Talk<'_> {}

/// What is asked for.
#[derive(Template)]
#[template(path = "parts/asked.html")]
pub(crate) struct AskedFor<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) whole: bool,
    pub(crate) scopes: &'a [AskedScope],
}

impl HtmlSafe for AskedFor<'_> {}

/// What a state is called, and how it looks.
pub(crate) fn state(state: ReviewState, language: Language) -> (Text, &'static str) {
    match state {
        ReviewState::Open => (language.text("review-open"), "caution"),
        ReviewState::AskedBack => (language.text("review-asked-back"), "caution"),
        ReviewState::Approved => (language.text("review-approved"), "good"),
        ReviewState::Refused => (language.text("review-refused"), "bad"),
        ReviewState::Withdrawn => (language.text("review-withdrawn"), "plain"),
    }
}

/// What a part of an app is called.
#[must_use]
pub fn part_text(part: Part, language: Language) -> Text {
    match part {
        Part::Name => language.text("app-name"),
        Part::Homepage => language.text("app-homepage"),
        Part::Description => language.text("app-description"),
        Part::Publisher => language.text("review-publisher"),
        Part::Logo => language.text("review-logo"),
        Part::PrivacyPolicy => language.text("app-privacy"),
        Part::Terms => language.text("app-terms"),
        Part::Support => language.text("app-support"),
        Part::Contact => language.text("app-contact"),
        Part::Kind => language.text("review-kind"),
        Part::RedirectUris => language.text("app-redirect-uri"),
        Part::Grants => language.text("review-grants"),
        Part::Scopes => language.text("app-scopes"),
        Part::OptionalScopes => language.text("review-optional"),
        Part::Reasons => language.text("review-reasons"),
    }
}

pub(crate) fn sample_scopes() -> Vec<AskedScope> {
    vec![AskedScope {
        name: "tasks:read".to_owned(),
        sentence: Text::of_others("See your tasks and lists"),
        reason: "Task Board".to_owned(),
    }]
}

pub(crate) fn sample_talk() -> Vec<Saying> {
    let one = |who: &str| Saying {
        who: Text::of_others(who),
        when: Text::of_others("2026-11-21 09:14 UTC"),
        text: "Task Board\nTask Board".to_owned(),
    };
    vec![one("Ada Lovelace"), one("Acme Tasks")]
}

pub(crate) fn hostile_scopes() -> Vec<AskedScope> {
    vec![AskedScope {
        name: HOSTILE.to_owned(),
        sentence: Text::of_others(HOSTILE),
        reason: HOSTILE.to_owned(),
    }]
}

pub(crate) fn hostile_talk() -> Vec<Saying> {
    vec![Saying {
        who: Text::of_others(HOSTILE),
        when: Text::of_others(HOSTILE),
        text: HOSTILE.to_owned(),
    }]
}
