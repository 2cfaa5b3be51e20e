//! The page where the second factor is proved.
use super::before::Before;
use super::check::{Checked, check};
use super::set_up;
use super::standing::Standing;
use super::told::tells;
use crate::account::ceremonies;
use crate::account::throttle;
use crate::account::welcome::{Begun, Ways, begun_before, welcome};
use crate::http::cookies::PasswordProved;
use crate::http::error::PageError;
use crate::http::form::{Form, Posted, Query};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::continuation::{Carried, Continuation, after_url};
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use pages::{Frame, SecondFactor, Speak, Text, path};
use protocol::Params;
use protocol::accounts::second_factor::SecondFactors;
use protocol::types::{Locator, Person};

/// Every 401 has a challenge.
const CHALLENGE: HeaderValue =
    HeaderValue::from_static("Cookie realm=\"sign-in\", form-action=\"/sign-in/second-factor\"");

/// A code of an authenticator app, or a recovery code.
pub(crate) struct CodeForm {
    carried: Carried,
    code: String,
}

impl Form for CodeForm {
    const PATH: &'static str = path::SECOND_FACTOR;
    const NONCE: NonceScope = NonceScope::Browser;
    type Page = Carried;

    fn page(fields: &Params) -> Carried {
        Carried::of(fields)
    }

    fn read(fields: &Params) -> Self {
        CodeForm {
            carried: Carried::of(fields),
            code: fields.get("code").unwrap_or_default().to_owned(),
        }
    }
}

/// `GET`: the form; or where one is set up, for whoever has none and needs it.
pub(crate) async fn show(
    State(app): State<App>,
    mut browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let continuation = Continuation::load(&app, &Carried::of(&params), &mut browser).await?;
    if let Continuation::Over(over) = &continuation {
        return over.page(&app, &browser);
    }
    Ok(
        match Standing::of(&app, &mut browser, &continuation).await? {
            Standing::Prove(person, has, _) => {
                let shown = (StatusCode::OK, None);
                form(&app, &continuation, browser, (&person, &has), shown).await?
            }
            Standing::SetUp(newcomer) => {
                set_up::first(&app, &continuation, browser, &newcomer, None)
            }
            Standing::Neither(response) => response,
        },
    )
}

/// `POST`: an attempt.
pub(crate) async fn submit(
    State(app): State<App>,
    posted: Posted<CodeForm>,
) -> Result<Response, PageError> {
    let (mut browser, carried, code) = match posted {
        Posted::Current(browser, CodeForm { carried, code }) => (browser, carried, Some(code)),
        Posted::OutOfDate(browser, carried) => (browser, carried, None),
    };
    let continuation = Continuation::load(&app, &carried, &mut browser).await?;
    if let Continuation::Over(over) = &continuation {
        return over.page(&app, &browser);
    }
    let (person, has, before) = match Standing::of(&app, &mut browser, &continuation).await? {
        Standing::Prove(person, has, before) => (person, has, before),
        Standing::SetUp(_) => {
            return Ok(reply::see_other(&continuation.with(path::SECOND_FACTOR)));
        }
        Standing::Neither(response) => return Ok(response),
    };
    let Some(code) = code else {
        let problem = browser.distrust(&app, "sign-in-stale");
        let shown = (StatusCode::BAD_REQUEST, Some((problem, false)));
        return form(&app, &continuation, browser, (&person, &has), shown).await;
    };
    let whose = (&*person, &has, before);
    answer(&app, &continuation, browser, whose, &code).await
}

/// Goes on, or shows the form again with what is wrong.
async fn answer(
    app: &App,
    continuation: &Continuation,
    browser: BrowserContext,
    (person, has, before): (&Person, &SecondFactors, Option<Locator>),
    code: &str,
) -> Result<Response, PageError> {
    let ways = Ways {
        on: continuation.href(),
        back: continuation.with(path::SIGN_IN),
    };
    let language = browser.language;
    // A code is not used up for nothing.
    let Some(before) = Before::of_sign_in(app, before).await? else {
        return Ok(reply::see_other(&after_url(&ways.back, "late")));
    };
    let recovery = match check(app, &browser, (person, has), code).await? {
        Checked::Right(second) => {
            let told = tells(app, person) && browser.known_to(app, person).is_none();
            let methods = before.methods(second);
            let how = (told, before.proof(second, &methods));
            let mut response = welcome(app, person, &browser, how, ways).await?;
            app.cookies.clear::<PasswordProved>(&mut response);
            return Ok(response);
        }
        Checked::Throttled(throttled) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            let problem = Some((throttle::sentence(throttled, language), false));
            let form = form(app, continuation, browser, (person, has), (status, problem)).await?;
            return Ok(throttle::refuse(form, throttled));
        }
        Checked::Unreadable => {
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let problem = Some((language.text("second-unreadable"), false));
            return form(app, continuation, browser, (person, has), (status, problem)).await;
        }
        Checked::Wrong { recovery } => recovery,
    };
    // A form that comes once more, as after a button that was pressed twice.
    if let Some(Begun { cookie, device }) = begun_before(app, person, &browser).await? {
        let mut response = reply::see_other(&ways.on);
        crate::http::session::sign_in(app, &mut response, &cookie, person, &device);
        app.cookies.clear::<PasswordProved>(&mut response);
        return Ok(response);
    }
    let sentence = match recovery {
        true => language.text("second-recovery-wrong"),
        false => language.text("second-wrong"),
    };
    let shown = (StatusCode::UNAUTHORIZED, Some((sentence, recovery)));
    let mut response = form(app, continuation, browser, (person, has), shown).await?;
    reply::challenge(&mut response, CHALLENGE);
    Ok(response)
}

/// The form again, where a passkey did not do.
///
/// # Errors
/// When the store fails.
pub(in crate::account) async fn again(
    app: &App,
    continuation: &Continuation,
    browser: BrowserContext,
    whose: (&Person, &SecondFactors),
    (status, problem): (StatusCode, Text),
) -> Result<Response, PageError> {
    let shown = (status, Some((problem, false)));
    let mut response = form(app, continuation, browser, whose, shown).await?;
    if status == StatusCode::UNAUTHORIZED {
        reply::challenge(&mut response, CHALLENGE);
    }
    Ok(response)
}

/// The form; `problem`: why it is shown again, and whether that is about a recovery code.
async fn form(
    app: &App,
    continuation: &Continuation,
    mut browser: BrowserContext,
    (person, has): (&Person, &SecondFactors),
    (status, problem): (StatusCode, Option<(Text, bool)>),
) -> Result<Response, PageError> {
    let passkey = ceremonies::second_factor(app, &mut browser, person, has).await?;
    let nonce = browser.nonce(app, NonceScope::Browser);
    let (problem, recovery) = problem.unzip();
    let page = SecondFactor {
        frame: Frame {
            test_side: continuation.is_for_tests(),
            ..browser.frame(app)
        },
        request: continuation.carried(),
        client_id: continuation.client_id(),
        nonce,
        app_name: continuation.waiting(browser.language),
        problem,
        recovery: recovery.unwrap_or_default(),
        asks_code: has.app.is_some(),
        passkey,
    };
    Ok(browser.keep_browser_id(app, continuation.page(status, &page)))
}
