//! The consent page: what an app asks for, in plain words.
use super::continuation::{after_url, with_handle};
use super::pending::{self, Found, Over, Pending, app_card};
use super::room;
use crate::http::error::PageError;
use crate::http::form::{Form, Posted, Query};
use crate::http::reply::{self, LeadsToApp};
use crate::http::request::ClientAddr;
use crate::http::session::{BrowserContext, NonceScope};
use crate::ops::clock;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pages::{AsksFrom, Consent, ScopeGroup, ScopeLine, Speak, Text, path};
use protocol::Params;
use protocol::accounts::mail_link::LinkMail;
use protocol::authorize::Step;
use protocol::connections;
use protocol::consent::{Answer, allow, allow_again, deny, groups};
use protocol::facts::SessionFacts;
use protocol::own_api;
use protocol::policy::{self, Risk};
use protocol::types::asks::MAX_REASON;
use protocol::types::text::shortened;
use protocol::types::{Client, ClientNo, Connection, Language, Scope};
use std::sync::Arc;
use store::StoreError;

/// An answer.
pub(crate) struct ConsentForm {
    page: ConsentFields,
    nonce: String,
    /// Whether it is allowed; `None` when that is not said.
    allowed: Option<bool>,
    /// The proof of what the page showed.
    shown: Option<String>,
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
            nonce: fields.get("nonce").unwrap_or_default().to_owned(),
            allowed: allowed(fields),
            shown: fields.get("shown").map(str::to_owned),
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
            });
            answered_before(&app, &browser, &over, given).await
        }
    }
}

/// Asks. `notice` is a message: why a form was not taken, so that the page is shown again.
async fn ask(
    app: &App,
    pending: &Pending,
    mut browser: BrowserContext,
    notice: Option<&'static str>,
) -> Result<Response, PageError> {
    let sign_in = || reply::see_other(&with_handle(path::SIGN_IN, Some(&pending.handle)));
    let Some(session) = browser.session.clone() else {
        return Ok(sign_in());
    };
    let request = &pending.request;
    let (subject, client) = (session.person.subject, request.client.no);
    let consent = app.store.consent(subject, client).await?;
    match request.next(Some(&session), &consent, app.policy()) {
        Step::SignIn => Ok(sign_in()),
        Step::Issue => {
            let context = app.context();
            let nonce = remembered(app, &session, &pending.handle);
            let given = Given {
                allowed: true,
                nonce: &nonce,
            };
            let issued = allow_again(request, given.to(pending), &session, &context);
            let act = app.act(context.now, browser.address);
            let answer = app.settle(issued, act).await?;
            go_back_to_app(app, pending, answer, &mut browser, given).await
        }
        Step::Consent { .. } if !room::is_there(app, &request.client, &session).await? => {
            Ok(room::full(app, &request.client, &browser))
        }
        Step::Consent { new } => {
            let nonce = browser.nonce(app, NonceScope::Session);
            let question = question(pending, &new);
            let page = question.page(app, &session, nonce, &browser, notice);
            let status = notice.map_or(StatusCode::OK, |_| StatusCode::BAD_REQUEST);
            let response = reply::page(status, &page, Some(LeadsToApp));
            Ok(browser.keep_browser_id(app, response))
        }
    }
}

/// What the request asks of a person who has not allowed `new` before.
fn question<'a>(pending: &'a Pending, new: &'a Scope) -> Question<'a> {
    let uri = &pending.request.redirect_uri;
    let host = uri.host();
    Question {
        client: &pending.request.client,
        scope: &pending.request.scope,
        new,
        carried: pending.handle.clone(),
        answer_to: uri.as_str(),
        asks_from: match uri.is_loopback() {
            true => AsksFrom::ThisComputer { host },
            false => AsksFrom::Website { host },
        },
    }
}

/// What a person is asked.
pub(crate) struct Question<'a> {
    /// The app.
    pub(crate) client: &'a Arc<Client>,
    /// All that it asks for.
    pub(crate) scope: &'a Scope,
    /// What of it the person has not allowed before.
    pub(crate) new: &'a Scope,
    /// What the form carries, see [`Continuation`](crate::interaction::continuation::Continuation).
    pub(crate) carried: String,
    /// The URI that the answer goes to; none for a device.
    pub(crate) answer_to: &'a str,
    /// Where that is, as people are told.
    pub(crate) asks_from: AsksFrom,
}

impl Question<'_> {
    /// The page.
    pub(crate) fn page(
        self,
        app: &App,
        session: &SessionFacts,
        nonce: String,
        browser: &BrowserContext,
        notice: Option<&'static str>,
    ) -> Consent {
        let language = browser.language;
        Consent {
            frame: browser.frame(app),
            client_id: self.client.id.clone(),
            nonce,
            shown: browser.proof_of(app, &self.shown(app)),
            notice: notice.map(|notice| language.text(notice)),
            caution: room::told(app, self.client, language),
            app: app_card(self.client),
            account_name: session.person.name.clone(),
            account_email: session.person.email.clone(),
            groups: self.groups(app, language),
            is_told_of_person: app.policy().tokens.tells_of_person(),
            request: self.carried,
            asks_from: self.asks_from,
            allow: match &app.config.branding.consent_button {
                Some(words) => Text::of_others(words.in_language(language)),
                None => language.text("consent-allow"),
            },
            allow_foreign: app
                .config
                .branding
                .consent_button
                .as_ref()
                .and_then(|words| words.foreign_to(language)),
        }
    }

    /// All that an answer rests on, as the page shows it: who asks, for what, in which words of every language, and where
    /// the answer goes. What was allowed before is no part of it, since another tab may have been answered meanwhile.
    fn shown(&self, app: &App) -> String {
        let all = groups(self.scope, self.scope, app.policy());
        let words = all.iter().flat_map(|group| &group.scopes);
        let words: Vec<_> = words
            .map(|(entry, _)| {
                let reason = reason(self.client, &entry.name);
                (
                    &entry.name,
                    &entry.group,
                    &entry.sentence,
                    entry.risk,
                    reason,
                )
            })
            .collect();
        format!(
            "{:?}",
            (
                &self.carried,
                &self.client.id,
                app_card(self.client),
                words,
                own_api::is_own(self.scope),
                app.policy().tokens.tells_of_person(),
                self.answer_to,
            )
        )
    }

    /// Whether a form proves that its page showed this very question.
    pub(crate) fn was_shown(
        &self,
        app: &App,
        browser: &BrowserContext,
        proof: Option<&str>,
    ) -> bool {
        browser.was_shown(app, &self.shown(app), proof)
    }

    fn groups(&self, app: &App, language: Language) -> Vec<ScopeGroup> {
        in_words(app, self.client, (self.scope, self.new), language)
    }
}

/// Why an app asks for a scope, in its own words.
fn reason(client: &Client, scope: &str) -> Option<String> {
    let reason = client.asks.reasons.of(scope);
    reason.map(|reason| shortened(reason, MAX_REASON))
}

/// Scopes in plain words, with which of them are new.
pub(crate) fn in_words(
    app: &App,
    client: &Client,
    (scope, new): (&Scope, &Scope),
    language: Language,
) -> Vec<ScopeGroup> {
    let line = |(entry, is_new): &(&policy::ScopeEntry, bool)| ScopeLine {
        name: entry.name.clone(),
        sentence: entry.sentence.in_language(language).to_owned(),
        foreign: entry.sentence.foreign_to(language),
        reason: reason(client, &entry.name),
        risk: entry.risk,
        is_new: *is_new,
    };
    let groups = groups(scope, new, app.policy());
    let shown = groups.iter().map(|group| ScopeGroup {
        title: group.title.in_language(language).to_owned(),
        foreign: group.title.foreign_to(language),
        scopes: group.scopes.iter().map(line).collect(),
    });
    shown.chain(own_api_in_words(scope, language)).collect()
}

/// What it means that an app runs the apps of a person, which no catalogue says.
fn own_api_in_words(scope: &Scope, language: Language) -> Option<ScopeGroup> {
    let line = ScopeLine {
        name: own_api::SCOPE.to_owned(),
        sentence: language.text("consent-own-api").to_string(),
        foreign: None,
        reason: None,
        risk: Risk::Delete,
        is_new: false,
    };
    scope.contains(own_api::SCOPE).then(|| ScopeGroup {
        title: language.text("consent-own-api-title").to_string(),
        foreign: None,
        scopes: vec![line],
    })
}

/// `POST`: the answer. A form that is out of date (another person signed in, the session ended), or whose page showed
/// anything else than what would be granted, shows the same request again instead of being taken.
pub(crate) async fn submit(
    State(app): State<App>,
    posted: Posted<ConsentForm>,
) -> Result<Response, PageError> {
    let (mut browser, page, answer) = match posted {
        Posted::OutOfDate(browser, page) => (browser, page, None),
        Posted::Current(browser, form) => {
            let answer = form
                .allowed
                .map(|allowed| (allowed, form.nonce, form.shown));
            (browser, form.page, answer)
        }
    };
    let given = answer.as_ref().map(|(allowed, nonce, _)| Given {
        allowed: *allowed,
        nonce,
    });
    let given = given.filter(|_| browser.session.is_some());
    let pending =
        match pending::find(&app, &page.handle, page.client_id.as_deref(), &mut browser).await? {
            Found::Pending(pending) => pending,
            Found::Over(over) => return answered_before(&app, &browser, &over, given).await,
        };
    let Some(session) = browser.session.clone() else {
        return Ok(signed_out(&pending));
    };
    let Some(given) = given else {
        return ask(&app, &pending, browser, Some("consent-out-of-date")).await;
    };
    let question = question(&pending, &pending.request.scope);
    let proof = answer.as_ref().and_then(|(.., shown)| shown.as_deref());
    if given.allowed && !question.was_shown(&app, &browser, proof) {
        return ask(&app, &pending, browser, Some("consent-changed")).await;
    }
    let client = &pending.request.client;
    if given.allowed && !room::is_there(&app, client, &session).await? {
        return Ok(room::full(&app, client, &browser));
    }
    let asked_by = (browser.address, browser.language);
    let answer = decide(&app, &pending, &session, given, asked_by).await?;
    go_back_to_app(&app, &pending, answer, &mut browser, given).await
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
}

impl<'a> Given<'a> {
    /// As an answer to a request.
    fn to(self, pending: &'a Pending) -> Answer<'a> {
        Answer {
            interaction: &pending.facts.interaction,
            nonce: self.nonce,
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
    if let Some(Given { allowed, nonce }) = given
        && let Some(response) = over.repeated(app, browser, nonce, allowed).await?
    {
        return Ok(response);
    }
    over.page(app, browser)
}

async fn decide(
    app: &App,
    pending: &Pending,
    session: &SessionFacts,
    given: Given<'_>,
    (from, language): (ClientAddr, Language),
) -> Result<Option<Result<String, ()>>, StoreError> {
    let context = app.context();
    let answer = given.to(pending);
    let decision = match given.allowed {
        true => {
            let (subject, client) = (session.person.subject, pending.request.client.no);
            let before = app.store.consent(subject, client).await?;
            let known = app.store.connection(subject, client).await?;
            let told = notice(app, session, (client, known.as_ref()), language);
            let known = (known.as_ref(), told);
            allow(&pending.request, answer, session, before, known, &context)
        }
        false => deny(&pending.request, answer, session, context.policy),
    };
    app.settle(decision, app.act(context.now, from)).await
}

/// The mail that tells of an app which its person did not know, where mails are sent.
pub(super) fn notice(
    app: &App,
    session: &SessionFacts,
    (client, known): (ClientNo, Option<&Connection>),
    language: Language,
) -> Option<Box<LinkMail>> {
    app.config.mail.as_ref()?;
    let (person, now) = (&session.person, clock::now());
    let mut mail = connections::notice(person, client, known, now, &app.mint)?;
    mail.link.language = Some(language);
    Some(mail)
}

async fn go_back_to_app(
    app: &App,
    pending: &Pending,
    answer: Option<Result<String, ()>>,
    browser: &mut BrowserContext,
    given: Given<'_>,
) -> Result<Response, PageError> {
    if let Some(Ok(url)) = answer {
        return Ok(reply::see_other(&url));
    }
    // A lost guard: answered by another tab in the meantime, or asked before the person removed the app. Or the account
    // was switched off.
    match pending::find(app, &pending.handle, None, browser).await? {
        Found::Pending(pending) if answer.is_none() => ask_anew(app, &pending).await,
        Found::Pending(_) => Ok(signed_out(pending)),
        Found::Over(over) => answered_before(app, browser, &over, Some(given)).await,
    }
}
