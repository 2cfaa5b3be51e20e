//! Signing in on the portal's own host: by the issuer, as the client that is built in. The code that a browser comes back with
//! is redeemed here, in the same process.
use crate::http::cookies::random;
use crate::http::error::{PageError, PageFault};
use crate::http::form::Query;
use crate::http::reply;
use crate::http::request::Arrival;
use crate::http::session::{BrowserContext, ClaimedSession, sign_in_to_portal};
use crate::interaction::continuation::OwnPage;
use crate::oauth::handover::redirect_uri;
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::response::Response;
use jose::Digest;
use pages::path;
use pages::portal::PORTAL;
use protocol::Params;
use protocol::accounts::handover::{CLIENT_ID, Errand, HandoverCode};
use protocol::apps::signed_in_lately;

/// The way to [`begin`], which comes back to a page of the portal.
pub(in crate::portal) fn href(page: &str) -> String {
    let params = Params::from_pairs([("to", page)]);
    format!("{}?{}", path::SIGN_IN, params.to_form())
}

/// `GET /`: the apps of whoever is signed in, or what there is to read.
pub(in crate::portal) async fn home(State(app): State<App>) -> Response {
    reply::see_other(match app.config.portal.page {
        true => PORTAL,
        false => path::DEVELOPERS,
    })
}

/// `GET`: the way out is the issuer's, where the session ends that this host's hangs on.
pub(in crate::portal) async fn out(State(app): State<App>) -> Response {
    reply::see_other(&format!("{}{}", app.config.base(), path::SIGN_OUT))
}

/// `GET`: on to the authorization endpoint. `to` is the page to come back to, or `request` names it; `state` is what a browser
/// set out with that stopped to sign in; `anew`: whoever is signed in proves once more that it is them.
pub(in crate::portal) async fn begin(
    State(app): State<App>,
    mut browser: BrowserContext,
    arrival: Arrival,
    Query(params): Query,
) -> Result<Response, PageError> {
    let now = clock::now();
    let before = params.get("state").and_then(|state| {
        let known = browser.known_browser()?;
        Errand::read(state, known, &app.key, now)
    });
    let named = params.get("request").and_then(OwnPage::named);
    let page = match (&before, params.get("to"), named) {
        (Some(before), ..) => before.page(),
        (None, Some(to), _) => to,
        (None, None, Some(named)) => named.href(),
        (None, None, None) => path::HOME,
    };
    let errand = Errand::begin(page, random(), now);
    let anew = params.get("anew").is_some();
    let is_met =
        |facts: &protocol::facts::SessionFacts| !anew || signed_in_lately(&facts.session, now);
    if browser.session.as_ref().is_some_and(is_met) {
        return Ok(reply::see_other(errand.page()));
    }
    let own = browser.portal_browser().to_owned();
    let state = errand.state(&own, &app.key);
    let challenge = Digest::of(errand.verifier(&own, &app.key).as_bytes()).base64url();
    let back = redirect_uri(&app.config);
    let usual = [
        ("response_type", "code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", &back),
        ("state", &state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let spoken = arrival
        .spoken
        .asked
        .map(|asked| ("ui_locales", asked.tag()));
    let more = anew.then_some(("max_age", "600")).into_iter().chain(spoken);
    let asked = Params::from_pairs(usual.into_iter().chain(more)).to_form();
    let endpoint = app.config.paths.authorize.first();
    let endpoint = endpoint.ok_or(PageFault::NotFound)?;
    let to = format!("{}{endpoint}?{asked}", app.config.base());
    Ok(browser.keep_browser_id(&app, reply::see_other(&to)))
}

/// `GET`: back with a code. Whoever has set out from another browser is signed in to nothing here.
pub(in crate::portal) async fn done(
    State(app): State<App>,
    browser: BrowserContext,
    claimed: ClaimedSession,
    Query(params): Query,
) -> Result<Response, PageError> {
    let now = clock::now();
    let Some(own) = browser.known_browser() else {
        return Err(PageFault::Astray.into());
    };
    let state = params.get("state").unwrap_or_default();
    let code = params.get("code").and_then(HandoverCode::parse);
    let code = code.ok_or(PageFault::Astray)?;
    let Some(errand) = Errand::read(state, own, &app.key, now) else {
        // Several tabs set out at once, each with a browser's secret of its own, and the last one stayed. With that this one
        // sets out anew, and is signed in as whoever they are at the issuer, whatever the code was.
        let page = Errand::page_of(state).unwrap_or_default();
        return Ok(reply::see_other(&href(&page)));
    };
    let found = app.store.portal_session(code.locator()).await?;
    let verifier = errand.verifier(own, &app.key);
    // Only what this browser proved to have is ended.
    let before = claimed.at_portal().filter(|_| browser.session.is_some());
    let decision = code.redeem(found.as_ref(), &verifier, before, &app.context());
    let act = app.act(now, claimed.address);
    let Some(Ok(cookie)) = app.settle(decision, act).await? else {
        // Somebody pressed "back" or loaded it again: they are where they wanted to be.
        return match &browser.session {
            Some(_) => Ok(reply::see_other(errand.page())),
            None => Err(PageFault::Astray.into()),
        };
    };
    let mut response = reply::see_other(errand.page());
    sign_in_to_portal(&app, &mut response, &cookie);
    Ok(response)
}
