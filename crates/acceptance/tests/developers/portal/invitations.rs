//! Where registering an app takes an invitation, whoever holds one registers apps, and everybody else is told what to do.

use super::{Developer, EVE, INVITE_DEVELOPER, NEW, open, says};
use crate::support::mail_server::MailServer;
use crate::support::{ANN, OWNER, PASSWORD, form_to, within};
use acceptance::Json;
use std::time::Duration;

const BY_INVITATION: &str = "[apps]\nregistration = \"invite\"";
const DEVELOPERS: &str = "/admin/developers";
const WITHDRAW_DEVELOPER: &str = "/admin/developers/withdraw";

#[test]
fn whoever_holds_an_invitation_registers_apps_and_others_are_told_what_to_do() {
    let scene = open(BY_INVITATION);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let told = format!("Ask the people who run this service to invite {ANN}");
    for path in ["/apps", NEW] {
        says(&ann.browser.open(path), &told);
    }
    let page = ann.browser.get(NEW).expect(403);
    assert!(!page.text().contains("id=\"create\""), "{page}");
    scene.cli(&["developer", "invite", "Ann@Example.com"]);
    let app = ann.register(&[]);
    assert_eq!(
        scene.cli(&["app", "show", &app.client_id])["status"],
        "active"
    );
    // It is for this address alone.
    let refused = eve.browser.get(NEW).expect(403);
    says(&refused, &format!("invite {EVE}"));
    let listed = scene.cli(&["developer", "list"]);
    assert_eq!(listed["developers"][0]["email"], "Ann@Example.com");
    // A form that was open meanwhile is judged by what holds when it comes.
    let form = ann.blank();
    scene.cli(&["developer", "withdraw", ANN]);
    let refused = ann.send(&form, &[("name", "Another")]).expect(403);
    says(&refused, &told);
    ann.page(&app);
    assert_eq!(super::registered(&scene), 1, "what is there stays");
    assert_eq!(
        scene.cli(&["developer", "list"])["developers"],
        Json::Array(Vec::new())
    );
}

#[test]
fn administrators_invite_and_take_that_back_on_a_page() {
    let scene = open(BY_INVITATION);
    let mut ann = Developer::ann(&scene);
    let mut admin = Developer::of(&scene, OWNER);
    ann.browser.get(DEVELOPERS).expect(404);
    let page = admin.browser.open(DEVELOPERS);
    says(&page, "Nobody is.");
    let form = form_to(&page, INVITE_DEVELOPER);
    let wrong = admin.browser.submit(&form, &[("email", "ann")]);
    super::names(&wrong, "email");
    admin.browser.submit(&form, &[("email", ANN)]).expect(303);
    let page = admin.browser.open(DEVELOPERS);
    says(&page, ANN);
    let again = form_to(&page, INVITE_DEVELOPER);
    let known = admin.browser.submit(&again, &[("email", ANN)]);
    super::names(&known, "email");
    says(&known, "This address is invited already.");
    ann.register(&[]);
    let back = form_to(&admin.browser.open(DEVELOPERS), WITHDRAW_DEVELOPER);
    admin.browser.submit(&back, &[]).expect(303);
    ann.browser.get(NEW).expect(403);
    let audit = scene.cli(&["audit", "--event", "developer.invited"]);
    let by = &audit["events"][0]["actor"]["kind"];
    assert_eq!(by, "administrator", "{audit}");
}

#[test]
fn an_address_that_nobody_has_confirmed_is_nobodys() {
    let scene = open(&format!("{BY_INVITATION}\n[accounts]\nsign_up = \"open\""));
    scene.cli(&["developer", "invite", "mallory@example.com"]);
    let mut browser = scene.provider.browser();
    browser.sign_up("Mallory", "mallory@example.com", PASSWORD);
    browser.sign_in("mallory@example.com", PASSWORD);
    let refused = browser.get(NEW);
    says(&refused, "an invitation is for an e-mail that is confirmed");
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn whoever_is_invited_is_told_by_mail() {
    let server = MailServer::start_new();
    let scene = open(&format!("{BY_INVITATION}\n{}", server.settings()));
    let told = scene.cli(&["developer", "invite", EVE]);
    assert_eq!(told["mail"], true);
    let came = within(Duration::from_secs(10), || !server.taken_by(EVE).is_empty());
    assert!(came, "{:?}", server.taken());
    let mail = server.taken_by(EVE).pop().expect("it came");
    let text = mail.0["text"].as_str().unwrap_or_default().to_owned();
    assert!(text.contains("You are invited to make apps"), "{text}");
    assert!(
        text.contains(&format!("{}/apps", scene.provider.issuer())),
        "{text}"
    );
}
