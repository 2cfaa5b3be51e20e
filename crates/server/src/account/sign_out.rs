//! Signing out of this browser.
use crate::http::error::PageError;
use crate::http::form::{Form, Posted};
use crate::http::notice::{PlainPage, link};
use crate::http::reply;
use crate::http::session::{self, BrowserContext, NonceScope};
use crate::interaction::continuation::{after_url, is_continuation, with_handle};
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{SignOut, Speak, path};
use protocol::transition::SessionChange;
use protocol::{Params, Transition};

/// The wish to sign out; with a pending request ("not you?") for somebody else to sign in.
pub(crate) struct SignOutForm {
    request: Option<String>,
}

impl Form for SignOutForm {
    const PATH: &'static str = path::SIGN_OUT;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = SignOutForm;

    fn page(fields: &Params) -> SignOutForm {
        SignOutForm {
            request: fields.get("request").map(str::to_owned),
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
        None => signed_out(&app, &browser),
    }
}

fn ask(app: &App, mut browser: BrowserContext) -> Response {
    let page = SignOut {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.frame(app),
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
    if let Some(facts) = &browser.session {
        let transition = Transition::Session(SessionChange::End {
            subject: facts.person.subject,
            session: facts.session.id,
        });
        app.settle_one(transition, app.act_now(browser.address))
            .await?;
    }
    let mut response = match form.request.as_deref() {
        Some(continuation) if is_continuation(continuation) => reply::see_other(&after_url(
            &with_handle(path::SIGN_IN, Some(continuation)),
            "switch",
        )),
        _ => signed_out(&app, &browser),
    };
    session::sign_out(&app, &mut response);
    Ok(response)
}

fn signed_out(app: &App, browser: &BrowserContext) -> Response {
    let language = browser.language;
    PlainPage {
        status: StatusCode::OK,
        cause: None,
        title: language.text("signed-out-title"),
        sentence: language.text("signed-out-apps"),
        code: None,
        details: Vec::new(),
        next: link(language.text("sign-in-button"), path::SIGN_IN),
    }
    .page(app, browser.reader())
}
