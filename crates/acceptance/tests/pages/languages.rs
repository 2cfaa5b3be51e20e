//! The language of the pages: what the app asks for, else what the browser asks for.

use crate::support::{
    ANN, CALLBACK, PASSWORD, Scene, assert_page, consent_form, form_to, page_request, within,
};
use acceptance::{Browser, Redirect, Reply};
use std::time::Duration;

/// Opens an address as a browser that prefers a language.
fn open_in(browser: &mut Browser, target: &str, language: &str) -> Reply {
    let request = page_request(target)
        .header("Accept-Language", language)
        .header("Sec-Fetch-Site", "none");
    let reply = browser.send(request);
    match reply.location() {
        Some(to) if to.starts_with('/') => {
            let to = to.to_owned();
            open_in(browser, &to, language)
        }
        _ => reply,
    }
}

#[track_caller]
fn speaks(page: &Reply, tag: &str, says: &str) {
    assert_page(page, 200);
    let text = page.text();
    assert!(text.contains(&format!("<html lang=\"{tag}\">")), "{page}");
    assert_eq!(page.header("Content-Language"), Some(tag));
    assert!(text.contains(says), "{says}: {page}");
}

const SCOPES: &str = "[branding]\nconsent_button = { en = \"Let in\", de = \"Einlassen\" }\n\
    [scopes.\"lists:read\"]\ngroup = { en = \"Lists\", de = \"Listen\" }\n\
    sentence = { en = \"See your lists\", de = \"Ihre Listen sehen\" }";

#[test]
fn an_app_asks_for_the_language_of_the_pages() {
    let scene = Scene::plain(SCOPES);
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.provider.browser();
    let asked = [
        ("scope", "lists:read"),
        ("state", "s1"),
        ("ui_locales", "fr-CA de-CH en"),
    ];
    let sign_in = open_in(&mut browser, &scene.question(&app, &asked), "en");
    speaks(&sign_in, "de", ">Anmelden</h1>");
    let typed = [("email", ANN), ("password", PASSWORD)];
    let signed_in = browser.submit(&form_to(&sign_in, "/sign-in"), &typed);
    let consent = browser.follow(signed_in);
    for says in [
        "Ihre Listen sehen",
        ">Listen</h3>",
        ">Einlassen</button>",
        ">Ablehnen</button>",
    ] {
        speaks(&consent, "de", says);
    }
    let back = browser.submit(&consent_form(&consent), &[("answer", "allow")]);
    let location = back.location().unwrap_or_default();
    assert!(location.starts_with(CALLBACK), "{back}");
    assert!(!location.contains("locale"), "{back}");
    let redirect = Redirect::parse(location);
    assert_eq!(redirect.param("state"), Some("s1"));
    assert!(redirect.param("code").is_some(), "{back}");
}

#[test]
fn the_browser_s_language_counts_where_the_app_names_none_that_is_spoken() {
    let scene = Scene::plain(SCOPES);
    let app = scene.confidential(CALLBACK);
    let plain = scene.question(&app, &[("scope", "lists:read")]);
    let page = open_in(&mut scene.provider.browser(), &plain, "de-AT, en;q=0.5");
    speaks(&page, "de", ">Anmelden</h1>");
    let unknown = scene.question(&app, &[("scope", "lists:read"), ("ui_locales", "fr tlh")]);
    let page = open_in(&mut scene.provider.browser(), &unknown, "de");
    speaks(&page, "de", ">Anmelden</h1>");
    let page = open_in(&mut scene.provider.browser(), &unknown, "fr");
    speaks(&page, "en", ">Sign in</h1>");
}

#[test]
fn words_in_another_language_than_their_page_say_in_which() {
    let scene = Scene::plain(
        "[branding]\nconsent_button = { en = \"Let in\" }\n[scopes.\"lists:read\"]\n\
         group = { en = \"Lists\", de = \"Listen\" }\nsentence = { en = \"See your lists\" }",
    );
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.provider.browser();
    browser.sign_in(ANN, PASSWORD);
    let question = scene.question(&app, &[("scope", "lists:read tasks:read")]);
    let german = open_in(&mut browser, &question, "de");
    for says in [
        "<h3>Listen</h3>",
        "<p class=\"says\" lang=\"en\">See your lists",
        "lang=\"en\">Let in</button>",
        // Of what is written once nobody knows.
        "<p class=\"says\">See your tasks",
    ] {
        speaks(&german, "de", says);
    }
    let english = open_in(&mut browser, &question, "en");
    speaks(&english, "en", "<p class=\"says\">See your lists");
    // Pages that the server makes by itself say theirs too.
    let nothing = open_in(&mut browser, "/nothing", "de");
    assert_eq!(nothing.header("Content-Language"), Some("de"));
}

/// What the app asks for counts before what its person chose, and that before what the browser says.
#[test]
fn a_person_s_choice_stands_between_the_app_and_the_browser() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.provider.browser();
    browser.sign_in(ANN, PASSWORD);
    let form = form_to(
        &browser.open("/account/preferences"),
        "/account/preferences",
    );
    let chosen = [("language", "de"), ("zone", "Europe/Berlin")];
    browser.submit(&form, &chosen).expect(303);
    for (asked, browser_says, tag) in [
        (None, "en", "de"),
        (Some("en"), "de", "en"),
        (Some("tlh"), "en", "de"),
    ] {
        let asked: Vec<_> = asked.map(|tags| ("ui_locales", tags)).into_iter().collect();
        let consent = open_in(&mut browser, &scene.question(&app, &asked), browser_says);
        speaks(&consent, tag, "answer");
        // What an app asked for is no choice for anything else.
        speaks(
            &open_in(&mut browser, "/account", browser_says),
            "de",
            "Ihr Konto",
        );
    }
}

/// What somebody else wrote into it is neither shown nor believed.
#[test]
fn a_hostile_language_does_no_harm() {
    let scene = Scene::plain(SCOPES);
    let app = scene.confidential(CALLBACK);
    let long = "de".repeat(5_000);
    for tags in ["\"><script>alert(1)</script>", "..\u{202e}", &long, "%00"] {
        let asked = scene.question(&app, &[("scope", "lists:read"), ("ui_locales", tags)]);
        let page = open_in(&mut scene.provider.browser(), &asked, "en");
        speaks(&page, "en", ">Sign in</h1>");
        assert!(!page.text().contains("<script>alert"), "{page}");
    }
}

/// An answer holds for the question in whichever language its page was.
#[test]
fn an_answer_counts_whatever_language_it_comes_back_in() {
    let scene = Scene::plain(SCOPES);
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.provider.browser();
    browser.sign_in(ANN, PASSWORD);
    let question = scene.question(&app, &[("scope", "lists:read")]);
    let consent = open_in(&mut browser, &question, "de");
    speaks(&consent, "de", "Ihre Listen sehen");
    let back = browser.submit(&consent_form(&consent), &[("answer", "allow")]);
    assert!(
        back.location().is_some_and(|to| to.starts_with(CALLBACK)),
        "{back}"
    );
}

#[test]
fn errors_are_told_in_the_reader_s_language_and_logged_in_english() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let elsewhere = [
        ("redirect_uri", "https://evil.example/"),
        ("ui_locales", "de"),
    ];
    let wrong = scene.question(&app, &elsewhere);
    let page = open_in(&mut scene.provider.browser(), &wrong, "en");
    assert_page(&page, 400);
    for says in [
        "<html lang=\"de\">",
        "Dieser Anmeldelink funktioniert nicht",
        "redirect_uri ist keine, die für die App registriert ist.",
    ] {
        assert!(page.text().contains(says), "{says}: {page}");
    }
    let page = open_in(&mut scene.provider.browser(), "/nothing", "de");
    assert_page(&page, 404);
    assert!(page.text().contains("Hier ist nichts"), "{page}");
    let told = || scene.provider.log().contains("There is nothing here");
    assert!(within(Duration::from_secs(15), told));
    let log = scene.provider.log();
    assert!(log.contains("invalid_redirect_uri: The link"), "{log}");
    assert!(!log.contains("Hier ist nichts"), "{log}");
}

#[test]
fn the_metadata_lists_the_languages() {
    let scene = Scene::plain("");
    let listed = &scene.metadata["ui_locales_supported"];
    assert_eq!(*listed, serde_json::json!(["en", "de"]));
}
