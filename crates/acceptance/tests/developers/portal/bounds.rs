//! What bounds the apps that people register: names that deceive, and how many there are; for two at once too.

use super::{
    DELETE, Developer, EVE, FOUND, INVITE, NEW, OPEN, ORGANIZATIONS, RESTORE, UPDATE, found, href,
    logos, names, open, registered, says,
};
use crate::own_api::{access, signed_in};
use crate::support::{ANN, OWNER, form_to};
use acceptance::{App, Reply, Request};

const TAKEN: &str =
    "An organization or somebody else’s app has this name, or one that looks like it.";
const PROVIDERS: &str = "This name is the provider’s own, or looks like it.";
const FULL: &str = "You have as many apps as you may here";

/// Everybody may register an app with a provider called Acme Tasks.
const ACME: &str = "[apps]\nregistration = \"open\"\n[branding]\nproduct = \"Acme Tasks\"";

#[test]
fn a_name_that_looks_like_that_of_anothers_app_is_refused() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let app = ann.register(&[("name", "Night Owl")]);
    for name in [
        "Night Owl",
        "NIGHT OWL",
        "night-owl",
        "  Night   Owl ",
        "Nіght Оwl",
        "Ｎight Owl",
        "N1ght 0wl",
        "Nïght Owl!",
    ] {
        let refused = eve.try_register(&[("name", name)]);
        names(&refused, "name");
        says(&refused, TAKEN);
        let typed = form_to(&refused, NEW);
        assert_eq!(typed.value("name"), Some(name), "what was typed is kept");
    }
    // Text that is turned around is refused in any case.
    let turned = eve.try_register(&[("name", "Night\u{202e}lwO")]);
    names(&turned, "name");
    assert_eq!(registered(&scene), 1);
    // One's own apps may be called alike, and names that only begin alike are others.
    ann.register(&[("name", "Night Owl")]);
    let other = eve.register(&[("name", "Night Owls")]);
    let refused = eve.act(&other, UPDATE, &[("name", "Night 0wl")]);
    names(&refused, "name");
    says(&refused, TAKEN);
    eve.act(&other, UPDATE, &[("name", "Owls of the Night")])
        .expect(303);
    assert_eq!(
        scene.cli(&["app", "show", &app.client_id])["name"],
        "Night Owl"
    );
    // The name is free once nobody has it.
    let one = listed_of(&mut ann);
    for app in one {
        ann.act(&app, DELETE, &[("confirm", "Night Owl")])
            .expect(303);
    }
    eve.register(&[("name", "Night Owl")]);
}

#[test]
fn a_name_that_looks_like_that_of_an_organization_is_for_its_own_apps() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let id = found(&mut ann, "Board Makers");
    let hers = found(&mut eve, "Owls");
    let other = eve.register(&[("name", "Night Owl")]);
    for name in ["Board Makers", "BOARD-MAKERS", "Bоard Mаkers"] {
        for organization in ["", &hers] {
            let refused = eve.try_register(&[("name", name), ("organization", organization)]);
            names(&refused, "name");
            says(&refused, TAKEN);
        }
        let refused = eve.act(&other, UPDATE, &[("name", name)]);
        names(&refused, "name");
        says(&refused, TAKEN);
    }
    ann.register(&[("name", "Board Makers"), ("organization", &id)]);
    assert_eq!(registered(&scene), 2);
}

/// A name is free while an app is deleted, and is judged again when that app comes back.
#[test]
fn a_deleted_app_does_not_come_back_with_a_name_that_is_anothers_by_now() {
    let scene = open(ACME);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let app = ann.register(&[("name", "Night Owl")]);
    let delete = |ann: &mut Developer, app: &App, name: &str| {
        ann.act(app, DELETE, &[("confirm", name)]).expect(303);
    };
    let restore = |ann: &mut Developer| {
        let form = form_to(&ann.browser.open("/apps"), RESTORE);
        ann.browser.submit(&form, &[])
    };
    delete(&mut ann, &app, "Night Owl");
    restore(&mut ann).expect(303);
    delete(&mut ann, &app, "Night Owl");
    let taken = eve.register(&[("name", "N1GHT OWL")]);
    let refused = restore(&mut ann).expect(409);
    says(&refused, "took its name, or one that looks like it");
    ann.browser.speak("de");
    says(&restore(&mut ann).expect(409), "diesen Namen angenommen");
    ann.browser.speak("en");
    let agent = signed_in(&scene, ANN);
    let target = format!("/valetkey/apps/{}/restore", app.client_id);
    let request = Request::new("POST", &target);
    let request = request.header("Authorization", &format!("Bearer {}", access(&agent)));
    let told = scene.api().send(&request);
    assert_eq!(told.status, 409, "{told}");
    assert!(
        told.text()
            .contains("has this name, or one that looks like it"),
        "{told}"
    );
    let shown = scene.provider.cli(&["app", "show", &app.client_id]);
    assert_ne!(shown.code, Some(0), "it is still deleted");
    // Operators answer for the names that they give.
    scene.cli(&["app", "restore", &app.client_id]);
    // Once the other is gone, nothing is in the way.
    delete(&mut ann, &app, "Night Owl");
    delete(&mut eve, &taken, "N1GHT OWL");
    restore(&mut ann).expect(303);
}

/// An app is called like those of whoever runs it now, and of nobody who registered it once.
#[test]
fn whoever_left_an_organization_takes_no_name_of_its_apps() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let acme = found(&mut ann, "Board Makers");
    super::joined(&mut ann, &acme, (EVE, "developer"), &mut eve);
    let app = eve.register(&[("name", "Night Owl"), ("organization", &acme)]);
    let own = eve.register(&[("name", "Day Owl")]);
    let page = eve.browser.open(&format!("{ORGANIZATIONS}/{acme}"));
    let form = form_to(&page, super::REMOVE);
    eve.browser.submit(&form, &[]).expect(303);
    let refused = eve.try_register(&[("name", "Night-0wl")]);
    names(&refused, "name");
    says(&refused, TAKEN);
    let refused = eve.act(&own, UPDATE, &[("name", "NIGHT OWL")]);
    names(&refused, "name");
    // Nor does the organization take the name of an app of hers.
    let refused = ann.act(&app, UPDATE, &[("name", "Day Owl")]);
    names(&refused, "name");
    ann.register(&[("name", "Night Owl"), ("organization", &acme)]);
}

/// The apps that a developer runs.
fn listed_of(developer: &mut Developer) -> Vec<App> {
    let page = developer.browser.open("/apps");
    let ids = super::listed(&page).into_iter();
    ids.map(|client_id| App {
        client_id,
        client_secret: String::new(),
        json: acceptance::Json::Null,
    })
    .collect()
}

#[test]
fn a_name_that_passes_for_the_provider_is_for_administrators() {
    let scene = open(ACME);
    let mut ann = Developer::ann(&scene);
    for name in [
        "Acme Tasks",
        "ACME TASKS",
        "Аcme Tаsks",
        "Acme Tasks Support",
        "Official Acme-Tasks App",
    ] {
        let refused = ann.try_register(&[("name", name)]);
        names(&refused, "name");
        says(&refused, PROVIDERS);
    }
    let app = ann.register(&[("name", "Board for Acme Tasks")]);
    let refused = ann.act(&app, UPDATE, &[("name", "Acme Tasks Team")]);
    names(&refused, "name");
    says(&refused, PROVIDERS);
    assert_eq!(registered(&scene), 1);
    let mut admin = Developer::of(&scene, OWNER);
    admin.register(&[("name", "Acme Tasks Support")]);
}

/// Sends all at once.
fn at_once(sent: Vec<(Developer, acceptance::Form, String)>) -> Vec<Reply> {
    std::thread::scope(|scope| {
        let sent: Vec<_> = sent
            .into_iter()
            .map(|(mut developer, form, name)| {
                scope.spawn(move || developer.send(&form, &[("name", &name)]))
            })
            .collect();
        sent.into_iter()
            .map(|reply| reply.join().expect("it replies"))
            .collect()
    })
}

fn succeeded(replies: &[Reply]) -> usize {
    replies.iter().filter(|reply| reply.status == 200).count()
}

#[test]
fn of_two_who_take_a_name_at_once_one_has_it() {
    let scene = open(OPEN);
    for round in 0..5 {
        let sent = [(ANN, "Night Owl"), (EVE, "night owI")].map(|(email, name)| {
            let mut developer = Developer::of(&scene, email);
            let form = developer.blank();
            (developer, form, format!("{name} {round}"))
        });
        let replies = at_once(sent.into());
        assert_eq!(succeeded(&replies), 1, "{replies:?}");
        let refused = replies.iter().find(|reply| reply.status != 200);
        says(refused.expect("the other"), TAKEN);
    }
    assert_eq!(registered(&scene), 5);
}

#[test]
fn so_many_apps_and_no_more_also_at_once() {
    let scene = open("[apps]\nregistration = \"open\"\nmax_per_person = 3");
    let mut ann = Developer::ann(&scene);
    let first = ann.register(&[("name", "First")]);
    let sent = (0..6).map(|at| {
        let mut developer = Developer {
            browser: ann.browser.clone(),
        };
        let form = developer.blank();
        (developer, form, format!("Night Owl {at}"))
    });
    let replies = at_once(sent.collect());
    assert_eq!(succeeded(&replies), 2, "{replies:?}");
    for refused in replies.iter().filter(|reply| reply.status != 200) {
        assert_eq!(refused.status, 400, "{refused}");
        says(refused, FULL);
    }
    // One that is deleted can come back, so it counts.
    ann.act(&first, DELETE, &[("confirm", "First")]).expect(303);
    says(&ann.try_register(&[]).expect(400), FULL);
    let back = form_to(&ann.browser.open("/apps"), RESTORE);
    ann.browser.submit(&back, &[]).expect(303);
    assert_eq!(registered(&scene), 3);
    // The last one's form that comes again leads to what it made.
    let mut eve = Developer::of(&scene, EVE);
    for name in ["One", "Two"] {
        eve.register(&[("name", name)]);
    }
    let form = eve.blank();
    eve.send(&form, &[("name", "Three")]).expect(200);
    let again = eve.send(&form, &[("name", "Three")]).expect(303);
    says(&eve.browser.follow(again), "the form was sent twice");
    // Commands are not bound.
    scene.confidential("https://client.example/cb");
}

#[test]
fn an_organization_has_room_of_its_own() {
    let scene =
        open("[apps]\nregistration = \"open\"\nmax_per_person = 1\nmax_per_organization = 2");
    let mut ann = Developer::ann(&scene);
    ann.register(&[("name", "My own")]);
    let id = found(&mut ann, "Board Makers");
    for name in ["One", "Two"] {
        let app = ann.register(&[("name", name), ("organization", &id)]);
        assert!(href(&app).starts_with("/apps/"));
    }
    let full = ann.try_register(&[("name", "Three"), ("organization", &id)]);
    says(&full.expect(400), FULL);
    says(&ann.try_register(&[("name", "Four")]).expect(400), FULL);
    assert_eq!(registered(&scene), 3);
    let mine = ann.browser.open(ORGANIZATIONS);
    assert!(form_to(&mine, FOUND).action.contains("found"));
}

/// So much a day, and for two at once no more than that.
const A_DAY: usize = 100;

#[test]
fn so_many_invitations_a_day_also_at_once() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let id = found(&mut ann, "Board Makers");
    // Each time from a page of its own: the same form asks once.
    let invite = |developer: &mut Developer, email: &str| {
        let typed = [("email", email), ("role", "viewer")];
        super::in_organization(developer, &id, INVITE, &typed)
    };
    for _ in 0..A_DAY - 2 {
        invite(&mut ann, "guest@example.com").expect(303);
    }
    let replies = std::thread::scope(|scope| {
        let invite = &invite;
        let sent = [1, 2, 3, 4, 5, 6].map(|number| {
            let mut developer = Developer {
                browser: ann.browser.clone(),
            };
            scope.spawn(move || invite(&mut developer, &format!("guest-{number}@example.com")))
        });
        sent.map(|reply| reply.join().expect("it replies"))
    });
    // Of two that change the organization at once, one may look again; none comes beyond the most.
    let refused = invite(&mut ann, "guest@example.com");
    assert_eq!(refused.status, 429, "{refused}");
    says(&refused, "Too many attempts. Wait 24 hours and try again.");
    assert!(refused.header("Retry-After").is_some(), "{refused}");
    let typed = form_to(&refused, INVITE);
    assert_eq!(typed.value("email"), Some("guest@example.com"));
    let passed = replies.iter().filter(|reply| reply.status != 429).count();
    assert_eq!(passed, 2, "{replies:?}");
    // Somebody else has their own.
    let mut eve = Developer::of(&scene, EVE);
    let hers = found(&mut eve, "Owls");
    let typed = [("email", "guest@example.com"), ("role", "viewer")];
    super::in_organization(&mut eve, &hers, INVITE, &typed).expect(303);
}

#[test]
fn so_many_uploads_a_day() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    for _ in 0..A_DAY {
        let reply = logos::upload(&mut ann, &app, b"no picture");
        assert_eq!(reply.status, 400, "{reply}");
    }
    let refused = logos::upload(&mut ann, &app, logos::PNG);
    assert_eq!(refused.status, 429, "{refused}");
    says(&refused, "Too many attempts.");
    assert!(refused.header("Retry-After").is_some(), "{refused}");
}
