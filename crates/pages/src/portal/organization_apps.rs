//! The apps that members let in for an organization, and what its owners decide about them.
use super::new_app::password;
use crate::field::{Field, Problems, problem_of};
use crate::{AppCard, Frame, HOSTILE, Page, Problem, Speak, Text, samples, samples::pages};
use askama::Template;
use protocol::types::{AppStanding, Language};

pages!(OrganizationApps);

/// The apps that members let in for an organization, for its owners. Its forms carry `nonce`, `organization` and, where it
/// is asked, `password`: [`CHANGE`](Self::CHANGE) (`app`, in the list `listed`, and `wish`: `end`, `restore`, or `judge` with `standing`),
/// [`NEW`](Self::NEW) (`standing`).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/organization_apps.html")]
pub struct OrganizationApps {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// Number of the organization.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The apps.
    pub apps: Vec<WorkspaceAppRow>,
    /// Address of the next page.
    pub next_page: Option<String>,
    /// What is thought of those that nobody judged.
    pub new_apps: AppStanding,
    /// The app after which the list goes on, as its forms say; `0`: it begins.
    pub after: String,
    /// What was chosen for those that nobody judged, and is not so yet.
    pub chosen_new: Option<AppStanding>,
    /// The client id that was typed.
    pub typed_app: String,
    /// What was chosen for it.
    pub typed_standing: Option<AppStanding>,
    /// Whether passwords are asked.
    pub asks_password: bool,
    /// What was just done.
    pub notice: Option<Text>,
    /// What is wrong, by field.
    pub problems: Vec<Problem>,
}

/// One of those apps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceAppRow {
    /// Its client id.
    pub client_id: String,
    /// Who it is.
    pub app: AppCard,
    /// How many members it works for.
    pub members: usize,
    /// Since when, in words.
    pub since: Option<Text>,
    /// When it was last used for one of them, in words; `None`: not yet.
    pub used: Option<Text>,
    /// What is thought of it; `None`: as of new ones.
    pub standing: Option<AppStanding>,
    /// What was chosen for it, and is not so yet.
    pub chosen: Option<AppStanding>,
    /// How long its end can be taken back, in words; `None` where there is none to take back.
    pub until: Option<Text>,
}

/// What a standing is called.
fn standing_text(standing: AppStanding, language: Language) -> Text {
    match standing {
        AppStanding::Trusted => language.text("workspace-trusted"),
        AppStanding::Limited => language.text("workspace-limited"),
        AppStanding::Blocked => language.text("workspace-blocked"),
    }
}

/// The address of that page of an organization.
#[must_use]
pub fn organization_apps_href(id: &str) -> String {
    format!("{}/apps", super::organization_href(id))
}

impl OrganizationApps {
    /// Judges an app, ends it for all members, or takes that back.
    pub const CHANGE: &str = "/organizations/connections/change";
    /// Says what is thought of new ones.
    pub const NEW: &str = "/organizations/connections/new";

    fn standing_text(&self, standing: &AppStanding) -> Text {
        standing_text(*standing, self.frame.language)
    }

    /// Whether this is what is thought of an app.
    fn is_chosen(&self, row: &WorkspaceAppRow, standing: &AppStanding) -> bool {
        row.chosen.or(row.standing).unwrap_or(self.new_apps) == *standing
    }

    /// Whether this was chosen for the app whose id was typed.
    fn is_typed(&self, standing: &AppStanding) -> bool {
        self.typed_standing == Some(*standing)
    }

    /// Whether this is what is thought, or was chosen, of new ones.
    fn is_new(&self, standing: &AppStanding) -> bool {
        self.chosen_new.unwrap_or(self.new_apps) == *standing
    }

    fn summary(&self) -> Problems<'_> {
        Problems {
            frame: &self.frame,
            problems: &self.problems,
            fields: &["app", "judge-password", "new-password"],
        }
    }

    fn app_field(&self) -> Field<'_> {
        Field {
            id: "app",
            label: self.frame.text("workspace-app-id"),
            kind: "text",
            autocomplete: "off",
            value: &self.typed_app,
            problem: problem_of(&self.problems, "app"),
            ..Field::default()
        }
    }

    /// The same field on each form that asks for it, under an id of its own.
    fn password_field(&self, id: &'static str) -> Field<'_> {
        Field {
            id,
            name: Some("password"),
            problem: problem_of(&self.problems, id),
            ..password(&self.frame, &self.problems)
        }
    }
}

impl Page for OrganizationApps {
    const NAME: &'static str = "organization-apps";
    const ASKS_PASSWORD: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let row = |name: &str, members, standing| WorkspaceAppRow {
            client_id: "h9XW2pQ0nT4kLr7sVbYc1a".to_owned(),
            app: samples::app_card(name),
            members,
            since: (members > 0).then(|| Text::of_others("2026-11-21")),
            used: (members > 1).then(|| Text::of_others("2026-11-22 10:00")),
            standing,
            chosen: None,
            until: None,
        };
        let usual = OrganizationApps {
            frame: samples::signed_in_frame(language),
            nonce: "nonce-1".to_owned(),
            id: "1".to_owned(),
            name: "Board Makers Ltd".to_owned(),
            apps: vec![
                row("Task Board", 12, Some(AppStanding::Trusted)),
                row("tasks-cli", 1, None),
                WorkspaceAppRow {
                    until: Some(Text::of_others("2026-11-22 10:00")),
                    ..row("Acme Tasks", 0, Some(AppStanding::Blocked))
                },
            ],
            next_page: Some("/organizations/1/apps?after=7".to_owned()),
            new_apps: AppStanding::Limited,
            after: "0".to_owned(),
            chosen_new: None,
            typed_app: String::new(),
            typed_standing: None,
            asks_password: true,
            notice: Some(language.text("workspace-done-judged")),
            problems: Vec::new(),
        };
        let none = OrganizationApps {
            apps: Vec::new(),
            next_page: None,
            asks_password: false,
            notice: None,
            ..usual.clone()
        };
        let wrong = OrganizationApps {
            notice: None,
            problems: vec![
                Problem::new("app", language.text("workspace-no-app")),
                Problem::new("", language.text("app-stale")),
            ],
            ..usual.clone()
        };
        let hostile = OrganizationApps {
            frame: samples::hostile_frame(language),
            nonce: HOSTILE.to_owned(),
            id: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
            apps: vec![WorkspaceAppRow {
                client_id: HOSTILE.to_owned(),
                since: Some(Text::of_others(HOSTILE)),
                used: Some(Text::of_others(HOSTILE)),
                chosen: Some(AppStanding::Blocked),
                until: Some(Text::of_others(HOSTILE)),
                ..row(HOSTILE, 7, None)
            }],
            next_page: Some(HOSTILE.to_owned()),
            after: HOSTILE.to_owned(),
            typed_app: HOSTILE.to_owned(),
            notice: Some(Text::of_others(HOSTILE)),
            problems: vec![Problem::new("app", Text::of_others(HOSTILE))],
            ..usual.clone()
        };
        vec![usual, none, wrong, hostile]
    }
}
