//! How the developer pages are served and where they are linked from.

use crate::support::guide::reply;
use crate::support::{ANN, CALLBACK, PASSWORD, Scene};
use acceptance::Request;

const OVERVIEW: &str = "/developers";
const ERRORS: &str = "/developers/errors";

#[test]
fn the_home_page_leads_there_unless_an_app_waits() {
    let scene = Scene::plain("");
    let mut browser = scene.provider.browser();
    let home = browser.open("/");
    assert!(home.text().contains("href=\"/developers\""), "{home}");
    browser.sign_in(ANN, PASSWORD);
    let account = browser.open("/");
    assert!(account.text().contains("href=\"/developers\""), "{account}");
    let app = scene.confidential(CALLBACK);
    let waiting = scene.provider.browser().open(&scene.question(&app, &[]));
    assert!(waiting.text().contains("password"), "{waiting}");
    assert!(
        !waiting.text().contains("href=\"/developers\""),
        "{waiting}"
    );
}

#[test]
fn pages_are_public_kept_for_a_while_and_known_by_their_tag() {
    let scene = Scene::plain("");
    for path in [OVERVIEW, ERRORS, "/developers.md"] {
        let page = reply(&scene.api(), path).expect(200);
        assert_eq!(page.header("Cache-Control"), Some("public, max-age=300"));
        assert_eq!(page.headers_named("Set-Cookie"), Vec::<&str>::new());
        let csp = page.header("Content-Security-Policy").unwrap_or_default();
        assert!(csp.starts_with("default-src 'none';"), "{csp}");
        assert_eq!(page.header("X-Content-Type-Options"), Some("nosniff"));
        let tag = page.header("ETag").expect("a tag").to_owned();
        let again = Request::get(path).header("If-None-Match", &tag);
        let again = scene.api().send(&again);
        assert_eq!((again.status, again.text().as_str()), (304, ""), "{again}");
        assert!(!page.text().contains("<script"), "{page}");
    }
    let head = scene.api().send(&Request::new("HEAD", OVERVIEW));
    assert_eq!(head.status, 200);
}

#[test]
fn the_markdown_document_holds_all_pages() {
    let scene = Scene::profile("appexample");
    let reply = scene.api().get("/developers.md").expect(200);
    assert_eq!(
        reply.header("Content-Type"),
        Some("text/markdown; charset=utf-8")
    );
    let text = reply.text();
    for heading in [
        "## Overview",
        "## Authorization code",
        "## Scopes",
        "## Errors",
        "### Revoke a token",
    ] {
        assert!(
            text.lines().any(|line| line == heading),
            "{heading}: {text}"
        );
    }
    // Pasted elsewhere, its links still lead here.
    assert!(!text.contains("](/"), "{text}");
    assert!(text.contains(&format!("]({}/developers/scopes)", scene.provider.issuer())));
}
