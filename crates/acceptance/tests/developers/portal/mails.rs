//! What developers are told by mail.

use super::{
    ACCEPT, Developer, EVE, INVITE, JOIN, OFFER, OPEN, TAKE_BACK, WITHDRAW, found, in_organization,
    open,
};
use crate::support::behind::run;
use crate::support::mail_server::{MailServer, Taken};
use crate::support::{ANN, OWNER, Scene, form_to, within};
use acceptance::Json;
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

/// The messages of a kind that were not delivered yet.
fn waiting(scene: &Scene, kind: &str) -> Vec<Json> {
    let listed = scene.cli(&["outbox", "list"]);
    let mut all = listed["messages"].as_array().cloned().unwrap_or_default();
    all.retain(|message| message["kind"] == kind);
    all
}

/// Waits until the only message of a kind is as `is` says.
#[track_caller]
fn becomes(scene: &Scene, kind: &str, is: impl Fn(&Json) -> bool) -> Json {
    let found = || waiting(scene, kind).first().is_some_and(&is);
    let soon = within(Duration::from_secs(10), found);
    assert!(soon, "{kind}: {:?}", waiting(scene, kind));
    waiting(scene, kind).remove(0)
}

const MAILS: [(&str, &str); 2] = [
    ("mail.invitation", "invites them again"),
    ("mail.transfer", "offers it again"),
];

/// What was taken back before its mail went takes the mail along; whoever has a dead letter tried again is told why
/// nothing is sent.
#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_mail_about_what_was_taken_back_is_not_called_delivered() {
    let server = MailServer::prepared();
    let scene = open(&format!("{OPEN}\n{}", server.settings()));
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Acme");
    let app = ann.register(&[]);
    // In vain, for there is no mail server.
    let ask = |ann: &mut Developer| {
        let typed = [("email", EVE), ("role", "developer")];
        in_organization(ann, &acme, INVITE, &typed).expect(303);
        ann.act(&app, OFFER, &[("transfer-email", OWNER)])
            .expect(303);
        MAILS.map(|(kind, _)| becomes(&scene, kind, |mail| mail["state"] == "put_off"))
    };
    let take_back = |ann: &mut Developer| {
        in_organization(ann, &acme, TAKE_BACK, &[]).expect(303);
        ann.act(&app, WITHDRAW, &[]).expect(303);
    };
    ask(&mut ann);
    take_back(&mut ann);
    scene.cli(&["outbox", "retry", "--all"]);
    for (kind, _) in MAILS {
        let gone = || waiting(&scene, kind).is_empty();
        assert!(within(Duration::from_secs(10), gone), "{kind}");
    }
    let dead = scene.cli(&["outbox", "list", "--dead"]);
    assert_eq!(dead["messages"], Json::Array(Vec::new()));

    let ids = ask(&mut ann).map(|mail| mail["id"].as_str().unwrap_or_default().to_owned());
    run(&scene, "UPDATE outbox SET dead_at = due_at");
    take_back(&mut ann);
    for (id, (kind, again)) in ids.iter().zip(MAILS) {
        let told = |why: &str| {
            scene.cli(&["outbox", "retry", id]);
            let dead = |mail: &Json| {
                let told = mail["last_error"].as_str().unwrap_or_default();
                mail["state"] == "dead" && told.contains(why)
            };
            becomes(&scene, kind, dead);
        };
        told("taken back or answered");
        let ago = format!("UPDATE outbox SET created_at = created_at - 604800 WHERE id = {id}");
        run(&scene, &ago);
        told(again);
    }
}
