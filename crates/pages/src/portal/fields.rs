//! The fields of an app, which are filled in once and changed later.
use crate::field::{Field, problem_of};
use crate::{Frame, HOSTILE, Problem, Speak, Text};
use protocol::types::Language;
use std::sync::LazyLock;

/// What the documented provider calls the fields; `None`: as we do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppLabels {
    /// The name people see.
    pub name: Option<String>,
    /// The app's website.
    pub homepage: Option<String>,
    /// Where people are sent back.
    pub redirect_uri: Option<String>,
    /// One or two sentences.
    pub description: Option<String>,
}

/// What is in the fields: `name`, `homepage`, `redirect-1` and so on, `description`, `privacy`, `terms`, `support`,
/// `contact`, `device`, `own-behalf`, `bound`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppFields {
    /// The name people see.
    pub name: String,
    /// The app's website.
    pub homepage: String,
    /// Where people are sent back: one a field, with a few empty ones.
    pub redirect_uris: Vec<String>,
    /// One or two sentences.
    pub description: String,
    /// The page of its privacy policy.
    pub privacy: String,
    /// The page of its terms.
    pub terms: String,
    /// Where its people find help.
    pub support: String,
    /// The address of its developers.
    pub contact: String,
    /// Whether it asks from devices without a browser; `None`: not offered.
    pub device: Option<bool>,
    /// Whether it acts on its own behalf; `None`: not offered.
    pub own_behalf: Option<bool>,
    /// Whether its tokens are bound to keys (RFC 9449).
    pub bound: bool,
}

/// The fields as a page shows them.
pub(super) struct Shown<'a> {
    pub(super) frame: &'a Frame,
    pub(super) labels: &'a AppLabels,
    pub(super) fields: &'a AppFields,
    pub(super) problems: &'a [Problem],
}

impl<'a> Shown<'a> {
    fn label(&self, own: &Option<String>, id: &'static str) -> Text {
        match own {
            Some(own) => Text::of_others(own),
            None => self.frame.text(id),
        }
    }

    pub(super) fn name(&self) -> Field<'a> {
        Field {
            id: "name",
            label: self.label(&self.labels.name, "app-name"),
            kind: "text",
            autocomplete: "off",
            value: &self.fields.name,
            hint: Some(self.frame.text("app-name-hint")),
            problem: problem_of(self.problems, "name"),
            ..Field::default()
        }
    }

    pub(super) fn homepage(&self) -> Field<'a> {
        Field {
            id: "homepage",
            label: self.label(&self.labels.homepage, "app-homepage"),
            kind: "url",
            autocomplete: "url",
            value: &self.fields.homepage,
            hint: Some(self.frame.text("app-homepage-hint")),
            problem: problem_of(self.problems, "homepage"),
            ..Field::default()
        }
    }

    /// One for each place; the first has the hint.
    pub(super) fn redirect_uris(&self) -> Vec<Field<'a>> {
        let label = self.label(&self.labels.redirect_uri, "app-redirect-uri");
        let fields = self.fields.redirect_uris.iter().zip(REDIRECT_IDS.iter());
        fields
            .enumerate()
            .map(|(at, (value, id))| Field {
                id,
                label: match at {
                    0 => label.clone(),
                    _ => Text::of_others(format!("{label} ({})", at + 1)),
                },
                kind: "url",
                autocomplete: "off",
                value,
                hint: (at == 0).then(|| self.frame.text("app-redirect-uri-hint")),
                optional: at > 0,
                problem: problem_of(self.problems, id),
                ..Field::default()
            })
            .collect()
    }

    fn more(&self, id: &'static str, kind: &'static str, label: Text, value: &'a str) -> Field<'a> {
        Field {
            id,
            label,
            kind,
            autocomplete: "off",
            value,
            optional: true,
            problem: problem_of(self.problems, id),
            ..Field::default()
        }
    }

    pub(super) fn description(&self) -> Field<'a> {
        let label = self.label(&self.labels.description, "app-description");
        Field {
            hint: Some(self.frame.text("app-description-hint")),
            ..self.more("description", "text", label, &self.fields.description)
        }
    }

    /// Whether one of the links is set, or wrong.
    pub(super) fn has_links(&self) -> bool {
        let links = self.links();
        links
            .iter()
            .any(|link| !link.value.is_empty() || link.problem.is_some())
    }

    pub(super) fn links(&self) -> [Field<'a>; 4] {
        let (frame, fields) = (self.frame, self.fields);
        [
            self.more("privacy", "url", frame.text("app-privacy"), &fields.privacy),
            self.more("terms", "url", frame.text("app-terms"), &fields.terms),
            self.more(
                "support",
                "text",
                frame.text("app-support"),
                &fields.support,
            ),
            self.more(
                "contact",
                "email",
                frame.text("app-contact"),
                &fields.contact,
            ),
        ]
    }
}

/// The most fields for redirect URIs that a page has: as many as a provider may let an app have.
pub const MAX_REDIRECT_URIS: usize = 100;

/// The ids of the fields for redirect URIs.
static REDIRECT_IDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let numbers = 1..=MAX_REDIRECT_URIS;
    numbers.map(|number| format!("redirect-{number}")).collect()
});

/// The most scopes that a page has fields for.
pub const MAX_SCOPES: usize = 200;

/// The ids of the fields for reasons.
static REASON_IDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let numbers = 1..=MAX_SCOPES;
    let ids = |number| [format!("reason-{number}"), format!("why-{number}")];
    numbers.flat_map(ids).collect()
});

/// Every field that a problem may lead to.
pub(super) static IDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let once = [
        "name",
        "homepage",
        "description",
        "privacy",
        "terms",
        "support",
        "contact",
        "file",
        "developer-terms",
        "secret-name",
        "jwks",
        "jwks-uri",
        "keys-password",
        "post-logout",
        "back-channel",
        "organization",
        "transfer-email",
        "transfer-password",
        "overlap",
        "password",
        "secret-password",
        "rotate-password",
        "delete-password",
        "confirm",
        "note",
        "answer",
    ];
    let redirect_uris = REDIRECT_IDS.iter().map(String::as_str);
    let reasons = REASON_IDS.iter().map(String::as_str);
    once.into_iter()
        .chain(redirect_uris)
        .chain(reasons)
        .collect()
});

pub(super) fn filled() -> AppFields {
    AppFields {
        name: "Task Board".to_owned(),
        homepage: "https://board.example.org".to_owned(),
        redirect_uris: vec![
            "https://board.example.org/oauth/callback".to_owned(),
            String::new(),
        ],
        device: Some(false),
        own_behalf: Some(true),
        ..AppFields::default()
    }
}

pub(super) fn wrong(language: Language) -> Vec<Problem> {
    vec![
        Problem::new("name", language.text("app-name-hint")),
        Problem::new("redirect-1", language.text("app-redirect-uri-hint")),
    ]
}

pub(super) fn hostile() -> AppFields {
    let text = || HOSTILE.to_owned();
    AppFields {
        name: text(),
        homepage: text(),
        redirect_uris: vec![text(), text()],
        description: text(),
        privacy: text(),
        terms: text(),
        support: text(),
        contact: text(),
        device: None,
        own_behalf: None,
        bound: true,
    }
}
