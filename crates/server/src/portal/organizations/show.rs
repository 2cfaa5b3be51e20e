//! The page of an organization.
use crate::http::error::{PageError, PageFault};
use crate::http::form::Query;
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::continuation::OwnPage;
use crate::ops::clock;
use crate::portal::desk::Desk;
use crate::portal::managed::{NotTheirs, seat_in};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::path::organization_logo;
use pages::portal::{InvitationRow, MemberRow, OrganizationPage, organization_href};
use pages::{Problem, Speak, Text};
use protocol::organizations::{Seat, public_id};
use protocol::types::{Locator, Member, Organization, Role, Subject};

/// Members on one page of the list.
const PAGE: usize = 50;

/// `GET`: the page.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Path(id): Path<String>,
    Query(params): Query,
) -> Result<Response, PageError> {
    let desk = Desk::at(OwnPage::Organizations, browser, &app)?;
    let seat = seat(&app, &desk, &id).await?;
    let said = Said {
        notice: params.get("done").and_then(was_done),
        after: params
            .get("members-after")
            .and_then(|id| id.parse().ok().map(Subject)),
        ..Said::default()
    };
    page(&app, desk, &seat, said).await
}

/// Their seat in an organization.
///
/// # Errors
/// That there is no such page, for whoever does not belong to it; the way to the second factor, where it takes one.
pub(super) async fn seat(app: &App, desk: &Desk, id: &str) -> Result<Seat, PageError> {
    seat_in(app, desk.hand(), id)
        .await
        .map_err(|why| match why {
            NotTheirs::SecondFactor => OwnPage::Organizations.second_factor(),
            why => why.into(),
        })
}

/// The same of an owner: nothing that was typed is looked at for anybody else.
///
/// # Errors
/// As [`seat`]; that it is for owners.
pub(super) async fn owners_seat(app: &App, desk: &Desk, id: &str) -> Result<Seat, PageError> {
    let seat = seat(app, desk, id).await?;
    match seat.role() {
        Role::Owner => Ok(seat),
        Role::Viewer | Role::Developer => Err(PageFault::Role.into()),
    }
}

/// Where its picture is, if it has one.
pub(super) fn logo_url(organization: &Organization) -> Option<String> {
    let version = &organization.logo?.base64url()[..8];
    Some(organization_logo(&public_id(organization.id), version))
}

/// What was done, as a message.
fn was_done(what: &str) -> Option<&'static str> {
    Some(match what {
        "founded" => "organization-done-founded",
        "joined" => "organization-done-joined",
        "invited" => "organization-done-invited",
        "withdrawn" => "organization-done-withdrawn",
        "role" => "organization-done-role",
        "removed" => "organization-done-removed",
        "picture" => "organization-done-picture",
        "renamed" => "organization-done-renamed",
        "required" => "organization-done-second",
        "left" => "organization-done-second-left",
        _ => return None,
    })
}

/// What the page shows besides the organization.
#[derive(Default)]
pub(super) struct Said {
    /// What was done: a message.
    pub(super) notice: Option<&'static str>,
    /// The member after whom the list goes on; `None`: it begins.
    pub(super) after: Option<Subject>,
    /// The name that was typed.
    pub(super) name: Option<String>,
    /// The address that was typed.
    pub(super) email: String,
    /// The role that was chosen for it.
    pub(super) role: Option<Role>,
    /// The role that was chosen for a member, and is not theirs yet.
    pub(super) chosen: Option<(Subject, Role)>,
    /// What was typed to end it.
    pub(super) confirm: String,
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
}

/// One page of the members, and the last one on it if there are more. After one who belongs to it no longer, the list
/// begins anew.
fn members_after(all: &[Member], after: Option<Subject>) -> (&[Member], Option<&Member>) {
    let last = after.and_then(|after| all.iter().position(|own| own.subject == after));
    let rest = &all[last.map_or(0, |last| last + 1)..];
    let page = &rest[..rest.len().min(PAGE)];
    let last = page.last().filter(|_| rest.len() > PAGE);
    (page, last)
}

/// After whom the page of the list begins that has this member.
fn before_page_of(all: &[Member], member: Subject) -> Option<Subject> {
    let at = all.iter().position(|own| own.subject == member)?;
    let last = (at / PAGE * PAGE).checked_sub(1)?;
    all.get(last).map(|own| own.subject)
}

fn further(organization: Locator, last: Subject) -> String {
    let page = organization_href(&organization.0.to_string());
    format!("{page}?members-after={}#members-title", last.0)
}

/// A member, as one of them sees it; `chosen`: the role that was chosen for one of them.
fn member_row(member: &Member, seen_by: Subject, chosen: Option<(Subject, Role)>) -> MemberRow {
    let chosen = chosen.filter(|(subject, _)| *subject == member.subject);
    MemberRow {
        id: member.subject.0.to_string(),
        name: member.name.clone(),
        email: member.email.clone(),
        role: member.role,
        chosen: chosen.map(|(_, role)| role),
        own: member.subject == seen_by,
    }
}

/// The page, which says what was done, or what is wrong.
pub(super) async fn page(
    app: &App,
    desk: Desk,
    seat: &Seat,
    said: Said,
) -> Result<Response, PageError> {
    let domains = app
        .store
        .proved_domains(seat.facts().organization.id)
        .await?;
    let asks_password = desk.asks_password();
    let proved = desk.facts.session.has_second_factor();
    let zone = app.zone_of(&desk.facts.preferences);
    let mut browser = desk.browser;
    let (facts, language) = (seat.facts(), browser.language);
    let now = clock::now();
    let status = match said.problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let chosen = said.chosen;
    let after = said
        .after
        .or_else(|| before_page_of(&facts.members, chosen?.0));
    let (members, last) = members_after(&facts.members, after);
    let open = facts
        .invitations
        .iter()
        .filter(|open| open.expires_at > now);
    let page = OrganizationPage {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        id: facts.organization.id.0.to_string(),
        version: facts.organization.version,
        name: facts.organization.name.clone(),
        typed_name: said.name.unwrap_or_else(|| facts.organization.name.clone()),
        logo_url: logo_url(&facts.organization),
        domains,
        role: seat.role(),
        of_company: facts.organization.external_id.is_some(),
        next_members: last.map(|last| further(facts.organization.id, last.subject)),
        members: members
            .iter()
            .map(|member| member_row(member, seat.subject(), chosen))
            .collect(),
        invitations: open
            .map(|open| InvitationRow {
                id: open.id.0.to_string(),
                email: open.email.as_str().to_owned(),
                role: open.role,
                until: Text::of_others(zone.moment(open.expires_at, language)),
            })
            .collect(),
        confirm: said.confirm,
        email: said.email,
        invited_as: said.role.unwrap_or(Role::Developer),
        mails: app.config.mail.is_some(),
        apps: facts.apps,
        workspaces: app.policy().accounts.workspaces,
        second_factor: facts.organization.second_factor,
        proved,
        asks_password,
        notice: said.notice.map(|id| language.text(id)),
        problems: said.problems,
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}
