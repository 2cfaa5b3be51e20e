//! A provider with a brand of its own: what its pages show, how its pictures are served, what stands under its mails.

use crate::support::mail_server::MailServer;
use crate::support::{CALLBACK, PLAIN, Scene, within};
use acceptance::{Provider, Reply, Setup};
use std::fs;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(15);

/// Everything that a brand may have.
const BRAND: &str = r##"
[branding]
product = "The Northern Counties Allotment Society"
logo = "brand/logo.svg"
icon = "brand/icon.png"
accent = "#0b5f3b"
accent_dark = "#7ad9ae"
consent_button = "Let it in"
mail_footer = """
Northern Counties Allotment Society
1 Long Road, York"""

[branding.links]
terms = { en = "https://allotments.example/terms", de = "https://allotments.example/agb" }
privacy = "https://allotments.example/privacy?lang=en&v=2"
help = "https://help.allotments.example/"
support = "mailto:help@allotments.example"
"##;

const LOGO: &[u8] = b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 1\" onload=\"alert(1)\"><script>alert(1)</script><path d=\"M0 0h9v1z\"/></svg>";
const ICON: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x20\0\0\0\x20 and so on";

/// A provider with the brand, which does not run yet.
fn prepared(changes: &str) -> Provider {
    let provider = Setup::toml(PLAIN).with(BRAND).with(changes).prepare();
    let folder = provider.folder().join("brand");
    fs::create_dir(&folder).expect("make a folder");
    fs::write(folder.join("logo.svg"), LOGO).expect("write the logo");
    fs::write(folder.join("icon.png"), ICON).expect("write the icon");
    provider
}

fn scene(changes: &str) -> Scene {
    let mut provider = prepared(changes);
    provider.start();
    Scene::peopled(provider)
}

/// What stands between the first `before` and the next quote.
#[track_caller]
fn attribute(page: &Reply, before: &str) -> String {
    let text = page.text();
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} on {page}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

#[test]
fn pictures_are_served_under_names_that_change_with_them() {
    let scene = scene("");
    let page = scene.browser().open("/sign-in").expect(200);
    let logo = attribute(&page, "<img class=\"logo\" src=\"");
    let icon = attribute(&page, "<link rel=\"icon\" href=\"");
    for (path, name, ending, media_type, policy, bytes) in [
        (
            &logo,
            "logo",
            ".svg",
            "image/svg+xml",
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            LOGO,
        ),
        (
            &icon,
            "icon",
            ".png",
            "image/png",
            "default-src 'none'; sandbox",
            ICON,
        ),
    ] {
        let hash = path.strip_prefix(&format!("/assets/{name}-"));
        let hash = hash.and_then(|rest| rest.strip_suffix(ending));
        let is_hash = |hash: &str| hash.len() == 24 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(hash.is_some_and(is_hash), "{path}");
        let reply = scene.api().get(path).expect(200);
        assert_eq!(reply.body, bytes, "{path}");
        for (header, value) in [
            ("Content-Type", media_type),
            ("Cache-Control", "public, max-age=31536000, immutable"),
            ("Content-Security-Policy", policy),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("Referrer-Policy", "no-referrer"),
        ] {
            assert_eq!(reply.header(header), Some(value), "{header} of {path}");
        }
        assert!(reply.header("X-Request-Id").is_some());
    }
    for other in [
        "/assets/logo.svg",
        "/assets/..%2fbrand%2flogo.svg",
        "/assets/",
    ] {
        let reply = scene.api().get(other).expect(404);
        assert_eq!(reply.header("X-Content-Type-Options"), Some("nosniff"));
    }
    let css = scene.api().get("/assets/brand.css").expect(200).text();
    assert!(
        css.contains("--accent: #0b5f3b") && css.contains("--accent: #7ad9ae"),
        "{css}"
    );
    // Another picture has another name.
    let Scene { mut provider, .. } = scene;
    provider.stop();
    fs::write(
        provider.folder().join("brand/icon.png"),
        [ICON, b"!"].concat(),
    )
    .expect("write it");
    provider.start();
    let page = provider.browser().open("/sign-in").expect(200);
    assert_ne!(attribute(&page, "<link rel=\"icon\" href=\""), icon);
    assert_eq!(attribute(&page, "<img class=\"logo\" src=\""), logo);
    provider.api().get(&icon).expect(404);
}

#[test]
fn every_page_shows_the_brand() {
    let scene = scene("");
    let mut browser = scene.browser();
    let app = scene.confidential(CALLBACK);
    let terms = "href=\"https://allotments.example/terms\"";
    let privacy = "href=\"https://allotments.example/privacy?lang=en&#38;v=2\"";
    let consent = browser.authorize_until_consent(&scene.question(&app, &[]));
    assert!(
        consent
            .text()
            .contains("value=\"allow\">Let it in</button>"),
        "{consent}"
    );
    let missing = "/nothing-here";
    let pages = [
        ("/consent", consent),
        ("/sign-up", browser.open("/sign-up")),
        ("/account", browser.open("/account")),
        ("/developers", browser.open("/developers")),
        ("/recover", browser.open("/recover")),
        (missing, browser.open(missing)),
    ];
    for (path, page) in pages {
        let text = page.text();
        let alt = "alt=\"The Northern Counties Allotment Society\"";
        assert!(
            text.contains("<img class=\"logo\"") && text.contains(alt),
            "{path}: {page}"
        );
        assert!(!text.contains("class=\"mark\""), "{path}: {page}");
        let (body, foot) = text.rsplit_once("<footer>").expect("a footer");
        let help = "href=\"https://help.allotments.example/\"";
        for link in [
            terms,
            privacy,
            help,
            "href=\"mailto:help@allotments.example\"",
        ] {
            assert!(foot.contains(link), "{link} under {path}: {foot}");
        }
        let agreed = ["/consent", "/sign-up"].contains(&path);
        assert_eq!(
            body.contains(terms) && body.contains(privacy),
            agreed,
            "{path}: {page}"
        );
    }
    // Readers of German are led to what is written in German, and to the rest as it is.
    let mut browser = scene.browser();
    browser.speak("de");
    let page = browser.open("/sign-in").expect(200);
    let text = page.text();
    let (_, foot) = text.rsplit_once("<footer>").expect("a footer");
    let theirs = "href=\"https://allotments.example/agb\"";
    assert!(foot.contains(theirs) && !foot.contains(terms), "{foot}");
    assert!(foot.contains(privacy), "{foot}");
}

#[test]
fn a_picture_that_cannot_be_shown_is_a_fault_of_the_configuration() {
    let provider = prepared("");
    let logo = provider.folder().join("brand/logo.svg");
    let check = || provider.cli(&["config", "check"]);
    assert_eq!(check().code, Some(0), "{:?}", check());
    let line = fs::read_to_string(provider.config_path()).expect("read it");
    let line = line.lines().position(|line| line.starts_with("logo = "));
    let place = format!(":{}: branding.logo: ", line.expect("it is named") + 1);
    fs::write(&logo, "<html><svg></svg></html>").expect("write it");
    let done = check();
    assert_eq!(done.code, Some(2), "{done:?}");
    assert!(done.stderr.contains(&place), "{done:?}");
    assert!(
        done.stderr
            .contains("it is no PNG, JPEG, WebP or SVG picture"),
        "{done:?}"
    );
    fs::remove_file(&logo).expect("remove it");
    fs::write(
        provider.folder().join("brand/icon.png"),
        vec![0; 300 * 1024],
    )
    .expect("write it");
    let done = check();
    assert_eq!(done.code, Some(2), "{done:?}");
    for part in [
        &*place,
        "it cannot be read (",
        ": branding.icon: ",
        "it has more than 256 KiB",
    ] {
        assert!(done.stderr.contains(part), "{part}: {done:?}");
    }
    // Nothing was made, and a server does not start.
    let mut provider = provider;
    let told = provider.try_start().expect_err("it does not start");
    assert!(told.contains(&place), "{told}");
    assert!(!provider.database_path().exists());
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn every_mail_has_the_footer_and_the_links() {
    let server = MailServer::start_new();
    let mut provider = prepared(&server.settings());
    provider.start();
    let sent = provider.cli(&["mail", "test", "ann@example.com"]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    assert!(within(SOON, || !server.taken().is_empty()), "a mail comes");
    let mail = server.taken().remove(0);
    let text = mail.0["text"].as_str().expect("text").replace("\r\n", "\n");
    let foot = "\n-- \nNorthern Counties Allotment Society\n1 Long Road, York\n\
                Terms: https://allotments.example/terms\n\
                Privacy: https://allotments.example/privacy?lang=en&v=2\n\
                Help: https://help.allotments.example/\nSupport: mailto:help@allotments.example\n";
    assert!(text.ends_with(foot), "{text}");
    let html = mail.0["html"].as_str().expect("HTML");
    for part in [
        "<strong>The Northern Counties Allotment Society</strong>",
        "Northern Counties Allotment Society<br>1 Long Road, York",
        "href=\"https://allotments.example/terms\"",
        "href=\"mailto:help@allotments.example\"",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    // Whoever opens a mail is not told of to anybody.
    for fetched in ["<img", "url(", "src=", "<link"] {
        assert!(!html.contains(fetched), "{fetched}: {html}");
    }
}
