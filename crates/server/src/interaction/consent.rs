//! The consent page: what an app asks for, in plain words.
use super::continuation::{after_url, with_handle};
use super::pending::{self, Found, Over, Pending, refused};
use super::question::{Again, Question, ticks};
use super::room;
use super::workspace::{self, Workspaces, session_and_consent};
use crate::http::error::PageError;
use crate::http::form::{Form, Posted, Query};
use crate::http::reply::{self, LeadsToApp};
use crate::http::session::{BrowserContext, NonceScope};
use crate::http::to_app::to_app;
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{Speak, path};
use protocol::Params;
use protocol::accounts::mail_link::LinkMail;
use protocol::authorize::{AuthorizationResponse, Step};
use protocol::connections;
use protocol::consent::{Answer, Chosen, Ticks, allow, allow_again, deny};
use protocol::facts::{ConsentFacts, SessionFacts};
use protocol::types::{Connection, ConnectionKey, Language, Locator, Scope};
use store::StoreError;

/// An answer.
pub(crate) struct ConsentForm {
    page: ConsentFields,
    answer: Answered,
}

/// What it says.
struct Answered {
    nonce: String,
    /// Whether it is allowed; `None` when that is not said.
    allowed: Option<bool>,
    /// The proof of what the page showed.
    shown: Option<String>,
    /// What was chosen there.
    ticks: Ticks,
    /// The workspace that was picked.
    organization: Option<String>,
}

/// What the page is shown again with.
pub(crate) struct ConsentFields {
    handle: String,
    client_id: Option<String>,
}

impl Form for ConsentForm {
    const PATH: &'static str = path::CONSENT;
    const NONCE: NonceScope = NonceScope::Session;
    type Page = ConsentFields;

    fn page(fields: &Params) -> ConsentFields {
        ConsentFields {
            handle: fields.get("request").unwrap_or_default().to_owned(),
            client_id: fields.get("app").map(str::to_owned),
        }
    }

    fn read(fields: &Params) -> Self {
        ConsentForm {
            page: Self::page(fields),
            answer: Answered {
                nonce: fields.get("nonce").unwrap_or_default().to_owned(),
                allowed: allowed(fields),
                shown: fields.get("shown").map(str::to_owned),
                ticks: ticks(fields),
                organization: fields.get("organization").map(str::to_owned),
            },
        }
    }
}

/// Whether the buttons of a form that asks say yes; `None` when neither was pressed.
pub(crate) fn allowed(fields: &Params) -> Option<bool> {
    match fields.get("answer")? {
        "allow" => Some(true),
        "deny" => Some(false),
        _ => None,
    }
}

/// `GET`: asks; or goes on at once when another tab was answered meanwhile.
pub(crate) async fn show(
    State(app): State<App>,
    mut browser: BrowserContext,
    Query(params): Query,
) -> Result<Response, PageError> {
    let page = ConsentForm::page(&params);
    match pending::find(&app, &page.handle, page.client_id.as_deref(), &mut browser).await? {
        Found::Pending(pending) => ask(&app, &pending, browser, None).await,
        Found::Over(over) => {
            let session = browser.session.as_ref();
            let nonce = session.map(|session| remembered(&app, session, &page.handle));
            let given = nonce.as_deref().map(|nonce| Given {
                allowed: true,
                nonce,
                organization: None,
            });
            answered_before(&app, &browser, &over, given).await
        }
    }
}

/// Asks, or goes on where there is nothing to ask. `again`: why the page is shown again.
async fn ask(
    app: &App,
    pending: &Pending,
    mut browser: BrowserContext,
    again: Option<Again>,
) -> Result<Response, PageError> {
    let (request, policy) = (&pending.request, app.policy());
    let session = browser.session.clone();
    let consent = match &session {
        Some(session) => consent(app, pending, session).await?,
        None => None,
    };
    let step = request.next(session.as_ref(), &consent, policy, pending.moment());
    match (step, session) {
        (Step::Refuse(error), _) => Err(refused(request, error)),
        (Step::SignIn, _) | (_, None) => Ok(sign_in(pending)),
        (Step::Issue(scope), Some(session)) => {
            let context = app.context();
            let nonce = remembered(app, &session, &pending.handle);
            let given = Given {
                allowed: true,
                nonce: &nonce,
                organization: consent.and_then(|consent| consent.organization),
            };
            let issued = allow_again((request, scope), given.to(pending), &session, &context);
            let act = app.act(context.now, browser.address);
            let answer = app.settle(issued, act).await?;
            go_back_to_app(app, pending, answer, &mut browser, given).await
        }
        (Step::Consent { .. }, Some(session))
            if !room::is_there(app, &request.client, &session).await? =>
        {
            Ok(room::full(app, &request.client, &browser))
        }
        (Step::Consent { new }, Some(session)) => {
            let nonce = browser.nonce(app, NonceScope::Session);
            let status = again
                .as_ref()
                .map_or(StatusCode::OK, |_| StatusCode::BAD_REQUEST);
            let own = workspace::of(app, &session, &request.client).await?;
            let known = (&new, skipped(&consent));
            let question = Question::new(pending, known, &own, policy);
            let page = question.page(app, &session, nonce, &browser, again);
            let response = reply::page(status, &page, Some(LeadsToApp));
            Ok(browser.keep_browser_id(app, response))
        }
    }
}

fn sign_in(pending: &Pending) -> Response {
    reply::see_other(&with_handle(path::SIGN_IN, Some(&pending.handle)))
}

/// What was allowed before, for the workspace for which alone it was.
async fn consent(
    app: &App,
    pending: &Pending,
    session: &SessionFacts,
) -> Result<ConsentFacts, StoreError> {
    let client = pending.request.client.no;
    let found = session_and_consent(app, session.session.id, client).await?;
    Ok(found.and_then(|(_, consent)| consent))
}

/// What was left out before.
fn skipped(consent: &ConsentFacts) -> &Scope {
    consent
        .as_ref()
        .map_or(Scope::NONE, |before| &before.skipped)
}

/// `POST`: the answer. A form that is out of date (another person signed in, the session ended), or whose page showed
/// anything else than what would be granted, shows the same request again instead of being taken.
pub(crate) async fn submit(
    State(app): State<App>,
    posted: Posted<ConsentForm>,
) -> Result<Response, PageError> {
    let (mut browser, page, form) = match posted {
        Posted::OutOfDate(browser, page) => (browser, page, None),
        Posted::Current(browser, ConsentForm { page, answer }) => (browser, page, Some(answer)),
    };
    let form = form.filter(|_| browser.session.is_some());
    let given = form.as_ref().and_then(Answered::given);
    let pending =
        match pending::find(&app, &page.handle, page.client_id.as_deref(), &mut browser).await? {
            Found::Pending(pending) => pending,
            Found::Over(over) => return answered_before(&app, &browser, &over, given).await,
        };
    let (Some(session), request) = (browser.session.clone(), &pending.request) else {
        return Ok(signed_out(&pending));
    };
    let (Some(form), Some(given)) = (&form, given) else {
        let again = Again::with(browser.language.text("consent-out-of-date"));
        return ask(&app, &pending, browser, Some(again)).await;
    };
    if !given.allowed {
        let decision = deny(request, given.to(&pending), &session, app.policy());
        let answer = app.settle(decision, app.act_now(browser.address)).await?;
        return go_back_to_app(&app, &pending, answer, &mut browser, given).await;
    }
    if !request.is_met_by(&session, app.policy(), pending.moment()) {
        return Ok(sign_in(&pending));
    }
    let before = consent(&app, &pending, &session).await?;
    let own = workspace::of(&app, &session, &request.client).await?;
    let chosen = form.chosen(&app, &pending, (&before, &own), &browser);
    let (chosen, organization) = match chosen {
        Ok(chosen) => chosen,
        Err(again) => return ask(&app, &pending, browser, Some(again)).await,
    };
    if chosen.is_some() && !own.lets_act(organization, &session) {
        let second = with_handle(path::SECOND_FACTOR, Some(&pending.handle));
        return Ok(reply::see_other(&second));
    }
    let given = Given {
        organization,
        ..given
    };
    let Some(chosen) = workspace::limited(&app, (organization, &request.client), chosen).await?
    else {
        return Ok(workspace::refused(&app, &request.client, organization, &browser).await?);
    };
    if !room::is_there(&app, &request.client, &session).await? {
        return Ok(room::full(&app, &request.client, &browser));
    }
    let by = (&session, &browser);
    let answer = decide(&app, &pending, (given, chosen), by).await?;
    go_back_to_app(&app, &pending, answer, &mut browser, given).await
}

impl Answered {
    fn given(&self) -> Option<Given<'_>> {
        let nonce = &self.nonce;
        self.allowed.map(|allowed| Given {
            allowed,
            nonce,
            organization: None,
        })
    }

    /// What of the request is allowed (`None`: nothing), and for which organization.
    ///
    /// # Errors
    /// Why this is no answer: the page showed something else, or what was ticked is not enough.
    fn chosen(
        &self,
        app: &App,
        pending: &Pending,
        (before, own): (&ConsentFacts, &Workspaces),
        browser: &BrowserContext,
    ) -> Result<(Option<Chosen>, Option<Locator>), Again> {
        let policy = app.policy();
        let new = pending.request.new_to(before.as_ref(), policy);
        let question = Question::new(pending, (&new, skipped(before)), own, policy);
        let chosen = question.chosen(app, browser, (self.shown.as_deref(), &self.ticks))?;
        let picked = workspace::picked(self.organization.as_deref(), own, browser.language);
        Ok((chosen, picked.map_err(Again::with)?))
    }
}

/// The same question, asked after the app was removed: an answer to it begins anew.
async fn ask_anew(app: &App, pending: &Pending) -> Result<Response, PageError> {
    let (handle, transition) = pending.request.keep(&app.context());
    app.settle_one(transition, clock::now()).await?;
    let handle = Some(handle.as_str());
    Ok(reply::see_other(&with_handle(path::CONSENT, handle)))
}

/// To sign in again, and back to the question.
fn signed_out(pending: &Pending) -> Response {
    let sign_in = with_handle(path::SIGN_IN, Some(&pending.handle));
    reply::see_other(&after_url(&sign_in, "signed-out"))
}

/// An answer that a form of ours brought.
#[derive(Clone, Copy)]
struct Given<'a> {
    allowed: bool,
    nonce: &'a str,
    /// The organization that access is given for.
    organization: Option<Locator>,
}

impl<'a> Given<'a> {
    /// As an answer to a request.
    fn to(self, pending: &'a Pending) -> Answer<'a> {
        Answer {
            interaction: &pending.facts.interaction,
            nonce: self.nonce,
            organization: self.organization,
        }
    }
}

/// What stands for the form's nonce where nobody is asked: this session's own for this request.
fn remembered(app: &App, session: &SessionFacts, handle: &str) -> String {
    let session = session.session.digest;
    let parts: [&[u8]; 3] = [b"remembered", session.as_bytes(), handle.as_bytes()];
    app.key.tag(&parts)
}

/// A request that is over: the same answer posted twice goes to the same place.
async fn answered_before(
    app: &App,
    browser: &BrowserContext,
    over: &Over,
    given: Option<Given<'_>>,
) -> Result<Response, PageError> {
    if let Some(Given { allowed, nonce, .. }) = given
        && let Some(response) = over.repeated(app, browser, nonce, allowed).await?
    {
        return Ok(response);
    }
    over.page(app, browser)
}

/// What was chosen, settled; where that is nothing, the person said no.
async fn decide(
    app: &App,
    pending: &Pending,
    (given, chosen): (Given<'_>, Option<Chosen>),
    (session, browser): (&SessionFacts, &BrowserContext),
) -> Result<Option<Result<AuthorizationResponse, ()>>, StoreError> {
    let (context, request) = (app.context(), &pending.request);
    let answer = given.to(pending);
    let decision = match chosen {
        Some(chosen) => {
            let key = ConnectionKey {
                subject: session.person.subject,
                client: request.client.no,
                organization: given.organization,
            };
            let before = app.store.consent(key).await?;
            let known = app.store.connection(key).await?;
            let told = notice(app, session, (key, known.as_ref()), browser.language);
            let known = (known.as_ref(), told);
            allow((request, chosen), answer, session, before, known, &context)
        }
        None => deny(request, answer, session, context.policy),
    };
    app.settle(decision, app.act(context.now, browser.address))
        .await
}

/// The mail that tells of an app which its person did not know, where mails are sent.
pub(super) fn notice(
    app: &App,
    session: &SessionFacts,
    (key, known): (ConnectionKey, Option<&Connection>),
    language: Language,
) -> Option<Box<LinkMail>> {
    app.config.mail.as_ref()?;
    let (person, now) = (&session.person, clock::now());
    let whose = (key.client, key.organization);
    let mut mail = connections::notice(person, whose, known, now, &app.mint)?;
    mail.link.language = Some(language);
    Some(mail)
}

async fn go_back_to_app(
    app: &App,
    pending: &Pending,
    answer: Option<Result<AuthorizationResponse, ()>>,
    browser: &mut BrowserContext,
    given: Given<'_>,
) -> Result<Response, PageError> {
    if let Some(Ok(answer)) = answer {
        let client = &pending.request.client;
        return Ok(to_app(app, answer, client, browser.reader()));
    }
    // A lost guard: answered by another tab in the meantime, or asked before the person removed the app. Or the account
    // was switched off.
    match pending::find(app, &pending.handle, None, browser).await? {
        Found::Pending(pending) if answer.is_none() => ask_anew(app, &pending).await,
        Found::Pending(_) => Ok(signed_out(pending)),
        Found::Over(over) => answered_before(app, browser, &over, Some(given)).await,
    }
}
