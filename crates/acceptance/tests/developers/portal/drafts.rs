//! An app that waits for review works for whoever runs it; one that others were not warned of meets only so many.

use super::{APPS, BACK, Developer, EVE, ORGANIZATIONS, REMOVE, UPDATE, found, joined, open, says};
use crate::support::{
    ANN, CALLBACK, OWNER, PASSWORD, Scene, Tokens, assert_refused, form_to, within,
};
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
        "Until it is, only you and whoever runs it with you can use it.",
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
fn a_draft_of_an_organization_works_for_whoever_belongs_to_it() {
    let scene = open(REVIEWED);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let api = scene.resource_server();
    let acme = found(&mut ann, "Acme Makers");
    joined(&mut ann, &acme, (EVE, "developer"), &mut eve);
    let app = eve.register(&[("organization", &acme)]);
    // Whoever registered it, and whoever else belongs to the organization; no stranger, though they administer.
    let hers = tokens_of(&scene, EVE, &app);
    let anns = tokens_of(&scene, ANN, &app);
    assert!(scene.is_active(&api, &hers.access) && scene.is_active(&api, &anns.access));
    assert_eq!(asked(&scene, OWNER, &app, BACK).status, 400);
    // A code that she was given before she left is none afterwards.
    let mut browser = scene.provider.browser_of(EVE, PASSWORD);
    browser.sign_in(EVE, PASSWORD);
    let question = scene.question(&app, &[("redirect_uri", BACK)]);
    let code = browser.authorize(&question).code();
    let page = eve.browser.open(&format!("{ORGANIZATIONS}/{acme}"));
    eve.browser.submit(&form_to(&page, REMOVE), &[]).expect(303);
    assert!(!scene.is_active(&api, &hers.access), "at once");
    for refused in [
        scene.refresh(&app, &hers.refresh),
        scene.redeem(&app, &code, &[("redirect_uri", BACK)]),
    ] {
        assert_refused(&refused, 401, "invalid_client");
    }
    assert_eq!(asked(&scene, EVE, &app, BACK).status, 400);
    assert!(scene.is_active(&api, &anns.access));
    Tokens::of(&scene.refresh(&app, &anns.refresh));
    // A viewer sees it, and may try it.
    joined(&mut ann, &acme, (EVE, "viewer"), &mut eve);
    tokens_of(&scene, EVE, &app);
}

#[test]
fn whoever_belongs_to_the_organization_is_none_of_so_many() {
    let scene = open("[apps]\nregistration = \"review\"\nunreviewed_people = 0");
    let (mut owner, mut eve) = (Developer::of(&scene, OWNER), Developer::of(&scene, EVE));
    let acme = found(&mut owner, "Acme Makers");
    let app = owner.register(&[("organization", &acme)]);
    assert_eq!(asked(&scene, EVE, &app, BACK).status, 403);
    joined(&mut owner, &acme, (EVE, "viewer"), &mut eve);
    tokens_of(&scene, EVE, &app);
    tokens_of(&scene, OWNER, &app);
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
