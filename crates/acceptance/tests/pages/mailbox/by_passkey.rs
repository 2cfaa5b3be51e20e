//! A new password behind a mail's link, with a passkey in place of a code.
use super::{NEW, Post, is_signed_in};
use crate::support::authenticator::{Authenticator, NEW_PASSWORD, options, send};
use crate::support::phone::first_step;
use crate::support::{ANN, OWNER, PASSWORD, assert_page, form_to};
use acceptance::{Browser, Reply};

const CHOOSE: &str = "/link/password";

/// Somebody with a passkey.
fn with_passkey(post: &Post, email: &str) -> (Browser, Authenticator) {
    let mut browser = post.browser();
    browser.sign_in(email, PASSWORD);
    let mut key = Authenticator::at(post.scene.provider.issuer());
    key.add(&mut browser).expect(200);
    (browser, key)
}

/// The page behind the link of a new password for Ann, in a new browser.
#[track_caller]
fn asked(post: &Post) -> (Browser, String, Reply) {
    let mut browser = post.browser();
    let before = post.server.taken_by(ANN).len();
    post.ask(&mut browser, "/recover", ANN);
    let link = post.mail(ANN, before + 1).link();
    let page = browser.open(&link).expect(200);
    (browser, link, page)
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn a_passkey_takes_the_place_of_a_code() {
    let post = Post::start("");
    let (mut before, mut key) = with_passkey(&post, ANN);
    post.mail(ANN, 2);
    let (mut ann, link, page) = asked(&post);
    assert_eq!(
        options(&page)["allowCredentials"][0]["id"],
        key.id(),
        "{page}"
    );
    let answer = key.get(&options(&page));
    let form = form_to(&page, NEW_PASSWORD);
    let page = send(&mut ann, &form, &answer).expect(200);
    assert!(!page.text().contains("name=\"code\""), "{page}");
    assert!(page.text().contains("Now choose the password"), "{page}");
    // What is wrong with the password does not ask for the passkey again; and the answer is good once.
    let short = ann.submit(&form_to(&page, CHOOSE), &[("password", "short")]);
    assert_page(&short, 400);
    assert!(!short.text().contains("name=\"code\""), "{short}");
    let again = send(&mut ann, &form, &answer);
    assert_page(&again, 400);
    assert!(again.text().contains("does not lead in here"), "{again}");
    // The proof is worth nothing in another browser.
    let mut thief = post.browser();
    let theirs = form_to(&thief.open(&link).expect(200), CHOOSE);
    let form = form_to(&short, CHOOSE);
    let proved = form.value("proved").expect("a proof").to_owned();
    let typed = [("password", NEW), ("proved", proved.as_str()), ("code", "")];
    assert_page(&thief.submit(&theirs, &typed), 400);
    let done = ann.submit(&form, &[("password", NEW)]);
    assert_eq!(done.status, 303, "{done}");
    assert!(is_signed_in(&mut ann) && !is_signed_in(&mut before));
    ann.open("/account/security").expect(200);
    first_step(&mut thief, ANN, NEW);
}

#[test]
#[cfg_attr(not(has_python), ignore = "needs Python: see ./test")]
fn no_other_passkey_does_and_none_that_is_gone() {
    let post = Post::start("");
    let (mut here, mut key) = with_passkey(&post, ANN);
    let (_, mut olives) = with_passkey(&post, OWNER);
    post.mail(ANN, 2);
    let (mut ann, _, page) = asked(&post);
    let answer = olives.get(&options(&page));
    let wrong = send(&mut ann, &form_to(&page, NEW_PASSWORD), &answer);
    assert_page(&wrong, 400);
    let form = form_to(&wrong, CHOOSE);
    assert!(form.value("proved").is_none(), "{wrong}");
    // Nor what was asked to sign in.
    let sign_in = ann.open("/sign-in").expect(200);
    let ceremony = form_to(&sign_in, "/sign-in/passkey");
    let ceremony = ceremony.value("ceremony").expect("one").to_owned();
    let answer = key.get(&options(&sign_in));
    let crossed = [
        ("ceremony", ceremony.as_str()),
        ("credential", answer.as_str()),
    ];
    let reply = ann.submit(&form_to(&wrong, NEW_PASSWORD), &crossed);
    assert_page(&reply, 400);
    // One that is removed after it was proved.
    let page = ann.submit(
        &form_to(&page, NEW_PASSWORD),
        &[("credential", &key.get(&options(&page)))],
    );
    let form = form_to(&page.expect(200), CHOOSE);
    let security = here.open("/account/security").expect(200);
    let mut second = Authenticator::at(post.scene.provider.issuer());
    second.add(&mut here).expect(303);
    let remove = form_to(&security, "/account/security/passkeys/remove");
    here.submit(&remove, &[]).expect(303);
    let refused = ann.submit(&form, &[("password", NEW)]);
    assert_page(&refused, 400);
    assert!(!is_signed_in(&mut ann));
    first_step(&mut ann, ANN, PASSWORD);
}
