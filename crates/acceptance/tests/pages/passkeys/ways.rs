//! Passkeys beside the other ways in: policies, recovery, the last way, operators, the person's own data.
use super::{SECURITY, events, is_signed_in, with_passkey};
use crate::support::authenticator::{ADD, Authenticator, SECOND, SIGN_IN, options};
use crate::support::behind::{age_sessions, run};
use crate::support::phone::{first_step, newcomer};
use crate::support::{ANN, PASSWORD, Scene, form_to};

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
