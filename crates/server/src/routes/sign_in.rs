//! Signing in.
use super::attempt::admit;
use super::goal::Goal;
use super::pending::{self, posted, with_handle};
use super::problem;
use crate::app::App;
use crate::clock;
use crate::reply;
use crate::request::{RequestId, Whole};
use crate::visitor::{self, Form, Visitor};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use pages::{Frame, SignIn};
use protocol::accounts::people::{MAX_EMAIL, MAX_PASSWORD};
use protocol::accounts::sign_in::{Attempt, start_session};
use protocol::types::Person;
use store::Outcome;

/// What a failed sign-in says, alike for a wrong password and an unknown address.
const WRONG: &str = "E-mail or password is wrong. Check both and try again.";
/// Every 401 has a challenge; browsers ask for a password by themselves for Basic and Digest only.
const CHALLENGE: &str = "Cookie realm=\"sign-in\", form-action=\"/sign-in\"";
const STALE: &str = "This form was out of date. Please sign in again.";
const NEW: &str =
    "If this address was new here, your account is ready: sign in with the password you chose.";
/// Said before anybody signs in to an app of the test side.
const TEST_MODE: &str = "This app is in test mode. Sign in with a test user that was made with it; \
     your own account is not shown to it.";
/// What the right password of the wrong side is told.
const NO_TEST_USER: &str = "This app is in test mode, and that account is none of its test users.";
const TEST_USER: &str =
    "That is a test user: it can sign in to the test app it was made with, and to no other.";

/// What the page shows besides the form.
#[derive(Default)]
struct Said {
    email: String,
    problem: Option<String>,
    notice: Option<String>,
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
    let goal = match Goal::load(&app, params.get("request"), visitor.id).await {
        Ok(goal) => goal,
        Err(response) => return response,
    };
    if let Some(facts) = &visitor.session
        && goal.suits(&facts.person)
    {
        return reply::see_other(&goal.href());
    }
    let notice = params.get("after").filter(|after| *after == "sign-up");
    let said = Said {
        notice: notice.map(|_| NEW.to_owned()),
        ..Said::default()
    };
    form(&app, &goal, visitor, StatusCode::OK, said)
}

/// `POST`: an attempt.
pub(crate) async fn submit(State(app): State<App>, visitor: Visitor, whole: Whole) -> Response {
    let params = match posted(&app, &whole) {
        Ok(params) => params,
        Err(response) => return response,
    };
    let goal = match Goal::load(&app, params.get("request"), visitor.id).await {
        Ok(goal) => goal,
        Err(response) => return response,
    };
    let email = params.get("email").unwrap_or_default().trim();
    // No account has a longer one, and it is shown again.
    let email: String = email.chars().take(MAX_EMAIL + 1).collect();
    let password = params.get("password").unwrap_or_default().to_owned();
    let again = |visitor: Visitor, status: StatusCode, problem: String| {
        let said = Said {
            email: email.clone(),
            problem: Some(problem),
            notice: None,
        };
        form(&app, &goal, visitor, status, said)
    };
    if !visitor.has_nonce(&app, Form::Anonymous, params.get("nonce")) {
        return again(visitor, StatusCode::BAD_REQUEST, STALE.to_owned());
    }
    let source = visitor.address.source();
    let attempt = match app.config.is_published(&email) {
        true => Attempt::at_everyones(&source),
        false => Attempt::new(&email, &source, visitor.known_to(&app, &email)),
    };
    match attempted(&app, &attempt, &email, password, visitor.id).await {
        Err(response) => response,
        Ok(Attempted::Throttled(seconds)) => too_many(again, visitor, seconds),
        Ok(Attempted::Wrong) => {
            let mut response = again(visitor, StatusCode::UNAUTHORIZED, WRONG.to_owned());
            reply::challenge(&mut response, CHALLENGE);
            response
        }
        Ok(Attempted::Right(person)) if !goal.suits(&person) => {
            let sentence = if goal.is_for_tests() {
                NO_TEST_USER
            } else {
                TEST_USER
            };
            again(visitor, StatusCode::FORBIDDEN, sentence.to_owned())
        }
        Ok(Attempted::Right(person)) => {
            let forget = attempt.succeeded(person.subject);
            if let Err(error) = app.settle_one(forget).await {
                return problem::unavailable(&app, &error, visitor.id);
            }
            welcome(&app, &person, &goal, &visitor).await
        }
    }
}

enum Attempted {
    Throttled(i64),
    Wrong,
    Right(Box<Person>),
}

/// Counts the attempt, then looks at the password; both take as long for an unknown address.
async fn attempted(
    app: &App,
    attempt: &Attempt,
    email: &str,
    password: String,
    id: RequestId,
) -> Result<Attempted, Response> {
    let unavailable = |error| problem::unavailable(app, &error, id);
    if let Err(throttled) = admit(app, attempt).await.map_err(unavailable)? {
        return Ok(Attempted::Throttled(throttled.retry_after));
    }
    let person = app
        .store
        .person_by_email(email)
        .await
        .map_err(unavailable)?;
    let stored = person.as_ref().map(|person| person.password.clone());
    let password = if password.len() > MAX_PASSWORD {
        String::new()
    } else {
        password
    };
    let right = app.hasher.verify(password, stored).await;
    let right = right.map_err(|error| failed(app, &error, id))?;
    Ok(match person.filter(|person| right && person.is_active()) {
        Some(person) => Attempted::Right(Box::new(person)),
        None => Attempted::Wrong,
    })
}

/// Hashing failed: the server is stopping or out of memory.
pub(crate) fn failed(app: &App, error: &anyhow::Error, id: RequestId) -> Response {
    app.log.error(format!("{id}: {error:#}"));
    problem::unavailable(app, &store::StoreError::Overloaded, id)
}

fn too_many(
    again: impl Fn(Visitor, StatusCode, String) -> Response,
    visitor: Visitor,
    seconds: i64,
) -> Response {
    let minutes = (seconds + 59) / 60;
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let sentence = format!("Too many attempts. Wait {minutes} {unit} and try again.");
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
    match app.settle_one(transition).await {
        Ok(Outcome::Committed) => {}
        // The password was changed, or the account switched off, while it was being checked.
        Ok(Outcome::Conflict) => {
            return reply::see_other(&with_handle("/sign-in", goal.carried().as_deref()));
        }
        Err(error) => return problem::unavailable(app, &error, visitor.id),
    }
    let mut response = reply::see_other(&goal.href());
    visitor::sign_in(app, &mut response, &cookie, person);
    response
}

fn form(app: &App, goal: &Goal, mut visitor: Visitor, status: StatusCode, said: Said) -> Response {
    let nonce = visitor.nonce(app, Form::Anonymous);
    let tests = goal.is_for_tests();
    let test_mode = tests.then(|| TEST_MODE.to_owned());
    let page = SignIn {
        frame: Frame {
            test_side: tests,
            ..match goal.waiting() {
                None => visitor.front_frame(app),
                Some(_) => visitor.frame(app),
            }
        },
        request: goal.carried(),
        nonce,
        email: said.email,
        app_name: goal.waiting(),
        problem: said.problem,
        notice: said.notice.or(test_mode),
        sign_up_allowed: app.policy().accounts.sign_up && !tests,
    };
    visitor.keep_form(app, goal.page(status, &page))
}
