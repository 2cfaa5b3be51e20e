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
        put_before_links(response, |_| Some(&self.0)).await
    }
}

/// The answer with what is to stand before each path that it leads to: where it redirects to, and the links and forms of a
/// page. `before` is told the path, without what follows it.
pub(super) async fn put_before_links<'a>(
    response: Response,
    before: impl Fn(&str) -> Option<&'a str>,
) -> Response {
    let (mut parts, body) = response.into_parts();
    let location = parts.headers.get(header::LOCATION);
    let location = location.and_then(|to| to.to_str().ok());
    if let Some(to) = location.filter(|to| to.starts_with('/'))
        && let Some(base) = before(path_of(to))
        && let Ok(whole) = HeaderValue::from_str(&format!("{base}{}", inside(to)))
    {
        parts.headers.insert(header::LOCATION, whole);
    }
    let body = match reply::is_page(&parts.headers) {
        // Every page is in memory whole before it is sent.
        true => {
            let page = to_bytes(body, usize::MAX).await.unwrap_or_default();
            Body::from(written(&page, before))
        }
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

/// The text of a page with what is to stand before each path that an attribute in [`LINKS`] has. Text of others cannot look
/// like one: their quotation marks are escaped.
fn written<'a>(page: &[u8], before: impl Fn(&str) -> Option<&'a str>) -> Vec<u8> {
    let mut out = Vec::with_capacity(page.len() + 4_096);
    let mut done = 0;
    for at in memmem::find_iter(page, "=\"/") {
        if LINKS
            .iter()
            .any(|name| page[..at].ends_with(name.as_bytes()))
        {
            let start = at + "=\"".len();
            let rest = &page[start..];
            let end = rest.iter().position(|byte| *byte == b'"');
            let to = String::from_utf8_lossy(&rest[..end.unwrap_or(rest.len())]);
            if let Some(base) = before(path_of(&to)) {
                out.extend_from_slice(&page[done..start]);
                out.extend_from_slice(base.as_bytes());
                done = start + usize::from(path_of(&to) == "/");
            }
        }
    }
    out.extend_from_slice(&page[done..]);
    out
}

/// The path of a link.
fn path_of(link: &str) -> &str {
    link.split(['?', '#']).next().unwrap_or_default()
}

/// What follows the prefix: nothing for the first page, which is where the issuer is.
fn inside(path: &str) -> &str {
    match path_of(path) {
        "/" => &path[1..],
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
