//! The apps that a person let in: listed, paused, removed, and what their tokens are worth then.
use crate::device::{Codes, answer, phone, type_code};
use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, Scene, Tokens, assert_page, assert_refused, consent_form,
    form_to, within,
};
use acceptance::{App, Browser, Form, Reply};
use std::time::Duration;

const CHANGE: &str = "/account/apps/change";

fn page_of(app: &App) -> String {
    format!("/account/apps/{}", app.client_id)
}

/// Presses one of the buttons on the page of an app.
fn press(browser: &mut Browser, app: &App, wish: &str) -> Reply {
    let page = browser.open(&page_of(app)).expect(200);
    let reply = browser.submit(&form_to(&page, CHANGE), &[("wish", wish)]);
    browser.follow(reply)
}

/// Ann, who let an app in and was given tokens for it.
fn connected() -> (Scene, App, Browser, Tokens) {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let tokens = scene.tokens_of(&mut browser, &app, "tasks:read");
    (scene, app, browser, tokens)
}

#[test]
fn an_app_is_listed_with_what_it_may_do_once_it_was_let_in() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let empty = browser.open("/account/apps").expect(200);
    assert!(empty.text().contains("You have let no app in"), "{empty}");
    assert_page(&browser.get(&page_of(&app)), 404);
    scene.tokens_of(&mut browser, &app, "tasks:read");
    let account = browser.open("/account").expect(200);
    assert!(
        account.text().contains("href=\"/account/apps\""),
        "{account}"
    );
    let list = browser.open("/account/apps").expect(200);
    assert!(list.text().contains(&page_of(&app)), "{list}");
    let page = browser.open(&page_of(&app)).expect(200);
    assert!(page.text().contains("<code>tasks:read</code>"), "{page}");
    assert!(!page.text().contains("<code>tasks:write</code>"), "{page}");
    // By name, also when nothing is found.
    let found = browser.open("/account/apps?name=no+such+thing").expect(200);
    assert!(found.text().contains("No app is called"), "{found}");
    assert!(!found.text().contains(&page_of(&app)), "{found}");
}

#[test]
fn a_removed_app_has_nothing_left_and_asks_again() {
    let (scene, app, mut browser, tokens) = connected();
    let api = scene.resource_server();
    assert!(scene.is_active(&api, &tokens.access));
    let page = press(&mut browser, &app, "end");
    assert!(page.text().contains("The app is removed"), "{page}");
    assert!(!scene.is_active(&api, &tokens.access) && !scene.is_active(&app, &tokens.refresh));
    assert_refused(&scene.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    // The next time it asks, and what it is given then works.
    let consent = browser.authorize_until_consent(&scene.question(&app, &[]));
    consent_form(&consent);
    let again = scene.tokens_of(&mut browser, &app, "tasks:read");
    assert!(scene.is_active(&api, &again.access));
    assert!(
        !scene.is_active(&api, &tokens.access),
        "what ended never works again"
    );
    scene.refresh(&app, &again.refresh).expect(200);
    let events = scene.cli(&["audit", "--event", "connection"]);
    assert!(events.to_string().contains("connection.ended"), "{events}");
}

#[test]
fn a_code_that_was_given_before_the_removal_is_worth_nothing() {
    let (scene, app, mut browser, _) = connected();
    let code = browser.authorize(&scene.question(&app, &[])).code();
    press(&mut browser, &app, "end");
    assert_refused(&scene.redeem(&app, &code, &[]), 400, "invalid_grant");
}

#[test]
fn an_answer_to_what_was_asked_before_the_removal_is_asked_again() {
    let (scene, app, mut browser, _) = connected();
    let wider = scene.question(&app, &[("scope", "tasks:read tasks:write")]);
    let consent = browser.authorize_until_consent(&wider);
    let form = consent_form(&consent);
    press(&mut browser, &app, "end");
    let reply = browser.submit(&form, &[("answer", "allow")]);
    let again = browser.follow(reply);
    let again = consent_form(&again);
    let reply = browser.submit(&again, &[("answer", "allow")]).expect(303);
    assert!(
        reply
            .header("location")
            .is_some_and(|to| to.contains("code=")),
        "{reply}"
    );
}

#[test]
fn an_undone_removal_asks_nothing_and_revives_no_token() {
    let (scene, app, mut browser, tokens) = connected();
    press(&mut browser, &app, "end");
    let list = browser.open("/account/apps").expect(200);
    let undone = browser.submit(&form_to(&list, CHANGE), &[("wish", "restore")]);
    let page = browser.follow(undone);
    assert!(page.text().contains("remembered again"), "{page}");
    assert!(!scene.is_active(&app, &tokens.access));
    assert_refused(&scene.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    // Straight back to the app, with a code that works.
    let code = browser.get(&scene.question(&app, &[])).expect(303);
    let code = acceptance::Redirect::parse(code.header("location").unwrap_or_default()).code();
    let again = Tokens::of(&scene.redeem(&app, &code, &[]));
    assert!(scene.is_active(&app, &again.access));
    // Pressed again, nothing is undone twice.
    assert_page(&browser.open(&page_of(&app)), 200);
}

#[test]
fn a_scope_is_taken_from_every_token_and_asked_for_anew() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let tokens = scene.tokens_of(&mut browser, &app, "tasks:read tasks:write");
    let page = browser.open(&page_of(&app)).expect(200);
    let form = form_to(&page, CHANGE);
    let typed = [("wish", "narrow"), ("scope", "tasks:write")];
    let reply = browser.submit(&form, &typed);
    let page = browser.follow(reply);
    assert!(page.text().contains("can do that no more"), "{page}");
    assert!(!page.text().contains("<code>tasks:write</code>"), "{page}");
    let told = scene.introspect(&app, &tokens.access);
    assert_eq!(told["scope"], "tasks:read", "{told}");
    let renewed = scene.refresh(&app, &tokens.refresh).expect(200).json();
    assert_eq!(renewed["scope"], "tasks:read", "{renewed}");
    // One that is left is not taken away: for that there is Remove.
    let form = form_to(&browser.open(&page_of(&app)), CHANGE);
    let typed = [("wish", "narrow"), ("scope", "tasks:read")];
    let to = browser.submit(&form, &typed).expect(303);
    assert!(
        to.header("location")
            .is_some_and(|to| to.ends_with("nothing")),
        "{to}"
    );
    // What was taken is asked for again, and then there.
    let again = scene.tokens_of(&mut browser, &app, "tasks:read tasks:write");
    let told = scene.introspect(&app, &again.access);
    assert_eq!(told["scope"], "tasks:read tasks:write", "{told}");
}

#[test]
fn a_paused_app_waits_and_goes_on_with_what_it_has() {
    let (scene, app, mut browser, tokens) = connected();
    let page = press(&mut browser, &app, "pause");
    assert!(page.text().contains("The app is paused"), "{page}");
    assert!(!scene.is_active(&app, &tokens.access));
    assert_refused(&scene.refresh(&app, &tokens.refresh), 400, "access_denied");
    let page = press(&mut browser, &app, "resume");
    assert!(page.text().contains("let in again"), "{page}");
    assert!(scene.is_active(&app, &tokens.access));
    scene.refresh(&app, &tokens.refresh).expect(200);
}

#[test]
fn what_older_tokens_can_do_is_shown_whatever_is_allowed_since() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let wide = scene.tokens_of(&mut browser, &app, "tasks:read tasks:write");
    press(&mut browser, &app, "pause");
    // To allow less is to resume, and the older token can do more than that.
    scene.tokens_of(&mut browser, &app, "tasks:read");
    let told = scene.introspect(&app, &wide.access);
    assert_eq!(told["scope"], "tasks:read tasks:write", "{told}");
    let page = browser.open(&page_of(&app)).expect(200);
    assert!(page.text().contains("<code>tasks:write</code>"), "{page}");
    // So it can be taken away; it was not remembered, so the app asks for it.
    let typed = [("wish", "narrow"), ("scope", "tasks:write")];
    browser.submit(&form_to(&page, CHANGE), &typed).expect(303);
    let told = scene.introspect(&app, &wide.access);
    assert_eq!(told["scope"], "tasks:read", "{told}");
}

#[test]
fn another_persons_apps_are_nobodys_to_change() {
    let (scene, app, mut browser, tokens) = connected();
    let hers: Form = form_to(&browser.open(&page_of(&app)), CHANGE);
    let mut other = scene.provider.browser();
    other.sign_in(OWNER, PASSWORD);
    assert_page(&other.get(&page_of(&app)), 404);
    // Her form in another's browser shows how things are there, and does nothing.
    let reply = other.submit(&hers, &[("wish", "end")]);
    let page = other.follow(reply);
    assert_page(&page, 404);
    let own = other.open("/account").expect(200);
    let nonce = form_to(&own, "/account/password")
        .value("nonce")
        .unwrap_or_default()
        .to_owned();
    let fields = [
        ("nonce", nonce.as_str()),
        ("app", &app.client_id),
        ("wish", "end"),
    ];
    assert_page(&other.post_form(CHANGE, &fields), 404);
    assert!(scene.is_active(&app, &tokens.access));
    // Nor is what no page offers.
    let nonce = hers.value("nonce").unwrap_or_default().to_owned();
    for wish in ["", "delete", "END"] {
        let fields = [
            ("nonce", nonce.as_str()),
            ("app", &app.client_id),
            ("wish", wish),
        ];
        assert_page(&browser.post_form(CHANGE, &fields), 404);
    }
    assert!(scene.is_active(&app, &tokens.access));
    // Whoever is signed out is led back to the list.
    let mut nobody = scene.browser();
    let sign_in = nobody.open("/account/apps");
    let form = form_to(&sign_in, "/sign-in");
    let reply = nobody.submit(&form, &[("email", ANN), ("password", PASSWORD)]);
    let list = nobody.follow(reply);
    assert!(list.text().contains("Connected apps"), "{list}");
}

#[test]
fn two_clicks_are_one_removal() {
    let (scene, app, mut browser, _) = connected();
    let form = form_to(&browser.open(&page_of(&app)), CHANGE);
    for told in ["done=end", "done=nothing"] {
        let reply = browser.submit(&form, &[("wish", "end")]).expect(303);
        let to = reply.header("location").unwrap_or_default().to_owned();
        assert!(to.ends_with(told), "{to}");
    }
    let events = scene.cli(&["audit", "--event", "connection.ended"]);
    assert_eq!(
        events.to_string().matches("connection.ended").count(),
        1,
        "{events}"
    );
}

#[test]
fn an_operator_lists_them_and_takes_access_away() {
    let (scene, app, _, tokens) = connected();
    let list = scene.cli(&["grant", "list", ANN]);
    assert_eq!(
        list["grants"][0]["client_id"],
        app.client_id.as_str(),
        "{list}"
    );
    assert_eq!(list["grants"][0]["scope"], "tasks:read");
    let told = |verb: &str| scene.cli(&["grant", verb, ANN, &app.client_id])["status"].clone();
    assert_eq!(told("show"), "active");
    assert_eq!(told("pause"), "paused");
    let refused = || !scene.is_active(&app, &tokens.access);
    assert!(
        within(Duration::from_secs(1), refused),
        "a command is heard within a second"
    );
    assert_eq!(told("resume"), "active");
    assert!(within(Duration::from_secs(1), || !refused()));
    assert_eq!(told("end"), "ended");
    assert!(within(Duration::from_secs(1), refused));
    assert_eq!(told("restore"), "active");
    assert_refused(&scene.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    let audit = scene.cli(&["audit", "--event", "connection.ended"]);
    assert!(audit.to_string().contains("operator"), "{audit}");
}

#[test]
fn a_device_is_connected_too() {
    let scene = crate::device::scene("");
    let app = crate::device::television(&scene);
    let codes = Codes::ask(&scene, &app, &[("scope", "tasks:read")]);
    let mut browser = phone(&scene);
    let page = type_code(&mut browser, codes.text("user_code")).expect(200);
    answer(&mut browser, &page, "allow");
    let page = browser.open(&page_of(&app)).expect(200);
    assert!(page.text().contains("<code>tasks:read</code>"), "{page}");
    let early = Codes::ask(&scene, &app, &[]);
    let question = type_code(&mut browser, early.text("user_code")).expect(200);
    press(&mut browser, &app, "end");
    assert_refused(&codes.poll(&scene, &app), 400, "invalid_grant");
    // A device that asked before the removal is of what ended, whatever is answered now.
    let page = answer(&mut browser, &question, "allow");
    assert!(page.status >= 400, "{page}");
    assert_refused(&early.poll(&scene, &app), 400, "authorization_pending");
    let late = Codes::ask(&scene, &app, &[]);
    let page = type_code(&mut browser, late.text("user_code")).expect(200);
    answer(&mut browser, &page, "allow");
    late.poll(&scene, &app).expect(200);
}

/// What a person reads before they remove an app: an API that reads tokens itself may not hear of it.
#[test]
fn who_removes_an_app_reads_how_long_an_api_may_not_hear_of_it() {
    let scene = Scene::plain(
        "[signing]\nalgorithms = [\"ES256\"]\n[[api]]\nidentifier = \"https://tasks.example\"\nscopes = [\"tasks:write\"]\ntoken = \"jwt\"\nlifetime = \"10m\"",
    );
    let (touches, other) = (scene.confidential(CALLBACK), scene.confidential(CALLBACK));
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    scene.tokens_of(&mut browser, &touches, "tasks:read tasks:write");
    scene.tokens_of(&mut browser, &other, "tasks:read");
    let told = "may let the app in for up to 10 minutes more";
    let page = browser.open(&page_of(&touches)).expect(200);
    assert!(page.text().contains(told), "{page}");
    let removed = press(&mut browser, &touches, "end");
    assert!(removed.text().contains(told), "{removed}");
    // Tokens of that scope are asked about, wherever they are shown.
    let page = browser.open(&page_of(&other)).expect(200);
    assert!(!page.text().contains("on its own"), "{page}");
    assert!(
        page.text().contains("Removing ends its access at once"),
        "{page}"
    );
}
