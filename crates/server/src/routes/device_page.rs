//! The person's side of a device (RFC 8628 §3.3): type its code, see what it asks for, answer.
use super::attempt::admit;
use super::consent::Question;
use super::goal::{Goal, sign_in_for_device};
use super::pending::{self, posted};
use super::problem::{self, Problem, link};
use super::sign_in::after_url;
use crate::reply;
use crate::request::{RequestId, Whole, wants_page};
use crate::state::App;
use crate::visitor::{Form, Visitor};
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use pages::{AsksFrom, DeviceCode};
use protocol::Params;
use protocol::device::{UserCodeFault, check, guess, verification_uri_complete};
use protocol::facts::{DeviceFacts, SessionFacts};
use protocol::types::text::isolated;
use protocol::types::{Client, DeviceAnswer, UserCode};
use qrcode::render::svg;
use std::sync::Arc;
use store::StoreError;

const NOWHERE: &str =
    "That code leads nowhere. Check it letter by letter, or get a new one from the device.";
const EXPIRED: &str = "That code has expired. Get a new one from the device.";
const ANSWERED: &str =
    "That code was answered already. Get a new one from the device if it still asks.";
const OTHER_SIDE: &str = "That code belongs to an app in test mode, or you are signed in as a test user: \
     sign out, and sign in with an account of the right side.";
const STALE: &str = "This form was out of date. Please send it again.";
const CHANGED: &str = "What is asked has changed since this page was shown, so nothing was allowed yet. Please answer again.";

/// A device that asks, and its app.
struct Asking {
    code: UserCode,
    facts: DeviceFacts,
    client: Arc<Client>,
}

/// Why there is nothing to be asked.
enum Nothing {
    Fault(UserCodeFault),
    /// This person has answered it; whether they allowed it.
    Given(Box<Asking>, bool),
    Throttled(i64),
}

impl Nothing {
    const ANSWERED: Nothing = Nothing::Fault(UserCodeFault::Answered);
}

/// `GET`: asks for the code. A code in the address (a QR code's) is filled in, and needs a click all the same:
/// nobody is asked for consent by following a link (§3.3.1).
pub(crate) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Response {
    let params = match pending::query(&app, query.as_deref(), visitor.id) {
        Ok(params) => params,
        Err(response) => return response,
    };
    let code = params.get("user_code").and_then(UserCode::parse);
    if visitor.session.is_none() {
        return reply::see_other(&sign_in_for_device(code));
    }
    let typed = code.map_or_else(String::new, |code| code.to_string());
    form(&app, visitor, StatusCode::OK, &typed, None)
}

fn form(
    app: &App,
    mut visitor: Visitor,
    status: StatusCode,
    user_code: &str,
    problem: Option<&str>,
) -> Response {
    let nonce = visitor.nonce(app, Form::Personal);
    let page = DeviceCode {
        frame: visitor.frame(app),
        nonce,
        user_code: user_code.chars().take(20).collect(),
        problem: problem.map(str::to_owned),
    };
    visitor.keep_form(app, reply::page(status, &page, None))
}

/// `POST /device/code`: shows what the device asks for.
pub(crate) async fn look_up(State(app): State<App>, visitor: Visitor, whole: Whole) -> Response {
    let params = match posted(&app, &whole) {
        Ok(params) => params,
        Err(response) => return response,
    };
    let typed = params.get("user_code").unwrap_or_default();
    match admitted(&app, visitor, &params, typed).await {
        Ok((visitor, session, asking)) => ask(&app, visitor, &session, &asking, None),
        Err(response) => response,
    }
}

/// `POST /device/answer`: takes the answer.
pub(crate) async fn answer(State(app): State<App>, visitor: Visitor, whole: Whole) -> Response {
    let params = match posted(&app, &whole) {
        Ok(params) => params,
        Err(response) => return response,
    };
    let carried = params.get("request").unwrap_or_default();
    let typed = carried.strip_prefix("device-").unwrap_or_default();
    let (visitor, session, asking) = match admitted(&app, visitor, &params, typed).await {
        Ok(admitted) => admitted,
        Err(response) => return response,
    };
    let allowed = match params.get("answer") {
        Some("allow") => true,
        Some("deny") => false,
        _ => return ask(&app, visitor, &session, &asking, Some(STALE)),
    };
    let question = question(&asking);
    if allowed && !question.was_shown(&app, &visitor, params.get("shown")) {
        return ask(&app, visitor, &session, &asking, Some(CHANGED));
    }
    let context = app.context();
    let client = Some(asking.client.as_ref());
    let decision = protocol::device::answer(&asking.facts, client, allowed, &session, &context);
    let act = app.act(context.now, visitor.address);
    match app.settle(decision, act).await {
        Ok(Some(Ok(()))) => answered(&app, &visitor, &asking, allowed),
        Ok(Some(Err(fault))) => nothing(&app, visitor, typed, &Nothing::Fault(fault)),
        // Answered by another tab in the meantime.
        Ok(None) => match admitted(&app, visitor, &params, typed).await {
            Ok((visitor, ..)) => nothing(&app, visitor, typed, &Nothing::ANSWERED),
            Err(page) => page,
        },
        Err(error) => problem::unavailable(&app, &error, visitor.id),
    }
}

/// Somebody who is signed in, sent our own form, and typed the code of a device that asks.
async fn admitted(
    app: &App,
    visitor: Visitor,
    params: &Params,
    typed: &str,
) -> Result<(Visitor, SessionFacts, Asking), Response> {
    let Some(session) = visitor.session.clone() else {
        let sign_in = sign_in_for_device(UserCode::parse(typed));
        return Err(reply::see_other(&after_url(&sign_in, "signed-out")));
    };
    if !visitor.has_nonce(app, Form::Personal, params.get("nonce")) {
        let status = StatusCode::BAD_REQUEST;
        return Err(form(app, visitor, status, typed, Some(STALE)));
    }
    match find(app, &visitor, &session, typed).await {
        Ok(Ok(asking)) => Ok((visitor, session, asking)),
        Ok(Err(Nothing::Given(asking, allowed))) => {
            // The same answer posted twice is answered alike.
            let again = params.get("answer") == Some(if allowed { "allow" } else { "deny" });
            if again {
                let attempt = guess(&session, &visitor.address.source());
                let forget = app
                    .settle_one(attempt.succeeded(), crate::clock::now())
                    .await;
                forget.map_err(|error| problem::unavailable(app, &error, visitor.id))?;
            }
            Err(match again {
                true => answered(app, &visitor, &asking, allowed),
                false => nothing(app, visitor, typed, &Nothing::ANSWERED),
            })
        }
        Ok(Err(none)) => Err(nothing(app, visitor, typed, &none)),
        Err(error) => Err(problem::unavailable(app, &error, visitor.id)),
    }
}

/// Looks a code up. Every guess is counted before it is looked at, and a right one is forgotten again.
async fn find(
    app: &App,
    visitor: &Visitor,
    session: &SessionFacts,
    typed: &str,
) -> Result<Result<Asking, Nothing>, StoreError> {
    let attempt = guess(session, &visitor.address.source());
    if let Err(throttled) = admit(app, &attempt).await? {
        return Ok(Err(Nothing::Throttled(throttled.retry_after)));
    }
    let unknown = Ok(Err(Nothing::Fault(UserCodeFault::Unknown)));
    let Some(code) = UserCode::parse(typed) else {
        return unknown;
    };
    let Some(facts) = app.store.device_by_user_code(&code).await? else {
        return unknown;
    };
    let client = app.store.client_by_no(facts.device.client).await?;
    let now = crate::clock::now();
    let person = &session.person;
    let checked = check(&facts.device, client.as_deref(), person, app.policy(), now).map(drop);
    let Some(client) = client else {
        return Ok(Err(Nothing::Fault(UserCodeFault::Client)));
    };
    if let Err(fault) = checked {
        let theirs = facts
            .person
            .as_ref()
            .is_some_and(|by| by.subject == person.subject);
        return Ok(Err(match (fault, facts.device.answer) {
            (UserCodeFault::Answered, Some(answer)) if theirs => {
                let allowed = matches!(answer, DeviceAnswer::Allowed { .. });
                let asking = Asking {
                    code,
                    facts,
                    client,
                };
                Nothing::Given(Box::new(asking), allowed)
            }
            (fault, _) => Nothing::Fault(fault),
        }));
    }
    app.settle_one(attempt.succeeded(), now).await?;
    Ok(Ok(Asking {
        code,
        facts,
        client,
    }))
}

fn ask(
    app: &App,
    mut visitor: Visitor,
    session: &SessionFacts,
    asking: &Asking,
    notice: Option<&str>,
) -> Response {
    let nonce = visitor.nonce(app, Form::Personal);
    let page = question(asking).page(app, session, nonce, &visitor, notice);
    let status = notice.map_or(StatusCode::OK, |_| StatusCode::BAD_REQUEST);
    visitor.keep_form(app, reply::page(status, &page, None))
}

fn question(asking: &Asking) -> Question<'_> {
    let scope = &asking.facts.device.scope;
    Question {
        client: &asking.client,
        scope,
        new: scope,
        carried: Goal::Device(Some(asking.code))
            .carried()
            .unwrap_or_default(),
        answer_to: "",
        asks_from: AsksFrom::Device {
            user_code: asking.code.to_string(),
        },
    }
}

/// The form again, with what is wrong.
fn nothing(app: &App, visitor: Visitor, typed: &str, none: &Nothing) -> Response {
    let (status, sentence) = match none {
        Nothing::Fault(UserCodeFault::Expired) => (StatusCode::BAD_REQUEST, EXPIRED.to_owned()),
        Nothing::Fault(UserCodeFault::Answered) | Nothing::Given(..) => {
            (StatusCode::CONFLICT, ANSWERED.to_owned())
        }
        Nothing::Fault(UserCodeFault::Unknown | UserCodeFault::Client) => {
            (StatusCode::BAD_REQUEST, NOWHERE.to_owned())
        }
        Nothing::Fault(UserCodeFault::Side) => (StatusCode::FORBIDDEN, OTHER_SIDE.to_owned()),
        Nothing::Throttled(seconds) => {
            let minutes = (seconds + 59) / 60;
            let sentence = format!("Too many wrong codes. Wait {minutes} min and try again.");
            (StatusCode::TOO_MANY_REQUESTS, sentence)
        }
    };
    let mut response = form(app, visitor, status, typed, Some(&sentence));
    if let Nothing::Throttled(seconds) = none
        && let Ok(value) = HeaderValue::from_str(&seconds.to_string())
    {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn answered(app: &App, visitor: &Visitor, asking: &Asking, allowed: bool) -> Response {
    let name = isolated(&asking.client.name);
    let (title, sentence) = match allowed {
        true => (
            "Your device is connected",
            format!(
                "Go back to it: {name} goes on by itself in a few seconds. You can close this page."
            ),
        ),
        false => (
            "Nothing was allowed",
            format!("{name} is told that you said no. You can close this page."),
        ),
    };
    Problem {
        status: StatusCode::OK,
        title,
        sentence: &sentence,
        code: None,
        details: Vec::new(),
        next: link("Your account", "/account"),
    }
    .page(app, visitor.id)
}

/// `GET /device/qr.svg?user_code=…`: the QR code of `verification_uri_complete` (§3.3.1), for devices that can
/// show a picture but make none. It is drawn for any code that could be one, so it tells nothing.
pub(crate) async fn qr(
    State(app): State<App>,
    id: RequestId,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::from_form(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let drawn = params
        .get("user_code")
        .and_then(UserCode::parse)
        .and_then(|code| {
            let url = verification_uri_complete(&code, app.policy());
            qrcode::QrCode::new(url.as_bytes()).ok()
        });
    let Some(drawn) = drawn else {
        let sentence = "user_code is missing or is no user code";
        let status = StatusCode::BAD_REQUEST;
        return problem::refused(&app, status, sentence, wants_page(&headers), id);
    };
    let picture = drawn
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    let mut response = Response::new(Body::from(picture));
    for (name, value) in [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
