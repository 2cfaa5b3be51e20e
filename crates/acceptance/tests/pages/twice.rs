//! Buttons that are pressed twice, and forms of a tab that was left open: each is answered with one true sentence.

use crate::support::{ANN, CALLBACK, PASSWORD, Scene, assert_page, consent_form, form_to};
use acceptance::{AppSpec, Browser, Form, Reply};
use std::time::Duration;

const NEW: &str = "a new and longer password";

/// Sends one form twice, each from a connection of its own. The second is sent before the first was answered.
#[track_caller]
fn at_once(browser: &Browser, form: &Form, typed: &[(&str, &str)]) -> [Reply; 2] {
    let press = |delay| {
        let mut browser = browser.clone();
        move || {
            std::thread::sleep(delay);
            let sent = browser.submit(form, typed);
            browser.follow(sent)
        }
    };
    std::thread::scope(|scope| {
        let delays = [Duration::ZERO, Duration::from_millis(5)];
        let pressed = delays.map(|delay| scope.spawn(press(delay)));
        pressed.map(|reply| reply.join().expect("it replies"))
    })
}

/// Sends one form, and again the same when it was answered.
#[track_caller]
fn one_after_the_other(browser: &mut Browser, form: &Form, typed: &[(&str, &str)]) -> [Reply; 2] {
    [(), ()].map(|()| {
        let sent = browser.submit(form, typed);
        browser.follow(sent)
    })
}

#[track_caller]
fn tells(page: &Reply, sentence: &str) {
    let notices = page.text().matches("role=\"status\"").count();
    assert_eq!(notices, 1, "{page}");
    assert!(page.text().contains(sentence), "no {sentence:?}: {page}");
}

#[test]
fn signing_out_everywhere_twice_is_told_alike() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    let mut sign_in = || {
        browser.sign_in(ANN, PASSWORD);
        let page = browser.open("/account");
        (browser.clone(), form_to(&page, "/account/sessions/end-all"))
    };
    let everywhere = "You are signed out in every browser, this one too.";
    let (mut here, form) = sign_in();
    for page in one_after_the_other(&mut here, &form, &[]) {
        tells(&page, everywhere);
    }
    // The browser that has not heard of the first answer still sends its session.
    let (here, form) = sign_in();
    for mut here in [here.clone(), here] {
        let sent = here.submit(&form, &[]);
        tells(&here.follow(sent), everywhere);
    }
    let (here, form) = sign_in();
    for page in at_once(&here, &form, &[]) {
        tells(&page, everywhere);
    }
    let ended = scene.cli(&["audit", "--event", "sessions.ended"]);
    assert_eq!(ended["events"].as_array().map(Vec::len), Some(3), "{ended}");
}

#[test]
fn nobody_is_told_to_be_signed_out_everywhere_who_is_not() {
    let scene = Scene::plain("");
    let mut here = scene.browser();
    here.sign_in(ANN, PASSWORD);
    let page = here.open("/account");
    let everywhere = form_to(&page, "/account/sessions/end-all");
    let late = |browser: &mut Browser, form: &Form| {
        let sent = browser.submit(form, &[]);
        let page = browser.follow(sent);
        tells(
            &page,
            "You were signed out in the meantime, so nothing was done.",
        );
    };
    here.sign_out();
    scene.browser().sign_in(ANN, PASSWORD);
    late(&mut here, &everywhere);
    // Neither does another browser, or a changed form, learn where somebody is signed in.
    scene.cli(&["user", "disable", ANN]);
    late(&mut scene.provider.browser(), &everywhere);
    let whose = everywhere.value("whose").expect("whose").to_owned();
    let (subject, proof) = whose.split_once('.').expect("a proof");
    let other = subject.parse::<i64>().expect("a number") + 1;
    let sent = here.submit(&everywhere, &[("whose", &format!("{other}.{proof}"))]);
    tells(&here.follow(sent), "signed out in the meantime");
}

#[test]
fn a_tab_that_was_signed_out_elsewhere_is_told_so() {
    let scene = Scene::plain("");
    let (mut here, mut there) = (scene.browser(), scene.browser());
    here.sign_in(ANN, PASSWORD);
    there.sign_in(ANN, PASSWORD);
    let mut tab = there.clone();
    let old = tab.open("/account");
    let page = here.open("/account");
    let end = here.submit(&form_to(&page, "/account/sessions/end"), &[]);
    tells(&here.follow(end), "That browser is signed out.");
    for action in [
        "/account/sessions/end",
        "/account/sessions/end-all",
        "/account/password",
    ] {
        let typed = [("current", PASSWORD), ("new", NEW)];
        let late = tab.submit(&form_to(&old, action), &typed);
        tells(&tab.follow(late), "signed out in the meantime");
    }
    let out = tab.submit(&form_to(&old, "/sign-out"), &[]);
    assert_page(&out, 200);
    assert!(out.text().contains("You are signed out"), "{out}");
    assert!(here.open("/account").text().contains(ANN));
}

#[test]
fn ending_one_session_twice_is_told_alike() {
    let scene = Scene::plain("");
    let mut here = scene.browser();
    here.sign_in(ANN, PASSWORD);
    for together in [false, true] {
        scene.browser().sign_in(ANN, PASSWORD);
        let page = here.open("/account");
        let form = form_to(&page, "/account/sessions/end");
        let pages = match together {
            true => at_once(&here, &form, &[]),
            false => one_after_the_other(&mut here, &form, &[]),
        };
        for page in pages {
            tells(&page, "That browser is signed out.");
        }
    }
    let ended = scene.cli(&["audit", "--event", "session.ended"]);
    assert_eq!(ended["events"].as_array().map(Vec::len), Some(2), "{ended}");
}

#[test]
fn changing_a_password_twice_is_told_alike() {
    let scene = Scene::plain("");
    let mut here = scene.browser();
    here.sign_in(ANN, PASSWORD);
    let page = here.open("/account");
    let form = form_to(&page, "/account/password");
    let typed = [("current", PASSWORD), ("new", NEW)];
    for page in at_once(&here, &form, &typed) {
        tells(&page, "Your password is changed.");
    }
    let typed = [("current", NEW), ("new", PASSWORD)];
    for page in one_after_the_other(&mut here, &form, &typed) {
        tells(&page, "Your password is changed.");
    }
    let set = scene.cli(&["audit", "--event", "user.password_set"]);
    assert_eq!(set["events"].as_array().map(Vec::len), Some(2), "{set}");
    scene.provider.browser().sign_in(ANN, PASSWORD);
}

#[test]
fn answering_an_app_twice_leads_to_the_same_place() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    for word in ["deny", "allow"] {
        let app = scene.confidential(CALLBACK);
        let question = scene.question(&app, &[("state", "s")]);
        let form = consent_form(&browser.authorize_until_consent(&question));
        let [one, two] = at_once(&browser, &form, &[("answer", word)]);
        assert_eq!((one.status, two.status), (303, 303), "{one} {two}");
        assert!(
            one.location().is_some_and(|to| to.starts_with(CALLBACK)),
            "{one}"
        );
        assert_eq!(one.location(), two.location(), "{word}");
    }
    let denied = scene.cli(&["audit", "--event", "consent.denied"]);
    assert_eq!(
        denied["events"].as_array().map(Vec::len),
        Some(1),
        "{denied}"
    );
}

#[test]
fn answering_a_device_twice_is_told_alike() {
    let scene = Scene::plain("[grants]\ndevice_code = true");
    let app = scene.app(&AppSpec {
        grants: &["device_code"],
        public: true,
        ..AppSpec::default()
    });
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let words = [
        ("deny", "Nothing was allowed"),
        ("allow", "Your device is connected"),
    ];
    for (word, told) in words {
        let target = scene.endpoint("device_authorization_endpoint");
        let codes = scene.api().post_form_as(&target, &app, &[]).expect(200);
        let typed = codes.member("user_code");
        let page = browser.open("/device");
        let page = browser.submit(&form_to(&page, "/device/code"), &[("user_code", &typed)]);
        let form = form_to(&page, "/device/answer");
        for page in at_once(&browser, &form, &[("answer", word)]) {
            assert_page(&page, 200);
            assert!(page.text().contains(told), "no {told:?}: {page}");
        }
    }
}

#[test]
fn signing_up_and_in_twice_leads_to_the_same_place() {
    let scene = Scene::plain("");
    let app = scene.confidential(CALLBACK);
    let mut browser = scene.provider.browser();
    let page = browser.open(&scene.question(&app, &[]));
    let request = form_to(&page, "/sign-in");
    let request = request.value("request").expect("it waits").to_owned();
    let form = form_to(
        &browser.open(&format!("/sign-up?request={request}")),
        "/sign-up",
    );
    let typed = [
        ("name", "Ben"),
        ("email", "ben@example.com"),
        ("password", NEW),
    ];
    let mut pages = at_once(&browser, &form, &typed).to_vec();
    pages.extend(one_after_the_other(&mut browser, &form, &typed));
    for page in &pages {
        tells(page, "sign in with the password you chose");
    }
    let form = form_to(&pages[3], "/sign-in");
    let mut pages = at_once(&browser, &form, &typed[1..]).to_vec();
    pages.extend(one_after_the_other(&mut browser, &form, &typed[1..]));
    for page in &pages {
        consent_form(page);
    }
    let listed = scene.cli(&["session", "list", "ben@example.com"]);
    let sessions = listed["sessions"].as_array().map(Vec::len);
    assert_eq!(sessions, Some(1), "two quick clicks make one: {listed}");
    let made = scene.cli(&[
        "audit",
        "--event",
        "user.created",
        "--user",
        "ben@example.com",
    ]);
    assert_eq!(made["events"].as_array().map(Vec::len), Some(1), "{made}");
}
