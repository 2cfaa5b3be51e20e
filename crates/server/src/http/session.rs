//! Who sits in front of the browser: session cookie, form nonces, known devices.
mod whose;

use super::cookies::{
    Address, Browser, Known, KnownDevice, Onward, PasswordProved, PortalSession, Session, random,
};
use super::error::PageError;
use super::request::{Arrival, ClientAddr, Host, Reader, RequestId};
use crate::ops::clock;
use crate::state::{App, AppState};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::response::Response;
use pages::{Frame, Speak, Text, path};
use protocol::Params;
use protocol::accounts::handover::PortalCookie;
use protocol::accounts::second_factor::begins_with_one;
use protocol::accounts::session::SessionCookie;
use protocol::apps::signed_in_lately;
use protocol::facts::SessionFacts;
use protocol::types::{Language, Locator, Person, Subject, UnixTime};
use std::convert::Infallible;
use wire::TokenText;

/// The browser of a request to a page.
pub(crate) struct BrowserContext {
    pub(crate) id: RequestId,
    pub(crate) address: ClientAddr,
    /// The host that it came to.
    pub(crate) host: Host,
    /// The page that it looks at: path and query.
    here: Option<String>,
    pub(crate) session: Option<SessionFacts>,
    /// Whether the browser holds the cookie of a session that is over.
    pub(crate) session_ended: bool,
    pub(crate) user_agent: String,
    /// What ties the nonces of forms to this browser, see [`Browser`].
    browser_id: Option<String>,
    known: Option<KnownDevice>,
    /// That it proved a password and owes the second factor, as its cookie says: what is read of it is judged by
    /// [`Pending`](protocol::accounts::second_factor::Pending).
    pub(crate) password_proved: Option<String>,
    /// The address that this browser just made an account with, or asked for a mail to.
    pub(crate) address_typed: Option<String>,
    /// What it was about to do when it asked for a mail.
    pub(crate) onward: Option<String>,
    /// The language that it is answered in.
    pub(crate) language: Language,
    asked_for_language: bool,
}

/// The session that a browser claims to have, before anything is read.
pub(crate) struct ClaimedSession {
    pub(crate) address: ClientAddr,
    cookie: Option<Claim>,
}

/// By which cookie: those of one host count for nothing on the other.
enum Claim {
    Issuer(SessionCookie),
    Portal(PortalCookie),
}

impl ClaimedSession {
    fn of(app: &AppState, parts: &Parts) -> Self {
        let Arrival { address, host, .. } = Arrival::of(&parts.extensions);
        let (cookies, headers) = (&app.cookies, &parts.headers);
        let cookie = match host {
            Host::Issuer => cookies.get::<Session>(headers).map(Claim::Issuer),
            Host::Portal => cookies.get::<PortalSession>(headers).map(Claim::Portal),
        };
        ClaimedSession { address, cookie }
    }

    /// Where the session's row is, if there is one.
    pub(crate) fn locator(&self) -> Option<Locator> {
        match self.cookie.as_ref()? {
            Claim::Issuer(cookie) => Some(cookie.locator()),
            Claim::Portal(_) => None,
        }
    }

    /// Where the row is of who is signed in on the portal's own host.
    pub(crate) fn at_portal(&self) -> Option<Locator> {
        match self.cookie.as_ref()? {
            Claim::Portal(cookie) => Some(cookie.locator()),
            Claim::Issuer(_) => None,
        }
    }

    /// Whether the row is that of the issuer's cookie, and still good. Then it is in use.
    pub(crate) fn is(&self, app: &AppState, facts: &SessionFacts) -> bool {
        let now = clock::now();
        match &self.cookie {
            Some(Claim::Issuer(cookie)) if cookie.signs_in(facts, now) && is_enough(app, facts) => {
                note_use(app, facts, now);
                true
            }
            _ => false,
        }
    }
}

/// Whether a session began with what everybody proves here.
fn is_enough(app: &AppState, facts: &SessionFacts) -> bool {
    !begins_with_one(&facts.person, app.policy()) || facts.session.has_second_factor()
}

fn note_use(app: &AppState, facts: &SessionFacts, now: UnixTime) {
    let policy = &app.policy().accounts;
    app.active_sessions.note(&facts.session, policy, now);
}

/// Whom the nonce of a form is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NonceScope {
    /// A browser: nobody is signed in yet, or a second tab just did.
    Browser,
    /// A browser and the session that it is in.
    Session,
}

impl BrowserContext {
    /// The nonce for a form on the page that is about to be sent, and the page's cookie if the browser has
    /// none yet.
    pub(crate) fn nonce(&mut self, app: &AppState, scope: NonceScope) -> String {
        let browser = self.browser_id.get_or_insert_with(random).clone();
        let tag = self.nonce_tag(app, &browser, scope);
        match (scope, &self.session) {
            (NonceScope::Session, Some(facts)) => {
                let whose = whose::reader(&app.key, &browser, facts.person.subject);
                format!("{tag}.{whose}")
            }
            _ => tag,
        }
    }

    /// To whom the page of a form was shown in this browser, as its nonce tells also when their session is over.
    pub(crate) fn reader_of(&self, app: &AppState, nonce: Option<&str>) -> Option<Subject> {
        let (_, whose) = nonce?.split_once('.')?;
        whose::read_reader(&app.key, self.browser_id.as_ref()?, whose)
    }

    /// Whether a posted nonce is the one this browser was given.
    pub(crate) fn has_nonce(&self, app: &AppState, scope: NonceScope, nonce: Option<&str>) -> bool {
        match (&self.browser_id, nonce) {
            (Some(browser), Some(nonce)) => {
                let given = self.nonce_tag(app, browser, scope);
                let nonce = nonce.split('.').next().unwrap_or_default();
                jose::digest::same(given.as_bytes(), nonce.as_bytes())
            }
            _ => false,
        }
    }

    /// What a form that does not prove itself is told: a message. A browser that keeps no cookies fails whatever it sends, so
    /// it hears the cause.
    pub(crate) fn distrust(&self, app: &AppState, out_of_date: &'static str) -> Text {
        if self.browser_id.is_some() {
            return self.language.text(out_of_date);
        }
        let host = host(app.base_of(self.host));
        self.language.text_of("no-cookie", &[("host", &host)])
    }

    /// Proof of what a page showed to this session, for its form to carry.
    pub(crate) fn proof_of(&self, app: &AppState, shown: &str) -> String {
        app.key.tag(&self.shown_parts(shown))
    }

    /// Whether a form proves that its page showed this.
    pub(crate) fn was_shown(&self, app: &AppState, shown: &str, proof: Option<&str>) -> bool {
        proof.is_some_and(|proof| app.key.verify(&self.shown_parts(shown), proof))
    }

    fn shown_parts<'a>(&'a self, shown: &'a str) -> [&'a [u8]; 3] {
        let session = self.session.as_ref();
        let session = session.map_or(&b""[..], |facts| facts.session.digest.as_bytes());
        [b"shown", session, shown.as_bytes()]
    }

    /// Whose page this browser was shown, for a form that may come when the session is over. It proves no session, and
    /// is of use for ten minutes.
    pub(crate) fn whose(&mut self, app: &AppState, subject: Subject) -> String {
        let browser = self.browser_id.get_or_insert_with(random);
        whose::written(&app.key, browser, subject, clock::now())
    }

    /// Whose page it was, if this browser was shown it a moment ago.
    pub(crate) fn was_of(&self, app: &AppState, whose: &str) -> Option<Subject> {
        whose::read(&app.key, self.browser_id.as_ref()?, whose, clock::now())
    }

    /// On the portal's own host a form is a person's: who proves in another tab that it is them, at the issuer, has another
    /// session then, and still this page.
    fn nonce_tag(&self, app: &AppState, browser: &str, scope: NonceScope) -> String {
        let subject = self.session.as_ref().map(|facts| facts.person.subject);
        let subject = subject.map(|subject| subject.0.to_be_bytes());
        let session: &[u8] = match (scope, self.host, &self.session, &subject) {
            (NonceScope::Session, Host::Issuer, Some(facts), _) => facts.session.digest.as_bytes(),
            (NonceScope::Session, Host::Portal, _, Some(subject)) => subject,
            _ => b"",
        };
        let purpose: &[u8] = match (scope, self.host) {
            (NonceScope::Browser, _) => b"form anonymous",
            (NonceScope::Session, Host::Issuer) => b"form personal",
            (NonceScope::Session, Host::Portal) => b"form of the portal",
        };
        app.key.tag(&[purpose, browser.as_bytes(), session])
    }

    /// Has the browser keep its id, with a page that holds a form.
    pub(crate) fn keep_browser_id(&self, app: &AppState, mut response: Response) -> Response {
        if let Some(browser) = &self.browser_id {
            app.cookies.set::<Browser>(&mut response, browser);
        }
        response
    }

    /// The id of this browser, if it has proved before that it was signed in to this account, and was not forgotten since.
    pub(crate) fn known_to(&self, app: &AppState, person: &Person) -> Option<&str> {
        let known = self.known.as_ref()?;
        known.proved(&app.key, person)
    }

    /// The same, or a new one.
    pub(crate) fn device_of(&self, app: &AppState, person: &Person) -> String {
        if let Some(known) = self.known_to(app, person) {
            return known.to_owned();
        }
        // The same for a form that is posted twice.
        let whose = person.subject.0.to_be_bytes();
        match &self.browser_id {
            Some(browser) => app.key.tag(&[b"device", browser.as_bytes(), &whose]),
            None => random(),
        }
    }

    /// What tells this browser from others, if it has been told apart.
    pub(crate) fn told(&self) -> Option<&str> {
        self.browser_id.as_deref()
    }

    /// The same; from now on, if it was not: the answer has it keep that.
    pub(crate) fn told_apart(&mut self) -> &str {
        self.browser_id.get_or_insert_with(random)
    }

    /// What only this browser knows; made up for one that keeps no cookies.
    pub(crate) fn secret(&self) -> String {
        self.browser_id.clone().unwrap_or_else(random)
    }

    /// Speaks a language from here on that was asked for, unless the page's own address asks for another.
    pub(crate) fn speak(&mut self, asked: Option<Language>) {
        if let (false, Some(asked)) = (self.asked_for_language, asked) {
            self.language = asked;
        }
    }

    /// What only this browser knows on the portal's host, and whether it knew it before.
    pub(crate) fn portal_browser(&mut self) -> &str {
        self.browser_id.get_or_insert_with(random)
    }

    /// The same, if it was given to it before.
    pub(crate) fn known_browser(&self) -> Option<&str> {
        self.browser_id.as_deref()
    }

    /// The page that it looks at.
    pub(crate) fn here(&self) -> Option<&str> {
        self.here.as_deref()
    }

    /// Who reads its pages.
    pub(crate) fn reader(&self) -> Reader {
        Reader {
            id: self.id,
            language: self.language,
        }
    }

    /// What every page shows around its content.
    pub(crate) fn frame(&self, app: &AppState) -> Frame {
        Frame {
            signed_in_as: self
                .session
                .as_ref()
                .map(|facts| facts.person.label().to_owned()),
            test_side: self
                .session
                .as_ref()
                .is_some_and(|facts| facts.person.test_app.is_some()),
            ..bare_frame(app, self.reader())
        }
    }

    /// The frame of a page behind which no app waits: it links the developer pages.
    pub(crate) fn front_frame(&self, app: &AppState) -> Frame {
        let elsewhere = |facts: &&SessionFacts| !facts.person.signs_in_here();
        let session = self.session.as_ref();
        let session = session.filter(|facts| self.host == Host::Portal || elsewhere(facts));
        let long_ago = session.filter(|facts| !signed_in_lately(&facts.session, clock::now()));
        Frame {
            developers: app.config.developers.page,
            confirm: long_ago.map(|_| self.confirm()),
            ..self.frame(app)
        }
    }

    /// The way to a proof at the issuer, from a page of the portal's own host and back to it; at the issuer itself, to where
    /// whoever has no password here signs in. It opens beside the page, so that what was typed stays there.
    fn confirm(&self) -> String {
        if self.host == Host::Issuer {
            return format!("{}?request=apps&after=again", path::SIGN_IN);
        }
        let here = self.here.as_deref().unwrap_or(path::HOME);
        let params = Params::from_pairs([("to", here), ("anew", "1")]);
        format!("{}?{}", path::SIGN_IN, params.to_form())
    }
}

/// The frame of a page that does not know its browser.
pub(crate) fn bare_frame(app: &AppState, reader: Reader) -> Frame {
    Frame {
        language: reader.language,
        product: app.config.branding.product.clone(),
        request_id: reader.id.to_string(),
        brand: app.brand.shown.clone(),
        developer_support: app.config.developers.support.clone(),
        ..Frame::default()
    }
}

/// The host of an URL, without its port: cookies know none.
fn host(url: &str) -> &str {
    let authority = url.split("://").nth(1).unwrap_or_default();
    let authority = authority.split('/').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// Puts a new session into the browser, and marks the browser as known to the account.
pub(crate) fn sign_in(
    app: &AppState,
    response: &mut Response,
    cookie: &TokenText,
    person: &Person,
    device: &str,
) {
    app.cookies.set::<Session>(response, cookie.as_str());
    app.cookies.clear::<Address>(response);
    app.cookies.clear::<Onward>(response);
    mark_known(app, response, device, person);
}

/// Marks the browser as known to the account, until that forgets it.
pub(crate) fn mark_known(app: &AppState, response: &mut Response, device: &str, person: &Person) {
    let known = KnownDevice::sign(&app.key, device, person);
    app.cookies.set::<Known>(response, &known.write());
}

/// Keeps the address of a new account for the sign-in that follows.
pub(crate) fn keep_address(app: &AppState, response: &mut Response, email: &str) {
    app.cookies.set::<Address>(response, &Address::write(email));
}

/// Keeps what this browser was about to do, for when the link in a mail is followed in it.
pub(crate) fn keep_onward(app: &AppState, response: &mut Response, handle: Option<&str>) {
    match handle {
        Some(handle) => app.cookies.set::<Onward>(response, handle),
        None => app.cookies.clear::<Onward>(response),
    }
}

/// Signs a browser in on the portal's own host.
pub(crate) fn sign_in_to_portal(app: &AppState, response: &mut Response, cookie: &TokenText) {
    app.cookies.set::<PortalSession>(response, cookie.as_str());
}

/// Takes the session out of the browser.
pub(crate) fn sign_out(app: &AppState, response: &mut Response) {
    app.cookies.clear::<Session>(response);
}

/// The session that a browser claims, if it is one.
///
/// # Errors
/// When the store fails.
pub(crate) async fn session(
    app: &AppState,
    claimed: &ClaimedSession,
) -> Result<Option<SessionFacts>, store::StoreError> {
    match &claimed.cookie {
        None => Ok(None),
        Some(Claim::Issuer(cookie)) => {
            let facts = app.store.session(cookie.locator()).await?;
            Ok(facts.filter(|facts| claimed.is(app, facts)))
        }
        Some(Claim::Portal(cookie)) => Box::pin(session_at_portal(app, cookie)).await,
    }
}

/// The session behind a cookie of the portal's own host.
async fn session_at_portal(
    app: &AppState,
    cookie: &PortalCookie,
) -> Result<Option<SessionFacts>, store::StoreError> {
    let now = clock::now();
    let found = app.store.portal_session(cookie.locator()).await?;
    let found = found.filter(|found| cookie.signs_in(found, now) && is_enough(app, &found.facts));
    Ok(found.map(|found| {
        note_use(app, &found.facts, now);
        found.facts
    }))
}

impl<S> FromRequestParts<S> for ClaimedSession
where
    App: FromRef<S>,
    S: Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(ClaimedSession::of(&App::from_ref(state), parts))
    }
}

impl<S> FromRequestParts<S> for BrowserContext
where
    App: FromRef<S>,
    S: Sync,
{
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let app = App::from_ref(state);
        let Arrival {
            id,
            address,
            spoken,
            host,
        } = Arrival::of(&parts.extensions);
        let headers = &parts.headers;
        let looks = parts.method == Method::GET;
        let here = parts.uri.path_and_query().filter(|_| looks);
        let claimed = ClaimedSession::of(&app, parts);
        let session = session(&app, &claimed).await?;
        let chosen = session
            .as_ref()
            .and_then(|facts| facts.preferences.language);
        let language = spoken.asked.or(chosen).unwrap_or(spoken.usual);
        Ok(BrowserContext {
            id,
            address,
            host,
            here: here.map(|here| here.as_str().to_owned()),
            session_ended: session.is_none() && claimed.cookie.is_some(),
            session,
            user_agent: headers
                .get(header::USER_AGENT)
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                .unwrap_or_default(),
            browser_id: app.cookies.get::<Browser>(headers),
            known: app.cookies.get::<Known>(headers),
            password_proved: app.cookies.get::<PasswordProved>(headers),
            address_typed: app.cookies.get::<Address>(headers),
            onward: app.cookies.get::<Onward>(headers),
            language,
            asked_for_language: spoken.asked.is_some(),
        })
    }
}
