//! The domains that an organization proves.
use super::refusal::sentence;
use super::show::seat;
use crate::account::throttle;
use crate::domain_check;
use crate::http::cookies::random;
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Posted, Query, WholeForm};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::continuation::OwnPage;
use crate::ops::clock;
use crate::portal::daily::spend;
use crate::portal::desk::Desk;
use crate::portal::once::OnceMint;
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::portal::{DomainRow, DomainState, OrganizationDomains, organization_domains_href};
use pages::{Problem, Speak, Text};
use protocol::Params;
use protocol::daily::Daily;
use protocol::organizations::{DOMAIN_GRACE, OrganizationError, Seat};
use protocol::transition::DomainChange;
use protocol::types::{Domain, Role};
use store::Outcome;

/// What the page shows besides the domains.
#[derive(Default)]
struct Said {
    notice: Option<&'static str>,
    /// The name that was typed.
    name: String,
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
        Some("added") => Some("domain-done-added"),
        Some("looked") => Some("domain-done-looked"),
        Some("removed") => Some("domain-done-removed"),
        _ => None,
    };
    let said = Said {
        notice,
        ..Said::default()
    };
    page(&app, desk, &seat, said).await
}

/// The seat of an owner, of an organization about which is decided here.
///
/// # Errors
/// That there is no such page, or that it is for owners.
async fn owner(app: &App, desk: &Desk, id: &str) -> Result<Seat, PageError> {
    let seat = seat(app, desk, id).await?;
    match (seat.role(), &seat.facts().organization.external_id) {
        (Role::Owner, None) => Ok(seat),
        (Role::Owner, Some(_)) => Err(PageFault::NotFound.into()),
        (Role::Viewer | Role::Developer, _) => Err(PageFault::Role.into()),
    }
}

async fn page(app: &App, desk: Desk, seat: &Seat, said: Said) -> Result<Response, PageError> {
    let organization = &seat.facts().organization;
    let own = app.store.domains(organization.id).await?;
    let zone = app.zone_of(&desk.facts.preferences);
    let mut browser = desk.browser;
    let language = browser.language;
    let moment = |time| Text::of_others(zone.moment(time, language));
    let row = |domain: &Domain| DomainRow {
        name: domain.name.as_str().to_owned(),
        url: domain.name.url(protocol::organizations::DOMAIN_FILE),
        token: domain.token.clone(),
        state: match (domain.proved_at, domain.failing_since) {
            (Some(since), None) => DomainState::Proved(moment(since)),
            (Some(_), Some(since)) => DomainState::Failing(moment(since.plus(DOMAIN_GRACE))),
            (None, _) => DomainState::Waiting,
        },
        looked: domain.looked_at.map(moment),
        found: domain.found,
    };
    let status = match said.problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let page = OrganizationDomains {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        once: random(),
        id: organization.id.0.to_string(),
        name: organization.name.clone(),
        domains: own.iter().map(row).collect(),
        typed_name: said.name,
        notice: said.notice.map(|id| language.text(id)),
        problems: said.problems,
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}

/// A domain that is meant.
pub(crate) struct AddDomainForm {
    id: String,
    once: String,
    name: String,
}

impl WholeForm for AddDomainForm {
    const PATH: &'static str = OrganizationDomains::ADD;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        AddDomainForm {
            id: params.text("organization"),
            once: params.text("once"),
            name: params.text("domain"),
        }
    }
}

/// `POST`: lists a domain, to be proved. Posted twice, it is listed once.
pub(super) async fn add(
    State(app): State<App>,
    posted: Posted<AddDomainForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let seat = owner(&app, &desk, &form.id).await?;
    let language = desk.browser.language;
    let way = format!("domain of {}", form.id);
    let added = |own: &[Domain]| {
        // What the file has to hold is the same each time that the form comes, so that it is known again.
        let mint = OnceMint::of(&app, &way, &form.once, seat.subject());
        let here = app.config.outbound.loopback;
        seat.add_domain(&form.name, own, here, clock::now(), &mint)
    };
    let is_added = |own: &[Domain]| match added(&[]) {
        Ok(DomainChange::Add { domain, .. }) => own
            .iter()
            .any(|own| own.name == domain.name && own.token == domain.token),
        Ok(_) | Err(_) => false,
    };
    let organization = seat.facts().organization.id;
    let own = app.store.domains(organization).await?;
    let problem = match (stale, added(&own)) {
        (Some(stale), _) => Some(stale),
        (None, Err(_)) if is_added(&own) => None,
        (None, Err(error)) => Some(Problem::new("domain", sentence(error, language))),
        (None, Ok(change)) => match app.settle_one(change.into(), desk.act(&app)).await? {
            Outcome::Committed => None,
            Outcome::Conflict if is_added(&app.store.domains(organization).await?) => None,
            Outcome::Conflict => Some(Problem::new("", language.text("app-stale"))),
        },
    };
    let Some(problem) = problem else {
        return Ok(done(&form.id, "added"));
    };
    let said = Said {
        name: form.name,
        problems: vec![problem],
        ..Said::default()
    };
    page(&app, desk, &seat, said).await
}

fn done(id: &str, what: &str) -> Response {
    reply::see_other(&format!("{}?done={what}", organization_domains_href(id)))
}

/// A domain to look at now.
pub(crate) struct CheckDomainForm(AddDomainForm);

impl WholeForm for CheckDomainForm {
    const PATH: &'static str = OrganizationDomains::CHECK;

    fn read(params: &Params) -> Self {
        CheckDomainForm(AddDomainForm::read(params))
    }
}

/// `POST`: looks for the file of a domain now.
pub(super) async fn check(
    State(app): State<App>,
    posted: Posted<CheckDomainForm>,
) -> Result<Response, PageError> {
    let (desk, CheckDomainForm(form), stale) = Desk::posted(&app, posted)?;
    let seat = owner(&app, &desk, &form.id).await?;
    let own = app.store.domains(seat.facts().organization.id).await?;
    let found = seat.domain(&form.name, &own);
    let problem = match (stale, found) {
        (Some(stale), _) => stale,
        (None, Err(error)) => Problem::new("", sentence(error, desk.browser.language)),
        (None, Ok(domain)) => {
            if let Err((problem, wait)) = spend(&app, &desk, Daily::DomainCheck, "").await? {
                let said = Said {
                    problems: vec![problem],
                    ..Said::default()
                };
                let form = page(&app, desk, &seat, said).await?;
                return Ok(throttle::refuse(form, wait));
            }
            domain_check::look(&app, domain, desk.act(&app)).await?;
            return Ok(done(&form.id, "looked"));
        }
    };
    again(&app, desk, &seat, problem).await
}

async fn again(
    app: &App,
    desk: Desk,
    seat: &Seat,
    problem: Problem,
) -> Result<Response, PageError> {
    let said = Said {
        problems: vec![problem],
        ..Said::default()
    };
    page(app, desk, seat, said).await
}

/// A domain that goes.
pub(crate) struct RemoveDomainForm(AddDomainForm);

impl WholeForm for RemoveDomainForm {
    const PATH: &'static str = OrganizationDomains::REMOVE;

    fn read(params: &Params) -> Self {
        RemoveDomainForm(AddDomainForm::read(params))
    }
}

/// `POST`: takes a domain out. Posted twice, it is out.
pub(super) async fn remove(
    State(app): State<App>,
    posted: Posted<RemoveDomainForm>,
) -> Result<Response, PageError> {
    let (desk, RemoveDomainForm(form), stale) = Desk::posted(&app, posted)?;
    let seat = owner(&app, &desk, &form.id).await?;
    let own = app.store.domains(seat.facts().organization.id).await?;
    let language = desk.browser.language;
    let problem = match (stale, seat.remove_domain(&form.name, &own)) {
        (Some(stale), _) => Some(stale),
        (None, Err(OrganizationError::Unknown)) => None,
        (None, Err(error)) => Some(Problem::new("", sentence(error, language))),
        (None, Ok(change)) => match app.settle_one(change.into(), desk.act(&app)).await? {
            Outcome::Committed => None,
            Outcome::Conflict => Some(Problem::new("", language.text("app-stale"))),
        },
    };
    match problem {
        None => Ok(done(&form.id, "removed")),
        Some(problem) => again(&app, desk, &seat, problem).await,
    }
}
