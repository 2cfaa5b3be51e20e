//! The organizations of a person, and those that they are asked to join.
use super::acts::done;
use super::refusal::sentence;
use super::show::logo_url;
use crate::http::cookies;
use crate::http::error::PageError;
use crate::http::form::{Posted, Query, WholeForm};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::continuation::OwnPage;
use crate::ops::clock;
use crate::portal::desk::Desk;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::portal::{InvitedRow, OrganizationRow, Organizations};
use pages::{Problem, Speak, Text};
use protocol::Params;
use protocol::organizations::{
    self, Founding, MAX_FOUNDED, Naming, OrganizationError, accept as join, decline as not_join,
    invitations_of,
};
use protocol::transition::OrganizationChange;
use protocol::types::{Locator, UnixTime};
use store::{Outcome, StoreError};

/// `GET`: the page.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let desk = Desk::at(OwnPage::Organizations, browser, &app)?;
    let said = Said {
        notice: params.get("done").and_then(was_done),
        ..Said::default()
    };
    page(&app, desk, said).await
}

/// What was done, as a message.
fn was_done(what: &str) -> Option<&'static str> {
    Some(match what {
        "left" => "organizations-done-left",
        "declined" => "organizations-done-declined",
        "dissolved" => "organizations-done-dissolved",
        "gone" => "organizations-gone",
        _ => return None,
    })
}

/// What the page shows besides the organizations.
#[derive(Default)]
struct Said {
    notice: Option<&'static str>,
    name: String,
    once: String,
    problems: Vec<Problem>,
}

async fn page(app: &App, desk: Desk, said: Said) -> Result<Response, PageError> {
    let Desk { mut browser, facts } = desk;
    let (person, language) = (&facts.person, browser.language);
    let zone = app.zone_of(&facts.preferences);
    let own = app.store.memberships(person.subject).await?;
    let key = invitations_of(person);
    let invitations = match &key {
        Some(key) => app.store.invitations_to(key, clock::now()).await?,
        None => Vec::new(),
    };
    let closed = match key {
        None => Some(language.text("organizations-unproved")),
        Some(_) if own.len() >= MAX_FOUNDED => Some(language.text("organizations-full")),
        Some(_) => None,
    };
    let status = match said.problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let once = Some(said.once).filter(|once| !once.is_empty());
    let page = Organizations {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        once: once.unwrap_or_else(cookies::random),
        own: own
            .into_iter()
            .map(|own| OrganizationRow {
                id: own.organization.id.0.to_string(),
                logo_url: logo_url(&own.organization),
                name: own.organization.name,
                role: own.role,
            })
            .collect(),
        invitations: invitations
            .into_iter()
            .map(|(open, name)| InvitedRow {
                id: open.id.0.to_string(),
                name,
                role: open.role,
                until: Text::of_others(zone.moment(open.expires_at, language)),
            })
            .collect(),
        name: said.name,
        closed,
        notice: said.notice.map(|id| language.text(id)),
        problems: said.problems,
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}

/// An organization to be.
pub(crate) struct FoundForm {
    once: String,
    name: String,
}

impl WholeForm for FoundForm {
    const PATH: &'static str = Organizations::FOUND;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        FoundForm {
            once: params.text("once"),
            name: params.text("name"),
        }
    }
}

/// `POST`: founds one. Posted twice, it is one.
pub(super) async fn found(
    State(app): State<App>,
    posted: Posted<FoundForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let language = desk.browser.language;
    let once = organizations::once(&desk.facts.person, &form.once);
    let mut problem = stale;
    let mut tries = app.tries();
    while problem.is_none()
        && let Some(context) = tries.next()
    {
        let mut id = None;
        match founded(&app, &desk, &form, context.now).await? {
            Ok(change) => {
                let new = change.organization();
                let settled = app.settle_one(change.into(), desk.act(&app)).await?;
                id = matches!(settled, Outcome::Committed).then_some(new);
            }
            Err(error) => {
                problem = Some(Problem::new(field(error), sentence(error, language)));
            }
        }
        // The form may have come before or at the same moment, and what it founded is in its own way.
        if id.is_none() {
            id = app.store.organization_of_form(&once).await?;
        }
        if let Some(id) = id {
            return Ok(reply::see_other(&done(&id.0.to_string(), "founded")));
        }
    }
    let said = Said {
        name: form.name,
        once: form.once,
        problems: vec![problem.unwrap_or_else(|| Problem::new("", language.text("app-stale")))],
        ..Said::default()
    };
    page(&app, desk, said).await
}

/// What becomes of the form, as things stand now. What it founded before is not in its own way.
async fn founded(
    app: &App,
    desk: &Desk,
    form: &FoundForm,
    now: UnixTime,
) -> Result<Result<OrganizationChange, OrganizationError>, StoreError> {
    let person = &desk.facts.person;
    let own = app.store.memberships(person.subject).await?;
    let once = organizations::once(person, &form.once);
    let before = app.store.organization_of_form(&once).await?;
    let named = app
        .store
        .has_namesake(form.name.trim(), Some(person.subject), before);
    let founding = Founding {
        name: &form.name,
        naming: Naming {
            provider: &app.policy().apps.provider,
            namesake: named.await?,
        },
        belongs_to: own.len(),
        form: &form.once,
    };
    Ok(organizations::found(founding, person, now, &app.mint))
}

fn field(error: OrganizationError) -> &'static str {
    match error {
        OrganizationError::Name
        | OrganizationError::ProvidersName
        | OrganizationError::ReviewMark
        | OrganizationError::TakenName => "name",
        _ => "",
    }
}

/// An invitation that is accepted.
pub(crate) struct AcceptForm(Locator);

impl WholeForm for AcceptForm {
    const PATH: &'static str = Organizations::ACCEPT;

    fn read(params: &Params) -> Self {
        AcceptForm(Locator(params.number("invitation")))
    }
}

/// An invitation that is declined.
pub(crate) struct DeclineForm(Locator);

impl WholeForm for DeclineForm {
    const PATH: &'static str = Organizations::DECLINE;

    fn read(params: &Params) -> Self {
        DeclineForm(Locator(params.number("invitation")))
    }
}

/// `POST`: joins. Posted twice, they belong to it.
pub(super) async fn accept(
    State(app): State<App>,
    posted: Posted<AcceptForm>,
) -> Result<Response, PageError> {
    let (desk, AcceptForm(id), stale) = Desk::posted(&app, posted)?;
    let gone = || reply::see_other(&format!("{}?done=gone", Organizations::PATH));
    if stale.is_some() {
        return Ok(reply::see_other(Organizations::PATH));
    }
    let Some((open, _)) = app.store.invitation(id).await? else {
        return Ok(gone());
    };
    let members = app.store.organization_size(open.organization).await?;
    let change = match join(&open, &desk.facts.person, members, clock::now()) {
        Ok(change) => change,
        Err(OrganizationError::Full) => {
            let sentence = sentence(OrganizationError::Full, desk.browser.language);
            let said = Said {
                problems: vec![Problem::new("", sentence)],
                ..Said::default()
            };
            return page(&app, desk, said).await;
        }
        Err(_) => return Ok(gone()),
    };
    Ok(match app.settle_one(change.into(), desk.act(&app)).await? {
        Outcome::Committed => reply::see_other(&done(&open.organization.0.to_string(), "joined")),
        Outcome::Conflict => gone(),
    })
}

/// `POST`: does not join. Posted twice, it is declined.
pub(super) async fn decline(
    State(app): State<App>,
    posted: Posted<DeclineForm>,
) -> Result<Response, PageError> {
    let (desk, DeclineForm(id), stale) = Desk::posted(&app, posted)?;
    if stale.is_some() {
        return Ok(reply::see_other(Organizations::PATH));
    }
    if let Some((open, _)) = app.store.invitation(id).await? {
        let declined: Result<OrganizationChange, _> = not_join(&open, &desk.facts.person);
        if let Ok(change) = declined {
            app.settle_one(change.into(), desk.act(&app)).await?;
        }
    }
    Ok(reply::see_other(&format!(
        "{}?done=declined",
        Organizations::PATH
    )))
}
