//! A passkey as the second factor that somebody sets up because nobody goes on without.
use super::made::{Made, NotMade, made};
use crate::account::ceremonies::to_set_up;
use crate::account::second_factor::{Before, Newcomer, Standing, first_again, shown_codes, tells};
use crate::account::welcome::begin;
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Form, Posted};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::interaction::continuation::{Carried, Continuation, after_url};
use crate::ops::clock;
use crate::ops::passkeys::place_of;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use pages::{PasskeyAsk, Speak, path};
use protocol::Params;
use protocol::accounts::passkeys::{NewPasskey, add};
use protocol::accounts::second_factor::Second;
use protocol::accounts::second_factor::recovery::RecoveryCode;
use protocol::decision::Mint;
use store::Outcome;

/// A passkey that a browser made.
pub(crate) struct SetUpForm {
    carried: Carried,
    made: Made,
}

impl Form for SetUpForm {
    const PATH: &'static str = PasskeyAsk::SET_UP;
    const NONCE: NonceScope = NonceScope::Browser;
    type Page = Carried;

    fn page(fields: &Params) -> Carried {
        Carried::of(fields)
    }

    fn read(fields: &Params) -> Self {
        SetUpForm {
            carried: Carried::of(fields),
            made: Made::of(fields),
        }
    }
}

/// `POST`: adds it, begins a session with it, and shows the recovery codes.
pub(super) async fn submit(
    State(app): State<App>,
    posted: Posted<SetUpForm>,
) -> Result<Response, PageError> {
    let (mut browser, carried, form) = match posted {
        Posted::Current(browser, SetUpForm { carried, made }) => (browser, carried, Some(made)),
        Posted::OutOfDate(browser, carried) => (browser, carried, None),
    };
    let continuation = Continuation::load(&app, &carried, &mut browser).await?;
    if let Continuation::Over(over) = &continuation {
        return over.page(&app, &browser);
    }
    let newcomer = match Standing::of(&app, &mut browser, &continuation).await? {
        Standing::SetUp(newcomer) if newcomer.is_first => newcomer,
        Standing::SetUp(_) | Standing::Prove(..) => {
            return Ok(reply::see_other(&continuation.with(path::SECOND_FACTOR)));
        }
        Standing::Neither(response) => return Ok(response),
    };
    let Some(form) = form else {
        let problem = browser.distrust(&app, "sign-in-stale");
        return Ok(first_again(
            &app,
            &continuation,
            browser,
            &newcomer,
            problem,
        ));
    };
    added(&app, &continuation, browser, &newcomer, form).await
}

async fn added(
    app: &App,
    continuation: &Continuation,
    browser: BrowserContext,
    newcomer: &Newcomer,
    form: Made,
) -> Result<Response, PageError> {
    let (person, language) = (&newcomer.person, browser.language);
    let purpose = to_set_up(person, newcomer.session.as_ref());
    let (ceremony, credential, name) = match made(app, &browser, (person, purpose), &form) {
        Ok(made) => made,
        Err(NotMade::Nobody) => return Err(PageFault::NotFound.into()),
        Err(NotMade::Because(id)) => {
            let problem = language.text(id);
            return Ok(first_again(app, continuation, browser, newcomer, problem));
        }
    };
    let late = after_url(&continuation.with(path::SIGN_IN), "late");
    let Some(before) = Before::of_newcomer(app, newcomer).await? else {
        return Ok(reply::see_other(&late));
    };
    let codes = RecoveryCode::of_round(&app.key, form.ceremony.as_bytes());
    let (id, place, now) = (app.mint.locator(), place_of(&credential), clock::now());
    let new = NewPasskey {
        id,
        person,
        ceremony,
        credential,
        name,
        codes: &codes,
        session: newcomer.session.as_ref(),
        answer: newcomer.answer,
    };
    let change = add(new, tells(app, person), now, &app.mint).in_language(language);
    let act = app.act(now, browser.address);
    if app.settle_one(change, act).await? == Outcome::Conflict {
        let problem = language.text("passkeys-taken");
        return Ok(first_again(app, continuation, browser, newcomer, problem));
    }
    // The account has forgotten every browser; it knows this one from now on.
    let person = app.store.person(person.subject).await?;
    let second = Second::Passkey(place, id);
    let methods = before.methods(second);
    let begun = match &person {
        Some(person) => {
            let how = (false, before.proof(second, &methods));
            begin(app, person, &browser, how).await?
        }
        None => None,
    };
    let (Some(person), Some(begun)) = (person, begun) else {
        let sign_in = after_url(&continuation.with(path::SIGN_IN), "changed");
        return Ok(reply::see_other(&sign_in));
    };
    let whose = (&person, &begun);
    Ok(shown_codes(app, &browser, continuation, whose, &codes))
}
