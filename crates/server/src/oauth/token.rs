//! The token endpoint (RFC 6749 §3.2): parse, authenticate, look up, decide, settle. No rule and no SQL here.
use super::assertion::proved;
use super::limited;
use super::logged::{Caller, note};
use super::pinned;
use super::possession;
use super::request::BufferedRequest;
use crate::http::error::ApiError;
use crate::http::reply;
use crate::http::request::ClientAddr;
use crate::ops::clock;
use crate::ops::connection_uses::UsedToken;
use crate::settle::{look_up, look_up_proved};
use crate::state::{App, AppState};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::Transition;
use protocol::client_auth::{
    AuthenticatedClient, Credentials, LetIn, authenticate, authenticate_draft,
};
use protocol::decision::Decision;
use protocol::lookup::Found;
use protocol::request_log::Endpoint;
use protocol::token::{TokenError, TokenReply, TokenRequest};
use protocol::types::UnixTime;
use store::StoreError;
use wire::dpop::ProofFault;

/// `POST` of a token request.
pub(super) async fn token(
    State(app): State<App>,
    request: BufferedRequest,
) -> Result<Response, ApiError> {
    let mut caller = Caller::default();
    let answer = answer(&app, &request, &mut caller).await;
    caller.look_in(&app, &request, answer.is_err()).await;
    note(&app, Endpoint::Token, request.arrival(), caller, &answer);
    answer
}

async fn answer(
    app: &App,
    request: &BufferedRequest,
    caller: &mut Caller,
) -> Result<Response, ApiError> {
    let asked = TokenRequest::parse(&request.raw(), app.policy())?;
    let (id, from) = (&asked.credentials.client_id, request.address);
    limited::may_try(app, id, from)?;
    let client = app.store.client(id).await?;
    let now = clock::now();
    caller.claims(client.as_deref());
    let client = match asked.credentials.is_assertion() {
        false => match asked.authenticate(client, app.policy(), now) {
            Ok(client) => client,
            Err(error) => return Err(limited::failed(app, id, from, error)),
        },
        // Few come so, and what that takes is not to be carried along by all.
        true => {
            let credentials = &asked.credentials;
            Box::pin(proved(app, credentials, client, LetIn::Drafts, from)).await?
        }
    };
    caller.is(&client);
    limited::proved(app, &client, from)?;
    if client.may_choose_method() {
        Box::pin(pinned::check(app, &asked, &client)).await?;
    }
    app.last_used.note(&client, request.address, now);
    if possession::is_in(&request.parts.headers) {
        return Box::pin(bound(app, request, (&asked, client))).await;
    }
    for context in app.tries() {
        let found = looked_up(app, &asked).await?;
        let (used, settled) = {
            let decision = asked.decide(&client, found, &context);
            let used = granted(&decision);
            let act = app.act(context.now, request.address);
            (used, app.settle(decision, act))
        };
        if let Some(answer) = settled.await? {
            return Ok(told(app, used, context.now, answer?));
        }
    }
    Err(contended(app, &asked))
}

/// Answers a request with a proof of possession (RFC 9449 §5). The proof is used up by a request that is granted alone, and
/// before that one is: nobody fills the memory of proofs with requests that get nothing.
async fn bound(
    app: &App,
    request: &BufferedRequest,
    (asked, client): (&TokenRequest, AuthenticatedClient),
) -> Result<Response, ApiError> {
    let (client, proof) = possession::holder(app, request, client)?;
    for context in app.tries() {
        let found = looked_up(app, asked).await?;
        let decision = asked.decide(&client, found, &context);
        if decision.is_granted() && !possession::spent(app, &proof, request.address).await? {
            return Err(TokenError::Proof(ProofFault::Replayed).into());
        }
        let used = granted(&decision);
        let act = app.act(context.now, request.address);
        if let Some(answer) = app.settle(decision, act).await? {
            return Ok(told(app, used, context.now, answer?));
        }
    }
    Err(contended(app, asked))
}

/// What is on record of what the request presents.
async fn looked_up(app: &App, asked: &TokenRequest) -> Result<Found, StoreError> {
    let policy = app.policy();
    match policy.tells_second_factor() || policy.external_ids {
        false => look_up(&app.store, asked.lookup()).await,
        // What few providers tell is not to be carried along by all.
        true => Box::pin(looked_up_whole(app, asked)).await,
    }
}

/// The same, with how its person had signed in, and what the company calls the organization that it is for, where that is told.
async fn looked_up_whole(app: &App, asked: &TokenRequest) -> Result<Found, StoreError> {
    let mut found = match app.policy().tells_second_factor() {
        false => look_up(&app.store, asked.lookup()).await?,
        true => look_up_proved(&app.store, asked.lookup()).await?,
    };
    if let Some(organization) = found.workspace_wanted(app.policy()) {
        found.in_workspace(app.store.organization_external_id(organization).await?);
    }
    Ok(found)
}

/// What is answered when the guard was lost every time.
fn contended(app: &AppState, asked: &TokenRequest) -> ApiError {
    match asked.when_contended(app.policy()) {
        Some(error) => error.into(),
        None => StoreError::Overloaded.into(),
    }
}

/// What is noted of the use of what a decision gives.
fn granted(decision: &Decision<TokenReply, TokenError>) -> Option<UsedToken> {
    let given = decision.granted().and_then(Transition::access_token);
    given.and_then(UsedToken::of)
}

/// The answer with what was given.
fn told(
    app: &AppState,
    used: Option<UsedToken>,
    now: UnixTime,
    TokenReply(body): TokenReply,
) -> Response {
    if let Some(used) = used {
        app.connection_uses.note(used, now);
    }
    reply::json(StatusCode::OK, body)
}

/// The client behind credentials, at other endpoints that ask for them; `caller` is told as soon as it is known.
///
/// # Errors
/// When it is not authenticated, or the store fails.
pub(super) async fn authenticated(
    app: &AppState,
    credentials: &Credentials,
    let_in: LetIn,
    (caller, from): (&mut Caller, ClientAddr),
) -> Result<AuthenticatedClient, ApiError> {
    let id = &credentials.client_id;
    limited::may_try(app, id, from)?;
    let client = app.store.client(id).await?;
    caller.claims(client.as_deref());
    let (policy, now) = (app.policy(), clock::now());
    let shown = match (credentials.is_assertion(), let_in) {
        (false, LetIn::Active) => authenticate(credentials, client, policy, now),
        (false, LetIn::Drafts) => authenticate_draft(credentials, client, policy, now),
        (true, let_in) => Ok(Box::pin(proved(app, credentials, client, let_in, from)).await?),
    };
    let client = shown.map_err(|error| limited::failed(app, id, from, error))?;
    caller.is(&client);
    limited::proved(app, &client, from)?;
    Ok(client)
}
