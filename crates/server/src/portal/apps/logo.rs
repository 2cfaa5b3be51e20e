//! The picture of an app.
use super::show::{Said, page};
use crate::account::throttle;
use crate::http::error::PageError;
use crate::http::form::{Posted, WholeForm};
use crate::http::picture::PictureFault;
use crate::http::reply;
use crate::http::upload::Uploaded;
use crate::portal::desk::Desk;
use crate::portal::picture::{Refused, drawn, sentence};
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::portal::{AppPage, app_href};
use pages::{Problem, Speak};
use protocol::Params;
use protocol::apps::{AppUpdate, Editor, LogoUpdate, update};
use protocol::decision::Decision;
use protocol::types::Role;
use store::Outcome;

/// A picture that an app is to have.
pub(crate) struct LogoForm {
    client_id: String,
}

impl WholeForm for LogoForm {
    const PATH: &'static str = AppPage::LOGO;

    fn read(params: &Params) -> Self {
        LogoForm {
            client_id: params.text("app"),
        }
    }
}

/// A picture that goes.
pub(crate) struct RemoveLogoForm {
    client_id: String,
}

impl WholeForm for RemoveLogoForm {
    const PATH: &'static str = AppPage::REMOVE_LOGO;

    fn read(params: &Params) -> Self {
        RemoveLogoForm {
            client_id: params.text("app"),
        }
    }
}

/// `POST`: gives the app the picture that was uploaded.
pub(super) async fn upload(
    State(app): State<App>,
    Uploaded(posted, file): Uploaded<LogoForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    let (problem, wait) = match drawn(&app, &desk, stale, file).await? {
        Ok(drawn) => {
            return change(&app, desk, &form.client_id, LogoUpdate::Replace(drawn)).await;
        }
        Err(Refused::Wrong(problem)) => (problem, None),
        Err(Refused::Spent(problem, wait)) => (problem, Some(wait)),
    };
    let said = Said {
        problems: vec![problem],
        ..Said::default()
    };
    let form = page(&app, desk, &managed, said).await?;
    Ok(match wait {
        Some(wait) => throttle::refuse(form, wait),
        None => form,
    })
}

/// `POST`: takes its picture away.
pub(super) async fn remove(
    State(app): State<App>,
    posted: Posted<RemoveLogoForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    match stale {
        None => change(&app, desk, &form.client_id, LogoUpdate::Remove).await,
        Some(stale) => {
            let said = Said {
                problems: vec![stale],
                ..Said::default()
            };
            page(&app, desk, &managed, said).await
        }
    }
}

async fn change(
    app: &App,
    desk: Desk,
    client_id: &str,
    logo: LogoUpdate,
) -> Result<Response, PageError> {
    let managed = desk.app(app, client_id, Role::Developer).await?;
    let asked = AppUpdate {
        version: Some(managed.client().version),
        logo: Some(logo),
        ..AppUpdate::default()
    };
    let language = desk.browser.language;
    let problem = match update(managed.client(), asked, Editor::Owner, app.policy()) {
        Decision::Granted {
            transition: None, ..
        } => None,
        Decision::Granted {
            transition: Some(transition),
            ..
        } => match app.settle_one(transition, desk.act(app)).await? {
            Outcome::Committed => None,
            Outcome::Conflict => Some(Problem::new("", language.text("app-stale"))),
        },
        Decision::Refused { .. } => {
            Some(Problem::new("file", sentence(PictureFault::Kind, language)))
        }
    };
    match problem {
        None => Ok(reply::see_other(&format!(
            "{}?done=saved",
            app_href(client_id)
        ))),
        Some(problem) => {
            let managed = desk.app(app, client_id, Role::Developer).await?;
            let said = Said {
                problems: vec![problem],
                ..Said::default()
            };
            page(app, desk, &managed, said).await
        }
    }
}
