//! What developers are told by mail.

use super::{ACCEPT, Developer, EVE, INVITE, JOIN, OFFER, OPEN, found, in_organization, open};
use crate::support::mail_server::{MailServer, Taken};
use crate::support::{ANN, form_to, within};
use std::time::Duration;

/// The newest mail to an address with these words in its subject.
#[track_caller]
fn mail(server: &MailServer, to: &str, subject: &str) -> Taken {
    let find = || {
        let mut all = server.taken_by(to);
        all.retain(|mail| mail.header("Subject").contains(subject));
        all.pop()
    };
    let came = within(Duration::from_secs(10), || find().is_some());
    assert!(came, "{subject:?} to {to}: {:?}", server.taken());
    find().expect("it came")
}

fn text(mail: &Taken) -> String {
    mail.0["text"].as_str().unwrap_or_default().to_owned()
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn whoever_is_invited_or_offered_an_app_is_told_and_answers_on_their_own_page() {
    let server = MailServer::start_new();
    let scene = open(&format!("{OPEN}\n{}", server.settings()));
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let acme = found(&mut ann, "Acme <Makers>");
    let typed = [("email", EVE), ("role", "developer")];
    in_organization(&mut ann, &acme, INVITE, &typed).expect(303);
    let invited = text(&mail(&server, EVE, "Join Acme <Makers>"));
    assert!(invited.contains("Ann Example asks you"), "{invited}");
    let page = format!("{}/organizations", scene.provider.issuer());
    assert!(
        invited.lines().any(|line| line.contains(&page)),
        "{invited}"
    );
    assert!(!invited.contains("?t="), "no link that acts: {invited}");
    let accept = form_to(&eve.browser.open("/organizations"), JOIN);
    eve.browser.submit(&accept, &[]).expect(303);
    let app = ann.register(&[]);
    let form = form_to(&ann.page(&app), OFFER);
    for _ in 0..2 {
        let sent = ann.browser.submit(&form, &[("transfer-email", EVE)]);
        sent.expect(303);
    }
    let offered = text(&mail(&server, EVE, "Task Board"));
    assert!(offered.contains("hand the app Task Board"), "{offered}");
    let mut all = server.taken_by(EVE);
    all.retain(|mail| mail.header("Subject").contains("Task Board"));
    assert_eq!(all.len(), 1, "{all:?}");
    let accept = form_to(&eve.browser.open(super::APPS), ACCEPT);
    eve.browser.submit(&accept, &[]).expect(303);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn whoever_runs_an_app_is_told_once_that_a_secret_ends() {
    let server = MailServer::start_new();
    let mut scene = open(&format!("{OPEN}\n{}", server.settings()));
    let app = Developer::ann(&scene).register(&[]);
    let secret = ["app", "secret", "add", &app.client_id];
    let add = |scene: &crate::support::Scene, name: &str, days: &str| {
        let more = ["--name", name, "--days", days];
        scene.cli(&[&secret[..], &more[..]].concat());
    };
    add(&scene, "near", "3");
    add(&scene, "far", "30");
    for _ in 0..2 {
        scene.provider.restart();
    }
    let told = text(&mail(&server, ANN, "A secret of Task Board"));
    assert!(told.contains("near"), "{told}");
    let events = || {
        let of = [
            "audit",
            "--app",
            &app.client_id,
            "--event",
            "app.secret_ending",
        ];
        scene.cli(&of)["events"].as_array().map(Vec::len)
    };
    assert_eq!(events(), Some(1));
    let mut all = server.taken_by(ANN);
    all.retain(|mail| mail.header("Subject").contains("ends soon"));
    assert_eq!(all.len(), 1, "{all:?}");
}
