//! The consent page: what an app asks for, in plain words.
use super::pending::{self, Pending, app_card, posted, with_handle};
use super::problem;
use crate::app::App;
use crate::reply;
use crate::request::Whole;
use crate::visitor::{Form, Visitor};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::{AsksFrom, Consent, Risk, ScopeGroup, ScopeLine};
use protocol::authorize::Step;
use protocol::consent::{allow, deny, groups};
use protocol::facts::SessionFacts;
use protocol::policy;
use protocol::types::{Client, Scope};
use std::sync::Arc;
use store::StoreError;

/// `GET`: asks; or goes on at once when another tab was answered meanwhile.
pub(crate) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Response {
    let params = match pending::query(&app, query.as_deref(), visitor.id) {
        Ok(params) => params,
        Err(response) => return response,
    };
    let handle = params.get("request").unwrap_or_default();
    match pending::load(&app, handle, visitor.id).await {
        Ok(pending) => ask(&app, &pending, visitor, StatusCode::OK).await,
        Err(response) => response,
    }
}

async fn ask(app: &App, pending: &Pending, mut visitor: Visitor, status: StatusCode) -> Response {
    let Some(session) = visitor.session.clone() else {
        return reply::see_other(&with_handle("/sign-in", Some(&pending.handle)));
    };
    let request = &pending.request;
    let consent = app
        .store
        .consent(session.person.subject, request.client.no)
        .await;
    let consent = match consent {
        Ok(consent) => consent,
        Err(error) => return problem::unavailable(app, &error, visitor.id),
    };
    match request.next(Some(&session), &consent) {
        Step::SignIn => reply::see_other(&with_handle("/sign-in", Some(&pending.handle))),
        Step::Issue => {
            let context = app.context();
            let issued = request.issue_code(&session, None, Some(&pending.facts), &context);
            let answer = app.settle(issued, context.now).await;
            go_back_to_app(app, pending, answer, &visitor).await
        }
        Step::Consent { new } => {
            let nonce = visitor.nonce(app, Form::Personal);
            let page = page(app, pending, &session, &new, nonce, &visitor);
            visitor.keep_form(app, pending::page(status, &page, Some(pending)))
        }
    }
}

fn page(
    app: &App,
    pending: &Pending,
    session: &SessionFacts,
    new: &Scope,
    nonce: String,
    visitor: &Visitor,
) -> Consent {
    let uri = &pending.request.redirect_uri;
    let host = uri.host();
    let question = Question {
        client: &pending.request.client,
        scope: &pending.request.scope,
        new,
        carried: pending.handle.clone(),
        asks_from: match uri.is_loopback() {
            true => AsksFrom::ThisComputer { host },
            false => AsksFrom::Website { host },
        },
    };
    question.page(app, session, nonce, visitor)
}

/// What a person is asked.
pub(crate) struct Question<'a> {
    /// The app.
    pub(crate) client: &'a Arc<Client>,
    /// All that it asks for.
    pub(crate) scope: &'a Scope,
    /// What of it the person has not allowed before.
    pub(crate) new: &'a Scope,
    /// What the form carries, see [`Goal`](super::goal::Goal).
    pub(crate) carried: String,
    /// Where the answer goes.
    pub(crate) asks_from: AsksFrom,
}

impl Question<'_> {
    /// The page.
    pub(crate) fn page(
        self,
        app: &App,
        session: &SessionFacts,
        nonce: String,
        visitor: &Visitor,
    ) -> Consent {
        let groups = groups(self.scope, self.new, app.policy());
        let line = |(entry, is_new): &(&policy::ScopeEntry, bool)| ScopeLine {
            name: entry.name.clone(),
            sentence: entry.sentence.clone(),
            risk: risk(entry.risk),
            is_new: *is_new,
        };
        Consent {
            frame: visitor.frame(app),
            request: self.carried,
            nonce,
            app: app_card(self.client),
            account_name: session.person.name.clone(),
            account_email: session.person.email.clone(),
            groups: groups
                .iter()
                .map(|group| ScopeGroup {
                    title: group.title.to_owned(),
                    scopes: group.scopes.iter().map(line).collect(),
                })
                .collect(),
            is_told_of_person: app.policy().tokens.tells_of_person(),
            asks_from: self.asks_from,
        }
    }
}

fn risk(risk: policy::Risk) -> Risk {
    match risk {
        policy::Risk::Read => Risk::Read,
        policy::Risk::Write => Risk::Write,
        policy::Risk::Delete => Risk::Delete,
        policy::Risk::Full => Risk::Full,
    }
}

/// `POST`: the answer. A form that is out of date (another person signed in, the session ended) shows the
/// same request again instead of being taken.
pub(crate) async fn submit(State(app): State<App>, visitor: Visitor, whole: Whole) -> Response {
    let params = match posted(&app, &whole) {
        Ok(params) => params,
        Err(response) => return response,
    };
    let handle = params.get("request").unwrap_or_default();
    let pending = match pending::load(&app, handle, visitor.id).await {
        Ok(pending) => pending,
        Err(response) => return response,
    };
    let Some(session) = visitor.session.clone() else {
        return reply::see_other(&with_handle("/sign-in", Some(&pending.handle)));
    };
    if !visitor.has_nonce(&app, Form::Personal, params.get("nonce")) {
        return ask(&app, &pending, visitor, StatusCode::BAD_REQUEST).await;
    }
    let answer = match params.get("answer") {
        Some("allow") => decide(&app, &pending, &session, true).await,
        Some("deny") => decide(&app, &pending, &session, false).await,
        _ => return ask(&app, &pending, visitor, StatusCode::BAD_REQUEST).await,
    };
    go_back_to_app(&app, &pending, answer, &visitor).await
}

async fn decide(
    app: &App,
    pending: &Pending,
    session: &SessionFacts,
    allowed: bool,
) -> Result<Option<Result<String, ()>>, StoreError> {
    let context = app.context();
    let decision = match allowed {
        true => {
            let (subject, client) = (session.person.subject, pending.request.client.no);
            let before = app.store.consent(subject, client).await?;
            allow(&pending.request, &pending.facts, session, before, &context)
        }
        false => deny(&pending.request, &pending.facts, session, context.policy),
    };
    app.settle(decision, context.now).await
}

async fn go_back_to_app(
    app: &App,
    pending: &Pending,
    answer: Result<Option<Result<String, ()>>, StoreError>,
    visitor: &Visitor,
) -> Response {
    match answer {
        Ok(Some(Ok(url))) => reply::see_other(&url),
        // Answered by another tab in the meantime (a lost guard), or the account was switched off.
        Ok(_) => match pending::load(app, &pending.handle, visitor.id).await {
            Ok(_) => reply::see_other(&with_handle("/sign-in", Some(&pending.handle))),
            Err(page) => page,
        },
        Err(error) => problem::unavailable(app, &error, visitor.id),
    }
}
