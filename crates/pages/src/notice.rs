//! Pages that say one thing: every error, and "you have already answered".

use askama::Template;

use crate::{Frame, HOSTILE, Page, Speak, Text, samples, samples::pages};
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
    pub details: Vec<(Text, Text)>,
    /// Where the app's developer finds out more: words and address of ours. On a page that tells of no error, where else
    /// whoever reads it can go.
    pub links: Vec<(Text, String)>,
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

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        vec![
            plain(language),
            signed_out(language),
            for_developers(language),
            answered(language),
            bare(language),
            branded(language),
            hostile(language),
        ]
        .into_iter()
        .chain(not_signed_in(language))
        .collect()
    }
}

/// The ends of a sign-in at the company's own login, or at another provider, that signs nobody in.
fn not_signed_in(language: Language) -> impl Iterator<Item = Notice> {
    let notice = move |title: Text, sentence: Text, again: &'static str| Notice {
        title,
        sentence,
        next: Some(Next {
            label: language.text(again),
            href: "/sign-in".to_owned(),
            post: None,
        }),
        ..plain(language)
    };
    let of_company = [
        "handoff-other-browser",
        "handoff-late",
        "handoff-used",
        "handoff-unknown",
        "handoff-refused",
        "sign-in-disabled",
    ]
    .map(|id| {
        let title = language.text("handoff-failed-title");
        notice(title, language.text(id), "handoff-again")
    });
    let second = notice(
        language.text("second-elsewhere-title"),
        language.text_of("second-elsewhere", &[("product", &"Acme Tasks")]),
        "handoff-again",
    );
    let of_provider = [
        ("upstream-failed-title", "upstream-denied"),
        ("upstream-away-title", "upstream-away"),
        ("upstream-failed-title", "upstream-wrong"),
        ("upstream-not-done-title", "upstream-not-anew"),
        ("upstream-failed-title", "upstream-other-browser"),
        ("upstream-failed-title", "upstream-late"),
        ("upstream-failed-title", "upstream-used"),
        ("upstream-failed-title", "upstream-unknown"),
        ("upstream-failed-title", "upstream-no-account"),
    ]
    .map(|(title, id)| {
        let named = |id: &'static str| language.text_of(id, &[("provider", &"Acme")]);
        notice(named(title), named(id), "upstream-again")
    });
    of_company.into_iter().chain([second]).chain(of_provider)
}

fn plain(language: Language) -> Notice {
    Notice {
        frame: samples::frame(language),
        title: language.text("expired-title"),
        sentence: language.text_of("expired-of-app", &[("app", &"Task Board")]),
        code: None,
        help: None,
        details: Vec::new(),
        links: Vec::new(),
        next: Some(Next {
            label: language.text("notice-start-again"),
            href: "/sign-in".to_owned(),
            post: None,
        }),
    }
}

fn signed_out(language: Language) -> Notice {
    let there = language.text_of("upstream-sign-out", &[("provider", &"Acme")]);
    Notice {
        title: language.text("signed-out-title"),
        sentence: language.text("signed-out-apps"),
        links: vec![(there, "https://login.acme.example/end".to_owned())],
        ..plain(language)
    }
}

fn branded(language: Language) -> Notice {
    Notice {
        frame: samples::branded_frame(language),
        ..plain(language)
    }
}

fn for_developers(language: Language) -> Notice {
    let sent = "https://board.example.org/oauth/callback/?tenant=7f1c90aa5bb04f0d9be1";
    Notice {
        title: language.text("wrong-link-title"),
        sentence: language.text_of("wrong-link-return", &[("app", &"Task Board")]),
        code: Some("invalid_redirect_uri".to_owned()),
        help: Some("/developers/errors#invalid_request".to_owned()),
        details: vec![
            (
                language.text("wrong-link-what"),
                language.text("wrong-uri-unregistered"),
            ),
            (language.text("wrong-link-sent"), Text::of_others(sent)),
        ],
        links: vec![
            (
                language.text("wrong-link-check"),
                "/apps/h9XW2pQ0nT4kLr7sVbYc1a?check=https%3A%2F%2Fboard.example.org#check-title"
                    .to_owned(),
            ),
            (
                language.text("wrong-link-log"),
                "/apps/h9XW2pQ0nT4kLr7sVbYc1a/log?request=3f9a61c2d07b84e5".to_owned(),
            ),
        ],
        next: None,
        ..plain(language)
    }
}

fn answered(language: Language) -> Notice {
    Notice {
        frame: samples::signed_in_frame(language),
        title: language.text("answered-title"),
        sentence: language.text_of("answered", &[("app", &"Task Board")]),
        next: Some(Next {
            label: language.text("answered-again"),
            href: "/consent".to_owned(),
            post: Some(vec![("request".to_owned(), "Zm9v-req_1".to_owned())]),
        }),
        ..plain(language)
    }
}

fn bare(language: Language) -> Notice {
    Notice {
        frame: samples::branded_test_frame(language),
        title: language.text("nothing-here-title"),
        sentence: language.text("nothing-here"),
        next: None,
        ..plain(language)
    }
}

fn hostile(language: Language) -> Notice {
    let text = || Text::of_others(HOSTILE);
    Notice {
        frame: samples::hostile_frame(language),
        title: text(),
        sentence: text(),
        code: Some(HOSTILE.to_owned()),
        help: Some("/developers/errors#invalid_request".to_owned()),
        details: vec![(text(), Text::of_others(HOSTILE.repeat(4)))],
        links: vec![(text(), HOSTILE.to_owned())],
        next: Some(Next {
            label: text(),
            href: HOSTILE.to_owned(),
            post: Some(vec![(HOSTILE.to_owned(), HOSTILE.to_owned())]),
        }),
    }
}
