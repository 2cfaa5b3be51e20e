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
        let scripts = page.text().matches("<script ").count();
        let own = page.text().matches("<script src=\"/assets/copy-").count();
        assert_eq!(scripts, own, "{page}");
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

/// What the documentation of a profile links is the page that tells of it, which names its own address.
#[test]
fn a_printed_path_shows_its_page() {
    for (profile, printed) in [
        (
            "miwa",
            &[
                ("/auth/client-credentials", "/grants/client-credentials"),
                ("/auth/scopes", "/scopes"),
                ("/auth/scopes.md", "/scopes"),
            ][..],
        ),
        (
            "appexample",
            &[
                (
                    "/docs/api/authentication/api-keys",
                    "/grants/client-credentials",
                ),
                ("/docs/api/endpoints/tasks", "/tokens"),
            ],
        ),
    ] {
        let scene = Scene::profile(profile);
        for (path, chapter) in printed {
            let page = reply(&scene.api(), path).expect(200);
            let own = format!("{OVERVIEW}{chapter}");
            assert_eq!(page.text(), reply(&scene.api(), &own).text(), "{path}");
            let canonical = format!(
                "<link rel=\"canonical\" href=\"{}{own}\">",
                scene.provider.issuer()
            );
            assert!(page.text().contains(&canonical), "{canonical}: {page}");
            assert!(page.header("ETag").is_some(), "{page}");
        }
    }
}

/// A page that is switched off has no other paths either.
#[test]
fn a_printed_path_of_what_is_off_is_no_page() {
    let aliases = "[developers.aliases]\n\"/auth/machine\" = \"client-credentials\"\n\"/auth/scopes\" = \"scopes\"";
    let scene = Scene::plain(&format!("{aliases}\n[grants]\nclient_credentials = false"));
    assert_eq!(reply(&scene.api(), "/auth/machine").status, 404);
    reply(&scene.api(), "/auth/scopes").expect(200);
    let scene = Scene::plain(&format!("{aliases}\n[developers]\npage = false"));
    assert_eq!(reply(&scene.api(), "/auth/scopes").status, 404);
}

/// The address of support stands wherever a developer may be stuck.
#[test]
fn developers_find_help_on_every_page() {
    let scene = Scene::profile("appexample");
    let address = "mailto:api-support@example.com";
    let link = format!("<a href=\"{address}\" rel=\"noopener noreferrer\">");
    let app = scene.confidential(CALLBACK);
    let mut ann = scene.browser();
    ann.sign_in(ANN, PASSWORD);
    let broken = scene.question(&app, &[("redirect_uri", "https://elsewhere.example/")]);
    for path in [
        OVERVIEW,
        ERRORS,
        "/docs/api/endpoints/tasks",
        "/apps",
        "/apps/new",
        "/organizations",
        "/account",
        &broken,
    ] {
        let page = ann.open(path);
        assert!(page.text().contains(&link), "{path}: {page}");
    }
    let waiting = scene.provider.browser().open(&scene.question(&app, &[]));
    assert!(
        !waiting.text().contains(address),
        "it is for developers: {waiting}"
    );
    let markdown = scene.api().get("/developers.md").text();
    assert!(markdown.contains(address), "{markdown}");
}

/// A library finds the pages by the metadata.
#[test]
fn the_metadata_name_the_pages() {
    let scene = Scene::plain("");
    let pages = format!("{}{OVERVIEW}", scene.provider.issuer());
    assert_eq!(scene.metadata["service_documentation"], pages.as_str());
    let none = Scene::plain("[developers]\npage = false");
    assert!(none.metadata.get("service_documentation").is_none());
}
