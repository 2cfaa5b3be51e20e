//! The authorization endpoint (RFC 6749 §3.1).
use super::logged::{Caller, note_page};
use super::request::BufferedRequest;
use super::{client_document, client_logo, handover};
use crate::http::error::{PageError, PageFault};
use crate::http::reply;
use crate::http::request::{Arrival, Reader, RequestId, is_form};
use crate::http::session::{ClaimedSession, session};
use crate::http::to_app::to_app;
use crate::interaction::continuation::with_handle;
use crate::interaction::pending::refused;
use crate::interaction::workspace::session_and_consent;
use crate::ops::clock;
use crate::state::App;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use pages::path;
use protocol::Params;
use protocol::authorize::{self, AuthorizationRequest, Moment, ShownError, Step};
use protocol::facts::{ConsentFacts, SessionFacts};
use protocol::introduce::is_client_url;
use store::StoreError;

/// `GET`: the usual way in. Redirects to the app at once when the same was allowed before.
pub(super) async fn get(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    claimed: ClaimedSession,
    arrival: Arrival,
) -> Result<Response, PageError> {
    let mut caller = Caller::default();
    let query = query.unwrap_or_default();
    let answer = by_link(&app, query, (&claimed, arrival), &mut caller).await;
    note_page(&app, arrival.id, caller, &answer);
    answer
}

async fn by_link(
    app: &App,
    query: String,
    (claimed, arrival): (&ClaimedSession, Arrival),
    caller: &mut Caller,
) -> Result<Response, PageError> {
    let params = Params::from_form(query.as_bytes()).map_err(ShownError::Params)?;
    if handover::is_own(&app.config, params.get("client_id")) {
        return Box::pin(handover::hand_over(app, &params, (claimed, arrival))).await;
    }
    let request = checked(app, params, Some(claimed), caller).await?;
    proceed(app, &request, claimed, arrival).await
}

/// `POST`: a form of another site, so the browser sends no session cookie with it (SameSite=Lax). The request
/// is kept and the consent page, reached by `GET`, sees who is signed in.
pub(super) async fn post(
    State(app): State<App>,
    id: RequestId,
    request: BufferedRequest,
) -> Result<Response, PageError> {
    let mut caller = Caller::default();
    let answer = by_form(&app, &request, &mut caller).await;
    note_page(&app, id, caller, &answer);
    answer
}

async fn by_form(
    app: &App,
    request: &BufferedRequest,
    caller: &mut Caller,
) -> Result<Response, PageError> {
    let params = match is_form(&request.parts.headers) {
        true => Params::from_form(&request.body).map_err(ShownError::Params)?,
        false if request.body.is_empty() => return Err(ShownError::ClientMissing.into()),
        false => return Err(ShownError::ContentType.into()),
    };
    let request = checked(app, params, None, caller).await?;
    Ok(keep(app, &request, path::CONSENT).await?)
}

/// Checks a request. Who is signed in is read for an app that waits for review alone: it works for whoever runs it.
async fn checked(
    app: &App,
    params: Params,
    claimed: Option<&ClaimedSession>,
    caller: &mut Caller,
) -> Result<AuthorizationRequest, PageError> {
    let client_id = authorize::client_id(&params)?;
    let client = match is_client_url(client_id) {
        false => app.store.client(client_id).await?,
        true => Box::pin(client_document::known(app, client_id)).await?,
    };
    let client = match client {
        Some(client) if client.introduction.is_some() => {
            Some(Box::pin(client_logo::pictured(app, client)).await?)
        }
        client => client,
    };
    caller.claims(client.as_deref());
    let waits = client.as_ref().is_some_and(|client| client.is_draft());
    let signed_in = match claimed.filter(|_| waits) {
        Some(claimed) => session(app, claimed).await?,
        None => None,
    };
    let person = signed_in.as_ref().map(|session| &session.person);
    let checked = authorize::check_for(params, client.clone(), person, &app.context());
    Ok(checked.map_err(|fault| PageFault::Authorization(fault, client))?)
}

async fn proceed(
    app: &App,
    request: &AuthorizationRequest,
    claimed: &ClaimedSession,
    arrival: Arrival,
) -> Result<Response, PageError> {
    let context = app.context();
    let known = signed_in(app, request, claimed).await?;
    let (session, consent) = match &known {
        Some((session, consent)) => (Some(session), consent),
        None => (None, &None),
    };
    let moment = Moment::of_arrival(context.now);
    let step = request.next(session, consent, app.policy(), moment);
    let (session, scope) = match (step, session) {
        (Step::Issue(scope), Some(session)) => (session, scope),
        (Step::Consent { .. }, _) => return Ok(keep(app, request, path::CONSENT).await?),
        (Step::SignIn | Step::Issue(_), _) => return Ok(keep(app, request, path::SIGN_IN).await?),
        (Step::Refuse(error), _) => return Err(refused(request, error)),
    };
    let organization = consent.as_ref().and_then(|consent| consent.organization);
    let issued = request.issue_for(organization, scope, session, &context);
    let act = app.act(context.now, claimed.address);
    match app.settle(issued, act).await? {
        Some(Ok(answer)) => {
            let reader = Reader {
                id: arrival.id,
                language: arrival.spoken.language(),
            };
            Ok(to_app(app, answer, &request.client, reader))
        }
        Some(Err(())) | None => Ok(keep(app, request, path::SIGN_IN).await?),
    }
}

/// Who is signed in, and what they allowed this app before: one read.
async fn signed_in(
    app: &App,
    request: &AuthorizationRequest,
    claimed: &ClaimedSession,
) -> Result<Option<(SessionFacts, ConsentFacts)>, StoreError> {
    let Some(locator) = claimed.locator() else {
        return Ok(None);
    };
    let known = session_and_consent(app, locator, request.client.no).await?;
    Ok(known.filter(|(session, _)| claimed.is(app, session)))
}

/// Keeps the request and sends the browser to the page where it goes on.
async fn keep(
    app: &App,
    request: &AuthorizationRequest,
    page: &str,
) -> Result<Response, StoreError> {
    let (handle, transition) = request.keep(&app.context());
    app.settle_one(transition, clock::now()).await?;
    Ok(reply::see_other(&with_handle(page, Some(handle.as_str()))))
}
