//! What the company's server asks and says. It shows its secret with each call, as a bearer token.
use super::memberships;
use crate::http::error::{ApiError, Told, ToldField};
use crate::http::reply;
use crate::http::request::{Arrival, ClientAddr, authorization, media_type, read};
use crate::ops::clock;
use crate::state::{App, AppState};
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jose::Digest;
use pages::path;
use protocol::authorize::{AuthorizationRequest, Handle};
use protocol::events::Act;
use protocol::handoff::{
    AcceptFacts, AcrWords, Answer, AnswerFault, HandoffError, LoginChallenge, SOURCE,
    accept as accepted, refuse as refused,
};
use protocol::transition::SessionChange;
use protocol::types::UnixTime;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::time::Instant;

/// A call that proved itself: its body, and what is noted of it.
struct Call {
    body: Bytes,
    act: Act,
}

impl Call {
    async fn of(app: &AppState, request: Request) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let Arrival { address, .. } = Arrival::of(&parts.extensions);
        if !is_ours(app, &parts.headers) {
            tell_of_unproved(app, parts.uri.path(), address);
            return Err(ApiError::UnprovedLogin);
        }
        let sent = media_type(&parts.headers).unwrap_or_default();
        if !sent.eq_ignore_ascii_case("application/json") {
            let told = Told {
                status: 415,
                code: "invalid_request",
                message: "the body is not said to be application/json".to_owned(),
                next: "send a JSON object, with Content-Type: application/json",
                fields: Vec::new(),
                retry_after: None,
            };
            return Err(ApiError::Told(told.into()));
        }
        Ok(Call {
            body: read(&parts.headers, body).await?,
            act: app.act_now(address),
        })
    }
}

/// Whether a call shows one of the secrets. All of them are compared, whichever it is.
fn is_ours(app: &AppState, headers: &HeaderMap) -> bool {
    let Ok(shown) = wire::bearer::parse(authorization(headers)) else {
        return false;
    };
    let shown = Digest::of(shown.as_bytes());
    let own = app.config.handoff.iter().flat_map(|own| &own.secrets);
    own.fold(false, |found, secret| {
        (Digest::of(secret.0.as_bytes()) == shown) | found
    })
}

/// Nobody can sign in while the company's server shows a wrong secret, so whoever runs this one is told. Strangers may call
/// as well: what they show is told to nobody, and there is a line a minute.
fn tell_of_unproved(app: &AppState, path: &str, client: ClientAddr) {
    if let Some(calls) = app.limits.unproved_login(Instant::now()) {
        tracing::warn!(
            path,
            client = %client.0,
            calls,
            "a call of {path} from {} shows no secret of login.handoff ({calls} since the last line like this): if that is \
             your own server, give it the secret",
            client.0
        );
    }
}

/// `POST`: what the app asked that a person signs in for.
pub(super) async fn challenge(
    State(app): State<App>,
    request: Request,
) -> Result<Response, ApiError> {
    let call = Call::of(&app, request).await?;
    let text = Answer::challenge_of(&call.body).map_err(wrong)?;
    let challenge = known(&app, &text)?;
    challenge.is_alive(clock::now()).map_err(told)?;
    let waiting = waiting(&app, &challenge).await?;
    Ok(reply::json_of(
        StatusCode::OK,
        &described(&challenge, waiting.as_ref(), &app),
    ))
}

/// `POST`: who it is. Answers where the browser is to be sent.
pub(super) async fn accept(State(app): State<App>, request: Request) -> Result<Response, ApiError> {
    let call = Call::of(&app, request).await?;
    let (text, answer) = Answer::parse(&call.body).map_err(wrong)?;
    let answer = answer.in_words(&words(&app)).map_err(wrong)?;
    let challenge = known(&app, &text)?;
    let waiting = waiting(&app, &challenge).await?;
    for context in app.tries() {
        let since = waiting
            .as_ref()
            .and_then(|waiting| waiting.since(context.now));
        let facts = AcceptFacts {
            person: app
                .store
                .person_by_identity(SOURCE, &answer.person.id)
                .await?,
            answered: app.store.login_answer(challenge.id).await?,
            since,
        };
        let decision = accepted(&challenge, answer.clone(), &facts, &context);
        let act = Act {
            at: context.now,
            ..call.act
        };
        if let Some(taken) = app.settle(decision, act).await? {
            taken.map_err(told)?;
            memberships::follow(&app, &answer.person, act).await?;
            return Ok(way_back(&app, &challenge));
        }
    }
    Err(protocol::apps::when_contended().into())
}

/// `POST`: nobody signed in. Answers where the browser is to be sent.
pub(super) async fn refuse(State(app): State<App>, request: Request) -> Result<Response, ApiError> {
    let call = Call::of(&app, request).await?;
    let text = Answer::challenge_of(&call.body).map_err(wrong)?;
    let challenge = known(&app, &text)?;
    for context in app.tries() {
        let answered = app.store.login_answer(challenge.id).await?;
        let decision = refused(&challenge, answered.as_ref(), context.now);
        if let Some(answer) = app.settle(decision, call.act).await? {
            answer.map_err(told)?;
            return Ok(way_back(&app, &challenge));
        }
    }
    Err(protocol::apps::when_contended().into())
}

/// `POST`: a person signed out there, so they are signed out here. Answers how many sessions ended: none, of one who was
/// never here.
pub(super) async fn end_sessions(
    State(app): State<App>,
    request: Request,
) -> Result<Response, ApiError> {
    let call = Call::of(&app, request).await?;
    let id = Answer::user_of(&call.body).map_err(wrong)?;
    let mut ended = 0;
    if let Some(person) = app.store.person_by_identity(SOURCE, &id).await? {
        let (subject, keep) = (person.subject, None);
        let counts = app.store.account_counts(subject, call.act.at).await?;
        ended = counts.map_or(0, |counts| counts.sessions);
        let change = SessionChange::EndAll { subject, keep };
        app.settle_one(change.into(), call.act).await?;
    }
    Ok(reply::json_of(StatusCode::OK, &json!({ "ended": ended })))
}

fn known(app: &AppState, text: &str) -> Result<LoginChallenge, ApiError> {
    LoginChallenge::read(text, &app.key).ok_or_else(|| told(HandoffError::UnknownChallenge))
}

fn way_back(app: &AppState, challenge: &LoginChallenge) -> Response {
    let ticket = challenge.ticket(&app.key);
    let base = app.config.base();
    let url = format!(
        "{base}{}?login_ticket={}",
        path::LOGIN_RETURN,
        ticket.as_str()
    );
    reply::json_of(StatusCode::OK, &json!({ "redirect_to": url }))
}

/// An app's request that waits for the person.
struct Waiting {
    request: AuthorizationRequest,
    at: UnixTime,
}

impl Waiting {
    /// Since when they must have signed in for it.
    fn since(&self, now: UnixTime) -> Option<UnixTime> {
        self.request.signed_in_since(self.at, now)
    }
}

/// The request that a challenge is for; `None` where the person came for themselves, or for a device.
///
/// # Errors
/// That it waits no more.
async fn waiting(app: &AppState, challenge: &LoginChallenge) -> Result<Option<Waiting>, ApiError> {
    let Some(handle) = challenge.onward.as_deref().and_then(Handle::parse) else {
        return Ok(None);
    };
    let facts = app.store.interaction(handle.locator()).await?;
    match handle.resume(facts, None, &app.context()) {
        Ok((facts, request)) => Ok(Some(Waiting {
            request,
            at: facts.interaction.id.time(),
        })),
        Err(_) => Err(told(HandoffError::NothingWaits)),
    }
}

fn described(challenge: &LoginChallenge, waiting: Option<&Waiting>, app: &AppState) -> Value {
    let (policy, words) = (app.policy(), words(app));
    let now = clock::now();
    let since = challenge.anew_since(waiting.and_then(|waiting| waiting.since(now)));
    let mut told = Map::new();
    told.insert("expires_at".to_owned(), challenge.ends_at().0.into());
    if let Some(since) = since {
        told.insert("signed_in_since".to_owned(), since.0.into());
    }
    if let Some(Waiting { request, .. }) = waiting {
        let client = &request.client;
        let named =
            json!({ "client_id": client.id, "name": client.name, "homepage": client.homepage });
        told.insert("client".to_owned(), named);
        let scopes: Vec<&str> = request.scope.names().collect();
        told.insert("scopes".to_owned(), scopes.into());
        for name in ["login_hint", "prompt", "ui_locales"] {
            if let Some(sent) = request.sent(name) {
                told.insert(name.to_owned(), sent.into());
            }
        }
        if let Some(age) = request.prompt.max_age {
            told.insert("max_age".to_owned(), age.seconds().into());
        }
    }
    let request = waiting.map(|waiting| &waiting.request);
    let everybody = challenge.second_factor || policy.everybody_needs_second_factor();
    let asked = words.asked(request, everybody, policy);
    if !asked.is_empty() {
        told.insert("acr_values".to_owned(), asked.into());
    }
    let needed = request.is_some_and(|request| request.asks_second_factor(policy));
    if needed || everybody {
        told.insert("second_factor".to_owned(), true.into());
    }
    Value::Object(told)
}

/// What the company calls what a sign-in is worth.
fn words(app: &AppState) -> Cow<'_, AcrWords> {
    let own = app.config.handoff.as_ref();
    own.map_or_else(Cow::default, |own| Cow::Borrowed(&own.words))
}

fn wrong(fault: AnswerFault) -> ApiError {
    let AnswerFault { pointer, what } = fault;
    let message = match pointer.as_str() {
        "" => what.clone(),
        place => format!("{place}: {what}"),
    };
    let told = Told {
        retry_after: None,
        status: 400,
        code: "invalid_request",
        message,
        next: "mend the body and send it again: no challenge is used up by this",
        fields: vec![ToldField {
            pointer,
            message: what,
        }],
    };
    ApiError::Told(told.into())
}

const BEGIN_ANEW: &str = "send the browser back to the app or to the sign-in page, to begin anew";

fn told(error: HandoffError) -> ApiError {
    let (status, code, message, next) = match error {
        HandoffError::UnknownChallenge => (
            404,
            "unknown_challenge",
            "this is no challenge of this server".to_owned(),
            "send the challenge as it came in login_challenge, decoded from the query",
        ),
        HandoffError::ExpiredChallenge => (
            410,
            "expired_challenge",
            "the challenge is older than 15 minutes".to_owned(),
            BEGIN_ANEW,
        ),
        HandoffError::AnsweredChallenge => (
            409,
            "answered_challenge",
            "the challenge was answered already, with something else or long ago".to_owned(),
            BEGIN_ANEW,
        ),
        HandoffError::NothingWaits => (
            410,
            "nothing_waits",
            "the app's request was answered, has expired, or the app may ask no more".to_owned(),
            BEGIN_ANEW,
        ),
        HandoffError::StaleLogin { since } => (
            409,
            "stale_login",
            format!(
                "the person must have signed in at {} or later (seconds since 1970)",
                since.0
            ),
            "have the person sign in again, and send that moment as auth_time",
        ),
        HandoffError::FutureLogin => (
            400,
            "invalid_request",
            "/auth_time: this is in the future".to_owned(),
            "compare the clocks of both servers",
        ),
    };
    let told = Told {
        retry_after: None,
        status,
        code,
        message,
        next,
        fields: Vec::new(),
    };
    ApiError::Told(told.into())
}
