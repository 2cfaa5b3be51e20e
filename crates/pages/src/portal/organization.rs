//! An organization: who belongs to it, and who is asked to.
use super::new_app::password;
use super::picture::PictureForms;
use crate::field::{Field, Problems, problem_of};
use crate::{Frame, HOSTILE, Page, Problem, Speak, Text, samples, samples::pages};
use askama::Template;
use protocol::types::{Language, Role};

pages!(OrganizationPage);

/// An organization, for one of its members. Its forms carry `nonce`, `organization` and, where it is asked, `password`:
/// [`RENAME`](Self::RENAME) (`name`), [`LOGO`](Self::LOGO) (`file`), [`REMOVE_LOGO`](Self::REMOVE_LOGO), [`INVITE`](Self::INVITE) (`version`, `email`, `role`), [`WITHDRAW`](Self::WITHDRAW)
/// (`invitation`), [`ROLE`](Self::ROLE) (`member`, `role`), [`REMOVE`](Self::REMOVE) (`member`; one's own number to
/// leave), [`SECOND_FACTOR`](Self::SECOND_FACTOR) (`required`), [`DISSOLVE`](Self::DISSOLVE) (`confirm`: its name).
#[derive(Clone, Debug, Template)]
#[template(path = "portal/organization.html")]
pub struct OrganizationPage {
    /// What is around the page.
    pub frame: Frame,
    /// Proof that the forms are ours.
    pub nonce: String,
    /// Its number.
    pub id: String,
    /// The version that is shown.
    pub version: i64,
    /// What it is called.
    pub name: String,
    /// What was typed as its name.
    pub typed_name: String,
    /// Where its picture is, if it has one.
    pub logo_url: Option<String>,
    /// The domains that it has proved to be its own.
    pub domains: Vec<String>,
    /// What whoever looks may do.
    pub role: Role,
    /// Whether the company says what it is called and who belongs to it.
    pub of_company: bool,
    /// One page of who belongs to it.
    pub members: Vec<MemberRow>,
    /// Address of the next page of them.
    pub next_members: Option<String>,
    /// Who is asked to.
    pub invitations: Vec<InvitationRow>,
    /// The address that was typed.
    pub email: String,
    /// The role that was chosen for it.
    pub invited_as: Role,
    /// Whether mail is sent here.
    pub mails: bool,
    /// What was typed to end it.
    pub confirm: String,
    /// How many apps it runs.
    pub apps: usize,
    /// Whether people let apps in for it.
    pub workspaces: bool,
    /// Whether its members act for it only after a sign-in with a second factor.
    pub second_factor: bool,
    /// Whether whoever looks signed in with one.
    pub proved: bool,
    /// Whether passwords are asked.
    pub asks_password: bool,
    /// What was just done.
    pub notice: Option<Text>,
    /// What is wrong, by field.
    pub problems: Vec<Problem>,
}

/// Somebody who belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// What the forms carry.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// What was chosen for them, and is not theirs yet.
    pub chosen: Option<Role>,
    /// Whether it is whoever looks.
    pub own: bool,
}

/// Somebody who is asked to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRow {
    /// What the form that takes it back carries.
    pub id: String,
    /// Whom.
    pub email: String,
    /// As what.
    pub role: Role,
    /// Until when it holds.
    pub until: Text,
}

/// What a role is called.
#[must_use]
pub fn role_text(role: Role, language: Language) -> Text {
    match role {
        Role::Viewer => language.text("role-viewer"),
        Role::Developer => language.text("role-developer"),
        Role::Owner => language.text("role-owner"),
    }
}

/// The address of an organization's own page.
#[must_use]
pub fn organization_href(id: &str) -> String {
    format!("{}/{id}", super::Organizations::PATH)
}

impl MemberRow {
    /// Whether the form that changes them shows this role.
    fn shows(&self, role: &Role) -> bool {
        self.chosen.unwrap_or(self.role) == *role
    }
}

impl OrganizationPage {
    /// Gives it another name.
    pub const RENAME: &str = "/organizations/rename";
    /// Asks somebody to join.
    pub const INVITE: &str = "/organizations/invite";
    /// Takes an invitation back.
    pub const WITHDRAW: &str = "/organizations/withdraw";
    /// Lets a member do more, or less.
    pub const ROLE: &str = "/organizations/role";
    /// Takes a member out, or leaves.
    pub const REMOVE: &str = "/organizations/remove";
    /// Gives it a picture.
    pub const LOGO: &str = "/organizations/logo";
    /// Takes its picture away.
    pub const REMOVE_LOGO: &str = "/organizations/logo/remove";
    /// Says whether its members act for it only after a sign-in with a second factor.
    pub const SECOND_FACTOR: &str = "/organizations/second-factor";
    /// Ends it.
    pub const DISSOLVE: &str = "/organizations/dissolve";

    fn owns(&self) -> bool {
        self.role == Role::Owner
    }

    fn role_text(&self, role: &Role) -> Text {
        role_text(*role, self.frame.language)
    }

    fn apps_href(&self) -> String {
        super::apps_of(&self.id)
    }

    fn set_up_href(&self) -> String {
        format!("{}?request=organizations", crate::path::SECOND_FACTOR)
    }

    fn connections_href(&self) -> String {
        super::organization_apps_href(&self.id)
    }

    fn domains_href(&self) -> String {
        super::organization_domains_href(&self.id)
    }

    /// Those that are proved, in one line.
    fn proved(&self) -> String {
        self.domains.join(", ")
    }

    fn summary(&self) -> Problems<'_> {
        Problems {
            frame: &self.frame,
            problems: &self.problems,
            fields: &[
                "email",
                "name",
                "file",
                "confirm",
                "invite-password",
                "second-password",
                "dissolve-password",
            ],
        }
    }

    fn problem(&self, field: &str) -> Option<&Text> {
        problem_of(&self.problems, field)
    }

    fn is_wrong(&self, fields: &[&str; 2]) -> bool {
        fields.iter().any(|field| self.problem(field).is_some())
    }

    fn email_field(&self) -> Field<'_> {
        Field {
            id: "email",
            label: self.frame.text("organization-email"),
            kind: "email",
            autocomplete: "off",
            value: &self.email,
            hint: Some(self.frame.text("organization-email-hint")),
            problem: self.problem("email"),
            ..Field::default()
        }
    }

    fn name_field(&self) -> Field<'_> {
        Field {
            value: &self.typed_name,
            ..name_field(&self.frame, &self.problems)
        }
    }

    fn picture(&self) -> PictureForms<'_> {
        PictureForms {
            frame: &self.frame,
            nonce: &self.nonce,
            whose: ("organization", &self.id),
            logo_url: self.logo_url.as_deref(),
            paths: (Self::LOGO, Self::REMOVE_LOGO),
            hint: self.frame.text("organization-logo-hint"),
            problem: self.problem("file"),
        }
    }

    fn confirm_field(&self) -> Field<'_> {
        Field {
            id: "confirm",
            label: self
                .frame
                .text_of("organization-dissolve-confirm", &[("name", &self.name)]),
            kind: "text",
            autocomplete: "off",
            value: &self.confirm,
            problem: self.problem("confirm"),
            ..Field::default()
        }
    }

    /// The same field on each form that asks for it, under an id of its own.
    fn password_field(&self, id: &'static str) -> Field<'_> {
        Field {
            id,
            name: Some("password"),
            problem: self.problem(id),
            ..password(&self.frame, &self.problems)
        }
    }
}

/// The field for the name of an organization.
pub(super) fn name_field<'a>(frame: &Frame, problems: &'a [Problem]) -> Field<'a> {
    Field {
        id: "name",
        label: frame.text("organization-name"),
        kind: "text",
        autocomplete: "organization",
        hint: Some(frame.text("organization-name-hint")),
        problem: problem_of(problems, "name"),
        ..Field::default()
    }
}

impl Page for OrganizationPage {
    const NAME: &'static str = "organization";
    const ASKS_PASSWORD: bool = true;

    fn language(&self) -> Language {
        self.frame.language
    }

    fn samples(language: Language) -> Vec<Self> {
        let usual = usual(language);
        let failed = OrganizationPage {
            email: "@example".to_owned(),
            notice: None,
            problems: vec![
                Problem::new("email", language.text("organization-email-wrong")),
                Problem::new("", language.text("app-stale")),
            ],
            ..usual.clone()
        };
        let viewer = OrganizationPage {
            role: Role::Viewer,
            invitations: Vec::new(),
            notice: None,
            ..usual.clone()
        };
        let alone = OrganizationPage {
            members: usual.members[..1].to_vec(),
            invitations: Vec::new(),
            mails: false,
            apps: 0,
            proved: true,
            asks_password: false,
            ..usual.clone()
        };
        let guarded = OrganizationPage {
            second_factor: true,
            proved: true,
            notice: Some(language.text("organization-done-second")),
            ..usual.clone()
        };
        let of_company = OrganizationPage {
            of_company: true,
            second_factor: true,
            proved: true,
            logo_url: None,
            domains: Vec::new(),
            next_members: Some("/organizations/1?members-after=1#members-title".to_owned()),
            invitations: Vec::new(),
            notice: None,
            ..usual.clone()
        };
        vec![
            usual,
            failed,
            viewer,
            alone,
            guarded,
            of_company,
            hostile(language),
        ]
    }
}

fn usual(language: Language) -> OrganizationPage {
    let member = |name: &str, role, own| MemberRow {
        id: "1".to_owned(),
        name: name.to_owned(),
        email: "ada@example.com".to_owned(),
        role,
        chosen: None,
        own,
    };
    OrganizationPage {
        frame: samples::signed_in_frame(language),
        nonce: "nonce-1".to_owned(),
        id: "1".to_owned(),
        version: 1,
        name: "Board Makers Ltd".to_owned(),
        typed_name: "Board Makers Ltd".to_owned(),
        logo_url: Some("/organizations/1/logo?v=1".to_owned()),
        domains: vec!["boards.example".to_owned()],
        role: Role::Owner,
        of_company: false,
        next_members: None,
        members: vec![
            member("Ada Lovelace", Role::Owner, true),
            member(&samples::long_name(), Role::Developer, false),
            member("Ada Lovelace", Role::Viewer, false),
        ],
        invitations: vec![InvitationRow {
            id: "2".to_owned(),
            email: "ada@example.com".to_owned(),
            role: Role::Developer,
            until: Text::of_others("2026-11-21 09:14 UTC"),
        }],
        confirm: String::new(),
        email: String::new(),
        invited_as: Role::Developer,
        mails: true,
        apps: 3,
        workspaces: true,
        second_factor: false,
        proved: false,
        asks_password: true,
        notice: Some(language.text("organization-done-invited")),
        problems: Vec::new(),
    }
}

fn hostile(language: Language) -> OrganizationPage {
    let text = || HOSTILE.to_owned();
    OrganizationPage {
        frame: samples::hostile_frame(language),
        nonce: text(),
        id: text(),
        name: text(),
        typed_name: text(),
        logo_url: Some(text()),
        domains: vec![text()],
        members: vec![MemberRow {
            id: text(),
            name: text(),
            email: text(),
            role: Role::Viewer,
            chosen: Some(Role::Owner),
            own: false,
        }],
        next_members: Some(text()),
        invitations: vec![InvitationRow {
            id: text(),
            email: text(),
            role: Role::Owner,
            until: Text::of_others(HOSTILE),
        }],
        confirm: text(),
        email: text(),
        notice: Some(Text::of_others(HOSTILE)),
        problems: vec![Problem::new("email", Text::of_others(HOSTILE))],
        ..usual(language)
    }
}
