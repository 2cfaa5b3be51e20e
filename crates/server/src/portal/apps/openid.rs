//! What an app registers for OpenID Connect: where people go who sign out, where it is told of that, what signs for it.
use super::openid_shown::{Typed, language_of};
use super::show::{Said, page};
use crate::http::error::PageError;
use crate::http::form::{Posted, WholeForm};
use crate::http::reply;
use crate::portal::desk::Desk;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::portal::{AppPage, app_href};
use pages::{Problem, Speak};
use protocol::Params;
use protocol::apps::{AppUpdate, Editor, update};
use protocol::decision::Decision;
use protocol::types::Role;
use store::Outcome;

/// What was typed for an app.
pub(crate) struct SetOpenIdForm {
    client_id: String,
    typed: Typed,
}

impl WholeForm for SetOpenIdForm {
    const PATH: &'static str = AppPage::SET_OPENID;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        SetOpenIdForm {
            client_id: params.text("app"),
            typed: Typed {
                post_logout: params.text("post-logout"),
                back_channel: params.text("back-channel"),
                id_token: params.text("id-token-alg"),
                userinfo: params.text("userinfo-alg"),
            },
        }
    }
}

/// `POST`: registers it, in place of all before.
pub(super) async fn set(
    State(app): State<App>,
    posted: Posted<SetOpenIdForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    let (client, language) = (managed.client(), desk.browser.language);
    let mut problems: Vec<_> = stale.into_iter().collect();
    if problems.is_empty() {
        let asked = AppUpdate {
            openid: Some(form.typed.registered()),
            ..AppUpdate::default()
        };
        match update(client, asked, Editor::Owner, app.policy()) {
            Decision::Granted { transition, .. } => {
                let act = desk.act(&app);
                match super::show::settled(&app, transition, act).await? {
                    Outcome::Committed => {
                        let to = format!("{}?done=saved", app_href(&client.id));
                        return Ok(reply::see_other(&to));
                    }
                    Outcome::Conflict => {
                        problems.push(Problem::new("", language.text("app-stale")));
                    }
                }
            }
            Decision::Refused { error, .. } => {
                problems.extend(error.iter().map(|error| language_of(error, language)));
            }
        }
    }
    let said = Said {
        problems,
        openid: Some(form.typed),
        ..Said::default()
    };
    page(&app, desk, &managed, said).await
}
