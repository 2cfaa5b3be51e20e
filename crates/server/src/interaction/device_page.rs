//! The person's side of a device (RFC 8628 §3.3): type its code, see what it asks for, answer.
use super::consent::{allowed, notice};
use super::continuation::{Continuation, after_url, sign_in_for_device, with_handle};
use super::question::{Again, Question, ticks};
use super::room;
use super::workspace::{self, Workspaces};
use crate::account::throttle::{self, admit};
use crate::http::error::{PageError, Refusal, Unanswerable};
use crate::http::form::{Form, Posted, Query};
use crate::http::notice::{PlainPage, to_account};
use crate::http::reply;
use crate::http::session::{BrowserContext, NonceScope};
use crate::state::App;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use pages::{AsksFrom, Consent, DeviceCode, Speak, Text, path};
use protocol::Params;
use protocol::accounts::sign_in::Throttled;
use protocol::consent::{Chosen, Ticks};
use protocol::device::{UserCodeFault, asked, check, guess, verification_uri_complete};
use protocol::facts::{DeviceFacts, SessionFacts};
use protocol::policy::Policy;
use protocol::types::text::isolated;
use protocol::types::{Client, ConnectionKey, DeviceAnswer, Locator, UserCode};
use qrcode::render::svg;
use std::sync::Arc;
use store::StoreError;

/// A device that asks, and its app.
struct Asking {
    code: UserCode,
    facts: DeviceFacts,
    client: Arc<Client>,
}

/// Why there is nothing to be asked.
enum Nothing {
    Fault(UserCodeFault),
    /// This person has answered it; whether they allowed it.
    Given(Box<Asking>, bool),
    Throttled(Throttled),
    /// What it asks for takes a sign-in with a second factor.
    SecondFactor(UserCode),
    Store(StoreError),
}

impl From<StoreError> for Nothing {
    fn from(error: StoreError) -> Self {
        Nothing::Store(error)
    }
}

/// A code that was typed.
pub(crate) struct CodeForm(DeviceFields);

/// An answer to what the device of a code asks for.
pub(crate) struct AnswerForm(DeviceFields);

/// What both forms say.
pub(crate) struct DeviceFields {
    typed: String,
    /// Whether it is allowed; `None` when that is not said.
    allowed: Option<bool>,
    /// The proof of what the page showed.
    shown: Option<String>,
    /// What was chosen there.
    ticks: Ticks,
    /// The workspace that was picked.
    organization: Option<String>,
}

impl DeviceFields {
    fn of(typed: &str, fields: &Params) -> Self {
        DeviceFields {
            typed: typed.to_owned(),
            allowed: allowed(fields),
            shown: fields.get("shown").map(str::to_owned),
            ticks: ticks(fields),
            organization: fields.get("organization").map(str::to_owned),
        }
    }
}

impl Form for CodeForm {
    const PATH: &'static str = DeviceCode::LOOK_UP;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = DeviceFields;

    fn page(fields: &Params) -> DeviceFields {
        DeviceFields::of(fields.get("user_code").unwrap_or_default(), fields)
    }

    fn read(fields: &Params) -> Self {
        CodeForm(Self::page(fields))
    }
}

impl Form for AnswerForm {
    const PATH: &'static str = Consent::ANSWER_DEVICE;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = DeviceFields;

    fn page(fields: &Params) -> DeviceFields {
        let carried = fields.get("request").unwrap_or_default();
        let typed = carried.strip_prefix("device-").unwrap_or_default();
        DeviceFields::of(typed, fields)
    }

    fn read(fields: &Params) -> Self {
        AnswerForm(Self::page(fields))
    }
}

/// `GET`: asks for the code. A code in the address (a QR code's) is filled in, and needs a click all the same:
/// nobody is asked for consent by following a link (§3.3.1).
pub(crate) async fn show(
    State(app): State<App>,
    browser: BrowserContext,
    Query(params): Query,
) -> Response {
    let code = params.get("user_code").and_then(UserCode::parse);
    if browser.session.is_none() {
        return reply::see_other(&sign_in_for_device(code));
    }
    let typed = code.map_or_else(String::new, |code| code.to_string());
    form(&app, browser, StatusCode::OK, &typed, None)
}

fn form(
    app: &App,
    mut browser: BrowserContext,
    status: StatusCode,
    user_code: &str,
    problem: Option<Text>,
) -> Response {
    let nonce = browser.nonce(app, NonceScope::Session);
    let page = DeviceCode {
        frame: browser.frame(app),
        nonce,
        user_code: user_code.chars().take(20).collect(),
        problem,
    };
    browser.keep_browser_id(app, reply::page(status, &page, None))
}

/// `POST /device/code`: shows what the device asks for.
pub(crate) async fn look_up(
    State(app): State<App>,
    posted: Posted<CodeForm>,
) -> Result<Response, PageError> {
    let (browser, fields) = match posted {
        Posted::Current(browser, CodeForm(fields)) => (browser, fields),
        Posted::OutOfDate(browser, fields) => return Ok(out_of_date(&app, browser, &fields)),
    };
    let (browser, session, asking) = admitted(&app, browser, &fields).await?;
    if !room::is_there(&app, &asking.client, &session).await? {
        return Ok(room::full(&app, &asking.client, &browser));
    }
    let own = workspace::of(&app, &session, &asking.client).await?;
    Ok(ask(&app, browser, &session, (&asking, &own), None))
}

/// `POST /device/answer`: takes the answer.
pub(crate) async fn answer(
    State(app): State<App>,
    posted: Posted<AnswerForm>,
) -> Result<Response, PageError> {
    let (browser, fields) = match posted {
        Posted::Current(browser, AnswerForm(fields)) => (browser, fields),
        Posted::OutOfDate(browser, fields) => return Ok(out_of_date(&app, browser, &fields)),
    };
    let (browser, session, asking) = admitted(&app, browser, &fields).await?;
    let own = workspace::of(&app, &session, &asking.client).await?;
    let (chosen, organization) = match fields.chosen(&app, (&asking, &own), &browser) {
        Ok(chosen) => chosen,
        Err(again) => return Ok(ask(&app, browser, &session, (&asking, &own), Some(again))),
    };
    if chosen.is_some() && !own.lets_act(organization, &session) {
        return Ok(prove_second(asking.code));
    }
    let chosen = workspace::limited(&app, (organization, &asking.client), chosen).await?;
    let Some(chosen) = chosen else {
        let page = workspace::refused(&app, &asking.client, organization, &browser);
        return Ok(page.await?);
    };
    let chosen = chosen.map(|chosen| chosen.scope);
    let allowed = chosen.is_some();
    if allowed && !room::is_there(&app, &asking.client, &session).await? {
        return Ok(room::full(&app, &asking.client, &browser));
    }
    let context = app.context();
    let client = Some(asking.client.as_ref());
    let key = ConnectionKey {
        subject: session.person.subject,
        client: asking.client.no,
        organization,
    };
    let known = app.store.connection(key).await?;
    let told = notice(&app, &session, (key, known.as_ref()), browser.language);
    let known = (known.as_ref(), told);
    let chosen = chosen.as_ref().map(|scope| (scope, organization));
    let decision =
        protocol::device::answer(&asking.facts, client, chosen, known, &session, &context);
    let act = app.act(context.now, browser.address);
    Ok(match app.settle(decision, act).await? {
        Some(Ok(())) => answered(&app, &browser, &asking, allowed),
        Some(Err(fault)) => nothing(&app, browser, &fields.typed, fault),
        // Answered by another tab in the meantime; or asked before the person removed the app, and so for nothing.
        None => {
            let (browser, _, asking) = admitted(&app, browser, &fields).await?;
            let fault = match asking.facts.device.answer {
                Some(_) => UserCodeFault::Answered,
                None => UserCodeFault::Expired,
            };
            nothing(&app, browser, &fields.typed, fault)
        }
    })
}

impl DeviceFields {
    /// What of it is allowed (`None`: nothing), and for which organization.
    ///
    /// # Errors
    /// What the page is to be shown again with.
    fn chosen(
        &self,
        app: &App,
        (asking, own): (&Asking, &Workspaces),
        browser: &BrowserContext,
    ) -> Result<(Option<Chosen>, Option<Locator>), Again> {
        let question = question(asking, own, app.policy());
        let said = (self.shown.as_deref(), &self.ticks);
        let chosen = match self.allowed {
            Some(true) => question.chosen(app, browser, said)?,
            Some(false) => return Ok((None, None)),
            None => return Err(Again::with(browser.language.text("device-out-of-date"))),
        };
        let named = self.organization.as_deref();
        let picked = workspace::picked(named, own, browser.language);
        Ok((chosen, picked.map_err(Again::with)?))
    }
}

/// The form again; to sign in first, for whoever is not signed in any more.
fn out_of_date(app: &App, browser: BrowserContext, fields: &DeviceFields) -> Response {
    match browser.session {
        None => signed_out(fields),
        Some(_) => {
            let problem = browser.language.text("device-out-of-date");
            let status = StatusCode::BAD_REQUEST;
            form(app, browser, status, &fields.typed, Some(problem))
        }
    }
}

fn signed_out(fields: &DeviceFields) -> Response {
    let sign_in = sign_in_for_device(UserCode::parse(&fields.typed));
    reply::see_other(&after_url(&sign_in, "signed-out"))
}

/// Somebody who is signed in, and typed the code of a device that asks.
///
/// # Errors
/// What is answered instead.
async fn admitted(
    app: &App,
    browser: BrowserContext,
    fields: &DeviceFields,
) -> Result<(BrowserContext, SessionFacts, Asking), PageError> {
    let Some(session) = browser.session.clone() else {
        return Err(PageError::instead(signed_out(fields)));
    };
    let typed = &fields.typed;
    let page = match find(app, &browser, &session, typed).await {
        Ok(asking) => return Ok((browser, session, asking)),
        // The same answer posted twice is answered alike.
        Err(Nothing::Given(asking, allowed)) if fields.allowed == Some(allowed) => {
            let attempt = guess(&session, &browser.address.source());
            app.settle_one(attempt.succeeded(), crate::ops::clock::now())
                .await?;
            answered(app, &browser, &asking, allowed)
        }
        Err(Nothing::Given(..)) => nothing(app, browser, typed, UserCodeFault::Answered),
        Err(Nothing::Fault(fault)) => nothing(app, browser, typed, fault),
        Err(Nothing::Throttled(why)) => throttled(app, browser, typed, why),
        Err(Nothing::SecondFactor(code)) => prove_second(code),
        Err(Nothing::Store(error)) => return Err(error.into()),
    };
    Err(PageError::instead(page))
}

/// To the second factor, and back to the code.
fn prove_second(code: UserCode) -> Response {
    let carried = Continuation::Device(Some(code)).carried();
    reply::see_other(&with_handle(path::SECOND_FACTOR, carried.as_deref()))
}

/// Looks a code up. Every guess is counted before it is looked at, and a right one is forgotten again.
async fn find(
    app: &App,
    browser: &BrowserContext,
    session: &SessionFacts,
    typed: &str,
) -> Result<Asking, Nothing> {
    let attempt = guess(session, &browser.address.source());
    if let Some(throttled) = admit(app, &attempt).await? {
        return Err(Nothing::Throttled(throttled));
    }
    let unknown = || Nothing::Fault(UserCodeFault::Unknown);
    let code = UserCode::parse(typed).ok_or_else(unknown)?;
    let facts = app.store.device_by_user_code(&code).await?;
    let facts = facts.ok_or_else(unknown)?;
    let client = app.store.client_by_no(facts.device.client).await?;
    let now = crate::ops::clock::now();
    let person = &session.person;
    let checked = check(&facts.device, client.as_deref(), person, app.policy(), now).map(drop);
    let client = client.ok_or(Nothing::Fault(UserCodeFault::Client))?;
    if let Err(fault) = checked {
        let by = facts.person.as_ref();
        let theirs = by.is_some_and(|by| by.subject == person.subject);
        return Err(match (fault, facts.device.answer) {
            (UserCodeFault::Answered, Some(answer)) if theirs => {
                let allowed = matches!(answer, DeviceAnswer::Allowed { .. });
                let asking = Asking {
                    code,
                    facts,
                    client,
                };
                Nothing::Given(Box::new(asking), allowed)
            }
            (fault, _) => Nothing::Fault(fault),
        });
    }
    app.settle_one(attempt.succeeded(), now).await?;
    let needed = app
        .policy()
        .person_needs_second_factor(person, &facts.device.scope);
    if needed && !session.session.has_second_factor() {
        return Err(Nothing::SecondFactor(code));
    }
    Ok(Asking {
        code,
        facts,
        client,
    })
}

fn ask(
    app: &App,
    mut browser: BrowserContext,
    session: &SessionFacts,
    (asking, workspaces): (&Asking, &Workspaces),
    again: Option<Again>,
) -> Response {
    let nonce = browser.nonce(app, NonceScope::Session);
    let status = again
        .as_ref()
        .map_or(StatusCode::OK, |_| StatusCode::BAD_REQUEST);
    let question = question(asking, workspaces, app.policy());
    let page = question.page(app, session, nonce, &browser, again);
    browser.keep_browser_id(app, reply::page(status, &page, None))
}

fn question<'a>(asking: &'a Asking, workspaces: &'a Workspaces, policy: &Policy) -> Question<'a> {
    Question {
        client: &asking.client,
        asked: asked(&asking.facts.device, &asking.client, policy),
        workspaces,
        carried: Continuation::Device(Some(asking.code))
            .carried()
            .unwrap_or_default(),
        answer_to: "",
        asks_from: AsksFrom::Device {
            user_code: asking.code.to_string(),
        },
    }
}

/// The form again, with what is wrong.
fn nothing(app: &App, browser: BrowserContext, typed: &str, fault: UserCodeFault) -> Response {
    let language = browser.language;
    let (status, sentence) = match fault {
        UserCodeFault::Expired => (StatusCode::BAD_REQUEST, language.text("device-expired")),
        UserCodeFault::Answered => (StatusCode::CONFLICT, language.text("device-answered")),
        UserCodeFault::Unknown | UserCodeFault::Client => {
            (StatusCode::BAD_REQUEST, language.text("device-nowhere"))
        }
        UserCodeFault::Side => (StatusCode::FORBIDDEN, language.text("device-other-side")),
    };
    form(app, browser, status, typed, Some(sentence))
}

/// The form again, after too many guesses.
fn throttled(app: &App, browser: BrowserContext, typed: &str, why: Throttled) -> Response {
    let sentence = throttle::sentence(why, browser.language);
    let status = StatusCode::TOO_MANY_REQUESTS;
    let form = form(app, browser, status, typed, Some(sentence));
    throttle::refuse(form, why)
}

fn answered(app: &App, browser: &BrowserContext, asking: &Asking, allowed: bool) -> Response {
    let language = browser.language;
    let name = isolated(&asking.client.name);
    let (title, sentence) = match allowed {
        true => (
            language.text("device-connected-title"),
            language.text_of("device-connected", &[("app", &name)]),
        ),
        false => (
            language.text("device-denied-title"),
            language.text_of("device-denied", &[("app", &name)]),
        ),
    };
    PlainPage {
        status: StatusCode::OK,
        cause: None,
        title,
        sentence,
        code: None,
        details: Vec::new(),
        next: to_account(language),
    }
    .page(app, browser.reader())
}

/// `GET /device/qr.svg?user_code=…`: the QR code of `verification_uri_complete` (§3.3.1), for devices that can
/// show a picture but make none. It is drawn for any code that could be one, so it tells nothing.
pub(crate) async fn qr(
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let params = Params::from_form(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let drawn = params
        .get("user_code")
        .and_then(UserCode::parse)
        .and_then(|code| {
            let url = verification_uri_complete(&code, app.policy());
            qrcode::QrCode::new(url.as_bytes()).ok()
        });
    let drawn = drawn.ok_or(Refusal::Request(Unanswerable::UserCode))?;
    let picture = drawn
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .dark_color(svg::Color("#000"))
        .light_color(svg::Color("#fff"))
        .build();
    let mut response = Response::new(Body::from(picture));
    for (name, value) in [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
