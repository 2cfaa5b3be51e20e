//! The organizations that a person belongs to, or is asked to join.
use super::organization::{name_field, organization_href, role_text};
use crate::field::{Field, Problems};
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, samples, samples::pages};
use askama::Template;
use protocol::types::{Language, Role};

pages!(Organizations);

/// The organizations of a person. Its forms carry `nonce`: [`FOUND`](Self::FOUND) (`name`, `once`),
/// [`ACCEPT`](Self::ACCEPT) and [`DECLINE`](Self::DECLINE) (`invitation`).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/organizations.html")]
pub struct Organizations {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// What makes a form that is posted twice found one.
    pub once: String,
    /// Those that they belong to.
    pub own: Vec<OrganizationRow>,
    /// Those that they are asked to join.
    pub invitations: Vec<InvitedRow>,
    /// The name that was typed.
    pub name: String,
    /// Why they can found none.
    pub closed: Option<Text>,
    /// What was just done.
    pub notice: Option<Text>,
    /// What is wrong, by field.
    pub problems: Vec<Problem>,
}

/// An organization that a person belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationRow {
    /// Its number.
    pub id: String,
    /// Where its picture is, if it has one.
    pub logo_url: Option<String>,
    /// What it is called.
    pub name: String,
    /// What they may do there.
    pub role: Role,
}

/// An organization that a person is asked to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitedRow {
    /// What the forms carry.
    pub id: String,
    /// What the organization is called.
    pub name: String,
    /// As what.
    pub role: Role,
    /// Until when.
    pub until: Text,
}

impl OrganizationRow {
    /// The letter that is shown where there is no picture.
    fn initial(&self) -> String {
        let first = self.name.chars().next();
        first.unwrap_or('?').to_uppercase().to_string()
    }
}

impl Organizations {
    /// Where it is.
    pub const PATH: &str = crate::path::ORGANIZATIONS;
    /// Founds one.
    pub const FOUND: &str = "/organizations/found";
    /// Joins one.
    pub const ACCEPT: &str = "/organizations/accept";
    /// Does not join one.
    pub const DECLINE: &str = "/organizations/decline";

    fn href(&self, row: &OrganizationRow) -> String {
        organization_href(&row.id)
    }

    fn role_text(&self, role: &Role) -> Text {
        role_text(*role, self.frame.language)
    }

    fn summary(&self) -> Problems<'_> {
        Problems {
            frame: &self.frame,
            problems: &self.problems,
            fields: &["name"],
        }
    }

    fn name_field(&self) -> Field<'_> {
        Field {
            value: &self.name,
            ..name_field(&self.frame, &self.problems)
        }
    }
}

impl Page for Organizations {
    const NAME: &'static str = "organizations";

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let row = |name: &str, role| OrganizationRow {
            id: "1".to_owned(),
            logo_url: (role == Role::Owner).then(|| "/organizations/1/logo?v=1".to_owned()),
            name: name.to_owned(),
            role,
        };
        let usual = Organizations {
            frame: samples::signed_in_frame(language),
            nonce: "nonce-1".to_owned(),
            once: "once-1".to_owned(),
            own: vec![
                row("Board Makers Ltd", Role::Owner),
                row(&samples::long_name(), Role::Viewer),
            ],
            invitations: vec![InvitedRow {
                id: "2".to_owned(),
                name: "Board Makers Ltd".to_owned(),
                role: Role::Developer,
                until: Text::of_others("2026-11-21 09:14 UTC"),
            }],
            name: String::new(),
            closed: None,
            notice: Some(language.text("organizations-done-left")),
            problems: Vec::new(),
        };
        let empty = Organizations {
            own: Vec::new(),
            invitations: Vec::new(),
            notice: None,
            ..usual.clone()
        };
        let failed = Organizations {
            problems: vec![Problem::new(
                "name",
                language.text("organization-name-wrong"),
            )],
            ..empty.clone()
        };
        let closed = Organizations {
            closed: Some(language.text("organizations-unproved")),
            ..empty.clone()
        };
        let hostile = Organizations {
            frame: samples::hostile_frame(language),
            nonce: HOSTILE.to_owned(),
            once: HOSTILE.to_owned(),
            own: vec![row(HOSTILE, Role::Owner)],
            invitations: vec![InvitedRow {
                id: HOSTILE.to_owned(),
                name: HOSTILE.to_owned(),
                role: Role::Owner,
                until: Text::of_others(HOSTILE),
            }],
            name: HOSTILE.to_owned(),
            notice: Some(Text::of_others(HOSTILE)),
            problems: vec![Problem::new("name", Text::of_others(HOSTILE))],
            ..usual.clone()
        };
        vec![usual, empty, failed, closed, hostile]
    }
}
