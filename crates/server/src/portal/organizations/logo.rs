//! The picture of an organization.
use super::acts::{Asked, again, done, settle};
use super::show::{Said, owners_seat, page};
use crate::account::throttle;
use crate::http::error::PageError;
use crate::http::form::{Posted, WholeForm};
use crate::http::upload::Uploaded;
use crate::portal::desk::Desk;
use crate::portal::picture::{Refused, drawn};
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::portal::OrganizationPage;
use protocol::Params;
use protocol::organizations::Seat;

/// A picture that an organization is to have.
pub(crate) struct LogoForm {
    id: String,
}

impl WholeForm for LogoForm {
    const PATH: &'static str = OrganizationPage::LOGO;

    fn read(params: &Params) -> Self {
        LogoForm {
            id: params.text("organization"),
        }
    }
}

/// A picture that goes.
pub(crate) struct RemoveLogoForm {
    id: String,
}

impl WholeForm for RemoveLogoForm {
    const PATH: &'static str = OrganizationPage::REMOVE_LOGO;

    fn read(params: &Params) -> Self {
        RemoveLogoForm {
            id: params.text("organization"),
        }
    }
}

/// `POST`: gives it the picture that was uploaded.
pub(super) async fn upload(
    State(app): State<App>,
    Uploaded(posted, file): Uploaded<LogoForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let seat = owners_seat(&app, &desk, &form.id).await?;
    let (problem, wait) = match drawn(&app, &desk, stale, file).await? {
        Ok(drawn) => {
            let asked = asked(&seat, &form.id, Some(drawn));
            return settle(&app, desk, &seat, asked).await;
        }
        Err(Refused::Wrong(problem)) => (problem, None),
        Err(Refused::Spent(problem, wait)) => (problem, Some(wait)),
    };
    let said = Said {
        problems: vec![problem],
        ..Said::default()
    };
    let form = page(&app, desk, &seat, said).await?;
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
    let seat = owners_seat(&app, &desk, &form.id).await?;
    match stale {
        Some(stale) => again(&app, desk, &seat, Said::default(), stale).await,
        None => {
            let asked = asked(&seat, &form.id, None);
            settle(&app, desk, &seat, asked).await
        }
    }
}

fn asked(seat: &Seat, id: &str, file: Option<Vec<u8>>) -> Asked {
    Asked {
        change: seat.set_logo(file),
        field: "file",
        said: Said::default(),
        done: done(id, "picture"),
    }
}
