//! A browser is signed in whose person proved who they are, and goes on.
use crate::http::error::PageError;
use crate::http::reply;
use crate::http::session::{self, BrowserContext};
use crate::interaction::continuation::after_url;
use crate::ops::clock;
use crate::state::App;
use axum::response::Response;
use protocol::accounts::second_factor::Proof;
use protocol::accounts::sign_in::{SigningIn, start_session};
use protocol::types::Person;
use store::Outcome;
use wire::TokenText;

/// Among how many of a person's newest sessions the one is looked for that the same form began.
const LATELY: usize = 20;

/// Where a browser goes that was signed in, and where one that could not be.
pub(super) struct Ways {
    pub(super) on: String,
    pub(super) back: String,
}

/// A session that a browser has from now on.
pub(super) struct Begun {
    /// Its cookie.
    pub(super) cookie: TokenText,
    /// What the account knows the browser by.
    pub(super) device: String,
}

/// Starts a session and goes on. `told`: the person hears of it by mail; and what they proved.
pub(super) async fn welcome(
    app: &App,
    person: &Person,
    browser: &BrowserContext,
    (told, proof): (bool, Proof<'_>),
    ways: Ways,
) -> Result<Response, PageError> {
    let Some(Begun { cookie, device }) = begin(app, person, browser, (told, proof)).await? else {
        // The password was changed, or the account switched off, while it was being checked.
        return Ok(reply::see_other(&after_url(&ways.back, "changed")));
    };
    let mut response = reply::see_other(&ways.on);
    session::sign_in(app, &mut response, &cookie, person, &device);
    Ok(response)
}

/// Starts a session, or finds the one that the same form began a moment ago; `None` where nobody is signed in by it.
pub(super) async fn begin(
    app: &App,
    person: &Person,
    browser: &BrowserContext,
    (told, proof): (bool, Proof<'_>),
) -> Result<Option<Begun>, PageError> {
    let (policy, now) = (app.policy(), clock::now());
    let (device, secret) = (browser.device_of(app, person), browser.secret());
    let signing_in = signing_in(app, browser, (&device, &secret), proof);
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
    Ok(cookie.map(|cookie| Begun { cookie, device }))
}

/// The session with a second factor that this browser began a moment ago, if it did: what comes once more is the same form,
/// whose code is used up.
pub(super) async fn begun_before(
    app: &App,
    person: &Person,
    browser: &BrowserContext,
) -> Result<Option<Begun>, PageError> {
    let now = clock::now();
    let (device, secret) = (browser.device_of(app, person), browser.secret());
    let listed = app.store.sessions(Some(person.subject), now, None, LATELY);
    let mut listed = listed.await?;
    listed.retain(|listed| listed.session.has_second_factor());
    let cookie =
        signing_in(app, browser, (&device, &secret), Proof::Password).begun_already(&listed, now);
    Ok(cookie.map(|cookie| Begun { cookie, device }))
}

fn signing_in<'a>(
    app: &'a App,
    browser: &'a BrowserContext,
    (device, secret): (&'a str, &'a str),
    proof: Proof<'a>,
) -> SigningIn<'a> {
    SigningIn {
        user_agent: &browser.user_agent,
        device,
        secrets: (secret, &app.key),
        session: browser.session.as_ref().map(|facts| facts.session.id),
        proof,
    }
}
