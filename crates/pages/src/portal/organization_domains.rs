//! The domains that an organization proves to be its own.
use crate::field::{Field, Problems, problem_of};
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, samples, samples::pages};
use askama::Template;
use protocol::types::{DomainFault, Language};

pages!(OrganizationDomains);

/// The domains of an organization, for its owners. Its forms carry `nonce`, `organization` and `domain`:
/// [`ADD`](Self::ADD), [`CHECK`](Self::CHECK), [`REMOVE`](Self::REMOVE).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/organization_domains.html")]
pub struct OrganizationDomains {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// What the form that lists one is known by when it comes twice.
    pub once: String,
    /// Number of the organization.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The domains.
    pub domains: Vec<DomainRow>,
    /// The name that was typed.
    pub typed_name: String,
    /// What was just done.
    pub notice: Option<Text>,
    /// What is wrong, by field.
    pub problems: Vec<Problem>,
}

/// One of those domains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainRow {
    /// Its name, in its ASCII form.
    pub name: String,
    /// Where its file is to be.
    pub url: String,
    /// What the file has to hold.
    pub token: String,
    /// Whether it is proved.
    pub state: DomainState,
    /// When the file was looked for last, in words.
    pub looked: Option<Text>,
    /// What was found in its place.
    pub found: Option<DomainFault>,
}

/// Whether a domain is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainState {
    /// Not yet, or no more.
    Waiting,
    /// Since when, in words.
    Proved(Text),
    /// Until when, in words: its file is not found any more.
    Failing(Text),
}

/// The address of that page of an organization.
#[must_use]
pub fn organization_domains_href(id: &str) -> String {
    format!("{}/domains", super::organization_href(id))
}

impl OrganizationDomains {
    /// Lists one, to be proved.
    pub const ADD: &str = "/organizations/domains/add";
    /// Looks for its file.
    pub const CHECK: &str = "/organizations/domains/check";
    /// Takes one out.
    pub const REMOVE: &str = "/organizations/domains/remove";

    fn summary(&self) -> Problems<'_> {
        Problems {
            frame: &self.frame,
            problems: &self.problems,
            fields: &["domain"],
        }
    }

    fn found_text(&self, found: &DomainFault) -> Text {
        let language = self.frame.language;
        match found {
            DomainFault::Away => language.text("domain-found-nothing"),
            DomainFault::Redirect => language.text("domain-found-redirect"),
            DomainFault::Large => language.text("domain-found-large"),
            DomainFault::Status(status) => {
                language.text_of("domain-found-status", &[("status", &usize::from(*status))])
            }
            DomainFault::Other => language.text("domain-found-other"),
        }
    }

    fn name_field(&self) -> Field<'_> {
        Field {
            id: "domain",
            label: self.frame.text("domain-name"),
            kind: "text",
            autocomplete: "off",
            value: &self.typed_name,
            hint: Some(self.frame.text("domain-name-hint")),
            problem: problem_of(&self.problems, "domain"),
            ..Field::default()
        }
    }
}

impl Page for OrganizationDomains {
    const NAME: &'static str = "organization-domains";
    const COPIES: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let row = |state, found| DomainRow {
            name: "boards.example".to_owned(),
            url: "https://boards.example/.well-known/valetkey-domain.txt".to_owned(),
            token: "domain-h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
            state,
            looked: Some(Text::of_others("2026-11-21 09:14 UTC")),
            found,
        };
        let moment = || Text::of_others("2026-11-21 09:14 UTC");
        let waiting = DomainRow {
            looked: None,
            ..row(DomainState::Waiting, None)
        };
        let usual = OrganizationDomains {
            frame: samples::signed_in_frame(language),
            nonce: "nonce-1".to_owned(),
            once: "once-1".to_owned(),
            id: "1".to_owned(),
            name: "Board Makers Ltd".to_owned(),
            domains: vec![row(DomainState::Proved(moment()), None), waiting],
            typed_name: String::new(),
            notice: Some(language.text("domain-done-added")),
            problems: Vec::new(),
        };
        let none = OrganizationDomains {
            domains: Vec::new(),
            notice: None,
            ..usual.clone()
        };
        let wrong = OrganizationDomains {
            domains: vec![
                row(DomainState::Waiting, Some(DomainFault::Status(404))),
                row(DomainState::Waiting, Some(DomainFault::Other)),
                row(DomainState::Waiting, Some(DomainFault::Redirect)),
                row(DomainState::Waiting, Some(DomainFault::Large)),
                row(DomainState::Failing(moment()), Some(DomainFault::Away)),
            ],
            typed_name: "boards".to_owned(),
            notice: None,
            problems: vec![Problem::new("domain", language.text("domain-wrong"))],
            ..usual.clone()
        };
        let hostile = OrganizationDomains {
            frame: samples::hostile_frame(language),
            nonce: HOSTILE.to_owned(),
            once: HOSTILE.to_owned(),
            id: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
            domains: vec![DomainRow {
                name: HOSTILE.to_owned(),
                url: HOSTILE.to_owned(),
                token: HOSTILE.to_owned(),
                state: DomainState::Proved(Text::of_others(HOSTILE)),
                looked: Some(Text::of_others(HOSTILE)),
                found: None,
            }],
            typed_name: HOSTILE.to_owned(),
            notice: Some(Text::of_others(HOSTILE)),
            problems: vec![Problem::new("domain", Text::of_others(HOSTILE))],
        };
        vec![usual, none, wrong, hostile]
    }
}
