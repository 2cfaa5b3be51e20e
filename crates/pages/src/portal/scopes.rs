//! What an app asks people for, as its developer chooses it.
use crate::{Frame, HOSTILE, Text};
use askama::Template;
use askama::filters::HtmlSafe;
use protocol::types::Language;

/// The scopes that an app may ask for: a form carries `scopes` (`every` or `some`) and for each box, counted from 1,
/// `scope-name-1` (its scope), `scope-1` and `optional-1` (its scope, where ticked), and `reason-1`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeChoice {
    /// Whether it may ask for every scope that is not restricted.
    pub every: bool,
    /// The scopes that there are to choose from.
    pub boxes: Vec<ScopeBox>,
}

/// A scope that an app may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeBox {
    /// Its name.
    pub name: String,
    /// What it allows.
    pub sentence: Text,
    /// The language of the sentence, if it is known and not the page's.
    pub foreign: Option<Language>,
    /// Whether the app asks for it.
    pub ticked: bool,
    /// Whether the app can do without it.
    pub optional: bool,
    /// Why it asks for it, in its developer's words.
    pub reason: String,
    /// Whether that cannot be taken.
    pub wrong: bool,
}

/// The fields as a page shows them.
#[derive(Template)]
#[template(path = "portal/scopes.html")]
pub(super) struct ScopesShown<'a> {
    pub(super) frame: &'a Frame,
    pub(super) choice: &'a ScopeChoice,
}

impl HtmlSafe for ScopesShown<'_> {}

pub(super) fn usual() -> ScopeChoice {
    let one = |name: &str, ticked, reason: &str| ScopeBox {
        name: name.to_owned(),
        sentence: Text::of_others("Task Board"),
        foreign: None,
        ticked,
        optional: !ticked,
        reason: reason.to_owned(),
        wrong: false,
    };
    ScopeChoice {
        every: false,
        boxes: vec![
            one("tasks:read", true, "Task Board"),
            one("tasks:write", false, ""),
        ],
    }
}

pub(super) fn hostile() -> ScopeChoice {
    ScopeChoice {
        every: false,
        boxes: vec![ScopeBox {
            name: HOSTILE.to_owned(),
            sentence: Text::of_others(HOSTILE),
            foreign: None,
            ticked: true,
            optional: true,
            reason: HOSTILE.to_owned(),
            wrong: true,
        }],
    }
}
