//! Several secrets of one app: each works until it ends, and is shown once.

use super::{
    ADD, APPS, Developer, OPEN, REVOKE, ROTATE, acts, credentials, href, names, open, says, works,
};
use crate::support::rest::assert_nowhere;
use crate::support::{Scene, form_to, within};
use acceptance::{App, Form, Reply, forms};
use std::time::Duration;

/// The forms that revoke a secret, in the order of the page.
fn revocations(page: &Reply) -> Vec<Form> {
    let all = forms(&page.text()).into_iter();
    all.filter(|form| form.action == REVOKE).collect()
}

fn ends(scene: &Scene, app: &App) -> bool {
    within(Duration::from_secs(1), || !works(scene, app))
}

#[test]
fn a_second_secret_works_beside_the_first() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let first = ann.register(&[]);
    let second = ann.add_secret(&first, "The other server");
    assert_ne!(first.client_secret, second.client_secret);
    assert!(works(&scene, &first) && works(&scene, &second));
    says(&ann.page(&first), "The other server");
    let long = "x".repeat(81);
    for name in [&*long, "a\u{202e}b", "a\nb"] {
        let refused = ann.act(&first, ADD, &[("secret-name", name)]);
        names(&refused, "secret-name");
    }
    assert_eq!(revocations(&ann.page(&first)).len(), 2);
    assert_eq!(
        acts(&scene, &first, &scene.ann),
        ["app.registered", "app.secret_added"]
    );
}

#[test]
fn a_rotation_leaves_the_old_secret_its_overlap() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let old = ann.register(&[]);
    for overlap in ["", "-1", "169", "1.5", "99999999999", "x"] {
        names(&ann.act(&old, ROTATE, &[("overlap", overlap)]), "overlap");
    }
    let page = ann.act(&old, ROTATE, &[("overlap", "1")]).expect(200);
    says(&page, "The secrets before it work until");
    let new = credentials(&page);
    assert!(works(&scene, &old) && works(&scene, &new));
    says(&ann.page(&old), "Ends ");
    let newest = credentials(&ann.act(&old, ROTATE, &[("overlap", "0")]).expect(200));
    assert!(ends(&scene, &old) && ends(&scene, &new));
    assert!(works(&scene, &newest));
    assert_eq!(revocations(&ann.page(&old)).len(), 1);
    let events = [
        "app.registered",
        "app.secrets_rotated",
        "app.secrets_rotated",
    ];
    assert_eq!(acts(&scene, &old, &scene.ann), events);
}

#[test]
fn a_revoked_secret_is_refused_and_the_last_stays() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let first = ann.register(&[]);
    let alone = &revocations(&ann.page(&first))[0];
    let refused = ann.browser.submit(alone, &[]).expect(400);
    says(&refused, "This is the last secret that works");
    assert!(works(&scene, &first));
    let second = ann.add_secret(&first, "");
    // The button pressed twice: what it asks for is done already.
    for _ in 0..2 {
        let done = ann.browser.submit(alone, &[]).expect(303);
        says(&ann.browser.follow(done), "The secret is revoked.");
    }
    assert!(ends(&scene, &first) && works(&scene, &second));
    for secret in ["", "0", "x", "-1"] {
        ann.browser.submit(alone, &[("secret", secret)]).expect(303);
    }
    assert!(works(&scene, &second));
    let events = ["app.registered", "app.secret_added", "app.secret_revoked"];
    assert_eq!(acts(&scene, &first, &scene.ann), events);
}

#[test]
fn an_app_has_five_secrets_at_most() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let first = ann.register(&[]);
    let form = form_to(&ann.page(&first), ADD);
    let rotate = form_to(&ann.page(&first), ROTATE);
    let mut all = vec![first.clone()];
    all.extend((1..5).map(|_| ann.add_secret(&first, "")));
    let full = "An app has at most five secrets.";
    let page = ann.page(&first);
    says(&page, full);
    assert!(
        forms(&page.text()).iter().all(|form| form.action != ADD),
        "{page}"
    );
    says(&ann.browser.submit(&form, &[]).expect(400), full);
    says(
        &ann.browser.submit(&rotate, &[("overlap", "1")]).expect(400),
        full,
    );
    assert!(all.iter().all(|app| works(&scene, app)));
    assert_eq!(revocations(&ann.page(&first)).len(), 5);
    // One in place of all needs no room.
    let rotate = form_to(&ann.page(&first), ROTATE);
    let only = credentials(&ann.browser.submit(&rotate, &[("overlap", "0")]).expect(200));
    assert!(works(&scene, &only) && all.iter().all(|app| ends(&scene, app)));
}

#[test]
fn a_secret_is_shown_once_and_written_nowhere() {
    let scene = open(OPEN);
    let mut ann = Developer::ann(&scene);
    let app = ann.register(&[]);
    let added = ann.add_secret(&app, "Second");
    let rotated = credentials(&ann.act(&app, ROTATE, &[("overlap", "1")]).expect(200));
    let checked = format!("{}?check=x", href(&app));
    let told = [
        ann.browser.open(APPS).text(),
        ann.page(&app).text(),
        ann.browser.open(&checked).text(),
        ann.browser.open("/account").text(),
        scene.cli(&["app", "show", &app.client_id]).to_string(),
        scene.cli(&["app", "list"]).to_string(),
        scene.cli(&["audit"]).to_string(),
    ];
    for secret in [app, added, rotated].map(|app| app.client_secret) {
        assert_nowhere(&scene.provider, &[&secret]);
        let at = told.iter().position(|text| text.contains(&secret));
        assert_eq!(at, None, "where a secret is found");
    }
}
