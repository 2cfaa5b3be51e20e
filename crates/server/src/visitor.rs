//! Who sits in front of the browser: session cookie, form nonces, known devices.
use crate::reply;
use crate::request::{Arrival, ClientAddr, RequestId};
use crate::state::App;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jose::TokenText;
use pages::Frame;
use protocol::accounts::session::SessionCookie;
use protocol::facts::SessionFacts;
use protocol::types::email::email_key;
use protocol::types::{Locator, Person};
use std::convert::Infallible;

/// A known device is remembered for a year.
const KNOWN_SECONDS: i64 = 365 * 86_400;
/// The address that an account was made with, until its person signs in.
const ADDRESS_SECONDS: i64 = 15 * 60;

/// The names and attributes of our cookies.
#[derive(Debug, Clone)]
pub(crate) struct Cookies {
    session: String,
    form: String,
    known: String,
    address: String,
    secure: bool,
}

impl Cookies {
    /// `__Host-` and Secure over https. Over plain http on loopback the port is in the name, since cookies do
    /// not know ports and two providers on one machine would share them.
    pub(crate) fn of(issuer: &str) -> Self {
        let secure = issuer.starts_with("https://");
        let port = crate::endpoints::origin(issuer)
            .rsplit(':')
            .next()
            .unwrap_or_default();
        let name = |kind: &str| match secure {
            true => format!("__Host-valetkey{kind}"),
            false => format!("valetkey{kind}_{}", port.trim_start_matches('/')),
        };
        Cookies {
            session: name(""),
            form: name("-form"),
            known: name("-known"),
            address: name("-address"),
            secure,
        }
    }

    /// Whether cookies travel over https only.
    pub(crate) fn is_secure(&self) -> bool {
        self.secure
    }

    fn write(&self, name: &str, value: &str, max_age: Option<i64>) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let age = max_age.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")
    }
}

/// The browser of a request to a page.
pub(crate) struct Visitor {
    pub(crate) id: RequestId,
    pub(crate) address: ClientAddr,
    pub(crate) session: Option<SessionFacts>,
    /// Whether the browser holds the cookie of a session that is over.
    pub(crate) session_ended: bool,
    pub(crate) user_agent: String,
    form: Option<String>,
    known: Option<String>,
    address_typed: Option<String>,
}

/// The session that a browser claims to have, before anything is read.
pub(crate) struct ClaimedSession {
    pub(crate) id: RequestId,
    pub(crate) address: ClientAddr,
    cookie: Option<SessionCookie>,
}

impl ClaimedSession {
    fn of(app: &App, parts: &Parts) -> Self {
        let value = cookie(&parts.headers, &app.cookies.session);
        let Arrival { id, address } = Arrival::of(&parts.extensions);
        ClaimedSession {
            id,
            address,
            cookie: value.and_then(SessionCookie::parse),
        }
    }

    /// Where the session's row is, if there is one.
    pub(crate) fn locator(&self) -> Option<Locator> {
        self.cookie.as_ref().map(SessionCookie::locator)
    }

    /// Whether the row is that of the cookie, and still good.
    pub(crate) fn is(&self, facts: &SessionFacts) -> bool {
        let cookie = self.cookie.as_ref();
        cookie.is_some_and(|cookie| cookie.signs_in(facts, crate::clock::now()))
    }
}

/// Which form a nonce is for. Forms of a signed-in person hold for that session only.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// Sign-in and sign-up: nobody is signed in yet, or a second tab just did.
    Anonymous,
    /// Consent, account, sign-out.
    Personal,
}

impl Visitor {
    /// The nonce for a form on the page that is about to be sent, and the page's cookie if the browser has
    /// none yet.
    pub(crate) fn nonce(&mut self, app: &App, form: Form) -> String {
        let browser = self.form.get_or_insert_with(new_browser).clone();
        app.key.tag(&self.nonce_parts(&browser, form))
    }

    /// Whether a posted nonce is the one this browser was given.
    pub(crate) fn has_nonce(&self, app: &App, form: Form, nonce: Option<&str>) -> bool {
        match (&self.form, nonce) {
            (Some(browser), Some(nonce)) => app.key.verify(&self.nonce_parts(browser, form), nonce),
            _ => false,
        }
    }

    /// What a form that does not prove itself is told. A browser that keeps no cookies fails whatever it sends, so
    /// it hears the cause.
    pub(crate) fn distrust(&self, app: &App, out_of_date: &str) -> String {
        if self.form.is_some() {
            return out_of_date.to_owned();
        }
        let host = host(&app.config.issuer);
        format!(
            "Your browser sent no cookie back, and this form needs one. Allow cookies for {host}, then try again."
        )
    }

    /// Proof of what a page showed to this session, for its form to carry.
    pub(crate) fn proof_of(&self, app: &App, shown: &str) -> String {
        app.key.tag(&self.shown_parts(shown))
    }

    /// Whether a form proves that its page showed this.
    pub(crate) fn was_shown(&self, app: &App, shown: &str, proof: Option<&str>) -> bool {
        proof.is_some_and(|proof| app.key.verify(&self.shown_parts(shown), proof))
    }

    fn shown_parts<'a>(&'a self, shown: &'a str) -> [&'a [u8]; 3] {
        let session = self.session.as_ref();
        let session = session.map_or(&b""[..], |facts| facts.session.digest.as_bytes());
        [b"shown", session, shown.as_bytes()]
    }

    /// The address that this browser just made an account with.
    pub(crate) fn address_typed(&self) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(self.address_typed.as_ref()?).ok()?;
        String::from_utf8(bytes).ok()
    }

    fn nonce_parts<'a>(&'a self, browser: &'a str, form: Form) -> [&'a [u8]; 3] {
        let session: &[u8] = match (form, &self.session) {
            (Form::Personal, Some(facts)) => facts.session.digest.as_bytes(),
            _ => b"",
        };
        let purpose: &[u8] = match form {
            Form::Anonymous => b"form anonymous",
            Form::Personal => b"form personal",
        };
        [purpose, browser.as_bytes(), session]
    }

    /// Adds the form cookie to a page that holds a form.
    pub(crate) fn keep_form(&self, app: &App, mut response: Response) -> Response {
        if let Some(browser) = &self.form {
            reply::set_cookie(
                &mut response,
                &app.cookies.write(&app.cookies.form, browser, None),
            );
        }
        response
    }

    /// The id of this browser, if it has proved before that it was signed in to this account, with the password that
    /// it has now.
    pub(crate) fn known_to(&self, app: &App, person: &Person) -> Option<&str> {
        let (device, tag) = self.known.as_deref()?.split_once('.')?;
        let key = email_key(&person.email);
        let proved = app
            .key
            .verify(&known_parts(device, &key, &person.password), tag);
        proved.then_some(device)
    }

    /// What every page shows around its content.
    pub(crate) fn frame(&self, app: &App) -> Frame {
        Frame {
            signed_in_as: self
                .session
                .as_ref()
                .map(|facts| facts.person.email.clone()),
            test_side: self
                .session
                .as_ref()
                .is_some_and(|facts| facts.person.test_app.is_some()),
            ..bare_frame(app, self.id)
        }
    }

    /// The frame of a page behind which no app waits: it links the developer pages.
    pub(crate) fn front_frame(&self, app: &App) -> Frame {
        Frame {
            developers: app.config.developers.page,
            ..self.frame(app)
        }
    }
}

/// The frame of a page that does not know its visitor.
pub(crate) fn bare_frame(app: &App, id: RequestId) -> Frame {
    Frame {
        product: app.config.branding.product.clone(),
        request_id: id.to_string(),
        signed_in_as: None,
        accent: app.config.branding.accent.clone(),
        test_side: false,
        developers: false,
    }
}

fn new_browser() -> String {
    URL_SAFE_NO_PAD.encode(jose::random::bytes::<16>())
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

/// The password's hash is a part, so whoever had an old password is a stranger under the new one.
fn known_parts<'a>(device: &'a str, email_key: &'a str, password: &'a str) -> [&'a [u8]; 4] {
    [
        b"known device",
        device.as_bytes(),
        email_key.as_bytes(),
        password.as_bytes(),
    ]
}

/// Puts a new session into the browser, and marks the browser as known to the account.
pub(crate) fn sign_in(app: &App, response: &mut Response, cookie: &TokenText, person: &Person) {
    let cookies = &app.cookies;
    let lifetime = app.policy().accounts.session.seconds();
    let session = cookies.write(&cookies.session, cookie.as_str(), Some(lifetime));
    reply::set_cookie(response, &session);
    reply::set_cookie(response, &cookies.write(&cookies.address, "", Some(0)));
    mark_known(app, response, &person.email, &person.password);
}

/// Marks the browser as known to the account as long as `password` is the hash of its password.
pub(crate) fn mark_known(app: &App, response: &mut Response, email: &str, password: &str) {
    let cookies = &app.cookies;
    let device = new_browser();
    let tag = app
        .key
        .tag(&known_parts(&device, &email_key(email), password));
    let known = cookies.write(
        &cookies.known,
        &format!("{device}.{tag}"),
        Some(KNOWN_SECONDS),
    );
    reply::set_cookie(response, &known);
}

/// Keeps the address of a new account for the sign-in that follows. It is in no URL, since those are kept and sent.
pub(crate) fn keep_address(app: &App, response: &mut Response, email: &str) {
    let cookies = &app.cookies;
    let value = URL_SAFE_NO_PAD.encode(email);
    let cookie = cookies.write(&cookies.address, &value, Some(ADDRESS_SECONDS));
    reply::set_cookie(response, &cookie);
}

/// Takes the session out of the browser.
pub(crate) fn sign_out(app: &App, response: &mut Response) {
    let cookies = &app.cookies;
    reply::set_cookie(response, &cookies.write(&cookies.session, "", Some(0)));
}

/// The value of a cookie of ours. Others on the parent domain set cookies too, with any bytes in them (RFC 6265bis
/// §5.6): they are stepped over.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let mut own = pairs.filter_map(|pair| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?;
        std::str::from_utf8(value.strip_prefix(b"=")?).ok()
    });
    own.next()
}

async fn session(
    app: &App,
    claimed: &ClaimedSession,
) -> Result<Option<SessionFacts>, store::StoreError> {
    let Some(locator) = claimed.locator() else {
        return Ok(None);
    };
    let facts = app.store.session(locator).await?;
    Ok(facts.filter(|facts| claimed.is(facts)))
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

impl<S> FromRequestParts<S> for Visitor
where
    App: FromRef<S>,
    S: Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let app = App::from_ref(state);
        let Arrival { id, address } = Arrival::of(&parts.extensions);
        let headers = &parts.headers;
        let own = |name: &str| cookie(headers, name).map(str::to_owned);
        let claimed = ClaimedSession::of(&app, parts);
        let session = session(&app, &claimed).await;
        let session =
            session.map_err(|error| crate::routes::problem::unavailable(&app, &error, id))?;
        Ok(Visitor {
            id,
            address,
            session_ended: session.is_none() && claimed.locator().is_some(),
            session,
            user_agent: headers
                .get(header::USER_AGENT)
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                .unwrap_or_default(),
            form: own(&app.cookies.form).filter(|value| !value.is_empty()),
            known: own(&app.cookies.known),
            address_typed: own(&app.cookies.address),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn foreign_cookies_hide_none_of_ours() {
        for lines in [
            &[&b"name=Zo\xeb; valetkey_1=ours"[..]][..],
            &[b"valetkey_1=ours; name=Zo\xc3\xab"],
            &[b"a=\xff", b"x=\"y; z\";valetkey_1=ours ; b"],
            &[b"", b"valetkey_1=\xff; valetkey_1=ours", b"valetkey_10=no"],
            &[b"=; ;;valetkey_1=ours;"],
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
            }
            assert_eq!(cookie(&headers, "valetkey_1"), Some("ours"), "{lines:?}");
            assert_eq!(cookie(&headers, "valetkey"), None, "{lines:?}");
        }
    }
}
