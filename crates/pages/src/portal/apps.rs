//! The list of a developer's apps.
use super::terms::{self, TermsAsked};
use super::{OfferRow, PORTAL, Trail, app_href};
use crate::{Frame, HOSTILE, Page, Speak, Text, samples, samples::pages};
use askama::Template;
use protocol::types::{ClientStatus, Language, Side};

pages!(Apps);

/// The list of the apps that a developer or an organization runs. A deleted one is brought back by `POST`
/// [`Apps::RESTORE`] with `nonce` and `app`; an offered one is taken over by [`Apps::ACCEPT`] or not by
/// [`Apps::DECLINE`], with `nonce` and `transfer`.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/apps.html")]
pub struct Apps {
    /// What is around the page.
    pub frame: Frame,
    /// Where it is.
    pub trail: Trail,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// Whose apps there are to look at, if there are others than their own.
    pub owners: Vec<OwnerTab>,
    /// The number of the organization whose apps are shown.
    pub organization: Option<String>,
    /// Apps that they are offered.
    pub offers: Vec<OfferRow>,
    /// What was just done.
    pub notice: Option<Text>,
    /// How many requests for review wait, for those who look at them.
    pub waiting: Option<usize>,
    /// Words of the button that leads to the form; `None` for whoever may register none.
    pub new: Option<Text>,
    /// Why there is no such button.
    pub closed: Option<Text>,
    /// The terms for developers that they are to accept, because those are others than they accepted.
    pub terms: Option<TermsAsked>,
    /// What they accepted last, and when.
    pub accepted: Option<(TermsAsked, Text)>,
    /// What is sought among them; `None`: they are so few that nothing is sought.
    pub sought: Option<String>,
    /// One page of the apps.
    pub apps: Vec<AppRow>,
    /// Address of the next page.
    pub next_page: Option<String>,
    /// One page of those that can be brought back.
    pub deleted: Vec<DeletedRow>,
    /// Address of the next page of them.
    pub next_deleted: Option<String>,
}

/// Whose apps there are to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerTab {
    /// What they are called.
    pub name: Text,
    /// Where their apps are.
    pub href: String,
    /// Whether they are shown.
    pub current: bool,
}

/// The address of the list of an organization's apps.
#[must_use]
pub fn apps_of(organization: &str) -> String {
    format!("{PORTAL}?organization={organization}")
}

/// An app in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRow {
    /// Its client id.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// The letter shown where there is no logo.
    pub initial: String,
    /// Its logo.
    pub logo_url: Option<String>,
    /// What it may do at the moment.
    pub status: ClientStatus,
    /// Whether somebody has asked for its review, and it is not decided.
    pub waits: bool,
    /// Whether it is for trying things.
    pub side: Side,
    /// When it was last used.
    pub last_used: Option<Text>,
    /// How many people it is connected with, in words.
    pub people: Text,
}

/// An app that was deleted a short time ago.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedRow {
    /// Its client id.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// Until when it can be brought back.
    pub until: Text,
}

impl AppRow {
    fn href(&self) -> String {
        app_href(&self.client_id)
    }
}

impl Apps {
    /// Accepts the terms for developers: `nonce`, `terms-version`.
    pub const TERMS: &str = "/apps/terms";

    /// Brings a deleted app back.
    pub const RESTORE: &str = "/apps/restore";
    /// Takes an app over.
    pub const ACCEPT: &str = "/apps/transfer/accept";
    /// Does not.
    pub const DECLINE: &str = "/apps/transfer/decline";

    fn status(&self, app: &AppRow) -> Option<(Text, &'static str)> {
        status(app.status, app.waits, self.frame.language)
    }

    /// Where all of them are.
    fn all_href(&self) -> String {
        match &self.organization {
            Some(organization) => apps_of(organization),
            None => PORTAL.to_owned(),
        }
    }

    /// Whether something was sought.
    fn seeks(&self) -> bool {
        self.sought
            .as_ref()
            .is_some_and(|sought| !sought.is_empty())
    }

    fn new_href(&self) -> String {
        match &self.organization {
            Some(organization) => format!("{}?organization={organization}", super::NewApp::PATH),
            None => super::NewApp::PATH.to_owned(),
        }
    }
}

/// What a status is called, and how it looks; nothing for what is in order. `waits`: whether somebody has asked for its
/// review, and it is not decided.
pub(super) fn status(
    status: ClientStatus,
    waits: bool,
    language: Language,
) -> Option<(Text, &'static str)> {
    match status {
        ClientStatus::Active => None,
        ClientStatus::Pending if waits => Some((language.text("app-status-pending"), "caution")),
        ClientStatus::Pending => Some((language.text("app-status-draft"), "caution")),
        ClientStatus::Disabled => Some((language.text("app-status-disabled"), "bad")),
    }
}

impl Page for Apps {
    const NAME: &'static str = "apps";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = Apps {
            frame: samples::signed_in_frame(language),
            trail: Trail(vec![
                Text::of_others("Settings"),
                Text::of_others("Developers"),
            ]),
            nonce: "nonce-1".to_owned(),
            owners: owners(language),
            organization: None,
            offers: vec![OfferRow {
                id: "1".to_owned(),
                name: "Task Board".to_owned(),
                offered: Text::of_others("Ada Lovelace"),
            }],
            notice: None,
            waiting: Some(2),
            new: Some(language.text("apps-new")),
            closed: None,
            terms: None,
            accepted: Some((terms::usual(), Text::of_others("2026-11-21 09:14 UTC"))),
            sought: Some("Board".to_owned()),
            apps: vec![
                row(language, "Task Board", ClientStatus::Active, Side::Live),
                row(language, "Task Board", ClientStatus::Active, Side::Test),
                AppRow {
                    last_used: None,
                    ..row(
                        language,
                        &samples::long_name(),
                        ClientStatus::Pending,
                        Side::Live,
                    )
                },
                waiting(language),
                row(language, "Task Board", ClientStatus::Disabled, Side::Live),
            ],
            next_page: Some(format!("{PORTAL}?after=h9XW2pQ0nT4kLr7sVbYc1a")),
            deleted: vec![DeletedRow {
                client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
                name: "Task Board".to_owned(),
                until: Text::of_others("2026-11-21 09:14 UTC"),
            }],
            next_deleted: Some(format!(
                "{PORTAL}?deleted-after=h9XW2pQ0nT4kLr7sVbYc1a#deleted-title"
            )),
        };
        let empty = Apps {
            sought: None,
            apps: Vec::new(),
            owners: Vec::new(),
            offers: Vec::new(),
            next_page: None,
            deleted: Vec::new(),
            next_deleted: None,
            notice: Some(language.text("apps-done-deleted")),
            ..usual.clone()
        };
        let closed = Apps {
            new: None,
            closed: Some(language.text("apps-closed-admin")),
            terms: Some(terms::usual()),
            ..empty.clone()
        };
        let nothing_found = Apps {
            sought: Some("Board".to_owned()),
            notice: None,
            ..empty.clone()
        };
        vec![usual, empty, closed, nothing_found, hostile(language)]
    }
}

fn owners(language: Language) -> Vec<OwnerTab> {
    vec![
        OwnerTab {
            name: language.text("app-owner-yours"),
            href: PORTAL.to_owned(),
            current: true,
        },
        OwnerTab {
            name: Text::of_others("Board Makers Ltd"),
            href: apps_of("1"),
            current: false,
        },
    ]
}

fn row(language: Language, name: &str, status: ClientStatus, side: Side) -> AppRow {
    AppRow {
        client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
        name: name.to_owned(),
        initial: "5".to_owned(),
        logo_url: None,
        status,
        waits: false,
        side,
        last_used: Some(Text::of_others("2026-11-21 09:14 UTC")),
        people: language.text_of("app-people", &[("count", &7)]),
    }
}

fn waiting(language: Language) -> AppRow {
    AppRow {
        waits: true,
        ..row(language, "Task Board", ClientStatus::Pending, Side::Live)
    }
}

fn hostile(language: Language) -> Apps {
    Apps {
        waiting: None,
        frame: samples::hostile_frame(language),
        trail: Trail(vec![Text::of_others(HOSTILE)]),
        nonce: HOSTILE.to_owned(),
        owners: vec![OwnerTab {
            name: Text::of_others(HOSTILE),
            href: HOSTILE.to_owned(),
            current: false,
        }],
        organization: Some(HOSTILE.to_owned()),
        offers: vec![OfferRow {
            id: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
            offered: Text::of_others(HOSTILE),
        }],
        notice: Some(Text::of_others(HOSTILE)),
        new: Some(Text::of_others(HOSTILE)),
        closed: None,
        terms: Some(terms::hostile()),
        accepted: Some((terms::hostile(), Text::of_others(HOSTILE))),
        sought: Some(HOSTILE.to_owned()),
        apps: vec![AppRow {
            client_id: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
            initial: HOSTILE.to_owned(),
            logo_url: Some(HOSTILE.to_owned()),
            status: ClientStatus::Active,
            waits: false,
            side: Side::Live,
            last_used: Some(Text::of_others(HOSTILE)),
            people: Text::of_others(HOSTILE),
        }],
        next_page: Some(HOSTILE.to_owned()),
        next_deleted: Some(HOSTILE.to_owned()),
        deleted: vec![DeletedRow {
            client_id: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
            until: Text::of_others(HOSTILE),
        }],
    }
}
