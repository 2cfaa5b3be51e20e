//! Who may register apps where that takes an invitation.
use super::desk::Admin;
use crate::http::error::PageError;
use crate::http::form::{Posted, Query, WholeForm};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::admin::{Developers, InvitedDeveloperRow};
use pages::{Problem, Speak, Text};
use protocol::apps::developers::{invite as invited, withdraw as withdrawn};
use protocol::policy::Registration;
use protocol::types::{InvitedDeveloper, MailAddress, UnixTime};
use protocol::{Params, Transition};
use std::mem::take;
use store::{Outcome, StoreError};
use url::form_urlencoded::Serializer;

/// Addresses on one page.
const PAGE: usize = 50;

/// What the page shows besides who is invited.
#[derive(Default)]
struct Said {
    after: String,
    email: String,
    notice: Option<&'static str>,
    problems: Vec<Problem>,
}

/// `GET`: who is invited.
pub(super) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let admin = Admin::of(browser, &app)?;
    let said = Said {
        after: params.text("after"),
        notice: match params.get("done") {
            Some("invited") => Some("developers-done-invited"),
            Some("withdrawn") => Some("developers-done-withdrawn"),
            _ => None,
        },
        ..Said::default()
    };
    page(&app, admin, said).await
}

async fn page(app: &App, admin: Admin, said: Said) -> Result<Response, PageError> {
    let mut all = app.store.invited_developers(&said.after, PAGE + 1).await?;
    let more = all.len() > PAGE;
    all.truncate(PAGE);
    let asks_password = admin.desk.asks_password();
    let zone = app.zone_of(&admin.desk.facts.preferences);
    let mut browser = admin.desk.browser;
    let language = browser.language;
    let status = match said.problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let last = all.last().filter(|_| more);
    let page = Developers {
        nonce: browser.nonce(app, NonceScope::Session),
        frame: browser.front_frame(app),
        counts: app.policy().registration == Registration::Invite,
        next_page: last.map(|last| further(&last.email)),
        invited: all
            .iter()
            .map(|one| InvitedDeveloperRow {
                email: one.email.as_str().to_owned(),
                since: Text::of_others(zone.moment(one.created_at, language)),
            })
            .collect(),
        shown: shown_at(&all).0,
        email: said.email,
        mails: app.config.mail.is_some(),
        asks_password,
        notice: said.notice.map(|id| language.text(id)),
        problems: said.problems,
    };
    Ok(browser.keep_browser_id(app, reply::page(status, &page, None)))
}

/// The time from which an invitation was made by a form of this page: later than those that it shows.
fn shown_at(all: &[InvitedDeveloper]) -> UnixTime {
    let newest = all.iter().map(|one| one.created_at.0 + 1).max();
    UnixTime(clock::now().0.max(newest.unwrap_or_default()))
}

fn further(last: &MailAddress) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("after", &last.key());
    format!("{}?{}", Developers::PATH, query.finish())
}

/// Whom to invite.
pub(crate) struct InviteForm {
    /// When the page was shown.
    shown: UnixTime,
    email: String,
    password: String,
}

impl WholeForm for InviteForm {
    const PATH: &'static str = Developers::INVITE;
    const KEPT: bool = true;

    fn read(params: &Params) -> Self {
        InviteForm {
            shown: UnixTime(params.number("shown")),
            email: params.text("email"),
            password: params.text("password"),
        }
    }
}

/// `POST`: invites an address. Posted twice, it is invited once.
pub(super) async fn invite(
    State(app): State<App>,
    posted: Posted<InviteForm>,
) -> Result<Response, PageError> {
    let (admin, form, stale) = Admin::posted(&app, posted)?;
    let mails = app.config.mail.is_some();
    let by = admin.desk.facts.person.clone();
    let asked = Asked {
        change: MailAddress::parse(form.email.trim())
            .map(|email| invited(email, Some(&by), mails, clock::now(), &app.mint)),
        email: form.email,
        password: form.password,
        done: "invited",
        lost: "developers-known",
        shown: Some(form.shown),
    };
    settle(&app, admin, stale, asked).await
}

/// Whose invitation is taken back.
pub(crate) struct WithdrawForm {
    email: String,
    password: String,
}

impl WholeForm for WithdrawForm {
    const PATH: &'static str = Developers::WITHDRAW;

    fn read(params: &Params) -> Self {
        WithdrawForm {
            email: params.text("email"),
            password: params.text("password"),
        }
    }
}

/// `POST`: takes an invitation back.
pub(super) async fn withdraw(
    State(app): State<App>,
    posted: Posted<WithdrawForm>,
) -> Result<Response, PageError> {
    let (admin, form, stale) = Admin::posted(&app, posted)?;
    let asked = Asked {
        change: MailAddress::parse(&form.email).map(|email| withdrawn(&email)),
        email: String::new(),
        password: form.password,
        done: "withdrawn",
        lost: "app-stale",
        shown: None,
    };
    settle(&app, admin, stale, asked).await
}

fn done(what: &str) -> Response {
    reply::see_other(&format!("{}?done={what}", Developers::PATH))
}

/// What a form asks for.
struct Asked {
    /// `None`: what it names is no address.
    change: Option<Transition>,
    email: String,
    password: String,
    done: &'static str,
    /// What the page says where it is so already.
    lost: &'static str,
    /// When the page of a form that invites was shown.
    shown: Option<UnixTime>,
}

/// Whether what a form asks for was done by the same form: by this administrator, after its page was shown.
async fn came_before(app: &App, admin: &Admin, asked: &Asked) -> Result<bool, StoreError> {
    let Some((email, shown)) = MailAddress::parse(asked.email.trim()).zip(asked.shown) else {
        return Ok(false);
    };
    let by = admin.desk.facts.person.subject;
    let known = app.store.invited_developer(&email.key()).await?;
    Ok(known.is_some_and(|known| known.invited_by == Some(by) && known.created_at >= shown))
}

async fn settle(
    app: &App,
    admin: Admin,
    stale: Option<Problem>,
    mut asked: Asked,
) -> Result<Response, PageError> {
    let language = admin.desk.browser.language;
    let problem = match (stale, asked.change.take()) {
        (Some(stale), _) => Some(stale),
        (None, None) => Some(Problem::new(
            "email",
            language.text("developers-email-wrong"),
        )),
        (None, Some(change)) => match admin
            .desk
            .proved(app, "password", take(&mut asked.password))
            .await?
        {
            Some(problem) => Some(problem),
            None => match app.settle_one(change, admin.act(app)).await? {
                Outcome::Committed => None,
                Outcome::Conflict if came_before(app, &admin, &asked).await? => None,
                Outcome::Conflict => Some(Problem::new("email", language.text(asked.lost))),
            },
        },
    };
    match problem {
        None => Ok(done(asked.done)),
        Some(problem) => {
            let said = Said {
                email: asked.email,
                problems: vec![problem],
                ..Said::default()
            };
            page(app, admin, said).await
        }
    }
}
