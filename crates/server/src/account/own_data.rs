//! What a person takes with them, and how they delete their account.
use super::export::{Reach, export};
use super::proof::{ACCOUNT_PAGE, Proof, prove};
use super::sessions::own_form;
use super::throttle;
use crate::http::error::{PageError, PageFault};
use crate::http::form::{Posted, WholeForm};
use crate::http::reply;
use crate::http::session::{self, BrowserContext, NonceScope};
use crate::interaction::continuation::after_url;
use crate::interaction::continuation::{Continuation, again};
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use pages::{Named, OwnData, Problem, Speak, path};
use protocol::Params;
use protocol::accounts::deletion::{Deleter, DeletionError, DeletionFacts, delete, is_confirmed};
use protocol::accounts::people::MAX_EMAIL;
use protocol::accounts::sign_in::Throttled;
use protocol::apps::signed_in_lately;
use protocol::daily::{Daily, UsedUp, spend};
use protocol::facts::SessionFacts;
use protocol::types::{Lifetime, Locator};
use store::Outcome;

/// How far back the events of the document go, and how many there are at most.
const EVENTS_OF: Lifetime = Lifetime::from_days(90);
const MOST_EVENTS: usize = 1_000;
/// How many of their apps the page names.
const NAMED: usize = 20;
const ATTACHMENT: HeaderValue = HeaderValue::from_static("attachment; filename=\"account.json\"");

/// `GET`: the page.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
) -> Result<Response, PageError> {
    let Some(facts) = browser.session.clone() else {
        return Ok(reply::see_other(path::SIGN_IN));
    };
    // Whose password everybody knows has nothing of their own.
    if app.config.is_published(&facts.person.email) {
        return Err(PageFault::NotFound.into());
    }
    page(&app, browser, &facts, String::new(), Vec::new()).await
}

async fn page(
    app: &App,
    mut browser: BrowserContext,
    facts: &SessionFacts,
    confirm: String,
    problems: Vec<Problem>,
) -> Result<Response, PageError> {
    let subject = facts.person.subject;
    let hanging = app.store.deletion(subject).await?;
    let counts = app.store.account_counts(subject, clock::now()).await?;
    let count = |count: Option<i64>| {
        let count = count.and_then(|count| usize::try_from(count).ok());
        count.unwrap_or_default()
    };
    let days = app.config.keep_addresses.seconds() / Lifetime::from_days(1).seconds();
    let status = match problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let page = OwnData {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        email: facts.person.label().to_owned(),
        asks_password: asks_password(facts),
        confirm,
        sessions: count(counts.map(|counts| counts.sessions)),
        connections: count(counts.map(|counts| counts.connections)),
        apps: hanging.apps.len(),
        some_apps: some_apps(app, &hanging).await?,
        left_without_owner: hanging
            .left_without_owner
            .iter()
            .map(|one| Named {
                id: one.id.0.to_string(),
                name: one.name.clone(),
            })
            .collect(),
        address_days: usize::try_from(days).unwrap_or_default(),
        problems,
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}

async fn some_apps(app: &App, hanging: &DeletionFacts) -> Result<Vec<Named>, PageError> {
    let mut named = Vec::new();
    for no in hanging.apps.iter().take(NAMED) {
        if let Some(client) = app.store.client_by_no(*no).await? {
            named.push(Named {
                id: client.id.clone(),
                name: client.name.clone(),
            });
        }
    }
    Ok(named)
}

fn asks_password(facts: &SessionFacts) -> bool {
    facts.person.signs_in_here() && !signed_in_lately(&facts.session, clock::now())
}

/// What is wrong with the password that was typed, where it is asked.
async fn proved(
    app: &App,
    browser: &BrowserContext,
    facts: &SessionFacts,
    (field, password): (&str, String),
) -> Result<Option<Problem>, PageError> {
    if signed_in_lately(&facts.session, clock::now()) {
        return Ok(None);
    }
    if !facts.person.signs_in_here() {
        return Err(again(&Continuation::Account));
    }
    let source = browser.address.source();
    let language = browser.language;
    let proof = prove(app, &facts.person, &source, ACCOUNT_PAGE, password).await?;
    Ok(match proof {
        Proof::Right => None,
        Proof::Wrong => Some(Problem::new(field, language.text("account-wrong-password"))),
        Proof::Throttled(throttled) => {
            Some(Problem::new(field, throttle::sentence(throttled, language)))
        }
    })
}

/// That the document is wanted.
pub(crate) struct ExportForm {
    password: String,
}

impl WholeForm for ExportForm {
    const PATH: &'static str = OwnData::EXPORT;

    fn read(fields: &Params) -> Self {
        ExportForm {
            password: fields.text("export-password"),
        }
    }
}

/// Counts one more document, before it is made; how long to wait where there is none left today. Many events are read for
/// one.
async fn spent(
    app: &App,
    browser: &BrowserContext,
    facts: &SessionFacts,
) -> Result<Option<Throttled>, PageError> {
    let person = facts.person.subject;
    for context in app.tries() {
        let counted = app.store.daily(&Daily::Export.key(person)).await?;
        let counts = match spend(Daily::Export, person, counted, context.now) {
            Ok(counts) => counts,
            Err(UsedUp { retry_after }) => return Ok(Some(Throttled::after(retry_after))),
        };
        let act = app.act_now(browser.address);
        if app.settle_one(counts, act).await? == Outcome::Committed {
            return Ok(None);
        }
    }
    Ok(Some(Throttled::after(1)))
}

/// `POST`: the document, to be kept.
pub(super) async fn send(
    State(app): State<App>,
    posted: Posted<ExportForm>,
) -> Result<Response, PageError> {
    let (browser, facts, form) = own_form(&app, posted).await?;
    let typed = ("export-password", form.password);
    if let Some(problem) = proved(&app, &browser, &facts, typed).await? {
        return page(&app, browser, &facts, String::new(), vec![problem]).await;
    }
    if let Some(throttled) = spent(&app, &browser, &facts).await? {
        let sentence = throttle::sentence(throttled, browser.language);
        let problems = vec![Problem::new("", sentence)];
        let page = page(&app, browser, &facts, String::new(), problems).await?;
        return Ok(throttle::refuse(page, throttled));
    }
    let now = clock::now();
    let reach = Reach {
        after: Some(Locator::first_at(now.minus(EVENTS_OF))),
        events: MOST_EVENTS,
    };
    let document = export(&app.store, app.policy(), &facts.person, reach, now).await?;
    let mut response = reply::json_of(StatusCode::OK, &document);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_DISPOSITION, ATTACHMENT);
    Ok(response)
}

/// That the account shall end.
pub(crate) struct DeleteForm {
    confirm: String,
    password: String,
}

impl WholeForm for DeleteForm {
    const PATH: &'static str = OwnData::DELETE;

    fn read(fields: &Params) -> Self {
        let confirm = fields.text("confirm");
        DeleteForm {
            // No account has a longer one, and it is shown again.
            confirm: confirm.trim().chars().take(MAX_EMAIL + 1).collect(),
            password: fields.text("delete-password"),
        }
    }
}

/// `POST`: deletes the account. The first that is wrong is told; the password is looked at last.
pub(super) async fn end(
    State(app): State<App>,
    posted: Posted<DeleteForm>,
) -> Result<Response, PageError> {
    let (browser, facts, form) = own_form(&app, posted).await?;
    let person = &facts.person;
    let wrong =
        |field: &str, id: &'static str| vec![Problem::new(field, browser.language.text(id))];
    let DeleteForm { confirm, password } = form;
    if !is_confirmed(person, &confirm) {
        let problems = wrong("confirm", "data-not-confirmed");
        return page(&app, browser, &facts, confirm, problems).await;
    }
    let typed = ("delete-password", password);
    if let Some(problem) = proved(&app, &browser, &facts, typed).await? {
        return page(&app, browser, &facts, confirm, vec![problem]).await;
    }
    let hanging = app.store.deletion(person.subject).await?;
    let told = app.config.mail.is_some();
    let told = told.then_some(facts.preferences.language.or(Some(browser.language)));
    let change = match delete(person, hanging, Deleter::Person, told, &app.mint) {
        Ok(change) => change,
        Err(DeletionError::LastOwner) => {
            let problems = wrong("", "data-last-owner");
            return page(&app, browser, &facts, confirm, problems).await;
        }
    };
    let settled = app.settle_one(change, app.act_now(browser.address)).await?;
    if settled == Outcome::Conflict {
        let problems = wrong("", "data-changed");
        return page(&app, browser, &facts, confirm, problems).await;
    }
    let mut response = reply::see_other(&after_url(path::SIGN_IN, "deleted"));
    session::sign_out(&app, &mut response);
    Ok(response)
}
