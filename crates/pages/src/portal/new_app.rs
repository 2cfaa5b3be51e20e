//! The form that registers an app.
use super::Trail;
use super::fields::{AppFields, AppLabels, IDS, Shown, filled, hostile, wrong};
use super::scopes::{self, ScopeChoice, ScopesShown};
use super::terms::{self, DEVELOPER_TERMS, TermsAsked, TermsTick};
use crate::field::{Field, Problems, problem_of};
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, samples, samples::pages};
use askama::Template;
use protocol::types::Language;

pages!(NewApp);

/// The form that registers an app: `POST` [`NewApp::PATH`] with `nonce`, `once`, `organization`, the [`AppFields`], the
/// [`ScopeChoice`], [`DEVELOPER_TERMS`] where they are asked, `kind`
/// (`confidential` or `public`), `side` (`live` or `test`) and, where it is asked, `password`.
#[derive(Clone, Debug, Template)]
#[template(path = "portal/new_app.html")]
pub struct NewApp {
    /// What is around the page.
    pub frame: Frame,
    /// Where it is.
    pub trail: Trail,
    /// Proof that the form is ours.
    pub nonce: String,
    /// What makes a form that is posted twice make one app.
    pub once: String,
    /// Number and name of each organization that may run it.
    pub organizations: Vec<(String, String)>,
    /// The number of the one that shall; "": a person.
    pub organization: String,
    /// Whether a person may.
    pub person_may: bool,
    /// Words of its button.
    pub button: Text,
    /// What the fields are called.
    pub labels: AppLabels,
    /// What is in them.
    pub fields: AppFields,
    /// What it asks people for.
    pub scopes: ScopeChoice,
    /// Whether it keeps no secret.
    pub public: bool,
    /// Whether it is for trying things; `None`: there is no test side.
    pub test: Option<bool>,
    /// Why whoever looks registers no app: then there is no form.
    pub closed: Option<Text>,
    /// Whether it waits for review before people meet it.
    pub reviewed: bool,
    /// The terms for developers that are to be accepted first.
    pub terms: Option<TermsAsked>,
    /// Whether the password is asked.
    pub asks_password: bool,
    /// What is wrong, by field.
    pub problems: Vec<Problem>,
}

impl NewApp {
    /// Where it is, and its form goes.
    pub const PATH: &str = "/apps/new";

    fn shown(&self) -> Shown<'_> {
        Shown {
            frame: &self.frame,
            labels: &self.labels,
            fields: &self.fields,
            problems: &self.problems,
        }
    }

    fn scopes_shown(&self) -> ScopesShown<'_> {
        ScopesShown {
            frame: &self.frame,
            choice: &self.scopes,
        }
    }

    fn summary(&self) -> Problems<'_> {
        summary(&self.frame, &self.problems)
    }

    fn terms_tick(&self) -> Option<TermsTick<'_>> {
        let asked = self.terms.as_ref()?;
        Some(TermsTick {
            frame: &self.frame,
            asked,
            problem: problem_of(&self.problems, DEVELOPER_TERMS),
        })
    }

    fn password_field(&self) -> Field<'_> {
        password(&self.frame, &self.problems)
    }
}

/// The list of problems above a form.
pub(super) fn summary<'a>(frame: &'a Frame, problems: &'a [Problem]) -> Problems<'a> {
    Problems {
        frame,
        problems,
        fields: &IDS,
    }
}

/// The field for the password of whoever signed in a while ago.
pub(super) fn password<'a>(frame: &Frame, problems: &'a [Problem]) -> Field<'a> {
    Field {
        id: "password",
        label: frame.text("app-your-password"),
        kind: "password",
        autocomplete: "current-password",
        hint: Some(frame.text("app-your-password-hint")),
        problem: problem_of(problems, "password"),
        ..Field::default()
    }
}

impl Page for NewApp {
    const NAME: &'static str = "new-app";
    const ASKS_PASSWORD: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = NewApp {
            frame: samples::signed_in_frame(language),
            trail: Trail(vec![Text::of_others("Settings")]),
            nonce: "nonce-1".to_owned(),
            once: "once-1".to_owned(),
            organizations: vec![("1".to_owned(), "Board Makers Ltd".to_owned())],
            organization: "1".to_owned(),
            person_may: true,
            button: language.text("apps-new"),
            labels: AppLabels::default(),
            fields: AppFields {
                redirect_uris: vec![String::new(); 3],
                ..AppFields::default()
            },
            scopes: scopes::usual(),
            public: false,
            test: Some(false),
            closed: None,
            reviewed: true,
            terms: Some(terms::usual()),
            asks_password: true,
            problems: Vec::new(),
        };
        let failed = NewApp {
            fields: filled(),
            public: true,
            test: Some(true),
            problems: wrong(language),
            ..usual.clone()
        };
        let hostile = NewApp {
            frame: samples::hostile_frame(language),
            trail: Trail(vec![Text::of_others(HOSTILE)]),
            nonce: HOSTILE.to_owned(),
            once: HOSTILE.to_owned(),
            organizations: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
            organization: HOSTILE.to_owned(),
            person_may: false,
            button: Text::of_others(HOSTILE),
            labels: AppLabels {
                name: Some(HOSTILE.to_owned()),
                homepage: Some(HOSTILE.to_owned()),
                redirect_uri: Some(HOSTILE.to_owned()),
                description: Some(HOSTILE.to_owned()),
            },
            fields: hostile(),
            scopes: scopes::hostile(),
            test: None,
            terms: Some(terms::hostile()),
            problems: vec![Problem::new("name", Text::of_others(HOSTILE))],
            ..usual.clone()
        };
        // On a host of the portal's own, where nobody types a password.
        let apart = NewApp {
            frame: Frame {
                confirm: Some("/sign-in?to=%2Fapps%2Fnew&anew=1".to_owned()),
                ..samples::signed_in_frame(language)
            },
            asks_password: false,
            problems: vec![Problem::unproved(language)],
            ..failed.clone()
        };
        let closed = NewApp {
            closed: Some(language.text_of("apps-closed-invite", &[("email", &"ada@example.com")])),
            ..usual.clone()
        };
        vec![usual, failed, apart, closed, hostile]
    }
}
