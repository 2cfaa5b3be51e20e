//! Forms of our own pages that bring a file.
use super::error::{PageError, PageFault, Unreadable};
use super::form::{Form, Posted, is_own_form, once};
use super::request::{MAX_BODY, media_type, read_up_to};
use super::session::BrowserContext;
use crate::state::App;
use axum::body::{Body, Bytes};
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, header};
use multer::Multipart;
use protocol::Params;

/// The largest body of such a form, in bytes. Only of whoever is signed in is as much read.
pub(crate) const MAX_UPLOAD: usize = 2 * 1024 * 1024;

/// What the field with the file is called.
pub(crate) const FILE: &str = "file";

/// A form that was posted with a file, and the file; empty where none was chosen. What holds for [`Posted`] holds for
/// it.
pub(crate) struct Uploaded<F: Form>(pub(crate) Posted<F>, pub(crate) Bytes);

impl<F, S> FromRequest<S> for Uploaded<F>
where
    F: Form,
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let app = App::from_ref(state);
        let (mut parts, body) = request.into_parts();
        let browser = BrowserContext::from_request_parts(&mut parts, state).await?;
        let most = match browser.session {
            Some(_) => MAX_UPLOAD,
            None => MAX_BODY,
        };
        let body = read_up_to(most, &parts.headers, body).await?;
        if !is_own_form(app.base_of(browser.host), &parts.headers) {
            return Err(PageFault::ForeignForm.into());
        }
        let (fields, file) = taken_apart(&parts.headers, body).await?;
        let fields = once(fields)?;
        let posted = match browser.has_nonce(&app, F::NONCE, fields.get("nonce")) {
            true => Posted::Current(browser, F::read(&fields)),
            false => Posted::OutOfDate(browser, F::page(&fields)),
        };
        Ok(Uploaded(posted, file))
    }
}

/// The fields of a body of several parts (RFC 7578), and its file.
async fn taken_apart(headers: &HeaderMap, body: Bytes) -> Result<(Params, Bytes), PageError> {
    let is_form = media_type(headers)
        .is_some_and(|media_type| media_type.eq_ignore_ascii_case("multipart/form-data"));
    let boundary = headers.get(header::CONTENT_TYPE).filter(|_| is_form);
    let boundary = boundary.and_then(|value| value.to_str().ok());
    let boundary = boundary.and_then(|value| multer::parse_boundary(value).ok());
    let boundary = boundary.ok_or(Unreadable::Type)?;
    let mut parts = Multipart::new(Body::from(body).into_data_stream(), boundary);
    let mut pairs = Vec::new();
    let mut file = None;
    while let Some(part) = parts.next_field().await.map_err(|_| Unreadable::Parts)? {
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(|_| Unreadable::Parts)?;
        if name == FILE {
            if file.replace(bytes).is_some() {
                return Err(Unreadable::Twice.into());
            }
        } else if pairs.len() < MAX_PARTS {
            let text = String::from_utf8(bytes.to_vec()).map_err(|_| Unreadable::Parts)?;
            pairs.push((name, text));
        } else {
            return Err(Unreadable::Parts.into());
        }
    }
    let pairs = pairs.iter().map(|(name, text)| (&**name, &**text));
    Ok((Params::from_pairs(pairs), file.unwrap_or_default()))
}

/// The most fields beside the file.
const MAX_PARTS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    async fn taken(media_type: &'static str, body: &'static str) -> Option<(Params, Bytes)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        taken_apart(&headers, Bytes::from_static(body.as_bytes()))
            .await
            .ok()
    }

    const FORM: &str = "multipart/form-data; boundary=x";

    #[tokio::test]
    async fn fields_and_the_file_are_told_apart() {
        let body = "--x\r\nContent-Disposition: form-data; name=\"app\"\r\n\r\nabc\r\n\
            --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../logo.png\"\r\n\
            Content-Type: image/png\r\n\r\nbytes\r\n--x--\r\n";
        let (fields, file) = taken(FORM, body).await.unwrap();
        assert_eq!(fields.get("app"), Some("abc"));
        assert_eq!(&file[..], b"bytes");
    }

    #[tokio::test]
    async fn what_is_no_such_form_is_not_read() {
        let part = "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\na\r\n";
        let twice: &'static str = format!("{part}{part}--x--\r\n").leak();
        for (media_type, body) in [
            (FORM, ""),
            (FORM, "--x"),
            (FORM, part),
            (FORM, twice),
            ("multipart/form-data", "--x--"),
            ("multipart/mixed; boundary=x", "--x--\r\n"),
            ("application/x-www-form-urlencoded", "app=abc"),
        ] {
            assert!(
                taken(media_type, body).await.is_none(),
                "{media_type} {body}"
            );
        }
    }
}
