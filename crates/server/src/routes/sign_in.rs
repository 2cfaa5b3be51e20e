//! Signing in.
use super::attempt::admit;
use super::goal::Goal;
use super::pending::{self, posted};
use super::problem::{self, Problem, link};
use crate::clock;
use crate::password::HashFault;
use crate::reply;
use crate::request::{RequestId, Whole};
use crate::state::App;
use crate::visitor::{self, Form, Visitor};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use pages::{Frame, SignIn};
use protocol::accounts::password::MAX_PASSWORD;
use protocol::accounts::people::MAX_EMAIL;
use protocol::accounts::sign_in::{Attempt, start_session};
use protocol::types::Person;
use store::Outcome;

/// What a failed sign-in says, alike for a wrong password and an unknown address.
const WRONG: &str = "E-mail or password is wrong. Check both and try again.";
/// Every 401 has a challenge; browsers ask for a password by themselves for Basic and Digest only.
const CHALLENGE: &str = "Cookie realm=\"sign-in\", form-action=\"/sign-in\"";
const STALE: &str = "This form was out of date. Please sign in again.";
/// Said before anybody signs in to an app of the test side.
const TEST_MODE: &str = "This app is in test mode. Sign in with a test user that was made with it; \
     your own account is not shown to it.";
/// What the right password of the wrong side is told.
const NO_TEST_USER: &str = "This app is in test mode, and that account is none of its test users.";
const TEST_USER: &str =
    "That is a test user: it can sign in to the test app it was made with, and to no other.";

/// What the right password of an account that was switched off is told, and no other.
const DISABLED: &str = "This account has been switched off. Ask the people who run this service.";
/// Said to a browser whose session ended without its doing.
const ENDED: &str =
    "Your session has ended: it was too old, or it was ended from elsewhere. Sign in again.";
const BUSY: &str =
    "Many people sign in from your network just now. Wait a few seconds and try again.";

/// What led here, as `after` names it, in a sentence.
fn after(what: &str) -> Option<&'static str> {
    Some(match what {
        "sign-up" => {
            "If this address was new here, your account is ready: sign in with the password you chose."
        }
        "signed-out" => {
            "You were signed out in the meantime, so nothing was done. Sign in to go on."
        }
        "everywhere" => "You are signed out in every browser, this one too.",
        "switch" => "You are signed out. Sign in with the account that you want to use.",
        "changed" => {
            "The password or the account was changed while you signed in. Please sign in again."
        }
        _ => return None,
    })
}

/// What the page shows besides the form.
#[derive(Default)]
struct Said {
    email: String,
    problem: Option<String>,
    notice: Option<&'static str>,
}

/// `GET`: the form. Whoever is signed in already goes on.
pub(crate) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Response {
    let params = match pending::query(&app, query.as_deref(), visitor.id) {
        Ok(params) => params,
        Err(response) => return response,
    };
    let (request, client_id) = (params.get("request"), params.get("app"));
    let goal = match Goal::load(&app, request, client_id, visitor.id).await {
        Ok(goal) => goal,
        Err(response) => return response,
    };
    let what = params.get("after").unwrap_or_default();
    let signed_up = what == "sign-up";
    if let Goal::Over(over) = &goal
        && !signed_up
    {
        return over.page(&app, &visitor);
    }
    if let Some(facts) = &visitor.session
        && goal.suits(&facts.person)
    {
        return reply::see_other(&goal.href());
    }
    let typed = visitor.address_typed().filter(|_| signed_up);
    let said = Said {
        email: typed.unwrap_or_default(),
        notice: after(what).or(visitor.session_ended.then_some(ENDED)),
        problem: None,
    };
    form(&app, &goal, visitor, StatusCode::OK, said)
}

/// `POST`: an attempt.
pub(crate) async fn submit(State(app): State<App>, visitor: Visitor, whole: Whole) -> Response {
    let params = match posted(&app, &whole) {
        Ok(params) => params,
        Err(response) => return response,
    };
    let (request, client_id) = (params.get("request"), params.get("app"));
    let goal = match Goal::load(&app, request, client_id, visitor.id).await {
        Ok(goal) => goal,
        Err(response) => return response,
    };
    let email = params.get("email").unwrap_or_default().trim();
    // No account has a longer one, and it is shown again.
    let email: String = email.chars().take(MAX_EMAIL + 1).collect();
    let password = params.get("password").unwrap_or_default().to_owned();
    let again = |visitor: Visitor, status: StatusCode, problem: &str| {
        let said = Said {
            email: email.clone(),
            problem: Some(problem.to_owned()),
            notice: None,
        };
        form(&app, &goal, visitor, status, said)
    };
    if !visitor.has_nonce(&app, Form::Anonymous, params.get("nonce")) {
        let sentence = visitor.distrust(&app, STALE);
        return again(visitor, StatusCode::BAD_REQUEST, &sentence);
    }
    match attempted(&app, &email, password, &visitor).await {
        Err(response) => response,
        Ok(Attempted::Throttled(seconds)) => too_many(again, visitor, seconds),
        Ok(Attempted::Busy) => wait(again, visitor, 3, BUSY),
        Ok(Attempted::Wrong) => {
            let mut response = again(visitor, StatusCode::UNAUTHORIZED, WRONG);
            reply::challenge(&mut response, CHALLENGE);
            response
        }
        Ok(Attempted::Disabled) => again(visitor, StatusCode::FORBIDDEN, DISABLED),
        Ok(Attempted::Right(person, _)) if !goal.suits(&person) => {
            let sentence = if goal.is_for_tests() {
                NO_TEST_USER
            } else {
                TEST_USER
            };
            again(visitor, StatusCode::FORBIDDEN, sentence)
        }
        Ok(Attempted::Right(person, attempt)) => {
            let forget = attempt.succeeded();
            if let Err(error) = app.settle_one(forget, clock::now()).await {
                return problem::unavailable(&app, &error, visitor.id);
            }
            welcome(&app, &person, &goal, &visitor).await
        }
    }
}

enum Attempted {
    Throttled(i64),
    Busy,
    Wrong,
    Disabled,
    Right(Box<Person>, Attempt),
}

/// Counts the attempt, then looks at the password; both take as long for an unknown address.
async fn attempted(
    app: &App,
    email: &str,
    password: String,
    visitor: &Visitor,
) -> Result<Attempted, Response> {
    let unavailable = |error| problem::unavailable(app, &error, visitor.id);
    let found = app.store.person_by_email(email).await;
    let person = found.map_err(unavailable)?;
    let source = visitor.address.source();
    let known = person
        .as_ref()
        .and_then(|person| visitor.known_to(app, person));
    let attempt = match app.config.is_published(email) {
        true => Attempt::at_everyones(&source),
        false => Attempt::new(email, &source, known),
    };
    if let Err(throttled) = admit(app, &attempt).await.map_err(unavailable)? {
        return Ok(Attempted::Throttled(throttled.retry_after));
    }
    let stored = person.as_ref().map(|person| person.password.clone());
    let password = if password.len() > MAX_PASSWORD {
        String::new()
    } else {
        password
    };
    match app.hasher.verify(&source, password, stored).await {
        Err(HashFault::Busy) => Ok(Attempted::Busy),
        Err(fault) => Err(failed(app, &fault, visitor.id)),
        Ok(right) => Ok(match person.filter(|_| right) {
            Some(person) if person.is_active() => Attempted::Right(Box::new(person), attempt),
            Some(_) => Attempted::Disabled,
            None => Attempted::Wrong,
        }),
    }
}

/// A password was not hashed: there is no room, or the server is stopping.
pub(crate) fn failed(app: &App, fault: &HashFault, id: RequestId) -> Response {
    if matches!(fault, HashFault::Busy) {
        let problem = Problem {
            status: StatusCode::TOO_MANY_REQUESTS,
            title: "Please try again in a moment",
            sentence: BUSY,
            code: None,
            details: Vec::new(),
            next: link("Your account", "/account"),
        };
        return problem.page(app, id);
    }
    app.log.error(format!("{id}: {fault}"));
    problem::unavailable(app, &store::StoreError::Overloaded, id)
}

fn too_many(
    again: impl Fn(Visitor, StatusCode, &str) -> Response,
    visitor: Visitor,
    seconds: i64,
) -> Response {
    let minutes = (seconds + 59) / 60;
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let sentence = format!("Too many attempts. Wait {minutes} {unit} and try again.");
    wait(again, visitor, seconds, &sentence)
}

fn wait(
    again: impl Fn(Visitor, StatusCode, &str) -> Response,
    visitor: Visitor,
    seconds: i64,
    sentence: &str,
) -> Response {
    let mut response = again(visitor, StatusCode::TOO_MANY_REQUESTS, sentence);
    if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// Starts a session and goes on.
async fn welcome(app: &App, person: &Person, goal: &Goal, visitor: &Visitor) -> Response {
    let ends = visitor.session.as_ref().map(|facts| facts.session.id);
    let (policy, now) = (app.policy(), clock::now());
    let browser = &visitor.user_agent;
    let (cookie, transition) = start_session(person, browser, ends, policy, now, &app.mint);
    match app
        .settle_one(transition, app.act(now, visitor.address))
        .await
    {
        Ok(Outcome::Committed) => {}
        // The password was changed, or the account switched off, while it was being checked.
        Ok(Outcome::Conflict) => {
            return reply::see_other(&after_url(&goal.with("/sign-in"), "changed"));
        }
        Err(error) => return problem::unavailable(app, &error, visitor.id),
    }
    let mut response = reply::see_other(&goal.href());
    visitor::sign_in(app, &mut response, &cookie, person);
    response
}

/// The address of a page of ours that says what came before.
pub(crate) fn after_url(url: &str, what: &str) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}after={what}")
}

fn form(app: &App, goal: &Goal, mut visitor: Visitor, status: StatusCode, said: Said) -> Response {
    let nonce = visitor.nonce(app, Form::Anonymous);
    let tests = goal.is_for_tests();
    let test_mode = tests.then_some(TEST_MODE);
    let notices: Vec<_> = said.notice.into_iter().chain(test_mode).collect();
    let page = SignIn {
        frame: Frame {
            test_side: tests,
            ..match goal.waiting() {
                None => visitor.front_frame(app),
                Some(_) => visitor.frame(app),
            }
        },
        request: goal.carried(),
        client_id: goal.client_id(),
        nonce,
        email: said.email,
        app_name: goal.waiting(),
        problem: said.problem,
        notice: (!notices.is_empty()).then(|| notices.join(" ")),
        sign_up_allowed: app.policy().accounts.sign_up && !tests,
    };
    visitor.keep_form(app, goal.page(status, &page))
}
