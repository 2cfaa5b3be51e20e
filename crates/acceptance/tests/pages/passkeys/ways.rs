//! Passkeys beside the other ways in: policies, recovery, the last way, operators, the person's own data.
use super::{SECURITY, events, is_signed_in, with_passkey};
use crate::support::authenticator::{ADD, Authenticator, SECOND, SET_UP, SIGN_IN, options};
use crate::support::behind::{age_sessions, run};
use crate::support::phone::{first_step, newcomer, recovery_codes};
use crate::support::{ANN, OWNER, PASSWORD, Scene, form_to};
use acceptance::{Browser, Form};

#[test]
fn where_everybody_needs_a_second_factor_it_is_one() {
    let scene = Scene::plain("[accounts]\nsecond_factor = \"required\"");
    let mut here = scene.browser();
    let page = first_step(&mut here, ANN, PASSWORD);
    newcomer(&mut here, &page);
    let mut own = Authenticator::at(scene.provider.issuer());
    own.add(&mut here).expect(303);
    let page = here.open(SECURITY).expect(200);
    let app = form_to(&page, "/account/security/remove");
    here.submit(&app, &[]).expect(303);
    // It takes the place of the app: nothing has to be set up.
    let mut there = scene.browser();
    let page = first_step(&mut there, ANN, PASSWORD);
    let reply = own.answer_to(&mut there, &page, SECOND);
    assert_eq!(reply.location(), Some("/account"), "{reply}");
    let mut other = scene.browser();
    own.sign_in(&mut other).expect(303);
    assert!(is_signed_in(&mut there) && is_signed_in(&mut other));
}

/// Whoever has no second factor where everybody needs one need not have an app.
#[test]
fn it_is_set_up_at_the_sign_in_that_takes_one() {
    let scene = Scene::plain("[accounts]\nsecond_factor = \"required\"");
    let mut browser = scene.browser();
    let page = first_step(&mut browser, ANN, PASSWORD);
    let mut own = Authenticator::at(scene.provider.issuer());
    let made = own.create(&options(&page));
    let form = form_to(&page, SET_UP);
    let crossed = |browser: &mut Browser, form: &Form, more: &[(&str, &str)]| {
        let typed = [&[("name", "Key"), ("credential", made.as_str())], more].concat();
        browser.submit(form, &typed)
    };
    // Neither for somebody else, nor by what was asked for another purpose, nor without a name.
    let mut other = scene.provider.browser();
    let theirs = form_to(&first_step(&mut other, OWNER, PASSWORD), SET_UP);
    let ceremony = form.value("ceremony").expect("one").to_owned();
    let reply = crossed(&mut other, &theirs, &[("ceremony", &ceremony)]);
    assert_eq!(reply.status, 400, "{reply}");
    let reply = crossed(&mut browser, &form, &[("name", " ")]);
    assert_eq!(reply.status, 400, "{reply}");
    assert!(!is_signed_in(&mut browser) && events(&scene, "passkey.added") == 0);
    let shown = crossed(&mut browser, &form, &[]).expect(200);
    assert_eq!(recovery_codes(&shown).len(), 10);
    assert!(is_signed_in(&mut browser));
    assert_eq!(events(&scene, "passkey.added"), 1);
    // It is the second factor of the next sign-in, and nothing is set up there any more.
    let mut there = scene.provider.browser();
    let page = first_step(&mut there, ANN, PASSWORD);
    assert!(!page.text().contains(SET_UP), "{page}");
    own.answer_to(&mut there, &page, SECOND).expect(303);
    assert!(is_signed_in(&mut there));
    let reply = crossed(&mut browser, &form, &[]);
    assert_eq!(reply.status, 303, "it is there: {reply}");
    assert_eq!(events(&scene, "passkey.added"), 1);
}

#[test]
fn its_page_takes_a_proof_of_the_last_ten_minutes() {
    let scene = Scene::plain("");
    let (mut browser, mut own, _) = with_passkey(&scene, ANN);
    let page = browser.open(SECURITY).expect(200);
    let remove = form_to(&page, super::REMOVE);
    age_sessions(&scene);
    let reply = browser.get(SECURITY);
    let way = "/sign-in?request=security&after=proof";
    assert_eq!(reply.location(), Some(way), "{reply}");
    let reply = browser.submit(&remove, &[]);
    assert_eq!(reply.location(), Some(way), "{reply}");
    // A passkey is such a proof.
    let page = browser.open(way).expect(200);
    let reply = own.answer_to(&mut browser, &page, SIGN_IN);
    assert_eq!(reply.location(), Some(SECURITY), "{reply}");
    browser.open(SECURITY).expect(200);
}

#[test]
fn the_last_way_in_stays() {
    let scene = Scene::plain("");
    let (mut browser, mut own, _) = with_passkey(&scene, ANN);
    let page = browser.open(SECURITY).expect(200);
    let remove = form_to(&page, super::REMOVE);
    run(
        &scene,
        "UPDATE people SET password = '' WHERE email = 'ann@example.com'",
    );
    let page = browser.submit(&remove, &[]);
    assert_eq!(page.status, 409, "{page}");
    assert!(page.text().contains("only way in"), "{page}");
    let mut there = scene.browser();
    own.sign_in(&mut there).expect(303);
    assert!(is_signed_in(&mut there), "it leads in");
}

#[test]
fn a_second_one_is_added_and_the_same_is_not() {
    let scene = Scene::plain("");
    let (mut browser, mut own, _) = with_passkey(&scene, ANN);
    let mut second = Authenticator::at(scene.provider.issuer());
    let reply = second.add(&mut browser);
    let done = format!("{SECURITY}?done=passkey-added");
    assert_eq!(reply.location(), Some(done.as_str()), "{reply}");
    let again = own.add(&mut browser);
    assert_eq!(again.status, 409, "{again}");
    assert_eq!(events(&scene, "passkey.added"), 2);
    let page = browser.open(SECURITY).expect(200);
    let nameless = second.create(&options(&page));
    let typed = [("name", ""), ("credential", nameless.as_str())];
    let reply = browser.submit(&form_to(&page, ADD), &typed);
    assert_eq!(reply.status, 409, "{reply}");
}

#[test]
fn an_operator_takes_them_away_from_who_has_lost_them() {
    let scene = Scene::plain("");
    let (mut browser, mut own, _) = with_passkey(&scene, ANN);
    let told = scene.cli(&["user", "show", ANN]);
    assert_eq!(
        (&told["second_factor"], &told["passkeys"]),
        (&true.into(), &1.into()),
        "{told}"
    );
    scene.cli(&["user", "reset-second-factor", ANN]);
    assert!(!is_signed_in(&mut browser));
    super::assert_wrong(&own.sign_in(&mut browser));
    let alone = browser.sign_in(ANN, PASSWORD);
    assert_eq!(alone.location(), Some("/account"), "{alone}");
}
