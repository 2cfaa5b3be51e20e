//! Forms that are sent twice, by a double click or by going back: each makes one thing, and leads to the same place.

use super::reviews::{
    ANSWER, ASK, JUDGE, REVIEWED, ask_for_all, only_request, requests, review_of,
};
use super::test_sides::{self, ADD_PERSON, people, switch_on};
use super::{
    ADD, Developer, EVE, INVITE, INVITE_DEVELOPER, OFFER, OPEN, REVOKE, ROTATE, acts, credentials,
    found, href, names, open, says, works,
};
use crate::support::{OWNER, Scene, form_to};
use acceptance::{App, Form, Reply, forms};
use std::time::Duration;

/// Sends one form twice, the second before the first was answered.
#[track_caller]
fn at_once(developer: &Developer, form: &Form, typed: &[(&str, &str)]) -> [Reply; 2] {
    let press = |delay| {
        let mut browser = developer.browser.clone();
        move || {
            std::thread::sleep(Duration::from_millis(delay));
            browser.submit(form, typed)
        }
    };
    std::thread::scope(|scope| {
        let sent = [0, 2].map(|delay| scope.spawn(press(delay)));
        sent.map(|reply| reply.join().expect("it replies"))
    })
}

fn statuses(replies: &[Reply; 2]) -> [u16; 2] {
    let mut statuses = [replies[0].status, replies[1].status];
    statuses.sort_unstable();
    statuses
}

fn secrets(ann: &mut Developer, app: &App) -> usize {
    let page = ann.page(app).text();
    let all = forms(&page).into_iter();
    all.filter(|form| form.action == REVOKE).count()
}

#[test]
fn a_form_for_a_secret_makes_one() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    for (action, typed) in [
        (ADD, ("secret-name", "The other server")),
        (ROTATE, ("overlap", "1")),
    ] {
        let before = secrets(&mut ann, &app);
        let form = form_to(&ann.page(&app), action);
        let new = credentials(&ann.browser.submit(&form, &[typed]).expect(200));
        let again = ann.browser.submit(&form, &[typed]).expect(303);
        let page = ann.browser.follow(again).expect(200);
        says(
            &page,
            "This secret was made already: the form was sent twice.",
        );
        assert!(!page.text().contains(&new.client_secret), "{page}");
        assert_eq!(secrets(&mut ann, &app), before + 1, "{action}");
        // The button pressed twice.
        let form = form_to(&ann.page(&app), action);
        let replies = at_once(&ann, &form, &[typed]);
        assert_eq!(statuses(&replies), [200, 303], "{replies:?}");
        assert_eq!(secrets(&mut ann, &app), before + 2, "{action}");
    }
    // What somebody revoked since does not come back with the form that made it.
    let form = form_to(&ann.page(&app), ROTATE);
    let gone = credentials(&ann.browser.submit(&form, &[("overlap", "0")]).expect(200));
    let revoke = form_to(&ann.page(&app), REVOKE);
    ann.add_secret(&app, "");
    ann.browser.submit(&revoke, &[]).expect(303);
    let late = ann.browser.submit(&form, &[("overlap", "0")]).expect(400);
    says(&late, "This page was out of date.");
    assert!(!works(&scene, &gone));
    let added = acts(&scene, &app, &scene.ann);
    assert_eq!(added.len(), 8, "{added:?}");
}

#[test]
fn a_form_for_a_person_makes_one() {
    let scene = test_sides::scene();
    let mut ann = Developer::ann(&scene);
    let live = ann.register(&[]);
    switch_on(&mut ann, &live);
    let test = format!("{}/test", href(&live));
    let count = |ann: &mut Developer| {
        ann.browser
            .open(&test)
            .text()
            .matches("@users.test</bdi>")
            .count()
    };
    let before = count(&mut ann);
    let form = form_to(&ann.browser.open(&test), ADD_PERSON);
    let made = people(&ann.browser.submit(&form, &[]).expect(200));
    assert_eq!(made.len(), 1, "{made:?}");
    let again = ann.browser.submit(&form, &[]).expect(303);
    let page = ann.browser.follow(again);
    says(
        &page,
        "This person was made already: the form was sent twice.",
    );
    assert!(!page.text().contains(&made[0].1), "{page}");
    assert_eq!(count(&mut ann), before + 1);
    let form = form_to(&ann.browser.open(&test), ADD_PERSON);
    let replies = at_once(&ann, &form, &[]);
    assert_eq!(statuses(&replies), [200, 303], "{replies:?}");
    assert_eq!(count(&mut ann), before + 2);
}

fn said(scene: &Scene, id: &str) -> usize {
    let shown = scene.cli(&["app", "request", "show", id]);
    shown["messages"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_review_is_asked_answered_and_judged_once() {
    let scene = open(REVIEWED);
    let (mut ann, mut admin) = (Developer::ann(&scene), Developer::of(&scene, OWNER));
    let app = ann.register(&[]);
    let review = review_of(&app);
    let form = form_to(&ann.browser.open(&review), ASK);
    for reply in at_once(&ann, &form, &[("note", "Please look")]) {
        let there = format!("{review}?done=asked");
        assert_eq!(reply.expect(303).location(), Some(&*there));
    }
    assert_eq!(requests(&scene, "all").len(), 1);
    // From another tab, what was typed is kept: it can be said about the request that there is.
    let late = ann.browser.submit(&form, &[("note", "Another note")]);
    let late = late.expect(400);
    says(&late, "This app has a request already");
    form_to(&late, ANSWER);
    says(&late, ">\nAnother note</textarea>");
    let (id, page) = only_request(&mut admin);
    let judge = form_to(&page, JUDGE);
    let typed = [("verdict", "ask_back"), ("text", "What for?")];
    let mut there: Vec<_> = at_once(&admin, &judge, &typed).into();
    there.push(admin.browser.submit(&judge, &typed));
    for reply in there {
        let told = reply.expect(303).location().unwrap_or_default().to_owned();
        assert!(told.ends_with("?done=asked"), "{told}");
    }
    assert_eq!(said(&scene, &id), 2);
    let form = form_to(&ann.browser.open(&review), ANSWER);
    let typed = [("answer", "For tasks")];
    let mut there: Vec<_> = at_once(&ann, &form, &typed).into();
    there.push(ann.browser.submit(&form, &typed));
    for reply in there {
        let told = format!("{review}?done=answered");
        assert_eq!(reply.expect(303).location(), Some(&*told));
    }
    assert_eq!(said(&scene, &id), 3);
    let other = ann.browser.submit(&form, &[("answer", "For more")]);
    let other = other.expect(400);
    says(&other, "This page was out of date.");
    assert!(other.text().contains("For more"), "{other}");
    let (_, page) = only_request(&mut admin);
    let judge = form_to(&page, JUDGE);
    for _ in 0..2 {
        let done = admin.browser.submit(&judge, &[("verdict", "approve")]);
        let told = done.expect(303).location().unwrap_or_default().to_owned();
        assert!(told.ends_with("?done=approved"), "{told}");
    }
    // A request that is over is not asked again by the page that asked it.
    let over = ann.browser.submit(&form, &[("answer", "For tasks")]);
    assert_eq!(over.status, 303, "{over}");
    assert_eq!(requests(&scene, "all").len(), 1);
}

#[test]
fn a_request_that_was_taken_back_is_not_asked_anew_by_the_same_form() {
    let scene = open(REVIEWED);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let review = review_of(&app);
    let form = form_to(&ann.browser.open(&review), ASK);
    ask_for_all(&mut ann, &app).expect(303);
    let back = form_to(&ann.browser.open(&review), super::reviews::WITHDRAW);
    ann.browser.submit(&back, &[]).expect(303);
    let late = ann.browser.submit(&form, &[("note", "Anew")]).expect(400);
    says(&late, "This page was out of date.");
    form_to(&late, ASK);
    says(&late, ">\nAnew</textarea>");
    assert!(requests(&scene, "open").is_empty());
}

#[test]
fn a_member_is_asked_once() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let id = found(&mut ann, "Board Makers");
    let form = form_to(&ann.browser.open(&format!("/organizations/{id}")), INVITE);
    let typed = [("email", EVE), ("role", "developer")];
    let mut there: Vec<_> = at_once(&ann, &form, &typed).into();
    there.push(ann.browser.submit(&form, &typed));
    for reply in there {
        let told = format!("/organizations/{id}?done=invited");
        assert_eq!(reply.expect(303).location(), Some(&*told));
    }
    let asked = scene.cli(&["audit", "--event", "member.invited"]);
    assert_eq!(asked["events"].as_array().map(Vec::len), Some(1), "{asked}");
}

/// How often this happened.
fn happened(scene: &Scene, event: &str) -> usize {
    let events = scene.cli(&["audit", "--event", event]);
    events["events"].as_array().map_or(0, Vec::len)
}

/// Checks that a form that is sent twice, at once and later, leads to one place.
#[track_caller]
fn leads(developer: &mut Developer, form: &Form, typed: &[(&str, &str)], to: &str) {
    let mut there: Vec<_> = at_once(developer, form, typed).into();
    there.push(developer.browser.submit(form, typed));
    for reply in there {
        assert_eq!(reply.expect(303).location(), Some(to));
    }
}

#[test]
fn an_app_is_offered_once() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let form = form_to(&ann.page(&app), OFFER);
    let there = format!("{}?done=offered", href(&app));
    leads(&mut ann, &form, &[("transfer-email", EVE)], &there);
    assert_eq!(happened(&scene, "app.transfer_offered"), 1);
    // To somebody else it is another offer; and so it is from a page that shows the first.
    let other = [("transfer-email", OWNER)];
    ann.browser.submit(&form, &other).expect(303);
    ann.act(&app, OFFER, &other).expect(303);
    assert_eq!(happened(&scene, "app.transfer_offered"), 3);
}

#[test]
fn a_domain_is_listed_once() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let id = found(&mut ann, "Board Makers");
    let page = format!("/organizations/{id}/domains");
    let add = "/organizations/domains/add";
    let form = form_to(&ann.browser.open(&page), add);
    let typed = [("domain", "boards.example")];
    leads(&mut ann, &form, &typed, &format!("{page}?done=added"));
    assert_eq!(happened(&scene, "organization.domain_added"), 1);
    // By another form it is there already.
    let again = form_to(&ann.browser.open(&page), add);
    names(&ann.browser.submit(&again, &typed), "domain");
}

#[test]
fn a_developer_is_invited_once() {
    let scene = open("[apps]\nregistration = \"invite\"");
    let mut admin = Developer::of(&scene, OWNER);
    let page = "/admin/developers";
    let form = form_to(&admin.browser.open(page), INVITE_DEVELOPER);
    let typed = [("email", EVE)];
    leads(&mut admin, &form, &typed, &format!("{page}?done=invited"));
    assert_eq!(happened(&scene, "developer.invited"), 1);
    let again = form_to(&admin.browser.open(page), INVITE_DEVELOPER);
    names(&admin.browser.submit(&again, &typed), "email");
}
