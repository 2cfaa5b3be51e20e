//! A person's sign-ins at other providers.
use crate::{Frame, HOSTILE, Page, Speak, Text, samples, samples::pages};
use askama::Template;
use protocol::types::Language;

pages!(SignIns);

/// A provider at which people can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// What it is called.
    pub name: String,
    /// Where a browser is sent to it; of a form, its id.
    pub href: String,
}

/// One of a person's sign-ins at other providers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedLine {
    /// What the provider is called.
    pub provider: String,
    /// Who they are there, as people know it.
    pub label: String,
    /// Since when it is there, and when it was used last, in words.
    pub times: Text,
    /// What its form carries: where, and the id there.
    pub carried: (String, String),
}

/// A person's sign-ins at other providers. Its forms are [`ADD`](Self::ADD) (`nonce`, `provider`) and
/// [`REMOVE`](Self::REMOVE) (`nonce`, `source`, `id`).
#[derive(Clone, Debug, Template)]
#[template(path = "sign_ins.html")]
pub struct SignIns {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// What was just done.
    pub notice: Option<Text>,
    /// What is wrong.
    pub problem: Option<Text>,
    /// Those that there are.
    pub linked: Vec<LinkedLine>,
    /// Those that can be added: their names and ids.
    pub others: Vec<Elsewhere>,
    /// Whether one of them must stay, since nothing else leads in.
    pub last: bool,
}

impl SignIns {
    /// Where it is.
    pub const PATH: &str = "/account/sign-ins";
    /// Where its form goes that adds one.
    pub const ADD: &str = "/account/sign-ins/add";
    /// Where its form goes that takes one away.
    pub const REMOVE: &str = "/account/sign-ins/remove";
}

impl Page for SignIns {
    const NAME: &'static str = "sign-ins";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let line = |provider: &str, id: &str| LinkedLine {
            provider: provider.to_owned(),
            label: "ada@example.com".to_owned(),
            times: language.text_of("upstream-since", &[("time", &"2026-11-02 11:05 UTC")]),
            carried: ("https://login.acme.example".to_owned(), id.to_owned()),
        };
        let usual = SignIns {
            frame: samples::signed_in_frame(language),
            nonce: "nonce-1".to_owned(),
            notice: None,
            problem: None,
            linked: vec![line("Acme", "1"), line("Board Makers Ltd", "2")],
            others: sample_providers(),
            last: false,
        };
        let added = SignIns {
            notice: Some(language.text("upstream-done-added")),
            others: Vec::new(),
            ..usual.clone()
        };
        let none = SignIns {
            linked: Vec::new(),
            ..usual.clone()
        };
        let last = SignIns {
            linked: usual.linked[..1].to_vec(),
            problem: Some(language.text("upstream-last")),
            last: true,
            ..usual.clone()
        };
        let hostile = SignIns {
            frame: samples::hostile_frame(language),
            nonce: HOSTILE.to_owned(),
            notice: Some(Text::of_others(HOSTILE)),
            problem: Some(Text::of_others(HOSTILE)),
            linked: vec![LinkedLine {
                provider: HOSTILE.to_owned(),
                label: HOSTILE.to_owned(),
                times: Text::of_others(HOSTILE),
                carried: (HOSTILE.to_owned(), HOSTILE.to_owned()),
            }],
            others: vec![Elsewhere {
                name: HOSTILE.to_owned(),
                href: HOSTILE.to_owned(),
            }],
            last: false,
        };
        vec![usual, added, none, last, hostile]
    }
}

/// Two providers, as samples show them.
pub(crate) fn sample_providers() -> Vec<Elsewhere> {
    [("Acme", "acme"), ("Board Makers Ltd", "board")]
        .map(|(name, id)| Elsewhere {
            name: name.to_owned(),
            href: crate::path::upstream(id),
        })
        .to_vec()
}
