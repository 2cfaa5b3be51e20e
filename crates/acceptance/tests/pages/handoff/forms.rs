//! What was typed into a form of the portal, where its person is asked to prove themselves at the company's own login.
use super::{ada, call, challenge_of, company, way_back};
use crate::support::form_to;
use acceptance::{Browser, Form, Reply, unescape};

const FIELDS: [(&str, &str); 3] = [
    ("name", "Task Board"),
    ("homepage", "https://board.example"),
    ("redirect-1", "https://board.example/callback"),
];

/// The form for a new app, with all that was typed in it.
#[track_caller]
fn typed(page: &Reply) -> Form {
    let form = form_to(page, "/apps/new");
    for (name, value) in FIELDS {
        let kept = form.value(name).map(unescape);
        assert_eq!(kept.as_deref(), Some(value), "{page}");
    }
    form
}

/// Signs Ada in again where the page says, beside it.
#[track_caller]
fn prove(scene: &crate::support::Scene, browser: &mut Browser, page: &Reply) {
    let text = unescape(&page.text());
    let mut links = text.split("href=\"").skip(1);
    let way = links.find(|href| href.starts_with("/sign-in?request=apps"));
    let way = way.and_then(|way| way.split('"').next());
    let away = browser.get(way.unwrap_or_else(|| panic!("no way: {page}")));
    let challenge = challenge_of(&away);
    let body = serde_json::json!({ "challenge": challenge });
    let told = call(scene, "/login/challenge", &body).expect(200).json();
    assert!(told["signed_in_since"].is_i64(), "{told}");
    let back = way_back(call(scene, "/login/accept", &ada(&challenge)));
    browser.open(&back).expect(200);
}

#[test]
fn what_was_typed_is_still_there_after_a_sign_in_elsewhere() {
    let scene = company("[apps]\nregistration = \"open\"");
    let mut browser = scene.provider.browser();
    let away = browser.open("/sign-in");
    let mut long_ago = ada(&challenge_of(&away));
    long_ago["auth_time"] = 1_700_000_000.into();
    let back = way_back(call(&scene, "/login/accept", &long_ago));
    browser.open(&back).expect(200);
    let page = browser.open("/apps/new").expect(200);
    assert!(!page.text().contains("type=\"password\""), "{page}");
    let form = form_to(&page, "/apps/new");
    let asked = browser.submit(&form, &FIELDS).expect(400);
    assert!(asked.text().contains("confirm that it is you"), "{asked}");
    let form = typed(&asked);
    // Nobody else is shown it, nor is it taken from another.
    let mut other = scene.provider.browser();
    other.open("/sign-in");
    let elsewhere = other.submit(&form, &FIELDS);
    assert!(!elsewhere.text().contains("board.example"), "{elsewhere}");
    prove(&scene, &mut browser, &asked);
    // The session is another now, so the form is shown once more before it is taken, with all of it.
    let again = browser.submit(&form, &[]).expect(400);
    let form = typed(&again);
    let made = browser.submit(&form, &[]).expect(200);
    assert!(made.text().contains("client-id"), "{made}");
}
