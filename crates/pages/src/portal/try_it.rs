//! The page on which a developer makes a link, and finds programs with the app's own values in them.
use super::{Trail, app_href, playground_href};
use crate::developers::{OwnApp, Program, Programs, sample_programs};
use crate::{Frame, HOSTILE, Page, Text, samples, samples::pages};
use askama::Template;
use protocol::types::{GrantType, Language, Side};

pages!(TryPage);

/// The link builder and the programs. `?redirect=` is where the person comes back to; `scope-1` and so on are ticked
/// scopes.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/try.html")]
pub struct TryPage {
    /// What is around the page.
    pub frame: Frame,
    /// Where it is.
    pub trail: Trail,
    /// The app's client id.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// Whether it is for trying things.
    pub side: Side,
    /// Whether it has a secret.
    pub keeps_secret: bool,
    /// Where people may be sent back, each with whether it is chosen.
    pub redirect_uris: Vec<(String, bool)>,
    /// What it may ask for.
    pub scopes: Vec<TryScope>,
    /// The link; `None` where the app sends nobody.
    pub link: Option<BuiltLink>,
    /// The programs.
    pub programs: Vec<Programs>,
    /// The client id of the live app whose playground there is.
    pub playground: Option<String>,
}

/// A scope to tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TryScope {
    /// Its name.
    pub name: String,
    /// What it allows.
    pub sentence: Text,
    /// The language of the sentence, if it is known and not the page's.
    pub foreign: Option<Language>,
    /// Whether it is in the link.
    pub ticked: bool,
}

/// A link to which a person is sent, and what the app has to remember with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltLink {
    /// The link.
    pub url: String,
    /// What comes back unchanged.
    pub state: String,
    /// What proves that who exchanges the code asked for it.
    pub verifier: String,
}

/// The address of an app's link builder and programs.
#[must_use]
pub fn try_href(client_id: &str) -> String {
    format!("{}/try", app_href(client_id))
}

impl TryPage {
    fn href(&self) -> String {
        app_href(&self.client_id)
    }

    fn try_href(&self) -> String {
        try_href(&self.client_id)
    }

    fn title_of(&self, program: &Program) -> Text {
        let frame = &self.frame;
        match program {
            Program::Link => frame.text("try-link-program"),
            Program::Exchange => frame.text("try-exchange"),
            Program::TokenInfo => frame.text("try-token-info"),
            Program::Refresh => frame.text("try-refresh"),
            Program::Revoke => frame.text("try-revoke"),
            Program::DeviceCodes => frame.text("try-device-codes"),
            Program::DevicePoll => frame.text("try-device-poll"),
            Program::ClientCredentials => frame.text("try-client-credentials"),
        }
    }
}

impl Page for TryPage {
    const NAME: &'static str = "try";
    const COPIES: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let own = OwnApp {
            client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
            redirect_uri: Some("https://board.example.org/oauth/callback".to_owned()),
            scope: "tasks:read".to_owned(),
            keeps_secret: true,
            grants: GrantType::ALL.to_vec(),
        };
        let scope = |name: &str, ticked| TryScope {
            name: name.to_owned(),
            sentence: Text::of_others("See your tasks and lists"),
            foreign: (language != Language::English).then_some(Language::English),
            ticked,
        };
        let usual = TryPage {
            frame: samples::signed_in_frame(language),
            trail: Trail(vec![Text::of_others("Settings")]),
            client_id: own.client_id.clone(),
            name: "Task Board".to_owned(),
            side: Side::Test,
            keeps_secret: true,
            redirect_uris: vec![
                ("https://board.example.org/oauth/callback".to_owned(), true),
                (
                    "https://board.example.org/oauth/callback/?tenant=7f1c90aa5bb04f0d9be1"
                        .to_owned(),
                    false,
                ),
            ],
            scopes: vec![scope("tasks:read", true), scope("tasks:write", false)],
            link: Some(BuiltLink {
                url: "https://board.example.org/oauth/callback".to_owned(),
                state: "0123456789abcdef".to_owned(),
                verifier: "0123456789abcdef".to_owned(),
            }),
            programs: sample_programs(&own),
            playground: Some(own.client_id.clone()),
        };
        let machine = TryPage {
            side: Side::Live,
            redirect_uris: Vec::new(),
            scopes: Vec::new(),
            link: None,
            playground: None,
            ..usual.clone()
        };
        let hostile = hostile(&usual, own);
        vec![usual, machine, hostile]
    }
}

fn hostile(usual: &TryPage, own: OwnApp) -> TryPage {
    TryPage {
        frame: samples::hostile_frame(usual.frame.language),
        trail: Trail(vec![Text::of_others(HOSTILE)]),
        client_id: HOSTILE.to_owned(),
        name: HOSTILE.to_owned(),
        keeps_secret: false,
        redirect_uris: vec![(HOSTILE.to_owned(), true), (HOSTILE.to_owned(), false)],
        scopes: vec![TryScope {
            name: HOSTILE.to_owned(),
            sentence: Text::of_others(HOSTILE),
            ..usual.scopes[0].clone()
        }],
        link: Some(BuiltLink {
            url: HOSTILE.to_owned(),
            state: HOSTILE.to_owned(),
            verifier: HOSTILE.to_owned(),
        }),
        programs: sample_programs(&OwnApp {
            client_id: HOSTILE.to_owned(),
            redirect_uri: Some(HOSTILE.to_owned()),
            scope: HOSTILE.to_owned(),
            ..own
        }),
        playground: Some(HOSTILE.to_owned()),
        ..usual.clone()
    }
}
