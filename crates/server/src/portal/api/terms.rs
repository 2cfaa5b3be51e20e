//! The terms for developers.
use super::caller::Caller;
use super::fault::invalid;
use super::sent::Sent;
use super::view::{TermsAccepted, TermsView};
use crate::http::error::ApiError;
use crate::http::reply;
use crate::ops::clock;
use crate::portal::managed::unaccepted;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::apps::developers::accept_terms;

/// `GET`: the terms, and whether the person has accepted them.
pub(super) async fn show(State(app): State<App>, caller: Caller) -> Result<Response, ApiError> {
    shown(&app, &caller).await
}

async fn shown(app: &App, caller: &Caller) -> Result<Response, ApiError> {
    let terms = app.config.developers.terms.as_ref();
    let own = app.store.accepted_terms(caller.person.subject).await?;
    let accepted = own.iter().find(|own| Some(&own.terms) == terms);
    let view = TermsView {
        url: terms.map(|terms| terms.url.clone()),
        version: terms.map(|terms| terms.version.clone()),
        accepted_at: accepted.map(|own| clock::rfc3339(own.accepted_at)),
    };
    Ok(reply::json_of(StatusCode::OK, &view))
}

/// `POST`: accepts them. Once more, they are accepted.
pub(super) async fn accept(
    State(app): State<App>,
    caller: Caller,
    Sent(sent): Sent<TermsAccepted>,
) -> Result<Response, ApiError> {
    let terms = app.config.developers.terms.as_ref();
    if terms.is_none_or(|terms| terms.version != sent.version) {
        return Err(invalid(
            "/version",
            "this is not the version that GET tells",
        ));
    }
    if let Some(terms) = unaccepted(&app, &caller.person).await? {
        let accepted = accept_terms(&caller.person, &terms, clock::now());
        app.settle_one(accepted, caller.act(&app)).await?;
    }
    shown(&app, &caller).await
}
