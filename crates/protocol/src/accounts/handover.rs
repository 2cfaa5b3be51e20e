//! How whoever is signed in at the issuer is signed in on the developer portal's own host, which shares no cookie with it.
//!
//! The portal sends the browser to the authorization endpoint like any app, as a client that is built in: with an exact
//! redirect URI, a `state` that is bound to a cookie of the portal's host, and a PKCE challenge whose verifier never leaves
//! the server. It comes back with a code, which is redeemed once and by the same browser, and gets a cookie of that host.
//! Behind that cookie is the very session of the issuer: its row is read with it, so when the session ends, so does what hangs
//! on it, and there is nothing else to end.
use super::session::is_live;
use crate::apps::signed_in_lately;
use crate::authorize::ShownError;
use crate::decision::{Decision, Mint};
use crate::facts::PortalFacts;
use crate::grants::Context;
use crate::params::Params;
use crate::transition::{SessionChange, Transition};
use crate::types::{
    CodeChallenge, Lifetime, Locator, PortalSession, RedirectUriFault, Session, UnixTime,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jose::keyed::Key;
use wire::{Presented, TokenText};

/// The client id of the portal. Nobody else has one that begins so (`own_api::CLIENT_MARK`).
pub const CLIENT_ID: &str = "valetkey-portal";
/// Where its redirect URI is on the portal's host.
pub const CALLBACK: &str = "/sign-in/done";
/// What a code starts with.
pub const CODE_PREFIX: &str = "pc_";
/// What the value of the portal's cookie starts with.
pub const PORTAL_PREFIX: &str = "ps_";
/// How long a code is good: a browser brings it at once.
pub const CODE_LIFE: Lifetime = Lifetime::from_seconds(60);
/// How long a browser may be on the way, with a stop at the sign-in page.
pub const ERRAND_LIFE: Lifetime = Lifetime::from_minutes(60);
/// Most bytes of the page that a browser goes back to: what a redirect URI of 2,000 characters that is looked up takes. A
/// cookie bears it in Base64, with what goes along: browsers keep none of more than 4,096 bytes (RFC 6265bis §5.6).
pub const MAX_PAGE: usize = 2_800;
/// Most bytes of a `state`: what any of ours has.
const MAX_STATE: usize = 4_000;

/// What a browser is on the way for: to be signed in, and to see a page of the portal then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errand {
    /// The page: a path of the portal's host.
    page: String,
    /// When it set out.
    since: UnixTime,
    /// What tells it from every other.
    nonce: String,
}

impl Errand {
    /// Sets out for a page, without what is looked up there if that is too long; for none when it is no path of our own.
    pub fn begin(page: &str, nonce: String, now: UnixTime) -> Self {
        let alone = page.split('?').next().unwrap_or_default();
        let page = [page, alone].into_iter().find(|page| is_path(page));
        Errand {
            page: page.unwrap_or("/").to_owned(),
            since: now,
            nonce,
        }
    }

    /// What the page is.
    pub fn page(&self) -> &str {
        &self.page
    }

    /// The `state` that goes along: nobody else can write it, and no other browser comes back with it.
    pub fn state(&self, browser: &str, key: &Key) -> String {
        let (since, page) = (self.since.0, URL_SAFE_NO_PAD.encode(&self.page));
        let nonce = &self.nonce;
        let tag = self.tag(b"portal state", browser, key);
        format!("{nonce}.{since}.{tag}.{page}")
    }

    /// Reads a `state`: one that this browser was given, and not too long ago.
    pub fn read(state: &str, browser: &str, key: &Key, now: UnixTime) -> Option<Self> {
        let mut parts = Some(state).filter(|state| is_state(state))?.split('.');
        let (nonce, since) = (parts.next()?, parts.next()?.parse().ok()?);
        let (tag, page) = (parts.next()?, parts.next()?);
        let page = String::from_utf8(URL_SAFE_NO_PAD.decode(page).ok()?).ok()?;
        let errand = Errand {
            page,
            since: UnixTime(since),
            nonce: nonce.to_owned(),
        };
        let made = errand.tag(b"portal state", browser, key);
        let proved = jose::digest::same(made.as_bytes(), tag.as_bytes());
        let is_under_way = errand.since <= now && now < errand.since.plus(ERRAND_LIFE);
        (proved && is_under_way && parts.next().is_none()).then_some(errand)
    }

    /// The page that a `state` speaks of, whoever wrote it: for a browser that sets out once more.
    pub fn page_of(state: &str) -> Option<String> {
        let page = state.split('.').nth(3)?;
        String::from_utf8(URL_SAFE_NO_PAD.decode(page).ok()?).ok()
    }

    /// The PKCE verifier (RFC 7636 §4.1): 43 characters that only the server can make, and makes for this browser alone.
    pub fn verifier(&self, browser: &str, key: &Key) -> String {
        self.tag(b"portal verifier", browser, key)
    }

    fn tag(&self, purpose: &[u8], browser: &str, key: &Key) -> String {
        key.tag(&[
            purpose,
            browser.as_bytes(),
            self.nonce.as_bytes(),
            &self.since.0.to_be_bytes(),
            self.page.as_bytes(),
        ])
    }
}

/// Whether this can be the `state` of an errand: it may stand in an address as it is.
pub fn is_state(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    text.len() <= MAX_STATE && text.bytes().all(plain) && text.split('.').count() == 4
}

/// Whether a text is a path with perhaps a query, which no browser takes for another host.
pub fn is_path(text: &str) -> bool {
    let rest = text.strip_prefix('/');
    let is_ours = rest.is_some_and(|rest| !rest.starts_with(['/', '\\']));
    let plain = |b: u8| b.is_ascii_graphic() && !b"\\\"<>#".contains(&b);
    is_ours && text.len() <= MAX_PAGE && text.bytes().all(plain)
}

/// What the portal asks of the authorization endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverRequest {
    /// Comes back as it was.
    pub state: String,
    /// Whose verifier the portal has.
    pub challenge: CodeChallenge,
    /// Whether who they are must have been proved within the last ten minutes.
    pub anew: bool,
}

/// Why it is not answered as it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandoverFault {
    /// It would not come back to the portal.
    Shown(ShownError),
    /// It is no request that the portal makes: it is told `invalid_request`.
    Malformed,
}

impl HandoverRequest {
    /// Reads a request of this client. Only the portal's own URI is its redirect URI, exactly.
    ///
    /// # Errors
    /// [`HandoverFault`].
    pub fn read(params: &Params, redirect_uri: &str) -> Result<Self, HandoverFault> {
        for name in ["client_id", "redirect_uri"] {
            if params.is_repeated(name) {
                return Err(HandoverFault::Shown(ShownError::Repeated(name)));
            }
        }
        let sent = params.get("redirect_uri");
        if sent != Some(redirect_uri) {
            let fault = match sent {
                Some(_) => RedirectUriFault::Unregistered,
                None => RedirectUriFault::Missing,
            };
            let sent = sent.map(str::to_owned);
            return Err(HandoverFault::Shown(ShownError::RedirectUri {
                fault,
                sent,
            }));
        }
        let is_usual = params.repeated().is_none()
            && params.get("response_type") == Some("code")
            && params.get("code_challenge_method") == Some("S256");
        let state = params.get("state").filter(|state| is_state(state));
        let challenge = params.get("code_challenge").and_then(CodeChallenge::parse);
        match (is_usual, state, challenge) {
            (true, Some(state), Some(challenge)) => Ok(HandoverRequest {
                state: state.to_owned(),
                challenge,
                anew: params.get("max_age").is_some(),
            }),
            _ => Err(HandoverFault::Malformed),
        }
    }

    /// Whether a session is enough for it.
    pub fn is_met_by(&self, session: &Session, now: UnixTime) -> bool {
        !self.anew || signed_in_lately(session, now)
    }

    /// The code for whoever has this session, and what is kept of it.
    pub fn code<M: Mint>(
        &self,
        session: &Session,
        now: UnixTime,
        mint: &M,
    ) -> (TokenText, Transition) {
        let id = mint.locator();
        let code = TokenText::new(CODE_PREFIX, id.0, &mint.secret());
        let offered = PortalSession {
            id,
            session: session.id,
            code: code.digest(),
            challenge: self.challenge.clone(),
            cookie: None,
            expires_at: now.plus(CODE_LIFE),
        };
        let change = SessionChange::OfferPortal(offered);
        (code, Transition::Session(change))
    }
}

/// A code that a browser came back with. Nothing of it is proved.
#[derive(Debug)]
pub struct HandoverCode(Presented);

impl HandoverCode {
    /// Reads it; `None` when it cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let presented = Presented::parse(text)?;
        (presented.prefix() == CODE_PREFIX).then_some(HandoverCode(presented))
    }

    /// Where its row is.
    pub fn locator(&self) -> Locator {
        Locator(self.0.locator)
    }

    /// The cookie of the portal's host, for whoever has the verifier: once, and as long as the session goes on. `before` is what
    /// this browser had there so far, which ends. Guard: the code was not used before.
    pub fn redeem<M: Mint>(
        &self,
        found: Option<&PortalFacts>,
        verifier: &str,
        before: Option<Locator>,
        context: &Context<'_, M>,
    ) -> Decision<TokenText, ()> {
        let Some(PortalFacts { portal, facts }) = found else {
            return Decision::refuse(());
        };
        let is_its = portal.code == self.0.digest && portal.challenge.verify(verifier);
        let is_good = portal.cookie.is_none() && context.now < portal.expires_at;
        if !is_its || !is_good || !is_live(facts, context.now) {
            return Decision::refuse(());
        }
        let cookie = TokenText::new(PORTAL_PREFIX, portal.id.0, &context.mint.secret());
        let change = SessionChange::EnterPortal {
            id: portal.id,
            cookie: cookie.digest(),
            expires_at: context.now.plus(context.policy.accounts.session),
            ends: before.filter(|before| *before != portal.id),
        };
        Decision::grant(Transition::Session(change), cookie)
    }
}

/// What the portal's cookie holds, as a browser says. It is no session of the issuer's, and the issuer's none of the portal's.
#[derive(Debug)]
pub struct PortalCookie(Presented);

impl PortalCookie {
    /// Reads a value; `None` when it cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let presented = Presented::parse(text)?;
        (presented.prefix() == PORTAL_PREFIX).then_some(PortalCookie(presented))
    }

    /// Where its row is.
    pub fn locator(&self) -> Locator {
        Locator(self.0.locator)
    }

    /// Whether the row is that of the cookie, and its person signed in now, by the session behind it.
    pub fn signs_in(&self, found: &PortalFacts, now: UnixTime) -> bool {
        let own = found.portal.cookie == Some(self.0.digest);
        own && now < found.portal.expires_at && is_live(&found.facts, now)
    }
}
