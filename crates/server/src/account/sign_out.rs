//! Signing out of this browser.
use crate::http::error::PageError;
use crate::http::form::{Form, Posted};
use crate::http::notice::{Problem, link};
use crate::http::reply;
use crate::http::session::{self, Guard, Visitor};
use crate::interaction::continuation::{after_url, is_goal, with_handle};
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{SignOut, path};
use protocol::transition::SessionChange;
use protocol::{Params, Transition};

/// The wish to sign out; with a pending request ("not you?") for somebody else to sign in.
pub(crate) struct SignOutForm {
    request: Option<String>,
}

impl Form for SignOutForm {
    const PATH: &'static str = path::SIGN_OUT;
    const GUARD: Guard = Guard::Session;
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
pub(crate) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    match visitor.session {
        Some(_) => ask(&app, visitor),
        None => signed_out(&app, &visitor),
    }
}

fn ask(app: &App, mut visitor: Visitor) -> Response {
    let page = SignOut {
        nonce: visitor.nonce(app, Guard::Session),
        frame: visitor.frame(app),
    };
    visitor.keep_form(app, reply::page(StatusCode::OK, &page, None))
}

/// `POST`: ends the session.
pub(crate) async fn submit(
    State(app): State<App>,
    posted: Posted<SignOutForm>,
) -> Result<Response, PageError> {
    let (visitor, form) = match posted {
        Posted::OutOfDate(visitor, _) if visitor.session.is_some() => {
            return Ok(ask(&app, visitor));
        }
        // Whose session is over is signed out already.
        Posted::OutOfDate(visitor, form) | Posted::Current(visitor, form) => (visitor, form),
    };
    if let Some(facts) = &visitor.session {
        let transition = Transition::Session(SessionChange::End {
            subject: facts.person.subject,
            session: facts.session.id,
        });
        app.settle_one(transition, app.act_now(visitor.address))
            .await?;
    }
    let mut response = match form.request.as_deref() {
        Some(goal) if is_goal(goal) => reply::see_other(&after_url(
            &with_handle(path::SIGN_IN, Some(goal)),
            "switch",
        )),
        _ => signed_out(&app, &visitor),
    };
    session::sign_out(&app, &mut response);
    Ok(response)
}

fn signed_out(app: &App, visitor: &Visitor) -> Response {
    Problem {
        status: StatusCode::OK,
        title: "You are signed out",
        sentence: "Apps you have allowed keep their access.",
        code: None,
        details: Vec::new(),
        next: link("Sign in", path::SIGN_IN),
    }
    .page(app, visitor.id)
}
