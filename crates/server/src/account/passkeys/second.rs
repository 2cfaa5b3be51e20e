//! A passkey as the second factor, after a password or a sign-in at another provider.
use super::answers::answers;
use crate::account::ceremonies::{Checked, Refused, check};
use crate::account::second_factor::{Before, Standing, again};
use crate::account::throttle;
use crate::account::welcome::{Ways, begun_before, welcome};
use crate::http::cookies::PasswordProved;
use crate::http::error::PageError;
use crate::http::form::{Form, Posted};
use crate::http::reply;
use crate::http::session::{self, BrowserContext, NonceScope};
use crate::interaction::continuation::{Carried, Continuation, after_url};
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{PasskeyAsk, path};
use protocol::Params;
use protocol::accounts::passkeys::ceremony::Purpose;
use protocol::accounts::second_factor::{Second, SecondFactors};
use protocol::types::{Locator, Person};

answers!(SecondForm, PasskeyAsk::SECOND_FACTOR);

/// `POST`: proves it.
pub(super) async fn submit(
    State(app): State<App>,
    posted: Posted<SecondForm>,
) -> Result<Response, PageError> {
    let (mut browser, answered) = match posted {
        Posted::Current(browser, SecondForm(answered)) => (browser, answered),
        Posted::OutOfDate(mut browser, carried) => {
            let continuation = Continuation::load(&app, &carried, &mut browser).await?;
            return Ok(reply::see_other(&continuation.with(path::SECOND_FACTOR)));
        }
    };
    let continuation = Continuation::load(&app, &answered.carried, &mut browser).await?;
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
    let whose = (Purpose::SecondFactor(person.subject), Some(person.subject));
    match check(&app, &browser, whose, &answered).await? {
        Checked::Right(_, place, id) => {
            let second = Second::Passkey(place, id);
            signed_in(&app, &continuation, browser, (&person, before), second).await
        }
        Checked::Again(_) => match begun_before(&app, &person, &browser).await? {
            Some(begun) => {
                let mut response = reply::see_other(&continuation.href());
                session::sign_in(&app, &mut response, &begun.cookie, &person, &begun.device);
                app.cookies.clear::<PasswordProved>(&mut response);
                Ok(response)
            }
            None => {
                refuse(
                    &app,
                    &continuation,
                    browser,
                    (&person, &has),
                    Refused::Wrong,
                )
                .await
            }
        },
        Checked::Refused(refused) => {
            refuse(&app, &continuation, browser, (&person, &has), refused).await
        }
    }
}

async fn signed_in(
    app: &App,
    continuation: &Continuation,
    browser: BrowserContext,
    (person, before): (&Person, Option<Locator>),
    second: Second,
) -> Result<Response, PageError> {
    let ways = Ways {
        on: continuation.href(),
        back: continuation.with(path::SIGN_IN),
    };
    let Some(before) = Before::of_sign_in(app, before).await? else {
        return Ok(reply::see_other(&after_url(&ways.back, "late")));
    };
    let told = app.config.mail.is_some() && browser.known_to(app, person).is_none();
    let methods = before.methods(second);
    let how = (told, before.proof(second, &methods));
    let mut response = welcome(app, person, &browser, how, ways).await?;
    app.cookies.clear::<PasswordProved>(&mut response);
    Ok(response)
}

async fn refuse(
    app: &App,
    continuation: &Continuation,
    browser: BrowserContext,
    whose: (&Person, &SecondFactors),
    refused: Refused,
) -> Result<Response, PageError> {
    let (status, sentence) = refused.told(browser.language);
    let response = again(app, continuation, browser, whose, (status, sentence)).await?;
    Ok(match refused {
        Refused::Throttled(throttled) => throttle::refuse(response, throttled),
        Refused::Wrong | Refused::Late | Refused::Copied => {
            debug_assert_ne!(status, StatusCode::OK);
            response
        }
    })
}
