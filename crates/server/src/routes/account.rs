//! A person's own page: password and sessions.
use super::attempt::admit;
use super::pending::{self, posted};
use super::problem;
use super::sign_in::{after_url, failed};
use super::sign_up::problems;
use crate::clock;
use crate::reply;
use crate::request::Whole;
use crate::state::App;
use crate::visitor::{self, Form, Visitor};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Account, Next, Notice, SessionLine};
use protocol::Params;
use protocol::Transition;
use protocol::accounts::password::{Owner, password_fault};
use protocol::accounts::people::{self, FieldFault};
use protocol::accounts::sign_in::Attempt;
use protocol::facts::SessionFacts;
use protocol::transition::SessionChange;
use protocol::types::{Locator, Session};
use store::Outcome;

/// Sessions on one page of the list.
const PAGE: usize = 10;

/// `/`: the account of whoever is signed in.
pub(crate) async fn home(visitor: Visitor) -> Response {
    match visitor.session {
        Some(_) => reply::see_other("/account"),
        None => reply::see_other("/sign-in"),
    }
}

/// `GET`: the page.
pub(crate) async fn show(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Response {
    let params = match pending::query(&app, query.as_deref(), visitor.id) {
        Ok(params) => params,
        Err(response) => return response,
    };
    let after = params
        .get("after")
        .and_then(|after| after.parse().ok())
        .map(Locator);
    let notice = match params.get("done") {
        Some("password") => Some("Your password is changed. Other browsers were signed out."),
        Some("session") => Some("That browser is signed out."),
        _ => None,
    };
    let Some(facts) = visitor.session.clone() else {
        return reply::see_other("/sign-in");
    };
    if app.config.is_published(&facts.person.email) {
        return everyones(&app, visitor, StatusCode::OK);
    }
    page(&app, visitor, &facts, after, notice, Vec::new()).await
}

async fn page(
    app: &App,
    mut visitor: Visitor,
    facts: &SessionFacts,
    after: Option<Locator>,
    notice: Option<&str>,
    faults: Vec<FieldFault>,
) -> Response {
    let listed = app
        .store
        .sessions(facts.person.subject, clock::now(), after, PAGE + 1)
        .await;
    let mut sessions = match listed {
        Ok(sessions) => sessions,
        Err(error) => return problem::unavailable(app, &error, visitor.id),
    };
    let more = sessions.len() > PAGE;
    sessions.truncate(PAGE);
    let last = sessions.last().map(|session| session.id.0).filter(|_| more);
    let status = if faults.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let page = Account {
        nonce: visitor.nonce(app, Form::Personal),
        frame: visitor.front_frame(app),
        name: facts.person.name.clone(),
        email: facts.person.email.clone(),
        sessions: sessions
            .iter()
            .map(|session| line(session, facts))
            .collect(),
        next_page: last.map(|id| format!("/account?after={id}")),
        notice: notice.map(str::to_owned),
        problems: problems(faults),
        min_password: app.policy().accounts.min_password,
    };
    visitor.keep_form(app, reply::page(status, &page, None))
}

fn line(session: &Session, facts: &SessionFacts) -> SessionLine {
    SessionLine {
        id: session.id.0.to_string(),
        browser: browser_name(&session.browser),
        started: clock::rfc3339(session.auth_time)
            .replace('T', " ")
            .replace('Z', " UTC"),
        current: session.id == facts.session.id,
    }
}

/// A browser's name in few words, from what it calls itself.
fn browser_name(user_agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        let known = names.iter().find(|(mark, _)| user_agent.contains(mark));
        known.map(|(_, name)| *name)
    };
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "Unknown browser".to_owned(),
    }
}

/// An account whose password is published: nobody's sessions are shown, and nobody takes it from the others.
fn everyones(app: &App, mut visitor: Visitor, status: StatusCode) -> Response {
    let nonce = visitor.nonce(app, Form::Personal);
    let page = Notice {
        frame: visitor.frame(app),
        title: "This test user is everyone’s".to_owned(),
        sentence: "Its password stands in the documentation, so nothing can be changed here."
            .to_owned(),
        code: None,
        details: Vec::new(),
        next: Some(Next {
            label: "Sign out".to_owned(),
            href: "/sign-out".to_owned(),
            post: Some(vec![("nonce".to_owned(), nonce)]),
        }),
    };
    visitor.keep_form(app, reply::page(status, &page, None))
}

/// The person, the fields and the session behind a form of this page.
///
/// # Errors
/// The page to show instead.
async fn own_form(
    app: &App,
    visitor: Visitor,
    whole: &Whole,
) -> Result<(Visitor, SessionFacts, Params), Response> {
    let params = posted(app, whole)?;
    let Some(facts) = visitor.session.clone() else {
        return Err(reply::see_other(&after_url("/sign-in", "signed-out")));
    };
    if app.config.is_published(&facts.person.email) {
        return Err(everyones(app, visitor, StatusCode::FORBIDDEN));
    }
    if !visitor.has_nonce(app, Form::Personal, params.get("nonce")) {
        let stale = FieldFault {
            field: "",
            sentence: "This page was out of date. Please try again.".to_owned(),
        };
        return Err(page(app, visitor, &facts, None, None, vec![stale]).await);
    }
    Ok((visitor, facts, params))
}

/// `POST`: a new password, for which the current one is asked.
pub(crate) async fn change_password(
    State(app): State<App>,
    visitor: Visitor,
    whole: Whole,
) -> Response {
    let (visitor, facts, params) = match own_form(&app, visitor, &whole).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    match changed(&app, &visitor, &facts, &params).await {
        Err(response) => response,
        Ok(Ok(hashed)) => {
            let mut response = reply::see_other("/account?done=password");
            visitor::mark_known(&app, &mut response, &facts.person.email, &hashed);
            response
        }
        Ok(Err(faults)) => page(&app, visitor, &facts, None, None, faults).await,
    }
}

/// The new password's hash, or what is wrong.
async fn changed(
    app: &App,
    visitor: &Visitor,
    facts: &SessionFacts,
    params: &Params,
) -> Result<Result<String, Vec<FieldFault>>, Response> {
    let id = visitor.id;
    let unavailable = |error| problem::unavailable(app, &error, id);
    let fault = |field, sentence: &str| {
        Ok(Err(vec![FieldFault {
            field,
            sentence: sentence.to_owned(),
        }]))
    };
    let new = params.get("new").unwrap_or_default();
    let person = &facts.person;
    let owner = Owner {
        email: &person.email,
        name: &person.name,
        product: &app.config.branding.product,
    };
    if let Some(fault) = password_fault(new, owner, &app.policy().accounts, "new") {
        return Ok(Err(vec![fault]));
    }
    let source = visitor.address.source();
    let attempt = Attempt::new(&person.email, &source, Some("account page"));
    if admit(app, &attempt).await.map_err(unavailable)?.is_err() {
        let sentence = "Too many attempts. Wait a quarter of an hour.";
        return fault("current", sentence);
    }
    let current = params.get("current").unwrap_or_default().to_owned();
    let right = app
        .hasher
        .verify(&source, current, Some(person.password.clone()))
        .await;
    if !right.map_err(|fault| failed(app, &fault, id))? {
        // The same form posted twice: what it asks for is done already.
        let stored = Some(person.password.clone());
        let done = app.hasher.verify(&source, new.to_owned(), stored).await;
        return match done.map_err(|fault| failed(app, &fault, id))? {
            true => Ok(Ok(person.password.clone())),
            false => fault("current", "This is not your current password."),
        };
    }
    let hashed = app.hasher.hash(&source, new.to_owned()).await;
    let hashed = hashed.map_err(|fault| failed(app, &fault, id))?;
    let change = people::change_password(person, hashed.clone(), facts.session.id);
    let act = app.act_now(visitor.address);
    // Lost to another change in the meantime: what was proved is no longer the password.
    if app.settle_one(change, act).await.map_err(unavailable)? == Outcome::Conflict {
        return fault("current", "This is not your current password.");
    }
    let forget = attempt.succeeded();
    app.settle_one(forget, act).await.map_err(unavailable)?;
    Ok(Ok(hashed))
}

/// `POST`: signs one browser out.
pub(crate) async fn end_session(
    State(app): State<App>,
    visitor: Visitor,
    whole: Whole,
) -> Response {
    let (visitor, facts, params) = match own_form(&app, visitor, &whole).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let session = params
        .get("session")
        .and_then(|id| id.parse().ok())
        .map(Locator);
    let Some(session) = session else {
        return problem::unreadable_form(&app, "It does not say which session.", visitor.id);
    };
    let subject = facts.person.subject;
    match app
        .settle_one(
            Transition::Session(SessionChange::End { subject, session }),
            app.act_now(visitor.address),
        )
        .await
    {
        Ok(_) => reply::see_other("/account?done=session"),
        Err(error) => problem::unavailable(&app, &error, visitor.id),
    }
}

/// `POST`: signs every browser out, this one too.
pub(crate) async fn end_all_sessions(
    State(app): State<App>,
    visitor: Visitor,
    whole: Whole,
) -> Response {
    let (visitor, facts, _) = match own_form(&app, visitor, &whole).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let transition = Transition::Session(SessionChange::EndAll {
        subject: facts.person.subject,
        keep: None,
    });
    match app
        .settle_one(transition, app.act_now(visitor.address))
        .await
    {
        Ok(_) => {
            let mut response = reply::see_other(&after_url("/sign-in", "everywhere"));
            visitor::sign_out(&app, &mut response);
            response
        }
        Err(error) => problem::unavailable(&app, &error, visitor.id),
    }
}
