//! Keys of an app in place of secrets: setting them, and taking them away.
use super::show::{Said, page};
use crate::http::error::PageError;
use crate::http::form::{Posted, WholeForm};
use crate::http::reply;
use crate::ops::client_keys::Network;
use crate::portal::desk::Desk;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use jose::KeyFault;
use outbound::Queue;
use pages::portal::{AppPage, app_href};
use pages::{Problem, Speak};
use protocol::Params;
use protocol::apps::{AppUpdate, Editor, ManagedApp, update};
use protocol::decision::Decision;
use protocol::register::{Field, NewAuthentication, RegistrationError};
use protocol::types::client_keys::KeySetFault;
use protocol::types::{AuthMethod, Language, RegisteredKeys, Role};
use std::time::Instant;
use store::Outcome;

/// The keys with which an app is to authenticate.
pub(crate) struct SetKeysForm {
    client_id: String,
    jwks: String,
    jwks_uri: String,
    password: String,
}

/// That an app is to have secrets again.
pub(crate) struct DropKeysForm {
    client_id: String,
}

impl WholeForm for SetKeysForm {
    const PATH: &'static str = AppPage::SET_KEYS;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        SetKeysForm {
            client_id: params.text("app"),
            jwks: params.text("jwks"),
            jwks_uri: params.text("jwks-uri"),
            password: params.text("password"),
        }
    }
}

impl WholeForm for DropKeysForm {
    const PATH: &'static str = AppPage::DROP_KEYS;

    fn read(params: &Params) -> Self {
        DropKeysForm {
            client_id: params.text("app"),
        }
    }
}

/// `POST`: gives the app these keys.
pub(super) async fn set(
    State(app): State<App>,
    posted: Posted<SetKeysForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    let mut problems: Vec<_> = stale.into_iter().collect();
    if problems.is_empty() {
        let proved = desk.proved(&app, "keys-password", form.password.clone());
        problems.extend(proved.await?);
    }
    let new = NewAuthentication {
        method: Some(AuthMethod::PrivateKeyJwt.as_str().to_owned()),
        jwks: Some(form.jwks.clone()),
        jwks_uri: Some(form.jwks_uri.clone()),
        algorithms: None,
    };
    // Keys that are there already stay for whoever sends nothing; on this form that is a slip.
    let is_empty = form.jwks.trim().is_empty() && form.jwks_uri.trim().is_empty();
    if problems.is_empty() && is_empty {
        let none = desk.browser.language.text("app-keys-none");
        problems.push(Problem::new("jwks", none));
    }
    let answer = settled(&app, desk, &managed, new, problems, Some(&form)).await?;
    // So that the page can show what is there. Whether it can be had changes nothing.
    let uri = form.jwks_uri.trim();
    if answer.status().is_redirection() && !uri.is_empty() {
        let network = Network {
            outbound: &app.outbound,
            queue: Queue::Stranger,
        };
        Box::pin(app.client_keys.of(uri, &network, Instant::now())).await;
    }
    Ok(answer)
}

/// `POST`: takes the keys away.
pub(super) async fn drop_keys(
    State(app): State<App>,
    posted: Posted<DropKeysForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    let new = NewAuthentication {
        method: Some(AuthMethod::ClientSecretBasic.as_str().to_owned()),
        ..NewAuthentication::default()
    };
    let problems = stale.into_iter().collect();
    settled(&app, desk, &managed, new, problems, None).await
}

/// Changes how an app authenticates, unless there is a problem already.
async fn settled(
    app: &App,
    desk: Desk,
    managed: &ManagedApp,
    new: NewAuthentication,
    mut problems: Vec<Problem>,
    form: Option<&SetKeysForm>,
) -> Result<Response, PageError> {
    let (client, language) = (managed.client(), desk.browser.language);
    if problems.is_empty() {
        let asked = AppUpdate {
            authentication: new,
            ..AppUpdate::default()
        };
        match update(client, asked, Editor::Owner, app.policy()) {
            Decision::Granted { transition, .. } => {
                let act = desk.act(app);
                match super::show::settled(app, transition, act).await? {
                    Outcome::Committed => {
                        let done = form.map_or("keys-dropped", |_| "keys");
                        let to = format!("{}?done={done}", app_href(&client.id));
                        return Ok(reply::see_other(&to));
                    }
                    Outcome::Conflict => {
                        problems.push(Problem::new("", language.text("app-stale")));
                    }
                }
            }
            Decision::Refused { error, .. } => {
                problems.push(said_of(error.first(), form, language));
            }
        }
    }
    let said = Said {
        problems,
        keys: form.map(|form| (form.jwks.clone(), form.jwks_uri.clone())),
        ..Said::default()
    };
    page(app, desk, managed, said).await
}

/// What the rule found wrong, in the developer's language.
fn said_of(error: &RegistrationError, form: Option<&SetKeysForm>, language: Language) -> Problem {
    if error.field == Field::JwksUri {
        return Problem::new("jwks-uri", language.text("app-keys-uri-wrong"));
    }
    let (Field::Jwks, Some(form)) = (error.field, form) else {
        return Problem::new("", language.text("app-stale"));
    };
    let both = !form.jwks.trim().is_empty() && !form.jwks_uri.trim().is_empty();
    let sentence = match RegisteredKeys::register(form.jwks.trim()) {
        _ if both => language.text("app-keys-both"),
        Err(KeySetFault::Set(KeyFault::Private) | KeySetFault::Key(_, KeyFault::Private)) => {
            language.text("app-keys-private")
        }
        Err(KeySetFault::SameName) => language.text("app-keys-twice"),
        _ => language.text("app-keys-wrong"),
    };
    Problem::new("jwks", sentence)
}
