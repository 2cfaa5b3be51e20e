//! Organizations: started, joined, left and ended, and the apps that they run.

use super::{
    ADD, APPS, DISSOLVE, Developer, EVE, FOUND, INVITE, JOIN, NEW, NOT_JOIN, OPEN, ORGANIZATIONS,
    REMOVE, RENAME, TAKE_BACK, found, href, in_organization, joined, listed, names, open, says,
    works,
};
use crate::support::behind::change;
use crate::support::{ANN, OWNER, PASSWORD, Scene, assert_page, form_to};
use acceptance::{Json, unescape};
use std::thread;

/// The members as a page shows them: address and role each.
fn members(developer: &mut Developer, id: &str) -> Vec<String> {
    let page = developer.browser.open(&format!("{ORGANIZATIONS}/{id}"));
    let text = unescape(&page.expect(200).text());
    let list = text
        .split("id=\"members-title\"")
        .nth(1)
        .unwrap_or_default();
    let list = list.split("</section>").next().unwrap_or_default();
    let rows = list.split("class=\"quiet\"><bdi>").skip(1);
    rows.map(|row| row.split("</bdi>").next().unwrap_or_default().to_owned())
        .collect()
}

/// The names of the events about an organization, oldest first.
fn told(scene: &Scene, id: &str) -> Vec<String> {
    let audit = scene.cli(&["audit", "--limit", "100"]);
    let events: &Vec<Json> = audit["events"].as_array().expect("events");
    let own = events
        .iter()
        .rev()
        .filter(|event| event["organization"] == id);
    own.map(|event| event["event"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn several_people_run_the_app_of_an_organization() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let acme = found(&mut ann, "Acme Makers");
    joined(&mut ann, &acme, (EVE, "developer"), &mut eve);
    assert_eq!(members(&mut eve, &acme), [ANN, EVE]);
    let of_acme = format!("{APPS}?organization={acme}");
    let list = eve.browser.open(&of_acme).expect(200);
    let new = format!("{NEW}?organization={acme}");
    assert!(list.text().contains(&new), "{list}");
    let form = form_to(&eve.browser.open(&new), NEW);
    assert_eq!(form.value("organization"), Some(&*acme));
    let app = super::credentials(&eve.send(&form, &[]).expect(200));
    assert_eq!(listed(&ann.browser.open(&of_acme)), [&*app.client_id]);
    assert_eq!(
        listed(&eve.browser.open(APPS)),
        [""; 0],
        "it is not hers alone"
    );
    says(&ann.page(&app), "Run by Acme Makers");
    let second = ann.add_secret(&app, "Ann's");
    assert!(works(&scene, &second));
    // People read who asks them.
    let mut owner = scene.provider.browser_of(OWNER, PASSWORD);
    let consent = owner.authorize_until_consent(&scene.question(&app, &[]));
    says(&consent, "Acme Makers");
    // Who has left runs its apps no more, and may have registered them.
    let eve_there = form_to(
        &eve.browser.open(&format!("{ORGANIZATIONS}/{acme}")),
        REMOVE,
    );
    let left = eve.browser.submit(&eve_there, &[]).expect(303);
    assert_eq!(left.location(), Some("/organizations?done=left"));
    assert_page(&eve.browser.get(&href(&app)), 404);
    assert_page(&eve.browser.get(&of_acme), 404);
    assert_page(&eve.browser.get(&format!("{ORGANIZATIONS}/{acme}")), 404);
    assert_eq!(members(&mut ann, &acme), [ANN]);
    assert_eq!(
        told(&scene, &acme),
        [
            "organization.founded",
            "member.invited",
            "member.joined",
            "app.registered",
            "member.removed"
        ]
    );
}

#[test]
fn a_form_that_comes_twice_starts_one_organization() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let form = form_to(&ann.browser.open(ORGANIZATIONS), FOUND);
    let once = ann.browser.submit(&form, &[("name", "Acme")]).expect(303);
    let twice = ann.browser.submit(&form, &[("name", "Acme")]).expect(303);
    assert_eq!(once.location(), twice.location());
    let page = ann.browser.open(ORGANIZATIONS);
    assert_eq!(
        page.text().matches("<strong><bdi>Acme<").count(),
        1,
        "{page}"
    );
    let form = form_to(&page, FOUND);
    for name in ["", " ", "a\u{202e}b", &"x".repeat(81)] {
        let refused = ann.browser.submit(&form, &[("name", name)]);
        names(&refused, "name");
        assert_eq!(form_to(&refused, FOUND).value("name"), Some(name));
    }
}

/// An organization is named as the publisher of its apps, so it passes for nobody else's.
#[test]
fn no_organization_passes_for_the_provider_or_for_another() {
    let scene = open(&format!("{OPEN}\n[branding]\nproduct = \"Acme Tasks\""));
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    found(&mut ann, "Board Makers");
    ann.register(&[("name", "Night Owl")]);
    let hers = found(&mut eve, "Owls");
    let form = form_to(&eve.browser.open(ORGANIZATIONS), FOUND);
    for (name, sentence) in [
        ("Acme Tasks", "This is the name of the provider"),
        ("Аcmе Tаsks Support", "This is the name of the provider"),
        ("board-makers", "has this name, or one that looks like it"),
        ("Bоard Mаkers", "has this name, or one that looks like it"),
        ("NIGHT OWL", "has this name, or one that looks like it"),
        ("Owls", "has this name, or one that looks like it"),
    ] {
        let refused = eve.browser.submit(&form, &[("name", name)]);
        names(&refused, "name");
        says(&refused, sentence);
        assert_eq!(form_to(&refused, FOUND).value("name"), Some(name));
        if name != "Owls" {
            let refused = in_organization(&mut eve, &hers, RENAME, &[("name", name)]);
            names(&refused, "name");
            says(&refused, sentence);
            assert_eq!(form_to(&refused, RENAME).value("name"), Some(name));
        }
    }
    let page = eve.browser.open(&format!("{ORGANIZATIONS}/{hers}"));
    says(&page, "<h1><bdi>Owls</bdi></h1>");
    // Another spelling of its own name is its own, and what it gave up is free.
    in_organization(&mut eve, &hers, RENAME, &[("name", "OWLS")]).expect(303);
    in_organization(&mut eve, &hers, RENAME, &[("name", "Owls for Acme Tasks")]).expect(303);
    found(&mut ann, "Owls");
    // Administrators answer for the names that they give.
    let admin = &scene.provider;
    admin.user_create("root@example.com", "Root", PASSWORD, true);
    found(&mut Developer::of(&scene, "root@example.com"), "Acme Tasks");
}

#[test]
fn an_invitation_is_answered_once_by_whom_it_is_for() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let acme = found(&mut ann, "Acme");
    in_organization(
        &mut ann,
        &acme,
        INVITE,
        &[("email", EVE), ("role", "viewer")],
    )
    .expect(303);
    let page = eve.browser.open(ORGANIZATIONS).expect(200);
    let (accept, decline) = (form_to(&page, JOIN), form_to(&page, NOT_JOIN));
    // In somebody else's hands it is worth nothing.
    let mut other = Developer::of(&scene, OWNER);
    let nonce = form_to(&other.browser.open(ORGANIZATIONS), FOUND);
    let nonce = nonce.value("nonce").expect("a nonce").to_owned();
    let id = accept.value("invitation").expect("its number").to_owned();
    for action in [JOIN, NOT_JOIN] {
        let fields = [("nonce", &*nonce), ("invitation", &*id)];
        other.browser.post_form(action, &fields).expect(303);
    }
    assert_eq!(members(&mut ann, &acme), [ANN]);
    eve.browser.submit(&decline, &[]).expect(303);
    let gone = eve.browser.submit(&accept, &[]).expect(303);
    assert_eq!(gone.location(), Some("/organizations?done=gone"));
    assert_eq!(members(&mut ann, &acme), [ANN]);
    // Taken back, it is none any more.
    in_organization(
        &mut ann,
        &acme,
        INVITE,
        &[("email", EVE), ("role", "owner")],
    )
    .expect(303);
    let accept = form_to(&eve.browser.open(ORGANIZATIONS), JOIN);
    in_organization(&mut ann, &acme, TAKE_BACK, &[]).expect(303);
    let gone = eve.browser.submit(&accept, &[]).expect(303);
    assert_eq!(gone.location(), Some("/organizations?done=gone"));
    // Accepted, it is used up: who was taken out comes back by another one alone.
    joined(&mut ann, &acme, (EVE, "viewer"), &mut eve);
    let page = ann.browser.open(&format!("{ORGANIZATIONS}/{acme}"));
    let text = page.text();
    let forms = acceptance::forms(&text);
    let mut removals = forms.into_iter().filter(|form| form.action == REMOVE);
    let hers = removals.nth(1).expect("Eve's row");
    ann.browser.submit(&hers, &[]).expect(303);
    eve.browser.submit(&accept, &[]).expect(303);
    assert_eq!(members(&mut ann, &acme), [ANN]);
}

#[test]
fn whoever_has_not_proved_their_address_neither_starts_nor_joins() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Acme");
    in_organization(
        &mut ann,
        &acme,
        INVITE,
        &[("email", EVE), ("role", "owner")],
    )
    .expect(303);
    let mut eve = Developer::of(&scene, EVE);
    let accept = form_to(&eve.browser.open(ORGANIZATIONS), JOIN);
    let unproved = format!("UPDATE people SET verified_at = NULL WHERE email_key = '{EVE}'");
    assert_eq!(change(&scene, &unproved), 1);
    let page = eve.browser.open(ORGANIZATIONS).expect(200);
    says(&page, "Confirm your e-mail");
    assert!(!page.text().contains(JOIN), "{page}");
    eve.browser.submit(&accept, &[]).expect(303);
    let nonce = accept.value("nonce").expect("a nonce");
    let refused = [("nonce", nonce), ("name", "Hers"), ("once", "1")];
    eve.browser.post_form(FOUND, &refused).expect(400);
    assert_eq!(members(&mut ann, &acme), [ANN]);
}

#[test]
fn an_organization_ends_once_it_runs_no_apps() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Acme");
    let app = ann.register(&[("organization", &acme)]);
    let page = ann.browser.open(&format!("{ORGANIZATIONS}/{acme}"));
    assert!(!page.text().contains(DISSOLVE), "{page}");
    let nonce = form_to(&page, RENAME);
    let nonce = nonce.value("nonce").expect("a nonce").to_owned();
    let fields = [
        ("nonce", &*nonce),
        ("organization", &acme),
        ("confirm", "Acme"),
    ];
    let refused = ann.browser.post_form(DISSOLVE, &fields).expect(400);
    says(&refused, "It still runs apps");
    ann.act(&app, super::DELETE, &[("confirm", "Task Board")])
        .expect(303);
    let wrong = in_organization(&mut ann, &acme, DISSOLVE, &[("confirm", "Acne")]);
    names(&wrong, "confirm");
    in_organization(&mut ann, &acme, DISSOLVE, &[("confirm", "Acme")]).expect(303);
    assert_page(&ann.browser.get(&format!("{ORGANIZATIONS}/{acme}")), 404);
    says(
        &ann.browser.open(ORGANIZATIONS),
        "You belong to no organization yet",
    );
}

#[test]
fn of_two_owners_who_remove_each_other_one_stays() {
    let scene = open(OPEN);
    for round in 0..10 {
        let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
        let acme = found(&mut ann, &format!("Acme {round}"));
        joined(&mut ann, &acme, (EVE, "owner"), &mut eve);
        let path = format!("{ORGANIZATIONS}/{acme}");
        let removal = |developer: &mut Developer, row: usize| {
            let page = developer.browser.open(&path);
            let forms = acceptance::forms(&page.text()).into_iter();
            let mut removals = forms.filter(|form| form.action == REMOVE);
            removals.nth(row).expect("a row")
        };
        let (of_eve, of_ann) = (removal(&mut ann, 1), removal(&mut eve, 0));
        let both = thread::scope(|scope| {
            let one = scope.spawn(|| ann.browser.submit(&of_eve, &[]).status);
            let other = scope.spawn(|| eve.browser.submit(&of_ann, &[]).status);
            [one.join().expect("ann"), other.join().expect("eve")]
        });
        let removed = both.iter().filter(|status| **status == 303).count();
        assert_eq!(removed, 1, "{both:?}");
        let statuses = [ann.browser.get(&path).status, eve.browser.get(&path).status];
        assert!(
            statuses == [200, 404] || statuses == [404, 200],
            "{statuses:?}"
        );
    }
}

#[test]
fn where_organizations_run_apps_nobody_does_alone() {
    let scene = open(&format!("{OPEN}\n[portal]\nowners = \"organizations\""));
    let mut ann = Developer::ann(&scene);
    let page = ann.browser.open(NEW).expect(200);
    says(&page, "Apps are run by organizations here");
    assert!(
        acceptance::forms(&page.text())
            .iter()
            .all(|form| form.action != NEW)
    );
    let acme = found(&mut ann, "Acme");
    let form = ann.blank();
    assert_eq!(form.value("organization"), Some(&*acme));
    let app = ann.register(&[]);
    says(&ann.page(&app), "Run by Acme");
    let alone = ann.try_register(&[("organization", "")]).expect(400);
    says(&alone, "Apps are run by organizations here");
    let unknown = ann.try_register(&[("organization", "7")]).expect(400);
    says(&unknown, "Apps are run by organizations here");
    let refused = ann.act(&app, ADD, &[("secret-name", "x")]);
    assert!(works(&scene, &super::credentials(&refused.expect(200))));
}

#[test]
fn a_long_list_of_an_organization_goes_on_where_it_ended() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Acme");
    for _ in 0..26 {
        ann.register(&[("organization", &acme)]);
    }
    let own = ann.register(&[("name", "Own Board")]);
    let first = ann.browser.open(&format!("{APPS}?organization={acme}"));
    let text = unescape(&first.text());
    let next = text.split("<p class=\"older\"><a href=\"").nth(1);
    let next = next
        .and_then(|rest| rest.split('"').next())
        .expect("a second page");
    let mut all = listed(&first);
    assert_eq!(all.len(), 25, "{first}");
    all.extend(listed(&ann.browser.open(next).expect(200)));
    assert_eq!(all.len(), 26, "{all:?}");
    assert!(!all.contains(&own.client_id), "{all:?}");
}

#[test]
fn of_many_who_answer_at_once_one_is_heard() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let page = ann.browser.open(ORGANIZATIONS);
    let form = form_to(&page, FOUND);
    let press = |browser: &acceptance::Browser, form: &acceptance::Form, typed: &[(&str, &str)]| {
        let browsers: Vec<_> = (0..8).map(|_| browser.clone()).collect();
        thread::scope(|scope| {
            let sent = browsers.into_iter().map(|mut browser| {
                scope.spawn(move || {
                    browser
                        .submit(form, typed)
                        .expect(303)
                        .location()
                        .map(str::to_owned)
                })
            });
            let sent: Vec<_> = sent.collect();
            sent.into_iter()
                .map(|one| one.join().expect("it replies"))
                .collect::<Vec<_>>()
        })
    };
    let told = press(&ann.browser, &form, &[("name", "Acme")]);
    assert!(told.iter().all(|to| *to == told[0]), "{told:?}");
    let page = ann.browser.open(ORGANIZATIONS);
    assert_eq!(
        page.text().matches("<strong><bdi>Acme<").count(),
        1,
        "{page}"
    );
    let acme = told[0].as_deref().unwrap_or_default();
    let acme = acme
        .trim_start_matches("/organizations/")
        .split('?')
        .next()
        .unwrap_or_default();
    in_organization(
        &mut ann,
        acme,
        INVITE,
        &[("email", EVE), ("role", "viewer")],
    )
    .expect(303);
    let mut eve = Developer::of(&scene, EVE);
    let accept = form_to(&eve.browser.open(ORGANIZATIONS), JOIN);
    let told = press(&eve.browser, &accept, &[]);
    let joined = told
        .iter()
        .flatten()
        .filter(|to| to.ends_with("done=joined"));
    assert_eq!(joined.count(), 1, "{told:?}");
    assert_eq!(members(&mut ann, acme), [ANN, EVE]);
}
