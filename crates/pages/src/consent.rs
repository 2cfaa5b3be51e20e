//! The consent page: what an app asks for, and the answer.

use askama::Template;

use crate::{Frame, Left, Page, Text, Workspace, link, path, risk, samples, samples::pages};
use protocol::consent::Breadth;
use protocol::policy::Risk;
use protocol::types::Language;

pages!(Consent);

/// The consent page: `POST /consent` (for a device `/device/answer`) with
/// `request`, `app`, `nonce`, `shown` and `answer=allow` or `answer=deny`; `breadth`, and `scope-1` (a scope) for each box
/// that is ticked; `organization` where there are workspaces. "Not you?" is `POST /sign-out` with
/// `nonce` and `request`.
#[derive(Clone, Debug, Template)]
#[template(path = "consent.html")]
pub struct Consent {
    /// What is around the page.
    pub frame: Frame,
    /// Handle of the pending authorization, or `device-` and the user code.
    pub request: String,
    /// Client id of the app, sent back as `app`: it is named even when the request is forgotten.
    pub client_id: String,
    /// Proof that the form is ours.
    pub nonce: String,
    /// Proof of what the page shows, sent back as `shown`: nothing else is allowed by it.
    pub shown: String,
    /// Why the page is shown again.
    pub notice: Option<Text>,
    /// What is to be told of an app that was not reviewed, where others are.
    pub caution: Option<Text>,
    /// The host of an app that is known by a document there: what can be relied on of it.
    pub host: Option<String>,
    /// The app that asks.
    pub app: AppCard,
    /// Name of the signed-in person.
    pub account_name: String,
    /// Email address of the signed-in person.
    pub account_email: String,
    /// What the app asks for, in groups: what is new, where something is.
    pub groups: Vec<ScopeGroup>,
    /// What else it asks for, which the person allowed before.
    pub earlier: Vec<ScopeGroup>,
    /// How much of it is allowed, where the app did not say what it needs.
    pub breadth: Option<BreadthChoice>,
    /// How long it lasts.
    pub lasts: Text,
    /// For whom it can be let in; empty where people do so for their own account alone.
    pub workspaces: Vec<Workspace>,
    /// Whether it is told the person's name or address whatever it asks for.
    pub is_told_of_person: bool,
    /// Where the app is.
    pub asks_from: AsksFrom,
    /// Words of the button that allows.
    pub allow: Text,
    /// The language of those words, if it is known and not the page's.
    pub allow_foreign: Option<Language>,
}

impl Consent {
    /// Where the answer goes while a device waits for it.
    pub const ANSWER_DEVICE: &str = "/device/answer";
}

/// Where the app is that asks, and so where the answer goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AsksFrom {
    /// A website: the browser goes back to it.
    Website {
        /// Its host.
        host: String,
    },
    /// A program on this very computer.
    ThisComputer {
        /// Its host and port.
        host: String,
    },
    /// A device without a browser; the answer is `POST /device/answer`.
    Device {
        /// The code that it shows.
        user_code: String,
    },
}

impl AsksFrom {
    fn action(&self) -> &'static str {
        match self {
            AsksFrom::Website { .. } | AsksFrom::ThisComputer { .. } => path::CONSENT,
            AsksFrom::Device { .. } => Consent::ANSWER_DEVICE,
        }
    }
}

/// Who the app is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppCard {
    /// Name of the app.
    pub name: String,
    /// Letter shown when there is no logo.
    pub initial: String,
    /// Logo, served by us or a `data:` address.
    pub logo_url: Option<String>,
    /// Who publishes the app.
    pub publisher: String,
    /// The picture of a publisher that has proved a domain.
    pub publisher_logo: Option<String>,
    /// The domains that the publisher has proved to be its own.
    pub domains: Vec<String>,
    /// Address of the app's website; a link only if it is `http` or `https`.
    pub homepage: String,
    /// Host of the website, as shown.
    pub homepage_host: String,
    /// Whether the provider has looked at the app.
    pub reviewed: bool,
}

/// Scopes that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeGroup {
    /// Heading; "" for none.
    pub title: String,
    /// The language of the heading, if it is known and not the page's.
    pub foreign: Option<Language>,
    /// The scopes of the group.
    pub scopes: Vec<ScopeLine>,
}

/// One scope in plain words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeLine {
    /// The scope as the app wrote it.
    pub name: String,
    /// What it allows, continuing "would like to:".
    pub sentence: String,
    /// The language of the sentence, if it is known and not the page's.
    pub foreign: Option<Language>,
    /// Why the app asks for it, in the app's own words.
    pub reason: Option<String>,
    /// How much harm it can do.
    pub risk: Risk,
    /// The box of its own, where it has one.
    pub tick: Option<Tick>,
}

/// A box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick {
    /// Which one of the page, from 1 on.
    pub number: usize,
    /// Whether it is ticked.
    pub ticked: bool,
    /// Whether the app cannot do without it.
    pub required: bool,
    /// Whether it is no box to be seen: the form says that it was allowed before.
    pub hidden: bool,
}

/// The ways to answer an app that did not say what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreadthChoice {
    /// The one that is chosen.
    pub chosen: Breadth,
    /// Whether some of it only looks, and some does not.
    pub reading: bool,
}

impl BreadthChoice {
    fn ways(&self) -> impl Iterator<Item = Breadth> {
        let reading = self.reading;
        let offered = move |way: &Breadth| *way != Breadth::Reading || reading;
        Breadth::ALL.into_iter().filter(offered)
    }
}

/// What a way is called.
pub(crate) fn breadth_words(way: Breadth) -> &'static str {
    match way {
        Breadth::Everything => "consent-everything",
        Breadth::Reading => "consent-reading",
        Breadth::Ticked => "consent-ticked",
    }
}

/// Above this many scopes, each group can be folded away.
const LONG: usize = 10;

/// Whether so many scopes are shown in groups that can be folded away.
pub(crate) fn is_long(groups: &[ScopeGroup]) -> bool {
    groups.iter().map(|group| group.scopes.len()).sum::<usize>() > LONG
}

impl ScopeGroup {
    /// Whether it is shown unfolded: it holds what does more than look, or what must be ticked.
    pub(crate) fn is_open(&self) -> bool {
        let matters = |scope: &ScopeLine| {
            scope.risk != Risk::Read || scope.shown_tick().is_some_and(|tick| tick.required)
        };
        self.scopes.iter().any(matters)
    }

    /// What it can do besides looking, each once.
    pub(crate) fn flags(&self) -> Vec<(Risk, &'static str)> {
        let mut flags = Vec::new();
        for scope in &self.scopes {
            if let Some(flag) = scope.flag()
                && !flags.contains(&(scope.risk, flag))
            {
                flags.push((scope.risk, flag));
            }
        }
        flags
    }
}

impl ScopeLine {
    /// The box, where it is to be seen.
    pub(crate) fn shown_tick(&self) -> Option<Tick> {
        self.tick.filter(|tick| !tick.hidden)
    }

    pub(crate) fn flag(&self) -> Option<&'static str> {
        risk::flag(self.risk)
    }
}

impl AppCard {
    pub(crate) fn homepage_href(&self) -> Option<&str> {
        link::web_address(&self.homepage)
    }
}

impl Consent {
    /// Nothing is taken away here.
    fn takes_away(&self) -> Option<(&str, &str, &str)> {
        None
    }

    /// Whether a scope is new, where others were allowed before.
    fn is_new(&self, scope: &ScopeLine) -> bool {
        let had = |group: &ScopeGroup| group.scopes.contains(scope);
        !self.earlier.is_empty() && !self.earlier.iter().any(had)
    }

    fn is_long(&self) -> bool {
        is_long(&self.groups)
    }

    /// What is said of the boxes, where some of it or all has one.
    fn hint(&self) -> Option<&'static str> {
        let mut scopes = self.groups.iter().flat_map(|group| &group.scopes);
        let has_box = |scope: &ScopeLine| scope.shown_tick().is_some();
        match (scopes.clone().any(has_box), scopes.all(has_box)) {
            (false, _) => None,
            (true, false) => Some("consent-boxes"),
            (true, true) => Some("consent-tick"),
        }
    }

    fn asks_for_nothing(&self) -> bool {
        self.groups.iter().all(|group| group.scopes.is_empty())
    }

    fn account_initial(&self) -> String {
        let shown = [&self.account_name, &self.account_email];
        let first = shown.iter().find_map(|text| text.trim().chars().next());
        first.map_or_else(String::new, |letter| letter.to_uppercase().collect())
    }
}

impl Page for Consent {
    const NAME: &'static str = "consent";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        samples::consents(language)
    }
}
