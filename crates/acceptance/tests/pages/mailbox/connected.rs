//! A mail on every newly connected app, with a link that removes it.
use super::{Post, is_signed_in};
use crate::support::{ANN, CALLBACK, OWNER, PASSWORD, assert_page, assert_refused, form_to};
use acceptance::App;

fn is_about(post: &Post, number: usize, app: &App) -> String {
    let mail = post.mail(ANN, number);
    let subject = mail.header("Subject");
    assert!(
        subject.contains("now has access to your account at Valetkey"),
        "{subject}"
    );
    let page = post.browser().open(&mail.link()).expect(200);
    let name = app.json["name"].as_str().unwrap_or_default();
    let title = format!("Remove {name}?");
    assert!(page.text().contains(&title), "{page}");
    mail.link()
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_new_app_is_told_once_and_removed_by_whoever_is_signed_out() {
    let post = Post::start("");
    let scene = &post.scene;
    let app = scene.confidential(CALLBACK);
    let mut browser = post.browser();
    browser.sign_in(ANN, PASSWORD);
    post.mail(ANN, 1);
    let tokens = scene.tokens_of(&mut browser, &app, "tasks:read");
    let link = is_about(&post, 2, &app);
    // The same app again, for more: nothing new.
    let more = scene.tokens_of(&mut browser, &app, "tasks:read tasks:write");
    assert!(
        scene.is_active(&app, &tokens.access),
        "to look at the page does nothing"
    );
    assert_page(&post.confirm(&mut post.browser(), &link), 200);
    for token in [&tokens.access, &more.access] {
        assert!(!scene.is_active(&app, token));
    }
    assert_refused(&scene.refresh(&app, &tokens.refresh), 400, "invalid_grant");
    assert!(is_signed_in(&mut browser), "the session goes on");
    assert_page(&post.browser().open(&link), 410);
    // Let in again, it is new again; the used link does nothing to it.
    let again = scene.tokens_of(&mut browser, &app, "tasks:read");
    let second = is_about(&post, 3, &app);
    assert_page(&post.browser().open(&link), 410);
    assert!(scene.is_active(&app, &again.access));
    assert_ne!(link, second);
    assert_eq!(post.server.taken_by(ANN).len(), 3);
    let events = scene.cli(&["audit", "--event", "connection.ended"]);
    assert_eq!(
        events.to_string().matches("connection.ended").count(),
        1,
        "{events}"
    );
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_link_removes_its_own_app_for_its_own_person_and_cannot_be_forged() {
    let post = Post::start("");
    let scene = &post.scene;
    let (one, two) = (scene.confidential(CALLBACK), scene.confidential(CALLBACK));
    let mut ann = post.browser();
    ann.sign_in(ANN, PASSWORD);
    post.mail(ANN, 1);
    let kept = scene.tokens_of(&mut ann, &one, "tasks:read");
    let link = is_about(&post, 2, &one);
    let other = scene.tokens_of(&mut ann, &two, "tasks:read");
    is_about(&post, 3, &two);
    let mut owner = post.browser();
    owner.sign_in(OWNER, PASSWORD);
    let owners = scene.tokens_of(&mut owner, &one, "tasks:read");
    // Another character of it is none of ours.
    let (before, last) = link.split_at(link.len() - 1);
    let forged = format!("{before}{}", if last == "0" { "1" } else { "0" });
    assert_page(&post.browser().open(&forged), 404);
    // A form that names another app removes that of its link: what a browser says counts for nothing.
    let mut browser = post.browser();
    let page = browser.open(&link).expect(200);
    let form = form_to(&page, "/link/confirm");
    let typed = [("app", two.client_id.as_str()), ("client", &two.client_id)];
    browser.submit(&form, &typed).expect(200);
    assert!(!scene.is_active(&one, &kept.access));
    assert!(scene.is_active(&two, &other.access));
    assert!(scene.is_active(&one, &owners.access));
}
