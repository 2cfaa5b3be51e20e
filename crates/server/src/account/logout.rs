//! Signing out for an app (OpenID Connect RP-Initiated Logout): the person is asked, unless the app was given an ID token in
//! this very session; then they are sent back.
use crate::http::error::PageError;
use crate::http::notice::{PlainPage, link};
use crate::http::reply::{self, Fault};
use crate::http::session::{self, BrowserContext, NonceScope};
use crate::http::wrong_link::of_params;
use crate::state::{App, AppState};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Next, SignOut, Speak, Text, path};
use protocol::accounts::people::MAX_NAME;
use protocol::openid::logout::{Logout, LogoutFault, LogoutRequest};
use protocol::transition::SessionChange;
use protocol::types::Language;
use protocol::types::text::{isolated, shortened};
use protocol::{Params, Transition};
use store::StoreError;

/// `GET`: the usual way in.
pub(crate) async fn get(
    State(app): State<App>,
    mut browser: BrowserContext,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let params = Params::from_form(query.unwrap_or_default().as_bytes());
    if let Some(locales) = params
        .as_ref()
        .ok()
        .and_then(|params| params.get("ui_locales"))
    {
        browser.speak(Language::of_ui_locales(locales));
    }
    let logout = match params.map_err(LogoutFault::Params) {
        Ok(params) => asked(&app, &params).await?,
        Err(fault) => Err(fault),
    };
    let logout = match logout {
        Ok(logout) => logout,
        Err(fault) => return Ok(wrong(&app, &browser, fault)),
    };
    let Some(facts) = &browser.session else {
        return Ok(nobody_signed_in(&app, &browser, &logout));
    };
    if !logout.is_of(facts, app.policy()) {
        return Ok(ask(&app, browser, &logout));
    }
    end(&app, &browser).await?;
    let mut response = go_on(&app, &browser, &logout);
    session::sign_out(&app, &mut response);
    Ok(response)
}

/// What is asked for, if it may be followed.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn asked(
    app: &App,
    params: &Params,
) -> Result<Result<Logout, LogoutFault>, StoreError> {
    let request = match LogoutRequest::read(params, &app.context()) {
        Ok(request) => request,
        Err(fault) => return Ok(Err(fault)),
    };
    let client = match request.client_id() {
        Some(client_id) => app.store.client(client_id).await?,
        None => None,
    };
    Ok(request.check(client, app.policy()))
}

/// Nobody is signed in. An app that was given an ID token is believed; else the person goes on by themselves.
fn nobody_signed_in(app: &App, browser: &BrowserContext, logout: &Logout) -> Response {
    match (logout.is_hinted(), logout.location(), &logout.client) {
        (false, Some(location), Some(client)) => {
            let name = isolated(&client.name);
            let label = browser.language.text_of("notice-go-to", &[("app", &name)]);
            signed_out(app, browser, link(label, &location))
        }
        _ => go_on(app, browser, logout),
    }
}

/// Where the browser goes once nobody is signed in any more.
pub(super) fn go_on(app: &App, browser: &BrowserContext, logout: &Logout) -> Response {
    match logout.location() {
        Some(location) => reply::see_other(&location),
        None => signed_out(app, browser, to_sign_in(browser)),
    }
}

/// Asks. The form carries where to go on to, which is judged again then.
fn ask(app: &AppState, mut browser: BrowserContext, logout: &Logout) -> Response {
    let client = logout.client.as_ref();
    let fields = [
        ("client_id", client.map(|client| client.id.clone())),
        ("post_logout_redirect_uri", logout.back.clone()),
        ("state", logout.state.clone()),
    ];
    let fields = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let page = SignOut {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.frame(app),
        app: client.map(|client| shortened(&client.name, MAX_NAME)),
        fields: fields.collect(),
    };
    let response = reply::page(StatusCode::OK, &page, Some(reply::LeadsToApp));
    browser.keep_browser_id(app, response)
}

/// The link cannot be followed: the person is told what they can do, the app's developer what is wrong.
fn wrong(app: &App, browser: &BrowserContext, fault: LogoutFault) -> Response {
    let language = browser.language;
    let page = PlainPage {
        status: StatusCode::BAD_REQUEST,
        cause: None,
        title: language.text("logout-wrong-title"),
        sentence: language.text("logout-wrong"),
        code: Some("invalid_request"),
        details: vec![(language.text("wrong-link-what"), what(fault, language))],
        next: link(language.text("sign-out-button"), path::SIGN_OUT),
    };
    let mut response = page.page_for(app, browser);
    let cause = format!("invalid_request: {}", fault.sentence());
    response.extensions_mut().insert(Fault(cause));
    response
}

/// As [`LogoutFault::sentence`], in the reader's language.
fn what(fault: LogoutFault, language: Language) -> Text {
    match fault {
        LogoutFault::Params(fault) => of_params(fault, language),
        LogoutFault::Repeated => language.text("logout-repeated"),
        LogoutFault::Hint => language.text("logout-hint"),
        LogoutFault::OtherClient => language.text("logout-other-client"),
        LogoutFault::UnknownClient => language.text("wrong-client-unknown"),
        LogoutFault::Nobody => language.text("logout-nobody"),
        LogoutFault::Uri => language.text("logout-uri"),
        LogoutFault::State => language.text("logout-state"),
    }
}

/// Ends the session of this browser, if it has one.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn end(app: &App, browser: &BrowserContext) -> Result<(), StoreError> {
    let Some(facts) = &browser.session else {
        return Ok(());
    };
    let transition = Transition::Session(SessionChange::End {
        subject: facts.person.subject,
        session: facts.session.id,
    });
    let act = app.act_now(browser.address);
    app.settle_one(transition, act).await.map(drop)
}

pub(super) fn to_sign_in(browser: &BrowserContext) -> Option<Next> {
    link(browser.language.text("sign-in-button"), path::SIGN_IN)
}

/// That nobody is signed in in this browser, and where to go from there.
pub(super) fn signed_out(app: &App, browser: &BrowserContext, next: Option<Next>) -> Response {
    signed_out_with(app, browser, next, Vec::new())
}

/// The same, with where to sign out besides.
pub(super) fn signed_out_with(
    app: &App,
    browser: &BrowserContext,
    next: Option<Next>,
    there: Vec<(Text, String)>,
) -> Response {
    let language = browser.language;
    PlainPage {
        status: StatusCode::OK,
        cause: None,
        title: language.text("signed-out-title"),
        sentence: language.text("signed-out-apps"),
        code: None,
        details: Vec::new(),
        next,
    }
    .page_with(app, browser.reader(), there)
}
