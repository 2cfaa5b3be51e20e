//! Signing out of this browser.
use super::goal::is_goal;
use super::pending::{posted, with_handle};
use super::problem::{self, Problem, link};
use super::sign_in::after_url;
use crate::reply;
use crate::request::Whole;
use crate::state::App;
use crate::visitor::{self, Form, Visitor};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::SignOut;
use protocol::Transition;
use protocol::transition::SessionChange;

/// `GET`: asks first, since a link must not sign anyone out.
pub(crate) async fn show(State(app): State<App>, mut visitor: Visitor) -> Response {
    if visitor.session.is_none() {
        return signed_out(&app, &visitor);
    }
    let page = SignOut {
        nonce: visitor.nonce(&app, Form::Personal),
        frame: visitor.frame(&app),
    };
    visitor.keep_form(&app, reply::page(StatusCode::OK, &page, None))
}

/// `POST`: ends the session. With a pending request ("not you?") somebody else may sign in for it.
pub(crate) async fn submit(State(app): State<App>, visitor: Visitor, whole: Whole) -> Response {
    let params = match posted(&app, &whole) {
        Ok(params) => params,
        Err(response) => return response,
    };
    if let Some(facts) = &visitor.session {
        if !visitor.has_nonce(&app, Form::Personal, params.get("nonce")) {
            return show(State(app), visitor).await;
        }
        let transition = Transition::Session(SessionChange::End {
            subject: facts.person.subject,
            session: facts.session.id,
        });
        if let Err(error) = app
            .settle_one(transition, app.act_now(visitor.address))
            .await
        {
            return problem::unavailable(&app, &error, visitor.id);
        }
    }
    let mut response = match params.get("request") {
        Some(goal) if is_goal(goal) => {
            reply::see_other(&after_url(&with_handle("/sign-in", Some(goal)), "switch"))
        }
        _ => signed_out(&app, &visitor),
    };
    visitor::sign_out(&app, &mut response);
    response
}

fn signed_out(app: &App, visitor: &Visitor) -> Response {
    Problem {
        status: StatusCode::OK,
        title: "You are signed out",
        sentence: "Apps you have allowed keep their access.",
        code: None,
        details: Vec::new(),
        next: link("Sign in", "/sign-in"),
    }
    .page(app, visitor.id)
}
