//! An issuer with a path. Inside, every path of ours is as it is at the root of a host: the router takes the prefix off
//! (`site.rs`), and what an answer leads to gets it here.
use super::reply;
use axum::body::{Body, HttpBody, to_bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use memchr::memmem;

/// The path of an issuer, such as `/tenant`.
pub(super) struct Prefix(String);

/// The attributes by which our pages lead anywhere. A test holds every page to these.
const LINKS: [&str; 4] = [" href", " src", " action", " formaction"];

impl Prefix {
    /// That of an issuer which is not at the root of its host.
    pub(super) fn of(path: &str) -> Option<Self> {
        (!path.is_empty()).then(|| Prefix(path.to_owned()))
    }

    /// The answer with all that it leads to below the prefix: where it redirects to, and the links and forms of a page.
    pub(super) async fn put_before_links(&self, response: Response) -> Response {
        let (mut parts, body) = response.into_parts();
        let location = parts.headers.get(header::LOCATION);
        if let Some(path) = location
            .and_then(|to| to.to_str().ok())
            .filter(|to| to.starts_with('/'))
        {
            let below = HeaderValue::from_str(&format!("{}{}", self.0, inside(path)));
            if let Ok(below) = below {
                parts.headers.insert(header::LOCATION, below);
            }
        }
        let body = match reply::is_page(&parts.headers) {
            // Every page is in memory whole before it is sent.
            true => Body::from(self.written(&to_bytes(body, usize::MAX).await.unwrap_or_default())),
            false => body,
        };
        if let Some(length) = body
            .size_hint()
            .exact()
            .filter(|_| parts.headers.contains_key(header::CONTENT_LENGTH))
        {
            parts.headers.insert(header::CONTENT_LENGTH, length.into());
        }
        Response::from_parts(parts, body)
    }

    /// The text of a page with the prefix before each path that an attribute in [`LINKS`] has. Text of others cannot look
    /// like one: their quotation marks are escaped.
    fn written(&self, page: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(page.len() + 64 * self.0.len());
        let mut done = 0;
        for at in memmem::find_iter(page, "=\"/") {
            if LINKS
                .iter()
                .any(|name| page[..at].ends_with(name.as_bytes()))
            {
                let path = at + "=\"".len();
                out.extend_from_slice(&page[done..path]);
                out.extend_from_slice(self.0.as_bytes());
                let is_home = page
                    .get(path + 1)
                    .is_some_and(|next| b"\"?#".contains(next));
                done = path + usize::from(is_home);
            }
        }
        out.extend_from_slice(&page[done..]);
        out
    }
}

/// What follows the prefix: nothing for the first page, which is where the issuer is.
fn inside(path: &str) -> &str {
    match path.strip_prefix('/') {
        Some(rest) if rest.is_empty() || rest.starts_with(['?', '#']) => rest,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;
    use protocol::types::Language;

    fn prefix() -> Prefix {
        Prefix::of("/t").unwrap()
    }

    async fn led(location: &str) -> String {
        let response = prefix().put_before_links(reply::see_other(location)).await;
        response.headers()[header::LOCATION]
            .to_str()
            .unwrap()
            .to_owned()
    }

    #[tokio::test]
    async fn a_redirect_stays_below_the_prefix_unless_it_leads_to_an_app() {
        for (inside, outside) in [
            ("/", "/t"),
            ("/?page=2", "/t?page=2"),
            ("/account?x=/y", "/t/account?x=/y"),
            ("//elsewhere.example/", "/t//elsewhere.example/"),
            ("https://app.example/?code=c", "https://app.example/?code=c"),
            ("com.example.app:/done", "com.example.app:/done"),
        ] {
            assert_eq!(led(inside).await, outside);
        }
        assert!(Prefix::of("").is_none());
    }

    #[tokio::test]
    async fn links_and_forms_stay_below_the_prefix_and_text_stays_as_it_is() {
        let page = r#"<a href="/">x</a><a href="/?p=2">y</a><form action="/sign-in"><img src="/logo"><button formaction="/n">
<input name="next" value="/account"><a data-href="/x" href="https://app.example/">z</a><a href="?page=2">"#;
        let told = r#"<a href="/t">x</a><a href="/t?p=2">y</a><form action="/t/sign-in"><img src="/t/logo"><button formaction="/t/n">
<input name="next" value="/account"><a data-href="/x" href="https://app.example/">z</a><a href="?page=2">"#;
        let mut response = reply::document("text/html; charset=utf-8", page);
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, page.len().into());
        let response = prefix().put_before_links(response).await;
        assert_eq!(
            response.headers()[header::CONTENT_LENGTH],
            told.len().to_string()
        );
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert_eq!(body, told);
        let json = reply::json(StatusCode::OK, r#"{"text":"<a href=\"/x\">"}"#);
        let body = prefix().put_before_links(json).await.into_body();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        assert_eq!(body, r#"{"text":"<a href=\"/x\">"}"#);
    }

    /// Whatever leads to a path of ours is an attribute that gets the prefix; and no tag ends so that text before its end
    /// could be taken for one.
    #[test]
    fn every_page_leads_on_by_attributes_that_are_known() {
        for sample in pages::every_sample(Language::English) {
            assert!(!sample.html.contains("\"/>"), "{}", sample.page);
            for (at, _) in sample.html.match_indices("=\"/") {
                let before = &sample.html[..at];
                let is_link = LINKS.iter().any(|name| before.ends_with(name));
                let is_text = before.ends_with(" value") || before.ends_with(" content");
                assert!(
                    is_link || is_text,
                    "{}: {}",
                    sample.page,
                    &before[before.len().saturating_sub(40)..]
                );
            }
            for other in [
                "http-equiv=\"refresh\"",
                "srcset=",
                "url(/",
                "poster=",
                "ping=",
            ] {
                assert!(!sample.html.contains(other), "{}: {other}", sample.page);
            }
        }
    }
}
