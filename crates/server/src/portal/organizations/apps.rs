//! The apps that members let in for an organization, and what its owners decide about them.
use super::refusal::sentence;
use super::show::owners_seat;
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Posted, Query, WholeForm};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::continuation::OwnPage;
use crate::interaction::pending::app_card;
use crate::ops::clock;
use crate::portal::desk::Desk;
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::portal::{OrganizationApps, WorkspaceAppRow, organization_apps_href};
use pages::{Problem, Speak, Text};
use protocol::Params;
use protocol::connections::{RESTORABLE, is_restorable};
use protocol::organizations::{OrganizationError, Seat};
use protocol::transition::OrganizationChange;
use protocol::types::{AppStanding, ClientRowId, Locator, UnixTime, WorkspaceApp};
use store::{Outcome, StoreError};

/// Apps on one page of the list.
const PAGE: usize = 50;

/// What the page shows besides the apps.
#[derive(Default)]
struct Said {
    notice: Option<&'static str>,
    /// The app after which the list goes on; `None`: it begins.
    after: Option<ClientRowId>,
    /// The client id that was typed.
    app: String,
    /// What was chosen for it.
    standing: Option<AppStanding>,
    /// What was chosen for an app of the list.
    chosen: Option<(String, AppStanding)>,
    /// What was chosen for new ones.
    new: Option<AppStanding>,
    problems: Vec<Problem>,
}

/// `GET`: the page.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Path(id): Path<String>,
    Query(params): Query,
) -> Result<Response, PageError> {
    let desk = Desk::at(OwnPage::Organizations, browser, &app)?;
    let seat = owner(&app, &desk, &id).await?;
    let notice = match params.get("done") {
        Some("judged") => Some("workspace-done-judged"),
        Some("ended") => Some("workspace-done-ended"),
        Some("restored") => Some("workspace-done-restored"),
        _ => None,
    };
    let said = Said {
        notice,
        after: params
            .get("after")
            .and_then(|no| no.parse().ok().map(ClientRowId)),
        ..Said::default()
    };
    page(&app, desk, &seat, said).await
}

/// The seat of an owner, where people let apps in for organizations.
///
/// # Errors
/// That there is no such page, or that it is for owners.
async fn owner(app: &App, desk: &Desk, id: &str) -> Result<Seat, PageError> {
    if !app.policy().accounts.workspaces {
        return Err(PageFault::NotFound.into());
    }
    owners_seat(app, desk, id).await
}

async fn page(app: &App, desk: Desk, seat: &Seat, said: Said) -> Result<Response, PageError> {
    let organization = &seat.facts().organization;
    let asks_password = desk.asks_password();
    let (mut rows, last) = listed(app, &desk, organization.id, said.after).await?;
    if let Some((client_id, standing)) = &said.chosen {
        let mut own = rows.iter_mut().filter(|row| row.client_id == *client_id);
        if let Some(row) = own.next() {
            row.chosen = Some(*standing);
        }
    }
    let mut browser = desk.browser;
    let status = match said.problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let page = OrganizationApps {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        next_page: last.map(|last| further(organization.id, last)),
        id: organization.id.0.to_string(),
        name: organization.name.clone(),
        apps: rows,
        new_apps: new_apps(app, organization.id).await?,
        after: said.after.map_or(0, |no| no.0).to_string(),
        chosen_new: said.new,
        typed_app: said.app,
        typed_standing: said.standing,
        asks_password,
        notice: said.notice.map(|id| browser.language.text(id)),
        problems: said.problems,
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}

/// One page of the list, and the last one on it if there are more.
async fn listed(
    app: &App,
    desk: &Desk,
    organization: Locator,
    after: Option<ClientRowId>,
) -> Result<(Vec<WorkspaceAppRow>, Option<ClientRowId>), StoreError> {
    let mut own = app
        .store
        .workspace_apps(organization, after, PAGE + 1)
        .await?;
    let more = own.len() > PAGE;
    own.truncate(PAGE);
    let zone = app.zone_of(&desk.facts.preferences);
    let moment = |time| Text::of_others(zone.moment(time, desk.browser.language));
    let mut rows = Vec::with_capacity(own.len());
    for own in &own {
        if let Some(client) = app.store.client_by_no(own.client).await? {
            rows.push(WorkspaceAppRow {
                client_id: client.id.clone(),
                app: app_card(&client, app.policy()),
                members: own.members,
                since: own.since.map(moment),
                used: own.used_at.map(moment),
                standing: own.standing,
                chosen: None,
                until: until(own).map(moment),
            });
        }
    }
    let last = own.last().filter(|_| more);
    Ok((rows, last.map(|own| own.client)))
}

fn further(organization: Locator, last: ClientRowId) -> String {
    let page = organization_apps_href(&organization.0.to_string());
    format!("{page}?after={}", last.0)
}

/// How long the end of an app can be taken back.
fn until(own: &WorkspaceApp) -> Option<UnixTime> {
    let end = own.ended.filter(|end| is_restorable(*end, clock::now()))?;
    Some(end.0.time().plus(RESTORABLE))
}

/// What an organization thinks of apps that it did not judge.
async fn new_apps(app: &App, organization: Locator) -> Result<AppStanding, StoreError> {
    let found = app.store.app_standing(organization, ClientRowId(0)).await?;
    Ok(found.map_or(AppStanding::Trusted, |(_, new)| new))
}

/// What is to become of an app.
pub(crate) struct AppForm {
    id: String,
    app: String,
    /// Of a form of the list: the app after which that began.
    listed: Option<Option<ClientRowId>>,
    wish: String,
    standing: Option<AppStanding>,
    password: String,
}

impl AppForm {
    /// The page with what was chosen and typed, and what is wrong.
    fn again(self, problem: Problem) -> Said {
        let problems = vec![problem];
        match self.listed {
            Some(after) => Said {
                after,
                chosen: self.standing.map(|standing| (self.app, standing)),
                problems,
                ..Said::default()
            },
            None => Said {
                app: self.app,
                standing: self.standing,
                problems,
                ..Said::default()
            },
        }
    }
}

impl WholeForm for AppForm {
    const PATH: &'static str = OrganizationApps::CHANGE;

    fn read(params: &Params) -> Self {
        AppForm {
            id: params.text("organization"),
            app: params.text("app"),
            listed: params
                .get("listed")
                .map(|after| after.parse().ok().map(ClientRowId).filter(|no| no.0 > 0)),
            wish: params.text("wish"),
            standing: AppStanding::parse(params.get("standing").unwrap_or_default()),
            password: params.text("password"),
        }
    }
}

/// `POST`: judges an app, ends it for all members, or takes that back.
pub(super) async fn change(
    State(app): State<App>,
    posted: Posted<AppForm>,
) -> Result<Response, PageError> {
    let (desk, mut form, stale) = Desk::posted(&app, posted)?;
    let seat = owner(&app, &desk, &form.id).await?;
    let language = desk.browser.language;
    let client = app.store.client(form.app.trim()).await?;
    let own = match &client {
        Some(client) => {
            let organization = seat.facts().organization.id;
            app.store.workspace_app(organization, client.no).await?
        }
        None => None,
    };
    let problem = match (stale, &own) {
        (Some(stale), _) => Some(stale),
        (None, None) => Some(Problem::new("app", language.text("workspace-no-app"))),
        (None, Some(_)) => {
            let field = match form.listed {
                Some(_) => "",
                None => "judge-password",
            };
            let password = std::mem::take(&mut form.password);
            desk.proved(&app, field, password).await?
        }
    };
    if let Some(problem) = problem {
        return page(&app, desk, &seat, form.again(problem)).await;
    }
    let own = own.ok_or(PageFault::NotFound)?;
    let (change, done) = match (form.wish.as_str(), form.standing) {
        ("judge", Some(standing)) => (seat.judge_app(own.client, own.standing, standing), "judged"),
        ("end", _) => (seat.end_app(&own, &app.mint), "ended"),
        ("restore", _) => (seat.restore_app(&own, clock::now(), &app.mint), "restored"),
        _ => return Err(PageFault::NotFound.into()),
    };
    settle(&app, desk, &seat, (change, done)).await
}

/// What is thought of new apps.
pub(crate) struct NewAppsForm {
    id: String,
    standing: Option<AppStanding>,
    password: String,
}

impl WholeForm for NewAppsForm {
    const PATH: &'static str = OrganizationApps::NEW;

    fn read(params: &Params) -> Self {
        NewAppsForm {
            id: params.text("organization"),
            standing: AppStanding::parse(params.get("standing").unwrap_or_default()),
            password: params.text("password"),
        }
    }
}

/// `POST`: says what is thought of new apps.
pub(super) async fn judge_new(
    State(app): State<App>,
    posted: Posted<NewAppsForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let seat = owner(&app, &desk, &form.id).await?;
    let problem = match stale {
        Some(stale) => Some(stale),
        None => desk.proved(&app, "new-password", form.password).await?,
    };
    if let Some(problem) = problem {
        let said = Said {
            new: form.standing,
            problems: vec![problem],
            ..Said::default()
        };
        return page(&app, desk, &seat, said).await;
    }
    let standing = form.standing.ok_or(PageFault::NotFound)?;
    let was = new_apps(&app, seat.facts().organization.id).await?;
    let change = seat.judge_new_apps(was, standing);
    settle(&app, desk, &seat, (change, "judged")).await
}

/// Settles what was asked, or shows the page with what is wrong.
async fn settle(
    app: &App,
    desk: Desk,
    seat: &Seat,
    (change, done): (
        Result<Option<OrganizationChange>, OrganizationError>,
        &'static str,
    ),
) -> Result<Response, PageError> {
    let language = desk.browser.language;
    let problem = match change {
        Err(error) => Some(sentence(error, language)),
        Ok(None) => None,
        Ok(Some(change)) => match app.settle_one(change.into(), desk.act(app)).await? {
            Outcome::Committed => None,
            Outcome::Conflict => Some(language.text("app-stale")),
        },
    };
    let id = seat.facts().organization.id.0.to_string();
    let Some(problem) = problem else {
        let page = organization_apps_href(&id);
        return Ok(reply::see_other(&format!("{page}?done={done}")));
    };
    let said = Said {
        problems: vec![Problem::new("", problem)],
        ..Said::default()
    };
    page(app, desk, seat, said).await
}
