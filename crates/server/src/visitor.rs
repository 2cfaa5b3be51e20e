//! Who sits in front of the browser: session cookie, form nonces, known devices.
use crate::app::App;
use crate::reply;
use crate::request::{Arrival, ClientAddr, RequestId};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jose::TokenText;
use pages::Frame;
use protocol::accounts::session::SessionCookie;
use protocol::facts::SessionFacts;
use protocol::types::person::email_key;
use protocol::types::{Locator, Person};
use std::convert::Infallible;

/// A known device is remembered for a year.
const KNOWN_SECONDS: i64 = 365 * 86_400;

/// The names and attributes of our cookies.
#[derive(Debug, Clone)]
pub(crate) struct Cookies {
    session: String,
    form: String,
    known: String,
    secure: bool,
}

impl Cookies {
    /// `__Host-` and Secure over https. Over plain http on loopback the port is in the name, since cookies do
    /// not know ports and two providers on one machine would share them.
    pub(crate) fn of(issuer: &str) -> Self {
        let secure = issuer.starts_with("https://");
        let port = crate::app::origin(issuer)
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
    pub(crate) user_agent: String,
    form: Option<String>,
    known: Option<String>,
}

/// The session that a browser claims to have, before anything is read.
pub(crate) struct ClaimedSession {
    pub(crate) id: RequestId,
    cookie: Option<SessionCookie>,
}

impl ClaimedSession {
    fn of(app: &App, parts: &Parts) -> Self {
        let value = cookie(&parts.headers, &app.cookies.session);
        ClaimedSession {
            id: Arrival::of(&parts.extensions).id,
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

    /// The id of this browser, if it has proved before that it was signed in to the account of `email`.
    pub(crate) fn known_to(&self, app: &App, email: &str) -> Option<&str> {
        let (device, tag) = self.known.as_deref()?.split_once('.')?;
        let proved = app.key.verify(&known_parts(device, &email_key(email)), tag);
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

fn known_parts<'a>(device: &'a str, email_key: &'a str) -> [&'a [u8]; 3] {
    [b"known device", device.as_bytes(), email_key.as_bytes()]
}

/// Puts a new session into the browser, and marks the browser as known to the account.
pub(crate) fn sign_in(app: &App, response: &mut Response, cookie: &TokenText, person: &Person) {
    let cookies = &app.cookies;
    let lifetime = app.policy().accounts.session.seconds();
    let session = cookies.write(&cookies.session, cookie.as_str(), Some(lifetime));
    reply::set_cookie(response, &session);
    let device = new_browser();
    let tag = app
        .key
        .tag(&known_parts(&device, &email_key(&person.email)));
    let known = cookies.write(
        &cookies.known,
        &format!("{device}.{tag}"),
        Some(KNOWN_SECONDS),
    );
    reply::set_cookie(response, &known);
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
        let session = session(&app, &ClaimedSession::of(&app, parts)).await;
        let session =
            session.map_err(|error| crate::routes::problem::unavailable(&app, &error, id))?;
        Ok(Visitor {
            id,
            address,
            session,
            user_agent: headers
                .get(header::USER_AGENT)
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                .unwrap_or_default(),
            form: own(&app.cookies.form).filter(|value| !value.is_empty()),
            known: own(&app.cookies.known),
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
