//! An app that waits for review works for its owner; one that others were not warned of meets only so many.

use super::{APPS, BACK, Developer, EVE, UPDATE, open, says};
use crate::support::{ANN, CALLBACK, OWNER, PASSWORD, Scene, Tokens, within};
use acceptance::{App, Reply};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(1);
const REVIEWED: &str = "[apps]\nregistration = \"review\"";

fn asked(scene: &Scene, email: &str, app: &App, back: &str) -> Reply {
    let mut browser = scene.provider.browser_of(email, PASSWORD);
    browser.sign_in(email, PASSWORD);
    let question = scene.question(app, &[("redirect_uri", back)]);
    browser.authorize_until_consent(&question)
}

/// The tokens that a person gives an app whose people go back to the board.
#[track_caller]
fn tokens_of(scene: &Scene, email: &str, app: &App) -> Tokens {
    let mut browser = scene.provider.browser_of(email, PASSWORD);
    browser.sign_in(email, PASSWORD);
    let question = scene.question(app, &[("redirect_uri", BACK)]);
    let back = browser.authorize(&question);
    Tokens::of(&scene.redeem(app, &back.code(), &[("redirect_uri", BACK)]))
}

#[test]
fn a_draft_works_for_its_owner_and_for_nobody_else() {
    let scene = open(REVIEWED);
    let mut ann = Developer::ann(&scene);
    let api = scene.resource_server();
    let app = ann.register(&[("own-behalf", "on")]);
    says(
        &asked(&scene, ANN, &app, BACK),
        "Until then only you, its owner, can use it.",
    );
    let tokens = tokens_of(&scene, ANN, &app);
    assert!(scene.is_active(&api, &tokens.access));
    let refreshed = Tokens::of(&scene.refresh(&app, &tokens.refresh));
    assert!(scene.is_active(&api, &refreshed.access));
    for other in [EVE, OWNER] {
        let refused = asked(&scene, other, &app, BACK);
        assert_eq!(refused.status, 400, "{refused}");
        assert!(
            !refused.text().contains("answer\" value=\"allow"),
            "{refused}"
        );
    }
    assert_eq!(
        scene.client_credentials(&app).status,
        401,
        "nobody is behind that"
    );
    // Once it is approved, others come; when it changes, they are out, and its owner is not.
    scene.cli(&["app", "approve", &app.client_id]);
    assert!(within(SOON, || asked(&scene, EVE, &app, BACK).status == 200));
    let hers = tokens_of(&scene, EVE, &app);
    assert!(scene.is_active(&api, &hers.access));
    ann.act(&app, UPDATE, &[("name", "Another Board")])
        .expect(303);
    assert!(!scene.is_active(&api, &hers.access) && scene.is_active(&api, &refreshed.access));
    let refused = scene.refresh(&app, &hers.refresh);
    assert_eq!(
        (refused.status, &*refused.member("error")),
        (401, "invalid_client")
    );
    let own = Tokens::of(&scene.refresh(&app, &refreshed.refresh));
    assert!(scene.is_active(&api, &own.access));
    scene.cli(&["app", "approve", &app.client_id]);
    // What was refused meanwhile was not used up.
    assert!(within(SOON, || scene.is_active(&api, &hers.access)));
    Tokens::of(&scene.refresh(&app, &hers.refresh));
}

#[test]
fn an_app_that_was_not_reviewed_says_so_and_meets_only_so_many() {
    let scene = open(&format!("{REVIEWED}\nunreviewed_people = 1"));
    let mut owner = Developer::of(&scene, OWNER);
    let app = owner.register(&[]);
    let room = |owner: &mut Developer, sentence: &str| says(&owner.page(&app), sentence);
    room(&mut owner, "one more person of 1 can connect it");
    let question = asked(&scene, ANN, &app, BACK);
    says(&question, "has not looked at this app yet");
    tokens_of(&scene, ANN, &app);
    room(&mut owner, "0 more people");
    let full = asked(&scene, EVE, &app, BACK);
    assert_eq!(full.status, 403, "{full}");
    says(&full, "as many people use it as may until then");
    // Whoever uses it goes on, and so does its owner.
    tokens_of(&scene, ANN, &app);
    tokens_of(&scene, OWNER, &app);
    scene.cli(&["app", "approve", &app.client_id]);
    assert!(within(SOON, || asked(&scene, EVE, &app, BACK).status == 200));
    let question = asked(&scene, EVE, &app, BACK);
    assert!(
        !question.text().contains("id=\"not-reviewed\""),
        "{question}"
    );
    assert!(owner.browser.open(APPS).status == 200);
}

#[test]
fn a_form_that_was_shown_while_there_was_room_does_not_make_more() {
    let scene = open(&format!("{REVIEWED}\nunreviewed_people = 1"));
    let app = scene.confidential(CALLBACK);
    let mut eve = scene.provider.browser_of(EVE, PASSWORD);
    let page = eve
        .authorize_until_consent(&scene.question(&app, &[]))
        .expect(200);
    let form = crate::support::form_to(&page, "/consent");
    scene.tokens_of(&mut scene.browser(), &app, "tasks:read");
    let refused = eve.submit(&form, &[("answer", "allow")]);
    assert_eq!(refused.status, 403, "{refused}");
    eve.submit(&form, &[("answer", "deny")]).expect(303);
}

#[test]
fn elsewhere_nobody_is_warned() {
    for registration in ["open", "admin"] {
        let changes = format!("[apps]\nregistration = \"{registration}\"\nunreviewed_people = 0");
        let scene = open(&changes);
        let mut owner = Developer::of(&scene, OWNER);
        let app = owner.register(&[]);
        let question = asked(&scene, EVE, &app, BACK).expect(200);
        assert!(
            !question.text().contains("id=\"not-reviewed\""),
            "{question}"
        );
        tokens_of(&scene, EVE, &app);
    }
}
