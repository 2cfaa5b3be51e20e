//! Pages and mails in the language and the time zone that a person chose.
use super::{EVE, NEW, Post, SOON};
use crate::support::{ANN, PASSWORD, assert_page, form_to, within};

fn preferences(page: &acceptance::Reply) -> acceptance::Form {
    form_to(page, "/account/preferences")
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_mail_is_in_the_language_that_it_was_asked_for_in() {
    let post = Post::start("");
    for (number, (language, subject)) in [
        ("de", "Erstellen Sie Ihr Konto bei Valetkey"),
        ("fr", "Create your account at Valetkey"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut browser = post.browser();
        let page = browser.open(&format!("/sign-up?ui_locales={language}"));
        let form = form_to(&page, "/sign-up");
        let german = page.text().contains("Konto erstellen");
        assert_eq!(german, language == "de", "{page}");
        // The form goes where its page speaks: the browser tells by its header.
        browser.speak(language);
        browser.submit(&form, &[("email", EVE)]).expect(303);
        let mail = post.mail(EVE, number + 1);
        assert_eq!(mail.header("Subject"), subject);
    }
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn what_a_person_chose_holds_in_every_browser_and_mail() {
    let mut post = Post::start("");
    let mut browser = post.browser();
    browser.sign_in(ANN, PASSWORD);
    let page = browser.open("/account/preferences").expect(200);
    let chosen = [("language", "de"), ("zone", "Europe/Berlin")];
    let saved = browser.submit(&preferences(&page), &chosen);
    let page = browser.follow(saved);
    for words in [
        "<html lang=\"de\">",
        "Sprache und Zeitzone sind gespeichert.",
        "Europe/Berlin",
    ] {
        assert!(page.text().contains(words), "{words}: {page}");
    }
    let seit = page.text().contains("CET</") || page.text().contains("CEST</");
    assert!(seit, "{page}");
    // Whatever another browser says; and this one when it is signed out.
    let mut other = post.browser();
    other.speak("en");
    other.sign_in(ANN, PASSWORD);
    assert!(other.open("/account").text().contains("Ihr Konto"));
    let out = browser.submit(&form_to(&page, "/sign-out"), &[]);
    browser.follow(out);
    assert!(browser.open("/sign-in").text().contains("Anmelden"));
    // The mail that tells of a change, in its reader's language and time.
    let form = form_to(&other.open("/account"), "/account/password");
    other
        .submit(&form, &[("current", PASSWORD), ("new", NEW)])
        .expect(303);
    let told = || {
        let mails = post.server.taken_by(ANN).into_iter();
        mails
            .filter(|mail| mail.header("Subject") == "Ihr Passwort bei Valetkey wurde geändert")
            .find_map(|mail| mail.0["text"].as_str().map(str::to_owned))
    };
    assert!(within(SOON, || told().is_some()));
    let text = told().unwrap_or_default();
    assert!(text.contains(" CET") || text.contains(" CEST"), "{text}");
    post.scene.provider.restart();
    assert!(other.open("/account").text().contains("Europe/Berlin"));
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn what_cannot_be_chosen_is_refused_and_nothing_is_kept() {
    let post = Post::start("");
    let mut browser = post.browser();
    assert_eq!(
        browser.get("/account/preferences").location(),
        Some("/sign-in")
    );
    browser.sign_in(ANN, PASSWORD);
    let long = "x".repeat(10_000);
    for zone in [
        "Middle-earth/Bree",
        "../../etc/passwd",
        "Europe/Berlin\n",
        &long,
    ] {
        let page = browser.open("/account/preferences");
        let form = preferences(&page);
        let again = browser.submit(&form, &[("language", "de"), ("zone", zone)]);
        assert_page(&again, 400);
        assert!(again.text().contains("no such time zone"), "{again}");
        let account = browser.open("/account");
        assert!(account.text().contains("<html lang=\"en\">"), "{account}");
    }
    let page = browser.open("/account/preferences");
    let odd = [("language", "tlh-<script>"), ("zone", "")];
    browser.submit(&preferences(&page), &odd).expect(303);
    assert!(
        browser
            .open("/account")
            .text()
            .contains("<html lang=\"en\">")
    );
}
