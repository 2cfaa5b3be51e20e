//! Each role on each form: what a member may not do is refused, and to others an organization is not there.

use super::{
    ADD, DELETE, DISSOLVE, Developer, EVE, FIELDS, INVITE, NEW, OFFER, OPEN, ORGANIZATIONS, REMOVE,
    RENAME, REVOKE, ROLE, ROTATE, TAKE_BACK, UPDATE, found, href, joined, open, says,
};
use crate::own_api::attacks::{operations, request};
use crate::own_api::{access, signed_in};
use crate::support::{OWNER, PASSWORD, Scene, assert_page, form_to};
use acceptance::{App, Request, forms};
use std::collections::BTreeSet;

/// The forms about an organization.
const ABOUT_ONE: [&str; 6] = [RENAME, INVITE, TAKE_BACK, ROLE, REMOVE, DISSOLVE];
/// The forms about an app, and the least role for each.
const ABOUT_ITS_APP: [(&str, usize); 6] = [
    (UPDATE, 1),
    (ADD, 1),
    (ROTATE, 1),
    (REVOKE, 1),
    (OFFER, 2),
    (DELETE, 2),
];

/// The number of whoever looks, as the form carries it by which they leave.
fn own_number(developer: &mut Developer, acme: &str) -> String {
    let page = developer.browser.open(&format!("{ORGANIZATIONS}/{acme}"));
    let text = page.text();
    let own = text
        .split("<span class=\"chip\">You")
        .nth(1)
        .unwrap_or_default();
    let own = own
        .split("name=\"member\" value=\"")
        .nth(1)
        .unwrap_or_default();
    own.split('"').next().unwrap_or_default().to_owned()
}

/// What each form carries besides its nonce, so that it would do something.
fn filled<'a>(acme: &'a str, ann: &'a str, app: &'a App) -> Vec<(&'a str, &'a str)> {
    let more = [
        ("organization", acme),
        ("member", ann),
        ("role", "viewer"),
        ("email", "new@example.com"),
        ("invitation", "1"),
        ("confirm", "Acme"),
        ("app", &app.client_id),
        ("version", "1"),
        ("secret", "1"),
        ("overlap", "0"),
        ("transfer-email", OWNER),
        ("password", PASSWORD),
    ];
    let fields = FIELDS.into_iter().filter(|(name, _)| *name != "name");
    fields.chain([("name", "Taken Over")]).chain(more).collect()
}

fn nonce(developer: &mut Developer) -> String {
    let form = form_to(&developer.browser.open(ORGANIZATIONS), super::FOUND);
    form.value("nonce").expect("a nonce").to_owned()
}

fn state(scene: &Scene, ann: &mut Developer, acme: &str, app: &App) -> (String, String) {
    let page = ann
        .browser
        .open(&format!("{ORGANIZATIONS}/{acme}"))
        .expect(200);
    let text = page.text();
    let main = text.split("<main").nth(1).unwrap_or_default();
    let main = main.split("</main>").next().unwrap_or_default().to_owned();
    (
        main,
        scene.cli(&["app", "show", &app.client_id]).to_string(),
    )
}

#[test]
fn whoever_may_less_changes_nothing() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Acme");
    let app = ann.register(&[("organization", &acme)]);
    for (rank, role) in ["nobody", "viewer", "developer"].into_iter().enumerate() {
        let email = format!("{role}@example.com");
        scene
            .provider
            .user_create(&email, "A Member", PASSWORD, false);
        let mut member = Developer::of(&scene, &email);
        if rank > 0 {
            joined(&mut ann, &acme, (&email, role), &mut member);
        }
        let owner = own_number(&mut ann, &acme);
        let before = state(&scene, &mut ann, &acme, &app);
        let refused = if rank == 0 { 404 } else { 403 };
        let nonce = nonce(&mut member);
        let mut send = |action: &str| {
            let mut fields = filled(&acme, &owner, &app);
            fields.push(("nonce", &nonce));
            // Each form has the fields of its own alone.
            let reply = member.browser.post_form(action, &fields);
            assert!(!reply.text().contains("Taken Over"), "{action}: {reply}");
            reply
        };
        for action in ABOUT_ONE {
            assert_page(&send(action), refused);
        }
        for (action, least) in ABOUT_ITS_APP {
            if rank < least + 1 {
                assert_page(&send(action), refused);
            }
        }
        assert_eq!(state(&scene, &mut ann, &acme, &app), before, "{role}");
        let (page, of_app) = (format!("{ORGANIZATIONS}/{acme}"), href(&app));
        for path in [page, of_app] {
            let page = member.browser.get(&path);
            assert_eq!(page.status, if rank == 0 { 404 } else { 200 }, "{page}");
            let posts = forms(&page.text()).into_iter();
            let posts = posts.filter(|form| form.method == "post");
            let actions: BTreeSet<String> = posts.map(|form| form.action).collect();
            for (action, least) in ABOUT_ITS_APP {
                assert!(
                    rank > least || !actions.contains(action),
                    "{role}: {actions:?}"
                );
            }
            for action in ABOUT_ONE.into_iter().filter(|action| *action != REMOVE) {
                assert!(!actions.contains(action), "{role}: {actions:?}");
            }
        }
    }
}

#[test]
fn a_developer_makes_and_changes_apps_and_a_viewer_makes_none() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let acme = found(&mut ann, "Acme");
    joined(&mut ann, &acme, (EVE, "viewer"), &mut eve);
    let refused = eve.try_register(&[("organization", &acme)]).expect(400);
    says(&refused, "choose one");
    let eve_row = |ann: &mut Developer| {
        let page = ann.browser.open(&format!("{ORGANIZATIONS}/{acme}"));
        let forms = forms(&page.text()).into_iter();
        let mut roles = forms.filter(|form| form.action == ROLE);
        roles.nth(1).expect("Eve's row")
    };
    let form = eve_row(&mut ann);
    ann.browser
        .submit(&form, &[("role", "developer")])
        .expect(303);
    let app = eve.register(&[("organization", &acme)]);
    eve.act(&app, UPDATE, &[("name", "Another Board")])
        .expect(303);
    eve.add_secret(&app, "");
    let form = eve_row(&mut ann);
    ann.browser.submit(&form, &[("role", "viewer")]).expect(303);
    let page = eve.page(&app);
    says(&page, "Another Board");
    assert!(!page.text().contains(UPDATE) && !page.text().contains(ADD));
    assert!(!forms(&page.text()).iter().any(|form| form.action == NEW));
}

#[test]
fn the_last_owner_stays() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Acme");
    let leave = super::in_organization(&mut ann, &acme, REMOVE, &[]).expect(400);
    says(&leave, "This is the last owner");
    let lower = super::in_organization(&mut ann, &acme, ROLE, &[("role", "viewer")]);
    says(&lower.expect(400), "This is the last owner");
    let unknown = super::in_organization(&mut ann, &acme, ROLE, &[("role", "king")]);
    unknown.expect(400);
}

#[test]
fn forms_of_organizations_prove_that_they_are_ours() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let acme = found(&mut ann, "Acme");
    let app = ann.register(&[("organization", &acme)]);
    let owner = own_number(&mut ann, &acme);
    let foreign = nonce(&mut eve);
    let own = nonce(&mut ann);
    let before = state(&scene, &mut ann, &acme, &app);
    for action in ABOUT_ONE.into_iter().chain([super::FOUND]) {
        for nonce in ["", "x", &foreign] {
            let mut fields = filled(&acme, &owner, &app);
            fields.push(("nonce", nonce));
            let reply = ann.browser.post_form(action, &fields).expect(400);
            says(&reply, "This page was out of date.");
        }
        let mut fields = filled(&acme, &owner, &app);
        fields.push(("nonce", &own));
        for (name, value) in [
            ("Sec-Fetch-Site", "cross-site"),
            ("Origin", "https://evil.example"),
        ] {
            let request = Request::post(action).form(&fields).header(name, value);
            assert_page(&ann.browser.send(request), 403);
        }
    }
    assert_eq!(state(&scene, &mut ann, &acme, &app).1, before.1);
    assert_eq!(
        ann.browser
            .open(ORGANIZATIONS)
            .text()
            .matches("Acme</bdi>")
            .count(),
        1
    );
}

/// A form that is added to these pages must be added to the tests of this file.
#[test]
fn there_are_no_other_forms_about_an_organization() {
    let scene = open(OPEN);
    let (mut ann, mut eve) = (Developer::ann(&scene), Developer::of(&scene, EVE));
    let acme = found(&mut ann, "Acme");
    let typed = [("email", EVE), ("role", "viewer")];
    super::in_organization(&mut ann, &acme, INVITE, &typed).expect(303);
    let pages = [
        ann.browser.open(&format!("{ORGANIZATIONS}/{acme}")),
        ann.browser.open(ORGANIZATIONS),
        eve.browser.open(ORGANIZATIONS),
    ];
    let found = pages.iter().flat_map(|page| forms(&page.text()));
    let found = found.filter(|form| form.action.starts_with(ORGANIZATIONS));
    let found: BTreeSet<String> = found.map(|form| form.action).collect();
    let known = ABOUT_ONE
        .into_iter()
        .chain([super::FOUND, super::JOIN, super::NOT_JOIN])
        // An upload is another kind of form: by whom, the tests of routes try.
        .chain([super::logos::OF_ORGANIZATION]);
    assert_eq!(found, known.map(str::to_owned).collect());
}

/// The least role for each operation of our own API that is about one app: 0 for a viewer, 2 for an owner.
fn least(method: &str, path: &str) -> usize {
    match (method, path.rsplit('/').next().unwrap_or_default()) {
        (_, "transfer") => 2,
        ("GET", _) => 0,
        ("DELETE", "{client_id}") | ("POST", "restore") => 2,
        ("PATCH" | "PUT" | "DELETE" | "POST", _) => 1,
        other => panic!("who may do this? {other:?}"),
    }
}

#[test]
fn a_program_may_what_its_person_may() {
    let scene = open(&format!("{OPEN}\n[test]\nmode = true"));
    let mut ann = Developer::ann(&scene);
    let acme = found(&mut ann, "Acme");
    let app = ann.register(&[("organization", &acme)]);
    let version = || scene.cli(&["app", "show", &app.client_id])["version"].clone();
    let before = version();
    for (rank, role) in ["nobody", "viewer", "developer"].into_iter().enumerate() {
        let email = format!("{role}@example.com");
        let person = &scene.provider;
        person.user_create(&email, "A Member", PASSWORD, false);
        let mut member = Developer::of(&scene, &email);
        if rank > 0 {
            joined(&mut ann, &acme, (&email, role), &mut member);
        }
        let tokens = signed_in(&scene, &email);
        let token = access(&tokens);
        for (method, path) in operations(&scene) {
            let least = least(&method, &path);
            // What may be done and changes the app is another test's.
            if !path.contains("{client_id}") || (rank > least && method != "GET") {
                continue;
            }
            let request = request(&method, &path, (&app.client_id, "1"));
            let status = scene.api().send(&request.bearer(token)).status;
            let expected = match rank {
                0 => 404,
                own if own > least => 200,
                _ => 403,
            };
            assert_eq!(status, expected, "{role}: {method} {path}");
        }
        let list = format!("/valetkey/apps?organization={acme}");
        let status = scene.api().get_bearer(&list, token).status;
        assert_eq!(status, if rank == 0 { 404 } else { 200 }, "{role}");
    }
    assert_eq!(version(), before);
}
