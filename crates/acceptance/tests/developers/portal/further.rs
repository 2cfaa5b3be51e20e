//! Lists that have a second page: members of an organization, and apps that were deleted.

use super::{APPS, DELETE, Developer, OPEN, ORGANIZATIONS, RESTORE, found, open};
use crate::support::behind::change;
use crate::support::{PASSWORD, PLAIN, Scene};
use acceptance::{Reply, Setup, forms, unescape};

/// Where the link with this id leads.
fn link(page: &Reply, id: &str) -> Option<String> {
    let text = page.text();
    let tag = text.split(&format!("id=\"{id}\" href=\"")).nth(1)?;
    tag.split('"').next().map(unescape)
}

/// The apps that can be brought back from this page.
fn restorable(page: &Reply) -> Vec<String> {
    let all = forms(&page.text()).into_iter();
    let back = all.filter(|form| form.action == RESTORE);
    back.filter_map(|form| form.value("app").map(str::to_owned))
        .collect()
}

#[test]
fn every_deleted_app_is_on_a_page() {
    let scene = open("[apps]\nregistration = \"open\"\nmax_per_person = 0");
    let mut ann = Developer::ann(&scene);
    let mut gone = Vec::new();
    for number in 0..27 {
        let name = format!("Board {number}");
        let app = ann.register(&[("name", &name)]);
        ann.act(&app, DELETE, &[("confirm", &name)]).expect(303);
        gone.push(app.client_id);
    }
    let first = ann.browser.open(APPS).expect(200);
    let next = link(&first, "more-deleted").expect("a second page");
    let next = next.split('#').next().expect("a page").to_owned();
    let second = ann.browser.open(&next).expect(200);
    assert_eq!(link(&second, "more-deleted"), None, "{second}");
    let (mut all, rest) = (restorable(&first), restorable(&second));
    assert_eq!((all.len(), rest.len()), (25, 2));
    all.extend(rest.clone());
    all.sort();
    gone.sort();
    assert_eq!(all, gone);
    // What is nobody's, or another's, begins the list anew.
    let anew = ann.browser.open(&format!("{APPS}?deleted-after=nobody"));
    assert_eq!(restorable(&anew), restorable(&first));
    let mut back = forms(&second.text());
    back.retain(|form| form.action == RESTORE);
    let back = back.pop().expect("the first of all");
    ann.browser.submit(&back, &[]).expect(303);
}

#[test]
fn every_member_is_on_a_page() {
    let scene = Scene::start(Setup::toml(PLAIN).with(OPEN));
    let mut ann = Developer::ann(&scene);
    let id = found(&mut ann, "Board Makers");
    for number in 0..51 {
        let email = format!("member-{number:02}@example.com");
        scene
            .provider
            .user_create(&email, "Member", PASSWORD, false);
    }
    let join = format!(
        "INSERT INTO members (organization, subject, role, since) \
         SELECT {id}, subject, 'viewer', 2000000000 FROM people WHERE email LIKE 'member-%'"
    );
    assert_eq!(change(&scene, &join), 51);
    let first = ann
        .browser
        .open(&format!("{ORGANIZATIONS}/{id}"))
        .expect(200);
    let next = link(&first, "more-members").expect("a second page");
    let next = next.split('#').next().expect("a page").to_owned();
    let second = ann.browser.open(&next).expect(200);
    assert_eq!(link(&second, "more-members"), None, "{second}");
    let on = |page: &Reply| page.text().matches("<bdi>member-").count();
    assert_eq!((on(&first), on(&second)), (49, 2));
}
