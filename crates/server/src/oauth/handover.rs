//! The authorization endpoint for the developer portal on a host of its own: a client that is built in, which nobody is asked
//! to let in.
use crate::http::error::{PageError, PageFault};
use crate::http::reply;
use crate::http::request::Arrival;
use crate::http::session::{ClaimedSession, session};
use crate::interaction::continuation::sign_in_for_portal;
use crate::ops::clock;
use crate::state::App;
use axum::response::Response;
use config::Config;
use protocol::Params;
use protocol::accounts::handover::{CALLBACK, CLIENT_ID, HandoverFault, HandoverRequest};
use protocol::authorize::AuthorizationFault;

/// Where the portal has its codes brought.
pub(crate) fn redirect_uri(config: &Config) -> String {
    format!("{}{CALLBACK}", config.portal_base)
}

/// Whether a request is the portal's own. There is no such client where it has no host of its own.
pub(super) fn is_own(config: &Config, client_id: Option<&str>) -> bool {
    client_id == Some(CLIENT_ID) && config.has_portal_host()
}

/// Answers it: a code for whoever is signed in, or the sign-in page.
pub(super) async fn hand_over(
    app: &App,
    params: &Params,
    (claimed, arrival): (&ClaimedSession, Arrival),
) -> Result<Response, PageError> {
    let back = redirect_uri(&app.config);
    let request = match HandoverRequest::read(params, &back) {
        Ok(request) => request,
        Err(HandoverFault::Shown(error)) => {
            let fault = AuthorizationFault::Shown(error);
            return Err(PageFault::Authorization(fault, None).into());
        }
        Err(HandoverFault::Malformed) => {
            return Ok(reply::see_other(&format!("{back}?error=invalid_request")));
        }
    };
    let now = clock::now();
    let facts = session(app, claimed).await?;
    let facts = facts.filter(|facts| request.is_met_by(&facts.session, now));
    let state = &request.state;
    let Some(facts) = facts else {
        let way = sign_in_for_portal(state, request.anew);
        return Ok(reply::see_other(&match arrival.spoken.asked {
            Some(language) => format!("{way}&ui_locales={}", language.tag()),
            None => way,
        }));
    };
    let (code, offered) = request.code(&facts.session, now, &app.mint);
    app.settle_one(offered, app.act(now, claimed.address))
        .await?;
    let code = code.as_str();
    Ok(reply::see_other(&format!(
        "{back}?code={code}&state={state}"
    )))
}
