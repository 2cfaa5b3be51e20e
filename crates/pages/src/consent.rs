//! The consent page: what an app asks for, and the answer.

use askama::Template;

use crate::{Frame, Page, Text, link, path, risk, samples, samples::pages};
use protocol::policy::Risk;
use protocol::types::Language;

pages!(Consent);

/// The consent page: `POST /consent` (for a device `/device/answer`) with
/// `request`, `app`, `nonce`, `shown` and `answer=allow` or `answer=deny`. "Not you?" is `POST /sign-out` with
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
    /// The app that asks.
    pub app: AppCard,
    /// Name of the signed-in person.
    pub account_name: String,
    /// Email address of the signed-in person.
    pub account_email: String,
    /// What the app asks for, in groups.
    pub groups: Vec<ScopeGroup>,
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
    /// Whether the person has not allowed it before.
    pub is_new: bool,
}

impl ScopeLine {
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
    fn takes_away(&self) -> Option<(&str, &str)> {
        None
    }

    /// Whether some of the scopes are new and others were allowed before; only
    /// then does marking the new ones tell anything.
    fn adds_to_earlier(&self) -> bool {
        let mut scopes = self.groups.iter().flat_map(|group| &group.scopes);
        scopes.clone().any(|scope| scope.is_new) && scopes.any(|scope| !scope.is_new)
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
