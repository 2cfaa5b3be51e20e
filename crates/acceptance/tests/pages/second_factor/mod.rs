//! A second step of the sign-in: set up, proved, recovered, removed, and asked for by policy.
mod attacks;
mod organizations;
mod policy;

use crate::support::behind::{age_sessions, run};
use crate::support::phone::{
    Phone, SET_UP, STEP, first_step, recovery_codes, send_code, with_second_step,
};
use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, Scene, consent_form, form_to, outlive_a_second,
};
use acceptance::{Browser, Reply};

const SECURITY: &str = "/account/security";

fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("/account").status == 200
}

fn events(scene: &Scene, name: &str) -> usize {
    let told = scene.cli(&["audit", "--event", name]);
    told["events"].as_array().map_or(0, Vec::len)
}

/// What is answered to a wrong code.
#[track_caller]
fn assert_wrong(reply: &Reply) {
    assert_eq!(reply.status, 401, "{reply}");
    assert!(
        reply.text().contains("wrong, or it was used already"),
        "{reply}"
    );
    assert!(reply.header("WWW-Authenticate").is_some(), "{reply}");
    form_to(reply, STEP);
}

#[test]
fn it_is_set_up_proved_and_removed() {
    let scene = Scene::plain("");
    let (mut here, mut there) = (scene.browser(), scene.browser());
    here.sign_in(ANN, PASSWORD);
    there.sign_in(ANN, PASSWORD);
    let page = here.open("/account").expect(200);
    assert!(page.text().contains(SECURITY), "{page}");
    let page = here.open(SECURITY).expect(200);
    assert!(page.text().contains("your password alone"), "{page}");
    let page = here
        .open("/sign-in/second-factor?request=security")
        .expect(200);
    let phone = Phone::of(&page);
    let wrong = send_code(&mut here, &page, SET_UP, &phone.wrong());
    assert_eq!(wrong.status, 400, "{wrong}");
    let shown = send_code(&mut here, &wrong, SET_UP, &phone.code());
    assert_eq!(recovery_codes(&shown).len(), 10, "the key stayed the same");
    assert!(shown.text().contains("shown only now"), "{shown}");
    assert!(!is_signed_in(&mut there), "it began without");
    let page = here.open(SECURITY).expect(200);
    assert!(page.text().contains("10 recovery codes left"), "{page}");
    // From now on it is asked for, and what was being done goes on afterwards.
    let app = scene.confidential(CALLBACK);
    let page = first_step(&mut there, ANN, PASSWORD);
    assert!(!is_signed_in(&mut there));
    for mark in ["autocomplete=\"one-time-code\"", "inputmode=\"numeric\""] {
        assert!(page.text().contains(mark), "no {mark}: {page}");
    }
    let question = scene.question(&app, &[("scope", "tasks:read"), ("state", "s")]);
    let page = there.open(&question);
    let typed = [("email", ANN), ("password", PASSWORD)];
    let reply = there.submit(&form_to(&page, "/sign-in"), &typed);
    let page = there.follow(reply).expect(200);
    let reply = send_code(&mut there, &page, STEP, &phone.code());
    let page = there.follow(reply).expect(200);
    let reply = there.submit(&consent_form(&page), &[("answer", "allow")]);
    let back = acceptance::Redirect::parse(reply.location().expect("to the app"));
    assert_eq!(back.param("state"), Some("s"));
    scene.redeem(&app, &back.code(), &[]).expect(200);
    // Here nobody is asked again, and it is taken away.
    let page = here.open(SECURITY).expect(200);
    let reply = here.submit(&form_to(&page, "/account/security/remove"), &[]);
    let page = here.follow(reply).expect(200);
    assert!(page.text().contains("is removed"), "{page}");
    let alone = scene.provider.browser().sign_in(ANN, PASSWORD);
    assert_eq!(alone.location(), Some("/account"), "{alone}");
    assert_eq!(events(&scene, "second_factor.added"), 1);
    assert_eq!(events(&scene, "second_factor.removed"), 1);
}

#[test]
fn a_recovery_code_lets_in_once() {
    let scene = Scene::plain("");
    let (mut browser, _phone, codes) = with_second_step(&scene, ANN, PASSWORD);
    let typed = codes[3].to_lowercase().replace('-', " ");
    let mut there = scene.browser();
    let page = first_step(&mut there, ANN, PASSWORD);
    let reply = send_code(&mut there, &page, STEP, &typed).expect(303);
    assert_eq!(reply.location(), Some("/account"));
    assert!(is_signed_in(&mut there));
    let mut again = scene.browser();
    let page = first_step(&mut again, ANN, PASSWORD);
    let reply = send_code(&mut again, &page, STEP, &codes[3]);
    assert_eq!(reply.status, 401);
    assert!(
        reply.text().contains("none of your recovery codes"),
        "{reply}"
    );
    assert_eq!(events(&scene, "second_factor.recovery_code_used"), 1);
    // New ones take the place of all that are left; the same form posted twice shows the same.
    let page = browser.open(SECURITY).expect(200);
    assert!(page.text().contains("9 recovery codes left"), "{page}");
    let form = form_to(&page, "/account/security/codes");
    let new = recovery_codes(&browser.submit(&form, &[]));
    assert_eq!(recovery_codes(&browser.submit(&form, &[])), new);
    assert!(new.iter().all(|code| !codes.contains(code)));
    let page = page_of(&mut again);
    let reply = send_code(&mut again, &page, STEP, &codes[4]);
    assert_eq!(reply.status, 401);
    send_code(&mut again, &page, STEP, &new[4]).expect(303);
    // Once one of them was used, that form does not bring it back.
    let page = browser.submit(&form, &[]);
    assert!(page.text().contains("9 recovery codes left"), "{page}");
    assert!(!page.text().contains(&new[4]), "{page}");
}

/// The second step once more, in a browser that proved the password.
#[track_caller]
fn page_of(browser: &mut Browser) -> Reply {
    browser.open(STEP).expect(200)
}

#[test]
fn a_button_that_is_pressed_twice_does_the_same() {
    let scene = Scene::plain("");
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    let page = browser
        .open("/sign-in/second-factor?request=security")
        .expect(200);
    let phone = Phone::of(&page);
    let (form, code) = (form_to(&page, SET_UP), phone.code());
    let before = browser.cookies.clone();
    let first = recovery_codes(&browser.submit(&form, &[("code", &code)]));
    browser.cookies = before;
    let second = recovery_codes(&browser.submit(&form, &[("code", &code)]));
    assert_eq!(first, second);
    assert!(is_signed_in(&mut browser));
    let mut there = scene.browser();
    let page = first_step(&mut there, ANN, PASSWORD);
    let (form, code) = (form_to(&page, STEP), phone.code());
    let before = there.cookies.clone();
    there.submit(&form, &[("code", &code)]).expect(303);
    there.cookies = before;
    there.submit(&form, &[("code", &code)]).expect(303);
    assert!(is_signed_in(&mut there), "as the first time");
    assert_eq!(events(&scene, "second_factor.added"), 1);
}

#[test]
fn its_page_takes_a_proof_of_the_last_ten_minutes() {
    let scene = Scene::plain("");
    let (mut browser, phone, _) = with_second_step(&scene, ANN, PASSWORD);
    let page = browser.open(SECURITY).expect(200);
    let (codes, remove) = (
        form_to(&page, "/account/security/codes"),
        form_to(&page, "/account/security/remove"),
    );
    age_sessions(&scene);
    for form in [&codes, &remove] {
        let reply = browser.submit(form, &[]).expect(303);
        let location = reply.location().unwrap_or_default();
        assert_eq!(location, "/sign-in?request=security&after=proof");
    }
    let page = browser.open(SECURITY).expect(200);
    assert!(page.text().contains("Show that it is still you"), "{page}");
    // The proof is of both, and leads back.
    let typed = [("email", ANN), ("password", PASSWORD)];
    let reply = browser.submit(&form_to(&page, "/sign-in"), &typed);
    let page = browser.follow(reply).expect(200);
    let reply = send_code(&mut browser, &page, STEP, &phone.code());
    let page = browser.follow(reply).expect(200);
    form_to(&page, "/account/security/remove");
    assert_eq!(events(&scene, "second_factor.removed"), 0);
}

#[test]
fn whoever_signs_in_meanwhile_is_asked_for_nothing_of_another() {
    let scene = Scene::plain("");
    with_second_step(&scene, ANN, PASSWORD);
    let mut browser = scene.browser();
    first_step(&mut browser, ANN, PASSWORD);
    outlive_a_second();
    browser.sign_in(OWNER, PASSWORD);
    assert!(browser.open("/account").text().contains(OWNER));
    let page = browser
        .open("/sign-in/second-factor?request=security")
        .expect(200);
    form_to(&page, SET_UP);
}

#[test]
fn seeds_are_sealed_anew_with_everything_else() {
    let scene = Scene::plain("");
    let (_, phone, codes) = with_second_step(&scene, ANN, PASSWORD);
    let told = scene.cli(&["key", "rotate"]);
    assert_eq!(
        (&told["resealed"], &told["unopened"]),
        (&1.into(), &0.into()),
        "{told}"
    );
    let mut browser = scene.browser();
    let page = first_step(&mut browser, ANN, PASSWORD);
    send_code(&mut browser, &page, STEP, &phone.code()).expect(303);
    // What no key opens is said, and recovery codes alone let in.
    run(&scene, "UPDATE authenticators SET seed = substr(seed, 2)");
    let mut lost = scene.browser();
    let page = first_step(&mut lost, ANN, PASSWORD);
    let reply = send_code(&mut lost, &page, STEP, &phone.code());
    assert_eq!(reply.status, 503);
    assert!(
        reply.text().contains("No code can be checked just now"),
        "{reply}"
    );
    send_code(&mut lost, &page, STEP, &codes[0]).expect(303);
}

#[test]
fn an_operator_takes_it_away_from_somebody_who_has_lost_it() {
    let scene = Scene::plain("");
    let (mut browser, _, _) = with_second_step(&scene, ANN, PASSWORD);
    assert_eq!(scene.cli(&["user", "show", ANN])["second_factor"], true);
    let told = scene.cli(&["user", "reset-second-factor", ANN]);
    assert_eq!(told["second_factor"], false, "{told}");
    assert!(!is_signed_in(&mut browser), "whoever had the device is out");
    let alone = scene.provider.browser().sign_in(ANN, PASSWORD);
    assert_eq!(alone.location(), Some("/account"));
    let again = scene.provider.cli(&["user", "reset-second-factor", ANN]);
    assert!(
        again.code == Some(1) && again.stderr.contains("has no second factor"),
        "{again:?}"
    );
    assert_eq!(events(&scene, "second_factor.removed"), 1);
}
