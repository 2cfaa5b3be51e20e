//! A second step that is asked of everybody, or for what an app wants to do.
use super::{SECURITY, is_signed_in};
use crate::device::{Codes, answer, television, type_code};
use crate::support::phone::{Phone, SET_UP, STEP, first_step, newcomer, recovery_codes, send_code};
use crate::support::{ANN, CALLBACK, OWNER, PASSWORD, PLAIN, Scene, consent_form, form_to};
use acceptance::Setup;

#[test]
fn where_everybody_needs_one_it_is_set_up_at_the_next_sign_in() {
    let mut scene = Scene::plain("[accounts]\nsecond_factor = \"optional\"");
    let app = scene.confidential(CALLBACK);
    let mut old = scene.browser();
    old.sign_in(ANN, PASSWORD);
    old.authorize(&scene.question(&app, &[("scope", "tasks:read")]));
    let config = scene.provider.config_path();
    let text = std::fs::read_to_string(&config).expect("the configuration");
    let text = text.replace("\"optional\"", "\"required\"");
    std::fs::write(&config, text).expect("write it");
    scene.provider.restart();
    // A session that began without is over, also for an app that was allowed before.
    assert!(!is_signed_in(&mut old));
    let page = old.open(&scene.question(&app, &[("scope", "tasks:read")]));
    let typed = [("email", ANN), ("password", PASSWORD)];
    let reply = old.submit(&form_to(&page, "/sign-in"), &typed);
    let page = old.follow(reply).expect(200);
    assert!(page.text().contains("asks for a second step"), "{page}");
    assert!(
        !is_signed_in(&mut old),
        "before it is set up nobody is signed in"
    );
    let phone = Phone::of(&page);
    let shown = send_code(&mut old, &page, SET_UP, &phone.code()).expect(200);
    recovery_codes(&shown);
    old.authorize(&scene.question(&app, &[("scope", "tasks:read")]))
        .code();
    // Removed, it is set up again at the next sign-in.
    let page = old.open(SECURITY).expect(200);
    assert!(
        page.text().contains("another at your next sign-in"),
        "{page}"
    );
    old.submit(&form_to(&page, "/account/security/remove"), &[])
        .expect(303);
    let mut there = scene.browser();
    let page = first_step(&mut there, ANN, PASSWORD);
    form_to(&page, SET_UP);
}

/// A scope that takes one by itself, beside the class of those that are restricted.
fn scopes() -> Scene {
    let own = "[scopes.\"tasks:pay\"]\ngroup = \"Tasks\"\nsentence = \"Pay for tasks\"\nsecond_factor = true\n\
               [grants]\ndevice_code = true";
    Scene::start(Setup::toml(PLAIN).with(own))
}

#[test]
fn a_scope_takes_a_sign_in_with_one() {
    let scene = scopes();
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    browser.authorize(&scene.question(&app, &[("scope", "tasks:read")]));
    // She is signed in, lately: so she sets it up, and goes on.
    let page = browser.open(&scene.question(&app, &[("scope", "tasks:read tasks:pay")]));
    let (phone, page) = newcomer(&mut browser, &page);
    let reply = browser.submit(&consent_form(&page), &[("answer", "allow")]);
    let back = acceptance::Redirect::parse(reply.location().expect("to the app"));
    scene.redeem(&app, &back.code(), &[]).expect(200);
    // With it, nobody is asked again.
    browser
        .authorize(&scene.question(&app, &[("scope", "tasks:read tasks:pay")]))
        .code();
    let pairs = [("scope", "tasks:pay"), ("prompt", "none")];
    let mut olive = scene.provider.browser();
    olive.sign_in(OWNER, PASSWORD);
    let reply = olive.get(&scene.question(&app, &pairs));
    let back = acceptance::Redirect::parse(reply.location().expect("to the app"));
    assert_eq!(back.param("error"), Some("login_required"));
    drop(phone);
}

#[test]
fn whoever_signed_in_a_while_ago_proves_the_password_first() {
    let scene = scopes();
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    super::age_sessions(&scene);
    let page = browser.open(&scene.question(&app, &[("scope", "tasks:pay")]));
    assert!(page.text().contains("Show that it is still you"), "{page}");
    let typed = [("email", ANN), ("password", PASSWORD)];
    let reply = browser.submit(&form_to(&page, "/sign-in"), &typed);
    let page = browser.follow(reply).expect(200);
    let (_, page) = newcomer(&mut browser, &page);
    consent_form(&page);
}

#[test]
fn a_device_is_allowed_such_a_scope_after_the_second_step() {
    let scene = scopes();
    let tv = television(&scene);
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let codes = Codes::ask(&scene, &tv, &[("scope", "tasks:pay")]);
    let reply = type_code(&mut browser, codes.text("user_code"));
    let page = browser.follow(reply).expect(200);
    let (_, page) = newcomer(&mut browser, &page);
    // The code is filled in; she looks it up, and allows it.
    form_to(&page, "/device/code");
    let page = type_code(&mut browser, codes.text("user_code")).expect(200);
    answer(&mut browser, &page, "allow").expect(200);
    codes.poll(&scene, &tv).expect(200);
}

#[test]
fn a_restricted_scope_takes_one_where_the_policy_says_so() {
    for (rule, asked) in [("optional", false), ("restricted", true)] {
        let scene = Scene::plain(&format!("[accounts]\nsecond_factor = \"{rule}\""));
        let app = scene.confidential(CALLBACK);
        scene.cli(&["app", "approve-scope", &app.client_id, "admin:all"]);
        let mut browser = scene.browser();
        browser.sign_in(ANN, PASSWORD);
        let page = browser.open(&scene.question(&app, &[("scope", "admin:all")]));
        let set_up = page.text().contains(SET_UP);
        assert_eq!(set_up, asked, "{rule}: {page}");
        assert!(!page.text().contains(STEP) || set_up, "{rule}: {page}");
    }
}
