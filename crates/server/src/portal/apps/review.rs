//! Asking for a review of an app, and talking with whoever looks at it.
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Posted, Query, WholeForm};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::portal::desk::{Desk, trail};
use crate::portal::talk::{Reads, sayings, scopes};
use crate::state::App;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use pages::portal::{AppRequest, AppReview, AskFields, MAX_SCOPES, WantedScope, review_href};
use pages::{Problem, Speak, Text};
use protocol::Params;
use protocol::apps::ManagedApp;
use protocol::apps::review::{
    self, Answer, Conversation, MAX_REQUESTS, NewRequest, ReviewError, ReviewRequest,
};
use protocol::decision::Decision;
use protocol::types::{ClientStatus, Language, Locator, MailAddress, Role, Subject};
use store::{Outcome, StoreError};

/// Requests on the page; more than these were asked on another day.
const SHOWN: usize = MAX_REQUESTS;

/// A new request.
pub(crate) struct AskForm {
    client_id: String,
    /// The last request that the page showed.
    last: Option<Locator>,
    new: NewRequest,
    /// Every reason that was typed, also for what is not asked for.
    reasons: Vec<(String, String)>,
}

/// An answer to an administrator.
pub(crate) struct AnswerForm {
    client_id: String,
    request: Locator,
    version: i64,
    answer: String,
}

/// A request that is taken back.
pub(crate) struct TakeBackForm {
    client_id: String,
    request: Locator,
}

impl WholeForm for AskForm {
    const PATH: &'static str = AppReview::ASK;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        let wanted = (1..=MAX_SCOPES).filter_map(|number| {
            let scope = params.get(&format!("want-{number}"))?;
            Some((scope.to_owned(), params.text(&format!("why-{number}"))))
        });
        let reasons = (1..=MAX_SCOPES).filter_map(|number| {
            let scope = params.get(&format!("what-{number}"))?;
            Some((scope.to_owned(), params.text(&format!("why-{number}"))))
        });
        AskForm {
            client_id: params.text("app"),
            last: params.text("last").parse().ok().map(Locator),
            reasons: reasons.collect(),
            new: NewRequest {
                scopes: wanted.collect(),
                note: params.text("note"),
            },
        }
    }
}

impl WholeForm for AnswerForm {
    const PATH: &'static str = AppReview::ANSWER;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        AnswerForm {
            client_id: params.text("app"),
            request: Locator(params.number("request")),
            version: params.number("version"),
            answer: params.text("answer"),
        }
    }
}

impl WholeForm for TakeBackForm {
    const PATH: &'static str = AppReview::WITHDRAW;

    fn read(params: &Params) -> Self {
        TakeBackForm {
            client_id: params.text("app"),
            request: Locator(params.number("request")),
        }
    }
}

/// What the page shows besides the app and its requests.
#[derive(Default)]
struct Said {
    notice: Option<&'static str>,
    new: Option<NewRequest>,
    reasons: Vec<(String, String)>,
    answer: String,
    problems: Vec<Problem>,
}

/// `GET`: the page.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Path(client_id): Path<String>,
    Query(params): Query,
) -> Result<Response, PageError> {
    let desk = Desk::of(browser, &app)?;
    let managed = desk.app(&app, &client_id, Role::Viewer).await?;
    let notice = params.get("done").and_then(|what| match what {
        "asked" => Some("review-done-asked"),
        "open" => Some("review-is-open"),
        "answered" => Some("review-done-answered"),
        "withdrawn" => Some("review-done-withdrawn"),
        _ => None,
    });
    let said = Said {
        notice,
        ..Said::default()
    };
    page(&app, desk, &managed, said).await
}

/// `POST`: asks for a review. Posted twice, it is one request.
pub(super) async fn ask(
    State(app): State<App>,
    posted: Posted<AskForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let mut managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    let language = desk.browser.language;
    let by = desk.facts.person.subject;
    let to = administrators(&app).await?;
    let mut problem = stale;
    for context in app.tries() {
        if problem.is_some() {
            break;
        }
        let earlier = app.store.reviews_of(managed.client().no, SHOWN).await?;
        let last = earlier.first().map(|last| last.id);
        if last != form.last {
            if is_asked(&app, last, by, &form.new).await? {
                return Ok(done(&managed, "asked"));
            }
            problem = Some(Problem::new("", since_then(&earlier, language)));
            break;
        }
        let with = (context.policy, context.now, &app.mint);
        match review::ask(&managed, by, &form.new, &earlier, &to, with) {
            Decision::Refused { error, .. } => {
                problem = Some(problem_of(&error, &form.new, language));
            }
            Decision::Granted { transition, .. } => {
                let act = desk.act(&app);
                if super::show::settled(&app, transition, act).await? == Outcome::Committed {
                    return Ok(done(&managed, "asked"));
                }
                // The same form was sent twice, or the app changed at this moment.
                managed = desk.app(&app, &form.client_id, Role::Developer).await?;
            }
        }
    }
    let problem = problem.unwrap_or_else(|| Problem::new("", language.text("app-stale")));
    let said = Said {
        // Where a request is open, what was typed can be said about that one.
        answer: in_words(&form.new),
        new: Some(form.new),
        reasons: form.reasons,
        problems: vec![problem],
        ..Said::default()
    };
    page(&app, desk, &managed, said).await
}

/// Whether the last request of an app is what this form asked.
async fn is_asked(
    app: &App,
    last: Option<Locator>,
    by: Subject,
    new: &NewRequest,
) -> Result<bool, StoreError> {
    let Some(last) = last else {
        return Ok(false);
    };
    let found = app.store.review(last).await?;
    Ok(found.is_some_and(|(_, talk)| review::was_asked(&talk, by, new)))
}

/// What is told of a page that does not show the last request.
fn since_then(earlier: &[ReviewRequest], language: Language) -> Text {
    match earlier.iter().any(|request| request.state.is_open()) {
        true => language.text("review-is-open"),
        false => language.text("app-stale"),
    }
}

/// What was typed for a request, as it can be said about another.
fn in_words(new: &NewRequest) -> String {
    let told = new.scopes.iter().filter(|(_, why)| !why.trim().is_empty());
    let told = told.map(|(scope, why)| format!("{scope}: {why}"));
    let note = Some(new.note.clone()).filter(|note| !note.trim().is_empty());
    note.into_iter().chain(told).collect::<Vec<_>>().join("\n")
}

/// `POST`: answers an administrator. Posted twice, it is said once.
pub(super) async fn answer(
    State(app): State<App>,
    posted: Posted<AnswerForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let mut managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    let language = desk.browser.language;
    let by = desk.facts.person.subject;
    let to = administrators(&app).await?;
    let said_now = Answer {
        text: &form.answer,
        seen: Some(form.version),
    };
    let mut problem = stale;
    for context in app.tries() {
        if problem.is_some() {
            break;
        }
        let talk = conversation(&app, &managed, form.request).await?;
        let with = (context.now, &app.mint);
        let decision = review::answer(&managed, by, &talk, said_now, &to, with);
        match app.settle(decision, desk.act(&app)).await? {
            Some(Ok(())) => return Ok(done(&managed, "answered")),
            Some(Err(ReviewError::Message)) => {
                problem = Some(Problem::new("answer", language.text("review-text-wrong")));
            }
            Some(Err(error)) => {
                problem = Some(problem_of(&error, &NewRequest::default(), language));
            }
            None => managed = desk.app(&app, &form.client_id, Role::Developer).await?,
        }
    }
    let problem = problem.unwrap_or_else(|| Problem::new("", language.text("app-stale")));
    let said = Said {
        answer: form.answer,
        problems: vec![problem],
        ..Said::default()
    };
    page(&app, desk, &managed, said).await
}

/// `POST`: takes a request back. Posted twice, it is taken back.
pub(super) async fn withdraw(
    State(app): State<App>,
    posted: Posted<TakeBackForm>,
) -> Result<Response, PageError> {
    let (desk, form, stale) = Desk::posted(&app, posted)?;
    let managed = desk.app(&app, &form.client_id, Role::Developer).await?;
    let said = |problem| Said {
        problems: vec![problem],
        ..Said::default()
    };
    if let Some(stale) = stale {
        return page(&app, desk, &managed, said(stale)).await;
    }
    let Conversation { request, .. } = conversation(&app, &managed, form.request).await?;
    let decision = review::withdraw(&managed, &request);
    match app.settle(decision, desk.act(&app)).await? {
        Some(Ok(())) => Ok(done(&managed, "withdrawn")),
        Some(Err(_)) | None => {
            let over = Problem::new("", desk.browser.language.text("review-over"));
            page(&app, desk, &managed, said(over)).await
        }
    }
}

fn done(managed: &ManagedApp, what: &str) -> Response {
    let href = review_href(&managed.client().id);
    reply::see_other(&format!("{href}?done={what}"))
}

/// Who is told of a request, where mail is sent.
async fn administrators(app: &App) -> Result<Vec<MailAddress>, StoreError> {
    match app.config.mail {
        Some(_) => app.store.administrators().await,
        None => Ok(Vec::new()),
    }
}

/// A request of this app. Of another app it is not there.
async fn conversation(
    app: &App,
    managed: &ManagedApp,
    id: Locator,
) -> Result<Conversation, PageError> {
    let found = app.store.review(id).await?;
    let own = found.filter(|(listed, _)| listed.request.client == managed.client().no);
    let (_, conversation) = own.ok_or(PageFault::NotFound)?;
    Ok(conversation)
}

/// What is wrong, at the field where it was typed.
fn problem_of(error: &ReviewError, new: &NewRequest, language: Language) -> Problem {
    match error {
        ReviewError::Reason(name) => {
            let at = new.scopes.iter().position(|(scope, _)| scope == name);
            let field = format!("why-{}", at.unwrap_or(0) + 1);
            Problem::new(&field, language.text("review-why-wrong"))
        }
        ReviewError::Message => Problem::new("note", language.text("review-text-wrong")),
        ReviewError::Nothing => Problem::new("", language.text("review-none-chosen")),
        ReviewError::Scope(_) => Problem::new("", language.text("app-scopes-wrong")),
        ReviewError::TooMany => Problem::new("", language.text("review-too-many")),
        ReviewError::Closed => Problem::new("", language.text("review-closed")),
        ReviewError::Open => Problem::new("", language.text("review-is-open")),
        ReviewError::Over => Problem::new("", language.text("review-over")),
        ReviewError::Stale | ReviewError::Changed(_) => {
            Problem::new("", language.text("app-stale"))
        }
    }
}

async fn page(
    app: &App,
    desk: Desk,
    managed: &ManagedApp,
    said: Said,
) -> Result<Response, PageError> {
    let Desk { mut browser, facts } = desk;
    let (client, language) = (managed.client(), browser.language);
    let zone = app.zone_of(&facts.preferences);
    let mut requests = Vec::new();
    for request in app.store.reviews_of(client.no, SHOWN).await? {
        let found = app.store.review(request.id).await?;
        let messages = found.map(|(_, talk)| talk.messages).unwrap_or_default();
        let told = (&zone, language);
        requests.push(AppRequest {
            id: request.id.0.to_string(),
            version: request.version,
            state: request.state,
            asked: Text::of_others(zone.moment(request.created_at, language)),
            whole: request.whole,
            scopes: scopes(app, &request, language),
            talk: sayings(app, &messages, Reads::Developer, told).await?,
        });
    }
    let is_open = requests.iter().any(|request| request.state.is_open());
    let typed = (said.new.unwrap_or_default(), said.reasons);
    let fields = fields(app, managed, &typed, language);
    let status = match said.problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let page = AppReview {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        trail: trail(app),
        client_id: client.id.clone(),
        name: client.name.clone(),
        draft: client.status == ClientStatus::Pending,
        requests,
        ask: fields.filter(|_| !is_open),
        answer: said.answer,
        notice: said.notice.map(|id| language.text(id)),
        problems: said.problems,
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}

/// What there is to ask for, with what was typed; nothing where there is none.
fn fields(
    app: &App,
    managed: &ManagedApp,
    (typed, reasons): &(NewRequest, Vec<(String, String)>),
    language: Language,
) -> Option<AskFields> {
    let askable = review::askable(managed.client(), app.policy());
    let of = |all: &[(String, String)], name: &str| {
        let own = all.iter().find(|(scope, _)| scope == name);
        own.map(|(_, reason)| reason.clone())
    };
    let scopes = askable.scopes.iter().take(MAX_SCOPES).map(|entry| {
        let asked = of(&typed.scopes, &entry.name);
        WantedScope {
            name: entry.name.clone(),
            sentence: Text::of_others(entry.sentence.in_language(language)),
            ticked: asked.is_some(),
            reason: asked
                .or_else(|| of(reasons, &entry.name))
                .unwrap_or_default(),
        }
    });
    (!askable.is_empty()).then(|| AskFields {
        whole: askable.whole,
        scopes: scopes.collect(),
        note: typed.note.clone(),
    })
}
