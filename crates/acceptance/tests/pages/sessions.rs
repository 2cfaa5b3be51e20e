//! Sessions: how they begin, where a person sees them, what ends them.

use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, PLAIN, Scene, assert_page, consent_form, form_to,
    outlive_a_second,
};
use acceptance::{Browser, Setup};

#[test]
fn a_session_expires() {
    let scene = Scene::start(Setup::toml(PLAIN).env("VALETKEY_ACCOUNTS__SESSION", "1s"));
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    outlive_a_second();
    form_to(&browser.open("/account"), "/sign-in");
}

#[test]
fn whoever_is_signed_out_is_told_why() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let (mut here, mut there) = (scene.browser(), scene.browser());
    let told = |page: &acceptance::Reply, words: &str| {
        form_to(page, "/sign-in");
        assert!(page.text().contains(words), "no {words:?}: {page}");
    };
    here.sign_in(ANN, PASSWORD);
    there.sign_in(ANN, PASSWORD);
    let old = here.open("/account");
    let everywhere = here.submit(&form_to(&old, "/account/sessions/end-all"), &[]);
    told(&here.follow(everywhere), "signed out in every browser");
    told(&there.open("/account"), "Your session has ended");
    // A form of a page from before.
    let late = here.submit(&form_to(&old, "/account/password"), &[]);
    told(&here.follow(late), "signed out in the meantime");
    let page = here.authorize_until_consent(&scene.question(&app, &[]));
    let other = here.submit(&form_to(&page, "/sign-out"), &[]);
    told(&here.follow(other), "the account that you want to use");
    let late = here.submit(&consent_form(&page), &[("answer", "allow")]);
    told(&here.follow(late), "signed out in the meantime");
    let fresh = scene.provider.browser().open("/account");
    form_to(&fresh, "/sign-in");
    assert!(!fresh.text().contains("role=\"status\""), "{fresh}");
}

#[test]
fn sessions_are_listed_and_ended() {
    let scene = Scene::plain("");
    let (mut here, mut there) = (scene.browser(), scene.browser());
    here.sign_in(ANN, PASSWORD);
    there.sign_in(ANN, PASSWORD);
    let page = here.open("/account").expect(200);
    assert!(page.text().contains("This browser"), "{page}");
    here.submit(&form_to(&page, "/account/sessions/end"), &[])
        .expect(303);
    form_to(&there.open("/account"), "/sign-in");
    assert!(here.open("/account").text().contains(ANN));
    there.sign_in(ANN, PASSWORD);
    let page = here.open("/account");
    here.submit(&form_to(&page, "/account/sessions/end-all"), &[])
        .expect(303);
    for browser in [&mut here, &mut there] {
        form_to(&browser.open("/account"), "/sign-in");
    }
}

#[test]
fn a_session_of_another_person_cannot_be_ended() {
    let scene = Scene::plain("");
    let (mut ann, mut elsewhere) = (scene.browser(), scene.browser());
    ann.sign_in(ANN, PASSWORD);
    elsewhere.sign_in(ANN, PASSWORD);
    let page = ann.open("/account");
    let hers = form_to(&page, "/account/sessions/end")
        .value("session")
        .expect("its id")
        .to_owned();
    let mut owner = scene.provider.browser();
    owner.sign_in(OWNER, PASSWORD);
    let page = owner.open("/account");
    let nonce = form_to(&page, "/account/password")
        .value("nonce")
        .unwrap_or_default()
        .to_owned();
    owner.post_form(
        "/account/sessions/end",
        &[("nonce", &nonce), ("session", &hers)],
    );
    assert!(
        elsewhere.open("/account").text().contains(ANN),
        "it goes on"
    );
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let scene = Scene::plain("");
    let (mut here, mut there) = (scene.browser(), scene.browser());
    here.sign_in(ANN, PASSWORD);
    there.sign_in(ANN, PASSWORD);
    let change = |browser: &mut Browser, current: &str, new: &str| {
        let page = browser.open("/account");
        browser.submit(
            &form_to(&page, "/account/password"),
            &[("current", current), ("new", new)],
        )
    };
    assert_page(
        &change(&mut here, "not my password", "a new and longer password"),
        400,
    );
    assert_page(&change(&mut here, PASSWORD, "short"), 400);
    change(&mut here, PASSWORD, "a new and longer password").expect(303);
    // The button pressed twice: what it asks for is done already.
    change(&mut here, PASSWORD, "a new and longer password").expect(303);
    assert_page(&change(&mut here, PASSWORD, "yet another password"), 400);
    assert!(here.open("/account").text().contains(ANN));
    form_to(&there.open("/account"), "/sign-in");
    assert_eq!(
        scene.provider.browser().try_sign_in(ANN, PASSWORD).status,
        401
    );
    scene
        .provider
        .browser()
        .sign_in(ANN, "a new and longer password");
}

#[test]
fn a_sign_in_starts_a_new_session() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let old = browser.cookies.clone();
    browser.sign_out();
    let mut thief = scene.browser();
    thief.cookies = old;
    form_to(&thief.open("/account"), "/sign-in");
    browser.sign_in(ANN, PASSWORD);
    assert!(browser.open("/account").text().contains(ANN));
    form_to(&thief.open("/account"), "/sign-in");
}

#[test]
fn a_link_signs_nobody_out() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    browser.get("/sign-out").expect(200);
    assert!(browser.open("/account").text().contains(ANN));
    assert_eq!(
        browser.post_form("/sign-out", &[("nonce", "x")]).status,
        200,
        "it asks again"
    );
    assert!(browser.open("/account").text().contains(ANN));
}

#[test]
fn operators_list_sessions_page_by_page_and_end_them() {
    let scene = Scene::plain("");
    let (mut here, mut there) = (scene.browser(), scene.browser());
    let mut owner = scene.browser();
    for (browser, who) in [(&mut here, ANN), (&mut there, ANN), (&mut owner, OWNER)] {
        browser.sign_in(who, PASSWORD);
    }
    let first = scene.cli(&["session", "list", "--limit", "2"]);
    let emails: Vec<_> = first["sessions"]
        .as_array()
        .expect("sessions")
        .iter()
        .map(|session| session["email"].as_str().expect("text").to_owned())
        .collect();
    assert_eq!(emails, [OWNER, ANN]);
    let next = first["next"].as_str().expect("more");
    let second = scene.cli(&["session", "list", "--after", next]);
    let oldest = second["sessions"][0]["id"].as_str().expect("an id");
    assert_eq!(second["next"], serde_json::Value::Null);

    // A session of somebody else is none of theirs.
    let wrong = scene.provider.cli(&["session", "end", OWNER, oldest]);
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert_eq!(scene.cli(&["session", "end", ANN, oldest])["ended"], 1);
    form_to(&here.open("/account"), "/sign-in");
    assert_eq!(there.get("/account").status, 200);
    assert_eq!(scene.cli(&["session", "end", ANN, "--all"])["ended"], 1);
    form_to(&there.open("/account"), "/sign-in");
    assert_eq!(owner.get("/account").status, 200);
    let told = scene.cli(&["audit", "--event", "sessions.ended"]);
    assert_eq!(told["events"][0]["actor"]["kind"], "operator");
}

#[test]
fn an_idle_session_ends() {
    let idle = ("VALETKEY_ACCOUNTS__SESSION_IDLE", "1s");
    let scene = Scene::start(Setup::toml(PLAIN).env(idle.0, idle.1));
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    outlive_a_second();
    form_to(&browser.open("/account"), "/sign-in");
}

#[test]
fn all_other_browsers_are_signed_out_and_this_one_stays() {
    let scene = Scene::plain("");
    let (mut here, mut there) = (scene.browser(), scene.browser());
    let mut owner = scene.browser();
    for (browser, who) in [(&mut here, ANN), (&mut there, ANN), (&mut owner, OWNER)] {
        browser.sign_in(who, PASSWORD);
    }
    let page = here.open("/account").expect(200);
    assert!(page.text().contains("Last active"), "{page}");
    let form = form_to(&page, "/account/sessions/end-others");
    let told = here.submit(&form, &[]);
    let told = here.follow(told);
    assert!(told.text().contains("Every other browser is signed out"));
    assert!(!told.text().contains("end-others"), "there is no other");
    form_to(&there.open("/account"), "/sign-in");
    for browser in [&mut here, &mut owner] {
        assert_eq!(browser.get("/account").status, 200);
    }
}
