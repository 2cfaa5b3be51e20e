//! A second factor here is not skipped by a sign-in elsewhere.
use super::linking::add;
use super::{Elsewhere, acme, sign_in, with};
use crate::support::phone::{STEP, recovery_codes, send_code, set_up, with_second_step};
use crate::support::{ANN, PASSWORD, Scene, form_to};
use acceptance::Browser;
use serde_json::json;

fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("/account").status == 200
}

#[test]
fn who_has_one_proves_it_after_a_sign_in_elsewhere_too() {
    let (elsewhere, scene) = acme();
    let (mut ann, phone, codes) = with_second_step(&scene, ANN, PASSWORD);
    let page = add(&elsewhere, &mut ann, "acme").expect(200);
    assert!(page.text().contains("It is added"), "{page}");
    let mut there = scene.provider.browser();
    let page = sign_in(&elsewhere, &mut there, "acme").expect(200);
    form_to(&page, STEP);
    assert!(
        !is_signed_in(&mut there),
        "the first step alone is not enough"
    );
    let wrong = send_code(&mut there, &page, STEP, &phone.wrong());
    assert_eq!(wrong.status, 401, "{wrong}");
    assert!(!is_signed_in(&mut there));
    let reply = send_code(&mut there, &wrong, STEP, &codes[0]).expect(303);
    there.follow(reply);
    assert!(is_signed_in(&mut there));
}

#[test]
fn who_proved_one_there_is_not_asked_for_it_again_where_that_is_believed() {
    for (mfa, is_believed) in [("", false), ("mfa = true", true)] {
        let elsewhere = Elsewhere::start();
        let scene = with(&elsewhere.table("acme", mfa));
        assert_eq!(is_enough(&elsewhere, &scene), is_believed, "{mfa:?}");
    }
}

/// Whoever signs in elsewhere alone, and has no password here, has a second factor here all the same.
#[test]
fn who_has_no_password_here_sets_one_up_and_keeps_it() {
    let (elsewhere, scene) = acme();
    let mut ada = scene.provider.browser();
    let page = sign_in(&elsewhere, &mut ada, "acme").expect(200);
    assert!(page.text().contains("/account/security"), "{page}");
    let page = ada.open("/account/security").expect(200);
    assert!(page.text().contains("second-factor"), "{page}");
    let (phone, codes) = set_up(&mut ada);
    let page = ada.open("/account/security").expect(200);
    let new = ada.submit(&form_to(&page, "/account/security/codes"), &[]);
    let new = recovery_codes(&new);
    assert!(new.iter().all(|code| !codes.contains(code)));
    let mut there = scene.provider.browser();
    let page = sign_in(&elsewhere, &mut there, "acme").expect(200);
    assert!(!is_signed_in(&mut there));
    send_code(&mut there, &page, STEP, &phone.code()).expect(303);
    assert!(is_signed_in(&mut there));
}

/// Whether the provider's word is enough.
#[track_caller]
fn is_enough(elsewhere: &Elsewhere, scene: &Scene) -> bool {
    let (mut ann, ..) = with_second_step(scene, ANN, PASSWORD);
    add(elsewhere, &mut ann, "acme").expect(200);
    elsewhere.ways().says = json!({ "amr": ["pwd", "otp", "mfa"] });
    let mut there = scene.provider.browser();
    sign_in(elsewhere, &mut there, "acme").expect(200);
    is_signed_in(&mut there)
}
