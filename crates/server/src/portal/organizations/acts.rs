//! Another name for an organization, how its members sign in, and its end.
use super::refusal::sentence;
use super::show::{Said, owners_seat, page, seat};
use crate::http::error::PageError;
use crate::http::form::{Posted, WholeForm};
use crate::http::reply;
use crate::portal::desk::Desk;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::portal::{OrganizationPage, Organizations, organization_href};
use pages::{Problem, Speak};
use protocol::Params;
use protocol::organizations::{Naming, OrganizationError, Seat};
use protocol::transition::OrganizationChange;
use store::Outcome;

/// A change that one of the forms asks for: what it is judged to be, and what the page says then.
pub(super) struct Asked {
    /// The change; `None` where all is so already.
    pub(super) change: Result<Option<OrganizationChange>, OrganizationError>,
    /// The field to which a refusal belongs.
    pub(super) field: &'static str,
    /// What the page is shown with if it is refused.
    pub(super) said: Said,
    /// Where to go once it is done.
    pub(super) done: String,
}

/// Settles what was asked, or shows the page with what is wrong.
pub(super) async fn settle(
    app: &App,
    desk: Desk,
    seat_there: &Seat,
    asked: Asked,
) -> Result<Response, PageError> {
    let language = desk.browser.language;
    let problem = match asked.change {
        Err(OrganizationError::ForOwners) => return Err(crate::http::error::PageFault::Role.into()),
        Err(error) => Some(Problem::new(asked.field, sentence(error, language))),
        Ok(None) => None,
        Ok(Some(change)) => match app.settle_one(change.into(), desk.act(app)).await? {
            Outcome::Committed => None,
            Outcome::Conflict => Some(Problem::new("", language.text("app-stale"))),
        },
    };
    let Some(problem) = problem else {
        return Ok(reply::see_other(&asked.done));
    };
    let id = seat_there.facts().organization.id.0.to_string();
    let now = seat(app, &desk, &id).await?;
    let said = Said {
        problems: vec![problem],
        ..asked.said
    };
    page(app, desk, &now, said).await
}

/// The page once more, with one problem.
pub(super) async fn again(
    app: &App,
    desk: Desk,
    seat: &Seat,
    said: Said,
    problem: Problem,
) -> Result<Response, PageError> {
    let problems = vec![problem];
    page(app, desk, seat, Said { problems, ..said }).await
}

/// Where the page says what was done.
pub(super) fn done(id: &str, what: &str) -> String {
    format!("{}?done={what}", organization_href(id))
}

/// Another name.
pub(crate) struct RenameForm {
    id: String,
    name: String,
}

impl WholeForm for RenameForm {
    const PATH: &'static str = OrganizationPage::RENAME;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        RenameForm {
            id: params.text("organization"),
            name: params.text("name"),
        }
    }
}

/// `POST`: gives it another name.
pub(super) async fn rename(
    State(app): State<App>,
    posted: Posted<RenameForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let seat = seat(&app, &desk, &form.id).await?;
    let said = Said {
        name: Some(form.name.clone()),
        ..Said::default()
    };
    if let Some(stale) = stale {
        return again(&app, desk, &seat, said, stale).await;
    }
    let organization = Some(seat.facts().organization.id);
    let named = app
        .store
        .has_namesake(form.name.trim(), Some(seat.subject()), organization);
    let naming = Naming {
        provider: &app.policy().apps.provider,
        namesake: named.await?,
    };
    let asked = Asked {
        change: seat.rename(&form.name, naming),
        field: "name",
        said,
        done: done(&form.id, "renamed"),
    };
    settle(&app, desk, &seat, asked).await
}

/// Whether members sign in with a second factor.
pub(crate) struct SecondFactorForm {
    id: String,
    required: bool,
    password: String,
}

impl WholeForm for SecondFactorForm {
    const PATH: &'static str = OrganizationPage::SECOND_FACTOR;

    fn read(params: &Params) -> Self {
        SecondFactorForm {
            id: params.text("organization"),
            required: params.get("required") == Some("yes"),
            password: params.text("password"),
        }
    }
}

/// `POST`: says whether its members act for it only after a sign-in with a second factor.
pub(super) async fn require_second_factor(
    State(app): State<App>,
    posted: Posted<SecondFactorForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let seat = owners_seat(&app, &desk, &form.id).await?;
    let problem = match stale {
        Some(stale) => Some(stale),
        None => desk.proved(&app, "second-password", form.password).await?,
    };
    if let Some(problem) = problem {
        return again(&app, desk, &seat, Said::default(), problem).await;
    }
    let proved = desk.facts.session.has_second_factor();
    let what = match form.required {
        true => "required",
        false => "left",
    };
    let asked = Asked {
        change: seat.require_second_factor(form.required, proved),
        field: "",
        said: Said::default(),
        done: done(&form.id, what),
    };
    settle(&app, desk, &seat, asked).await
}

/// The end of one.
pub(crate) struct DissolveForm {
    id: String,
    confirm: String,
    password: String,
}

impl WholeForm for DissolveForm {
    const PATH: &'static str = OrganizationPage::DISSOLVE;

    fn read(params: &Params) -> Self {
        DissolveForm {
            id: params.text("organization"),
            confirm: params.text("confirm"),
            password: params.text("password"),
        }
    }
}

/// `POST`: ends it, if its name was typed.
pub(super) async fn dissolve(
    State(app): State<App>,
    posted: Posted<DissolveForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let seat = owners_seat(&app, &desk, &form.id).await?;
    let mut problem = stale;
    if form.confirm.trim() != seat.facts().organization.name {
        let sentence = desk
            .browser
            .language
            .text("organization-dissolve-not-confirmed");
        problem = problem.or(Some(Problem::new("confirm", sentence)));
    }
    if problem.is_none() {
        problem = desk
            .proved(&app, "dissolve-password", form.password)
            .await?;
    }
    let said = Said {
        confirm: form.confirm,
        ..Said::default()
    };
    if let Some(problem) = problem {
        return again(&app, desk, &seat, said, problem).await;
    }
    let asked = Asked {
        change: seat.dissolve(&app.mint).map(Some),
        field: "",
        said,
        done: format!("{}?done=dissolved", Organizations::PATH),
    };
    settle(&app, desk, &seat, asked).await
}
