//! What an app's page looks like.
use super::{AppPage, CheckedUri, SecretLine, TestOf, TypedSecret};
use crate::portal::fields::{AppLabels, filled, hostile, wrong};
use crate::portal::keys::{self, AppKeys};
use crate::portal::openid::{self, AppOpenId};
use crate::portal::{Trail, Transfer, scopes};
use crate::{HOSTILE, Problem, Speak, Text, samples};
use protocol::types::{ClientStatus, Language, Role, Side};

/// One of each kind.
pub(super) fn all(language: Language) -> Vec<AppPage> {
    let usual = usual(language);
    let failed = AppPage {
        problems: wrong(language),
        notice: None,
        checked: Some(CheckedUri {
            sent: "https://board.example.org/oauth/callback/".to_owned(),
            accepted: false,
            registered: Some("https://board.example.org/oauth/callback".to_owned()),
            difference: Some((
                "https://board.example.org/oauth/callback".to_owned(),
                "/".to_owned(),
                String::new(),
            )),
            sentence: language.text("redirect-slash-extra"),
        }),
        ..usual.clone()
    };
    let [signing, publishing] = with_keys(&usual, language);
    let public = AppPage {
        keys: None,
        openid: None,
        secrets: None,
        status: ClientStatus::Pending,
        side: Side::Test,
        has_test_side: None,
        reviewed: false,
        last_used: None,
        organization: None,
        logo_url: None,
        transfer: Transfer::default(),
        ..usual.clone()
    };
    let test_side = AppPage {
        side: Side::Test,
        test_of: Some(TestOf {
            client_id: usual.client_id.clone(),
            name: usual.name.clone(),
        }),
        has_test_side: None,
        reviewed: false,
        reviews: false,
        room: None,
        ..usual.clone()
    };
    let hostile = hostile_page(language);
    let hostile_test_side = AppPage {
        test_of: Some(TestOf {
            client_id: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
        }),
        has_test_side: None,
        problems: Vec::new(),
        ..hostile.clone()
    };
    let (viewer, in_review) = (viewer(&usual), in_review(&usual, language));
    vec![
        usual,
        failed,
        signing,
        publishing,
        public,
        in_review,
        viewer,
        test_side,
        hostile,
        hostile_test_side,
    ]
}

/// For somebody who changes nothing.
fn viewer(usual: &AppPage) -> AppPage {
    AppPage {
        role: Role::Viewer,
        openid: Some(AppOpenId::default()),
        ..usual.clone()
    }
}

/// While administrators look at it, with what was typed for a secret.
fn in_review(usual: &AppPage, language: Language) -> AppPage {
    AppPage {
        under_review: true,
        typed_secret: TypedSecret {
            name: "Task Board".to_owned(),
            days: Some(30),
            overlap: Some("170".to_owned()),
        },
        notice: Some(language.text("app-done-saved-in-review")),
        ..usual.clone()
    }
}

fn usual(language: Language) -> AppPage {
    let time = || Text::of_others("2026-11-21 09:14 UTC");
    AppPage {
        frame: samples::signed_in_frame(language),
        trail: Trail(vec![Text::of_others("Settings")]),
        nonce: "nonce-1".to_owned(),
        once: "once-1".to_owned(),
        client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
        name: "Task Board".to_owned(),
        organization: Some("Board Makers Ltd".to_owned()),
        role: Role::Owner,
        transfer: Transfer {
            open: Some(("ada@example.com".to_owned(), time(), "1".to_owned())),
            organizations: vec![("1".to_owned(), "Board Makers Ltd".to_owned())],
            ..Transfer::default()
        },
        logo_url: Some("/apps/h9XW2pQ0nT4kLr7sVbYc1a/logo?v=1".to_owned()),
        version: 3,
        status: ClientStatus::Active,
        side: Side::Live,
        reviewed: true,
        created: time(),
        last_used: Some(time()),
        people: language.text_of("app-people", &[("count", &7)]),
        test_of: None,
        has_test_side: Some(true),
        has_log: true,
        keys: Some(AppKeys::default()),
        openid: Some(openid::usual()),
        secrets: Some(vec![
            SecretLine {
                id: "1".to_owned(),
                name: "Task Board".to_owned(),
                created: time(),
                last_used: Some((time(), "203.0.113.0/24".to_owned())),
                expires: Some(time()),
            },
            SecretLine {
                id: "2".to_owned(),
                name: String::new(),
                created: time(),
                last_used: None,
                expires: None,
            },
        ]),
        may_add: true,
        typed_secret: TypedSecret::default(),
        typed_confirm: String::new(),
        labels: AppLabels::default(),
        fields: filled(),
        reviews: true,
        under_review: false,
        room: Some(language.text_of("review-room", &[("left", &1_usize), ("cap", &100_usize)])),
        scopes: scopes::usual(),
        checked: None,
        mails: true,
        asks_password: true,
        notice: Some(language.text("app-done-saved")),
        problems: Vec::new(),
    }
}

/// With keys in place of secrets: registered, and published by the app.
fn with_keys(usual: &AppPage, language: Language) -> [AppPage; 2] {
    let signing = AppPage {
        keys: Some(keys::usual("")),
        secrets: None,
        ..usual.clone()
    };
    let publishing = AppPage {
        keys: Some(keys::usual("https://board.example.org/oauth/callback")),
        problems: vec![Problem::new("jwks", language.text("app-keys-private"))],
        notice: None,
        ..signing.clone()
    };
    [signing, publishing]
}

fn hostile_page(language: Language) -> AppPage {
    let words = || Text::of_others(HOSTILE);
    AppPage {
        frame: samples::hostile_frame(language),
        trail: Trail(vec![words()]),
        nonce: HOSTILE.to_owned(),
        client_id: HOSTILE.to_owned(),
        name: HOSTILE.to_owned(),
        logo_url: Some(HOSTILE.to_owned()),
        organization: Some(HOSTILE.to_owned()),
        transfer: Transfer {
            open: Some((HOSTILE.to_owned(), words(), HOSTILE.to_owned())),
            organizations: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
            email: HOSTILE.to_owned(),
            organization: HOSTILE.to_owned(),
        },
        once: HOSTILE.to_owned(),
        typed_secret: TypedSecret {
            name: HOSTILE.to_owned(),
            days: Some(90),
            overlap: Some(HOSTILE.to_owned()),
        },
        typed_confirm: HOSTILE.to_owned(),
        under_review: true,
        created: words(),
        last_used: Some(words()),
        people: words(),
        keys: Some(keys::hostile()),
        openid: Some(openid::hostile()),
        secrets: Some(vec![SecretLine {
            id: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
            created: words(),
            last_used: Some((words(), HOSTILE.to_owned())),
            expires: Some(words()),
        }]),
        fields: hostile(),
        scopes: scopes::hostile(),
        checked: Some(CheckedUri {
            sent: HOSTILE.to_owned(),
            accepted: false,
            registered: Some(HOSTILE.to_owned()),
            difference: Some((HOSTILE.to_owned(), HOSTILE.to_owned(), HOSTILE.to_owned())),
            sentence: words(),
        }),
        notice: Some(words()),
        problems: vec![Problem::new("name", words())],
        ..usual(language)
    }
}
