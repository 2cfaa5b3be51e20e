//! A second factor that somebody else set up: its mail takes it away with a password from before, and never by itself.
use super::{NEW, Post, SOON, is_signed_in};
use crate::support::authenticator::Authenticator;
use crate::support::phone::{first_step, set_up};
use crate::support::{ANN, PASSWORD, assert_page, form_to, within};
use acceptance::Browser;

const CONFIRM: &str = "/link/confirm";

/// Ann, whose address is proved, in a browser of whoever knows her password.
fn with_password(post: &Post) -> Browser {
    let mut browser = post.browser();
    browser.sign_in(ANN, PASSWORD);
    browser
}

/// The link of the last mail to Ann with a subject that begins so.
#[track_caller]
fn link(post: &Post, subject: &str) -> String {
    let found = || {
        let mut mails = post.server.taken_by(ANN).into_iter().rev();
        mails.find(|mail| mail.header("Subject").starts_with(subject))
    };
    assert!(within(SOON, || found().is_some()), "{subject}");
    found().expect("a mail").link()
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_stolen_password_sets_one_up_and_its_person_takes_it_back() {
    let post = Post::start("");
    let mut thief = with_password(&post);
    let page = thief.open("/account").expect(200);
    let typed = [("current", PASSWORD), ("new", NEW)];
    thief
        .submit(&form_to(&page, "/account/password"), &typed)
        .expect(303);
    let mut key = Authenticator::at(post.scene.provider.issuer());
    key.add(&mut thief).expect(200);
    let told = link(&post, "A second step was set up");
    // Her password of before is right, though the thief has changed it; the thief's is not.
    let mut ann = post.browser();
    let page = ann.open(&told).expect(200);
    assert!(
        page.text().contains("the password that you had before"),
        "{page}"
    );
    let form = form_to(&page, CONFIRM);
    let wrong = ann.submit(&form, &[("password", "not the password at all")]);
    assert_page(&wrong, 400);
    assert!(
        wrong
            .text()
            .contains("not the password that this account had"),
        "{wrong}"
    );
    assert!(is_signed_in(&mut thief), "nothing has happened");
    let done = ann.submit(&form_to(&wrong, CONFIRM), &[("password", PASSWORD)]);
    let done = done.expect(200);
    assert!(done.text().contains("The second step is removed"), "{done}");
    assert!(!is_signed_in(&mut thief));
    assert_eq!(key.sign_in(&mut thief).status, 401);
    assert_eq!(post.events("second_factor.removed"), 1);
    // A new password by mail takes no second step then.
    post.ask(&mut ann, "/recover", ANN);
    let found = link(&post, "Choose a new password");
    let chosen = post.choose(&mut ann, &found, None, "an entirely new password");
    assert_eq!(chosen.status, 303, "{chosen}");
    assert!(is_signed_in(&mut ann));
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_stolen_mailbox_takes_nothing_away() {
    let post = Post::start("");
    let mut ann = with_password(&post);
    let mut key = Authenticator::at(post.scene.provider.issuer());
    key.add(&mut ann).expect(200);
    let told = link(&post, "A second step was set up");
    let mut thief = post.browser();
    let page = thief.open(&told).expect(200);
    let ends = page.text().contains("name=\"without\" value=\"password\"");
    assert!(ends, "{page}");
    for password in ["", "a guess of the thief"] {
        let typed = [("password", password)];
        assert_page(&thief.submit(&form_to(&page, CONFIRM), &typed), 400);
    }
    // What it may do is to end sessions.
    let typed = [("password", ""), ("without", "password")];
    let done = thief.submit(&form_to(&page, CONFIRM), &typed).expect(200);
    assert!(
        done.text().contains("Every browser is signed out"),
        "{done}"
    );
    assert!(!is_signed_in(&mut ann));
    assert_page(&thief.get(&told), 410);
    // A new password takes a code, and the passkey is there.
    post.ask(&mut thief, "/recover", ANN);
    let found = link(&post, "Choose a new password");
    let refused = post.choose(&mut thief, &found, None, NEW);
    assert_page(&refused, 400);
    first_step(&mut thief, ANN, PASSWORD);
    key.sign_in(&mut ann).expect(303);
    assert!(is_signed_in(&mut ann));
    assert_eq!(post.events("second_factor.removed"), 0);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn what_a_second_step_was_asked_for_is_not_taken_back() {
    let post = Post::start("");
    let mut ann = with_password(&post);
    set_up(&mut ann);
    let mut key = Authenticator::at(post.scene.provider.issuer());
    key.add(&mut ann).expect(303);
    let told = link(&post, "Your passkeys");
    let mut thief = post.browser();
    let page = thief.open(&told).expect(200);
    assert!(!page.text().contains("type=\"password\""), "{page}");
    let typed = [("password", PASSWORD)];
    thief.submit(&form_to(&page, CONFIRM), &typed).expect(200);
    assert!(!is_signed_in(&mut ann));
    key.sign_in(&mut ann).expect(303);
    assert!(is_signed_in(&mut ann));
}
