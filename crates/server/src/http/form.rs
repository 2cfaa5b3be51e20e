//! Forms of our own pages. What a browser posts is reached through [`Posted`] alone, which has looked whether it came
//! from a page of ours before a handler sees a field of it.
use super::error::{PageError, PageFault, Unreadable};
use super::kept;
use super::request::{is_form, read};
use super::session::{BrowserContext, NonceScope};
use crate::oauth::endpoints::origin;
use crate::state::App;
use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use protocol::Params;

/// A form of a page of ours.
pub(crate) trait Form: Sized {
    /// Where it is posted to.
    const PATH: &'static str;
    /// Whom its nonce is for.
    const NONCE: NonceScope;
    /// Whether what was typed into it is kept for whoever typed it when it comes after their session has ended.
    const KEPT: bool = false;
    /// What its page needs in order to be shown again.
    type Page;

    /// Reads what its page needs.
    fn page(fields: &Params) -> Self::Page;

    /// Reads all of it. What is missing is empty, and the handler's to judge, in the words of its page.
    fn read(fields: &Params) -> Self;
}

/// A form whose page is shown again with all that was typed into it.
pub(crate) trait WholeForm: Sized {
    /// Where it is posted to.
    const PATH: &'static str;
    /// Whom its nonce is for.
    const NONCE: NonceScope = NonceScope::Session;
    /// As [`Form::KEPT`].
    const KEPT: bool = false;

    /// Reads all of it.
    fn read(fields: &Params) -> Self;
}

impl<F: WholeForm> Form for F {
    const PATH: &'static str = F::PATH;
    const NONCE: NonceScope = F::NONCE;
    const KEPT: bool = F::KEPT;
    type Page = F;

    fn page(fields: &Params) -> F {
        F::read(fields)
    }

    fn read(fields: &Params) -> F {
        F::read(fields)
    }
}

/// A form that was posted, and who posted it. Neither is reached without saying what happens to one that is out of
/// date.
pub(crate) enum Posted<F: Form> {
    /// It has the nonce that this browser was given.
    Current(BrowserContext, F),
    /// It has not: another person signed in meanwhile, the session ended, or another site made it. Its page is shown
    /// again, and nothing is done.
    OutOfDate(BrowserContext, F::Page),
}

impl<F, S> FromRequest<S> for Posted<F>
where
    F: Form,
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let app = App::from_ref(state);
        let (browser, headers, body) = received(request, state).await?;
        let base = app.base_of(browser.host);
        let fields = fields(base, &headers, &body)?;
        if browser.has_nonce(&app, F::NONCE, fields.get("nonce")) {
            return Ok(Posted::Current(browser, F::read(&fields)));
        }
        if F::KEPT {
            kept::for_its_reader(&app, &browser, F::PATH, &fields)?;
        }
        Ok(Posted::OutOfDate(browser, F::page(&fields)))
    }
}

/// A form whose page is switched off: it is taken in and not looked at.
pub(crate) struct Unread;

impl<S> FromRequest<S> for Unread
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        received(request, state).await.map(|_| Unread)
    }
}

async fn received<S>(
    request: Request,
    state: &S,
) -> Result<(BrowserContext, HeaderMap, Bytes), PageError>
where
    App: FromRef<S>,
    S: Send + Sync,
{
    let (mut parts, body) = request.into_parts();
    let browser = BrowserContext::from_request_parts(&mut parts, state).await?;
    let body = read(&parts.headers, body).await?;
    Ok((browser, parts.headers, body))
}

/// The fields of a form that a browser says to have from a page of ours.
fn fields(issuer: &str, headers: &HeaderMap, body: &[u8]) -> Result<Params, PageError> {
    if !is_own_form(issuer, headers) {
        return Err(PageFault::ForeignForm.into());
    }
    if !is_form(headers) {
        return Err(Unreadable::Type.into());
    }
    once(Params::from_page(body)?)
}

/// Fields of which none stands twice.
pub(super) fn once(fields: Params) -> Result<Params, PageError> {
    match fields.repeated() {
        Some(_) => Err(Unreadable::Twice.into()),
        None => Ok(fields),
    }
}

/// Whether the browser says that a form came from our own pages. `Sec-Fetch-Site` is believed first: our
/// `no-referrer` makes `Origin` be `null` on our own forms. The nonce is checked in any case.
pub(super) fn is_own_form(issuer: &str, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let own = origin(issuer);
    let mut origins = headers.get_all(header::ORIGIN).iter();
    origins.all(|origin| origin == "null" || origin == own)
}

/// The parameters in the address of a page.
pub(crate) struct Query(pub(crate) Params);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Query(Params::from_form(query.as_bytes())?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    const ISSUER: &str = "https://id.example";
    const FORM: &str = "application/x-www-form-urlencoded";

    fn posted(headers: &[(&'static str, &'static str)], body: &str) -> Result<Params, PageFault> {
        let pairs = headers.iter().map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, header::HeaderValue::from_static(value))
        });
        let headers: HeaderMap = pairs.collect();
        fields(ISSUER, &headers, body.as_bytes()).map_err(|error| match error {
            PageError::Fault(fault) => fault,
            PageError::Instead(_) => panic!("an answer of its own"),
        })
    }

    #[test]
    fn what_the_browser_says_of_the_site_is_believed_before_the_origin() {
        for (headers, is_own) in [
            (&[][..], true),
            (
                &[("sec-fetch-site", "same-origin"), ("origin", "null")],
                true,
            ),
            (&[("sec-fetch-site", "none")], true),
            (
                &[("sec-fetch-site", "same-site"), ("origin", ISSUER)],
                false,
            ),
            (
                &[("sec-fetch-site", "cross-site"), ("origin", ISSUER)],
                false,
            ),
            (&[("origin", ISSUER)], true),
            (&[("origin", "null")], true),
            (&[("origin", "https://id.example.evil.example")], false),
        ] {
            let all = [headers, &[("content-type", FORM)]].concat();
            let taken = posted(&all, "a=b");
            match is_own {
                true => assert!(taken.is_ok(), "{headers:?}"),
                false => assert!(matches!(taken, Err(PageFault::ForeignForm)), "{headers:?}"),
            }
        }
    }

    #[test]
    fn a_form_that_reads_in_two_ways_is_not_read() {
        let form = ("content-type", FORM);
        assert_eq!(posted(&[form], "a=b&c=d").unwrap().get("c"), Some("d"));
        for (headers, body) in [
            (&[][..], "a=b"),
            (&[("content-type", "text/plain")], "a=b"),
            (&[form], "a=b&a=c"),
            (&[form], "a=%"),
        ] {
            let taken = posted(headers, body);
            assert!(matches!(taken, Err(PageFault::Unreadable(_))), "{body}");
        }
    }
}
