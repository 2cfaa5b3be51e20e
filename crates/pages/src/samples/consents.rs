//! Samples of the consent page.
use super::{
    HOSTILE, LONG_ADDRESS, LONG_HOST, LONG_SENTENCE, branded_frame, branded_test_frame,
    hostile_frame, long_name, signed_in_frame,
};
use crate::{
    AppCard, AsksFrom, BreadthChoice, Consent, Frame, ScopeGroup, ScopeLine, Speak, Text, Tick,
};
use protocol::consent::Breadth;
use protocol::policy::Risk;
use protocol::types::Language;

fn scope(name: &str, sentence: &str, risk: Risk) -> ScopeLine {
    ScopeLine {
        name: name.to_owned(),
        sentence: sentence.to_owned(),
        foreign: None,
        reason: (name == HOSTILE || risk == Risk::Delete).then(|| sentence.to_owned()),
        risk,
        tick: None,
    }
}

fn group(title: &str, scopes: Vec<ScopeLine>) -> ScopeGroup {
    ScopeGroup {
        title: title.to_owned(),
        foreign: None,
        scopes,
    }
}

pub(crate) fn consents(language: Language) -> Vec<Consent> {
    vec![
        first_consent(language),
        grown_consent(language),
        broad_consent(language),
        unticked_consent(language),
        introduced_consent(language),
        loopback_consent(language),
        device_consent(language),
        branded_consent(language),
        long_consent(language),
        hostile_consent(language),
    ]
}

/// English words on a page in another language.
fn foreign_english(page: Language) -> Option<Language> {
    (page != Language::English).then_some(Language::English)
}

fn first_consent(language: Language) -> Consent {
    let groups = vec![
        group(
            "Tasks",
            vec![
                scope("tasks:read", "See your tasks and lists", Risk::Read),
                scope("tasks:write", "Add tasks and change them", Risk::Write),
            ],
        ),
        group(
            "You",
            vec![scope(
                "profile",
                "See your name and e-mail address",
                Risk::Read,
            )],
        ),
    ];
    Consent {
        frame: signed_in_frame(language),
        request: "Zm9v-req_1".to_owned(),
        client_id: "app_1".to_owned(),
        nonce: "nonce-1".to_owned(),
        shown: "shown-1".to_owned(),
        notice: None,
        caution: None,
        host: None,
        app: AppCard {
            name: "Task Board".to_owned(),
            initial: "T".to_owned(),
            logo_url: None,
            publisher: "Board Makers Ltd".to_owned(),
            publisher_logo: Some("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Cpath fill='%23276' d='M0 0h8v8H0z'/%3E%3C/svg%3E".to_owned()),
            domains: vec!["boards.example".to_owned()],
            homepage: "https://board.example.org/".to_owned(),
            homepage_host: "board.example.org".to_owned(),
            reviewed: true,
        },
        account_name: "Ada Lovelace".to_owned(),
        account_email: "ada@example.com".to_owned(),
        groups,
        earlier: Vec::new(),
        breadth: None,
        lasts: language.text_of(
            "consent-lasts",
            &[("time", &language.text_of("time-days", &[("count", &"365")]))],
        ),
        workspaces: Vec::new(),
        is_told_of_person: false,
        asks_from: AsksFrom::Website {
            host: "board.example.org".to_owned(),
        },
        allow: language.text("consent-allow"),
        allow_foreign: None,
    }
}

/// The card of an app of another name.
pub(crate) fn app_card(name: &str) -> AppCard {
    let initial = name.chars().next().map(String::from);
    AppCard {
        name: name.to_owned(),
        initial: initial.unwrap_or_default(),
        ..first_consent(Language::English).app
    }
}

/// Scopes of every risk.
pub(crate) fn scope_groups(language: Language) -> Vec<ScopeGroup> {
    let grown = grown_consent(language);
    let without_boxes = |mut group: ScopeGroup| {
        for scope in &mut group.scopes {
            scope.tick = None;
        }
        group
    };
    let all = grown.earlier.into_iter().chain(grown.groups);
    all.map(without_boxes).collect()
}

/// With a box that is ticked.
fn optional(scope: ScopeLine, number: usize) -> ScopeLine {
    let (ticked, required) = (true, false);
    let tick = Some(Tick {
        number,
        ticked,
        required,
        hidden: false,
    });
    ScopeLine { tick, ..scope }
}

/// An app that did not say what it needs.
fn broad_consent(language: Language) -> Consent {
    let mut page = first_consent(language);
    let lines = page.groups.iter_mut().flat_map(|group| &mut group.scopes);
    for (at, line) in lines.enumerate() {
        *line = optional(line.clone(), at + 1);
    }
    page.breadth = Some(BreadthChoice {
        chosen: Breadth::Ticked,
        reading: true,
    });
    page
}

/// An app that nobody vouches for, after an answer that left out what it needs; a provider with many scopes.
/// An app that came by a document, which nobody vouches for.
fn introduced_consent(language: Language) -> Consent {
    let usual = unticked_consent(language);
    let (host, product) = ("board.example.org", usual.frame.product.clone());
    let caution = language.text_of(
        "consent-caution-document",
        &[("host", &host), ("product", &product)],
    );
    Consent {
        host: Some(host.to_owned()),
        caution: Some(caution),
        app: AppCard {
            publisher: String::new(),
            publisher_logo: None,
            domains: Vec::new(),
            reviewed: false,
            ..usual.app
        },
        ..usual
    }
}

fn unticked_consent(language: Language) -> Consent {
    let usual = first_consent(language);
    let line = |number: usize| ScopeLine {
        tick: Some(Tick {
            number,
            ticked: number == 2,
            required: number.is_multiple_of(4),
            hidden: false,
        }),
        ..scope(
            &format!("records.{number}:read"),
            "See your tasks and lists",
            match number.is_multiple_of(4) {
                true => Risk::Write,
                false => Risk::Read,
            },
        )
    };
    let product = usual.frame.product.clone();
    Consent {
        notice: Some(language.text_of(
            "consent-missing",
            &[("scopes", &"See your tasks and lists")],
        )),
        caution: Some(language.text_of("consent-caution-unreviewed", &[("product", &product)])),
        groups: vec![
            group("Tasks", (1..5).map(line).collect()),
            group("", (5..8).map(line).collect()),
            group("You", (8..13).map(line).collect()),
        ],
        ..usual
    }
}

/// The same at a provider with a brand of its own, and its own words on the button.
fn branded_consent(language: Language) -> Consent {
    Consent {
        frame: Frame {
            signed_in_as: signed_in_frame(language).signed_in_as,
            ..branded_frame(language)
        },
        allow: Text::of_others("Authorize Application"),
        allow_foreign: foreign_english(language),
        ..first_consent(language)
    }
}

/// An app that had some access and now asks for more, with every flag.
fn grown_consent(language: Language) -> Consent {
    let usual = first_consent(language);
    Consent {
        notice: Some(language.text("consent-changed")),
        frame: Frame {
            signed_in_as: usual.frame.signed_in_as.clone(),
            ..branded_test_frame(language)
        },
        app: AppCard {
            logo_url: Some("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Cpath fill='%23d4541e' d='M0 0h8v8H0z'/%3E%3Cpath fill='%23fff' d='M2 2h4v1H2zm0 2h4v1H2z'/%3E%3C/svg%3E".to_owned()),
            reviewed: false,
            ..usual.app
        },
        groups: vec![group(
            "Tasks",
            vec![
                scope("tasks:delete", "Delete tasks for good", Risk::Delete),
                optional(scope("admin", "Do everything you can do, in your name", Risk::Full), 1),
            ],
        )],
        earlier: usual.groups.clone(),
        ..usual
    }
}

/// A command-line tool on the person's own computer that asks for nothing.
fn loopback_consent(language: Language) -> Consent {
    let usual = first_consent(language);
    Consent {
        caution: Some(language.text("consent-caution-draft")),
        app: AppCard {
            name: "tasks-cli".to_owned(),
            initial: "t".to_owned(),
            publisher: String::new(),
            publisher_logo: None,
            domains: Vec::new(),
            homepage: String::new(),
            homepage_host: String::new(),
            reviewed: false,
            ..usual.app
        },
        account_name: String::new(),
        groups: Vec::new(),
        asks_from: AsksFrom::ThisComputer {
            host: "127.0.0.1".to_owned(),
        },
        ..usual
    }
}

fn device_consent(language: Language) -> Consent {
    Consent {
        request: "device-WDJB-MJHT".to_owned(),
        workspaces: crate::workspaces::sample("Board Makers Ltd", "Task Board"),
        is_told_of_person: true,
        asks_from: AsksFrom::Device {
            user_code: "WDJB-MJHT".to_owned(),
        },
        ..first_consent(language)
    }
}

fn long_consent(language: Language) -> Consent {
    let usual = first_consent(language);
    let line = |number: usize| {
        scope(
            &format!("organisation.department-{number}.records:write"),
            LONG_SENTENCE,
            Risk::Write,
        )
    };
    Consent {
        host: Some(LONG_HOST.to_owned()),
        app: AppCard {
            name: long_name(),
            publisher: long_name(),
            publisher_logo: None,
            domains: vec![super::LONG_HOST.to_owned()],
            homepage_host: LONG_HOST.to_owned(),
            ..usual.app
        },
        account_name: long_name(),
        account_email: LONG_ADDRESS.to_owned(),
        groups: vec![
            group("", (1..3).map(line).collect()),
            group(&long_name(), (3..6).map(line).collect()),
        ],
        workspaces: crate::workspaces::sample(&long_name(), &long_name()),
        asks_from: AsksFrom::Website {
            host: LONG_HOST.to_owned(),
        },
        ..usual
    }
}

fn hostile_consent(language: Language) -> Consent {
    let text = || HOSTILE.to_owned();
    Consent {
        frame: hostile_frame(language),
        request: text(),
        client_id: text(),
        nonce: text(),
        shown: text(),
        notice: Some(Text::of_others(HOSTILE)),
        caution: Some(Text::of_others(HOSTILE)),
        host: Some(text()),
        app: AppCard {
            name: text(),
            initial: "<".to_owned(),
            logo_url: Some(text()),
            publisher: text(),
            publisher_logo: Some(text()),
            domains: vec![text()],
            homepage: "javascript:alert(1)".to_owned(),
            homepage_host: text(),
            reviewed: false,
        },
        account_name: text(),
        account_email: text(),
        groups: vec![group(
            HOSTILE,
            vec![optional(scope(HOSTILE, HOSTILE, Risk::Full), 1)],
        )],
        earlier: vec![group(HOSTILE, vec![scope(HOSTILE, HOSTILE, Risk::Full)])],
        breadth: None,
        lasts: Text::of_others(HOSTILE),
        workspaces: crate::workspaces::sample(HOSTILE, HOSTILE),
        is_told_of_person: true,
        asks_from: AsksFrom::ThisComputer { host: text() },
        allow: Text::of_others(HOSTILE),
        allow_foreign: None,
    }
}
