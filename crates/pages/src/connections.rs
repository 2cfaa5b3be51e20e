//! The apps that a person let in.
use crate::{
    AppCard, Frame, HOSTILE, Page, ScopeGroup, ScopeLine, Speak, Text, samples, samples::pages,
};
use askama::Template;
use protocol::policy::Risk;
use protocol::types::Language;

pages!(ConnectedApps, ConnectedApp);

/// What the page of a connected app begins with: its client id follows.
const OF_ONE: &str = "/account/apps/";

/// A client id as one segment of a path: one that is a URL has characters that would be read as more (RFC 3986 §3.3).
fn segment(client_id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let written = client_id.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    written.collect()
}

/// The apps that a person let in: one page of the list. `name` in the address is a part of their names. An end is taken
/// back by `POST` [`ConnectedApp::CHANGE`] with `nonce`, `app`, `organization` and `wish=restore`.
#[derive(Clone, Debug, Template)]
#[template(path = "connected_apps.html")]
pub struct ConnectedApps {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// What was just done.
    pub notice: Option<Text>,
    /// A part of the names of those that are shown; empty for all.
    pub name: String,
    /// One page of them.
    pub apps: Vec<ConnectedRow>,
    /// Address of the next page.
    pub next_page: Option<String>,
}

/// An app in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedRow {
    /// Its client id.
    pub client_id: String,
    /// The organization that it is let in for: its id and name; `None`: the person's own account.
    pub organization: Option<(String, String)>,
    /// Who it is.
    pub app: AppCard,
    /// Since when it is connected, in words.
    pub since: Text,
    /// When it was last used, in words; `None`: not yet.
    pub used: Option<Text>,
    /// When it was handed to whoever runs it now, in words, if that was since it was let in.
    pub handed_over: Option<Text>,
    /// Whether it is kept out, or no more connected.
    pub state: RowState,
}

/// Whether an app is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowState {
    /// It is.
    Connected,
    /// It is kept out for now.
    Paused,
    /// It was removed a short time ago.
    Removed,
}

impl ConnectedRow {
    fn href(&self) -> String {
        ConnectedApp::href(&self.client_id, self.organization_id())
    }

    fn organization_id(&self) -> &str {
        self.organization.as_ref().map_or("", |(id, _)| id)
    }
}

impl ConnectedApps {
    /// Where it is.
    pub const PATH: &str = "/account/apps";
}

/// An app that a person let in: who it is and what it may do. Its form is [`CHANGE`](Self::CHANGE) (`nonce`, `app`,
/// `organization`, `wish`: `pause`, `resume`, `end`, `restore`, or `narrow` with the `scope` that is taken away).
#[derive(Clone, Debug, Template)]
#[template(path = "connected_app.html")]
pub struct ConnectedApp {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// What was just done.
    pub notice: Option<Text>,
    /// Its client id.
    pub client_id: String,
    /// The organization that it is let in for: its id and name; `None`: the person's own account.
    pub organization: Option<(String, String)>,
    /// Who it is.
    pub app: AppCard,
    /// What it may do, in groups.
    pub groups: Vec<ScopeGroup>,
    /// Since when it is connected, in words.
    pub since: Text,
    /// When it was last allowed something, if that was later.
    pub allowed: Option<Text>,
    /// When it was last used, in words; `None`: not yet.
    pub used: Option<Text>,
    /// When it was handed to whoever runs it now, in words, if that was since it was let in.
    pub handed_over: Option<Text>,
    /// Whether it is let in.
    pub state: RowState,
    /// How long a removal can be undone, in words; `None` where there is none to undo.
    pub until: Option<Text>,
    /// How long an API that reads tokens itself may let the app in after its end, in words; `None` where each one asks.
    pub unheard: Option<Text>,
}

impl ConnectedApp {
    /// Its route.
    pub const PATH: &str = "/account/apps/{app}";
    /// Where its form goes.
    pub const CHANGE: &str = "/account/apps/change";

    /// The page of an app, as it is let in for an organization: its id, or empty for the person's own account.
    #[must_use]
    pub fn href(client_id: &str, organization: &str) -> String {
        let client_id = segment(client_id);
        match organization.is_empty() {
            true => format!("{OF_ONE}{client_id}"),
            false => format!("{OF_ONE}{client_id}?organization={organization}"),
        }
    }

    fn organization_id(&self) -> &str {
        self.organization.as_ref().map_or("", |(id, _)| id)
    }

    /// What a form carries that takes one scope away; none where there is only one, or none to take.
    fn takes_away(&self) -> Option<(&str, &str, &str)> {
        let scopes: usize = self.groups.iter().map(|group| group.scopes.len()).sum();
        let may = scopes > 1 && self.state != RowState::Removed;
        may.then_some((&self.nonce, &self.client_id, self.organization_id()))
    }

    /// Nothing is marked as new here.
    fn is_new(&self, _: &ScopeLine) -> bool {
        false
    }

    fn is_long(&self) -> bool {
        crate::consent::is_long(&self.groups)
    }
}

impl Page for ConnectedApps {
    const NAME: &'static str = "connected-apps";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let row = |name: &str, state| ConnectedRow {
            client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
            organization: None,
            app: samples::app_card(name),
            since: Text::of_others("2026-11-21"),
            used: (state == RowState::Connected).then(|| Text::of_others("2026-11-22 10:00")),
            handed_over: (state == RowState::Paused).then(|| Text::of_others("2026-11-22 10:00")),
            state,
        };
        let usual = ConnectedApps {
            frame: samples::signed_in_frame(language),
            nonce: "nonce-1".to_owned(),
            notice: None,
            name: String::new(),
            apps: vec![
                row("Task Board", RowState::Connected),
                ConnectedRow {
                    organization: Some(("51".to_owned(), "Board Makers Ltd".to_owned())),
                    ..row("Task Board", RowState::Connected)
                },
                row("tasks-cli", RowState::Paused),
                row("Acme Tasks", RowState::Removed),
            ],
            next_page: Some("/account/apps?after=1764374400.7".to_owned()),
        };
        let none = ConnectedApps {
            apps: Vec::new(),
            next_page: None,
            ..usual.clone()
        };
        let not_found = ConnectedApps {
            name: "Task Board".to_owned(),
            ..none.clone()
        };
        let hostile = ConnectedApps {
            frame: samples::hostile_frame(language),
            nonce: HOSTILE.to_owned(),
            notice: Some(Text::of_others(HOSTILE)),
            name: HOSTILE.to_owned(),
            apps: vec![ConnectedRow {
                client_id: HOSTILE.to_owned(),
                organization: Some((HOSTILE.to_owned(), HOSTILE.to_owned())),
                app: samples::app_card(HOSTILE),
                since: Text::of_others(HOSTILE),
                used: Some(Text::of_others(HOSTILE)),
                handed_over: Some(Text::of_others(HOSTILE)),
                state: RowState::Removed,
            }],
            next_page: Some(HOSTILE.to_owned()),
        };
        vec![usual, none, not_found, hostile]
    }
}

impl Page for ConnectedApp {
    const NAME: &'static str = "connected-app";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = ConnectedApp {
            frame: samples::signed_in_frame(language),
            nonce: "nonce-1".to_owned(),
            notice: None,
            client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
            organization: None,
            app: samples::app_card("Task Board"),
            groups: samples::scope_groups(language),
            since: Text::of_others("2026-11-02"),
            allowed: Some(Text::of_others("2026-11-21")),
            used: Some(Text::of_others("2026-11-22 10:00")),
            handed_over: Some(Text::of_others("2026-11-22 10:00")),
            state: RowState::Connected,
            until: None,
            unheard: None,
        };
        let paused = ConnectedApp {
            organization: Some(("51".to_owned(), "Board Makers Ltd".to_owned())),
            notice: Some(language.text("connections-done-pause")),
            state: RowState::Paused,
            unheard: Some(language.text_of("time-minutes", &[("count", &5.to_string())])),
            ..usual.clone()
        };
        let removed = ConnectedApp {
            allowed: None,
            used: None,
            handed_over: None,
            state: RowState::Removed,
            until: Some(Text::of_others("2026-11-22 10:00")),
            unheard: Some(language.text_of("time-minutes", &[("count", &5.to_string())])),
            ..usual.clone()
        };
        let nothing = ConnectedApp {
            groups: Vec::new(),
            ..usual.clone()
        };
        let hostile = ConnectedApp {
            frame: samples::hostile_frame(language),
            nonce: HOSTILE.to_owned(),
            notice: Some(Text::of_others(HOSTILE)),
            client_id: HOSTILE.to_owned(),
            organization: Some((HOSTILE.to_owned(), HOSTILE.to_owned())),
            app: samples::app_card(HOSTILE),
            since: Text::of_others(HOSTILE),
            used: Some(Text::of_others(HOSTILE)),
            until: Some(Text::of_others(HOSTILE)),
            unheard: Some(Text::of_others(HOSTILE)),
            state: RowState::Removed,
            ..usual.clone()
        };
        vec![usual, paused, removed, nothing, hostile]
    }
}
