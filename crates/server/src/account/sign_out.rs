//! Signing out of this browser.
use super::logout::{self, end, signed_out, signed_out_with, to_sign_in};
use super::upstream;
use crate::http::error::PageError;
use crate::http::form::{Form, Posted};
use crate::http::reply;
use crate::http::session::{self, BrowserContext, NonceScope};
use crate::interaction::continuation::{after_url, is_continuation, with_handle};
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{SignOut, path};
use protocol::Params;

/// The wish to sign out; with a pending request ("not you?") for somebody else to sign in.
pub(crate) struct SignOutForm {
    request: Option<String>,
    /// Where an app wants the browser to go then, as it asked for that.
    logout: Params,
}

impl Form for SignOutForm {
    const PATH: &'static str = path::SIGN_OUT;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = SignOutForm;

    fn page(fields: &Params) -> SignOutForm {
        let carried = ["client_id", "post_logout_redirect_uri", "state"];
        let carried = carried
            .iter()
            .filter_map(|name| Some((*name, fields.get(name)?)));
        SignOutForm {
            request: fields.get("request").map(str::to_owned),
            logout: Params::from_pairs(carried),
        }
    }

    fn read(fields: &Params) -> Self {
        Self::page(fields)
    }
}

/// `GET`: asks first, since a link must not sign anyone out.
pub(crate) async fn show(State(app): State<App>, browser: BrowserContext) -> Response {
    match browser.session {
        Some(_) => ask(&app, browser),
        None => signed_out(&app, &browser, to_sign_in(&browser)),
    }
}

fn ask(app: &App, mut browser: BrowserContext) -> Response {
    let page = SignOut {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.frame(app),
        app: None,
        fields: Vec::new(),
    };
    browser.keep_browser_id(app, reply::page(StatusCode::OK, &page, None))
}

/// `POST`: ends the session.
pub(crate) async fn submit(
    State(app): State<App>,
    posted: Posted<SignOutForm>,
) -> Result<Response, PageError> {
    let (browser, form) = match posted {
        Posted::OutOfDate(browser, _) if browser.session.is_some() => {
            return Ok(ask(&app, browser));
        }
        // Whose session is over is signed out already.
        Posted::OutOfDate(browser, form) | Posted::Current(browser, form) => (browser, form),
    };
    let begun_at = upstream::begun_at(&app, &browser).await?;
    end(&app, &browser).await?;
    let mut response = match form.request.as_deref() {
        Some(continuation) if is_continuation(continuation) => reply::see_other(&after_url(
            &with_handle(path::SIGN_IN, Some(continuation)),
            "switch",
        )),
        _ => match logout::asked(&app, &form.logout).await? {
            Ok(logout) if logout.location().is_some() => logout::go_on(&app, &browser, &logout),
            _ => {
                let there = upstream::sign_out_there(&app, &browser, begun_at).await;
                signed_out_with(&app, &browser, to_sign_in(&browser), there)
            }
        },
    };
    session::sign_out(&app, &mut response);
    Ok(response)
}
