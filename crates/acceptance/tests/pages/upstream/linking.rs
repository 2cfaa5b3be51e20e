//! Whose account a sign-in leads to, and who says so.
use super::{Elsewhere, acme, assert_nobody, away, people, sign_in, with};
use crate::support::{ANN, PASSWORD, Scene, form_to};
use acceptance::{Browser, Reply};
use serde_json::json;

/// Ann, signed in, adds the provider; what comes of it.
#[track_caller]
pub(super) fn add(elsewhere: &Elsewhere, browser: &mut Browser, id: &str) -> Reply {
    let page = browser.open("/account/sign-ins").expect(200);
    let form = form_to(&page, "/account/sign-ins/add");
    let sent = browser.submit(&form, &[("provider", id)]);
    browser.open(&elsewhere.sign_in(&away(&sent)))
}

fn ann(scene: &Scene) -> Browser {
    let mut browser = scene.browser();
    browser.sign_in(ANN, PASSWORD);
    browser
}

#[test]
fn whoever_has_an_account_adds_the_sign_in_themselves() {
    let (elsewhere, scene) = acme();
    elsewhere.ways().user["email"] = ANN.into();
    // Ann's address, proved at both: she is asked, and nothing happens by itself.
    let mut stranger = scene.provider.browser();
    let page = sign_in(&elsewhere, &mut stranger, "acme");
    assert!(page.text().contains("/sign-in?request=sign-ins"), "{page}");
    assert_nobody(&page, &mut stranger);
    assert_eq!(people(&scene).len(), 2, "no account was made");
    let mut browser = ann(&scene);
    let page = add(&elsewhere, &mut browser, "acme").expect(200);
    assert!(page.text().contains("It is added"), "{page}");
    // From now on it leads to her account, which keeps its name.
    let page = sign_in(&elsewhere, &mut stranger, "acme")
        .expect(200)
        .text();
    assert!(
        page.contains("Ann Example") && !page.contains("Ada"),
        "{page}"
    );
    // And no more, once she has taken it away: then the browsers that it signed in are out.
    let page = browser.open("/account/sign-ins");
    let form = form_to(&page, "/account/sign-ins/remove");
    let page = browser.submit(&form, &[]);
    let page = browser.follow(page).expect(200);
    assert!(page.text().contains("It is removed"), "{page}");
    assert_eq!(stranger.get("/account").status, 303);
    let page = sign_in(&elsewhere, &mut stranger, "acme");
    assert_nobody(&page, &mut stranger);
}

#[test]
fn an_address_that_was_not_proved_there_tells_and_links_nothing() {
    let (elsewhere, scene) = acme();
    for (sub, verified) in [
        ("1", json!(false)),
        ("2", json!(null)),
        ("3", json!("false")),
        ("4", json!(1)),
    ] {
        let user = json!({ "sub": sub, "name": "Eve", "email": ANN, "email_verified": verified });
        elsewhere.ways().user = user;
        let page = sign_in(&elsewhere, &mut scene.provider.browser(), "acme")
            .expect(200)
            .text();
        assert!(
            page.contains("Eve") && !page.contains("Ann Example"),
            "{page}"
        );
    }
    // Four accounts, none of which is Ann's or has a proved address.
    let with_it: Vec<_> = people(&scene)
        .into_iter()
        .filter(|user| user["email"] == ANN)
        .collect();
    assert_eq!(with_it.len(), 5);
    assert_eq!(
        with_it
            .iter()
            .filter(|user| user["email_verified"] == true)
            .count(),
        1
    );
    // Ann signs in as ever.
    scene.browser().sign_in(ANN, PASSWORD);
}

#[test]
fn one_address_from_two_providers_is_two_people() {
    let (one, other) = (Elsewhere::start(), Elsewhere::start());
    let scene = with(&format!(
        "{}{}",
        one.table("one", ""),
        other.table("two", "")
    ));
    for (elsewhere, id) in [(&one, "one"), (&other, "two")] {
        sign_in(elsewhere, &mut scene.provider.browser(), id).expect(200);
    }
    let with_it = people(&scene)
        .into_iter()
        .filter(|user| user["email"] == "ada@acme.example");
    assert_eq!(with_it.count(), 2);
    // Another subject at the first is a third, whatever else is the same.
    one.ways().user["sub"] = "u-1816".into();
    sign_in(&one, &mut scene.provider.browser(), "one").expect(200);
    assert_eq!(people(&scene).len(), 5);
}

#[test]
fn what_signs_somebody_else_in_is_not_added() {
    let (elsewhere, scene) = acme();
    sign_in(&elsewhere, &mut scene.provider.browser(), "acme").expect(200);
    let mut browser = ann(&scene);
    let page = add(&elsewhere, &mut browser, "acme");
    assert_eq!(page.status, 400, "{page}");
    assert!(page.text().contains("another account"), "{page}");
}

/// Login CSRF of another kind: an attacker has the victim's browser finish what adds the attacker's sign-in.
#[test]
fn a_sign_in_is_added_in_the_session_that_asked_for_it_alone() {
    let (elsewhere, scene) = acme();
    let mut attacker = scene.provider.browser_of(crate::support::OWNER, PASSWORD);
    attacker.sign_in(crate::support::OWNER, PASSWORD);
    let page = attacker.open("/account/sign-ins");
    let form = form_to(&page, "/account/sign-ins/add");
    let sent = attacker.submit(&form, &[("provider", "acme")]);
    let back = elsewhere.sign_in(&away(&sent));
    let mut victim = ann(&scene);
    let page = victim.open(&back);
    assert_eq!(page.status, 400, "{page}");
    // The same browser, in which somebody else is signed in by now.
    attacker.sign_out();
    attacker.sign_in(ANN, PASSWORD);
    let page = attacker.open(&back);
    assert_eq!(page.status, 400, "{page}");
    for browser in [&mut victim, &mut attacker] {
        let page = browser.open("/account/sign-ins");
        assert!(page.text().contains("There are none yet"), "{page}");
    }
    // Without the form's proof nobody is even sent away.
    let reply = victim.post_form("/account/sign-ins/add", &[("provider", "acme")]);
    assert!(reply.status == 400 || reply.status == 403, "{reply}");
}

#[test]
fn the_last_way_in_stays() {
    let (elsewhere, scene) = acme();
    let mut browser = scene.provider.browser();
    sign_in(&elsewhere, &mut browser, "acme").expect(200);
    // What is known of them is theirs to take along.
    let page = browser.open("/account/data").expect(200);
    let form = form_to(&page, "/account/data/export");
    let document = browser.submit(&form, &[]).expect(200).json();
    assert_eq!(document["sign_ins"][0]["id"], "u-1815", "{document}");
    let page = browser.open("/account/sign-ins").expect(200);
    assert!(!page.text().contains("/account/sign-ins/remove"), "{page}");
    let form = form_to(&page, "/account/sign-ins/add");
    let nonce = form
        .fields
        .iter()
        .find(|field| field.name == "nonce")
        .expect("a nonce")
        .value
        .clone();
    let issuer = elsewhere.issuer();
    let forced = [
        ("nonce", nonce.as_str()),
        ("source", &issuer),
        ("id", "u-1815"),
    ];
    let page = browser.post_form("/account/sign-ins/remove", &forced);
    assert_eq!(page.status, 400, "{page}");
    assert!(page.text().contains("only way"), "{page}");
    sign_in(&elsewhere, &mut scene.provider.browser(), "acme").expect(200);
}

#[test]
fn who_has_no_password_proves_anew_who_they_are_there() {
    let (elsewhere, scene) = acme();
    elsewhere.ways().says = json!({ "auth_time": crate::support::assertions::now() - 3_600 });
    let mut browser = scene.provider.browser();
    sign_in(&elsewhere, &mut browser, "acme").expect(200);
    // An hour ago is too long: the page that asks again leads to the provider, with the wish for a fresh sign-in.
    let page = browser.open("/account/sign-ins").expect(200);
    let form = form_to(&page, "/account/sign-ins/add");
    let page = browser.submit(&form, &[("provider", "acme")]);
    let page = browser.follow(page).expect(200);
    let href = page.text();
    let href = href
        .split("href=\"")
        .find(|rest| rest.starts_with("/sign-in/with/acme"))
        .expect("a button");
    let href = acceptance::unescape(href.split('"').next().expect("a link"));
    let departed = away(&browser.get(&href));
    assert_eq!(
        departed.param("prompt"),
        Some("login"),
        "{}",
        departed.location
    );
    // It lets them through without one: that does not count.
    let page = browser.open(&elsewhere.sign_in(&departed));
    assert_eq!(page.status, 400, "{page}");
    elsewhere.ways().says = json!({ "auth_time": crate::support::assertions::now() });
    let departed = away(&browser.get(&href));
    let page = browser.open(&elsewhere.sign_in(&departed)).expect(200);
    assert!(page.text().contains("/account/sign-ins/add"), "{page}");
}
