//! A person's own page, and their sessions.
use crate::http::error::{PageError, PageFault, Unreadable};
use crate::http::form::{Form, Posted, Query};
use crate::http::reply;
use crate::http::session::{self, BrowserContext, NonceScope};
use crate::interaction::continuation::after_url;
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Account, Next, Notice, Problem, SessionLine, Speak, Text, browser_text, path};
use protocol::Params;
use protocol::Transition;
use protocol::accounts::bounce::BounceKind;
use protocol::facts::{ListedSession, SessionFacts};
use protocol::transition::SessionChange;
use protocol::types::{Language, Locator};

/// Sessions on one page of the list.
const PAGE: usize = 10;

/// `/`: the account of whoever is signed in.
pub(crate) async fn home(browser: BrowserContext) -> Response {
    match browser.session {
        Some(_) => reply::see_other(path::ACCOUNT),
        None => reply::see_other(path::SIGN_IN),
    }
}

/// `GET`: the page.
pub(crate) async fn show(
    State(app): State<App>,
    mut browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let after = params
        .get("after")
        .and_then(|after| after.parse().ok())
        .map(Locator);
    let notice = params.get("done").and_then(was_done);
    let Some(facts) = browser.session.clone() else {
        return Ok(reply::see_other(path::SIGN_IN));
    };
    if app.config.is_published(&facts.person.email) {
        return Ok(everyones(&app, &mut browser, StatusCode::OK));
    }
    let said = Said {
        after,
        notice,
        ..Said::default()
    };
    page(&app, browser, &facts, said).await
}

/// What was done, as a message.
fn was_done(what: &str) -> Option<&'static str> {
    Some(match what {
        "password" => "account-done-password",
        "session" => "account-done-session",
        "others" => "account-done-others",
        "joined" => "account-done-joined",
        "recovered" => "account-done-recovered",
        "name" => "account-done-name",
        "proved" => "account-done-proved",
        "preferences" => "account-done-preferences",
        _ => return None,
    })
}

/// What the page shows besides the account.
#[derive(Default)]
pub(super) struct Said {
    /// The session after which the list goes on.
    pub(super) after: Option<Locator>,
    /// What was done: a message.
    pub(super) notice: Option<&'static str>,
    /// What is wrong with a form.
    pub(super) problems: Vec<Problem>,
    /// The name that was typed.
    pub(super) name: Option<String>,
    /// The address that was typed.
    pub(super) new_email: String,
}

pub(super) async fn page(
    app: &App,
    mut browser: BrowserContext,
    facts: &SessionFacts,
    said: Said,
) -> Result<Response, PageError> {
    let Said {
        after,
        notice,
        problems,
        name,
        new_email,
    } = said;
    let subject = facts.person.subject;
    let noted = app.store.bounce(&facts.person.email).await?;
    let listed = app
        .store
        .sessions(Some(subject), clock::now(), after, PAGE + 1);
    let mut sessions = listed.await?;
    let more = sessions.len() > PAGE;
    sessions.truncate(PAGE);
    let last = sessions
        .last()
        .map(|listed| listed.session.id.0)
        .filter(|_| more);
    let status = match problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let language = browser.language;
    let page = Account {
        nonce: browser.nonce(app, NonceScope::Session),
        whose: browser.whose(app, subject),
        frame: browser.front_frame(app),
        name: name.unwrap_or_else(|| facts.person.name.clone()),
        email: facts.person.email.clone(),
        email_proved: facts.person.verified_at.is_some(),
        kept_here: facts.person.signs_in_here(),
        second_here: facts.person.external_id.is_none(),
        has_providers: !app.upstream.is_empty() && facts.person.test_app.is_none(),
        mail_trouble: noted.map(|kind| trouble(kind, language)),
        sends_mail: app.config.mail.is_some() && facts.person.signs_in_here(),
        language: Text::of_others(language.own_name()),
        zone: Text::of_others(app.zone_of(&facts.preferences).name()),
        new_email,
        sessions: sessions
            .iter()
            .map(|session| line(app, session, facts, language))
            .collect(),
        next_page: last.map(|id| format!("{}?after={id}", path::ACCOUNT)),
        notice: notice.map(|id| language.text(id)),
        problems,
        min_password: app.policy().accounts.min_password,
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}

fn trouble(kind: BounceKind, language: Language) -> Text {
    match kind {
        BounceKind::Bounce => language.text("account-trouble-bounce"),
        BounceKind::Complaint => language.text("account-trouble-complaint"),
    }
}

fn line(
    app: &App,
    listed: &ListedSession,
    facts: &SessionFacts,
    language: Language,
) -> SessionLine {
    let session = &listed.session;
    let zone = app.zone_of(&facts.preferences);
    SessionLine {
        id: session.id.0.to_string(),
        browser: browser_text(session, language),
        started: Text::of_others(zone.moment(session.auth_time, language)),
        active: Text::of_others(zone.moment(listed.active_at, language)),
        current: session.id == facts.session.id,
    }
}

/// An account whose password is published: nobody's sessions are shown, and nobody takes it from the others.
pub(super) fn everyones(app: &App, browser: &mut BrowserContext, status: StatusCode) -> Response {
    let nonce = browser.nonce(app, NonceScope::Session);
    let page = Notice {
        frame: browser.frame(app),
        title: browser.language.text("everyones-title"),
        sentence: browser.language.text("everyones-means"),
        code: None,
        help: None,
        links: Vec::new(),
        details: Vec::new(),
        next: Some(Next {
            label: browser.language.text("account-sign-out"),
            href: path::SIGN_OUT.to_owned(),
            post: Some(vec![("nonce".to_owned(), nonce)]),
        }),
    };
    browser.keep_browser_id(app, reply::page(status, &page, None))
}

/// The same, of a form that changes what is kept of a person here. Who signs in at the company's own login is called there
/// what they are called, and has no password here.
///
/// # Errors
/// As [`own_form`]; that there is no such page for them.
pub(super) async fn kept_here<F: Form>(
    app: &App,
    posted: Posted<F>,
) -> Result<(BrowserContext, SessionFacts, F), PageError> {
    let (browser, facts, form) = own_form(app, posted).await?;
    match facts.person.signs_in_here() {
        true => Ok((browser, facts, form)),
        false => Err(PageFault::NotFound.into()),
    }
}

/// The person, the session and the form behind a post to this page.
///
/// # Errors
/// What is answered instead when there is nobody, or nothing of it is done.
pub(super) async fn own_form<F: Form>(
    app: &App,
    posted: Posted<F>,
) -> Result<(BrowserContext, SessionFacts, F), PageError> {
    let (mut browser, form) = match posted {
        Posted::Current(browser, form) => (browser, Some(form)),
        Posted::OutOfDate(browser, _) => (browser, None),
    };
    let Some(facts) = browser.session.clone() else {
        let sign_in = reply::see_other(&after_url(path::SIGN_IN, "signed-out"));
        return Err(PageError::instead(sign_in));
    };
    if app.config.is_published(&facts.person.email) {
        let page = everyones(app, &mut browser, StatusCode::FORBIDDEN);
        return Err(PageError::instead(page));
    }
    match form {
        Some(form) => Ok((browser, facts, form)),
        None => {
            let said = Said {
                problems: vec![Problem::new("", browser.language.text("account-stale"))],
                ..Said::default()
            };
            let page = page(app, browser, &facts, said).await?;
            Err(PageError::instead(page))
        }
    }
}

/// The page again, which tells what was done.
pub(in crate::account) fn done(what: &str) -> String {
    format!("{}?done={what}", path::ACCOUNT)
}

/// A browser to be signed out.
pub(crate) struct EndSessionForm {
    session: Option<Locator>,
}

impl Form for EndSessionForm {
    const PATH: &'static str = Account::END_SESSION;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = ();

    fn page(_: &Params) {}

    fn read(fields: &Params) -> Self {
        let session = fields.get("session").and_then(|id| id.parse().ok());
        EndSessionForm {
            session: session.map(Locator),
        }
    }
}

/// `POST`: signs one browser out.
pub(crate) async fn end(
    State(app): State<App>,
    posted: Posted<EndSessionForm>,
) -> Result<Response, PageError> {
    let (browser, facts, form) = own_form(&app, posted).await?;
    let session = form.session;
    let session = session.ok_or(Unreadable::Session)?;
    let subject = facts.person.subject;
    let transition = Transition::Session(SessionChange::End { subject, session });
    app.settle_one(transition, app.act_now(browser.address))
        .await?;
    Ok(reply::see_other(&done("session")))
}

/// Every browser but this one is to be signed out.
pub(crate) struct EndOtherSessionsForm;

impl Form for EndOtherSessionsForm {
    const PATH: &'static str = Account::END_OTHER_SESSIONS;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = ();

    fn page(_: &Params) {}

    fn read(_: &Params) -> Self {
        EndOtherSessionsForm
    }
}

/// `POST`: signs every other browser out.
pub(crate) async fn end_others(
    State(app): State<App>,
    posted: Posted<EndOtherSessionsForm>,
) -> Result<Response, PageError> {
    let (browser, facts, _) = own_form(&app, posted).await?;
    let transition = Transition::Session(SessionChange::EndAll {
        subject: facts.person.subject,
        keep: Some(facts.session.id),
    });
    app.settle_one(transition, app.act_now(browser.address))
        .await?;
    Ok(reply::see_other(&done("others")))
}

/// Every browser is to be signed out.
pub(crate) struct EndAllSessionsForm {
    /// Whose page it was on, see [`BrowserContext::whose`].
    whose: String,
}

impl Form for EndAllSessionsForm {
    const PATH: &'static str = Account::END_ALL_SESSIONS;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = Self;

    fn page(fields: &Params) -> Self {
        Self::read(fields)
    }

    fn read(fields: &Params) -> Self {
        EndAllSessionsForm {
            whose: fields.get("whose").unwrap_or_default().to_owned(),
        }
    }
}

/// `POST`: signs every browser out, this one too.
pub(crate) async fn end_all(
    State(app): State<App>,
    posted: Posted<EndAllSessionsForm>,
) -> Result<Response, PageError> {
    let (Posted::Current(browser, form) | Posted::OutOfDate(browser, form)) = &posted;
    if browser.session.is_none() {
        return ended_before(&app, browser, form).await;
    }
    let (browser, facts, _) = own_form(&app, posted).await?;
    let transition = Transition::Session(SessionChange::EndAll {
        subject: facts.person.subject,
        keep: None,
    });
    app.settle_one(transition, app.act_now(browser.address))
        .await?;
    let mut response = reply::see_other(&after_url(path::SIGN_IN, "everywhere"));
    session::sign_out(&app, &mut response);
    Ok(response)
}

/// For a form to sign out everywhere whose own session is over: when its person is signed in nowhere, that is what it
/// asks for, as after a button that was pressed twice. Nothing is ended here: the browser proves no session.
async fn ended_before(
    app: &App,
    browser: &BrowserContext,
    form: &EndAllSessionsForm,
) -> Result<Response, PageError> {
    let is_signed_out = match browser.was_of(app, &form.whose) {
        Some(subject) => {
            let left = app
                .store
                .sessions(Some(subject), clock::now(), None, 1)
                .await?;
            left.is_empty()
        }
        None => false,
    };
    let what = match is_signed_out {
        true => "everywhere",
        false => "signed-out",
    };
    Ok(reply::see_other(&after_url(path::SIGN_IN, what)))
}
