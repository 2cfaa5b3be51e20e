//! A browser is signed in whose person proved who they are, and goes on.
use crate::http::error::PageError;
use crate::http::reply;
use crate::http::session::{self, BrowserContext};
use crate::interaction::continuation::after_url;
use crate::ops::clock;
use crate::state::App;
use axum::response::Response;
use protocol::accounts::sign_in::{HandedOff, SigningIn, start_session};
use protocol::types::Person;
use store::Outcome;

/// Among how many of a person's newest sessions the one is looked for that the same form began.
const LATELY: usize = 20;

/// Where a browser goes that was signed in, and where one that could not be.
pub(super) struct Ways {
    pub(super) on: String,
    pub(super) back: String,
}

/// Starts a session and goes on. `told`: the person hears of it by mail; and what the company's own login said, if that
/// signs them in.
pub(super) async fn welcome(
    app: &App,
    person: &Person,
    browser: &BrowserContext,
    (told, handed_off): (bool, Option<HandedOff<'_>>),
    ways: Ways,
) -> Result<Response, PageError> {
    let (policy, now) = (app.policy(), clock::now());
    let device = browser.device_of(app, person);
    let secret = browser.secret();
    let signing_in = SigningIn {
        user_agent: &browser.user_agent,
        device: &device,
        secrets: (&secret, &app.key),
        session: browser.session.as_ref().map(|facts| facts.session.id),
        handed_off,
    };
    let (cookie, transition) = start_session(person, &signing_in, told, policy, now, &app.mint);
    let transition = transition.in_language(browser.language);
    let act = app.act(now, browser.address);
    let cookie = match app.settle_one(transition, act).await? {
        Outcome::Committed => Some(cookie),
        Outcome::Conflict => {
            let listed = app.store.sessions(Some(person.subject), now, None, LATELY);
            signing_in.begun_already(&listed.await?, now)
        }
    };
    let Some(cookie) = cookie else {
        // The password was changed, or the account switched off, while it was being checked.
        return Ok(reply::see_other(&after_url(&ways.back, "changed")));
    };
    let mut response = reply::see_other(&ways.on);
    session::sign_in(app, &mut response, &cookie, person, &device);
    Ok(response)
}
