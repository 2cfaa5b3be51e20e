//! Signing in with a passkey: whoever it says.
use super::answers::answers;
use crate::account::ceremonies::{Checked, Refused, check};
use crate::account::sign_in::again;
use crate::account::throttle;
use crate::account::welcome::{Begun, Ways, begun_before, welcome};
use crate::http::cookies::PasswordProved;
use crate::http::error::PageError;
use crate::http::form::{Form, Posted};
use crate::http::reply;
use crate::http::session::{self, BrowserContext, NonceScope};
use crate::interaction::continuation::{Carried, Continuation};
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{PasskeyAsk, Speak, path};
use protocol::Params;
use protocol::accounts::passkeys::KeyPlace;
use protocol::accounts::passkeys::ceremony::Purpose;
use protocol::accounts::second_factor::Proof;
use protocol::types::{Locator, Person};

answers!(SignInForm, PasskeyAsk::SIGN_IN);

/// `POST`: signs in.
pub(super) async fn submit(
    State(app): State<App>,
    posted: Posted<SignInForm>,
) -> Result<Response, PageError> {
    let (mut browser, carried, answered) = match posted {
        Posted::Current(browser, SignInForm(answered)) => (browser, None, Some(answered)),
        Posted::OutOfDate(browser, carried) => (browser, Some(carried), None),
    };
    let carried = carried
        .as_ref()
        .or(answered.as_ref().map(|form| &form.carried));
    let Some(carried) = carried else {
        return Ok(reply::see_other(path::SIGN_IN));
    };
    let continuation = Continuation::load(&app, carried, &mut browser).await?;
    if let Continuation::Over(over) = &continuation {
        return over.page(&app, &browser);
    }
    let Some(answered) = answered else {
        let problem = browser.distrust(&app, "sign-in-stale");
        return Ok(again(
            &app,
            &continuation,
            browser,
            StatusCode::BAD_REQUEST,
            problem,
        ));
    };
    let whoever = (Purpose::SignIn, None);
    match check(&app, &browser, whoever, &answered).await? {
        Checked::Right(person, place, id) => {
            signed_in(&app, &continuation, browser, &person, (place, id)).await
        }
        Checked::Refused(refused) => Ok(refuse(&app, &continuation, browser, refused)),
        // As after a button that was pressed twice.
        Checked::Again(person) => match begun_before(&app, &person, &browser).await? {
            Some(begun) => Ok(on(&app, &continuation, &person, &begun)),
            None => Ok(refuse(&app, &continuation, browser, Refused::Wrong)),
        },
    }
}

async fn signed_in(
    app: &App,
    continuation: &Continuation,
    browser: BrowserContext,
    person: &Person,
    (place, id): (KeyPlace, Locator),
) -> Result<Response, PageError> {
    let language = browser.language;
    let kept_out = match (person.is_active(), continuation.suits(person)) {
        (false, _) => Some("sign-in-disabled"),
        (true, false) => Some("sign-in-no-test-user"),
        (true, true) => None,
    };
    if let Some(why) = kept_out {
        let problem = language.text(why);
        return Ok(again(
            app,
            continuation,
            browser,
            StatusCode::FORBIDDEN,
            problem,
        ));
    }
    let told = browser.known_to(app, person).is_none() && app.config.mail.is_some();
    let ways = Ways {
        on: continuation.href(),
        back: continuation.with(path::SIGN_IN),
    };
    let how = (told, Proof::Passkey(place, id));
    let mut response = welcome(app, person, &browser, how, ways).await?;
    app.cookies.clear::<PasswordProved>(&mut response);
    Ok(response)
}

fn on(app: &App, continuation: &Continuation, person: &Person, begun: &Begun) -> Response {
    let mut response = reply::see_other(&continuation.href());
    session::sign_in(app, &mut response, &begun.cookie, person, &begun.device);
    app.cookies.clear::<PasswordProved>(&mut response);
    response
}

fn refuse(
    app: &App,
    continuation: &Continuation,
    browser: BrowserContext,
    refused: Refused,
) -> Response {
    let (status, sentence) = refused.told(browser.language);
    let mut response = again(app, continuation, browser, status, sentence);
    if status == StatusCode::UNAUTHORIZED {
        reply::challenge(&mut response, crate::account::sign_in::CHALLENGE);
    }
    match refused {
        Refused::Throttled(throttled) => throttle::refuse(response, throttled),
        Refused::Wrong | Refused::Late | Refused::Copied => response,
    }
}
