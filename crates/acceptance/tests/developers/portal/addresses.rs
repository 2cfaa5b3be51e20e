//! Addresses that developers type: in every spelling of one domain, and too long to be any.

use super::{
    ACCEPT, APPS, Developer, INVITE, INVITE_DEVELOPER, JOIN, NEW, OFFER, OPEN, ORGANIZATIONS,
    found, in_organization, names, open, says,
};
use crate::own_api::{access, signed_in};
use crate::support::{ANN, OWNER, PASSWORD, Scene, form_to};
use acceptance::{Json, Reply, Request};
use serde_json::json;

/// One address, as its account has it and as others spell it.
const ZOE: &str = "zoe@b\u{fc}cher.example";
const SPELLED: [&str; 3] = [
    "zoe@xn--bcher-kva.example",
    "ZOE@B\u{dc}CHER.Example.",
    "\u{ff5a}oe\u{ff20}bu\u{308}cher\u{ff0e}example",
];

/// Addresses of 300 characters: of a long name, and of many labels.
fn too_long() -> [String; 2] {
    let long = format!("{}@example.com", "a".repeat(288));
    let labels = format!("a@{}example.com", "b.".repeat(143));
    assert_eq!((long.len(), labels.len() >= 299), (300, true));
    [long, labels]
}

fn post(scene: &Scene, tokens: &Json, target: &str, body: &Json) -> Reply {
    let request = Request::post(target).json(body).bearer(access(tokens));
    scene.api().send(&request)
}

#[test]
fn every_spelling_of_an_address_is_its_person() {
    let scene = open(OPEN);
    scene.provider.user_create(ZOE, "Zoe", PASSWORD, false);
    let (mut ann, mut zoe) = (Developer::ann(&scene), Developer::of(&scene, ZOE));
    let acme = found(&mut ann, "Acme");
    let typed = [("email", SPELLED[1]), ("role", "developer")];
    in_organization(&mut ann, &acme, INVITE, &typed).expect(303);
    let join = form_to(&zoe.browser.open(ORGANIZATIONS), JOIN);
    zoe.browser.submit(&join, &[]).expect(303);
    // She belongs to it already, by whichever name.
    let typed = [("email", SPELLED[2]), ("role", "developer")];
    let again = in_organization(&mut ann, &acme, INVITE, &typed);
    assert_ne!(again.status, 303, "{again}");
    let app = ann.register(&[]);
    ann.act(&app, OFFER, &[("transfer-email", SPELLED[2])])
        .expect(303);
    let accept = form_to(&zoe.browser.open(APPS), ACCEPT);
    zoe.browser.submit(&accept, &[]).expect(303);
    zoe.page(&app);
    // And by program.
    let [own, hers] = [ANN, ZOE].map(|email| signed_in(&scene, email));
    let app = ann.register(&[("name", "Another Board")]);
    let transfer = format!("/valetkey/apps/{}/transfer", app.client_id);
    post(&scene, &own, &transfer, &json!({ "email": SPELLED[0] })).expect(201);
    let offers = scene.api().get_bearer("/valetkey/transfers", access(&hers));
    let offers = offers.expect(200).json();
    assert_eq!(offers["transfers"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_invitation_to_make_apps_is_for_every_spelling() {
    let scene = open("[apps]\nregistration = \"invite\"");
    scene.provider.user_create(ZOE, "Zoe", PASSWORD, false);
    let mut admin = Developer::of(&scene, OWNER);
    let form = form_to(&admin.browser.open("/admin/developers"), INVITE_DEVELOPER);
    let typed = [("email", SPELLED[0])];
    admin.browser.submit(&form, &typed).expect(303);
    for spelled in [ZOE, SPELLED[1], SPELLED[2]] {
        let form = form_to(&admin.browser.open("/admin/developers"), INVITE_DEVELOPER);
        let known = admin.browser.submit(&form, &[("email", spelled)]);
        names(&known, "email");
        says(&known, "This address is invited already.");
    }
    let mut zoe = Developer::of(&scene, ZOE);
    zoe.browser.get(NEW).expect(200);
    for email in too_long() {
        let form = form_to(&admin.browser.open("/admin/developers"), INVITE_DEVELOPER);
        names(&admin.browser.submit(&form, &[("email", &email)]), "email");
        let refused = scene.provider.cli(&["developer", "invite", &email]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
    }
}

#[test]
fn what_is_too_long_for_an_address_is_refused_at_its_field() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Acme");
    let app = ann.register(&[]);
    let own = signed_in(&scene, ANN);
    let transfer = format!("/valetkey/apps/{}/transfer", app.client_id);
    let invitations = format!("/valetkey/organizations/{acme}/invitations");
    for email in too_long() {
        let typed = [("email", &*email), ("role", "developer")];
        let refused = in_organization(&mut ann, &acme, INVITE, &typed);
        names(&refused, "email");
        let refused = ann.act(&app, OFFER, &[("transfer-email", &email)]);
        names(&refused, "transfer-email");
        for (target, body) in [
            (&transfer, json!({ "email": email })),
            (&invitations, json!({ "email": email, "role": "viewer" })),
        ] {
            let refused = post(&scene, &own, target, &body).expect(400).json();
            assert_eq!(refused["fields"][0]["pointer"], "/email", "{refused}");
        }
    }
}
