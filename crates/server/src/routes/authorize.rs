//! The authorization endpoint (RFC 6749 §3.1).
use super::pending::{refused, with_handle};
use super::problem;
use crate::clock;
use crate::reply;
use crate::request::{RequestId, Whole, is_form};
use crate::state::App;
use crate::visitor::ClaimedSession;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use protocol::Params;
use protocol::authorize::{self, AuthorizationFault, AuthorizationRequest, ShownError, Step};
use protocol::facts::{ConsentFacts, SessionFacts};
use store::StoreError;

/// `GET`: the usual way in. Redirects to the app at once when the same was allowed before.
pub(crate) async fn get(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    claimed: ClaimedSession,
) -> Response {
    let params = Params::from_form(query.unwrap_or_default().as_bytes());
    match checked(&app, params.map_err(ShownError::Params), claimed.id).await {
        Ok(request) => proceed(&app, &request, &claimed).await,
        Err(response) => response,
    }
}

/// `POST`: a form of another site, so the browser sends no session cookie with it (SameSite=Lax). The request
/// is kept and the consent page, reached by `GET`, sees who is signed in.
pub(crate) async fn post(State(app): State<App>, whole: Whole) -> Response {
    let params = match is_form(&whole.parts.headers) {
        true => Params::from_form(&whole.body).map_err(ShownError::Params),
        false if whole.body.is_empty() => Err(ShownError::ClientMissing),
        false => Err(ShownError::ContentType),
    };
    match checked(&app, params, whole.id).await {
        Ok(request) => keep(&app, &request, "/consent", whole.id).await,
        Err(response) => response,
    }
}

async fn checked(
    app: &App,
    params: Result<Params, ShownError>,
    id: RequestId,
) -> Result<AuthorizationRequest, Response> {
    let shown = |error| refused(app, AuthorizationFault::Shown(error), None, id);
    let params = params.map_err(shown)?;
    let client_id = authorize::client_id(&params).map_err(shown)?;
    let client = app.store.client(client_id).await;
    let client = client.map_err(|error| problem::unavailable(app, &error, id))?;
    let checked = authorize::check(params, client.clone(), app.policy());
    checked.map_err(|fault| refused(app, fault, client.as_deref(), id))
}

async fn proceed(app: &App, request: &AuthorizationRequest, claimed: &ClaimedSession) -> Response {
    let id = claimed.id;
    let (session, consent) = match signed_in(app, request, claimed).await {
        Ok(Some(known)) => known,
        Ok(None) => return keep(app, request, "/sign-in", id).await,
        Err(error) => return problem::unavailable(app, &error, id),
    };
    if request.next(Some(&session), &consent) != Step::Issue {
        return keep(app, request, "/consent", id).await;
    }
    let context = app.context();
    let issued = request.issue_code(&session, None, None, &context);
    let act = app.act(context.now, claimed.address);
    match app.settle(issued, act).await {
        Ok(Some(Ok(url))) => reply::see_other(&url),
        Ok(_) => keep(app, request, "/sign-in", id).await,
        Err(error) => problem::unavailable(app, &error, id),
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
    let known = app
        .store
        .session_and_consent(locator, request.client.no)
        .await?;
    Ok(known.filter(|(session, _)| claimed.is(session)))
}

/// Keeps the request and sends the browser to the page where it goes on.
async fn keep(app: &App, request: &AuthorizationRequest, page: &str, id: RequestId) -> Response {
    let (handle, transition) = request.keep(&app.context());
    match app.settle_one(transition, clock::now()).await {
        Ok(_) => reply::see_other(&with_handle(page, Some(handle.as_str()))),
        Err(error) => problem::unavailable(app, &error, id),
    }
}
