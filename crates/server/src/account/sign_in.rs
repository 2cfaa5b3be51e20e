//! Signing in.
use super::ceremonies;
use super::handoff;
use super::second_factor::enter;
use super::throttle::{self, admit};
use super::upstream;
use super::welcome::Ways;
use crate::http::error::PageError;
use crate::http::form::{Form, Posted, Query};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::continuation::{Carried, Continuation};
use crate::ops::clock;
use crate::ops::hasher::{Checked, HashFault};
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use pages::{Frame, SignIn, Speak, Text, path};
use protocol::Params;
use protocol::accounts::password::MAX_PASSWORD;
use protocol::accounts::people::{self, MAX_EMAIL};
use protocol::accounts::second_factor::Proof;
use protocol::accounts::sign_in::{Attempt, Throttled};
use protocol::apps::signed_in_lately;
use protocol::facts::SessionFacts;
use protocol::policy::SignUp;
use protocol::types::Person;
use store::Outcome;

/// Every 401 has a challenge; browsers ask for a password by themselves for Basic and Digest only.
pub(super) const CHALLENGE: HeaderValue =
    HeaderValue::from_static("Cookie realm=\"sign-in\", form-action=\"/sign-in\"");
/// What led here, as `after` names it.
fn after(what: &str) -> Option<&'static str> {
    Some(match what {
        "sign-up" => "sign-in-after-sign-up",
        "signed-out" => "sign-in-after-signed-out",
        "everywhere" => "sign-in-after-everywhere",
        "switch" => "sign-in-after-switch",
        "changed" => "sign-in-after-changed",
        "deleted" => "sign-in-after-deleted",
        "proof" => "sign-in-after-proof",
        "late" => "second-late",
        "again" => "sign-in-after-again",
        _ => return None,
    })
}

/// What the page shows besides the form.
struct Said {
    email: String,
    problem: Option<Text>,
    /// A message.
    notice: Option<&'static str>,
    /// What led here.
    what: String,
}

/// An attempt to sign in.
pub(crate) struct SignInForm {
    page: SignInFields,
    password: String,
}

/// What the page is shown again with.
pub(crate) struct SignInFields {
    carried: Carried,
    email: String,
}

impl Form for SignInForm {
    const PATH: &'static str = path::SIGN_IN;
    const NONCE: NonceScope = NonceScope::Browser;
    type Page = SignInFields;

    fn page(fields: &Params) -> SignInFields {
        let email = fields.get("email").unwrap_or_default().trim();
        SignInFields {
            carried: Carried::of(fields),
            // No account has a longer one, and it is shown again.
            email: email.chars().take(MAX_EMAIL + 1).collect(),
        }
    }

    fn read(fields: &Params) -> Self {
        SignInForm {
            page: Self::page(fields),
            password: fields.get("password").unwrap_or_default().to_owned(),
        }
    }
}

/// `GET`: the form. Whoever is signed in already goes on.
pub(crate) async fn show(
    State(app): State<App>,
    mut browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let continuation = Continuation::load(&app, &Carried::of(&params), &mut browser).await?;
    let what = params.get("after").unwrap_or_default();
    let signed_up = what == "sign-up";
    if let Continuation::Over(over) = &continuation
        && !signed_up
    {
        return over.page(&app, &browser);
    }
    let handoff = app.config.handoff.as_ref();
    // Whoever is signed in by a password here proves that.
    let by_password = |facts: &SessionFacts| facts.person.signs_in_here();
    let by_password = what == "proof" && browser.session.as_ref().is_some_and(by_password);
    let handoff =
        handoff.filter(|_| !continuation.is_for_tests() && !here(&params) && !by_password);
    let mut own = None;
    if let Some(facts) = &browser.session {
        let elsewhere = handoff.is_some() || !app.upstream.is_empty();
        let anew = elsewhere && handoff::is_anew(what);
        let anew = anew || (what == "proof" && !signed_in_lately(&facts.session, clock::now()));
        if !anew && continuation.is_met_by(facts, app.policy()) {
            return Ok(reply::see_other(&continuation.href()));
        }
        if !anew
            && facts.person.external_id.is_none()
            && continuation.lacks_second_factor(facts, app.policy())
        {
            return Ok(reply::see_other(&continuation.with(path::SECOND_FACTOR)));
        }
        own = Some(facts.person.label().to_owned()).filter(|_| continuation.suits(&facts.person));
    }
    if let Some(handoff) = handoff {
        return Ok(handoff::begin(&app, handoff, &continuation, browser, what));
    }
    if what.is_empty()
        && !here(&params)
        && let Some(led) = upstream::lead(&app, &continuation)
    {
        return Ok(led);
    }
    let again = own.is_some().then_some("sign-in-again");
    let typed = browser.address_typed.clone().filter(|_| signed_up);
    let hint = continuation.login_hint().map(str::to_owned);
    let said = Said {
        email: typed.or(hint).or(own).unwrap_or_default(),
        what: what.to_owned(),
        notice: after(what)
            .or(again)
            .or(browser.session_ended.then_some("sign-in-ended")),
        problem: None,
    };
    Ok(form(&app, &continuation, browser, StatusCode::OK, said))
}

/// Whether somebody has an account here though others sign in at the company's own login: who runs the provider, as a rule.
fn here(params: &Params) -> bool {
    params.get("with") == Some("password")
}

/// `POST`: an attempt.
pub(crate) async fn submit(
    State(app): State<App>,
    posted: Posted<SignInForm>,
) -> Result<Response, PageError> {
    match posted {
        Posted::OutOfDate(mut browser, page) => {
            let continuation = Continuation::load(&app, &page.carried, &mut browser).await?;
            let said = Said {
                email: page.email,
                problem: Some(browser.distrust(&app, "sign-in-stale")),
                notice: None,
                what: String::new(),
            };
            Ok(form(
                &app,
                &continuation,
                browser,
                StatusCode::BAD_REQUEST,
                said,
            ))
        }
        Posted::Current(mut browser, SignInForm { page, password }) => {
            let continuation = Continuation::load(&app, &page.carried, &mut browser).await?;
            let attempted = attempted(&app, &page.email, password, &browser).await?;
            answer(&app, &continuation, browser, page.email, attempted).await
        }
    }
}

/// Goes on, or shows the form again with what is wrong.
async fn answer(
    app: &App,
    continuation: &Continuation,
    mut browser: BrowserContext,
    email: String,
    attempted: Attempted,
) -> Result<Response, PageError> {
    if matches!(attempted, Attempted::Wrong)
        && let Some(led) = upstream::leads(app, continuation, &browser, &email)
    {
        return Ok(led);
    }
    let (person, attempt, known) = match attempted {
        Attempted::Right {
            person,
            attempt,
            known,
        } if continuation.suits(&person) => (person, attempt, known),
        wrong => return Ok(refused(app, continuation, browser, email, wrong)),
    };
    app.settle_one(attempt.succeeded(), clock::now()).await?;
    let is_real = person.test_app.is_none() && !app.config.is_published(&person.email);
    let told = !known && is_real && app.config.mail.is_some();
    let ways = Ways {
        on: continuation.href(),
        back: continuation.with(path::SIGN_IN),
    };
    let how = (continuation, told, Proof::Password);
    enter(app, &person, &mut browser, how, ways).await
}

/// The form again, with what was wrong.
fn refused(
    app: &App,
    continuation: &Continuation,
    browser: BrowserContext,
    email: String,
    wrong: Attempted,
) -> Response {
    let language = browser.language;
    let again = |status: StatusCode, problem: Text| {
        let said = Said {
            email,
            problem: Some(problem),
            notice: None,
            what: String::new(),
        };
        form(app, continuation, browser, status, said)
    };
    match wrong {
        Attempted::Throttled(throttled) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            let form = again(status, throttle::sentence(throttled, language));
            throttle::refuse(form, throttled)
        }
        Attempted::Busy => {
            let form = again(StatusCode::TOO_MANY_REQUESTS, language.text("busy"));
            reply::retry_after(form, reply::BUSY_FOR)
        }
        Attempted::Wrong => {
            let mut response = again(StatusCode::UNAUTHORIZED, language.text("sign-in-wrong"));
            reply::challenge(&mut response, CHALLENGE);
            response
        }
        Attempted::Disabled => again(StatusCode::FORBIDDEN, language.text("sign-in-disabled")),
        Attempted::Right { .. } => {
            let sentence = match continuation.is_for_tests() {
                true => language.text("sign-in-no-test-user"),
                false => language.text("sign-in-test-user"),
            };
            again(StatusCode::FORBIDDEN, sentence)
        }
    }
}

enum Attempted {
    Throttled(Throttled),
    Busy,
    Wrong,
    Disabled,
    Right {
        person: Box<Person>,
        attempt: Attempt,
        /// Whether they have signed in with this browser before.
        known: bool,
    },
}

/// Counts the attempt, then looks at the password; both take as long for an unknown address.
async fn attempted(
    app: &App,
    email: &str,
    password: String,
    browser: &BrowserContext,
) -> Result<Attempted, PageError> {
    let person = app.store.person_by_email(email).await?;
    let source = browser.address.source();
    let known = person
        .as_ref()
        .and_then(|person| browser.known_to(app, person));
    let attempt = match app.config.is_published(email) {
        true => Attempt::at_everyones(&source),
        false => Attempt::new(email, &source, known),
    };
    if let Some(throttled) = admit(app, &attempt).await? {
        return Ok(Attempted::Throttled(throttled));
    }
    let stored = person.as_ref().map(|person| person.password.clone());
    let password = match password.len() > MAX_PASSWORD {
        true => String::new(),
        false => password,
    };
    let checked = match app.hasher.verify(&source, password.clone(), stored).await {
        Err(HashFault::Busy) => {
            app.settle_one(attempt.not_looked_at(), clock::now())
                .await?;
            return Ok(Attempted::Busy);
        }
        checked => checked?,
    };
    let known = known.is_some();
    let Some(person) = person.filter(|_| checked.is_right()) else {
        return Ok(Attempted::Wrong);
    };
    if !person.is_active() {
        return Ok(Attempted::Disabled);
    }
    let person = match checked {
        Checked::Outdated => hashed_anew(app, browser, person, password).await?,
        Checked::Right | Checked::Wrong => person,
    };
    Ok(Attempted::Right {
        person: Box::new(person),
        attempt,
        known,
    })
}

/// Hashes a password anew that an earlier release hashed in a weaker way. The person as they are then; where it cannot be
/// done now, the next time will do.
async fn hashed_anew(
    app: &App,
    browser: &BrowserContext,
    person: Person,
    password: String,
) -> Result<Person, PageError> {
    let source = browser.address.source();
    let Ok(hash) = app.hasher.hash(&source, password.clone()).await else {
        return Ok(person);
    };
    let change = people::rehash(&person, hash.clone());
    if app.settle_one(change, app.act_now(browser.address)).await? == Outcome::Committed {
        return Ok(Person {
            password: hash,
            ..person
        });
    }
    // Another browser signed in at the same moment: its hash is of the same password, unless that was changed.
    let Some(now) = app.store.person(person.subject).await? else {
        return Ok(person);
    };
    let stored = Some(now.password.clone());
    let same = app.hasher.verify(&source, password, stored).await?;
    Ok(match same.is_right() {
        true => now,
        false => person,
    })
}

/// The form again, where a passkey did not do.
pub(super) fn again(
    app: &App,
    continuation: &Continuation,
    browser: BrowserContext,
    status: StatusCode,
    problem: Text,
) -> Response {
    let said = Said {
        email: String::new(),
        problem: Some(problem),
        notice: None,
        what: String::new(),
    };
    form(app, continuation, browser, status, said)
}

fn form(
    app: &App,
    continuation: &Continuation,
    mut browser: BrowserContext,
    status: StatusCode,
    said: Said,
) -> Response {
    let nonce = browser.nonce(app, NonceScope::Browser);
    let tests = continuation.is_for_tests();
    let test_mode = tests.then_some("sign-in-test-mode");
    let notices = said.notice.into_iter().chain(test_mode);
    let language = browser.language;
    let notice = notices
        .map(|id| language.text(id))
        .reduce(|first, next| first.then(&next));
    let passkey = ceremonies::sign_in(app, continuation, &mut browser);
    let page = SignIn {
        passkey,
        frame: Frame {
            test_side: tests,
            ..match continuation.waiting(language) {
                None => browser.front_frame(app),
                Some(_) => browser.frame(app),
            }
        },
        request: continuation.carried(),
        client_id: continuation.client_id(),
        nonce,
        email: said.email,
        app_name: continuation.waiting(language),
        problem: said.problem,
        notice,
        providers: upstream::offered(app, continuation, &said.what, language),
        sign_up_allowed: app.policy().accounts.sign_up == SignUp::Open && !tests,
        recovery_allowed: app.config.mail.is_some() && !tests,
    };
    browser.keep_browser_id(app, continuation.page(status, &page))
}
