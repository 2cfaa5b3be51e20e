//! Changing an app, deleting it and bringing it back.
use super::fields;
use super::name_refused::{NameRefused, refused};
use super::scopes::{self, Chosen};
use super::show::{Said, page};
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Posted, WholeForm};
use crate::http::reply;
use crate::portal::desk::Desk;
use crate::portal::managed::{deleted, restored};
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::portal::{AppFields, AppPage, Apps, PORTAL, app_href};
use pages::{Problem, Speak};
use protocol::Params;
use protocol::apps::{AppUpdate, Editor, RestoreError, delete as delete_app, update as change};
use protocol::decision::Decision;
use protocol::register::{Field, NewAuthentication};
use protocol::types::{Client, Role, ScopeFault};
use store::Outcome;

/// What is to be different.
pub(crate) struct UpdateForm {
    client_id: String,
    version: Option<i64>,
    fields: AppFields,
    /// What it may ask for from now on; `None`: the page did not ask.
    scopes: Result<Option<Chosen>, ScopeFault>,
}

impl WholeForm for UpdateForm {
    const PATH: &'static str = AppPage::UPDATE;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        UpdateForm {
            client_id: params.text("app"),
            version: params
                .get("version")
                .and_then(|version| version.parse().ok()),
            fields: fields::read(params),
            scopes: scopes::read(params),
        }
    }
}

/// `POST`: changes the app.
pub(super) async fn update(
    State(app): State<App>,
    posted: Posted<UpdateForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    let said = |problems| Said {
        typed: Some(form.fields.clone()),
        scopes: form.scopes.clone().ok().flatten(),
        problems,
        ..Said::default()
    };
    if let Some(stale) = stale {
        return page(&app, desk, &managed, said(vec![stale])).await;
    }
    let changed = |desk: &Desk, now: &Client| {
        let (language, labels) = (desk.browser.language, fields::labels(&app));
        let mut problems = vec![Problem::new("", language.text("app-changed"))];
        problems.extend(fields::now(
            &fields::of(now),
            &form.fields,
            &labels,
            language,
        ));
        problems
    };
    let Some(mut asked) = asked(&form, managed.client()) else {
        let problem = Problem::new("", desk.browser.language.text("app-scopes-wrong"));
        return page(&app, desk, &managed, said(vec![problem])).await;
    };
    asked.namesake = app
        .store
        .has_namesake_of(managed.client(), &form.fields.name)
        .await?;
    let (transition, _) = match change(managed.client(), asked, Editor::Owner, app.policy()) {
        Decision::Granted { transition, reply } => (transition, reply),
        Decision::Refused { error, .. } if error.first().field == Field::Version => {
            let problems = changed(&desk, managed.client());
            return page(&app, desk, &managed, said(problems)).await;
        }
        Decision::Refused { error, .. } => {
            let problems = fields::problems(&error, &form.fields, desk.browser.language);
            return page(&app, desk, &managed, said(problems)).await;
        }
    };
    if let Some(transition) = transition {
        let act = desk.act(&app);
        if app.settle_one(transition, act).await? == Outcome::Conflict {
            let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
            let problems = changed(&desk, managed.client());
            return page(&app, desk, &managed, said(problems)).await;
        }
    }
    Ok(reply::see_other(&format!(
        "{}?done=saved",
        app_href(&form.client_id)
    )))
}

/// What the rule is asked; nothing where the scopes are none.
fn asked(form: &UpdateForm, client: &Client) -> Option<AppUpdate> {
    let fields = form.fields.clone();
    // All else is that of its app.
    if client.live_of.is_some() {
        return Some(AppUpdate {
            version: Some(form.version.unwrap_or_default()),
            redirect_uris: Some(fields.redirect_uris),
            dpop_bound: Some(fields.bound),
            ..AppUpdate::default()
        });
    }
    let chosen = form.scopes.clone().ok()?;
    Some(AppUpdate {
        // Our page says which version it shows; where that is missing, it is none that there is.
        version: Some(form.version.unwrap_or_default()),
        name: Some(fields.name),
        homepage: Some(fields.homepage),
        description: Some(fields.description),
        privacy_policy: Some(fields.privacy),
        terms: Some(fields.terms),
        support: Some(fields.support),
        contact: Some(fields.contact),
        redirect_uris: Some(fields.redirect_uris),
        authentication: NewAuthentication::default(),
        logo: None,
        scopes: chosen.as_ref().map(|chosen| chosen.scopes.clone()),
        asks: chosen.map(|chosen| chosen.asks),
        openid: None,
        device_code: fields.device,
        client_credentials: fields.own_behalf,
        dpop_bound: Some(fields.bound),
        namesake: false,
    })
}

/// That an app is to be deleted.
pub(crate) struct DeleteForm {
    client_id: String,
    confirm: String,
    password: String,
}

impl WholeForm for DeleteForm {
    const PATH: &'static str = AppPage::DELETE;

    fn read(params: &Params) -> Self {
        DeleteForm {
            client_id: params.text("app"),
            confirm: params.text("confirm"),
            password: params.text("password"),
        }
    }
}

/// `POST`: deletes the app, if its name was typed. Posted twice, it is deleted.
pub(super) async fn delete(
    State(app): State<App>,
    posted: Posted<DeleteForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let gone = reply::see_other(&format!("{PORTAL}?done=deleted"));
    if stale.is_none() && deleted(&app, desk.hand(), &form.client_id).await?.is_some() {
        return Ok(gone);
    }
    let managed = desk.app(&app, &form.client_id, Role::Owner).await?;
    let mut problems: Vec<Problem> = stale.into_iter().collect();
    if form.confirm.trim() != managed.client().name {
        let sentence = desk.browser.language.text("app-delete-not-confirmed");
        problems.push(Problem::new("confirm", sentence));
    }
    if problems.is_empty() {
        problems.extend(desk.proved(&app, "delete-password", form.password).await?);
    }
    if !problems.is_empty() {
        let said = Said {
            confirm: form.confirm,
            problems,
            ..Said::default()
        };
        return page(&app, desk, &managed, said).await;
    }
    let act = desk.act(&app);
    app.settle_one(delete_app(managed.client()), act).await?;
    Ok(gone)
}

/// An app that is to come back.
pub(crate) struct RestoreForm {
    client_id: String,
}

impl WholeForm for RestoreForm {
    const PATH: &'static str = Apps::RESTORE;

    fn read(params: &Params) -> Self {
        RestoreForm {
            client_id: params.text("app"),
        }
    }
}

/// `POST`: brings the app back. Posted twice, it is back.
pub(super) async fn restore(
    State(app): State<App>,
    posted: Posted<RestoreForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    if stale.is_some() {
        return Ok(reply::see_other(PORTAL));
    }
    if let Some((client, deleted_at)) = deleted(&app, desk.hand(), &form.client_id).await? {
        match restored(&app, (&client, deleted_at), desk.act(&app)).await? {
            Ok(_) => {}
            Err(RestoreError::Gone) => return Err(PageFault::NotFound.into()),
            Err(RestoreError::Name(error)) => {
                return Ok(refused(&app, &client, &error, &NOT_BACK, &desk.browser));
            }
        }
    } else {
        desk.app(&app, &form.client_id, Role::Owner).await?;
    }
    Ok(reply::see_other(&format!(
        "{}?done=restored",
        app_href(&form.client_id)
    )))
}

/// What is said where a name keeps an app from coming back.
const NOT_BACK: NameRefused = NameRefused {
    cause: "A deleted app has a name that it could not take now",
    title: "app-not-back-title",
    taken: "app-not-back-taken",
    provider: "app-not-back-provider",
    mark: "app-not-back-mark",
};
