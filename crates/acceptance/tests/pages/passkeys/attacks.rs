//! Those who have no passkey, a copy of one, somebody else's, or somebody else's browser.
use super::{SECURITY, assert_wrong, events, is_signed_in, with_passkey};
use crate::support::authenticator::{ADD, Authenticator, SECOND, SIGN_IN, options, send};
use crate::support::phone::first_step;
use crate::support::{ANN, OWNER, PASSWORD, Scene, form_to, outlive_a_second};
use acceptance::{Browser, Form};

/// What a page of a new browser asks to sign in, and its form.
fn asked(scene: &Scene) -> (Browser, acceptance::Json, Form) {
    let mut browser = scene.browser();
    let page = browser.open("/sign-in").expect(200);
    (browser, options(&page), form_to(&page, SIGN_IN))
}

#[test]
fn an_answer_is_good_once_in_the_browser_that_was_asked() {
    let scene = Scene::plain("");
    let (_, mut own, _) = with_passkey(&scene, ANN);
    let (mut first, question, form) = asked(&scene);
    let answer = own.get(&question);
    // In another browser: with its form, and with its own form and that ceremony.
    let (mut thief, _, thiefs) = asked(&scene);
    let reply = send(&mut thief, &form, &answer);
    assert_eq!(reply.status, 400, "{reply}");
    let ceremony = form.value("ceremony").expect("it carries one").to_owned();
    let typed = [
        ("ceremony", ceremony.as_str()),
        ("credential", answer.as_str()),
    ];
    assert_wrong(&thief.submit(&thiefs, &typed));
    assert_wrong(&send(&mut thief, &thiefs, &answer));
    send(&mut first, &form, &answer).expect(303);
    assert!(is_signed_in(&mut first) && !is_signed_in(&mut thief));
    // Whoever signed out is not let in by the same once more.
    outlive_a_second();
    first.sign_out();
    assert_wrong(&send(&mut first, &form, &answer));
    assert!(!is_signed_in(&mut first));
    assert_eq!(events(&scene, "passkey.copied"), 0, "that was no copy");
}

#[test]
fn what_an_authenticator_may_not_leave_out_or_say() {
    let scene = Scene::plain("");
    let (mut ann, mut own, _) = with_passkey(&scene, ANN);
    type Spoiled = fn(&mut Authenticator);
    let spoiled: [(&str, Spoiled, Spoiled); 5] = [
        (
            "unverified",
            |own| own.verifies = false,
            |own| own.verifies = true,
        ),
        (
            "another site",
            |own| own.origin = "https://evil.example".to_owned(),
            |_| {},
        ),
        (
            "another domain",
            |own| own.rp_id = "evil.example".to_owned(),
            |own| {
                own.rp_id = "localhost".to_owned();
            },
        ),
        ("nobody's", |own| own.handle = None, |_| {}),
        (
            "another's",
            |own| own.handle = Some("AAAAAAAAAAAAAAAAAAAAAA".to_owned()),
            |_| {},
        ),
    ];
    let (origin, handle) = (own.origin.clone(), own.handle.clone());
    for (name, spoil, mend) in spoiled {
        let mut browser = scene.browser();
        spoil(&mut own);
        let reply = own.sign_in(&mut browser);
        assert_eq!(reply.status, 401, "{name}: {reply}");
        assert!(!is_signed_in(&mut browser), "{name}");
        // Nor is one added so.
        let mut new = Authenticator::at(scene.provider.issuer());
        spoil(&mut new);
        if !["nobody's", "another's"].contains(&name) {
            let reply = new.add(&mut ann);
            assert_eq!(reply.status, 409, "{name}: {reply}");
        }
        mend(&mut own);
        own.origin.clone_from(&origin);
        own.handle.clone_from(&handle);
    }
    let mut browser = scene.browser();
    own.sign_in(&mut browser).expect(303);
    assert_eq!(events(&scene, "passkey.added"), 1);
}

#[test]
fn a_copy_is_refused_and_told() {
    let scene = Scene::plain("");
    let (_, mut own, _) = with_passkey(&scene, ANN);
    let mut browser = scene.browser();
    for _ in 0..3 {
        own.sign_in(&mut browser).expect(303);
        browser.sign_out();
    }
    own.count = 2;
    let (mut thief, question, form) = asked(&scene);
    let answer = own.get(&question);
    let reply = send(&mut thief, &form, &answer);
    assert_eq!(reply.status, 401, "{reply}");
    assert!(reply.text().contains("looks like a copy"), "{reply}");
    assert_wrong(&send(&mut thief, &form, &answer));
    assert!(!is_signed_in(&mut thief));
    assert_eq!(events(&scene, "passkey.copied"), 1, "once a ceremony");
    // The one that is ahead goes on.
    own.count = 10;
    own.sign_in(&mut browser).expect(303);
}

#[test]
fn what_is_asked_for_one_thing_is_nothing_for_another() {
    let scene = Scene::plain("");
    let (mut ann, mut own, _) = with_passkey(&scene, ANN);
    let (_, mut olives, _) = with_passkey(&scene, OWNER);
    // A challenge to sign in is none to prove the second factor, and the other way round.
    let mut browser = scene.browser();
    let second = first_step(&mut browser, ANN, PASSWORD);
    let (second_form, second_question) = (form_to(&second, SECOND), options(&second));
    let page = browser.open("/sign-in").expect(200);
    let (form, question) = (form_to(&page, SIGN_IN), options(&page));
    let answer = own.get(&question);
    let ceremony = form.value("ceremony").expect("one").to_owned();
    let crossed = [
        ("ceremony", ceremony.as_str()),
        ("credential", answer.as_str()),
    ];
    assert_eq!(browser.submit(&second_form, &crossed).status, 401);
    let answer = own.get(&second_question);
    let ceremony = second_form.value("ceremony").expect("one").to_owned();
    let crossed = [
        ("ceremony", ceremony.as_str()),
        ("credential", answer.as_str()),
    ];
    assert_eq!(browser.submit(&form, &crossed).status, 401);
    // Nor does somebody else's passkey prove Ann's second factor.
    let answer = olives.get(&second_question);
    assert_wrong(&send(&mut browser, &second_form, &answer));
    assert!(!is_signed_in(&mut browser));
    // One that is to be added is for its session alone.
    let page = ann.open(SECURITY).expect(200);
    let mut olive = scene.browser();
    olives.sign_in(&mut olive).expect(303);
    let own_page = olive.open(SECURITY).expect(200);
    let mut new = Authenticator::at(scene.provider.issuer());
    let made = new.create(&options(&page));
    let ceremony = form_to(&page, ADD)
        .value("ceremony")
        .expect("one")
        .to_owned();
    let crossed = [
        ("ceremony", ceremony.as_str()),
        ("credential", made.as_str()),
    ];
    let reply = olive.submit(&form_to(&own_page, ADD), &crossed);
    assert_eq!(reply.status, 409, "{reply}");
    assert_eq!(events(&scene, "passkey.added"), 2);
}

#[test]
fn one_that_is_removed_meanwhile_leads_nowhere() {
    let scene = Scene::plain("");
    let (mut ann, mut own, _) = with_passkey(&scene, ANN);
    let (mut browser, question, form) = asked(&scene);
    let answer = own.get(&question);
    let page = ann.open(SECURITY).expect(200);
    ann.submit(&form_to(&page, super::REMOVE), &[]).expect(303);
    assert_wrong(&send(&mut browser, &form, &answer));
    assert!(!is_signed_in(&mut browser));
}

#[test]
fn whoever_has_the_password_alone_changes_nothing() {
    let scene = Scene::plain("");
    with_passkey(&scene, ANN);
    let mut thief = scene.browser();
    first_step(&mut thief, ANN, PASSWORD);
    for path in [SECURITY, "/account"] {
        let reply = thief.get(path);
        assert_eq!(reply.status, 303, "{path}: {reply}");
    }
    // Setting up an app of their own is no way around.
    let page = thief.open("/sign-in/second-factor").expect(200);
    assert!(!page.text().contains("second-factor/set-up"), "{page}");
    let fields = [("credential", "{}"), ("ceremony", "1.2.3"), ("nonce", "x")];
    for path in [SECOND, SIGN_IN, ADD] {
        let reply = thief.post_form(path, &fields);
        assert!(matches!(reply.status, 303 | 400), "{path}: {reply}");
    }
    assert!(!is_signed_in(&mut thief));
}

#[test]
fn who_is_switched_off_is_not_let_in() {
    let scene = Scene::plain("");
    let (_, mut own, _) = with_passkey(&scene, ANN);
    scene.cli(&["user", "disable", ANN]);
    let mut browser = scene.browser();
    let reply = own.sign_in(&mut browser);
    assert_eq!(reply.status, 403, "{reply}");
    assert!(!is_signed_in(&mut browser));
}
