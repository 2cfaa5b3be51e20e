//! Pages that say one thing: every error, and "you have already answered".

use askama::Template;

use crate::{Frame, HOSTILE, Page, Text, samples, samples::pages};
use protocol::types::Language;

pages!(Notice);

/// A page that says one thing.
#[derive(Clone, Debug, Template)]
#[template(path = "notice.html")]
pub struct Notice {
    /// What is around the page.
    pub frame: Frame,
    /// What happened, in a few words.
    pub title: Text,
    /// What it means and what to do.
    pub sentence: Text,
    /// The OAuth error code, for the app's developer.
    pub code: Option<String>,
    /// Where developers read about that error.
    pub help: Option<String>,
    /// Label and value of facts that help to find the cause.
    pub details: Vec<(String, String)>,
    /// Where to go from here.
    pub next: Option<Next>,
}

/// Where to go from a [`Notice`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// Words on the button.
    pub label: Text,
    /// An address of ours, or one from the app's registration.
    pub href: String,
    /// Hidden fields: if present, the button posts a form instead of following a link.
    pub post: Option<Vec<(String, String)>>,
}

impl Page for Notice {
    const NAME: &'static str = "notice";

    fn samples(language: Language) -> Vec<Self> {
        vec![
            plain(language),
            for_developers(language),
            answered(language),
            bare(language),
            branded(language),
            hostile(language),
        ]
    }
}

fn plain(language: Language) -> Notice {
    Notice {
        frame: samples::frame(language),
        title: Text::of_others("This sign-in has expired"),
        sentence: Text::of_others(
            "You took longer than ten minutes. Go back to the app and start again.",
        ),
        code: None,
        help: None,
        details: Vec::new(),
        next: Some(Next {
            label: Text::of_others("Start again"),
            href: "/sign-in".to_owned(),
            post: None,
        }),
    }
}

fn branded(language: Language) -> Notice {
    Notice {
        frame: samples::branded_frame(language),
        ..plain(language)
    }
}

fn for_developers(language: Language) -> Notice {
    let detail = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    Notice {
        title: Text::of_others("This app sent you here with a wrong return address"),
        sentence: Text::of_others(
            "You have not been signed in to the app, and nothing was shared with it. \
                   Tell the people who make it.",
        ),
        code: Some("invalid_redirect_uri".to_owned()),
        help: Some("/developers/errors#invalid_request".to_owned()),
        details: vec![
            detail("App", "Task Board"),
            detail(
                "Sent",
                "https://board.example.org/oauth/callback/?tenant=7f1c90aa5bb04f0d9be1",
            ),
            detail("Registered", "https://board.example.org/oauth/callback"),
        ],
        next: None,
        ..plain(language)
    }
}

fn answered(language: Language) -> Notice {
    Notice {
        frame: samples::signed_in_frame(language),
        title: Text::of_others("You have already answered"),
        sentence: Text::of_others("Task Board has your answer. You can close this page."),
        next: Some(Next {
            label: Text::of_others("Ask me again"),
            href: "/consent".to_owned(),
            post: Some(vec![("request".to_owned(), "Zm9v-req_1".to_owned())]),
        }),
        ..plain(language)
    }
}

fn bare(language: Language) -> Notice {
    Notice {
        frame: samples::branded_test_frame(language),
        title: Text::of_others("There is nothing here"),
        sentence: Text::of_others("The address may be mistyped."),
        next: None,
        ..plain(language)
    }
}

fn hostile(language: Language) -> Notice {
    Notice {
        frame: samples::hostile_frame(language),
        title: Text::of_others(HOSTILE),
        sentence: Text::of_others(HOSTILE),
        code: Some(HOSTILE.to_owned()),
        help: Some("/developers/errors#invalid_request".to_owned()),
        details: vec![(HOSTILE.to_owned(), HOSTILE.repeat(4))],
        next: Some(Next {
            label: Text::of_others(HOSTILE),
            href: HOSTILE.to_owned(),
            post: Some(vec![(HOSTILE.to_owned(), HOSTILE.to_owned())]),
        }),
    }
}
